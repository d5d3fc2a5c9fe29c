"""A group ends, or somebody leaves it: nothing goes out about meetings that will not be, and nobody is called twice about one thing."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from imrgroups.attendance import actions as attendance
from imrgroups.db import db
from imrgroups.enrolment import actions as enrolment
from imrgroups.groups import actions as groups
from imrgroups.outreach.actions import calls, changes, endings, ladder, planning, sending
from imrgroups.outreach.models import CallTask
from tests.fakes import FakeGateway
from tests.outreach.test_planning import HOUR, held, planned

DAY = timedelta(days=1)
ENDED = ("Our time together is over", "We do not meet any more")


def open_calls(world):
    """(name, reason) of every call that waits."""
    db.session.rollback()
    names = {person.id: name for name, person in world.people.items()}
    rows = db.session.execute(select(CallTask).where(CallTask.done_at.is_(None))).scalars()
    return sorted((names[row.participant_id], row.reason) for row in rows)


def work(now):
    """The jobs of one tick, in the order of the worker."""
    for job in (
        planning.plan_reminders, planning.plan_missed, changes.plan_changes, endings.plan_endings, ladder.plan_calls, ladder.plan_offers,
    ):
        job(now)


@pytest.fixture
def send(world):
    """Let the worker run at an instant; returns the texts that went out by the number they went to."""
    carrier = FakeGateway(world.now)

    def sent(now):
        before = len(carrier.book)
        carrier.now = now
        work(now)
        sending.send_due(carrier, now)
        elsewhere = world.people["Gorm"].phone
        return {message.to: message.text for _sid, message, _at in carrier.book[before:] if message.to != elsewhere}

    return sent


def end(world, on=date(2027, 1, 12), now=None):
    groups.end(world.group, on=on, reason="Two leaders left", by=None, now=now or world.now + DAY)


def test_everybody_hears_once_that_the_group_has_ended(world, send):
    held(world, 9)
    end(world)
    texts = send(world.now + DAY)
    assert set(texts) == {world.people[name].phone for name in ("Amal", "Dina", "Ejnar")}
    assert any(words in texts[world.people["Amal"].phone] for words in ENDED), "plain words, in the language of each"
    assert "welcome" not in texts[world.people["Amal"].phone] and "januar" not in texts[world.people["Dina"].phone]
    assert open_calls(world) == [("Cy", "changed")]
    assert ("Bo", "cancelled") in planned(world) and "see you" not in planned(world)["Bo", "cancelled"].text
    for days in range(2, 20):
        assert send(world.now + days * DAY) == {}, "once, and nothing more"
    assert sorted(name for name, _occasion in planned(world) if name != "Gorm") == ["Amal", "Bo", "Dina", "Ejnar"]


def test_who_missed_the_last_meeting_of_a_group_that_ended_gets_one_call(world, send):
    held(world, 8, Dina="absent")
    held(world, 9, Dina="absent", Cy="absent")
    send(world.now + 14 * HOUR)
    end(world)
    texts = send(world.now + DAY)
    assert world.people["Dina"].phone not in texts, "the call tells it"
    assert {name for name, _reason in open_calls(world)} == {"Dina", "Cy"}
    due, _given_up = calls.to_make({world.group.id}, (), world.staff["Dana"].id, world.now + DAY, world.today + DAY)
    assert sorted(call.name for call in due) == ["Cy Frost", "Dina Møller"], "one a person"
    tasks = db.session.execute(select(CallTask).where(CallTask.done_at.is_(None))).scalars().all()
    for task in tasks:
        calls.log_call(db.session.get(CallTask, task.id), "reached_other", by=world.staff["Dana"].id, now=world.now + DAY + HOUR) if (
            task.done_at is None
        ) else None
    for days in range(2, 12):
        assert send(world.now + days * DAY) == {} and open_calls(world) == []


def test_who_was_to_be_called_about_two_meetings_is_called_once_when_the_group_ends(world, send):
    groups.cancel(world.meetings[10], reason="Ill", by=None, now=world.now)
    groups.cancel(world.meetings[11], reason="Ill", by=None, now=world.now)
    send(world.now)
    assert open_calls(world) == [("Cy", "changed"), ("Cy", "changed")]
    held(world, 9, Cy="absent")
    send(world.now + 14 * HOUR)
    end(world)
    send(world.now + DAY)
    assert len(open_calls(world)) == 1


def test_a_text_that_waits_about_a_meeting_that_fell_away_is_not_sent(world, send):
    evening = world.now + 12 * HOUR  # quiet: what is planned now waits until the morning
    held(world, 9, Dina="absent")
    groups.cancel(world.meetings[10], reason="Ill", by=None, now=evening)
    assert send(evening) == {}
    assert "26" in planned(world)["Amal", "cancelled"].text or "Tuesday" in planned(world)["Amal", "cancelled"].text
    end(world, now=evening + HOUR)
    texts = send(world.now + DAY)
    assert any(words in texts[world.people["Amal"].phone] for words in ENDED) and "26" not in "".join(texts.values())
    assert planned(world)["Dina", "missed"].state == "cancelled"


def test_a_group_that_will_end_goes_on_until_then(world, send):
    held(world, 9, Dina="absent")
    end(world, on=date(2027, 1, 19), now=world.now + 8 * HOUR)
    texts = send(world.now + 9 * HOUR)
    assert "19" in texts[world.people["Amal"].phone] or "Tuesday" in texts[world.people["Amal"].phone]
    assert ("Dina", "missed") in planned(world)
    send(world.now + DAY)
    assert ("Dina", "missed") in open_calls(world)
    assert len(send(world.now + 6 * DAY)) >= 2, "reminded of the last meeting"
    held(world, 10)
    assert send(world.now + 8 * DAY) == {}


def test_a_group_that_goes_on_after_all_sends_no_farewell(world, send):
    evening = world.now + 12 * HOUR
    held(world, 9)
    end(world, now=evening)
    send(evening)
    groups.resume(world.group, by=None, now=evening + HOUR)
    assert send(world.now + DAY) == {}


def test_who_leaves_is_not_reminded_of_a_meeting_after_their_last_day_and_not_called(world, send):
    held(world, 9, Dina="absent")
    send(world.now + DAY)
    assert ("Dina", "missed") in open_calls(world)
    enrolment.leave(world.enrolments["Dina"], on=date(2027, 1, 18), reason="moves away", by=None, now=world.now + DAY)
    phone = world.people["Dina"].phone
    assert phone not in send(world.now + 6 * DAY), "her last day is the day before the meeting"
    send(world.now + 7 * DAY)
    assert open_calls(world) == []


def test_a_reminder_that_waits_is_not_sent_to_who_leaves_before_the_meeting(world, send):
    sunday = world.now + 5 * DAY
    planning.plan_reminders(sunday + 23 * HOUR)
    assert planned(world)["Dina", "reminder"].state == "pending"
    enrolment.leave(world.enrolments["Dina"], on=date(2027, 1, 18), reason="", by=None, now=sunday + 23 * HOUR)
    assert world.people["Dina"].phone not in send(sunday + 25 * HOUR)
    assert (planned(world)["Dina", "reminder"].state, planned(world)["Dina", "reminder"].reason) == ("cancelled", "left")


def test_who_missed_their_last_day_is_not_asked_to_come_next_time(world, send):
    held(world, 9, Dina="absent")
    enrolment.leave(world.enrolments["Dina"], on=date(2027, 1, 12), reason="", by=None, now=world.now + 8 * HOUR)
    assert world.people["Dina"].phone not in send(world.now + 9 * HOUR)
    assert ("Dina", "missed") not in planned(world)


def test_news_of_a_change_is_not_called_to_who_has_left(world, send):
    groups.cancel(world.meetings[10], reason="Ill", by=None, now=world.now)
    send(world.now)
    assert open_calls(world) == [("Cy", "changed")]
    enrolment.leave(world.enrolments["Cy"], on=date(2027, 1, 12), reason="pause", by=None, now=world.now + HOUR)
    send(world.now + DAY)
    assert open_calls(world) == []


@pytest.mark.parametrize("state", ["present", "excused", "hospital"])
def test_a_mark_put_right_ends_the_call_about_it(world, state):
    held(world, 9, Dina="absent")
    ladder.plan_calls(world.now + DAY)
    assert open_calls(world) == [("Dina", "missed")]
    attendance.mark(
        meeting=world.meetings[9], marks={world.people["Dina"].id: state}, versions={}, by=world.staff["Dana"].id, now=world.now + DAY
    )
    ladder.plan_calls(world.now + DAY + HOUR)
    assert open_calls(world) == []


def test_the_call_says_that_the_group_has_ended_and_asks_nobody_to_come_next_time(world, send, browser_as):
    held(world, 9, Dina="absent")
    send(world.now + 14 * HOUR)
    end(world)
    send(world.now + DAY)
    tasks = {row.reason: row.id for row in db.session.execute(select(CallTask).where(CallTask.done_at.is_(None))).scalars()}
    dana = browser_as("Dana")
    for key in tasks.values():
        page = dana.get(f"/calls/{key}").text
        assert "The group ended on Tuesday 12 January" in page and "next time" not in page, tasks
    assert set(tasks) == {"missed", "changed"}
    db.session.get_one(CallTask, tasks["missed"]).reason = "not_delivered"
    db.session.commit()
    page = dana.get(f"/calls/{tasks['missed']}").text
    assert "The group ended on Tuesday 12 January" in page and "next time" not in page


def test_the_end_page_says_who_will_hear_of_it(world, browser_as):
    assert "Everybody in the group is told" in browser_as("Dana").get(f"/groups/{world.group.id}/end").text
