"""The page of messages: for leaders of their groups and coordinators of their centres, and what they decide there."""

import pytest

from imrgroups.outreach import actions
from imrgroups.outreach.actions import sending
from imrgroups.outreach.models import Message
from tests.fakes import FakeGateway
from tests.outreach.test_sending import HOUR, draft, row


@pytest.fixture
def planned(world):
    wanted = draft(world, due_at=world.now + HOUR)
    actions.queue([wanted, draft(world, "Gorm", key="own/g", occasion="own", group_id=None, meeting_id=None)], by=None, now=world.now)
    return wanted.key


def test_nobody_signed_out_sees_messages(browser_as, planned):
    assert browser_as().get("/messages").status_code == 302


@pytest.mark.parametrize("name", ["Adam", "Kim"])
def test_administrators_and_assessors_see_none(browser_as, planned, name):
    assert browser_as(name).get("/messages").status_code == 403


@pytest.mark.parametrize(
    ("name", "sees", "not_"), [("Dana", "Hi Amal", "Hi Gorm"), ("Nora", "Hi Amal", "Hi Gorm"), ("Charlie", "Hi Gorm", "Hi Amal")]
)
def test_everybody_sees_their_own_people(browser_as, planned, name, sees, not_):
    page = browser_as(name).get("/messages").text
    assert sees in page and not_ not in page and "Nothing is really sent" in page


def test_only_those_that_wait_are_shown_when_asked(browser_as, planned):
    dana = browser_as("Dana")
    assert "Hi Amal" in dana.get("/messages?show=waiting").text and "Hi Amal" not in dana.get("/messages?show=sent").text
    assert dana.get("/messages?show=nonsense").status_code == 404


def test_a_waiting_message_is_called_off_and_one_on_its_way_is_not(browser_as, world, planned):
    dana, key = browser_as("Dana"), row(planned).id
    assert browser_as("Charlie").post(f"/messages/{key}/call-off").status_code == 403
    assert "will not be sent" in dana.post(f"/messages/{key}/call-off", follow_redirects=True).text
    assert (row(planned).state, row(planned).reason) == ("cancelled", "by_hand")
    assert "on its way already" in dana.post(f"/messages/{key}/call-off", follow_redirects=True).text


@pytest.mark.parametrize(("sent", "state"), [("yes", "sent"), ("no", "pending")])
def test_somebody_decides_about_a_message_that_nobody_knows_about(browser_as, world, planned, sent, state):
    from imrgroups.db import db

    db.session.execute(Message.__table__.update().where(Message.key == planned).values(state="unknown", attempted_at=world.now))
    db.session.commit()
    dana, key = browser_as("Dana"), row(planned).id
    assert "Nobody knows whether it went out" in dana.get("/messages?show=trouble").text
    dana.post(f"/messages/{key}/decide", data={"sent": sent})
    assert row(planned).state == state
    assert "decided this already" in dana.post(f"/messages/{key}/decide", data={"sent": sent}, follow_redirects=True).text


def test_the_number_of_statements_does_not_grow_with_the_messages(browser_as, world, planned, statements):
    dana = browser_as("Dana")
    dana.get("/messages")
    with statements() as few:
        dana.get("/messages")
    actions.queue([draft(world, "Dina", key=f"own/{n}", occasion="own") for n in range(20)], by=None, now=world.now)
    with statements() as many:
        dana.get("/messages")
    assert len(many) == len(few)


def test_health_is_red_while_messages_are_late(app, world, planned, frozen):
    client = app.test_client()
    assert client.get("/health").json["messages"] is True
    frozen.move_to(world.now + HOUR / 3)
    assert client.get("/health").json["messages"] is False, "one was due twenty minutes ago"
    sending.send_due(FakeGateway(world.now), world.now + HOUR / 3)
    assert client.get("/health").json["messages"] is True
    later = draft(world, "Gorm", key="own/h", occasion="own", group_id=None, meeting_id=None, due_at=world.now + HOUR / 3)
    actions.queue([later], by=None, now=world.now)
    frozen.move_to(world.now + HOUR)
    assert client.get("/health").json["messages"] is True, "a question that waits for the answer to an earlier one is not late"
