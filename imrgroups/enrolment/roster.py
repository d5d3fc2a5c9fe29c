"""Who belongs where: rosters of a group on a day, and what is whose for the permission table."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select, union_all
from sqlalchemy.sql import literal

from imrgroups.auth import Scope, Ties
from imrgroups.db import db
from imrgroups.enrolment.models import Enrolment, WaitingPlace
from imrgroups.groups.models import Group, GroupLeader, Meeting
from imrgroups.people.models import Participant, short_name
from imrgroups.staff.models import Role, Staff, StaffSession


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
    wanted = (
        select(
            Participant.id, Participant.code, Participant.name_sealed, Participant.language, Participant.large_print,
            Enrolment.joined_on, Enrolment.left_on,
        )
        .join(Enrolment, Enrolment.participant_id == Participant.id)
        .where(Enrolment.group_id == group_id)
        .order_by(Enrolment.joined_on)
    )
    if on is not None:
        wanted = wanted.where(Enrolment.joined_on <= on, or_(Enrolment.left_on.is_(None), Enrolment.left_on >= on))
    latest = {
        row.id: Person(
            row.id, row.code, Participant.name.open(Participant, row.id, row.name_sealed) or row.code, row.language, row.large_print,
            row.joined_on, row.left_on,
        )
        for row in db.session.execute(wanted)
    }
    return sorted(latest.values(), key=lambda person: (person.name.casefold(), person.code))


def names(person_ids: Iterable[int]) -> dict[int, str]:
    """The whole names of these people by key."""
    wanted = select(Participant.id, Participant.code, Participant.name_sealed).where(Participant.id.in_(list(person_ids)))
    return {row.id: Participant.name.open(Participant, row.id, row.name_sealed) or row.code for row in db.session.execute(wanted)}


def enrolments(group_id: int) -> list[Enrolment]:
    """Every time of belonging to a group, oldest first."""
    wanted = select(Enrolment).where(Enrolment.group_id == group_id).order_by(Enrolment.joined_on, Enrolment.id)
    return list(db.session.execute(wanted).scalars())


def groups_of(person_id: int) -> list[tuple[Group, Enrolment]]:
    """The groups a person belongs or belonged to, newest first."""
    wanted = select(Group, Enrolment).join(Enrolment).where(Enrolment.participant_id == person_id).order_by(Enrolment.joined_on.desc())
    return [(row[0], row[1]) for row in db.session.execute(wanted)]


def ties(token_hash: bytes, *, started_after: datetime, seen_after: datetime) -> Ties | None:
    """Who a live session belongs to, with their roles and groups; None when it ended, is too old, or the person left. One statement."""
    live = (
        select(Staff.id, Staff.name, Staff.language, StaffSession.seen_at)
        .join(StaffSession, StaffSession.staff_id == Staff.id)
        .where(
            StaffSession.token_hash == token_hash, StaffSession.ended_at.is_(None), StaffSession.started_at > started_after,
            StaffSession.seen_at > seen_after, Staff.active,
        )
        .cte("live")
    )
    person = (live.c.id, live.c.name, live.c.language, live.c.seen_at)
    wanted = union_all(
        select(*person, literal("").label("role"), literal(0).label("thing")),
        select(*person, Role.name, Role.centre_id).join(Role, Role.staff_id == live.c.id),
        select(*person, literal("group"), GroupLeader.group_id).join(GroupLeader, GroupLeader.staff_id == live.c.id),
    )
    rows = db.session.execute(wanted).all()
    if not rows:
        return None
    return Ties(
        rows[0].id, rows[0].name, rows[0].seen_at, rows[0].language,
        frozenset((row.role, row.thing) for row in rows if row.role not in ("", "group")),
        frozenset(row.thing for row in rows if row.role == "group"),
    )


def scope_of_group(group_id: int) -> Scope | None:
    """Where a group belongs: to its centre and itself."""
    centre = db.session.execute(select(Group.centre_id).where(Group.id == group_id)).scalar()
    return None if centre is None else Scope(centre, frozenset({group_id}))


def scope_of_meeting(meeting_id: int) -> Scope | None:
    """Where a meeting belongs: to its group and centre."""
    wanted = select(Group.centre_id, Group.id).join(Meeting, Meeting.group_id == Group.id).where(Meeting.id == meeting_id)
    row = db.session.execute(wanted).first()
    return None if row is None else Scope(row.centre_id, frozenset({row.id}))


def scope_of_participant(person_id: int) -> Scope | None:
    """Where a person belongs: to their centre, and to every group they are or were in or wait for."""
    rows = db.session.execute(
        select(Participant.centre_id, Enrolment.group_id).outerjoin(Enrolment, Enrolment.participant_id == Participant.id)
        .where(Participant.id == person_id)
        .union(
            select(Participant.centre_id, WaitingPlace.group_id).join(WaitingPlace, WaitingPlace.participant_id == Participant.id)
            .where(Participant.id == person_id, WaitingPlace.state.in_(("waiting", "offered")))
        )
    ).all()
    if not rows:
        return None
    return Scope(rows[0].centre_id, frozenset(row.group_id for row in rows if row.group_id is not None), person=True)
