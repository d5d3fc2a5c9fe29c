"""Each message effectively once: claimed, handed over, settled; and what a crash, a lie or a change of heart leaves behind."""

import inspect
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from imrgroups import sms
from imrgroups.attendance import actions as attendance
from imrgroups.db import db
from imrgroups.groups import actions as groups
from imrgroups.outreach import actions
from imrgroups.outreach.actions import listing, sending
from imrgroups.outreach.models import CallTask, Message, NumberState
from imrgroups.people import actions as people
from imrgroups.rules import outbox
from imrgroups.rules.outbox import LEASE
from tests.fakes import FakeGateway

HOUR = timedelta(hours=1)


def draft(world, name="Amal", **changed):
    person, meeting = world.people[name], world.meetings[9]
    told = {
        "key": actions.reminder_key(meeting.id, person.id, meeting.starts_at), "occasion": "reminder", "channel": "text",
        "language": person.language, "text": f"Hi {name}", "centre_id": person.centre_id, "to": person.phone or "",
        "participant_id": person.id, "due_at": world.now, "expires_at": meeting.starts_at, "question": True,
        "group_id": world.group.id, "meeting_id": meeting.id,
    }
    return actions.Draft(**{**told, **changed})


@pytest.fixture
def plan(world):
    def planned(name="Amal", **changed):
        wanted = draft(world, name, **changed)
        actions.queue([wanted], by=None, now=world.now)
        return wanted.key

    return planned


@pytest.fixture
def carrier(world):
    return FakeGateway(world.now)


def row(key):
    db.session.rollback()
    return db.session.execute(select(Message).where(Message.key == key)).scalar_one()


@pytest.mark.parametrize("name", ["send", "find", "inbound"])
@pytest.mark.parametrize("real", [sms.TwilioGateway, sms.LogGateway, sms.Gateway])
def test_the_fake_is_called_like_the_real_ones(real, name):
    assert inspect.signature(getattr(FakeGateway, name)) == inspect.signature(getattr(real, name))


def test_a_due_message_is_sent_once(world, plan, carrier):
    key = plan()
    assert sending.send_due(carrier, world.now) == 1
    assert sending.send_due(carrier, world.now) == 0
    assert carrier.texts == ["Hi Amal"]
    assert (row(key).state, row(key).sid, row(key).attempts) == ("sent", carrier.book[0][0], 1)


def test_what_is_not_due_yet_waits(world, plan, carrier):
    plan(due_at=world.now + HOUR)
    assert sending.send_due(carrier, world.now) == 0
    assert sending.send_due(carrier, world.now + HOUR) == 1


def test_a_lost_answer_is_found_at_the_carrier_and_never_sent_again(world, plan, carrier):
    key = plan()
    carrier.moods = ["lost"]
    assert sending.send_due(carrier, world.now) == 0
    assert row(key).state == "sending"
    assert sending.reconcile(carrier, world.now + LEASE / 2) == 0
    assert sending.reconcile(carrier, world.now + LEASE) == 1
    assert (row(key).state, row(key).sid) == ("sent", carrier.book[0][0])
    assert sending.send_due(carrier, world.now + LEASE) == 0 and len(carrier.book) == 1


def test_what_never_reached_the_carrier_is_sent_again(world, plan, carrier):
    key = plan()
    carrier.moods = ["down"]
    sending.send_due(carrier, world.now)
    sending.reconcile(carrier, world.now + LEASE)
    assert row(key).state == "pending"
    assert sending.send_due(carrier, world.now + LEASE) == 1 and len(carrier.book) == 1


def silent_until_its_time_is_over(world, plan, carrier, mood):
    """A reminder whose answer was lost, at a carrier that cannot be asked until it is too late."""
    key = plan()
    carrier.moods, carrier.reachable = [mood], False
    sending.send_due(carrier, world.now)
    at = world.now + LEASE
    while row(key).state == "sending":
        sending.reconcile(carrier, at)
        at += 5 * LEASE
    return key, at


@pytest.mark.parametrize(("mood", "ends"), [("lost", ("sent", "found")), ("down", ("expired", "too_late"))])
def test_a_silent_carrier_is_asked_while_it_matters_then_it_is_a_persons_and_heals_when_it_answers(world, plan, carrier, mood, ends):
    key, at = silent_until_its_time_is_over(world, plan, carrier, mood)
    assert row(key).state == "unknown" and timedelta(0) <= at - row(key).expires_at < HOUR
    assert sending.send_due(carrier, at) == 0 and len(carrier.book) == (mood == "lost")
    assert sending.reconcile(carrier, at) == 0, "asked about now and then, not in each round"
    carrier.reachable = True
    assert sending.reconcile(carrier, at + HOUR) == 1
    assert (row(key).state, row(key).reason) == ends and len(carrier.book) == (mood == "lost")


def test_what_stays_unknown_for_days_is_left_to_the_person(world, plan, carrier):
    key, at = silent_until_its_time_is_over(world, plan, carrier, "lost")
    assert sending.count_left_behind(at + timedelta(days=1)) == 1 and sending.count_left_behind(at + timedelta(days=5)) == 0
    assert sending.reconcile(carrier, at + timedelta(days=5)) == 0 and row(key).state == "unknown"


def test_what_a_person_decided_meanwhile_stands(world, plan, carrier):
    key, at = silent_until_its_time_is_over(world, plan, carrier, "down")
    listing.decide(row(key), sent=True, by=None, now=at)
    assert sending.reconcile(carrier, at + HOUR) == 0 and (row(key).state, row(key).reason) == ("sent", "by_hand")


def test_a_carrier_whose_answers_are_lost_and_whose_list_never_shows_them_is_not_believed_for_ever(world, plan, carrier):
    key, at = plan(expires_at=world.now + timedelta(days=2), meeting_id=None, occasion="own", key="own/7"), world.now
    carrier.moods = ["down"] * 20
    while row(key).state in ("pending", "sending"):
        sending.send_due(carrier, at)
        at += LEASE
        sending.reconcile(carrier, at)
    assert (row(key).state, row(key).attempts) == ("unknown", outbox.MOST_UNANSWERED)
    sending.reconcile(carrier, at + HOUR)
    assert row(key).state == "unknown" and sending.send_due(carrier, at + HOUR) == 0


def test_senders_that_are_killed_before_they_call_wear_no_message_out(world, plan, carrier):
    key, at = plan(), world.now
    for _kill in range(20):
        assert len(sending.claim(at)) == 1
        at += LEASE
        sending.reconcile(carrier, at)
    assert row(key).state == "pending" and sending.send_due(carrier, at) == 1


def test_a_round_ends_early_at_a_carrier_that_is_dead(world, plan, carrier):
    for name in ("Amal", "Dina", "Freja", "Ejnar", "Gorm"):
        plan(name, key=f"own/{name}", occasion="own", meeting_id=None, group_id=None)
    carrier.moods, carrier.reachable = ["down"] * 5, False
    sending.send_due(carrier, world.now)
    assert sending.reconcile(carrier, world.now + LEASE) == sending.SILENT


def test_two_messages_with_the_same_words_are_two_at_the_carrier(world, plan, carrier):
    first, second = plan(), plan(key="own/1", occasion="own", question=False, meeting_id=None)
    carrier.moods = ["lost"]
    sending.send_due(carrier, world.now)
    assert sorted(row(key).state for key in (first, second)) == ["pending", "sending"], "one number, one on its way"
    sending.reconcile(carrier, world.now + LEASE)
    carrier.moods, carrier.now = ["lost"], world.now + LEASE
    sending.send_due(carrier, world.now + LEASE)
    sending.reconcile(carrier, world.now + 2 * LEASE)
    assert {row(first).sid, row(second).sid} == {sid for sid, _message, _at in carrier.book} and len(carrier.book) == 2


def test_a_sender_that_comes_back_after_its_lease_changes_nothing(world, plan, carrier):
    key = plan()
    (claimed,) = sending.claim(world.now)
    sending.reconcile(carrier, world.now + LEASE)
    assert sending.settle(claimed, "SM-late", world.now + LEASE) == 0
    assert row(key).state == "pending" and row(key).sid is None


@pytest.mark.parametrize(
    ("code", "state", "reason", "task"),
    [
        (21610, "failed", "opted_out", False), (21211, "failed", "no_texts", True), (21614, "failed", "no_texts", True),
        (30007, "failed", "person", True), (99999, "failed", "person", True), (20429, "pending", "busy", False),
        (30003, "pending", "out_of_reach", False),
    ],
)
def test_each_refusal_ends_in_a_state_a_leader_can_read(world, plan, carrier, code, state, reason, task):
    key = plan()
    carrier.moods = [code]
    sending.send_due(carrier, world.now)
    assert (row(key).state, row(key).reason, row(key).error_code) == (state, reason, code)
    calls = db.session.execute(select(CallTask.reason)).scalars().all()
    assert calls == (["not_delivered"] if task else [])
    amal = world.people["Amal"]
    assert (amal.id in people.has_consented([amal.id], "messages")) is (code != 21610)
    flagged = db.session.get(NumberState, amal.phone_lookup)
    assert (flagged is not None and flagged.unreachable_at is not None) is (reason == "no_texts")


def test_a_number_that_takes_no_texts_is_not_tried_again(world, plan, carrier):
    plan()
    carrier.moods = [21614]
    sending.send_due(carrier, world.now)
    later = plan(key="own/2", occasion="own", question=False, meeting_id=None)
    assert sending.send_due(carrier, world.now) == 0
    assert (row(later).state, row(later).reason) == ("cancelled", "no_texts")


def test_a_carrier_that_stays_busy_is_asked_less_and_less_often_until_the_time_is_over(world, plan, carrier):
    key, at = plan(expires_at=world.now + 5 * HOUR, meeting_id=None, occasion="own", key="own/3"), world.now
    carrier.moods = [429] * 99
    while row(key).state == "pending":
        sending.send_due(carrier, at)
        at = max(at, row(key).due_at)
    assert (row(key).state, row(key).reason) == ("expired", "too_late") and carrier.book == [] and row(key).attempts < 20


def test_night_waits_for_morning(world, plan, carrier):
    late = datetime.fromisoformat("2027-01-12T21:30:00+00:00")
    key = plan(key="own/4", occasion="own", meeting_id=None, due_at=late, expires_at=late + 24 * HOUR)
    assert sending.send_due(carrier, late) == 0
    assert (row(key).state, row(key).due_at.isoformat()) == ("pending", "2027-01-13T08:00:00+00:00")
    assert sending.send_due(carrier, row(key).due_at) == 1


def test_what_would_be_too_late_in_the_morning_is_given_up(world, plan, carrier):
    late = datetime.fromisoformat("2027-01-12T21:30:00+00:00")
    key = plan(key="own/5", occasion="own", meeting_id=None, due_at=late, expires_at=late + 2 * HOUR)
    assert sending.send_due(carrier, late) == 0
    assert (row(key).state, row(key).reason) == ("expired", "too_late")


def withdraw(world):
    people.consent(world.people["Amal"], "messages", given=False, on=world.today, how="in person", by=None, now=world.now)


def hospital(world):
    people.admit(world.people["Amal"], on=world.today, by=None, now=world.now)


def apologise(world):
    attendance.apologise(world.meetings[9], world.people["Amal"], told_on=world.today, by=None, now=world.now)


def move(world):
    groups.move(world.meetings[9], to_on=date(2027, 1, 13), by=None, now=world.now)


def cancel(world):
    groups.cancel(world.meetings[9], reason="Ill", by=None, now=world.now)


def leave(world):
    from imrgroups.enrolment import actions as enrolment

    enrolment.leave(world.enrolments["Amal"], on=date(2027, 1, 11), reason="moved", by=None, now=world.now)


@pytest.mark.parametrize(
    ("happens", "reason"),
    [(withdraw, "no_consent"), (hospital, "hospital"), (apologise, "told_us"), (move, "changed"), (cancel, "changed"), (leave, "left")],
)
def test_what_happens_after_planning_stops_a_reminder_in_the_last_second(world, plan, carrier, happens, reason):
    key = plan()
    happens(world)
    assert sending.send_due(carrier, world.now) == 0
    assert (row(key).state, row(key).reason, carrier.book) == ("cancelled", reason, [])


@pytest.mark.parametrize(("mark", "state"), [("present", "cancelled"), ("late", "cancelled"), ("absent", "sent"), ("excused", "sent")])
def test_somebody_marked_present_after_the_message_was_planned_is_not_told_they_were_missed(world, plan, carrier, mark, state):
    meeting, amal = world.meetings[8], world.people["Amal"]
    attendance.mark(meeting=meeting, marks={amal.id: "absent"}, versions={}, by=None, now=world.now)
    key = plan(key=f"missed/{meeting.id}/{amal.id}", occasion="missed", meeting_id=meeting.id)
    attendance.mark(meeting=meeting, marks={amal.id: mark}, versions={}, by=None, now=world.now)
    sending.send_due(carrier, world.now)
    assert row(key).state == state


def test_a_welcome_back_reaches_somebody_in_hospital_and_a_reminder_does_not(world, plan, carrier):
    hospital(world)
    plan()
    key = plan(key="welcome/1", occasion="welcome_back", meeting_id=None, question=False)
    sending.send_due(carrier, world.now)
    assert row(key).state == "sent" and len(carrier.book) == 1


def test_a_new_question_waits_until_the_old_one_is_over(world, plan, carrier):
    first = plan()
    sending.send_due(carrier, world.now)
    second = plan(key="own/6", occasion="own", meeting_id=None, expires_at=world.now + 40 * HOUR)
    sending.send_due(carrier, world.now)
    assert (row(first).state, row(second).state) == ("sent", "pending")
    sending.send_due(carrier, row(first).expires_at + timedelta(seconds=1))
    assert row(second).state == "sent"


def test_news_of_the_same_meeting_does_not_wait_for_an_answer_to_its_reminder(world, plan, carrier):
    first = plan()
    sending.send_due(carrier, world.now)
    meeting = world.meetings[9]
    second = plan(key=actions.moved_key(meeting.id, world.people["Amal"].id, meeting.starts_at), occasion="moved", text="A new time")
    assert sending.send_due(carrier, world.now) == 1
    assert (row(first).state, row(second).state) == ("sent", "sent")


def test_messages_past_their_time_are_given_up_by_the_sweep(world, plan):
    key = plan()
    assert sending.expire(world.now + 9 * HOUR, True) == 1 and row(key).state == "pending"
    assert sending.expire(world.now + 9 * HOUR) == 1
    assert (row(key).state, row(key).reason) == ("expired", "too_late")


def test_a_worker_off_for_three_days_sends_nothing_that_is_over(world, plan, carrier):
    key = plan()
    sending.send_due(carrier, world.now + timedelta(days=3))
    assert row(key).state in ("expired", "cancelled") and carrier.book == []


def test_a_sweep_asks_as_many_statements_for_many_people_as_for_one(world, plan, carrier, statements):
    plan("Amal")
    with statements() as one:
        sending.send_due(carrier, world.now)
    for name in ("Dina", "Freja", "Ejnar"):
        plan(name, key=f"own/{name}", occasion="own", meeting_id=None, group_id=None)
    with statements() as many:
        assert sending.send_due(carrier, world.now) == 3
    asked = [sum(not said.startswith("BEGIN") for said in each) for each in (one, many)]  # PostgreSQL's BEGIN is not among them
    assert asked[1] - asked[0] == 2, "settling is one statement a message"


def test_in_demonstration_mode_nothing_is_ever_really_sent():
    from imrgroups.config import Settings

    real = Settings(
        _env_file=None, demo=False, sms="twilio", twilio_account_sid="AC1", twilio_auth_token="t", twilio_from="+4512345678"
    )
    assert isinstance(sms.gateway(real), sms.TwilioGateway)
    assert isinstance(sms.gateway(real.model_copy(update={"demo": True})), sms.LogGateway)


def test_a_carrier_half_set_up_is_refused_in_words():
    from pydantic import ValidationError

    from imrgroups.config import Settings

    with pytest.raises(ValidationError, match="IMRGROUPS_TWILIO_FROM"):
        Settings(_env_file=None, sms="twilio", twilio_account_sid="AC1", twilio_auth_token="t")


def test_what_a_call_says_is_escaped_and_asks_for_one_key():
    call = sms.Outgoing("7", "+4520123456", "Tom & <Anna>", "call", "da", asks=True)
    spoken = sms.twiml(call, "https://groups.example.org")
    assert "Tom &amp; &lt;Anna&gt;" in spoken and 'language="da-DK"' in spoken
    assert 'action="https://groups.example.org/carrier/voice/7"' in spoken
    assert "Gather" not in sms.twiml(replace(call, asks=False), "https://groups.example.org")
