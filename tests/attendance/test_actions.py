"""Marks, apologies, make-ups and leaders present: what is written, what is refused, and what is written only once."""

import json
import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from imrgroups.attendance import actions
from imrgroups.attendance.actions import Conflict, took_place
from imrgroups.attendance.models import Apology, LeaderPresent, MakeUp, Mark
from imrgroups.audit import AuditEntry, broken_links
from imrgroups.db import db, writing
from imrgroups.enrolment import actions as enrolment
from imrgroups.groups import actions as groups
from imrgroups.groups.models import Meeting
from imrgroups.people import actions as people
from imrgroups.rules.attendance import CannotMakeUp, CannotMark, MarkState


@pytest.fixture
def last(world):
    """The meeting of the week before: over, and nothing recorded."""
    return world.meetings[8]


@pytest.fixture
def mark(world, last):
    """Save marks of the last meeting by first name: `mark(Amal="present")`; versions by name in `at`."""

    def save(by="Dana", at=None, meeting=None, **states):
        ids = {world.people[name].id: state for name, state in states.items()}
        versions = {world.people[name].id: version for name, version in (at or {}).items()}
        return actions.mark(meeting=meeting or last, marks=ids, versions=versions, by=world.staff[by].id, now=world.now)

    return save


def saved(meeting):
    rows = db.session.execute(select(Mark).where(Mark.meeting_id == meeting.id)).scalars()
    return {row.participant_id: (row.state, row.version) for row in rows}


def entries(meeting):
    rows = select(AuditEntry.action, AuditEntry.detail).where(AuditEntry.subject == f"meetings/{meeting.id}").order_by(AuditEntry.number)
    return [(row.action, json.loads(row.detail)) for row in db.session.execute(rows)]


def test_a_mark_is_stored_with_who_and_when_and_the_meeting_becomes_held(world, last, mark):
    assert mark(Amal="present") == 1
    row = db.session.get(Mark, (last.id, world.people["Amal"].id))
    assert (row.state, row.version, row.marked_by_id, row.marked_at) == ("present", 1, world.staff["Dana"].id, world.now)
    assert last.state == "held"


def test_only_somebody_in_the_room_makes_a_meeting_held(last, mark):
    mark(Amal="absent", Bo="excused", Cy="hospital")
    assert last.state == "planned"
    mark(Dina="left_early")
    assert last.state == "held"


def test_saving_the_same_twice_makes_nothing_twice(world, last, mark):
    mark(Amal="late")
    before, written = saved(last), entries(last)
    assert mark(Amal="late", at={"Amal": 0}) == 0
    assert mark(Amal="late", at={"Amal": 1}) == 0
    assert saved(last) == before
    assert entries(last) == written


def test_two_clicks_leave_one_entry_in_the_record(world, last, mark):
    mark(Amal="present", at={"Amal": 0})
    mark(Amal="present", at={"Amal": 0})
    assert entries(last) == [("attendance.marked", {"changed": {str(world.people["Amal"].id): "present"}, "held": True})]
    assert broken_links(world.group.centre_id) == []


def test_a_late_repetition_of_an_old_tap_does_not_undo_a_newer_one(world, last, mark):
    mark(Amal="present", at={"Amal": 0})
    mark(Amal="late", at={"Amal": 1})
    with pytest.raises(Conflict):
        mark(Amal="present", at={"Amal": 0})
    assert saved(last)[world.people["Amal"].id] == ("late", 2)


def test_nobody_recorded_leaves_no_row(last, mark):
    assert mark(Amal="not_recorded") == 0
    assert saved(last) == {} and last.state == "planned"


def test_a_stale_page_is_told_who_saved_what_and_changes_nothing(world, last, mark):
    mark(Amal="late", by="Lena")
    with pytest.raises(Conflict) as refused:
        mark(Amal="present", Bo="present", at={"Amal": 0, "Bo": 0})
    [clash] = refused.value.clashes
    assert (clash.participant_id, clash.saved, clash.wanted, clash.version) == (world.people["Amal"].id, "late", "present", 1)
    assert (clash.saved_by, clash.saved_by_id, clash.saved_at) == ("Lena", world.staff["Lena"].id, world.now)
    assert set(saved(last)) == {world.people["Amal"].id}


def test_a_whole_page_saves_what_it_can_and_gives_the_clashes_back(world, last, mark):
    mark(Amal="late", by="Lena")
    ids = {name: world.people[name].id for name in ("Amal", "Bo")}
    count, clashes = actions.mark_what_can(
        meeting=last, marks={ids["Amal"]: "present", ids["Bo"]: "absent"}, versions=dict.fromkeys(ids.values(), 0), by=None, now=world.now
    )
    assert count == 1 and [clash.participant_id for clash in clashes] == [ids["Amal"]]
    assert saved(last) == {ids["Amal"]: ("late", 1), ids["Bo"]: ("absent", 1)}


@pytest.mark.parametrize(("minutes_before", "opened"), [(121, False), (120, True), (0, True), (-60, True)])
def test_the_register_opens_two_hours_before_the_meeting(world, mark, minutes_before, opened):
    meeting = world.meetings[9]
    at = meeting.starts_at - timedelta(minutes=minutes_before)
    wanted = {world.people["Amal"].id: "present"}
    if opened:
        assert actions.mark(meeting=meeting, marks=wanted, versions={}, by=None, now=at) == 1
    else:
        with pytest.raises(CannotMark, match="not_yet"):
            actions.mark(meeting=meeting, marks=wanted, versions={}, by=None, now=at)


def test_a_cancelled_meeting_takes_no_mark_and_no_leader(world, last, mark):
    groups.cancel(last, reason="ill", by=None, now=world.now)
    with pytest.raises(CannotMark, match="cancelled"):
        mark(Amal="present")
    with pytest.raises(CannotMark, match="cancelled"):
        actions.all_present(last, by=None, now=world.now)
    with pytest.raises(CannotMark, match="cancelled"):
        actions.present_leaders(last, [world.staff["Dana"].id], by=None, now=world.now)


def test_whoever_is_not_in_the_group_that_day_gets_no_mark(world, mark):
    with pytest.raises(CannotMark, match="not_enrolled"):
        mark(Freja="present")
    with pytest.raises(CannotMark, match="not_enrolled"):
        mark(Ejnar="present", meeting=world.meetings[4])
    assert mark(Ejnar="present", meeting=world.meetings[5]) == 1  # the day of joining belongs to it


def test_a_mark_of_somebody_who_left_can_still_be_put_right(world, last, mark):
    mark(Bo="absent")
    enrolment.leave(world.enrolments["Bo"], on=last.meets_on - timedelta(days=1), reason="moved", by=None, now=world.now)
    assert mark(Bo="present", at={"Bo": 1}) == 1


def test_an_unknown_word_is_an_error(mark):
    with pytest.raises(ValueError):
        mark(Amal="asleep")


def test_all_present_leaves_out_marks_apologies_and_people_in_hospital(world, last, mark):
    mark(Amal="late")
    actions.apologise(last, world.people["Bo"], told_on=last.meets_on, by=None, now=world.now)
    people.admit(world.people["Cy"], on=last.meets_on, by=None, now=world.now)
    assert actions.all_present(last, by=None, now=world.now) == 2
    found = {name: saved(last).get(person.id, ("", 0))[0] for name, person in world.people.items()}
    assert {name: state for name, state in found.items() if state} == {"Amal": "late", "Dina": "present", "Ejnar": "present"}
    assert actions.all_present(last, by=None, now=world.now) == 0


@pytest.mark.parametrize(
    ("taps", "after"),
    [
        (["late"], "not_recorded"), (["late", "present"], "late"), (["present", "absent", "excused"], "absent"),
        (["late", "not_recorded"], "late"),
    ],
)
def test_undo_puts_back_the_mark_before(world, last, mark, taps, after):
    for tap in taps:
        mark(Amal=tap, Bo="present")
    amal = world.people["Amal"].id
    assert actions.undo(last, amal, version=len(taps), by=None, now=world.now) == after
    assert saved(last)[amal] == (after, len(taps) + 1)
    assert actions.undo(last, amal, version=len(taps) + 1, by=None, now=world.now) == taps[-1]


def test_undo_of_a_tap_that_somebody_has_changed_meanwhile_is_a_conflict(world, last, mark):
    mark(Amal="late")
    mark(Amal="absent", by="Lena")
    with pytest.raises(Conflict):
        actions.undo(last, world.people["Amal"].id, version=1, by=None, now=world.now)


def test_undoing_the_one_tap_that_made_a_meeting_held_plans_it_again(world, last, mark):
    mark(Amal="present")
    actions.undo(last, world.people["Amal"].id, version=1, by=None, now=world.now)
    assert last.state == "planned"


def test_a_meeting_stays_held_when_anything_else_was_recorded_before_the_undo(world, last, mark):
    mark(Amal="present")
    actions.present_leaders(last, [world.staff["Dana"].id], by=None, now=world.now)
    actions.undo(last, world.people["Amal"].id, version=1, by=None, now=world.now)
    assert last.state == "held"


def test_a_meeting_where_nobody_came_can_be_held(world, last):
    took_place.hold(last, by=None, now=world.now)
    took_place.hold(last, by=None, now=world.now)
    assert last.state == "held" and [action for action, _detail in entries(last)] == ["meeting.held"]


def test_a_meeting_held_by_mistake_is_planned_again(world, last):
    actions.all_present(last, by=None, now=world.now)
    actions.present_leaders(last, [world.staff["Dana"].id], by=None, now=world.now)
    for row in db.session.execute(select(Mark).where(Mark.meeting_id == last.id)).scalars().all():
        actions.undo(last, row.participant_id, version=row.version, by=None, now=world.now)
    assert last.state == "held"
    for _twice in range(2):
        took_place.not_held(last, written=lambda _meeting: False, by=None, now=world.now)
    assert last.state == "planned" and [action for action, _detail in entries(last)].count("meeting.not_held") == 1
    assert db.session.execute(select(LeaderPresent)).first() is None


def test_a_meeting_where_somebody_was_or_of_which_something_is_written_stays_held(world, last, mark):
    mark(Amal="left_early", Bo="absent")
    with pytest.raises(CannotMark, match="was_there"):
        took_place.not_held(last, written=lambda _meeting: False, by=None, now=world.now)
    mark(Amal="not_recorded")
    with pytest.raises(CannotMark, match="written"):
        took_place.not_held(last, written=lambda _meeting: True, by=None, now=world.now)
    actions.make_up(last, world.people["Bo"], done_on=world.today, kind="ward", minutes=None, leader_id=None, by=None, now=world.now)
    with pytest.raises(CannotMark, match="written"):
        took_place.not_held(last, written=lambda _meeting: False, by=None, now=world.now)
    assert last.state == "held"


def test_leaders_present_replace_what_was_said_before(world, last):
    dana, lena = world.staff["Dana"].id, world.staff["Lena"].id
    for said in ([dana, lena], [lena], [lena]):
        actions.present_leaders(last, said, by=None, now=world.now)
    assert list(db.session.execute(select(LeaderPresent.staff_id).where(LeaderPresent.meeting_id == last.id)).scalars()) == [lena]
    assert [detail["leaders"] for _action, detail in entries(last)] == [sorted([dana, lena]), [lena]]


def test_an_apology_never_changes_the_mark_and_is_one(world, last, mark):
    bo = world.people["Bo"]
    mark(Bo="present")
    for text in ("a cold", "a bad cold"):
        actions.apologise(last, bo, told_on=last.meets_on, text=text, by=None, now=world.now)
    [row] = db.session.execute(select(Apology)).scalars()
    assert row.text == "a bad cold" and saved(last)[bo.id] == ("present", 1)
    assert "cold" not in json.dumps(entries(last))
    actions.withdraw_apology(last, bo, by=None, now=world.now)
    actions.withdraw_apology(last, bo, by=None, now=world.now)
    assert db.session.execute(select(func.count()).select_from(Apology)).scalar() == 0


def test_a_make_up_counts_once_and_can_be_taken_back(world, last, mark):
    mark(Amal="present", Bo="absent")
    for kind in ("ward", "one_to_one"):
        actions.make_up(
            last, world.people["Bo"], done_on=world.today, kind=kind, minutes=30, leader_id=world.staff["Dana"].id, by=None, now=world.now
        )
    [row] = db.session.execute(select(MakeUp)).scalars()
    assert (row.kind, row.minutes) == ("one_to_one", 30)
    actions.remove_make_up(last, world.people["Bo"], by=None, now=world.now)
    assert db.session.execute(select(func.count()).select_from(MakeUp)).scalar() == 0


@pytest.mark.parametrize(
    ("person", "done_on", "reason"),
    [("Amal", date(2027, 1, 12), "was_there"), ("Bo", date(2027, 1, 13), "not_yet")],
)
def test_a_make_up_is_refused_for_who_was_there_and_before_it_is_done(world, last, mark, person, done_on, reason):
    mark(Amal="present", Bo="absent")
    with pytest.raises(CannotMakeUp, match=reason):
        actions.make_up(last, world.people[person], done_on=done_on, kind="ward", minutes=None, leader_id=None, by=None, now=world.now)


def test_a_meeting_that_was_not_held_cannot_be_caught_up(world):
    with pytest.raises(CannotMakeUp, match="not_held"):
        actions.make_up(
            world.meetings[9], world.people["Bo"], done_on=world.today, kind="ward", minutes=None, leader_id=None, by=None, now=world.now
        )


def test_two_leaders_at_once_one_is_saved_and_the_other_is_asked(app, world, last):
    meeting_id, amal, now = last.id, world.people["Amal"].id, world.now
    staff = {name: world.staff[name].id for name in ("Dana", "Lena")}
    db.session.rollback()
    start, answers = threading.Barrier(2), {}

    def tap(name, state):
        with app.app_context(), writing():
            start.wait(10)
            try:
                meeting = db.session.get(Meeting, meeting_id)
                answers[name] = actions.mark(meeting=meeting, marks={amal: state}, versions={amal: 0}, by=staff[name], now=now)
            except Conflict as conflict:
                answers[name] = conflict.clashes[0]
            db.session.remove()

    taps = [threading.Thread(target=tap, args=args) for args in (("Dana", "present"), ("Lena", "late"))]
    for thread in taps:
        thread.start()
    for thread in taps:
        thread.join(20)
    [winner] = [name for name, answer in answers.items() if answer == 1]
    [clash] = [answer for answer in answers.values() if answer != 1]
    state = {"Dana": MarkState.PRESENT, "Lena": MarkState.LATE}[winner]
    assert (clash.saved, clash.saved_by) == (state, winner)
    assert saved(db.session.get(Meeting, meeting_id)) == {amal: (state, 1)}
    assert len(entries(db.session.get(Meeting, meeting_id))) == 1
