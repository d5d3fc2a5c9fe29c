"""What is planned, for whom, when and in which words: and that planning again plans nothing."""

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from imrgroups.attendance import actions as attendance
from imrgroups.db import db
from imrgroups.groups import actions as groups
from imrgroups.outreach import actions
from imrgroups.outreach.actions import planning
from imrgroups.outreach.models import Habit, Message
from imrgroups.people import actions as people

HOUR = timedelta(hours=1)


def at(text):
    return datetime.fromisoformat(text + "+00:00")


def planned(world):
    db.session.rollback()
    names = {person.id: name for name, person in world.people.items()}
    rows = db.session.execute(select(Message).order_by(Message.created_at)).scalars()
    return {(names[row.participant_id], row.occasion): row for row in rows}


def held(world, number, **marks):
    """A meeting that was held: everybody present but those named."""
    meeting = world.meetings[number]
    states = {world.people[name].id: "present" for name in ("Amal", "Bo", "Cy", "Dina", "Ejnar")}
    states |= {world.people[name].id: state for name, state in marks.items()}
    if meeting.meets_on < date(2026, 12, 1):
        del states[world.people["Ejnar"].id]
    later = max(world.now + HOUR * 7, meeting.starts_at + HOUR)
    attendance.mark(meeting=meeting, marks=states, versions={}, by=world.staff["Dana"].id, now=later)
    return meeting


def test_reminders_go_to_whoever_said_yes_the_day_before_at_ten(world):
    ten = at("2027-01-18T08:30:00")  # half past nine the day before the tenth meeting
    assert planning.plan_reminders(ten, True) == 3
    assert planning.plan_reminders(ten) == 3 and planning.plan_reminders(ten) == 0
    found = planned(world)
    assert {name for name, _occasion in found} == {"Amal", "Dina", "Ejnar"}, "Cy said no, Bo gets letters earlier"
    amal, ejnar = found["Amal", "reminder"], found["Ejnar", "reminder"]
    assert amal.due_at == at("2027-01-18T09:00:00") and amal.expires_at == world.meetings[10].starts_at and amal.question
    assert (amal.channel, ejnar.channel, amal.language) == ("text", "call", "en")
    assert amal.text.startswith("Hi Amal") and "Tuesday" in amal.text and "14.30" in amal.text


def test_a_letter_is_planned_four_days_before(world):
    friday = at("2027-01-15T10:00:00")
    assert planning.plan_reminders(friday) == 1
    bo = planned(world)["Bo", "reminder"]
    assert (bo.channel, bo.to, bo.question) == ("letter", None, False) and "Bo" in bo.text


def test_a_reminder_moves_earlier_out_of_quiet_time_and_never_later(world):
    groups.move(world.meetings[10], to_on=date(2027, 1, 18), by=None, now=world.now)
    saturday = at("2027-01-16T19:00:00")
    planning.plan_reminders(saturday)
    assert planned(world)["Dina", "reminder"].due_at == at("2027-01-16T18:30:00"), "Sunday is quiet: half past seven on Saturday evening"


def test_a_person_and_a_centre_may_want_it_otherwise(world):
    centre, dina, ejnar = world.centres["North"], world.people["Dina"], world.people["Ejnar"]
    db.session.add(Habit(centre_id=centre.id, days_before=0, at=time(9)))
    db.session.add(Habit(centre_id=centre.id, participant_id=dina.id, days_before=2, at=time(18)))
    db.session.add(Habit(centre_id=centre.id, participant_id=ejnar.id, reminders=False))
    db.session.commit()
    planning.plan_reminders(at("2027-01-16T17:30:00"))
    assert set(planned(world)) == {("Dina", "reminder")}
    planning.plan_reminders(at("2027-01-19T08:00:00"))
    assert planned(world)["Amal", "reminder"].due_at == at("2027-01-19T08:00:00") and ("Ejnar", "reminder") not in planned(world)


def test_who_has_told_us_is_not_reminded(world):
    attendance.apologise(world.meetings[10], world.people["Dina"], told_on=world.today, by=None, now=world.now)
    planning.plan_reminders(at("2027-01-18T09:00:00"))
    assert ("Dina", "reminder") not in planned(world)


def test_the_message_of_the_day_comes_two_hours_after_the_end_to_who_was_away(world):
    meeting = held(world, 9, Dina="absent")
    evening = world.now + HOUR * 7  # five in the afternoon there; the meeting ended at half past three
    assert planning.plan_missed(evening, True) == 1
    assert planning.plan_missed(evening) == 1 and planning.plan_missed(evening) == 0
    (dina,) = planned(world).values()
    ends = meeting.starts_at + HOUR
    assert (dina.step, dina.due_at, dina.expires_at) == ("first", ends + 2 * HOUR, ends + 48 * HOUR)
    assert dina.language == "da" and dina.text.startswith("Hej Dina") and "Dana" in dina.text or "Lena" in dina.text


def test_nothing_is_said_of_a_register_nobody_saved(world):
    assert planning.plan_missed(world.now + 8 * HOUR) == 0


def test_a_register_saved_in_the_night_is_answered_in_the_morning(world):
    held(world, 9, Dina="absent")
    planning.plan_missed(at("2027-01-12T21:00:00"))
    assert planned(world)["Dina", "missed"].due_at == at("2027-01-13T08:00:00")


def test_a_register_saved_three_days_later_is_too_late_for_a_message(world):
    held(world, 9, Dina="absent")
    assert planning.plan_missed(at("2027-01-15T09:00:00")) == 0


@pytest.mark.parametrize(
    ("before", "told", "step"),
    [
        (0, False, "first"), (1, False, "second"), (2, False, "later"), (0, True, "first_told"), (1, True, "second_told"),
        (2, True, "later_told"),
    ],
)
def test_the_words_differ_for_a_first_second_and_later_miss_and_by_what_was_said(world, before, told, step):
    for number in range(9 - before, 9):
        held(world, number, Dina="absent")
    if told:
        attendance.apologise(world.meetings[9], world.people["Dina"], told_on=world.today, by=None, now=world.now)
    held(world, 9, Dina="absent")
    planning.plan_missed(world.now + 8 * HOUR)
    assert planned(world)["Dina", "missed"].step == step


def test_the_same_words_never_come_twice_running(world):
    from imrgroups.outreach import words

    seen = []
    for number in range(5, 9):
        for other in range(number - 1, number):
            held(world, other)
        meeting = held(world, number, Dina="absent")
        planning.plan_missed(meeting.starts_at + 4 * HOUR)
        rows = db.session.execute(select(Message.variant).where(Message.meeting_id == meeting.id, Message.step == "first")).scalars().all()
        seen += rows
        attendance.mark(meeting=meeting, marks={world.people["Dina"].id: "present"}, versions={}, by=None, now=world.now)
    assert len(seen) == 4 and len(set(seen)) == 4 and words.variants("missed", "first") >= 6


@pytest.mark.parametrize("happens", ["hospital", "no consent", "left", "make-up"])
def test_nobody_is_written_to_who_is_in_hospital_said_no_left_or_caught_up(world, happens):
    dina = world.people["Dina"]
    meeting = held(world, 9, Dina="absent")
    if happens == "hospital":
        people.admit(dina, on=world.today, by=None, now=world.now)
    elif happens == "no consent":
        people.consent(dina, "messages", given=False, on=world.today, how="in person", by=None, now=world.now)
    elif happens == "left":
        from imrgroups.enrolment import actions as enrolment

        enrolment.leave(world.enrolments["Dina"], on=date(2027, 1, 11), reason="moved", by=None, now=world.now)
    else:
        dana = world.staff["Dana"].id
        attendance.make_up(
            meeting, dina, kind="one_to_one", done_on=world.today, minutes=30, leader_id=dana, by=None, now=world.now + 8 * HOUR
        )
    assert planning.plan_missed(world.now + 8 * HOUR) == 0


def test_own_words_are_quoted_only_where_that_was_agreed_and_not_at_a_first_miss(world):
    dina = world.people["Dina"]
    held(world, 8, Dina="absent")
    held(world, 9, Dina="absent")
    actions.own_words(dina, why="", hard_week="Det går over", may_quote=True, by=None, now=world.now)
    planning.plan_missed(world.now + 8 * HOUR)
    row = planned(world)["Dina", "missed"]
    assert row.step == "second" and ("Det går over" in row.text) is (row.variant % 2 == 0), "at every second variant"


def test_a_sweep_asks_the_same_for_many_as_for_few(world, statements):
    held(world, 9, Dina="absent")
    with statements() as few:
        planning.plan_missed(world.now + 8 * HOUR, True)
    held(world, 8, Amal="absent", Ejnar="absent")
    held(world, 9, Dina="absent", Amal="absent", Ejnar="absent")
    with statements() as many:
        assert planning.plan_missed(world.now + 8 * HOUR, True) == 3
    assert len(many) == len(few)
