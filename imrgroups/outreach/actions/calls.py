"""Calls to make: who is on whose list, how a call went, and what came back that somebody should read."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from imrgroups import audit
from imrgroups.db import db, fetch
from imrgroups.enrolment.models import Enrolment
from imrgroups.groups.models import Group, Meeting
from imrgroups.outreach.actions.outbox import put_call
from imrgroups.outreach.models import CALL_OUTCOMES, CallTask, OfferedSlot, Reply
from imrgroups.people.models import Participant
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


def open_calls(groups: Collection[int], centres: Collection[int], staff_id: int, today: date) -> list[Call]:
    """The calls that are due to people of these groups and centres, one's own first, oldest first. One statement."""
    rows = fetch(_open_calls(), groups=list(groups), centres=list(centres), today=today)
    # Two missed meetings are one call: the later takes the place of the earlier.
    found = {(call.person, call.reason == "missed" or call.id): call for call in (_call(row, staff_id) for row in rows)}.values()
    return sorted(found, key=lambda call: (not call.mine, call.due_on, call.name.casefold()))


def unreached(groups: Collection[int], now: datetime, but: Collection[int]) -> list[Call]:
    """The last calls of those nobody reached in three days lately and nobody has called since; `but` these people. One statement."""
    return [_call(row, 0) for row in fetch(_unreached(), groups=list(groups), since=now - LATELY, but=list(but))]


@lru_cache(maxsize=1)
def _open_calls() -> Select[Any]:
    theirs = select(Enrolment.participant_id).where(Enrolment.group_id.in_(GROUPS))
    of_centres = select(Participant.id).where(Participant.centre_id.in_(CENTRES))
    here = or_(CallTask.group_id.in_(GROUPS), CallTask.participant_id.in_(theirs), CallTask.participant_id.in_(of_centres))
    return _calls().where(CallTask.done_at.is_(None), CallTask.due_on <= bindparam("today"), here).order_by(CallTask.due_on)


@lru_cache(maxsize=1)
def _unreached() -> Select[Any]:
    later = aliased(CallTask)
    since = select(later.id).where(later.participant_id == CallTask.participant_id, later.created_at > CallTask.created_at).exists()
    wanted = _calls().where(
        CallTask.outcome == "no_answer", CallTask.key.endswith(f"#{ladder.MOST_CALLS}"), CallTask.done_at > bindparam("since"),
        CallTask.group_id.in_(GROUPS), CallTask.participant_id.not_in(bindparam("but", expanding=True)), ~since,
    )
    return wanted.order_by(CallTask.done_at)


def _calls() -> Select[Any]:
    # The person is joined from outside, though there always is one: else SQLite begins with every participant, not with the few calls.
    return (
        select(
            CallTask.id, CallTask.participant_id, Participant.name_sealed, Participant.phone_sealed, CallTask.reason, CallTask.staff_id,
            Staff.name.label("caller"), CallTask.due_on, Meeting.meets_on, Group.name.label("group"),
        )
        .outerjoin(Participant, Participant.id == CallTask.participant_id).outerjoin(Staff, Staff.id == CallTask.staff_id)
        .outerjoin(Meeting, Meeting.id == CallTask.meeting_id).outerjoin(Group, Group.id == CallTask.group_id)
    )


def _call(row: Row[Any], staff_id: int) -> Call:
    person = row.participant_id
    return Call(
        row.id, person, Participant.name.open(Participant, person, row.name_sealed),
        Participant.phone.open(Participant, person, row.phone_sealed), row.reason, row.caller or "", row.staff_id == staff_id, row.due_on,
        row.meets_on, row.group or "",
    )


@dataclass(frozen=True, slots=True)
class Unread:
    """One reply that somebody should read."""

    id: int
    person: int | None
    name: str
    text: str
    meaning: str
    received_at: datetime
    zone: str


def unread(groups: Collection[int], centres: Collection[int]) -> list[Unread]:
    """Replies that wait to be read, oldest first: from people of these groups, and those to these centres."""
    wanted = (
        select(Reply, Participant.name_sealed, Centre.timezone).outerjoin(Participant, Participant.id == Reply.participant_id)
        .outerjoin(Centre, Centre.id == Reply.centre_id).where(Reply.needs_reading, _from_here()).order_by(Reply.received_at)
    )
    return [
        Unread(
            row.id, row.participant_id, Participant.name.open(Participant, row.participant_id, name) if row.participant_id else "",
            row.text or "", row.meaning, row.received_at, zone or "UTC",
        )
        for row, name, zone in db.session.execute(wanted, {"groups": list(groups), "centres": list(centres)})
    ]


def _from_here() -> ColumnElement[bool]:
    theirs = select(Enrolment.participant_id).where(Enrolment.group_id.in_(GROUPS))
    return or_(Reply.participant_id.in_(theirs), Reply.centre_id.in_(CENTRES))


def coming_for(persons: Collection[int | None], now: datetime) -> dict[int, tuple[int, datetime, str]]:
    """The next meeting of each of these people within two weeks: (key, when, zone of the group). One statement."""
    wanted = (
        select(Enrolment.participant_id, Meeting.id, Meeting.starts_at, Group.timezone)
        .join(Meeting, Meeting.group_id == Enrolment.group_id).join(Group, Group.id == Meeting.group_id)
        .where(
            Enrolment.participant_id.in_(persons), Enrolment.left_on.is_(None), Group.ended_on.is_(None), Meeting.state == "planned",
            Meeting.starts_at > now, Meeting.starts_at < now + LATELY,
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


@dataclass(frozen=True, slots=True)
class Picked:
    """A time somebody chose for going over a missed meeting."""

    person: int
    name: str
    on: date
    at: time
    meeting_id: int


def picked(groups: Collection[int], today: date) -> list[Picked]:
    """The times people of these groups chose, from today on, soonest first."""
    return [
        Picked(person, Participant.name.open(Participant, person, name), *when)
        for person, name, *when in fetch(_picked(), groups=list(groups), today=today)
    ]


@lru_cache(maxsize=1)
def _picked() -> Select[Any]:
    return (
        select(Participant.id, Participant.name_sealed, OfferedSlot.on, OfferedSlot.at, OfferedSlot.meeting_id)
        .join(Participant, Participant.id == OfferedSlot.participant_id).join(Meeting, Meeting.id == OfferedSlot.meeting_id)
        .where(OfferedSlot.picked_at.is_not(None), OfferedSlot.on >= bindparam("today"), Meeting.group_id.in_(GROUPS))
        .order_by(OfferedSlot.on, OfferedSlot.at)
    )


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
            key=f"{base}#{int(number or 1) + 1}", participant_id=row.participant_id, group_id=row.group_id, meeting_id=row.meeting_id,
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
