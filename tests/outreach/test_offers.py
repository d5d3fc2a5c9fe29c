"""A leader names a time for going over a missed meeting."""

from datetime import date, time

import pytest
from sqlalchemy import select

from imrgroups.attendance import actions as attendance
from imrgroups.db import db
from imrgroups.outreach import actions
from imrgroups.outreach.actions import home, sending
from imrgroups.outreach.models import Message, OfferedSlot
from imrgroups.sms import Incoming
from tests.fakes import FakeGateway
from tests.outreach.test_planning import HOUR, held

SENT = {"on": "2027-01-14", "at": "10:00"}


@pytest.fixture
def page(world):
    """Where a time is offered to Dina, who missed the eighth meeting."""
    held(world, 8, Dina="absent")
    return f"/people/{world.people['Dina'].id}/make-ups/{world.meetings[8].id}/offer"


def offers():
    db.session.rollback()
    return list(db.session.execute(select(Message).where(Message.occasion == "make_up_offer").order_by(Message.created_at)).scalars())


def test_the_time_is_asked_and_a_yes_stands_on_todays_page(browser_as, world, page):
    dana, dina, carrier = browser_as("Dana"), world.people["Dina"], FakeGateway(world.now)
    assert page in dana.get(f"/people/{dina.id}/make-ups").text
    assert dana.post(page, data=SENT).status_code == 303
    (row,) = offers()
    assert row.step == "one" and row.question and "10.00" in row.text
    sending.send_due(carrier, world.now)
    actions.receive(Incoming("SM-1", dina.phone, "1", world.now + HOUR), world.now + HOUR)
    (chosen,), _home = home.expected([world.group.id], world.today)
    assert (chosen.person, chosen.on, chosen.at) == (dina.id, date(2027, 1, 14), time(10))


def test_another_time_takes_the_place_of_the_first(browser_as, world, page):
    dana = browser_as("Dana")
    dana.post(page, data=SENT)
    dana.post(page, data=SENT | {"at": "11:30"})
    assert len(offers()) == 2
    assert [slot.at for slot in db.session.execute(select(OfferedSlot)).scalars()] == [time(11, 30)]


@pytest.mark.parametrize(("changed", "says"), [
    ({"on": ""}, "Choose the day"), ({"at": "soon"}, "Write the time"), ({"on": "2027-01-12", "at": "10:30"}, "Choose a later time"),
])
def test_a_time_that_cannot_be_is_refused_in_words_and_stays_on_the_page(browser_as, world, page, changed, says):
    answer = browser_as("Dana").post(page, data=SENT | changed)
    assert answer.status_code == 422 and says in answer.text and "<title>Error:" in answer.text and offers() == []


def test_the_same_time_twice_and_what_is_caught_up_are_refused(browser_as, world, page):
    dana = browser_as("Dana")
    dana.post(page, data=SENT)
    assert "offered to them already" in dana.post(page, data=SENT).text
    attendance.make_up(
        world.meetings[8], world.people["Dina"], kind="one_to_one", done_on=world.today, minutes=30, leader_id=world.staff["Dana"].id,
        by=None, now=world.now,
    )
    assert "nothing to catch up" in dana.post(page, data=SENT | {"at": "12:00"}).text and len(offers()) == 1


def test_who_is_reached_by_no_text_is_not_asked_by_one(browser_as, world, page):
    held(world, 8, Cy="absent")
    answer = browser_as("Dana").post(page.replace(str(world.people["Dina"].id), str(world.people["Cy"].id)), data=SENT)
    assert answer.status_code == 422 and "Call them yourself" in answer.text


@pytest.mark.parametrize(("name", "status"), [("", 302), ("Charlie", 403), ("Kim", 403)])
def test_nobody_else_offers_a_time(browser_as, page, name, status):
    assert browser_as(name).post(page, data=SENT).status_code == status and offers() == []
