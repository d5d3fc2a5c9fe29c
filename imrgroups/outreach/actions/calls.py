"""Calls to make: who is on whose list, how a call went, and what came back that somebody should read."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from imrgroups import audit
from imrgroups.db import db, fetch
from imrgroups.enrolment.models import Enrolment
from imrgroups.groups import series
from imrgroups.groups.models import Group, Meeting
from imrgroups.i18n import apart, gettext
from imrgroups.outreach.actions.outbox import put_call
from imrgroups.outreach.models import CALL_OUTCOMES, CallTask, Message, OfferedSlot, Reply
from imrgroups.people.models import Participant, Supporter, told_apart
from imrgroups.rules import ladder
from imrgroups.rules.refusal import Cannot
from imrgroups.staff.models import Centre, Staff

LATELY = timedelta(days=14)  # how long the team is reminded of somebody nobody reached
GROUPS, CENTRES = bindparam("groups", expanding=True), bindparam("centres", expanding=True)


@dataclass(frozen=True, slots=True)
class Call:
    """One call to make. caller: the name of who is asked to; missed_on: the day of the meeting it is about, if any."""

    id: int
    person: int
    name: str
    phone: str
    reason: str
    caller: str
    mine: bool
    due_on: date
    missed_on: date | None
    group: str


def to_make(groups: Collection[int], centres: Collection[int], staff_id: int, now: datetime, today: date) -> tuple[list[Call], list[Call]]:
    """(due, given up): calls that are due to people of these groups and centres, and last calls to people of the groups. One statement.

    due: one's own first, the oldest first. given up: nobody was reached in three days, lately, and nobody has called since.
    """
    rows = fetch(_to_make(), groups=list(groups), centres=list(centres), today=today, since=now - LATELY).all()
    # Two missed meetings are one call: the later takes the place of the earlier.
    called = [(row.participant_id, Participant.name.open(Participant, row.participant_id, row.name_sealed), row.code) for row in rows]
    names = told_apart(called)
    due = {(row.participant_id, row.reason == "missed" or row.id): _call(row, names, staff_id) for row in rows if row.done_at is None}
    unreached = [_call(row, names, 0) for row in rows if row.done_at is not None]
    return sorted(due.values(), key=lambda call: (not call.mine, call.due_on, call.name.casefold())), unreached


@lru_cache(maxsize=1)
def _to_make() -> Select[Any]:
    theirs = select(Enrolment.participant_id).where(Enrolment.group_id.in_(GROUPS))
    of_centres = select(Participant.id).where(Participant.centre_id.in_(CENTRES))
    here = or_(CallTask.group_id.in_(GROUPS), CallTask.participant_id.in_(theirs), CallTask.participant_id.in_(of_centres))
    due = and_(CallTask.done_at.is_(None), CallTask.due_on <= bindparam("today"), here)
    later = aliased(CallTask)
    called = select(later.id).where(later.participant_id == CallTask.participant_id, later.created_at > CallTask.created_at).exists()
    unreached = and_(
        CallTask.done_at > bindparam("since"), CallTask.outcome == "no_answer", CallTask.key.endswith(f"#{ladder.MOST_CALLS}"),
        CallTask.group_id.in_(GROUPS), ~called,
    )
    return _calls().where(or_(due, unreached)).order_by(CallTask.due_on, CallTask.done_at)


def _calls() -> Select[Any]:
    # The person is joined from outside, though there always is one: else SQLite begins with every participant, not with the few calls.
    return (
        select(
            CallTask.id, CallTask.participant_id, CallTask.supporter_id, Participant.name_sealed, Participant.code,
            Participant.phone_sealed, Supporter.phone_sealed.label("close_sealed"), CallTask.reason, CallTask.staff_id,
            Staff.name.label("caller"), CallTask.due_on, CallTask.done_at, Meeting.meets_on, Group.name.label("group"),
        )
        .outerjoin(Participant, Participant.id == CallTask.participant_id).outerjoin(Staff, Staff.id == CallTask.staff_id)
        .outerjoin(Supporter, Supporter.id == CallTask.supporter_id)
        .outerjoin(Meeting, Meeting.id == CallTask.meeting_id).outerjoin(Group, Group.id == CallTask.group_id)
    )


def _call(row: Row[Any], names: Mapping[int, str], staff_id: int) -> Call:
    person, close = row.participant_id, row.supporter_id
    number = Participant.phone.open(Participant, person, row.phone_sealed)
    if close:
        number = Supporter.phone.open(Supporter, close, row.close_sealed)
    return Call(
        row.id, person, names[person], number, row.reason, row.caller or "", row.staff_id == staff_id, row.due_on, row.meets_on,
        row.group or "",
    )


@dataclass(frozen=True, slots=True)
class Unread:
    """One reply that somebody should read. maybe: who may have written it, as (person, words), where that is open."""

    id: int
    person: int | None
    name: str
    maybe: tuple[tuple[int, str], ...]
    text: str
    meaning: str
    received_at: datetime
    zone: str


def unread(groups: Collection[int], centres: Collection[int]) -> list[Unread]:
    """Replies that wait to be read, oldest first: from people of these groups and those close to them, and those to these centres."""
    wanted = (
        select(Reply, Participant.name_sealed, Centre.timezone).outerjoin(Participant, Participant.id == Reply.participant_id)
        .outerjoin(Centre, Centre.id == Reply.centre_id).where(Reply.needs_reading, _from_here()).order_by(Reply.received_at)
    )
    rows = db.session.execute(wanted, {"groups": list(groups), "centres": list(centres)}).all()
    who = _at_numbers({row.from_lookup for row, _name, _zone in rows if row.participant_id is None})
    return [
        Unread(
            row.id, row.participant_id, Participant.name.open(Participant, row.participant_id, name) if row.participant_id else "",
            tuple(who.get(row.from_lookup, ())), row.text or "", row.meaning, row.received_at, zone or "UTC",
        )
        for row, name, zone in rows
    ]


def _from_here() -> ColumnElement[bool]:
    """Replies of people of these groups, also from a number that they share or that is of somebody close to them, and of these centres."""
    theirs = select(Enrolment.participant_id).where(Enrolment.group_id.in_(GROUPS))
    numbers = select(Participant.phone_lookup).where(Participant.id.in_(theirs), Participant.phone_lookup.is_not(None))
    close = select(Message.to_lookup).where(Message.group_id.in_(GROUPS), Message.supporter_id.is_not(None), Message.to_lookup.is_not(None))
    unsure = and_(Reply.participant_id.is_(None), or_(Reply.from_lookup.in_(numbers), Reply.from_lookup.in_(close)))
    return or_(Reply.participant_id.in_(theirs), Reply.centre_id.in_(CENTRES), unsure)


def groups_of_number(hashed: str) -> frozenset[int]:
    """The groups of the people who have a number, and those from which somebody close to them was written to there."""
    people = select(Enrolment.group_id).join(Participant, Participant.id == Enrolment.participant_id)
    close = select(Message.group_id).where(Message.to_lookup == hashed, Message.supporter_id.is_not(None), Message.group_id.is_not(None))
    return frozenset(db.session.execute(people.where(Participant.phone_lookup == hashed).union(close)).scalars())


def _at_numbers(lookups: Collection[str]) -> dict[str, list[tuple[int, str]]]:
    """Who has each number: participants, and somebody close to one who was written to there. Two statements."""
    found: dict[str, list[tuple[int, str]]] = {}
    people = select(Participant.phone_lookup, Participant.id, Participant.name_sealed).where(Participant.phone_lookup.in_(lookups))
    for number, key, name in db.session.execute(people):
        found.setdefault(number or "", []).append((key, Participant.name.open(Participant, key, name)))
    close = select(Message.to_lookup, Supporter).join(Supporter, Supporter.id == Message.supporter_id).where(Message.to_lookup.in_(lookups))
    close = close.options(joinedload(Supporter.participant)).distinct()
    for number, row in db.session.execute(close):
        told = gettext("%(name)s, close to %(person)s", name=apart(row.name), person=apart(row.participant.name))
        found.setdefault(number or "", []).append((row.participant_id, told))
    return found


def coming_for(persons: Collection[int | None], now: datetime) -> dict[int, tuple[int, datetime, str]]:
    """The next meeting of each of these people within two weeks: (key, when, zone of the group). One statement."""
    wanted = (
        select(Enrolment.participant_id, Meeting.id, Meeting.starts_at, Group.timezone)
        .join(Meeting, Meeting.group_id == Enrolment.group_id).join(Group, Group.id == Meeting.group_id)
        .where(
            Enrolment.participant_id.in_(persons), Enrolment.joined_on <= Meeting.meets_on, Meeting.state == "planned",
            or_(Enrolment.left_on.is_(None), Enrolment.left_on >= Meeting.meets_on), Meeting.starts_at > now,
            Meeting.starts_at < now + LATELY,
        )
        .order_by(Meeting.starts_at.desc())
    )
    return {person: (meeting, starts_at, zone) for person, meeting, starts_at, zone in db.session.execute(wanted)}


def unread_count(groups: Collection[int], centres: Collection[int]) -> int:
    """How many replies wait to be read there."""
    return fetch(_unread_count(), groups=list(groups), centres=list(centres)).scalar_one()


@lru_cache(maxsize=1)
def _unread_count() -> Select[Any]:
    return select(func.count()).select_from(Reply).where(Reply.needs_reading, _from_here())


def has_chosen(person_id: int, meeting: Meeting) -> bool:
    """Whether somebody chose a time for catching up on the day of a meeting, or on the day from which it was moved."""
    days = [day for day in (meeting.meets_on, meeting.moved_from_on) if day is not None]
    wanted = select(OfferedSlot.id).where(
        OfferedSlot.participant_id == person_id, OfferedSlot.picked_at.is_not(None), OfferedSlot.on.in_(days)
    )
    return db.session.execute(wanted.limit(1)).scalar() is not None


def is_over(group: Group, now: datetime) -> bool:
    """Whether somebody ended a group, and no meeting of it is to come."""
    wanted = select(Group.id).where(Group.id == group.id, ~series.goes_on(now))
    return group.ended_on is not None and db.session.execute(wanted).scalar() is not None


def tells_the_end(task: CallTask, group: Group, meeting: Meeting | None) -> bool:
    """Whether a call about a change tells somebody that their group ends: its meeting fell away with the end."""
    fell_away = meeting is not None and meeting.state == "cancelled" and group.ended_on is not None and meeting.meets_on > group.ended_on
    return task.reason == "changed" and fell_away


def calls_of(person_id: int) -> list[CallTask]:
    """Every call to one person, newest first."""
    wanted = select(CallTask).where(CallTask.participant_id == person_id).order_by(CallTask.created_at.desc())
    return list(db.session.execute(wanted).scalars())


def replies_of(person_id: int) -> list[Reply]:
    """Everything that came back from one person, newest first."""
    wanted = select(Reply).where(Reply.participant_id == person_id).order_by(Reply.received_at.desc())
    return list(db.session.execute(wanted).scalars())


class CannotLog(Cannot):
    """Why a call is not logged: `reason` is a short word for the screens to explain."""


def log_call(task: CallTask, outcome: str, *, note: str = "", by: int | None, now: datetime) -> None:
    """How a call went. Nobody answered: another is put on the list for the next day, three in all; then the team talks about it.

    Raises CannotLog("done") when somebody has logged it already, ("outcome") for a word there is not.
    """
    if outcome not in CALL_OUTCOMES:
        raise CannotLog("outcome")
    wanted = select(CallTask).where(CallTask.id == task.id).with_for_update().execution_options(populate_existing=True)
    row = db.session.execute(wanted).scalar_one()
    if row.done_at is not None:
        db.session.rollback()
        raise CannotLog("done")
    row.outcome, row.note, row.done_at, row.done_by_id = outcome, note or None, now, by
    if row.reason == "missed":
        same = select(CallTask).where(CallTask.participant_id == row.participant_id, CallTask.reason == "missed")
        for other in db.session.execute(same.where(CallTask.id != row.id, CallTask.done_at.is_(None))).scalars():
            other.outcome, other.done_at = "not_needed", now  # one call was about both
    base, _slash, number = row.key.partition("#")
    if outcome == "no_answer" and int(number or 1) < ladder.MOST_CALLS:
        again = CallTask(
            key=f"{base}#{int(number or 1) + 1}", participant_id=row.participant_id, supporter_id=row.supporter_id,
            group_id=row.group_id, meeting_id=row.meeting_id,
            staff_id=row.staff_id, reason=row.reason, due_on=now.date() + timedelta(days=1), created_at=now,
        )
        put_call(again, _centre(row), by, now)
    _record("call.logged", row, by, now)
    db.session.commit()


def undo_call(task: CallTask, *, by: int | None, now: datetime) -> None:
    """Take back how a call went; the call is on the list again, and one that was put on it instead is taken off."""
    base, _slash, number = task.key.partition("#")
    following = db.session.execute(select(CallTask).where(CallTask.key == f"{base}#{int(number or 1) + 1}")).scalar()
    if following is not None and following.done_at is None:
        db.session.delete(following)
    task.outcome = task.note = task.done_at = task.done_by_id = None
    _record("call.undone", task, by, now)
    db.session.commit()


def _centre(task: CallTask) -> int:
    return db.session.get_one(Participant, task.participant_id).centre_id


def _record(action: str, task: CallTask, by: int | None, now: datetime) -> None:
    detail = {"outcome": task.outcome or ""}
    audit.record(action, centre_id=_centre(task), subject=f"participants/{task.participant_id}", by=by, now=now, detail=detail)
