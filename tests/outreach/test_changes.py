"""A meeting is moved, called off, or takes place after all: everybody hears of it, by message or by a call, and once."""

from datetime import date, time, timedelta

import pytest
from sqlalchemy import select

from imrgroups.db import db
from imrgroups.groups import actions as groups
from imrgroups.outreach import actions
from imrgroups.outreach.actions import calls, changes, sending
from imrgroups.outreach.models import CallTask, Message, OfferedSlot
from imrgroups.people import actions as people
from tests.fakes import FakeGateway
from tests.outreach.test_planning import planned

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def to_call(world, **where):
    """Who is to be called about a change: name -> task."""
    db.session.rollback()
    names = {person.id: name for name, person in world.people.items()}
    rows = db.session.execute(select(CallTask).filter_by(reason="changed", **where).order_by(CallTask.created_at)).scalars()
    return {names[row.participant_id]: row for row in rows}


def move(world, number=10, on=date(2027, 1, 20), to_time=None, now=None):
    groups.move(world.meetings[number], to_on=on, to_time=to_time, by=None, now=now or world.now)


def cancel(world, number=10, now=None):
    groups.cancel(world.meetings[number], reason="The room is taken", by=None, now=now or world.now)


@pytest.fixture
def send(world):
    """Send what is due at an instant; returns the texts."""
    carrier = FakeGateway(world.now)

    def sent(now):
        before = len(carrier.texts)
        sending.send_due(carrier, now)
        return carrier.texts[before:]

    return sent


def test_everybody_hears_of_a_moved_and_of_a_cancelled_meeting_once(world):
    move(world)
    cancel(world, 11)
    assert changes.plan_changes(world.now, True) == 10 and planned(world) == {} and to_call(world) == {}
    assert changes.plan_changes(world.now) == 10 and changes.plan_changes(world.now) == 0
    found = planned(world)
    assert {name for name, occasion in found if occasion == "moved"} == {"Amal", "Bo", "Dina", "Ejnar"}
    meeting, dina = world.meetings[10], world.people["Dina"]
    assert "20" in found["Dina", "moved"].text and found["Dina", "moved"].key == actions.moved_key(meeting.id, dina.id, meeting.starts_at)
    assert found["Dina", "cancelled"].expires_at == world.meetings[11].starts_at
    assert set(to_call(world)) == {"Cy"}, "no message reaches Cy, so a leader calls"
    task = to_call(world)["Cy"]
    assert task.staff_id in (world.staff["Dana"].id, world.staff["Lena"].id) and task.due_on == world.today


def test_what_was_changed_long_ago_is_news_to_nobody(world):
    move(world, 12, date(2027, 2, 3))
    assert changes.plan_changes(world.now + 4 * DAY) == 0


def test_another_hour_of_the_same_day_is_news_too(world):
    move(world, 10, date(2027, 1, 19), time(16))
    changes.plan_changes(world.now)
    text = planned(world)["Amal", "moved"].text
    assert "16.00" in text and "14.30" in text


def test_a_letter_that_would_not_come_in_time_is_a_call(world):
    cancel(world, 9)
    changes.plan_changes(world.now)
    assert {"Bo", "Cy"} <= set(to_call(world)) and ("Bo", "cancelled") not in planned(world)



def test_what_a_text_cannot_tell_in_time_is_a_call(world):
    hour_before = world.meetings[9].starts_at - HOUR
    cancel(world, 9, now=hour_before)
    assert changes.plan_changes(hour_before) == 5
    assert set(to_call(world)) == {"Amal", "Bo", "Cy", "Dina", "Ejnar"} and planned(world) == {}


def test_a_text_that_waits_too_long_becomes_a_call_and_then_is_no_call_any_more_once_the_meeting_has_begun(world):
    cancel(world, 9)
    changes.plan_changes(world.now)
    assert "Dina" not in to_call(world)
    assert changes.plan_changes(world.now + 3 * HOUR) == 3 and {"Amal", "Dina", "Ejnar"} < set(to_call(world))
    assert changes.plan_changes(world.now + 5 * HOUR) == 0
    assert {task.outcome for task in to_call(world).values()} == {"not_needed"}


def test_who_was_told_that_it_is_off_hears_that_it_takes_place_after_all(world, send):
    cancel(world)
    changes.plan_changes(world.now)
    assert len(send(world.now)) == 3
    calls.log_call(to_call(world)["Cy"], "reached_other", by=world.staff["Dana"].id, now=world.now + HOUR)
    later = world.now + 2 * HOUR
    groups.restore(world.meetings[10], by=None, now=later)
    assert changes.plan_changes(later) == 4 and changes.plan_changes(later) == 0
    assert planned(world)["Amal", "moved"].step == "after_all" and "we " in planned(world)["Amal", "moved"].text
    assert len(to_call(world, done_at=None)) == 1 and len(send(later)) == 3


def test_who_heard_nothing_of_it_hears_nothing_when_it_takes_place_after_all(world, send):
    cancel(world)
    changes.plan_changes(world.now)
    groups.restore(world.meetings[10], by=None, now=world.now)
    assert changes.plan_changes(world.now + HOUR) == 0
    assert send(world.now + HOUR) == []
    assert {task.outcome for task in to_call(world).values()} == {"not_needed"}


def test_a_mistake_put_right_at_once_names_the_day_people_knew(world):
    move(world, 10, date(2027, 1, 21))
    move(world, 10, date(2027, 1, 20))
    changes.plan_changes(world.now)
    text = planned(world)["Amal", "moved"].text
    assert "20 January" in text and "19 Jan" in text and "21" not in text


def test_a_second_move_names_the_day_people_were_told(world, send):
    move(world)
    changes.plan_changes(world.now)
    send(world.now)
    move(world, 10, date(2027, 1, 22), now=world.now + HOUR)
    changes.plan_changes(world.now + HOUR)
    db.session.rollback()
    wanted = select(Message).where(Message.participant_id == world.people["Amal"].id).order_by(Message.created_at.desc())
    text = db.session.execute(wanted.limit(1)).scalar_one().text
    assert "22 January" in text and "20 Jan" in text


def test_moved_back_to_the_day_people_were_told_before_is_told_again(world, send):
    for hours, day in enumerate((20, 22, 20)):
        now = world.now + hours * HOUR
        move(world, 10, date(2027, 1, day), now=now)
        assert changes.plan_changes(now) >= 4 and changes.plan_changes(now) == 0
        assert len(send(now)) >= 3


def test_people_in_hospital_are_left_in_peace(world):
    people.admit(world.people["Dina"], on=world.today, by=None, now=world.now)
    cancel(world)
    changes.plan_changes(world.now)
    assert ("Dina", "cancelled") not in planned(world) and "Dina" not in to_call(world)


def test_who_chose_that_day_for_catching_up_is_called(browser_as, world):
    slot = OfferedSlot(
        meeting_id=world.meetings[8].id, participant_id=world.people["Dina"].id, number=1, on=date(2027, 1, 19), at=time(14),
        picked_at=world.now,
    )
    db.session.add(slot)
    db.session.commit()
    cancel(world)
    changes.plan_changes(world.now)
    assert set(to_call(world)) == {"Cy", "Dina"} and ("Dina", "cancelled") not in planned(world)
    page = browser_as("Dana").get(f"/calls/{to_call(world)['Dina'].id}").text
    assert "agree on another time" in page and "comes next time" not in page and "We talked" in page


def test_the_call_says_what_to_tell_and_not_what_to_say_after_a_missed_meeting(browser_as, world):
    cancel(world)
    changes.plan_changes(world.now)
    page = browser_as("Dana").get(f"/calls/{to_call(world)['Cy'].id}").text
    assert "is called off" in page and "Tuesday 19 January" in page and "What they want" not in page
    assert browser_as("Charlie").get(f"/calls/{to_call(world)['Cy'].id}").status_code == 403


def test_a_sweep_asks_the_same_for_many_as_for_few(world, statements):
    cancel(world)
    with statements() as one:
        changes.plan_changes(world.now, True)
    cancel(world, 11)
    cancel(world, 12)
    with statements() as three:
        changes.plan_changes(world.now, True)
    assert len(three) - len(one) == 2, "a dry run asks of each call whether it is there"


@pytest.mark.parametrize("state", ["failed", "undelivered"])
def test_what_could_not_be_delivered_has_a_call_of_its_own(world, state):
    cancel(world)
    changes.plan_changes(world.now)
    row = planned(world)["Dina", "cancelled"]
    row.state = state
    db.session.commit()
    changes.plan_changes(world.now + DAY)
    assert "Dina" not in to_call(world)
