"""Which messages brought people back, counted from what happened after them."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from imrgroups.attendance import actions as attendance
from imrgroups.db import db
from imrgroups.outreach import actions
from imrgroups.outreach.actions.returning import brought_back
from imrgroups.outreach.models import Message


def missed(world, name, number, step):
    person = world.people[name]
    draft = actions.Draft(
        key=f"missed/{number}/{person.id}", occasion="missed", step=step, channel="text", language="da", text="Hej", to="+4520123458",
        centre_id=person.centre_id, group_id=world.group.id, meeting_id=world.meetings[number].id, participant_id=person.id,
        due_at=world.now, expires_at=world.now + timedelta(days=1),
    )
    actions.queue([draft], by=None, now=world.now)


def mark(world, number, **states):
    keys = {world.people[name].id: state for name, state in states.items()}
    attendance.mark(meeting=world.meetings[number], marks=keys, versions=dict.fromkeys(keys, 0), by=world.staff["Dana"].id, now=world.now)


@pytest.fixture
def told(world):
    """All missed the fifth. Dina came to the seventh, Bo to none, Amal was in hospital after it; what was meant for Cy was never sent."""
    for name, step in (("Dina", "first"), ("Bo", "first"), ("Amal", "first"), ("Cy", "second")):
        missed(world, name, 5, step)
    db.session.execute(update(Message).where(Message.participant_id != world.people["Cy"].id).values(state="delivered"))
    db.session.commit()
    mark(world, 5, Dina="absent", Bo="absent", Amal="absent", Cy="absent")
    mark(world, 6, Dina="absent", Bo="absent", Amal="hospital", Cy="present")
    mark(world, 7, Dina="late", Bo="excused", Amal="hospital", Cy="present")


def test_counts_are_of_messages_whose_end_is_known(world, told):
    assert brought_back([world.group.id], []) == {"first": (1, 2)}
    assert brought_back([], [world.centres["North"].id]) == {"first": (1, 2)}
    assert brought_back([world.groups["Thursday"].id], []) == {}


def test_leaders_see_it_beside_the_texts(browser_as, world, told):
    assert "Came again within two meetings: 1 of 2 (50 %)." in browser_as("Dana").get("/messages/words").text
    assert "Came again" not in browser_as("Charlie").get("/messages/words").text


def test_it_takes_as_many_statements_for_one_as_for_many(world, told, statements):
    group = world.group.id
    with statements() as said:
        brought_back([group], [])
    assert len([one for one in said if one.startswith("SELECT")]) == 3
