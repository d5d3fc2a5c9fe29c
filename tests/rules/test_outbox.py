"""Whether a message goes out, what a refusal means, and which news counts: every line of the tables."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imrgroups.rules import outbox
from imrgroups.rules.outbox import Do, Facts, Look, Then, verdict

NOW = datetime(2027, 1, 12, 9, tzinfo=UTC)
LATER, SOON = NOW + timedelta(hours=4), NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("changed", "do", "reason"),
    [
        ({}, Do.SEND, ""),
        ({"over": "came"}, Do.CANCEL, "came"),
        ({"over": "came", "stopped": True}, Do.CANCEL, "came"),
        ({"stopped": True}, Do.CANCEL, "stopped"),
        ({"stopped": True, "answer": True}, Do.SEND, ""),
        ({"consented": False}, Do.CANCEL, "no_consent"),
        ({"consented": False, "answer": True}, Do.SEND, ""),
        ({"unreachable": True}, Do.CANCEL, "no_texts"),
        ({"in_hospital": True}, Do.CANCEL, "hospital"),
        ({"in_hospital": True, "welcome": True}, Do.SEND, ""),
        ({"allowed_at": SOON}, Do.WAIT, "quiet"),
        ({"allowed_at": SOON, "expires_at": SOON}, Do.EXPIRE, "too_late"),
        ({"allowed_at": SOON, "expires_at": SOON + timedelta(seconds=1)}, Do.WAIT, "quiet"),
        ({"expires_at": NOW}, Do.EXPIRE, "too_late"),
        ({"expires_at": NOW + timedelta(seconds=1)}, Do.SEND, ""),
    ],
)
def test_a_due_message_is_sent_kept_back_or_given_up(changed, do, reason):
    found = verdict(Facts(**{"expires_at": LATER, "allowed_at": NOW, **changed}), NOW)
    assert (found.do, found.reason) == (do, reason)
    assert found.until == (SOON if do is Do.WAIT else None)


@pytest.mark.parametrize(
    ("code", "then"),
    [
        (21610, Then.OPTED_OUT), (21211, Then.NO_TEXTS), (21614, Then.NO_TEXTS), (30006, Then.NO_TEXTS), (30003, Then.LATER),
        (30007, Then.PERSON), (20429, Then.BUSY), (429, Then.BUSY), (99999, Then.PERSON), (None, Then.PERSON),
    ],
)
def test_each_code_has_its_action(code, then):
    assert outbox.meaning(code) is then


def test_waiting_grows_and_ends_at_half_an_hour():
    waits = [outbox.again_after(attempt).total_seconds() for attempt in range(1, 9)]
    assert waits == [30, 60, 120, 240, 480, 960, 1800, 1800]


@pytest.mark.parametrize(
    ("state", "status", "counts"),
    [
        ("sending", "queued", True), ("sending", "delivered", True), ("sent", "sent", False), ("sent", "queued", False),
        ("sent", "delivered", True), ("sent", "undelivered", True), ("delivered", "sent", False), ("delivered", "undelivered", False),
        ("undelivered", "delivered", False), ("failed", "delivered", False), ("unknown", "delivered", True), ("sent", "no-answer", True),
    ],
)
def test_news_only_moves_a_message_forward(state, status, counts):
    assert outbox.is_news(state, status) is counts


@given(st.permutations(["queued", "sending", "sent", "delivered", "queued", "sent", "delivered"]))
def test_however_the_news_is_shuffled_a_delivered_message_ends_delivered(order):
    state = "sending"
    for status in order:
        if outbox.is_news(state, status):
            state = outbox.state_of(status)
    assert state == "delivered"


def test_a_word_the_carrier_does_not_have_is_refused():
    with pytest.raises(ValueError, match="unknown status"):
        outbox.state_of("teleported")


@pytest.mark.parametrize(
    ("found", "unanswered", "with_person", "in_time", "look"),
    [
        (True, 0, False, True, Look.ADOPT), (True, 9, True, False, Look.ADOPT),
        (False, 0, False, True, Look.AGAIN), (False, 5, False, True, Look.AGAIN), (False, 6, False, True, Look.PERSON),
        (False, 0, False, False, Look.EXPIRE), (False, 0, True, False, Look.EXPIRE), (False, 6, True, False, Look.WAIT),
        (None, 0, False, True, Look.WAIT), (None, 0, False, False, Look.PERSON), (None, 0, True, False, Look.WAIT),
    ],
)
def test_asking_the_carrier_settles_a_message_or_leaves_it_to_a_person(found, unanswered, with_person, in_time, look):
    assert outbox.looked(found, unanswered=unanswered, with_person=with_person, in_time=in_time) is look
