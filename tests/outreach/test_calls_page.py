"""Calls to make, replies to read and the story of a person, as leaders see them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from imrgroups.db import db
from imrgroups.goals import actions as goals
from imrgroups.outreach import actions
from imrgroups.outreach.actions import ladder, planning, sending, story
from imrgroups.outreach.models import CallTask, Reply
from imrgroups.sms import Incoming
from tests.fakes import FakeGateway
from tests.outreach.test_planning import HOUR, held

DAY = timedelta(days=1)


@pytest.fixture
def task(world, frozen):
    """Dina was away yesterday; it is ten the next morning and somebody should call her."""
    held(world, 9, Dina="absent")
    dina = world.people["Dina"]
    told = {"by": world.staff["Dana"].id, "now": world.now}
    goals.set_goal(group_id=world.group.id, participant_id=dina.id, text="Synge i kor igen", on=world.today, **told)
    actions.own_words(dina, why="For min søns skyld", hard_week="", may_quote=True, by=None, now=world.now)
    ladder.plan_calls(world.now + DAY)
    frozen.move_to(world.now + DAY)
    return db.session.execute(select(CallTask.id)).scalar_one()


def test_the_call_stands_on_todays_page_with_the_number(browser_as, task):
    page = browser_as("Dana").get("/today").text
    assert "Dina Møller" in page and "+45 20 12 34 58" in page and f"/calls/{task}" in page
    assert "Everyone who was away has been reached" in browser_as("Charlie").get("/today").text


def test_the_guide_has_the_goal_their_own_reason_and_questions_of_what_was_missed(browser_as, task):
    page = browser_as("Dana").get(f"/calls/{task}").text
    assert "Call Dina" in page and "Synge i kor igen" in page and "For min søns skyld" in page
    assert "Questions from the meeting they missed" in page


def test_a_coordinator_may_call_but_reads_no_goals_without_a_reason(browser_as, task):
    page = browser_as("Nora").get(f"/calls/{task}").text
    assert "Call Dina" in page and "Synge i kor igen" not in page and "For min søns skyld" not in page


@pytest.mark.parametrize(("name", "status"), [("", 302), ("Charlie", 403), ("Kim", 403), ("Adam", 403)])
def test_nobody_else_opens_a_call(browser_as, task, name, status):
    assert browser_as(name).get(f"/calls/{task}").status_code == status
    assert browser_as(name).post(f"/calls/{task}", data={"outcome": "no_answer"}).status_code == status


def test_two_taps_note_how_it_went_and_one_takes_it_back(browser_as, task):
    dana = browser_as("Dana")
    page = dana.post(f"/calls/{task}", data={"outcome": "reached_comes", "note": "Was ill"}, follow_redirects=True).text
    assert "Thank you for calling" in page and "We talked: comes next time" in page and "Was ill" in page
    assert "Dina Møller" not in dana.get("/today").text
    assert "noted this call already" in dana.post(f"/calls/{task}", data={"outcome": "no_answer"}, follow_redirects=True).text
    assert "on the list again" in dana.post(f"/calls/{task}/undo", follow_redirects=True).text
    assert "Dina Møller" in dana.get("/today").text


def test_saving_without_a_choice_says_what_to_do_and_keeps_the_note(browser_as, task):
    answer = browser_as("Dana").post(f"/calls/{task}", data={"note": "She laughed"})
    assert answer.status_code == 422 and "Choose how the call went" in answer.text and "She laughed" in answer.text
    assert "<title>Error:" in answer.text


def test_words_wait_to_be_read_and_leave_the_list(browser_as, world):
    actions.receive(Incoming("SM-1", world.people["Dina"].phone, "My bus is late, sorry", world.now), world.now)
    dana = browser_as("Dana")
    assert "1 reply to read" in dana.get("/today").text
    assert "My bus is late, sorry" in dana.get("/replies").text
    key = db.session.execute(select(Reply.id)).scalar_one()
    assert browser_as("Charlie").post(f"/replies/{key}/read").status_code == 403
    assert "off the list" in dana.post(f"/replies/{key}/read", follow_redirects=True).text
    assert "Nothing to read" in dana.get("/replies").text and "reply to read" not in dana.get("/today").text


def test_a_reply_of_a_shared_number_is_for_the_coordinator_of_the_centre(browser_as, world):
    from imrgroups.people import actions as people

    dina = world.people["Dina"]
    people.edit(dina, people.PersonDetails("Dina Møller", "da", "+4520123456", "text"), version=dina.version, by=None, now=world.now)
    actions.receive(Incoming("SM-1", "+4520123456", "it is me", world.now), world.now)
    assert "it is me" in browser_as("Nora").get("/replies").text and "it is me" not in browser_as("Charlie").get("/replies").text


def test_the_story_of_a_person_is_whole(browser_as, world, task):
    carrier, at = FakeGateway(world.now), world.now + DAY
    planning.plan_missed(world.now + 8 * HOUR)
    sending.send_due(carrier, at)
    actions.receive(Incoming("SM-1", world.people["Dina"].phone, "3", at + HOUR), at + HOUR)
    page = browser_as("Dana").get(f"/people/{world.people['Dina'].id}").text
    for words in ("We missed you", "On the way", "3: please call", "Messages and calls", carrier.texts[0][:20]):
        assert words in page


def test_what_brought_people_back_is_counted_with_its_denominator(browser_as, world):
    held(world, 7, Dina="absent", Amal="absent")
    for number in (7,):
        planning.plan_missed(world.meetings[number].starts_at + 4 * HOUR)
    carrier = FakeGateway(world.now)
    sending.send_due(carrier, world.meetings[7].starts_at + 5 * HOUR)
    assert len(carrier.book) == 2
    held(world, 8, Dina="present", Amal="absent")
    assert story.brought_back([world.group.id]) == [("first", 1, 1)], "Amal has one more chance"
    held(world, 9, Amal="absent")
    assert story.brought_back([world.group.id]) == [("first", 1, 2)]
    assert "1 of 2 (50 %)" in browser_as("Dana").get("/messages").text
