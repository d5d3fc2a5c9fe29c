"""The figures of a group and of a person: attendance, commitment and exposure, always with their denominators."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from imrgroups.attendance.figures.grid import KINDS, MARKS, STATES, Column, Grid, Row, count, read
from imrgroups.db import db
from imrgroups.enrolment.models import Enrolment
from imrgroups.groups.models import Group, PlannedTopic
from imrgroups.library import content
from imrgroups.rules import attendance as rules
from imrgroups.rules.attendance import Attendance, Both, MakeUpKind, MarkState
from imrgroups.rules.exposure import Definition, Exposure, exposure, modules_received


@dataclass(frozen=True, slots=True)
class OwnFigures:
    """The figures of one person in one group. missed_in_a_row: of the latest meetings, without a word."""

    id: int
    label: str
    group_id: int
    group: str
    attendance: Attendance
    exposure: Exposure
    missed_in_a_row: int


@dataclass(frozen=True, slots=True)
class Met:
    """How many people met one definition of exposure: of all who were assigned, and of those who started."""

    definition: Definition
    assigned: int
    assigned_of: int
    starters: int
    starters_of: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a group up to a day: of each person, and of all by both denominators.

    held: meetings of the group held so far. minimum: meetings that count as enough (programme.toml).
    """

    group_id: int
    on: date
    held: int
    minimum: int
    people: list[OwnFigures]
    attendance: Both
    met: list[Met]


def figures(group_id: int, on: date, of: Grid | None = None) -> Figures:
    """The figures of a group up to a day (included). of: its grid, where the page has read it already. Two statements, or four."""
    grid = of or read([group_id])[group_id]
    name, modules = _groups([group_id])[group_id]
    taught = _taught(grid.columns)
    people = [_own(row, grid.columns, on, name, modules, taught, group_id) for row in grid.people]
    return Figures(
        group_id, on, sum(column.state == "held" and column.on <= on for column in grid.columns), _minimum(), people,
        rules.together(each.attendance for each in people), _met(people),
    )


def person_figures(participant_id: int, on: date) -> list[OwnFigures]:
    """The figures of one person in each group they belong or belonged to, newest first, up to a day (included)."""
    grids = _grids_of(participant_id, until=on)
    groups, taught = _groups(grids), _taught([column for grid in grids.values() for column in grid.columns])
    return [
        _own(row, grid.columns, on, *groups[group_id], taught, group_id) for group_id, grid in grids.items() for row in grid.people
    ]


def _grids_of(participant_id: int, until: date) -> dict[int, Grid]:
    wanted = select(Enrolment.group_id).where(Enrolment.participant_id == participant_id).order_by(Enrolment.joined_on.desc())
    group_ids = list(dict.fromkeys(db.session.execute(wanted).scalars()))
    return read(group_ids, person_id=participant_id, until=until)


def _minimum() -> int:
    return int(content.load().entry["exposure_minimum"])


def _groups(group_ids: Iterable[int]) -> dict[int, tuple[str, tuple[str, ...]]]:
    """Name and module ids of groups; a group's own order is the programme its people were offered."""
    wanted = select(Group.id, Group.name, Group.module_order).where(Group.id.in_(list(group_ids)))
    return {row.id: (row.name, tuple(row.module_order.split())) for row in db.session.execute(wanted)}


def _taught(columns: Sequence[Column]) -> dict[int, tuple[str, ...]]:
    """Topics ("module/topic") of the held meetings among these; the plan of a held meeting is what was taught."""
    held = [column.id for column in columns if column.state == "held"]
    wanted = select(PlannedTopic.meeting_id, PlannedTopic.module, PlannedTopic.topic).where(PlannedTopic.meeting_id.in_(held))
    found: dict[int, tuple[str, ...]] = {}
    for meeting_id, module, topic in db.session.execute(wanted.order_by(PlannedTopic.meeting_id, PlannedTopic.position)):
        found[meeting_id] = (*found.get(meeting_id, ()), f"{module}/{topic}" if topic else module)
    return found


def _own(
    row: Row, columns: Sequence[Column], on: date, group: str, modules: Sequence[str], taught: dict[int, tuple[str, ...]], group_id: int
) -> OwnFigures:
    places = [place for place in row.counted if columns[place].on <= on]
    codes = [row.codes[place] for place in places]
    found = row.attendance if len(places) == len(row.counted) else count(codes)
    # What was caught up from before joining is no attendance, but it is a module received.
    got = [
        rules.Mark(column.on, MarkState.PRESENT, topics=taught.get(column.id, ()))
        for column, code in zip(columns, row.codes, strict=True)
        if column.state == "held" and column.on <= on and MARKS[code].received
    ]
    return OwnFigures(
        row.id, row.label, group_id, group, found, exposure(found, modules=modules, got=modules_received(got), minimum=_minimum()),
        rules.missed_in_a_row([MARKS[code] for code in codes]),
    )


def _met(people: Sequence[OwnFigures]) -> list[Met]:
    starters = [each for each in people if each.attendance.starter]
    return [
        Met(
            definition, sum(bool(each.exposure.met[definition]) for each in people), len(people),
            sum(bool(each.exposure.met[definition]) for each in starters), len(starters),
        )
        for definition in Definition
    ]


@dataclass(frozen=True, slots=True)
class MissedMeeting:
    """A meeting somebody did not come to, and how it was caught up, if it was. before_joining: it was held before they came."""

    id: int
    group_id: int
    group: str
    number: int
    on: date
    topics: tuple[str, ...]
    state: MarkState
    told_us: bool
    make_up: MakeUpKind | None
    before_joining: bool


def missed(participant_id: int, on: date) -> list[MissedMeeting]:
    """The held meetings a person did not come to, newest first: those while they belonged to a group, and those before they joined it.

    Meetings nobody recorded are among them: catching one up is possible, but the register should be kept first.
    """
    grids = _grids_of(participant_id, until=on)
    groups, taught = _groups(grids), _taught([column for grid in grids.values() for column in grid.columns])
    found = []
    for group_id, grid in grids.items():
        for row in grid.people:
            for column, code in zip(grid.columns, row.codes, strict=True):
                mark, early = MARKS.get(code), column.on < row.stays[0].joined_on
                if column.state != "held" or mark is None or mark.in_room or (code == "-" and not early):
                    continue
                found.append(MissedMeeting(
                    column.id, group_id, groups[group_id][0], column.number, column.on, taught.get(column.id, ()),
                    STATES.get(code[0], MarkState.NOT_RECORDED), mark.told_us, KINDS[code[-1]] if "+" in code else None, early,
                ))
    return sorted(found, key=lambda each: (each.on, each.number), reverse=True)
