"""Those close to people: who has somebody involved, the one next step for each, and invitations."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from imrgroups.db import db
from imrgroups.enrolment import roster
from imrgroups.goals.models import Goal, Step
from imrgroups.groups.models import Meeting, PlannedTopic
from imrgroups.homework.models import Assignment
from imrgroups.i18n import dial
from imrgroups.outreach import words
from imrgroups.outreach.actions.outbox import Draft, queue
from imrgroups.outreach.models import Message
from imrgroups.outreach.words import Facts
from imrgroups.people.models import IntakeTask, Supporter, SupporterContact
from imrgroups.rules import supporters as rules
from imrgroups.rules.refusal import Cannot
from imrgroups.rules.supporters import Next, next_step
from imrgroups.staff.models import Centre, Staff

GOOD_FOR = timedelta(days=7)


class CannotInvite(Cannot):
    """Why nobody is invited: "no_consent", "no_phone", "twice" (an invitation was written today)."""


@dataclass(frozen=True, slots=True)
class Line:
    """One person with the next step toward involving somebody. supporter: whom it is about, if anybody is named."""

    id: int
    name: str
    step: Next
    involved: bool
    supporter: Supporter | None = None
    last: SupporterContact | None = None

    @property
    def first_name(self) -> str:
        """What the person is called."""
        return self.name.split()[0]


def close_in_group(group_id: int, on: date) -> list[Line]:
    """Everybody who is in the group on a day: those with nobody involved first, the furthest from it at the top."""
    found = close_to([(person.id, person.name) for person in roster.roster(group_id, on)], on)
    return sorted(found, key=lambda line: (line.involved, rules.ORDER.index(line.step)))


def close_to(people: Sequence[tuple[int, str]], on: date) -> list[Line]:
    """The next step for these people, given as (key, name), in their order. Four statements, however many people."""
    keys = [key for key, _name in people]
    by_person: dict[int, list[Supporter]] = defaultdict(list)
    wanted = select(Supporter).where(Supporter.participant_id.in_(keys), Supporter.ended_on.is_(None)).order_by(Supporter.code)
    for row in db.session.execute(wanted.options(joinedload(Supporter.participant))).scalars():
        by_person[row.participant_id].append(row)
    named = [row.id for rows in by_person.values() for row in rows]
    last, helping, waits = _last(named, on), _helping(named, on), _not_now(keys)
    found = []
    for key, name in people:
        rows = by_person[key]
        contacts = [last[row.id].contact_on if row.id in last else None for row in rows]
        close = [
            rules.Close(row.consented_on is not None, contact, row.id in helping) for row, contact in zip(rows, contacts, strict=True)
        ]
        advice = next_step(close, on, not_now=waits.get(key))
        about = rows[advice.about] if advice.about is not None else None
        found.append(Line(key, name, advice.step, advice.involved, about, last.get(about.id) if about else None))
    return found


def _last(supporter_ids: Iterable[int], on: date) -> dict[int, SupporterContact]:
    place = func.row_number().over(
        partition_by=SupporterContact.supporter_id, order_by=(SupporterContact.contact_on.desc(), SupporterContact.id.desc())
    )
    of_these = (SupporterContact.supporter_id.in_(supporter_ids), SupporterContact.contact_on <= on)
    newest = select(SupporterContact.id, place.label("place")).where(*of_these).subquery()
    wanted = select(SupporterContact).join(newest, newest.c.id == SupporterContact.id).where(newest.c.place == 1)
    return {row.supporter_id: row for row in db.session.execute(wanted).scalars()}


def _helping(supporter_ids: Iterable[int], on: date) -> set[int]:
    """Those who help with homework set, or with a step due or done, in the last 30 days; as fidelity item 5 counts."""
    first, ids = on - rules.WINDOW + timedelta(days=1), list(supporter_ids)
    homework = (
        select(Assignment.supporter_id).join(Meeting, Meeting.id == Assignment.meeting_id)
        .where(Assignment.supporter_id.in_(ids), Meeting.meets_on.between(first, on))
    )
    steps = select(Step.supporter_id).join(Goal, Goal.id == Step.goal_id).where(
        Step.supporter_id.in_(ids), or_(Step.due_on.between(first, on), Step.done_on.between(first, on))
    )
    return set(db.session.execute(homework.union(steps)).scalars())


def _not_now(people: Iterable[int]) -> dict[int, date]:
    wanted = select(IntakeTask.participant_id, IntakeTask.done_on).where(
        IntakeTask.participant_id.in_(people), IntakeTask.task == "supporter", IntakeTask.outcome == "not_now"
    )
    return {person: day for person, day in db.session.execute(wanted)}


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation or a thank you that was written to a supporter: which step and variant, when, and what became of it."""

    step: str
    variant: int
    at: datetime
    state: str


def invited(supporter_ids: Iterable[int]) -> dict[int, list[Invited]]:
    """What was written to these supporters, oldest first."""
    wanted = select(Message.supporter_id, Message.step, Message.variant, Message.created_at, Message.state).where(
        Message.supporter_id.in_(list(supporter_ids)), Message.occasion == "invitation"
    )
    found: dict[int, list[Invited]] = defaultdict(list)
    for key, *told in db.session.execute(wanted.order_by(Message.created_at, Message.id)):
        found[key].append(Invited(*told))
    return found


def step_of(advice: Next) -> str:
    """Which words fit: "first" for an invitation, "thanks" for those in contact already."""
    return "thanks" if advice in (Next.HELP, Next.THANK) else "first"


def invitation(row: Supporter, step: str, before: Sequence[Invited], *, sender: str, phone: str, on_paper: bool = False) -> tuple[int, str]:
    """(which variant, the text) of what comes next to a supporter, in the participant's language; nothing is written.

    before: what was written to them so far. sender: the name of whoever writes. phone: of the centre (E.164).
    """
    person, first_name = row.participant, row.name.split()[0] if row.name else ""
    facts = Facts(first_name=first_name, sender=sender.split()[0], phone=dial(phone), about=person.first_name)
    variant = words.choose("invitation", step, [told.variant for told in before if told.step == step], row.id)
    make = words.letter if on_paper else words.compose
    return variant, make("invitation", step, variant, facts, person.language)


def invite(row: Supporter, *, step: str, channel: str, group_id: int | None, on: date, by: int, now: datetime) -> None:
    """Write to a supporter: a text, or a letter to print. Nothing goes out before the participant said yes to contact.

    step: as step_of says. on: the local date; one a day at most. Raises CannotInvite.
    """
    person = row.participant
    if row.consented_on is None or row.ended_on is not None:
        raise CannotInvite("no_consent")
    if channel == "text" and not row.phone:
        raise CannotInvite("no_phone")
    sender, phone = db.session.get_one(Staff, by).name, db.session.get_one(Centre, person.centre_id).phone
    variant, text = invitation(row, step, invited([row.id])[row.id], sender=sender, phone=phone, on_paper=channel == "letter")
    draft = Draft(
        key=f"invitation/{row.id}/{on.isoformat()}", occasion="invitation", step=step, variant=variant, channel=channel,
        language=person.language, text=text, centre_id=person.centre_id, group_id=group_id, supporter_id=row.id, due_at=now,
        expires_at=now + GOOD_FOR, to=row.phone or "" if channel == "text" else "", question=words.is_question("invitation", step),
    )
    if not queue([draft], by=by, now=now):
        raise CannotInvite("twice")


def module_now(group_id: int, on: date) -> str:
    """The module a group is at: that of its next meeting, or of its last; "" where nothing is planned."""
    wanted = select(PlannedTopic.module).join(Meeting, Meeting.id == PlannedTopic.meeting_id).where(
        Meeting.group_id == group_id, Meeting.state != "cancelled"
    )
    coming = wanted.where(Meeting.meets_on >= on).order_by(Meeting.meets_on, PlannedTopic.position).limit(1)
    latest = wanted.order_by(Meeting.meets_on.desc(), PlannedTopic.position).limit(1)
    return db.session.execute(coming).scalar() or db.session.execute(latest).scalar() or ""
