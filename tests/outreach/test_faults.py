"""Faults that only time brings out: slow carriers, held-up senders, clocks that differ, news that comes late."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from imrgroups import sms
from imrgroups.outreach import actions
from imrgroups.outreach.actions import sending
from imrgroups.rules.outbox import LEASE
from imrgroups.sms import Unsure
from tests.fakes import FakeGateway
from tests.outreach.test_sending import HOUR, draft, row


@pytest.fixture
def clock(monkeypatch):
    """The monotonic clock as the senders read it; moved by hand."""
    hand = SimpleNamespace(at=1000.0)
    monkeypatch.setattr(sending, "time", SimpleNamespace(monotonic=lambda: hand.at))
    return hand


def test_a_lease_begins_when_the_message_is_claimed_not_when_the_sweep_began(world, clock):
    keys = [f"own/{name}" for name in ("Amal", "Dina")]
    wanted = [draft(world, name, key=key, occasion="own", meeting_id=None) for name, key in zip(("Amal", "Dina"), keys, strict=True)]
    actions.queue(wanted, by=None, now=world.now)
    carrier = FakeGateway(world.now, moods=["ok", "lost"])

    def slow(message, send=carrier.send):
        clock.at += 100  # each takes long, so the second is claimed long after the sweep began
        return send(message)

    carrier.send = slow
    sending.send_due(carrier, world.now, batch=1)
    lost = next(row(key) for key in keys if row(key).state == "sending")
    assert lost.lease_until_at == world.now + timedelta(seconds=100) + LEASE


def test_a_sender_that_was_held_up_hands_nothing_over_any_more(world, clock):
    actions.queue([draft(world)], by=None, now=world.now)
    (claimed,) = sending.claim(world.now)
    clock.at += LEASE.total_seconds()
    carrier = FakeGateway(world.now)
    assert isinstance(sending._call(carrier, claimed), Unsure) and carrier.book == []


def test_waiting_for_a_lock_takes_from_the_time_in_which_a_message_may_be_handed_over(world, clock, monkeypatch):
    actions.queue([draft(world)], by=None, now=world.now)
    take = sending._take
    monkeypatch.setattr(sending, "_take", lambda now, batch: setattr(clock, "at", clock.at + 59) or take(now, batch))
    (claimed,) = sending.claim(world.now)
    clock.at += 2
    assert isinstance(sending._call(FakeGateway(world.now), claimed), sending.NotCalled)


def test_a_carrier_whose_clock_is_behind_ours_is_believed(monkeypatch):
    gateway = sms.TwilioGateway("AC1", "t", sender="+4512345678")
    since = datetime(2027, 1, 12, 9, 0, tzinfo=UTC)
    rows = [SimpleNamespace(sid=f"SM{minutes}", body="Hi", date_created=since - timedelta(minutes=minutes)) for minutes in (0, 2, 60)]
    monkeypatch.setattr(gateway, "_listed", lambda message, since: rows)
    assert gateway.find(sms.Outgoing("1", "+4520123456", "Hi"), since) == ["SM2", "SM0"]


@pytest.mark.parametrize("late", ["sent", "queued", "undelivered", "delivered"])
def test_late_news_of_a_first_try_does_not_end_the_second(world, late):
    wanted = replace(draft(world), expires_at=world.now + 5 * HOUR)
    actions.queue([wanted], by=None, now=world.now)
    carrier = FakeGateway(world.now)
    sending.send_due(carrier, world.now)
    sid, ref = row(wanted.key).sid, row(wanted.key).id
    actions.news(sid, ref, "undelivered", 30003, world.now)
    assert row(wanted.key).state == "pending"
    actions.news(sid, ref, late, None, world.now)
    assert (row(wanted.key).state, row(wanted.key).sid) == ("pending", None)
    sending.send_due(carrier, world.now + HOUR)
    assert row(wanted.key).state == "sent" and len(carrier.book) == 2


def test_a_carrier_that_is_silent_once_is_asked_again_however_long_ago_the_message_was_sent(world):
    wanted = replace(draft(world), expires_at=world.now + 5 * HOUR)
    actions.queue([wanted], by=None, now=world.now)
    carrier, later = FakeGateway(world.now, moods=["lost"], reachable=False), world.now + 2 * HOUR
    sending.send_due(carrier, world.now)
    sending.reconcile(carrier, later)
    assert row(wanted.key).state == "sending", "a worker that was off for hours, and one refusal: that is no reason to give up"
    carrier.reachable = True
    sending.reconcile(carrier, later + LEASE)
    assert (row(wanted.key).state, row(wanted.key).settled_at) == ("sent", None) and len(carrier.book) == 1
