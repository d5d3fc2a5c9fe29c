"""Hospital: texts pause, a pack for the ward, a welcome back that a leader reads first; and how people want to be reminded."""

from datetime import time, timedelta

import pytest
from sqlalchemy import select

from imrgroups.attendance import actions as attendance
from imrgroups.db import db
from imrgroups.outreach.actions import home
from imrgroups.outreach.models import CallTask, Habit, Message
from imrgroups.people import actions as people
from tests.outreach.test_planning import held


@pytest.fixture
def at_home(world):
    """Dina was in hospital until yesterday and missed a meeting."""
    dina = world.people["Dina"]
    held(world, 8, Dina="hospital")
    people.admit(dina, on=world.meetings[8].meets_on, until=world.today - timedelta(days=1), by=None, now=world.now)
    return dina


def test_who_came_home_stands_on_todays_page_until_somebody_has_written(browser_as, at_home):
    dana = browser_as("Dana")
    assert "Home from hospital" in dana.get("/today").text and "Home from hospital" not in browser_as("Charlie").get("/today").text
    page = dana.get(f"/people/{at_home.id}/welcome-back").text
    assert "Dina is home again" in page and "Hej Dina" in page
    text = "Hej Dina. Dejligt at du er hjemme. Dana"
    answer = dana.post(f"/people/{at_home.id}/welcome-back", data={"text": text}, follow_redirects=True)
    assert "at the next hour that is not quiet" in answer.text
    row = db.session.execute(select(Message)).scalar_one()
    assert (row.occasion, row.text, row.state) == ("welcome_back", "Hej Dina. Dejligt at du er hjemme. Dana", "pending")
    assert "Home from hospital" not in dana.get("/today").text


def test_a_second_stay_is_welcomed_anew_and_on_the_very_day(world, at_home):
    groups = [world.group.id]
    assert home.welcome(at_home, "Hej", by=None, now=world.now) == "message" and home.expected(groups, world.today)[1] == []
    later = world.now + timedelta(days=7)
    people.admit(at_home, on=world.today + timedelta(days=2), by=None, now=later)
    assert home.draft_welcome(at_home, later) == "", "still there"
    people.discharge(at_home, on=later.date(), by=None, now=later)
    assert [one.person for one in home.expected(groups, later.date())[1]] == [at_home.id]
    assert home.welcome(at_home, "Hej igen", by=None, now=later) == "message"


@pytest.mark.parametrize(
    ("text", "says"), [("", "Write a few words"), ("Glad you left the psychiatric ward", "a stranger should not read")]
)
def test_words_a_stranger_should_not_read_are_refused_and_stay_on_the_page(browser_as, at_home, text, says):
    answer = browser_as("Dana").post(f"/people/{at_home.id}/welcome-back", data={"text": text})
    assert answer.status_code == 422 and says in answer.text and text in answer.text and "<title>Error:" in answer.text
    assert db.session.execute(select(Message)).first() is None


def test_who_cannot_be_written_to_gets_a_call(browser_as, world, at_home):
    people.consent(at_home, "messages", given=False, on=world.today, how="in person", by=None, now=world.now)
    browser_as("Dana").post(f"/people/{at_home.id}/welcome-back", data={"text": "Hej"})
    assert db.session.execute(select(CallTask.reason)).scalar_one() == "welcome_back"


@pytest.mark.parametrize(("name", "status"), [("", 302), ("Charlie", 403), ("Kim", 403)])
@pytest.mark.parametrize("page", ["welcome-back", "reminders", "ward-pack.pdf"])
def test_nobody_else_comes_near(browser_as, at_home, name, status, page):
    assert browser_as(name).get(f"/people/{at_home.id}/{page}").status_code == status


def test_the_pack_for_the_ward_holds_what_was_missed_and_says_when_there_is_nothing(browser_as, world, at_home):
    dana = browser_as("Dana")
    pack = dana.get(f"/people/{at_home.id}/ward-pack.pdf")
    assert pack.mimetype == "application/pdf" and pack.data.startswith(b"%PDF")
    amal = world.people["Amal"]
    assert "Nothing waits for them" in dana.get(f"/people/{amal.id}/ward-pack.pdf", follow_redirects=True).text


def test_a_make_up_on_the_ward_counts_for_the_meeting_it_replaces(world, at_home):
    attendance.make_up(
        world.meetings[8], at_home, kind="ward", done_on=world.today, minutes=25, leader_id=world.staff["Dana"].id, by=None, now=world.now
    )
    from imrgroups.notes import ledger

    assert ledger.ward_pages(at_home.id) == []


def test_reminders_of_a_person_and_of_a_centre_are_set_on_a_page(browser_as, world):
    dina, centre = world.people["Dina"], world.centres["North"]
    dana, nora = browser_as("Dana"), browser_as("Nora")
    dana.post(f"/people/{dina.id}/reminders", data={"reminders": "", "nudges": "yes", "days_before": "2", "at": "18:00"})
    nora.post(f"/centres/{centre.id}/reminders", data={"reminders": "no", "nudges": "", "days_before": "", "at": "nonsense"})
    rows = {row.participant_id: row for row in db.session.execute(select(Habit)).scalars()}
    assert (rows[dina.id].reminders, rows[dina.id].nudges, rows[dina.id].days_before, rows[dina.id].at) == (None, True, 2, time(18))
    assert (rows[None].reminders, rows[None].at) == (False, None)
    assert 'value="2" selected' in dana.get(f"/people/{dina.id}/reminders").text
    assert dana.get(f"/centres/{centre.id}/reminders").status_code == 403


def test_a_day_that_cannot_be_is_refused(world):
    with pytest.raises(ValueError, match="0 to 7"):
        home.set_habit(world.centres["North"].id, None, reminders=None, nudges=None, days_before=9, at=None, by=None, now=world.now)
