"""What becomes of people nobody reaches, and of replies somebody should read."""

import pytest
from sqlalchemy import select

from imrgroups.attendance.models import Apology
from imrgroups.db import db
from imrgroups.outreach import actions
from imrgroups.outreach.actions import calls, ladder
from imrgroups.outreach.models import Reply
from imrgroups.sms import Incoming
from tests.outreach.test_ladder import DAY, tasks
from tests.outreach.test_planning import held


@pytest.fixture
def call(world, frozen):
    """Dina was away; it is the next day and a call is on the list."""
    held(world, 9, Dina="absent")
    frozen.move_to(world.now + DAY)
    ladder.plan_calls(world.now + DAY)
    return f"/calls/{tasks()[0].id}"


def test_somebody_nobody_reaches_in_three_days_is_for_the_team(browser_as, world, call, frozen):
    for number in range(3):
        frozen.move_to(world.now + DAY + number * DAY)
        calls.log_call(tasks(done_at=None)[0], "no_answer", by=world.staff["Dana"].id, now=world.now + DAY + number * DAY)
    page = browser_as("Dana").get("/today").text
    assert "Called three times, no answer" in page and "Dina Møller" in page
    frozen.move_to(world.now + 30 * DAY)
    assert calls.to_make([world.group.id], [], 0, world.now + 30 * DAY, world.today)[1] == []


def test_a_reply_becomes_a_call_or_something_told_beforehand(browser_as, world, call):
    at, dina, dana = world.now + DAY, world.people["Dina"], browser_as("Dana")
    actions.receive(Incoming("SM-7", dina.phone, "Cannot come Tuesday, please ring me", at), at)
    reply = db.session.execute(select(Reply.id)).scalar_one()
    before = len(tasks(done_at=None))
    answer = dana.post(f"/replies/{reply}/call")
    assert answer.status_code == 303 and len(tasks(done_at=None)) == before + 1
    dana.post(f"/replies/{reply}/call")
    assert len(tasks(done_at=None)) == before + 1, "twice makes one call"
    assert browser_as("Charlie").post(f"/replies/{reply}/cannot-come").status_code == 403
    assert dana.post(f"/replies/{reply}/cannot-come").status_code == 303
    assert db.session.execute(select(Apology.participant_id)).scalars().all() == [dina.id]


def test_todays_page_asks_the_same_for_many_calls(browser_as, world, statements, call):
    dana = browser_as("Dana")
    dana.get("/today")
    with statements() as few:
        dana.get("/today")
    held(world, 9, Dina="absent", Amal="absent", Ejnar="absent")
    ladder.plan_calls(world.now + DAY)
    assert len(tasks()) == 3
    with statements() as many:
        dana.get("/today")
    assert len(many) == len(few)
