"""Who belongs where: rosters of a group on a day, and what is whose for the permission table."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CompoundSelect, Row, Select, bindparam, func, or_, select, union_all
from sqlalchemy.orm import joinedload
from sqlalchemy.sql import literal

from imrgroups.auth import Scope, Ties
from imrgroups.db import db, fetch
from imrgroups.enrolment.models import Enrolment, WaitingPlace
from imrgroups.groups import series
from imrgroups.groups.models import Group, GroupLeader, Meeting
from imrgroups.people import actions as people
from imrgroups.people.models import IntakeTask, Participant, short_name
from imrgroups.staff.models import Centre, Role, Staff, StaffSession

WANTING = ("waiting", "offered")  # the states of somebody who would still like a place


@dataclass(frozen=True, slots=True)
class Person:
    """One line of a roster: the key, what the room may see of the name, the whole name, and the days of belonging."""

    id: int
    code: str
    name: str
    language: str
    large_print: bool
    joined_on: date
    left_on: date | None

    @property
    def room_name(self) -> str:
        """First name and initial."""
        return short_name(self.name)


def roster(group_id: int, on: date | None = None) -> list[Person]:
    """The people of a group in the order of the register (name, then code): those who belong on a day, or everybody who ever did.

    Several rows of one person are one line, the latest.
    """
    rows = fetch(_roster(on is not None), group=group_id, **({"day": on} if on else {})).all()
    latest = {row.id: Person(row.id, row.code, _name(row), row.language, row.large_print, row.joined_on, row.left_on) for row in rows}
    return sorted(latest.values(), key=lambda person: (person.name.casefold(), person.code))


@lru_cache(maxsize=2)
def _roster(of_a_day: bool) -> Select[Any]:
    columns = (Participant.id, Participant.code, Participant.name_sealed, Participant.language, Participant.large_print)
    wanted = select(*columns, Enrolment.joined_on, Enrolment.left_on).join(Enrolment, Enrolment.participant_id == Participant.id)
    wanted = wanted.where(Enrolment.group_id == bindparam("group")).order_by(Enrolment.joined_on)
    there = (Enrolment.joined_on <= bindparam("day"), or_(Enrolment.left_on.is_(None), Enrolment.left_on >= bindparam("day")))
    return wanted.where(*there) if of_a_day else wanted


def names(person_ids: Iterable[int]) -> dict[int, str]:
    """The whole names of these people by key."""
    return {row.id: _name(row) for row in fetch(_named(), people=list(person_ids)).all()}


def _name(row: Row[Any]) -> str:
    return Participant.name.open(Participant, row.id, row.name_sealed) or row.code


@lru_cache(maxsize=1)
def _named() -> Select[Any]:
    return select(Participant.id, Participant.code, Participant.name_sealed).where(Participant.id.in_(bindparam("people", expanding=True)))


def enrolments(group_id: int) -> list[Enrolment]:
    """Every time of belonging to a group, oldest first."""
    wanted = select(Enrolment).where(Enrolment.group_id == group_id).order_by(Enrolment.joined_on, Enrolment.id)
    return list(db.session.execute(wanted).scalars())


def first_day(group_id: int, person_id: int) -> date:
    """The day somebody first joined a group. Raises NoResultFound where they never did."""
    wanted = select(func.min(Enrolment.joined_on)).where(Enrolment.group_id == group_id, Enrolment.participant_id == person_id)
    return db.session.execute(wanted).scalar_one()


def groups_of(person_id: int) -> list[tuple[Group, Enrolment]]:
    """The groups a person belongs or belonged to, newest first."""
    wanted = select(Group, Enrolment).join(Enrolment).where(Enrolment.participant_id == person_id).order_by(Enrolment.joined_on.desc())
    return [(row[0], row[1]) for row in db.session.execute(wanted)]


def ties(token_hash: bytes, *, started_after: datetime, seen_after: datetime) -> Ties | None:
    """Who a live session belongs to, with their roles and groups; None when it ended, is too old, or the person left. One statement."""
    rows = fetch(_ties(), token=token_hash, started=started_after, seen=seen_after).all()
    if not rows:
        return None
    return Ties(
        rows[0].id, rows[0].name, rows[0].seen_at, rows[0].language,
        frozenset((row.role, row.thing) for row in rows if row.role not in ("", "group")),
        frozenset(row.thing for row in rows if row.role == "group"),
    )


@lru_cache(maxsize=1)
def _ties() -> CompoundSelect[Any]:
    live = (
        select(Staff.id, Staff.name, Staff.language, StaffSession.seen_at)
        .join(StaffSession, StaffSession.staff_id == Staff.id)
        .where(
            StaffSession.token_hash == bindparam("token"), StaffSession.ended_at.is_(None), StaffSession.started_at > bindparam("started"),
            StaffSession.seen_at > bindparam("seen"), Staff.active,
        )
        .cte("live")
    )
    person = (live.c.id, live.c.name, live.c.language, live.c.seen_at)
    return union_all(
        select(*person, literal("").label("role"), literal(0).label("thing")),
        select(*person, Role.name, Role.centre_id).join(Role, Role.staff_id == live.c.id),
        select(*person, literal("group"), GroupLeader.group_id).join(GroupLeader, GroupLeader.staff_id == live.c.id),
    )


def scope_of_group(group_id: int) -> Scope | None:
    """Where a group belongs: to its centre and itself."""
    centre = fetch(_centre_of_group(), group=group_id).scalar()
    return None if centre is None else Scope(centre, frozenset({group_id}))


@lru_cache(maxsize=1)
def _centre_of_group() -> Select[Any]:
    return select(Group.centre_id).where(Group.id == bindparam("group"))


def scope_of_meeting(meeting_id: int) -> Scope | None:
    """Where a meeting belongs: to its group and centre."""
    row = fetch(_centre_of_meeting(), meeting=meeting_id).first()
    return None if row is None else Scope(row.centre_id, frozenset({row.id}))


@lru_cache(maxsize=1)
def _centre_of_meeting() -> Select[Any]:
    return select(Group.centre_id, Group.id).join(Meeting, Meeting.group_id == Group.id).where(Meeting.id == bindparam("meeting"))


def scope_of_participant(person_id: int) -> Scope | None:
    """Where a person belongs: to their centre, and to every group they are or were in or wait for."""
    rows = db.session.execute(
        select(Participant.centre_id, Enrolment.group_id).outerjoin(Enrolment, Enrolment.participant_id == Participant.id)
        .where(Participant.id == person_id)
        .union(
            select(Participant.centre_id, WaitingPlace.group_id).join(WaitingPlace, WaitingPlace.participant_id == Participant.id)
            .where(Participant.id == person_id, WaitingPlace.state.in_(WANTING))
        )
    ).all()
    groups = frozenset(row.group_id for row in rows if row.group_id is not None)
    return Scope(rows[0].centre_id, groups, person=True) if rows else None


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One group in the list of groups. on, at: its next meeting, None where none is planned; people: how many belong today."""

    id: int
    code: str
    name: str
    centre_id: int
    centre: str
    place: str
    starts_on: date
    ended_on: date | None
    capacity: int
    on: date | None
    at: time | None
    people: int
    leaders: tuple[str, ...]


def groups_for(ties: Ties, now: datetime, *, ended: bool = False, text: str = "") -> list[GroupLine]:
    """The groups somebody leads or coordinates, by centre and name: those that run, or those that ended. Three statements.

    text: words that name, code, place, centre or a leader must contain.
    """
    today = now.date()
    after = select(func.min(Meeting.starts_at)).where(Meeting.group_id == Group.id, Meeting.state == "planned", Meeting.starts_at >= now)
    rows = db.session.execute(
        select(
            Group.id, Group.code, Group.name, Group.centre_id, Centre.name.label("centre"), Group.place, Group.timezone, Group.starts_on,
            Group.ended_on, Group.capacity, after.scalar_subquery().label("next_at"),
        )
        .join(Centre, Centre.id == Group.centre_id)
        .where(or_(Group.id.in_(ties.groups), Group.centre_id.in_(ties.centres("coordinator"))))
        .where(Group.ended_on < today if ended else or_(Group.ended_on.is_(None), Group.ended_on >= today))
        .order_by(Centre.name, Group.name, Group.code)
    ).all()
    leaders, numbers = _leaders([row.id for row in rows]), _numbers({row.id: row.timezone for row in rows}, now)
    found = []
    for row in rows:
        begins = row.next_at.astimezone(ZoneInfo(row.timezone)) if row.next_at else None
        line = GroupLine(
            row.id, row.code, row.name, row.centre_id, row.centre, row.place, row.starts_on, row.ended_on, row.capacity,
            begins and begins.date(), begins and begins.time(), numbers.get(row.id, 0), tuple(leaders.get(row.id, ())),
        )
        if text.casefold() in " ".join((line.name, line.code, line.place, line.centre, *line.leaders)).casefold():
            found.append(line)
    return found


def _leaders(group_ids: list[int]) -> dict[int, list[str]]:
    wanted = select(GroupLeader.group_id, Staff.name).join(Staff, Staff.id == GroupLeader.staff_id)
    found: dict[int, list[str]] = {}
    for group, name in db.session.execute(wanted.where(GroupLeader.group_id.in_(group_ids)).order_by(Staff.name)):
        found.setdefault(group, []).append(name)
    return found


def _numbers(zones: dict[int, str], now: datetime) -> dict[int, int]:
    wanted = select(Enrolment.group_id, Enrolment.participant_id, Enrolment.joined_on, Enrolment.left_on)
    found: dict[int, set[int]] = {}
    for row in db.session.execute(wanted.where(Enrolment.group_id.in_(list(zones)))):
        today = now.astimezone(ZoneInfo(zones[row.group_id])).date()
        if row.joined_on <= today and (row.left_on is None or row.left_on >= today):
            found.setdefault(row.group_id, set()).add(row.participant_id)
    return {group: len(them) for group, them in found.items()}


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who belongs or belonged to a group. away: times away in between, as (last day, first day again).

    here: belongs today or will; hospital: is there today; catch_up: joined after the first module and has not gone through it yet.
    """

    person: Person
    reason: str
    away: tuple[tuple[date, date], ...]
    here: bool
    hospital: bool
    catch_up: bool


def members(group: Group, today: date) -> list[Member]:
    """Everybody who belongs or ever belonged to a group, in the order of the register. Five statements."""
    times: dict[int, list[Enrolment]] = {}
    for row in enrolments(group.id):
        times.setdefault(row.participant_id, []).append(row)
    over_on = series.over_on(group.id, group.modules[0])
    done = select(IntakeTask.participant_id).where(IntakeTask.task == "module_one", IntakeTask.outcome == "done")
    caught_up = set(db.session.execute(done.where(IntakeTask.participant_id.in_(list(times)))).scalars())
    hospital = people.in_hospital(times, today)
    found = []
    for person in roster(group.id):
        rows = times[person.id]
        here = person.left_on is None or person.left_on >= today
        late = over_on is not None and rows[0].joined_on > over_on
        away = tuple((before.left_on, after.joined_on) for before, after in zip(rows, rows[1:], strict=False) if before.left_on)
        found.append(Member(person, rows[-1].left_reason, away, here, person.id in hospital, here and late and person.id not in caught_up))
    return found


def waiting(group_id: int) -> list[WaitingPlace]:
    """Those who wait for a place in a group, the longest first."""
    wanted = (
        select(WaitingPlace).options(joinedload(WaitingPlace.participant))
        .where(WaitingPlace.group_id == group_id, WaitingPlace.state.in_(WANTING)).order_by(WaitingPlace.since_on, WaitingPlace.id)
    )
    return list(db.session.execute(wanted).scalars())


def candidates(group: Group, ties: Ties, today: date, text: str = "", limit: int = 20) -> tuple[list[tuple[int, str, str]], bool]:
    """Who could join a group, as (key, code, name), and whether there are more than `limit`.

    Without text: people of the centre who are in no group now. With text: all of the centre whose name or code contains it.
    A leader sees people who were never in a group, or in one of their own; a coordinator sees everybody.
    """
    mine = Participant.centre_id == group.centre_id
    times = select(Enrolment.participant_id, Enrolment.group_id, Enrolment.left_on).join(Participant).where(mine)
    places = select(WaitingPlace.participant_id, WaitingPlace.group_id).join(Participant).where(mine, WaitingPlace.state.in_(WANTING))
    groups_of_them: dict[int, set[int]] = {}
    busy, taken = set[int](), set[int]()
    for row in db.session.execute(times):
        groups_of_them.setdefault(row.participant_id, set()).add(row.group_id)
        if row.left_on is None or row.left_on >= today:
            (taken if row.group_id == group.id else busy).add(row.participant_id)
    for row in db.session.execute(places):
        groups_of_them.setdefault(row.participant_id, set()).add(row.group_id)
        if row.group_id == group.id:
            taken.add(row.participant_id)
    everybody, found = group.centre_id in ties.centres("coordinator"), []
    for row in db.session.execute(select(Participant.id, Participant.code, Participant.name_sealed).where(mine)):
        theirs = groups_of_them.get(row.id, set())
        if row.id in taken or not (everybody or not theirs or theirs & ties.groups) or (not text and row.id in busy):
            continue
        name = Participant.name.open(Participant, row.id, row.name_sealed) or row.code
        if text.casefold() in f"{name} {row.code}".casefold():
            found.append((row.id, row.code, name))
    found.sort(key=lambda line: (line[2].casefold(), line[1]))
    return found[:limit], len(found) > limit
