"""The register of one meeting: everybody in it with what happened, what they told us beforehand, and what was caught up."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from sqlalchemy import Date, and_, bindparam, exists, func, or_, select

from imrgroups.attendance.models import Apology, LeaderPresent, MakeUp, Mark
from imrgroups.db import fetch
from imrgroups.enrolment.models import Enrolment
from imrgroups.groups.models import Group, GroupLeader, Meeting
from imrgroups.people.models import HospitalStay, Participant, short_name, told_apart
from imrgroups.rules.attendance import MakeUpKind, MarkState
from imrgroups.staff.models import Staff


@dataclass(frozen=True, slots=True)
class Line:
    """One person of a register. label: first name and initial, more only where two would be alike. version: 0 while nothing is saved.

    told_on, told: the apology beforehand and its words, if any. make_up: how the meeting was caught up. joined_late: the day, for those
    who joined a group that had begun. enrolled: False for somebody who left and was marked all the same.
    """

    id: int
    code: str
    name: str
    label: str
    state: MarkState
    version: int
    saved_at: datetime | None
    saved_by: str
    told_on: date | None
    told: str
    in_hospital: bool
    make_up: MakeUpKind | None
    joined_late: date | None
    enrolled: bool

    @property
    def first_name(self) -> str:
        """The first word of what they are called; the big one on the screen."""
        return self.label.partition(" ")[0]

    @property
    def rest(self) -> str:
        """What follows the first name."""
        return self.label.partition(" ")[2]


@dataclass(frozen=True, slots=True)
class Place:
    """What a register says of its group."""

    id: int
    name: str
    place: str
    timezone: str
    starts_on: date


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a register says of its meeting; named as in the rows, which take its place where something is written."""

    id: int
    group_id: int
    number: int
    meets_on: date
    local_time: time
    starts_at: datetime
    state: str
    reason: str
    group: Place


def occasion(meeting_id: int) -> Occasion:
    """A meeting with its group, to be shown. One statement. Raises NoResultFound where there is none."""
    row = fetch(_occasion(), meeting=meeting_id).one()
    return Occasion(*row[:8], Place(row[1], *row[8:]))


@lru_cache(maxsize=1)
def _occasion() -> Any:
    meeting = (Meeting.id, Meeting.group_id, Meeting.number, Meeting.meets_on, Meeting.local_time, Meeting.starts_at, Meeting.state)
    group = (Group.name, Group.place, Group.timezone, Group.starts_on)
    return select(*meeting, Meeting.reason, *group).join(Group, Group.id == Meeting.group_id).where(Meeting.id == bindparam("meeting"))


def register(meeting: Meeting | Occasion) -> list[Line]:
    """Everybody who belongs to the group on the day of a meeting, or was marked there, in the order of the register (name, then code).

    Whoever has no stored mark reads as not_recorded, version 0. One statement.
    """
    found = fetch(_wanted(), meeting=meeting.id, group=meeting.group_id, on=meeting.meets_on)
    rows = [
        (row, Participant.name.open(Participant, row.id, row.name_sealed) or row.code) for row in found
        if row.enrolled or (row.state or MarkState.NOT_RECORDED) != MarkState.NOT_RECORDED
    ]
    labels, started = room_labels((row.id, name, row.code) for row, name in rows), meeting.group.starts_on
    lines = [
        Line(
            row.id, row.code, name, labels[row.id], MarkState(row.state or "not_recorded"), row.version or 0, row.marked_at,
            row.saved_by or "", row.told_on, Apology.text.open(Apology, row.apology, row.text_sealed), bool(row.in_hospital),
            MakeUpKind(row.kind) if row.kind else None, row.since if row.since and row.since > started else None, bool(row.enrolled),
        )
        for row, name in rows
    ]
    return sorted(lines, key=lambda line: (line.name.casefold(), line.code))


@lru_cache(maxsize=1)
def _wanted() -> Any:
    meeting, group, on = bindparam("meeting"), bindparam("group"), bindparam("on", type_=Date)
    theirs = (Enrolment.group_id == group, Enrolment.participant_id == Participant.id)
    belongs = and_(*theirs, Enrolment.joined_on <= on, or_(Enrolment.left_on.is_(None), Enrolment.left_on >= on))
    ill = and_(
        HospitalStay.participant_id == Participant.id, HospitalStay.from_on <= on,
        or_(HospitalStay.to_on.is_(None), HospitalStay.to_on >= on),
    )
    known = select(Enrolment.participant_id).where(Enrolment.group_id == group).union(
        select(Mark.participant_id).where(Mark.meeting_id == meeting)
    )
    return (
        select(
            Participant.id, Participant.code, Participant.name_sealed, Mark.state, Mark.version, Mark.marked_at,
            Staff.name.label("saved_by"), Apology.id.label("apology"), Apology.told_on, Apology.text_sealed, MakeUp.kind,
            exists().where(belongs).label("enrolled"), exists().where(ill).label("in_hospital"),
            select(func.min(Enrolment.joined_on)).where(*theirs).scalar_subquery().label("since"),
        )
        .outerjoin(Mark, and_(Mark.meeting_id == meeting, Mark.participant_id == Participant.id))
        .outerjoin(Apology, and_(Apology.meeting_id == meeting, Apology.participant_id == Participant.id))
        .outerjoin(MakeUp, and_(MakeUp.meeting_id == meeting, MakeUp.participant_id == Participant.id))
        .outerjoin(Staff, Staff.id == Mark.marked_by_id)
        .where(Participant.id.in_(known))
    )


def room_labels(people: Iterable[tuple[int, str, str]]) -> dict[int, str]:
    """What each of these people (key, name, code) is called where others can see it: first name and initial.

    Where that would be the same for two, the whole name; where that is the same too, the code behind it.
    """
    known = list(people)
    short = {key: short_name(name) for key, name, _code in known}
    alike = Counter(name.casefold() for name in short.values())
    return {key: short[key] if alike[short[key].casefold()] == 1 else whole for key, whole in told_apart(known).items()}


@dataclass(frozen=True, slots=True)
class Leader:
    """Somebody who leads the group of a meeting, or was there in place of one, and whether they were there."""

    id: int
    name: str
    there: bool


def leaders(meeting: Meeting | Occasion) -> list[Leader]:
    """Those who lead the group, and others who were recorded as having led this meeting, by name."""
    return [Leader(id, name, bool(there)) for id, name, there in fetch(_leading(), meeting=meeting.id, group=meeting.group_id)]


@lru_cache(maxsize=1)
def _leading() -> Any:
    there = exists().where(LeaderPresent.meeting_id == bindparam("meeting"), LeaderPresent.staff_id == Staff.id)
    leads = exists().where(GroupLeader.group_id == bindparam("group"), GroupLeader.staff_id == Staff.id)
    return select(Staff.id, Staff.name, there.label("there")).where(or_(leads, there)).order_by(Staff.name, Staff.id)
