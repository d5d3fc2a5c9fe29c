"""Who is expected: home from hospital, or at a time they chose; and how somebody wants to be reminded."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import CompoundSelect, bindparam, literal_column, null, or_, select, union_all

from imrgroups import audit
from imrgroups.db import db, fetch
from imrgroups.enrolment.models import Enrolment
from imrgroups.groups import series
from imrgroups.groups.models import Group, Meeting
from imrgroups.outreach import words
from imrgroups.outreach.actions.gates import quiet_hours
from imrgroups.outreach.actions.outbox import plan, put_call
from imrgroups.outreach.actions.planning import next_meetings
from imrgroups.outreach.actions.recipients import Recipient, Sweep
from imrgroups.outreach.models import CallTask, Habit, Message, OfferedSlot
from imrgroups.people.models import HospitalStay, Participant
from imrgroups.rules.refusal import Cannot
from imrgroups.rules.replies import Finding, lint
from imrgroups.rules.texting import next_allowed

LATELY = timedelta(days=10)
OPEN = timedelta(days=4)
WELCOME = literal_column("'welcome/%'")  # as a bound value SQLite would plan the statement anew each time


class CannotWelcome(Cannot):
    """Why a welcome back is not planned: `reason` is "not_in_group", "sent" or "words"; findings: the words a stranger should not read."""

    def __init__(self, reason: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(reason)
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Home:
    """Somebody who came home lately and has heard nothing from us yet."""

    person: int
    name: str
    since: date


@dataclass(frozen=True, slots=True)
class Picked:
    """A time somebody chose for going over a missed meeting."""

    person: int
    name: str
    on: date
    at: time
    meeting_id: int


def expected(groups: Collection[int], today: date) -> tuple[list[Picked], list[Home]]:
    """(picked, at home): times people of these groups chose, from today on, soonest first; who came home, the latest first. One statement.

    at home: since the last days, and not welcomed back yet.
    """
    picked, at_home = [], []
    rows = fetch(_expected(), groups=list(groups), today=today, first=today - LATELY).all()
    for person, sealed, on, at, meeting_id in sorted(rows, key=lambda row: (row[2], row[3] or time.min)):
        name = Participant.name.open(Participant, person, sealed)
        if meeting_id is None:
            at_home.insert(0, Home(person, name, on))
        else:
            picked.append(Picked(person, name, on, at, meeting_id))
    return picked, at_home


@lru_cache(maxsize=1)
def _expected() -> CompoundSelect[Any]:
    groups, today = bindparam("groups", expanding=True), bindparam("today")
    picked = (
        select(Participant.id, Participant.name_sealed, OfferedSlot.on, OfferedSlot.at, OfferedSlot.meeting_id)
        .join(Participant, Participant.id == OfferedSlot.participant_id).join(Meeting, Meeting.id == OfferedSlot.meeting_id)
        .where(OfferedSlot.picked_at.is_not(None), OfferedSlot.on >= today, Meeting.group_id.in_(groups))
    )
    welcomed = select(Message.id).where(Message.participant_id == HospitalStay.participant_id, Message.occasion == "welcome_back")
    called = select(CallTask.id).where(CallTask.participant_id == HospitalStay.participant_id, CallTask.reason == "welcome_back")
    welcomed, called = welcomed.where(Message.created_at >= HospitalStay.to_on), called.where(CallTask.created_at >= HospitalStay.to_on)
    at_home = (
        select(HospitalStay.participant_id, Participant.name_sealed, HospitalStay.to_on, null(), null())
        .join(Participant, Participant.id == HospitalStay.participant_id)
        .where(
            HospitalStay.participant_id.in_(select(Enrolment.participant_id).where(
                Enrolment.group_id.in_(groups), or_(Enrolment.left_on.is_(None), Enrolment.left_on >= today)
            )),
            HospitalStay.to_on >= bindparam("first"), HospitalStay.to_on <= today,
            ~welcomed.where(Message.key.like(WELCOME)).exists(), ~called.exists(),
        )
    )
    return union_all(picked, at_home)


def recipient(person: Participant, now: datetime) -> tuple[Recipient, Sweep] | None:
    """The person as somebody to write to in their running group; None where they are in none, or in hospital."""
    groups = select(Enrolment.group_id).join(Group, Group.id == Enrolment.group_id).where(
        Enrolment.participant_id == person.id, series.goes_on(now)
    )
    sweep = Sweep.of(db.session.execute(groups).scalars(), now, "welcome_back")
    found = next((to for rows in sweep.by_group.values() for to in rows if to.id == person.id), None)
    return (found, sweep) if found else None


def draft_welcome(person: Participant, now: datetime) -> str:
    """Words to begin with, in the person's language; "" where they are in no running group."""
    found = recipient(person, now)
    if found is None:
        return ""
    to, sweep = found
    told = sweep.draft(
        to, key="-", occasion="welcome_back", step="plain", facts=_facts(to, sweep, now), due_at=now, expires_at=now + OPEN,
        meeting_id=None, channel="text",
    )
    return told.text


def _facts(to: Recipient, sweep: Sweep, now: datetime) -> words.Facts:
    coming = next_meetings({to.group_id}, now).get(to.group_id, [])[:1]
    return sweep.facts(to, on=coming[0].meets_on if coming else None, at=coming[0].local_time if coming else None)


def welcome(person: Participant, text: str, *, by: int | None, now: datetime) -> str:
    """Plan the welcome back that a leader has read and changed; returns "message", or "call" where no message can reach the person.

    Raises CannotWelcome("not_in_group" | "sent" | "words").
    """
    found = recipient(person, now)
    if found is None:
        raise CannotWelcome("not_in_group")
    to, sweep = found
    wrong = lint(text)
    if wrong or not text.strip():
        raise CannotWelcome("words", wrong)
    key = f"welcome/{person.id}/{now.date().isoformat()}"
    if not to.reachable:
        task = CallTask(
            key=key, participant_id=to.id, group_id=to.group_id, staff_id=to.leader_id, reason="welcome_back", due_on=now.date(),
            created_at=now,
        )
        put_call(task, to.centre_id, by, now)
        db.session.commit()
        return "call"
    due = next_allowed(now, to.zone, quiet_hours(to.country, now.year))
    told = sweep.draft(
        to, key=key, occasion="welcome_back", step="plain", facts=_facts(to, sweep, now), due_at=due, expires_at=due + OPEN,
        meeting_id=None,
    )
    if not plan(replace(told, text=text), by, now):
        db.session.rollback()
        raise CannotWelcome("sent")
    db.session.commit()
    return "message"


def habit_of(centre_id: int, person_id: int | None) -> Habit | None:
    """How reminders go out for a centre, or how one person wants it otherwise; None where nothing was said."""
    return db.session.execute(select(Habit).where(Habit.centre_id == centre_id, Habit.participant_id == person_id)).scalar()


def set_habit(
    centre_id: int, person_id: int | None, *, reminders: bool | None, nudges: bool | None, days_before: int | None, at: time | None,
    by: int | None, now: datetime,
) -> None:
    """Say how reminders go out; None follows the centre, or what everybody gets. Raises ValueError for days under 0 or over 7."""
    if days_before is not None and not 0 <= days_before <= 7:
        raise ValueError("a reminder comes 0 to 7 days before")
    row = habit_of(centre_id, person_id)
    if row is None:
        row = Habit(centre_id=centre_id, participant_id=person_id)
        db.session.add(row)
    row.reminders, row.nudges, row.days_before, row.at = reminders, nudges, days_before, at
    subject = f"participants/{person_id}" if person_id else f"centres/{centre_id}"
    audit.record("reminders.set", centre_id=centre_id, subject=subject, by=by, now=now)
    db.session.commit()
