"""The series of a group: made, moved, cancelled, restored, added to, reordered, ended."""

import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select, update

from imrgroups import audit
from imrgroups.db import db
from imrgroups.groups import actions, series
from imrgroups.groups.actions import CannotPlan, GroupDetails, closed
from imrgroups.groups.models import Group, Meeting

LATER = datetime(2027, 1, 12, 9, 0, tzinfo=UTC)
BEFORE = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)


def details(**changes) -> GroupDetails:
    usual = GroupDetails("Monday", "da", date(2027, 2, 1), time(10, 0), "Europe/Copenhagen", 60, "Room 1", series.default_order())
    return replace(usual, **changes)


def make(world, **changes) -> Group:
    centre, leaders = world.centres["North"].id, [world.staff["Dana"].id]
    return actions.create(details(**changes), centre_id=centre, leaders=leaders, by=world.staff["Nora"].id, now=world.now)


def hold(world, *numbers) -> None:
    """Say that these meetings of the Tuesday group took place as planned."""
    db.session.execute(update(Meeting).where(Meeting.group_id == world.group.id, Meeting.number.in_(numbers)).values(state="held"))
    db.session.commit()


def topics(meeting: Meeting) -> list[str]:
    return [f"{topic.module}/{topic.topic}" for topic in meeting.topics]


def plan(group: Group) -> list[str]:
    """Every topic of the open meetings in order, a topic that goes on named once."""
    wanted = select(Meeting).where(Meeting.group_id == group.id, Meeting.state == "planned").order_by(Meeting.meets_on, Meeting.number)
    return list(dict.fromkeys(key for meeting in db.session.execute(wanted).scalars() for key in topics(meeting)))


def meetings_of(group: Group) -> list[Meeting]:
    return list(db.session.execute(select(Meeting).where(Meeting.group_id == group.id).order_by(Meeting.number)).scalars())


def refused(act, *args, **kwargs) -> str:
    with pytest.raises(CannotPlan) as refusal:
        act(*args, **kwargs)
    db.session.rollback()
    return refusal.value.reason


def test_a_new_group_meets_weekly_at_the_same_local_time_for_nine_months(world):
    group = make(world)
    meetings = meetings_of(group)
    assert [meeting.number for meeting in meetings] == list(range(1, len(meetings) + 1))
    assert {meeting.meets_on.weekday() for meeting in meetings} == {0}
    assert meetings[0].meets_on == date(2027, 2, 1) and meetings[-1].meets_on == date(2027, 10, 25)
    assert {meeting.local_time for meeting in meetings} == {time(10, 0)}
    assert {meeting.starts_at.hour for meeting in meetings} == {8, 9}  # summer and winter time
    assert date(2027, 3, 29) not in {meeting.meets_on for meeting in meetings}  # Easter Monday


def test_a_new_group_is_exactly_what_its_preview_showed(world):
    summer = (date(2027, 7, 5), date(2027, 7, 30))
    closed.close(world.centres["North"], *summer, "Summer", by=None, now=world.now)
    shown = series.preview(date(2027, 2, 1), time(10, 0), "Europe/Copenhagen", "DK", [summer, (date(2026, 12, 21), date(2027, 1, 3))])
    made = [
        {
            "number": meeting.number, "date": meeting.meets_on.isoformat(), "time": "10:00",
            "starts_at_utc": meeting.starts_at.isoformat(), "topics": topics(meeting),
        }
        for meeting in meetings_of(make(world))
    ]
    assert made == shown["meetings"]
    assert {skipped["why"] for skipped in shown["skipped"]} == {"holiday", "closed"}


def test_a_group_without_a_code_gets_the_next_free_one(world):
    assert [world.groups["Tuesday"].code, world.groups["Thursday"].code, make(world).code] == ["G01", "G02", "G03"]


@pytest.mark.parametrize(("changes", "reason"), [
    ({"module_order": ()}, "modules"),
    ({"module_order": ("needs", "needs")}, "modules"),
    ({"module_order": ("astrology",)}, "modules"),
    ({"minutes": 5}, "minutes"),
    ({"minutes": 500}, "minutes"),
    ({"capacity": 0}, "capacity"),
    ({"timezone": "Mars/North"}, "time_zone"),
])
def test_a_group_that_makes_no_sense_is_refused_and_nothing_is_written(world, changes, reason):
    before = len(db.session.execute(select(Group.id)).all())
    assert refused(make, world, **changes) == reason
    assert len(db.session.execute(select(Group.id)).all()) == before


def test_a_group_needs_leaders_who_exist(world):
    centre = world.centres["North"].id
    assert refused(actions.create, details(), centre_id=centre, leaders=[], by=None, now=LATER) == "no_leader"
    assert refused(actions.create, details(), centre_id=centre, leaders=[999], by=None, now=LATER) == "leader"
    assert refused(actions.create, details(), centre_id=centre, leaders=[999], by=None, now=LATER, code="G01") == "code_taken"


def test_a_cancelled_meeting_hands_its_topics_on_and_held_ones_stay(world):
    hold(world, 1, 2, 3)
    before = plan(world.group)
    held = {number: topics(world.meetings[number]) for number in (1, 2, 3)}
    actions.cancel(world.meetings[9], reason="The room is taken", by=world.staff["Dana"].id, now=LATER)
    assert topics(world.meetings[9]) == [] and world.meetings[9].reason == "The room is taken"
    assert plan(world.group) == before
    assert {number: topics(world.meetings[number]) for number in (1, 2, 3)} == held


def test_a_meeting_cannot_be_cancelled_without_a_reason_or_twice_or_once_held(world):
    hold(world, 1)
    usual = {"by": None, "now": LATER}
    assert refused(actions.cancel, world.meetings[9], reason="", **usual) == "no_reason"
    assert refused(actions.cancel, world.meetings[1], reason="x", **usual) == "held"
    actions.cancel(world.meetings[9], reason="x", **usual)
    assert refused(actions.cancel, world.meetings[9], reason="x", **usual) == "cancelled"


def test_a_restored_meeting_brings_the_plan_back(world):
    before = [topics(meeting) for meeting in world.meetings.values()]
    actions.cancel(world.meetings[12], reason="Flood", by=None, now=LATER)
    assert [topics(meeting) for meeting in world.meetings.values()] != before
    actions.restore(world.meetings[12], by=None, now=LATER)
    assert [topics(meeting) for meeting in world.meetings.values()] == before
    assert refused(actions.restore, world.meetings[12], by=None, now=LATER) == "not_cancelled"


def test_a_cancelled_meeting_is_not_restored_onto_a_day_that_was_given_to_another(world):
    on = world.meetings[12].meets_on
    actions.cancel(world.meetings[12], reason="Flood", by=None, now=LATER)
    actions.move(world.meetings[13], to_on=on, by=None, now=LATER)
    assert refused(actions.restore, world.meetings[12], by=None, now=LATER) == "day_taken"


def test_a_meeting_moves_to_another_day_and_hour_and_remembers_where_it_was(world):
    meeting = world.meetings[9]
    actions.move(meeting, to_on=date(2027, 1, 14), to_time=time(9, 15), by=None, now=LATER)
    assert meeting.starts_at == datetime(2027, 1, 14, 8, 15, tzinfo=UTC)
    assert meeting.moved_from_on == date(2027, 1, 12)
    actions.move(meeting, to_on=date(2027, 1, 15), by=None, now=LATER)
    assert (meeting.local_time, meeting.moved_from_on) == (time(9, 15), date(2027, 1, 12))
    actions.move(meeting, to_on=date(2027, 1, 12), to_time=time(14, 30), by=None, now=LATER)
    assert meeting.moved_from_on is None


def test_a_meeting_that_moves_past_others_takes_the_topics_of_its_new_place(world):
    before = plan(world.group)
    ninth = topics(world.meetings[9])
    actions.move(world.meetings[9], to_on=date(2027, 1, 27), by=None, now=LATER)
    assert topics(world.meetings[10]) == ninth
    assert plan(world.group) == before


def test_a_meeting_does_not_move_onto_another_or_before_the_first_day(world):
    usual = {"by": None, "now": LATER}
    assert refused(actions.move, world.meetings[9], to_on=world.meetings[10].meets_on, **usual) == "day_taken"
    assert refused(actions.move, world.meetings[9], to_on=date(2026, 11, 2), **usual) == "before_start"
    hold(world, 1)
    assert refused(actions.move, world.meetings[1], to_on=date(2027, 3, 1), **usual) == "held"
    assert refused(actions.add_meeting, world.group, on=world.today, **usual) == "day_taken"
    assert refused(actions.add_meeting, world.group, on=date(2026, 1, 1), **usual) == "before_start"


def test_nine_months_end_when_they_end_unless_somebody_says_otherwise(world):
    usual, after, meeting = {"by": None, "now": LATER}, date(2027, 8, 10), world.meetings[9]
    assert series.ends_on(world.group) == date(2027, 8, 2)
    assert refused(actions.move, meeting, to_on=after, **usual) == "after_end"
    assert refused(actions.add_meeting, world.group, on=after, **usual) == "after_end"
    assert refused(actions.move, meeting, to_on=date(2029, 1, 12), beyond=True, **usual) == "too_late"
    assert refused(actions.add_meeting, world.group, on=date(2027, 8, 31), beyond=True, **usual) == "too_late"
    actions.move(meeting, to_on=after, beyond=True, **usual)
    actions.add_meeting(world.group, on=date(2027, 8, 31), beyond=True, **usual)  # four weeks count from the last meeting
    assert series.last_on(world.group) == date(2027, 8, 31)
    actions.cancel(meeting, reason="x", **usual)
    actions.restore(meeting, **usual)
    assert world.meetings[9].state == "planned"


def test_a_group_ends_at_the_latest_with_its_last_meeting(world):
    assert refused(actions.end, world.group, on=date(2028, 1, 12), reason="x", by=None, now=LATER) == "after_last"
    actions.end(world.group, on=date(2027, 9, 1), reason="Written late", by=None, now=datetime(2027, 9, 1, 9, tzinfo=UTC))
    assert world.group.ended_on == date(2027, 9, 1)


def test_an_added_meeting_gets_the_next_number_and_room_for_topics(world):
    last = max(world.meetings)
    meeting = actions.add_meeting(world.group, on=date(2027, 1, 14), by=None, now=LATER)
    assert (meeting.number, meeting.local_time) == (last + 1, time(14, 30))
    assert topics(meeting)


def test_a_new_order_moves_the_modules_that_were_not_begun(world):
    hold(world, *range(1, 9))
    order = ["recovery-strategies", "needs", *[id for id in series.default_order() if id not in ("recovery-strategies", "needs")]]
    actions.reorder(world.group, order, by=None, now=LATER)
    begun, to_come = ("recovery", "practical", "stress-v"), [key for number in range(9, 14) for key in topics(world.meetings[number])]
    assert next(key for key in to_come if not key.startswith(begun)).startswith("needs/")
    assert refused(actions.reorder, world.group, ["needs", "needs"], by=None, now=LATER) == "modules"
    assert refused(actions.reorder, world.group, [], by=None, now=LATER) == "modules"


def test_modules_that_no_longer_fit_are_named(world):
    left_out = []
    for number in range(10, max(world.meetings) + 1):
        left_out = actions.cancel(world.meetings[number], reason="Closed", by=None, now=BEFORE)
    assert left_out == list(series.default_order()[9:])  # nine meetings are left for eleven modules
    assert series.left_out(world.group.id, world.group.modules, BEFORE) == left_out


def test_a_new_time_of_day_moves_only_meetings_that_are_still_to_come(world):
    actions.move(world.meetings[20], to_on=world.meetings[20].meets_on, to_time=time(8, 0), by=None, now=LATER)
    actions.edit(
        world.group, replace(details(), name="Tuesday", local_time=time(15, 0)), leaders=[world.staff["Lena"].id],
        version=world.group.version, by=None, now=LATER,
    )
    assert [world.meetings[number].local_time for number in (8, 9, 10, 20)] == [time(14, 30), time(15, 0), time(15, 0), time(8, 0)]
    assert world.meetings[9].starts_at == datetime(2027, 1, 12, 14, 0, tzinfo=UTC)
    assert world.group.starts_on == date(2026, 11, 3)
    assert [leader.name for leader in world.group.leaders] == ["Lena"]


def test_a_change_of_a_group_that_somebody_else_changed_is_refused(world):
    version = world.group.version
    leaders = [world.staff["Dana"].id]
    actions.edit(world.group, details(name="First"), leaders=leaders, version=version, by=None, now=LATER)
    assert refused(actions.edit, world.group, details(name="Second"), leaders=leaders, version=version, by=None, now=LATER) == "stale"
    assert world.group.name == "First"


def test_two_changes_at_the_same_moment_do_not_overwrite_each_other(world):
    meeting = world.meetings[9]
    theirs = update(Meeting).where(Meeting.id == meeting.id).values(version=meeting.version + 1)
    db.session.execute(theirs.execution_options(synchronize_session=False))  # what somebody wrote after this page read the row
    assert refused(actions.move, meeting, to_on=date(2027, 1, 14), by=None, now=LATER) == "stale"


def test_a_group_that_ends_cancels_what_was_to_come_and_keeps_what_was(world):
    hold(world, 1, 2)
    actions.end(world.group, on=date(2027, 1, 20), reason="Too few people", by=None, now=LATER)
    states = {number: meeting.state for number, meeting in world.meetings.items()}
    assert [states[number] for number in (2, 8, 10, 11)] == ["held", "planned", "planned", "cancelled"]
    assert world.meetings[11].reason == "Too few people"
    assert refused(actions.end, world.group, on=date(2027, 1, 20), reason="x", by=None, now=LATER) == "ended"
    assert refused(actions.restore, world.meetings[11], by=None, now=LATER) == "ended"
    assert refused(actions.add_meeting, world.group, on=date(2027, 1, 28), by=None, now=LATER) == "ended"


def test_a_group_that_goes_on_after_all_can_have_its_meetings_back(world):
    assert refused(actions.resume, world.group, by=None, now=LATER) == "not_ended"
    assert refused(actions.end, world.group, on=date(2026, 1, 1), reason="x", by=None, now=LATER) == "before_start"
    actions.end(world.group, on=world.today, reason="A mistake", by=None, now=LATER)
    actions.resume(world.group, by=None, now=LATER)
    actions.restore(world.meetings[10], by=None, now=LATER)
    assert (world.group.ended_on, world.group.end_reason, world.meetings[10].state) == (None, "", "planned")


def test_closed_days_are_kept_apart_from_meetings_already_planned(world):
    north = world.centres["North"]
    assert refused(closed.close, north, date(2027, 2, 9), date(2027, 2, 8), "", by=None, now=LATER) == "ends_before"
    assert refused(closed.close, north, date(2027, 2, 8), date(2028, 2, 9), "", by=None, now=LATER) == "too_long"
    assert refused(closed.close, north, date(2072, 2, 8), date(2072, 2, 9), "", by=None, now=LATER) == "too_far"
    row = closed.close(north, date(2027, 2, 8), date(2027, 2, 12), "Winter holiday", by=None, now=LATER)
    assert world.meetings[13].meets_on == date(2027, 2, 9) and world.meetings[13].state == "planned"
    assert refused(closed.close, north, date(2027, 2, 8), date(2027, 2, 9), "", by=None, now=LATER) == "closed_already"
    closed.reopen(row, by=None, now=LATER)
    assert [row.reason for row in series.closed_weeks(north.id)] == ["Christmas"]


def test_a_meeting_that_nobody_recorded_keeps_its_topics_until_somebody_says_what_happened(world):
    hold(world, 1, 2, 3, 4, 5)
    planned, to_come = [topics(world.meetings[number]) for number in (6, 7, 8)], plan_after(world, 8)
    actions.cancel(world.meetings[10], reason="Flood", by=None, now=LATER)
    actions.reorder(world.group, [*series.default_order()[:2], *reversed(series.default_order()[2:])], by=None, now=LATER)
    actions.reorder(world.group, series.default_order(), by=None, now=LATER)
    actions.move(world.meetings[12], to_on=date(2027, 1, 14), by=None, now=LATER)
    assert [topics(world.meetings[number]) for number in (6, 7, 8)] == planned
    assert plan_after(world, 8) == to_come, "and what comes after is what would come had it been recorded as planned"
    actions.cancel(world.meetings[8], reason="Nobody came", by=None, now=LATER)
    assert plan_after(world, 8)[0] == planned[2][0], "a day that did not take place hands its topics on"
    actions.restore(world.meetings[8], by=None, now=LATER)
    assert [topics(world.meetings[number]) for number in (6, 7, 8)] == planned and plan_after(world, 8) == to_come


def plan_after(world, number: int) -> list[str]:
    """Every topic after that meeting in order, a topic that goes on named once."""
    rows = sorted((row for row in world.meetings.values() if row.number > number), key=lambda row: row.meets_on)
    return list(dict.fromkeys(key for meeting in rows for key in topics(meeting)))


def test_a_meeting_that_nobody_recorded_and_that_moves_on_is_open_again(world):
    hold(world, *range(1, 8))
    due = topics(world.meetings[8])
    actions.move(world.meetings[8], to_on=date(2027, 1, 13), by=None, now=LATER)
    assert topics(world.meetings[9]) == due, "today's meeting comes first now"


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_done_held_meetings_stay_and_nothing_is_taught_twice_or_skipped(world, seed):
    choose, group = random.Random(seed), world.group
    hold(world, *range(1, 9))
    held = [topics(world.meetings[number]) for number in range(1, 9)]
    done = {key for keys in held for key in keys}
    whole = [f"{id}/{topic}" for id, module in series.content.load().modules.items() for topic in (one.id for one in module.topics)]
    for _ in range(12):
        open_ones = [meeting for meeting in world.meetings.values() if meeting.state == "planned"]
        act = choose.choice(["move", "cancel", "restore", "add"])
        try:
            if act == "move":
                actions.move(choose.choice(open_ones), to_on=world.today + timedelta(days=choose.randrange(200)), by=None, now=LATER)
            elif act == "cancel":
                actions.cancel(choose.choice(open_ones), reason="x", by=None, now=LATER)
            elif act == "restore":
                actions.restore(choose.choice([row for row in world.meetings.values() if row.state != "held"]), by=None, now=LATER)
            else:
                actions.add_meeting(group, on=world.today + timedelta(days=choose.randrange(200)), by=None, now=LATER)
        except CannotPlan as refusal:
            assert refusal.reason in {"day_taken", "not_cancelled"}
            db.session.rollback()
        assert [topics(world.meetings[number]) for number in range(1, 9)] == held
        assert [key for key in plan(group) if key not in done] == [key for key in whole if key not in done]
        days = [meeting.meets_on for meeting in world.meetings.values() if meeting.state != "cancelled"]
        assert len(set(days)) == len(days)
    assert audit.broken_links(group.centre_id) == []
