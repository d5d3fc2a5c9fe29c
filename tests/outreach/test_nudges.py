"""A nudge between two meetings: to whom, on which day, and what takes it back in the last second."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from imrgroups.db import db
from imrgroups.enrolment import actions as enrolment
from imrgroups.groups import actions as groups
from imrgroups.homework import actions as homework
from imrgroups.homework.models import Assignment
from imrgroups.outreach.actions import home, nudges, sending
from imrgroups.outreach.models import Message
from imrgroups.people import actions as people
from tests.fakes import FakeGateway

FRIDAY = datetime.fromisoformat("2027-01-15T09:30:00+00:00")  # half past ten, three days after the ninth meeting
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVENING = datetime.fromisoformat("2027-01-12T16:00:00+00:00")


def agree(world, number=9, *names, text="Gå en tur"):
    now = max(EVENING, world.meetings[number].starts_at + HOUR) if number == 9 else world.now
    homework.agree(
        world.meetings[number], {world.people[name].id: homework.Task(text) for name in names or ("Dina",)}, by=None, now=now
    )


def likes(world, *names):
    for name in names or ("Dina",):
        person = world.people[name]
        home.set_habit(
            person.centre_id, person.id, reminders=None, nudges=True, days_before=None, at=None, by=world.staff["Dana"].id, now=world.now
        )


def task(world):
    return db.session.execute(select(Assignment).where(Assignment.participant_id == world.people["Dina"].id)).scalar_one()


def rows():
    db.session.rollback()
    return list(db.session.execute(select(Message).where(Message.occasion == "nudge")).scalars())


@pytest.fixture
def agreed(world):
    agree(world)
    likes(world)


def test_it_comes_once_in_the_middle_between_two_meetings(world, agreed):
    assert nudges.plan_nudges(FRIDAY - 2 * HOUR) == 0, "not before its hour"
    assert nudges.plan_nudges(FRIDAY, True) == 1 and rows() == []
    assert nudges.plan_nudges(FRIDAY) == 1 and nudges.plan_nudges(FRIDAY + DAY) == 0
    (row,) = rows()
    assert row.due_at.isoformat() == "2027-01-15T10:00:00+00:00" and row.expires_at == world.meetings[10].starts_at
    assert (row.key, row.channel, row.language, row.question) == (
        f"nudge/{world.meetings[9].id}/{world.people['Dina'].id}", "text", "da", False
    )
    assert row.text.startswith("Hej Dina.") and "tur" not in row.text, "what was agreed is nobody else's business"


def test_whoever_said_no_or_was_never_asked_gets_none(world):
    agree(world, 9, "Dina", "Amal", "Ejnar")
    likes(world, "Amal")
    amal, centre = world.people["Amal"], world.centres["North"]
    assert nudges.plan_nudges(FRIDAY, True) == 1
    home.set_habit(centre.id, amal.id, reminders=None, nudges=None, days_before=None, at=None, by=None, now=world.now)
    home.set_habit(centre.id, None, reminders=None, nudges=True, days_before=None, at=None, by=None, now=world.now)
    assert nudges.plan_nudges(FRIDAY, True) == 0, "a centre cannot say yes for anybody"


def test_letters_would_come_too_late_and_who_said_no_to_messages_gets_none(world):
    agree(world, 9, "Bo", "Cy")
    likes(world, "Bo", "Cy")
    assert nudges.plan_nudges(FRIDAY) == 0


def says(world):
    homework.tell(task(world), "partly", on=date(2027, 1, 14), by=None, now=FRIDAY - DAY)


def takes_back_homework(world):
    agree(world, 9, "Dina", text="")


def takes_back_yes(world):
    dina = world.people["Dina"]
    home.set_habit(dina.centre_id, dina.id, reminders=None, nudges=None, days_before=None, at=None, by=None, now=world.now)


def hospital(world):
    people.admit(world.people["Dina"], on=date(2027, 1, 14), by=None, now=world.now)


def no_messages(world):
    people.consent(world.people["Dina"], "messages", given=False, on=world.today, how="in person", by=None, now=world.now)


def leaves(world):
    enrolment.leave(world.enrolments["Dina"], on=date(2027, 1, 13), reason="moved", by=None, now=world.now)


def is_moved_near(world):
    groups.move(world.meetings[10], to_on=date(2027, 1, 15), by=None, now=world.now)


HAPPENS = [
    (says, "told_us"), (takes_back_homework, "not_wanted"), (takes_back_yes, "not_wanted"), (hospital, "hospital"),
    (no_messages, "no_consent"), (leaves, "left"),
]


@pytest.mark.parametrize("happens", [*(happens for happens, _reason in HAPPENS), is_moved_near])
def test_nothing_is_planned_where_it_would_be_unwelcome(world, agreed, happens):
    happens(world)
    assert nudges.plan_nudges(FRIDAY) == 0


@pytest.mark.parametrize(("happens", "reason"), HAPPENS)
def test_what_happens_after_planning_stops_it_in_the_last_second(world, agreed, happens, reason):
    nudges.plan_nudges(FRIDAY)
    happens(world)
    assert sending.send_due(FakeGateway(world.now), FRIDAY + HOUR) == 0
    assert [(row.state, row.reason) for row in rows()] == [("cancelled", reason)]


def test_it_goes_out_when_nothing_happened(world, agreed):
    carrier = FakeGateway(world.now)
    nudges.plan_nudges(FRIDAY)
    assert sending.send_due(carrier, FRIDAY + HOUR) == 1 and [row.state for row in rows()] == ["sent"]


def test_a_worker_that_was_off_does_not_nudge_on_the_day_of_the_reminder(world, agreed):
    assert nudges.plan_nudges(FRIDAY + 2 * DAY, True) == 0, "Sunday is quiet, and Monday belongs to the reminder"
    assert nudges.plan_nudges(FRIDAY + DAY) == 1 and nudges.plan_nudges(FRIDAY + 3 * DAY) == 0


def test_homework_of_an_earlier_meeting_is_not_brought_up_after_the_next(world):
    agree(world, 8)
    likes(world)
    assert nudges.plan_nudges(FRIDAY) == 0


def test_a_cancelled_meeting_in_between_moves_the_middle(world, agreed):
    groups.cancel(world.meetings[10], reason="Ill", by=None, now=world.now)
    assert nudges.plan_nudges(FRIDAY) == 0
    assert nudges.plan_nudges(datetime.fromisoformat("2027-01-19T09:30:00+00:00")) == 1
    assert rows()[0].expires_at == world.meetings[11].starts_at


def test_words_are_not_repeated(world, agreed):
    nudges.plan_nudges(FRIDAY)
    later = datetime.fromisoformat("2027-01-19T16:00:00+00:00")
    homework.agree(world.meetings[10], {world.people["Dina"].id: homework.Task("Ring til Eva")}, by=None, now=later)
    assert nudges.plan_nudges(FRIDAY + 7 * DAY) == 1
    assert len({row.variant for row in rows()}) == 2


def test_a_sweep_asks_the_same_for_many_as_for_few(world, agreed, statements):
    with statements() as few:
        nudges.plan_nudges(FRIDAY, True)
    agree(world, 9, "Dina", "Amal", "Ejnar")
    likes(world, "Amal", "Ejnar")
    with statements() as many:
        assert nudges.plan_nudges(FRIDAY, True) == 3
    assert len(many) == len(few)


def test_yes_is_said_on_the_persons_page_and_not_for_a_centre(browser_as, world):
    dana, dina = browser_as("Dana"), world.people["Dina"]
    assert "Ask them first" in dana.get(f"/people/{dina.id}/reminders").text
    dana.post(f"/people/{dina.id}/reminders", data={"reminders": "", "nudges": "yes", "days_before": "", "at": ""})
    assert home.habit_of(dina.centre_id, dina.id).nudges is True
    nora, centre = browser_as("Nora"), world.centres["North"].id
    assert "nudges" not in nora.get(f"/centres/{centre}/reminders").text
    nora.post(f"/centres/{centre}/reminders", data={"nudges": "yes"})
    assert home.habit_of(centre, None).nudges is None
