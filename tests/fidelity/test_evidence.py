"""The database gives the rules what daily work recorded, and the page shows it with its denominators."""

from datetime import date, timedelta

import pytest

from imrgroups.attendance import actions as attendance
from imrgroups.fidelity import evidence
from imrgroups.goals import actions as goals
from imrgroups.homework import actions as homework
from imrgroups.homework.actions import Task
from imrgroups.notes import actions as notes
from imrgroups.notes.actions import Handed, MeetingRecord
from imrgroups.people import actions as people


@pytest.fixture
def course(world):
    """Eight meetings held with Amal and Dina there; Amal has a goal with follow-ups, homework with her sister, and the handouts."""
    by = {"by": world.staff["Dana"].id, "now": world.now}
    amal, dina = world.people["Amal"], world.people["Dina"]
    sister = people.add_supporter(amal, people.SupporterDetails("Rana", "sister", consented_on=date(2026, 11, 3)), **by)
    goal = goals.set_goal(group_id=world.group.id, participant_id=amal.id, text="Cook for my sister", on=date(2026, 11, 3), **by)
    for number in range(1, 9):
        meeting = world.meetings[number]
        attendance.mark(meeting=meeting, marks={amal.id: "present", dina.id: "late"}, versions={}, **by)
        topics = [(topic.module, topic.topic) for topic in meeting.topics]
        given = [Handed(amal.id, "recovery-what-it-means", "ar", "1")] if number == 1 else []
        notes.record(meeting, MeetingRecord(topics=topics, handouts=given, techniques=[("hope", None)] if number > 4 else []), **by)
        homework.agree(meeting, {amal.id: Task("Buy rice", supporter_id=sister.id)}, **by)
    goals.follow_up(world.meetings[8], {goal.id: ("kept", "")}, **by)
    return world


def test_the_thirteen_items_are_counted_from_rows(course):
    said = evidence.as_json("Tuesday", evidence.found(course.group.id, course.today))
    numbers = {item["item"]: (item["value"], item["numerator"], item["denominator"]) for item in said["items"]}
    assert (said["starters"], said["assigned"], said["current"], said["held"]) == (2, 5, 2, 8)
    assert numbers[1] == (2, None, None)
    assert numbers[3] == (3, None, None)  # recovery, facts, and the model begun
    assert numbers[5] == (None, 1, 2)
    assert numbers[6] == (None, 1, 2)
    assert numbers[7] == (None, 1, 2)
    assert numbers[8] == (None, 4, 8)
    assert numbers[9] == (None, 0, 8)


def test_what_happened_after_the_day_does_not_count(course):
    then = course.meetings[4].meets_on
    before = evidence.as_json("Tuesday", evidence.found(course.group.id, then))
    assert before["held"] == 4
    assert before["reference"] == then.isoformat()
    assert before["items"][7]["numerator"] == 0


def test_a_group_without_meetings_held_says_nothing(world):
    said = evidence.as_json("Tuesday", evidence.found(world.group.id, world.today))
    assert said["reference"] is None and said["mean"] is None and said["rated"] == 0


def test_the_page_four_ways(course, browser_as):
    address = f"/groups/{course.group.id}/fidelity"
    assert "/sign-in" in browser_as().get(address).location
    assert browser_as("Charlie").get(address).status_code == 403
    page = browser_as("Dana").get(address).text
    assert "Suggested 5" in page and "1 of 2 (50 %)" in page and "You decide" in page
    assert browser_as("Nora").get(address).status_code == 200


def test_the_page_costs_the_same_however_long_the_group_has_met(course, browser_as, statements):
    client = browser_as("Dana")
    with statements() as first:
        client.get(f"/groups/{course.group.id}/fidelity")
    meeting = course.meetings[9]
    attendance.mark(
        meeting=meeting, marks={course.people["Bo"].id: "present"}, versions={}, by=None, now=course.now + timedelta(hours=5)
    )
    with statements() as second:
        client.get(f"/groups/{course.group.id}/fidelity")
    assert len(second) == len(first)
