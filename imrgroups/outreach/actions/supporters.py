"""Those close to people: who has somebody involved, the one next step for each, and invitations."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Date, Row, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import joinedload

from imrgroups.db import db, fetch
from imrgroups.enrolment.models import Enrolment
from imrgroups.goals.models import Step
from imrgroups.groups.models import Meeting, PlannedTopic
from imrgroups.homework.models import Assignment
from imrgroups.i18n import dial
from imrgroups.outreach import words
from imrgroups.outreach.actions.outbox import Draft, queue
from imrgroups.outreach.models import Message
from imrgroups.outreach.words import Facts
from imrgroups.people.models import IntakeTask, Participant, Supporter, SupporterContact, told_apart
from imrgroups.rules import supporters as rules
from imrgroups.rules.refusal import Cannot
from imrgroups.rules.supporters import Next, next_step
from imrgroups.staff.models import Centre, Staff

GOOD_FOR = timedelta(days=7)


class CannotInvite(Cannot):
    """Why nobody is invited: "no_consent", "no_phone", "twice" (an invitation was written today)."""


@dataclass(frozen=True, slots=True)
class Close:
    """Somebody close to a person: whether contact was agreed to, the day of the last one, whether they help with something now."""

    id: int
    name: str
    consented: bool
    last_on: date | None
    helps: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One person with the next step toward involving somebody. supporter: whom it is about, if anybody is named."""

    id: int
    name: str
    step: Next
    involved: bool
    supporter: Close | None = None

    @property
    def first_name(self) -> str:
        """What the person is called."""
        return self.name.split()[0]


def furthest_first(lines: Iterable[Line]) -> list[Line]:
    """Those with nobody involved first, the furthest from it at the top."""
    return sorted(lines, key=lambda line: (line.involved, rules.ORDER.index(line.step)))


def close_in_group(group_id: int, on: date) -> list[Line]:
    """The next step for the people of a group on a day, in the order of the register (name, then code). One statement."""
    rows = fetch(_close(True), group=group_id, **_days(on)).all()
    people = {row[0]: (Participant.name.open(Participant, row[0], row.person_sealed) or row.code, row.code) for row in rows}
    in_order = sorted(people.items(), key=lambda one: (one[1][0].casefold(), one[1][1]))
    return _lines(list(told_apart((key, *told) for key, told in in_order).items()), rows, on)


def close_to(people: Sequence[tuple[int, str]], on: date) -> list[Line]:
    """The next step for these people, given as (key, name), in their order. One statement, however many people."""
    return _lines(people, fetch(_close(False), people=[key for key, _name in people], **_days(on)).all(), on)


def _days(on: date) -> dict[str, date]:
    return {"first": on - rules.WINDOW + timedelta(days=1), "day": on}


def _lines(people: Sequence[tuple[int, str]], rows: Sequence[Row[Any]], on: date) -> list[Line]:
    close: dict[int, list[Close]] = defaultdict(list)
    not_now: dict[int, date | None] = {}
    for person, waits, key, sealed, consented_on, last_on, helps, *_whose in rows:
        not_now[person] = waits
        if key is not None:
            close[person].append(Close(key, Supporter.name.open(Supporter, key, sealed), consented_on is not None, last_on, helps))
    found = []
    for person, name in people:
        known = [rules.Close(one.consented, one.last_on, one.helps) for one in close[person]]
        advice = next_step(known, on, not_now=not_now.get(person))
        found.append(Line(person, name, advice.step, advice.involved, close[person][advice.about] if advice.about is not None else None))
    return found


@lru_cache(maxsize=2)
def _close(of_group: bool) -> Select[Any]:
    """One row a supporter who still is one, or one for a person without any. Help counts for 30 days, as in fidelity item 5."""
    first, day = bindparam("first", type_=Date), bindparam("day", type_=Date)
    last = select(func.max(SupporterContact.contact_on)).where(
        SupporterContact.supporter_id == Supporter.id, SupporterContact.contact_on <= day
    )
    homework = (
        select(Assignment.id).join(Meeting, Meeting.id == Assignment.meeting_id)
        .where(Assignment.supporter_id == Supporter.id, Meeting.meets_on.between(first, day))
    )
    recent = or_(Step.due_on.between(first, day), Step.done_on.between(first, day))
    step = select(Step.id).where(Step.supporter_id == Supporter.id, recent)
    waits = select(IntakeTask.done_on).where(
        IntakeTask.participant_id == Participant.id, IntakeTask.task == "supporter", IntakeTask.outcome == "not_now"
    )
    still = and_(Supporter.participant_id == Participant.id, Supporter.ended_on.is_(None))
    wanted = (
        select(
            Participant.id, waits.scalar_subquery(), Supporter.id, Supporter.name_sealed, Supporter.consented_on, last.scalar_subquery(),
            or_(homework.exists(), step.exists()),
        )
        .outerjoin(Supporter, still).order_by(Supporter.code)
    )
    if not of_group:
        return wanted.where(Participant.id.in_(bindparam("people", expanding=True)))
    there = select(Enrolment.participant_id).where(
        Enrolment.group_id == bindparam("group"), Enrolment.joined_on <= day, or_(Enrolment.left_on.is_(None), Enrolment.left_on >= day)
    )
    return wanted.add_columns(Participant.name_sealed.label("person_sealed"), Participant.code).where(Participant.id.in_(there))


def rows_of(lines: Iterable[Line]) -> dict[int, Supporter]:
    """By key, those the steps of these lines are about, each with the person they are close to. One statement."""
    keys = [line.supporter.id for line in lines if line.supporter]
    wanted = select(Supporter).where(Supporter.id.in_(keys)).options(joinedload(Supporter.participant))
    return {row.id: row for row in db.session.execute(wanted).scalars()}


def put_down(supporter_ids: Iterable[int], on: date, by: int) -> dict[int, SupporterContact]:
    """By supporter, the latest contact of a day that somebody put down themselves, so that they can take it back. One statement."""
    mine = (SupporterContact.supporter_id.in_(list(supporter_ids)), SupporterContact.contact_on == on, SupporterContact.by_id == by)
    rows = db.session.execute(select(SupporterContact).where(*mine).order_by(SupporterContact.id)).scalars()
    return {row.supporter_id: row for row in rows}


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
