"""The days after a missed meeting: a call, an offer, and what ends all of it at once."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from imrgroups.attendance import actions as attendance
from imrgroups.attendance.models import Apology
from imrgroups.db import db
from imrgroups.outreach import actions
from imrgroups.outreach.actions import calls, home, ladder, planning, sending
from imrgroups.outreach.models import CallTask, Message, OfferedSlot
from imrgroups.people import actions as people
from imrgroups.sms import Incoming
from tests.fakes import FakeGateway
from tests.outreach.test_planning import HOUR, held

DAY = timedelta(days=1)


def tasks(**where):
    db.session.rollback()
    return list(db.session.execute(select(CallTask).filter_by(**where).order_by(CallTask.created_at, CallTask.key)).scalars())


@pytest.fixture
def missed(world):
    """Dina missed the meeting of today without a word."""
    return held(world, 9, Dina="absent")


def test_a_named_leader_is_asked_to_call_the_next_day_once(world, missed):
    assert ladder.plan_calls(world.now + 8 * HOUR) == 0, "not on the day itself"
    assert ladder.plan_calls(world.now + DAY, True) == 1 and tasks() == []
    assert ladder.plan_calls(world.now + DAY) == 1 and ladder.plan_calls(world.now + DAY) == 0
    (task,) = tasks()
    assert (task.participant_id, task.reason, task.due_on) == (world.people["Dina"].id, "missed", date(2027, 1, 13))
    assert task.staff_id in (world.staff["Dana"].id, world.staff["Lena"].id)


def test_who_cannot_be_written_to_is_called_all_the_same(world):
    held(world, 9, Cy="absent")
    assert ladder.plan_calls(world.now + DAY) == 1


def comes(world):
    held(world, 10)


def tells(world):
    attendance.apologise(world.meetings[10], world.people["Dina"], told_on=world.today, by=None, now=world.now + 9 * HOUR)


def answers(world):
    dina, at = world.people["Dina"], world.now + 9 * HOUR
    actions.receive(Incoming("SM-1", dina.phone, "I am all right", at), at)


def hospital(world):
    people.admit(world.people["Dina"], on=world.today, by=None, now=world.now + 9 * HOUR)


def opts_out(world):
    at = world.now + 9 * HOUR
    actions.receive(Incoming("SM-1", world.people["Dina"].phone, "STOP", at), at)


def is_reached(world):
    ladder.plan_calls(world.now + DAY)
    calls.log_call(tasks()[0], "reached_comes", by=world.staff["Dana"].id, now=world.now + DAY)


@pytest.mark.parametrize("ends", [comes, tells, answers, hospital, opts_out, is_reached])
def test_nothing_more_is_planned_once_the_person_is_heard_of(world, missed, ends):
    ends(world)
    before = len(tasks(done_at=None))
    assert ladder.plan_calls(world.now + 2 * DAY) == 0 and ladder.plan_offers(world.now + 3 * DAY + 2 * HOUR) == 0
    assert len(tasks(done_at=None)) == before == 0


def test_a_call_nobody_needs_any_more_is_taken_off_the_list(world, missed):
    ladder.plan_calls(world.now + DAY)
    answers(world)
    ladder.close_calls(world.now + DAY)
    assert [(task.outcome, task.done_by_id) for task in tasks()] == [("not_needed", None)]


def test_two_times_are_offered_on_the_third_day_and_a_reply_picks_one(world, missed):
    carrier, third = FakeGateway(world.now), world.now + 3 * DAY + HOUR
    assert ladder.plan_offers(third - 2 * HOUR) == 0
    assert ladder.plan_offers(third, True) == 1 and ladder.plan_offers(third) == 1 and ladder.plan_offers(third) == 0
    offer = db.session.execute(select(Message).where(Message.occasion == "make_up_offer")).scalar_one()
    slots = {slot.number: slot for slot in db.session.execute(select(OfferedSlot)).scalars()}
    assert set(slots) == {1, 2} and all(slot.on >= date(2027, 1, 19) for slot in slots.values()) and offer.question
    sending.send_due(carrier, third)
    assert "1:" in carrier.texts[-1] and "2:" in carrier.texts[-1]
    dina = world.people["Dina"]
    actions.receive(Incoming("SM-9", dina.phone, "2", third + HOUR), third + HOUR)
    db.session.rollback()
    assert {slot.number for slot in db.session.execute(select(OfferedSlot)).scalars() if slot.picked_at is not None} == {2}
    assert db.session.execute(select(Apology)).first() is None, "2 picks a time here; it is no apology"
    (chosen,), _home = home.expected([world.group.id], date(2027, 1, 15))
    assert (chosen.person, chosen.on, chosen.at) == (dina.id, slots[2].on, slots[2].at)


def test_the_offered_times_lie_just_before_the_groups_own_meetings(world, missed):
    ladder.plan_offers(world.now + 3 * DAY + HOUR)
    times = {(slot.on, slot.at) for slot in db.session.execute(select(OfferedSlot)).scalars()}
    assert {at for _on, at in times} <= {time(14, 0), time(13, 30)}


def test_nobody_answered_means_another_day_three_times_in_all(world, missed):
    at = world.now + DAY
    ladder.plan_calls(at)
    for number in range(3):
        calls.log_call(tasks(done_at=None)[0], "no_answer", by=world.staff["Dana"].id, now=at + number * DAY)
    assert len(tasks()) == 3 and tasks(done_at=None) == []
    with pytest.raises(calls.CannotLog, match="done"):
        calls.log_call(tasks()[0], "no_answer", by=None, now=at)
    with pytest.raises(calls.CannotLog, match="outcome"):
        calls.log_call(tasks()[0], "shouted", by=None, now=at)


def test_a_wrong_tap_is_taken_back_with_what_it_started(world, missed):
    at = world.now + DAY
    ladder.plan_calls(at)
    calls.log_call(tasks()[0], "no_answer", note="rang twice", by=world.staff["Dana"].id, now=at)
    assert len(tasks()) == 2
    calls.undo_call(tasks(outcome="no_answer")[0], by=world.staff["Dana"].id, now=at)
    assert [(task.outcome, task.note) for task in tasks()] == [(None, None)]


def test_lists_show_ones_own_calls_first_and_only_those_of_ones_groups(world, missed):
    ladder.plan_calls(world.now + DAY)
    (task,) = tasks()
    (line,), _ = calls.to_make([world.group.id], [], task.staff_id, world.now, date(2027, 1, 13))
    assert (line.name, line.mine, line.phone, line.missed_on) == ("Dina Møller", True, "+4520123458", date(2027, 1, 12))
    assert calls.to_make([world.group.id], [], task.staff_id, world.now, date(2027, 1, 12))[0] == []
    assert calls.to_make([world.groups["Thursday"].id], [], task.staff_id, world.now, date(2027, 1, 13))[0] == []


def test_sweeps_ask_the_same_for_many_as_for_few(world, missed, statements):
    with statements() as few:
        ladder.plan_calls(world.now + DAY, True)
        ladder.plan_offers(world.now + 3 * DAY + HOUR, True)
    held(world, 9, Dina="absent", Amal="absent", Ejnar="absent", Bo="absent")
    with statements() as many:
        assert ladder.plan_calls(world.now + DAY, True) == 4
        assert ladder.plan_offers(world.now + 3 * DAY + HOUR, True) == 3
    assert len(many) - len(few) == 3, "a dry run asks of each call whether it is there"


def test_a_meeting_of_long_ago_asks_for_nothing(world):
    held(world, 6, Dina="absent")
    assert ladder.plan_calls(world.now) == 0 and planning.plan_missed(world.now) == 0
