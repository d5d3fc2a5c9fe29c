"""The pages of the register and of make-ups: signed out, not theirs, refused, done; and how many statements they ask."""

import json
import re
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from imrgroups.attendance import actions, figures
from imrgroups.attendance.models import Apology, LeaderPresent, MakeUp, Mark
from imrgroups.audit import AccessEntry, AuditEntry
from imrgroups.db import db
from imrgroups.enrolment import actions as enrolment
from imrgroups.groups import actions as groups
from imrgroups.groups.models import Group, Meeting
from imrgroups.notes.actions import MeetingRecord, record
from imrgroups.people import actions as people

TAP = {"HX-Request": "true"}
PAGES = [
    ("get", "/meetings/{meeting}/attendance"),
    ("post", "/meetings/{meeting}/attendance"),
    ("post", "/meetings/{meeting}/attendance/{person}"),
    ("post", "/meetings/{meeting}/attendance/{person}/undo"),
    ("post", "/meetings/{meeting}/attendance/leaders"),
    ("post", "/meetings/{meeting}/attendance/all-present"),
    ("post", "/meetings/{meeting}/attendance/held"),
    ("post", "/meetings/{meeting}/attendance/not-held"),
    ("get", "/meetings/{meeting}/apologies"),
    ("post", "/meetings/{meeting}/apologies"),
    ("post", "/meetings/{meeting}/apologies/{person}/withdraw"),
    ("get", "/meetings/{meeting}/attendance.pdf"),
    ("get", "/meetings/{meeting}/attendance.xlsx"),
    ("get", "/meetings/{meeting}/attendance.csv"),
    ("get", "/meetings/{meeting}/attendance/sheet"),
    ("post", "/meetings/{meeting}/attendance/sheet"),
    ("get", "/people/{person}/make-ups"),
    ("get", "/people/{person}/make-ups/{meeting}"),
    ("post", "/people/{person}/make-ups/{meeting}"),
    ("post", "/people/{person}/make-ups/{meeting}/remove"),
]


@pytest.fixture
def ids(world):
    """Keys by first name, and of meetings by number, that outlive a request."""
    return {name: person.id for name, person in world.people.items()} | {number: meeting.id for number, meeting in world.meetings.items()}


@pytest.fixture
def tap(ids):
    """One tap as htmx sends it: `tap(client, "Bo", "late", 0)`."""

    def send(client, name, state, version, number=8, headers=TAP):
        person = ids[name]
        return client.post(
            f"/meetings/{ids[number]}/attendance/{person}", data={f"state-{person}": state, f"version-{person}": version}, headers=headers
        )

    return send


def page_form(text):
    """What a browser without scripts would send back: every checked or hidden field of the register's own form."""
    form = re.search(r'<form method="post" action="/meetings/\d+/attendance" autocomplete="off">(.*?)</form>', text, re.S).group(1)
    fields = []
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag).group(1), re.search(r'value="([^"]*)"', tag).group(1)
        if 'type="hidden"' in tag or " checked" in tag:
            fields.append((name, value))
    return fields


def state_of(ids, name, number=8):
    mine = select(Mark.state, Mark.version).where(Mark.meeting_id == ids[number], Mark.participant_id == ids[name])
    row = db.session.execute(mine).first()
    return tuple(row) if row else None


@contextmanager
def statements():
    """Count what the database is asked, beginnings and ends of transactions left out."""
    asked = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith("BEGIN"):
            asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def test_signed_out_every_page_leads_to_the_sign_in_page(browser_as, ids):
    nobody = browser_as()
    for method, address in PAGES:
        answer = getattr(nobody, method)(address.format(meeting=ids[8], person=ids["Bo"]))
        assert answer.status_code == 302 and "/sign-in" in answer.headers["Location"], (method, address)


@pytest.mark.parametrize("name", ["Charlie", "Kim", "Adam"])
def test_leaders_of_other_centres_assessors_and_administrators_are_refused(browser_as, ids, name):
    other = browser_as(name)
    for method, address in PAGES:
        answer = getattr(other, method)(address.format(meeting=ids[8], person=ids["Bo"]))
        assert answer.status_code == 403 and "Bo L" not in answer.text, (method, address)


def test_a_person_of_another_group_cannot_be_marked_through_ones_own(browser_as, ids, tap):
    answer = tap(browser_as("Dana"), "Gorm", "present", 0)
    assert answer.status_code == 422 and "They did not belong to the group on that day." in answer.text
    assert tap(browser_as("Dana"), "Gorm", "present", 0, headers={}).status_code == 422
    assert state_of(ids, "Gorm") is None


def test_the_register_shows_everybody_by_first_name_and_writes_down_who_looked(browser_as, ids, world):
    answer = browser_as("Dana").get(f"/meetings/{ids[8]}/attendance")
    assert answer.status_code == 200
    assert re.findall(r'<legend><bdi><span class="nhsuk-u-font-size-26">(\w+)</span> ([\w.]*)', answer.text) == [
        ("Amal", "H."), ("Bo", "L."), ("Cy", "F."), ("Dina", "M."), ("Ejnar", "S."),
    ]
    assert answer.text.count('value="not_recorded" checked') == 5
    assert "Haddad" not in answer.text and "Møller" not in answer.text
    seen = db.session.execute(select(AccessEntry.participant_id).where(AccessEntry.page == "attendance.register")).scalars()
    assert set(seen) == {ids[name] for name in ("Amal", "Bo", "Cy", "Dina", "Ejnar")}


def test_a_coordinator_keeps_the_register_too_but_does_not_read_what_people_said(browser_as, ids, world, tap):
    actions.apologise(world.meetings[8], world.people["Bo"], told_on=world.meetings[8].meets_on, text="Bad nerves", by=None, now=world.now)
    nora = browser_as("Nora")
    assert tap(nora, "Amal", "present", 0).status_code == 200
    assert "Bad nerves" not in nora.get(f"/meetings/{ids[8]}/attendance").text
    assert "Bad nerves" in browser_as("Dana").get(f"/meetings/{ids[8]}/attendance").text


def test_a_tap_is_saved_and_says_when(browser_as, ids, tap):
    answer = tap(browser_as("Dana"), "Bo", "late", 0)
    assert answer.status_code == 200
    assert "saved 10.00 by Dana" in answer.text and f'name="version-{ids["Bo"]}" value="1"' in answer.text
    assert "<html" not in answer.text and "1 person is in the room." in answer.text
    assert state_of(ids, "Bo") == ("late", 1)


def test_a_double_tap_and_a_repeated_delivery_leave_one_entry(browser_as, ids, tap):
    dana = browser_as("Dana")
    for _time in range(3):
        assert tap(dana, "Bo", "late", 0).status_code == 200
    entries = db.session.execute(select(AuditEntry.detail).where(AuditEntry.subject == f"meetings/{ids[8]}")).scalars()
    assert [json.loads(entry)["changed"] for entry in entries] == [{str(ids["Bo"]): "late"}]


def test_a_stale_tap_shows_both_and_asks_which_is_right(browser_as, ids, tap, frozen):
    dana = browser_as("Dana")
    tap(browser_as("Lena"), "Bo", "late", 0)
    frozen.shift(timedelta(minutes=2))
    answer = tap(dana, "Bo", "present", 0)
    assert answer.status_code == 409
    assert "Lena saved “late” for Bo 2 minutes ago. You chose “present”. Which is right?" in answer.text
    assert answer.headers["HX-Retarget"] == f"#row-{ids['Bo']}"
    assert re.findall(r'name="choice" value="([^"]*)"', answer.text) == ["late 1", "present 1"]
    chosen = dana.post(f"/meetings/{ids[8]}/attendance/{ids['Bo']}", data={"choice": "present 1"}, headers=TAP)
    assert chosen.status_code == 200 and 'class="conflict"' not in chosen.text
    assert state_of(ids, "Bo") == ("present", 2)


def test_ones_own_other_window_is_named_so(browser_as, tap):
    dana = browser_as("Dana")
    tap(dana, "Bo", "late", 0)
    assert "You saved “late” for Bo in another window just now." in tap(dana, "Bo", "present", 0).text


def test_a_tap_without_scripts_leads_back_to_the_row(browser_as, ids, tap):
    answer = tap(browser_as("Dana"), "Bo", "late", 0, headers={})
    assert answer.status_code == 303 and answer.headers["Location"].endswith(f"/attendance#row-{ids['Bo']}")


def test_undo_puts_the_row_back(browser_as, ids, tap):
    dana = browser_as("Dana")
    tap(dana, "Bo", "late", 0)
    answer = dana.post(f"/meetings/{ids[8]}/attendance/{ids['Bo']}/undo", data={"version": "1"}, headers=TAP)
    assert answer.status_code == 200 and 'value="not_recorded" checked' in answer.text
    again = dana.post(f"/meetings/{ids[8]}/attendance/{ids['Bo']}/undo", data={"version": "2"})
    assert again.status_code == 303 and state_of(ids, "Bo") == ("late", 3)


def test_undo_after_somebody_else_changed_it_asks_instead(browser_as, ids, tap):
    dana = browser_as("Dana")
    tap(dana, "Bo", "late", 0)
    tap(browser_as("Lena"), "Bo", "absent", 1)
    for headers in (TAP, {}):
        answer = dana.post(f"/meetings/{ids[8]}/attendance/{ids['Bo']}/undo", data={"version": "1"}, headers=headers)
        assert answer.status_code == 409 and "Lena saved “absent” for Bo" in answer.text


def test_the_whole_form_saves_at_once_without_scripts(browser_as, ids, world):
    dana, lena_id = browser_as("Dana"), world.staff["Lena"].id
    fields = page_form(dana.get(f"/meetings/{ids[8]}/attendance").text)
    sent = [(name, "present" if name == f"state-{ids['Amal']}" else value) for name, value in fields] + [("leader", str(lena_id))]
    answer = dana.post(f"/meetings/{ids[8]}/attendance", data=_multi(sent), follow_redirects=True)
    assert answer.status_code == 200 and "1 mark is saved." in answer.text
    assert state_of(ids, "Amal") == ("present", 1) and state_of(ids, "Bo") is None
    assert list(db.session.execute(select(LeaderPresent.staff_id)).scalars()) == [lena_id]
    again = dana.get(f"/meetings/{ids[8]}/attendance").text
    assert f'name="state-{ids["Amal"]}" value="present" checked' in again
    unchanged = dana.post(f"/meetings/{ids[8]}/attendance", data=_multi(page_form(again)), follow_redirects=True)
    assert "The register is saved." in unchanged.text
    assert state_of(ids, "Amal") == ("present", 1)


def _multi(fields):
    found = {}
    for name, value in fields:
        found.setdefault(name, []).append(value)
    return found


def test_a_stale_form_saves_the_rest_and_asks_about_the_one(browser_as, ids, tap):
    dana = browser_as("Dana")
    fields = page_form(dana.get(f"/meetings/{ids[8]}/attendance").text)
    tap(browser_as("Lena"), "Bo", "late", 0)
    tap(browser_as("Lena"), "Cy", "absent", 0)  # nobody touches Cy here, so this is no clash
    chosen = {f"state-{ids['Bo']}": "present", f"state-{ids['Dina']}": "excused"}
    answer = dana.post(f"/meetings/{ids[8]}/attendance", data={name: chosen.get(name, value) for name, value in fields})
    assert answer.status_code == 409 and "<title>Error: " in answer.text
    assert "Everything else is saved." in answer.text and answer.text.count('<div class="conflict"') == 1
    assert [state_of(ids, name) for name in ("Bo", "Cy", "Dina")] == [("late", 1), ("absent", 1), ("excused", 1)]


def test_what_no_page_sends_is_turned_away_without_a_trace(browser_as, ids):
    dana, bo = browser_as("Dana"), ids["Bo"]
    address = f"/meetings/{ids[8]}/attendance"
    for data in (
        {f"state-{bo}": "asleep", f"version-{bo}": "0"}, {f"state-{bo}": "late", f"version-{bo}": "-1"}, {"choice": "late"},
        {"choice": "late ²"}, {f"state-{bo}": "late", f"version-{bo}": "9" * 25}, {},
    ):
        assert dana.post(f"{address}/{bo}", data=data, headers=TAP).status_code == 400, data
    assert dana.post(address, data={"state-x": "late"}).status_code == 400
    assert dana.post(address, data={f"state-{bo}": "asleep"}).status_code == 400
    assert dana.post(f"{address}/leaders", data={"leader": "x"}).status_code == 400
    assert state_of(ids, "Bo") is None


def test_all_present_then_exceptions(browser_as, ids, world):
    actions.apologise(world.meetings[8], world.people["Bo"], told_on=world.meetings[8].meets_on, by=None, now=world.now)
    dana = browser_as("Dana")
    answer = dana.post(f"/meetings/{ids[8]}/attendance/all-present", follow_redirects=True)
    assert "4 people are marked present. Now change the exceptions." in answer.text
    assert state_of(ids, "Bo") is None and state_of(ids, "Amal") == ("present", 1)
    assert "All present, then exceptions" not in answer.text


def test_all_present_leaves_alone_what_was_ticked_before_without_scripts(browser_as, ids, world):
    dana, page = browser_as("Dana"), f"/meetings/{ids[8]}/attendance"
    bo, leader = ids["Bo"], world.staff["Dana"].id
    sent = {f"state-{bo}": "late", f"was-{bo}": "not_recorded", f"version-{bo}": "0", "leader": [leader]}
    assert dana.post(f"{page}/all-present", data=sent).status_code == 303
    assert (state_of(ids, "Bo"), state_of(ids, "Amal")) == (("late", 1), ("present", 1))
    assert list(db.session.execute(select(LeaderPresent.staff_id)).scalars()) == [leader]


def test_all_present_asks_where_somebody_else_was_quicker(browser_as, ids, world):
    dana, page, bo = browser_as("Dana"), f"/meetings/{ids[8]}/attendance", ids["Bo"]
    sent = {f"state-{bo}": "late", f"was-{bo}": "not_recorded", f"version-{bo}": "0"}
    actions.mark(meeting=world.meetings[8], marks={bo: "absent"}, versions={}, by=world.staff["Lena"].id, now=world.now)
    answer = dana.post(f"{page}/all-present", data=sent)
    assert answer.status_code == 409 and "Lena saved “absent” for Bo just now." in answer.text
    assert (state_of(ids, "Bo"), state_of(ids, "Amal")) == (("absent", 1), ("present", 1))


def test_more_than_eight_in_the_room_gets_a_friendly_warning(browser_as, ids, world):
    dana = browser_as("Dana")
    for place in range(4):
        person = people.create(people.PersonDetails(f"Guest {place}", "da"), centre_id=world.group.centre_id, by=None, now=world.now)
        enrolment.join(world.group, person, on=world.group.starts_on, by=None, now=world.now)
    words = "at most 8 in the room"
    answer = dana.post(f"/meetings/{ids[8]}/attendance/all-present", follow_redirects=True)
    assert "9 people are in the room." in answer.text and words in answer.text
    undone = dana.post(f"/meetings/{ids[8]}/attendance/{ids['Bo']}/undo", data={"version": "1"}, headers=TAP)
    assert "8 people are in the room." in undone.text and words not in undone.text


def test_leaders_are_saved_at_a_tap_and_only_those_of_the_group(browser_as, ids, world):
    dana_id, charlie_id = world.staff["Dana"].id, world.staff["Charlie"].id
    answer = browser_as("Dana").post(f"/meetings/{ids[8]}/attendance/leaders", data={"leader": [dana_id, charlie_id]}, headers=TAP)
    assert answer.status_code == 204
    assert list(db.session.execute(select(LeaderPresent.staff_id)).scalars()) == [dana_id]


def test_a_meeting_to_come_says_when_the_register_opens(browser_as, ids, tap):
    dana = browser_as("Dana")
    page = dana.get(f"/meetings/{ids[10]}/attendance").text
    assert "The register opens Tuesday 19 January at 12.30, two hours before the meeting." in page
    assert 'type="radio"' not in page and "Note that somebody cannot come" in page
    answer = tap(dana, "Bo", "present", 0, number=10)
    assert answer.status_code == 422 and "It is too early to record this." in answer.text
    assert dana.post(f"/meetings/{ids[10]}/attendance/all-present").status_code == 422
    assert dana.post(f"/meetings/{ids[10]}/attendance/held").status_code == 422
    assert dana.post(f"/meetings/{ids[10]}/attendance/leaders", data={}).status_code == 422


def test_a_cancelled_meeting_says_so_and_keeps_nothing(browser_as, ids, world, tap):
    groups.cancel(world.meetings[8], reason="Both leaders ill", by=None, now=world.now)
    dana = browser_as("Dana")
    page = dana.get(f"/meetings/{ids[8]}/attendance").text
    assert "This meeting was cancelled" in page and "Both leaders ill" in page and "<fieldset" not in page
    assert tap(dana, "Bo", "present", 0).status_code == 422
    assert dana.post(f"/meetings/{ids[8]}/apologies", data={"participant": ids["Bo"], "told_on": "2027-01-04"}).status_code == 422
    assert db.session.execute(select(func.count()).select_from(Apology)).scalar() == 0


def test_a_meeting_nobody_came_to_can_be_recorded_as_held(browser_as, ids):
    dana = browser_as("Dana")
    assert "Did the meeting take place all the same?" in dana.get(f"/meetings/{ids[8]}/attendance").text
    assert dana.post(f"/meetings/{ids[8]}/attendance/held").status_code == 303
    assert db.session.get(Meeting, ids[8]).state == "held"
    assert "Did the meeting take place all the same?" not in dana.get(f"/meetings/{ids[8]}/attendance").text


def test_a_meeting_held_by_mistake_is_taken_back_on_its_register(browser_as, ids, tap):
    dana = browser_as("Dana")
    assert "It did not take place" not in tap(dana, "Bo", "present", 0).text
    assert "It did not take place" in tap(dana, "Bo", "not_recorded", 1).text
    answer = dana.post(f"/meetings/{ids[8]}/attendance/not-held", follow_redirects=True)
    assert answer.status_code == 200 and "The meeting is planned again." in answer.text
    assert db.session.get(Meeting, ids[8]).state == "planned"


def test_a_meeting_with_notes_is_not_taken_back(browser_as, ids, world):
    dana = browser_as("Dana")
    dana.post(f"/meetings/{ids[8]}/attendance/held")
    record(world.meetings[8], MeetingRecord(steps={"welcome": 5}), by=None, now=world.now)
    answer = dana.post(f"/meetings/{ids[8]}/attendance/not-held", follow_redirects=True)
    assert "So it stays held." in answer.text and db.session.get(Meeting, ids[8]).state == "held"


def test_saving_the_page_asks_again_until_one_of_two_is_taken(browser_as, ids, tap):
    dana, address, bo = browser_as("Dana"), f"/meetings/{ids[8]}/attendance", ids["Bo"]
    fields = dict(page_form(dana.get(address).text))
    tap(browser_as("Lena"), "Bo", "late", 0)
    for _time in range(3):
        answer = dana.post(address, data=fields | {f"state-{bo}": "absent"})
        assert answer.status_code == 409 and state_of(ids, "Bo") == ("late", 1)
        fields = dict(page_form(answer.text))
        assert fields[f"state-{bo}"] == "absent"
    assert tap(dana, "Bo", "absent", 0).status_code == 409
    assert dana.post(f"{address}/{bo}", data={"choice": "absent 1"}).status_code == 303
    assert state_of(ids, "Bo") == ("absent", 2)


def test_an_apology_is_noted_apart_from_the_mark_and_taken_back(browser_as, ids):
    dana = browser_as("Dana")
    assert '>Choose a person<' in dana.get(f"/meetings/{ids[10]}/apologies").text
    answer = dana.post(
        f"/meetings/{ids[10]}/apologies", data={"participant": ids["Bo"], "told_on": "2027-01-12", "text": "A trip"}, follow_redirects=True
    )
    assert "Bo L. told us Tue 12 Jan" in answer.text and state_of(ids, "Bo", 10) is None
    assert dana.post(f"/meetings/{ids[10]}/apologies/{ids['Bo']}/withdraw").status_code == 303
    assert "Nobody has said that they cannot come." in dana.get(f"/meetings/{ids[10]}/attendance").text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"participant": "0", "told_on": "2027-01-04"}, "Choose who told you"),
        ({"participant": "12345", "told_on": "2027-01-04"}, "Choose"),
        ({"participant": "Bo", "told_on": ""}, "Choose the day they said so"),
        ({"participant": "Bo", "told_on": "2027-01-06"}, "Choose a day up to the meeting, not later than today"),
        ({"participant": "Bo", "told_on": "2027-01-04", "text": "x" * 1001}, "Write at most 1000 characters"),
    ],
)
def test_an_apology_that_lacks_something_says_what(browser_as, ids, data, said):
    data = data | ({"participant": ids["Bo"]} if data["participant"] == "Bo" else {})
    answer = browser_as("Dana").post(f"/meetings/{ids[8]}/apologies", data=data)
    assert answer.status_code == 422 and said in answer.text and "<title>Error: " in answer.text
    assert db.session.execute(select(func.count()).select_from(Apology)).scalar() == 0


def test_the_sheet_prints_in_the_order_of_the_register(browser_as, ids):
    answer = browser_as("Dana").get(f"/meetings/{ids[8]}/attendance.pdf")
    assert answer.mimetype == "application/pdf" and answer.data.startswith(b"%PDF")
    assert answer.headers["Content-Disposition"] == 'inline; filename="attendance-G01-8.pdf"'


def test_missed_meetings_are_caught_up_once_and_taken_back(browser_as, ids, world):
    actions.mark(meeting=world.meetings[8], marks={ids["Amal"]: "present", ids["Bo"]: "absent"}, versions={}, by=None, now=world.now)
    dana, address, dana_id = browser_as("Dana"), f"/people/{ids['Bo']}/make-ups", world.staff["Dana"].id
    assert "Record that it was caught up" in dana.get(address).text
    assert dana.get(f"{address}/{ids[8]}").status_code == 200
    data = {"kind": "ward", "done_on": "2027-01-11", "minutes": "40", "leader": str(dana_id)}
    for kind in ("ward", "one_to_one"):
        assert dana.post(f"{address}/{ids[8]}", data=data | {"kind": kind}).status_code == 303
    assert "Caught up: One to one</strong>, Monday 11 January" in dana.get(address).text
    early = dana.post(f"{address}/{ids[8]}", data=data | {"done_on": "2026-01-01"})
    assert early.status_code == 422 and "on, when the group began" in early.text
    [row] = db.session.execute(select(MakeUp)).scalars()
    assert (row.kind, row.minutes, row.leader_id) == ("one_to_one", 40, dana_id)
    assert 'value="40"' in dana.get(f"{address}/{ids[8]}").text
    assert dana.post(f"{address}/{ids[8]}/remove").status_code == 303
    assert db.session.execute(select(func.count()).select_from(MakeUp)).scalar() == 0


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"done_on": "2027-01-11"}, "Choose how it was caught up"),
        ({"kind": "ward", "done_on": ""}, "Choose the day it was done"),
        ({"kind": "ward", "done_on": "2027-01-13"}, "Choose a day up to today"),
        ({"kind": "ward", "done_on": "2027-01-11", "minutes": "900"}, "Write the minutes as a number from 1 to 240"),
    ],
)
def test_a_make_up_that_lacks_something_says_what(browser_as, ids, world, data, said):
    actions.mark(meeting=world.meetings[8], marks={ids["Amal"]: "present", ids["Bo"]: "absent"}, versions={}, by=None, now=world.now)
    answer = browser_as("Dana").post(f"/people/{ids['Bo']}/make-ups/{ids[8]}", data=data | {"leader": "0"})
    assert answer.status_code == 422 and said in answer.text
    assert db.session.execute(select(func.count()).select_from(MakeUp)).scalar() == 0


def test_a_meeting_they_were_at_or_of_another_group_has_no_make_up_page(browser_as, ids, world):
    actions.mark(meeting=world.meetings[8], marks={ids["Amal"]: "present"}, versions={}, by=None, now=world.now)
    other = db.session.execute(select(Meeting.id).where(Meeting.group_id == world.groups["Thursday"].id)).scalars().first()
    dana = browser_as("Dana")
    for meeting in (ids[8], other):
        assert dana.get(f"/people/{ids['Amal']}/make-ups/{meeting}").status_code == 404
        assert dana.post(f"/people/{ids['Amal']}/make-ups/{meeting}/remove").status_code == 404
    assert "No meeting missed so far." in dana.get(f"/people/{ids['Amal']}/make-ups").text


def test_the_number_of_statements_does_not_grow_with_people_or_meetings(browser_as, world):
    group, charlie, asked = world.groups["Thursday"], browser_as("Charlie"), {}
    wanted = select(Meeting.number, Meeting.id).where(Meeting.group_id == group.id)
    numbered = dict(tuple(row) for row in db.session.execute(wanted))
    gorm, group_id, centre_id, starts_on = world.people["Gorm"].id, group.id, group.centre_id, group.starts_on
    register = f"/meetings/{numbered[8]}/attendance"
    for size, held in ((2, 1), (12, 7)):
        while len(figures.grid(group_id).people) < size:
            person = people.create(people.PersonDetails("Somebody New", "da"), centre_id=centre_id, by=None, now=world.now)
            enrolment.join(db.session.get(Group, group_id), person, on=starts_on, by=None, now=world.now)
        for number in [*range(1, held + 1), 8]:
            actions.all_present(db.session.get(Meeting, numbered[number]), by=None, now=world.now)
        tapped = {f"state-{gorm}": "late" if size == 2 else "absent", f"version-{gorm}": 1 if size == 2 else 2}
        for name, ask in {
            "register": lambda: charlie.get(register),
            "sheet": lambda: charlie.get(f"{register}.csv"),
            "make-ups": lambda: charlie.get(f"/people/{gorm}/make-ups"),
            "tap": lambda sent=tapped: charlie.post(f"{register}/{gorm}", data=sent, headers=TAP),
            "grid": lambda: figures.grid(group_id),
            "figures": lambda: figures.figures(group_id, world.today),
            "person": lambda: figures.person_figures(gorm, world.today),
        }.items():
            with statements() as found:
                answer = ask()
            assert getattr(answer, "status_code", 200) == 200, name
            asked.setdefault(name, []).append(len(found))
    assert {name: counts[0] for name, counts in asked.items()} == {name: counts[1] for name, counts in asked.items()}
    assert {name: counts[0] for name, counts in asked.items() if name in ("register", "grid", "figures", "person")} == {
        "register": 6, "grid": 2, "figures": 3, "person": 4,
    }
