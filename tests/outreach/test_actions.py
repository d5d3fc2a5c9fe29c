"""Planning messages and calls: once each, whole, sealed."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from imrgroups.db import db
from imrgroups.outreach import actions
from imrgroups.outreach.models import CallTask, Message
from imrgroups.secret import lookup


def draft(world, **changed):
    amal = world.people["Amal"]
    told = {
        "key": f"reminder/9/{amal.id}", "occasion": "reminder", "channel": "text", "language": "ar", "text": "Hi Amal – see you",
        "centre_id": amal.centre_id, "to": amal.phone, "participant_id": amal.id, "due_at": world.now,
        "expires_at": world.now + timedelta(hours=4), "question": True,
    }
    return actions.Draft(**{**told, **changed})


def test_a_message_is_planned_once_however_often_it_is_asked_for(world):
    assert actions.queue([draft(world), draft(world)], by=None, now=world.now) == 1
    assert actions.queue([draft(world)], by=None, now=world.now) == 0
    row = db.session.execute(select(Message)).scalar_one()
    assert (row.state, row.text, row.to, row.to_lookup) == ("pending", "Hi Amal - see you", "+4520123456", lookup("+4520123456"))
    assert b"Amal" not in row.text_sealed


def test_a_message_that_is_over_before_it_is_due_is_refused_and_nothing_of_the_batch_is_kept(world):
    bad = draft(world, key="x", expires_at=world.now)
    with pytest.raises(ValueError, match="expires"):
        actions.queue([draft(world), bad], by=None, now=world.now)
    db.session.rollback()
    assert db.session.execute(select(func.count()).select_from(Message)).scalar() == 0


def test_a_call_is_asked_for_once(world):
    told = {"key": "call/9/amal", "reason": "missed", "on": world.today, "staff_id": world.staff["Dana"].id, "by": None, "now": world.now}
    assert actions.ask_to_call(world.people["Amal"], **told)
    assert not actions.ask_to_call(world.people["Amal"], **told)
    assert db.session.execute(select(func.count()).select_from(CallTask)).scalar() == 1


def test_own_words_are_kept_changed_and_taken_away(world):
    amal = world.people["Amal"]
    actions.own_words(amal, why="My brother", hard_week="It passes", may_quote=True, by=None, now=world.now)
    actions.own_words(amal, why="", hard_week="It passed", may_quote=False, by=None, now=world.now)
    row = actions.words_of(amal.id)
    assert (row.why, row.hard_week, row.may_quote) == (None, "It passed", False)
