"""A text to a leader who asked for it: when, about what, how often, and never a name."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from imrgroups.db import db
from imrgroups.outreach import actions
from imrgroups.outreach.actions import calls, sending, tostaff
from imrgroups.outreach.models import CallTask, Message, Reply
from imrgroups.sms import Incoming
from imrgroups.staff import actions as staff
from imrgroups.staff.models import Staff
from tests.fakes import FakeGateway
from tests.outreach.test_sending import HOUR, draft

NUMBER = "+4531313131"


@pytest.fixture
def carrier(world):
    """Dana wants texts, Lena does not; Amal was asked whether she comes."""
    staff.set_phone(world.staff["Dana"], NUMBER, by=world.staff["Dana"].id, now=world.now)
    actions.queue([draft(world)], by=None, now=world.now)
    found = FakeGateway(world.now)
    sending.send_due(found, world.now)
    return found


def writes(world, text, sid="SM-in-1", after=timedelta(minutes=5), sender="+4520123456"):
    at = world.now + after
    actions.receive(Incoming(sid, sender, text, at), at)
    return at


def texts():
    db.session.rollback()
    return list(db.session.execute(select(Message).where(Message.occasion == "staff").order_by(Message.created_at)).scalars())


@pytest.mark.parametrize(("reply", "says"), [("3", "vil gerne ringes op"), ("I am not well", "et svar venter")])
def test_a_leader_who_asked_for_it_is_told_that_something_waits_and_not_by_whom(world, carrier, reply, says):
    at = writes(world, reply)
    assert tostaff.plan_staff(at, True) == 1 and texts() == []
    assert tostaff.plan_staff(at) == 1 and tostaff.plan_staff(at) == 0
    (row,) = texts()
    assert (row.staff_id, row.to, row.question) == (world.staff["Dana"].id, NUMBER, False) and row.participant_id is None
    assert says in row.text.lower() and not any(name in row.text for name in (*world.people, "not well"))
    assert sending.send_due(carrier, at) == 1 and carrier.book[-1][1].to == NUMBER


def test_an_answer_that_needs_nobody_is_no_text(world, carrier):
    assert tostaff.plan_staff(writes(world, "1")) == 0


def test_no_text_without_a_number_of_another_centre_or_of_a_group_one_does_not_lead(world, carrier):
    staff.set_phone(world.staff["Dana"], "", by=None, now=world.now)
    staff.set_phone(world.staff["Charlie"], NUMBER, by=None, now=world.now)
    assert tostaff.plan_staff(writes(world, "3")) == 0


def test_what_comes_in_soon_after_is_told_once_two_hours_later(world, carrier):
    at = writes(world, "3")
    tostaff.plan_staff(at)
    writes(world, "Are you there?", "SM-2", timedelta(minutes=20), "+4520123458")
    assert tostaff.plan_staff(at + HOUR) == 0 and tostaff.plan_staff(at + 2 * HOUR) == 1
    assert [row.step for row in texts()] == ["call", "inbox"] and tostaff.plan_staff(at + 5 * HOUR) == 0


@pytest.mark.parametrize("reply", ["3", "I am not well"])
def test_what_somebody_has_seen_to_meanwhile_is_not_told(world, carrier, reply):
    at = writes(world, reply)
    tostaff.plan_staff(at)
    for task in db.session.execute(select(CallTask)).scalars():
        calls.log_call(task, "reached_other", by=world.staff["Lena"].id, now=at)
    for row in db.session.execute(select(Reply).where(Reply.needs_reading)).scalars():
        actions.read(row, by=world.staff["Lena"].id, now=at)
    assert sending.send_due(carrier, at) == 0
    assert [(row.state, row.reason) for row in texts()] == [("cancelled", "seen_to")]


def test_at_night_it_waits_for_the_morning(world, carrier):
    late = datetime.fromisoformat("2027-01-12T21:30:00+00:00")
    tostaff.plan_staff(writes(world, "help", after=late - world.now))
    assert texts()[0].due_at.isoformat() == "2027-01-13T08:00:00+00:00"


def test_a_leader_who_stops_texts_gets_none(world, carrier):
    at = writes(world, "STOP", "SM-stop", sender=NUMBER)
    writes(world, "3")
    tostaff.plan_staff(at)
    assert sending.send_due(carrier, at) == 0 and texts()[0].reason == "stopped"


def test_the_number_is_given_and_taken_back_on_ones_own_account(browser_as, world):
    dana = browser_as("Dana")
    assert "Texts to you" in dana.get("/account").text and "Texts to you" not in browser_as("Kim").get("/account").text
    wrong = dana.post("/account/phone", data={"phone": "12"})
    assert wrong.status_code == 422 and "<title>Error:" in wrong.text and 'value="12"' in wrong.text
    assert "You get a text" in dana.post("/account/phone", data={"phone": "31 31 31 31"}, follow_redirects=True).text
    assert db.session.get(Staff, world.staff["Dana"].id, populate_existing=True).phone == NUMBER
    assert "You get no texts" in dana.post("/account/phone", data={"phone": ""}, follow_redirects=True).text
    assert browser_as().post("/account/phone", data={"phone": ""}).status_code == 302
