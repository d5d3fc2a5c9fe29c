"""Deletes a person whole when the law no longer asks to keep them: every row that speaks of them, in whatever room it lies.

The rows are found by reflection on the schema, so that a room added later is not forgotten: a column `participant_id`, a reference to a
row that is itself the person's, or the keyed hash of a number nobody else has. What stays is the audit chain, which holds keys and words
only and whose links would break, and a count a group.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Date,
    Integer,
    Select,
    Table,
    bindparam,
    column,
    delete,
    false,
    func,
    or_,
    select,
    table,
    union_all,
    update,
)

from imrgroups import audit
from imrgroups.db import Base, db, fetch
from imrgroups.people.models import Consent, DeletedPeople, HospitalStay, Participant, Supporter, SupporterContact
from imrgroups.rules.refusal import Cannot
from imrgroups.rules.retention import deletes_after
from imrgroups.secret import lookup

PERSON = "participant_id"
# Rows of rooms to the right, by name of table (see people/folder.py); a test holds that every column named here exists.
groups = table("groups", column("id", Integer), column("ended_on", Date))
meetings = table("meetings", column("id", Integer), column("meets_on", Date))


def _of_person(name: str, *columns: Any) -> Any:
    return table(name, column(PERSON, BigInteger), *columns)


enrolments = _of_person("enrolments", column("group_id", Integer), column("joined_on", Date), column("left_on", Date))
waiting = _of_person("waiting_places", column("state"))
goals = _of_person("goals", column("set_on", Date), column("closed_on", Date))
make_ups = _of_person("make_ups", column("done_on", Date))
AT_MEETINGS = tuple(
    _of_person(name, column("meeting_id", Integer)) for name in ("marks", "meeting_notes", "handouts_given", "assignments", "apologies")
)
ELSEWHERE = (groups, enrolments, waiting, meetings, goals, make_ups, *AT_MEETINGS)


class CannotDelete(Cannot):
    """Why a person is not deleted: `reason` is a short word for the screens to explain."""


def due(today: date, *, years: int) -> list[int]:
    """The people whose last day lies more than so many years back: nothing was written of them since, and they are in no group now."""
    return [person for person, last in last_days().items() if deletes_after(last, years) < today]


def last_days() -> dict[int, date]:
    """By person, the last day anything was written of them; without those who are in a group or wait for one. Three statements."""
    dates: list[Select[Any]] = [
        select(rows.c.participant_id.label("person"), meetings.c.meets_on.label("day"))
        .select_from(rows.join(meetings, meetings.c.id == rows.c.meeting_id))
        for rows in AT_MEETINGS
    ]
    for rows, day in (
        (enrolments, enrolments.c.joined_on), (enrolments, enrolments.c.left_on), (goals, goals.c.set_on), (goals, goals.c.closed_on),
        (make_ups, make_ups.c.done_on),
    ):
        dates.append(select(rows.c.participant_id.label("person"), day.label("day")))
    for model, day in ((Consent, Consent.told_on), (HospitalStay, HospitalStay.from_on), (HospitalStay, HospitalStay.to_on)):
        dates.append(select(model.participant_id.label("person"), day.label("day")))  # type: ignore[attr-defined]
    contacts = select(Supporter.participant_id.label("person"), SupporterContact.contact_on.label("day"))
    dates.append(contacts.join(Supporter, Supporter.id == SupporterContact.supporter_id))
    every = union_all(*dates).subquery()
    last = {row.id: row.created_at.date() for row in db.session.execute(select(Participant.id, Participant.created_at))}
    for person, day in db.session.execute(select(every.c.person, func.max(every.c.day)).group_by(every.c.person)):
        if person in last and day is not None:
            last[person] = max(last[person], day)
    here = select(enrolments.c.participant_id).join(groups, groups.c.id == enrolments.c.group_id).where(
        enrolments.c.left_on.is_(None), groups.c.ended_on.is_(None)
    )
    waits = select(waiting.c.participant_id).where(waiting.c.state.in_(("waiting", "offered")))
    kept = set(db.session.execute(union_all(here, waits)).scalars())
    return {person: day for person, day in last.items() if person not in kept}


def remove(person: Participant, *, years: int, by: int | None, now: datetime) -> dict[str, int]:
    """Delete every row of a person; returns how many went, by table. Raises CannotDelete("too_early" | "in_group")."""
    last = last_days().get(person.id)
    if last is None:
        raise CannotDelete("in_group")
    if deletes_after(last, years) >= now.date():
        raise CannotDelete("too_early")
    gone = _remove(person, by, now)
    db.session.commit()
    return gone


def sweep(now: datetime, dry_run: bool, *, years: int) -> int:
    """Delete everybody whose time is over; returns how many people. Each is a transaction of their own."""
    people = due(now.date(), years=years)
    for key in [] if dry_run else people:
        _remove(db.session.get_one(Participant, key), None, now)
        db.session.commit()
    return len(people)


def deleted(group_id: int) -> int:
    """How many people of a group were deleted."""
    return deleted_of([group_id]).get(group_id, 0)


def deleted_of(group_ids: Iterable[int]) -> dict[int, int]:
    """How many people of each of these groups were deleted; groups that lost nobody are left out."""
    return {group: people for group, people in fetch(_deleted(), groups=list(group_ids))}


@lru_cache(maxsize=1)
def _deleted() -> Select[Any]:
    wanted = select(DeletedPeople.group_id, DeletedPeople.people)
    return wanted.where(DeletedPeople.group_id.in_(bindparam("groups", expanding=True)))


def _remove(person: Participant, by: int | None, now: datetime) -> dict[str, int]:
    key, centre = person.id, person.centre_id
    groups_of = db.session.execute(select(enrolments.c.group_id).where(enrolments.c.participant_id == key).distinct()).scalars().all()
    gone = {}
    conditions = _conditions(key, _own_numbers(person))
    db.session.flush()
    for rows, whose in conditions.items():
        for own in (each for each in rows.columns if any(ref.column.table is rows for ref in each.foreign_keys)):
            db.session.execute(update(rows).where(whose).values({own: None}))
    for rows, whose in reversed(list(conditions.items())):
        count = db.session.execute(delete(rows).where(whose)).rowcount  # type: ignore[attr-defined]
        if count:
            gone[rows.name] = count
    db.session.expunge(person)
    db.session.expire_all()
    for group in groups_of:
        row = db.session.get(DeletedPeople, group)
        if row is None:
            row = DeletedPeople(group_id=group, people=0, newest_on=now.date())
            db.session.add(row)
        row.people, row.newest_on = row.people + 1, now.date()
    detail = {"rows": gone, "groups": list(groups_of)}
    audit.record("participant.deleted", centre_id=centre, subject=f"participants/{key}", by=by, now=now, detail=detail)
    return gone


def _own_numbers(person: Participant) -> set[str]:
    """The keyed hashes of the numbers of a person and of those close to them that nobody else has."""
    own = {person.phone_lookup} if person.phone_lookup else set()
    own |= {lookup(row.phone) for row in person.supporters if row.phone}
    others = select(Participant.phone_lookup).where(Participant.phone_lookup.in_(own), Participant.id != person.id)
    shared = set(db.session.execute(others).scalars())
    theirs = select(Supporter).where(Supporter.participant_id != person.id, Supporter.phone_sealed.is_not(None))
    shared |= {lookup(row.phone) for row in db.session.execute(theirs).scalars()}
    return own - shared


def _conditions(person: int, numbers: Iterable[str]) -> Mapping[Table, ColumnElement[bool]]:
    """Which rows of each table are the person's, tables that others refer to first."""
    numbers = list(numbers)
    found: dict[Table, ColumnElement[bool]] = {}
    for rows in Base.metadata.sorted_tables:
        if rows is Participant.__table__:
            found[rows] = Participant.id == person
            continue
        whose: list[ColumnElement[bool]] = [_mine(each, person, numbers, found, rows) for each in rows.columns]
        whose = [each for each in whose if each is not None]
        if whose:
            found[rows] = or_(false(), *whose)
    return found


def _mine(each: Column[Any], person: int, numbers: list[str], found: Mapping[Table, ColumnElement[bool]], rows: Table) -> Any:
    if each.name == PERSON:
        return each == person
    if each.name.endswith("lookup"):
        return each.in_(numbers) if numbers else None
    for ref in each.foreign_keys:
        parent = ref.column.table
        if parent is not rows and parent in found and parent is not Participant.__table__:
            return each.in_(select(ref.column).where(found[parent]))
    return None
