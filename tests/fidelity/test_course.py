"""If assessed today, over time and side by side."""

import csv
import io
from datetime import date, timedelta

import pytest

from imrgroups.attendance import actions as attendance
from imrgroups.fidelity import evidence
from imrgroups.fidelity.evidence import course, steps
from imrgroups.groups import actions as groups
from imrgroups.notes import actions as notes
from imrgroups.notes.actions import MeetingRecord
from imrgroups.people import actions as people


@pytest.fixture
def held(world):
    """Eight meetings held with Amal and Bo; Amal's sister is known, Bo was never asked."""
    by = {"by": world.staff["Dana"].id, "now": world.now}
    amal, bo = world.people["Amal"], world.people["Bo"]
    people.add_supporter(amal, people.SupporterDetails("Rana", "sister", consented_on=date(2026, 11, 3)), **by)
    for number in range(1, 9):
        meeting = world.meetings[number]
        attendance.mark(meeting=meeting, marks={amal.id: "present", bo.id: "present"}, versions={}, **by)
        topics = [(topic.module, topic.topic) for topic in meeting.topics]
        notes.record(meeting, MeetingRecord(topics=topics, techniques=[("hope", None)] if number == 8 else []), **by)
    return world


def test_each_month_of_a_group_is_counted_from_one_reading(held, statements):
    with statements() as asked:
        points = course.months(evidence.group_facts(held.group.id), held.today)
    assert [point.on for point in points] == [date(2026, 11, 30), date(2026, 12, 31), held.today]
    assert [len(point.held) for point in points] == [4, 7, 8]
    assert points[-1] == evidence.found(held.group.id, held.today) and len(asked) < 20


def test_a_group_without_meetings_held_has_no_months(world):
    assert course.months(evidence.group_facts(world.group.id), world.today) == []


def test_many_groups_cost_as_many_statements_as_one(held, statements):
    north, south = held.centres["North"].id, held.centres["South"].id
    with statements() as one:
        first = course.side_by_side([north], held.now)
    with statements() as two:
        both = course.side_by_side([north, south], held.now)
    assert len(one) == len(two) and [row.name for row in both] == ["Tuesday", "Thursday"]
    assert first[0].found == both[0].found == evidence.found(held.group.id, held.today)


def test_an_ended_group_is_counted_on_its_last_day_and_found_by_its_state(held):
    by = {"by": held.staff["Nora"].id, "now": held.now}
    groups.end(held.group, on=held.today - timedelta(days=3), reason="done", **by)
    [row] = course.side_by_side([held.centres["North"].id], held.now, "ended")
    assert row.ended and row.on == held.today - timedelta(days=3)
    assert course.side_by_side([held.centres["North"].id], held.now, "running") == []


def test_the_next_step_names_who_has_not_been_asked_yet_first(held):
    found = evidence.found(held.group.id, held.today)
    names = {held.people[name].id: held.people[name].name for name in ("Amal", "Bo")}
    step = steps.next_steps(found, names)[5]
    assert step.words == (
        "One more person with somebody close involved would move this from 1 to 5 or higher. Bo L. has not been asked yet."
    ).replace("to 5", "to 2") and step.who == held.people["Bo"].id


def test_the_next_step_for_techniques_points_at_the_last_meeting_without_one(held):
    found = evidence.found(held.group.id, held.today)
    made = steps.next_steps(found, {})
    assert made[8].at == held.meetings[7].id and "more meeting" in made[8].words
    assert 1 not in made and 11 not in made


@pytest.mark.parametrize("address", ["fidelity/months", "fidelity/months.svg", "fidelity/change.svg", "fidelity.csv"])
def test_the_pages_of_a_group_are_for_its_leaders_and_its_coordinator(held, browser_as, address):
    where = f"/groups/{held.group.id}/{address}"
    assert "/sign-in" in browser_as().get(where).location
    assert browser_as("Charlie").get(where).status_code == 403
    for name in ("Dana", "Nora"):
        answer = browser_as(name).get(where)
        assert answer.status_code == 200 and "<script" not in answer.text.replace("<script src", "").replace("<script defer", "")


def test_the_page_says_what_changed_and_whom_to_begin_with(held, browser_as):
    page = browser_as("Dana").get(f"/groups/{held.group.id}/fidelity").text
    assert "Bo L. has not been asked yet." in page and f"/people/{held.people['Bo'].id}/supporters" in page
    assert "Since four weeks before" in page and "change.svg" in page


def test_the_table_of_a_group_names_the_version_and_the_day(held, browser_as):
    answer = browser_as("Dana").get(f"/groups/{held.group.id}/fidelity.csv")
    lines = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert len(lines) == 13 and {(line["version"], line["date"]) for line in lines} == {("2026.11", "2027-01-12")}
    assert (lines[7]["numerator"], lines[7]["denominator"], lines[7]["suggestion"]) == ("1", "8", "1")


def test_groups_side_by_side_are_for_coordinators_of_their_centres(held, browser_as):
    assert "/sign-in" in browser_as().get("/fidelity").location
    assert browser_as("Dana").get("/fidelity").status_code == 403
    nora = browser_as("Nora")
    page = nora.get("/fidelity").text
    assert "Tuesday" in page and "Thursday" not in page
    assert "No group fits this choice" in nora.get("/fidelity?state=ended").text
    assert "Thursday" not in nora.get(f"/fidelity?centre={held.centres['South'].id}").text
    [line] = csv.DictReader(io.StringIO(nora.get("/fidelity.csv").data.decode("utf-8-sig")))
    assert (line["group"], line["instrument"], line["version"], line["meetings_held"]) == ("Tuesday", "imr-fidelity", "2026.11", "8")


def test_a_name_that_a_spreadsheet_would_run_is_only_text(held, browser_as):
    held.group.name = "=1+1"
    from imrgroups.db import db

    db.session.commit()
    [line] = csv.DictReader(io.StringIO(browser_as("Nora").get("/fidelity.csv").data.decode("utf-8-sig")))
    assert line["group"] == "'=1+1"
