"""The figures of a group and of a person: attendance, commitment and exposure, always with their denominators."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select

from imrgroups.attendance.figures.grid import KINDS, MARKS, RECEIVED, STATES, Column, Grid, Row, count, read
from imrgroups.attendance.figures.words import definition_name
from imrgroups.db import db, fetch
from imrgroups.enrolment.models import Enrolment
from imrgroups.groups.models import Group, Meeting, PlannedTopic
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

    @property
    def definitions(self) -> list[tuple[str, bool | None]]:
        """Each definition of exposure in plain words, with whether this person meets it (None: nothing to measure yet)."""
        return [(definition_name(definition, self.exposure.minimum), met) for definition, met in self.exposure.met.items()]


@dataclass(frozen=True, slots=True)
class Met:
    """How many people met one definition of exposure: of all who were assigned, and of those who started."""

    definition: Definition
    assigned: int
    assigned_of: int
    starters: int
    starters_of: int
    minimum: int

    @property
    def name(self) -> str:
        """The definition in plain words, in the page's language."""
        return definition_name(self.definition, self.minimum)


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a group up to a day: of each person, and of all by both denominators.

    held: meetings of the group held so far. minimum: meetings that count as enough (programme.toml). taught: the topics of each held
    meeting, oldest first, as "module/topic".
    """

    group_id: int
    on: date
    held: int
    minimum: int
    people: list[OwnFigures]
    attendance: Both
    met: list[Met]
    taught: list[tuple[str, ...]]


def figures(group_id: int, on: date, of: Grid | None = None, named: tuple[str, tuple[str, ...]] | None = None) -> Figures:
    """The figures of a group up to a day (included). One statement, or up to four.

    of: its grid, named: its name and module ids, where the page has read them already.
    """
    grid = of or read([group_id])[group_id]
    name, modules = named or _groups([group_id])[group_id]
    minimum, topics = _minimum(), _taught([group_id])
    taught = _as_taught(grid.columns, topics)
    people = [_own(row, grid, taught, on, name, modules, minimum) for row in grid.people]
    held = sum(column.state == "held" and column.on <= on for column in grid.columns)
    both, in_order = rules.together(each.attendance for each in people), [topics[each.id] for each in grid.columns if each.id in topics]
    return Figures(group_id, on, held, minimum, people, both, _met(people, minimum), in_order)


def person_figures(participant_id: int, on: date) -> list[OwnFigures]:
    """The figures of one person in each group they belong or belonged to, newest first, up to a day (included). Five statements."""
    grids = _grids_of(participant_id, until=on)
    groups, topics, minimum = _groups(grids), _taught(grids), _minimum()
    return [
        _own(row, grid, _as_taught(grid.columns, topics), on, *groups[group_id], minimum)
        for group_id, grid in grids.items() for row in grid.people
    ]


def _grids_of(participant_id: int, until: date) -> dict[int, Grid]:
    wanted = select(Enrolment.group_id).where(Enrolment.participant_id == participant_id).order_by(Enrolment.joined_on.desc())
    group_ids = list(dict.fromkeys(db.session.execute(wanted).scalars()))
    return read(group_ids, person_id=participant_id, until=until)


def _minimum() -> int:
    return int(content.load().entry["exposure_minimum"])


def _groups(group_ids: Iterable[int]) -> dict[int, tuple[str, tuple[str, ...]]]:
    """Name and module ids of groups; a group's own order is the programme its people were offered."""
    return {id: (name, tuple(order.split())) for id, name, order in fetch(_named(), groups=list(group_ids))}


@lru_cache(maxsize=1)
def _named() -> Any:
    return select(Group.id, Group.name, Group.module_order).where(Group.id.in_(bindparam("groups", expanding=True)))


def _taught(group_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Topics ("module/topic") of each held meeting of these groups; the plan of a held meeting is what was taught."""
    found: dict[int, tuple[str, ...]] = {}
    for meeting_id, module, topic in fetch(_topics(), groups=list(group_ids)):
        found[meeting_id] = (*found.get(meeting_id, ()), f"{module}/{topic}" if topic else module)
    return found


@lru_cache(maxsize=1)
def _topics() -> Any:
    wanted = select(PlannedTopic.meeting_id, PlannedTopic.module, PlannedTopic.topic).join(Meeting, Meeting.id == PlannedTopic.meeting_id)
    held = wanted.where(Meeting.group_id.in_(bindparam("groups", expanding=True)), Meeting.state == "held")
    return held.order_by(PlannedTopic.meeting_id, PlannedTopic.position)


def _as_taught(columns: Sequence[Column], topics: dict[int, tuple[str, ...]]) -> list[frozenset[str]]:
    """The modules of each meeting as somebody who was there got them."""
    there = [rules.Mark(column.on, MarkState.PRESENT, column.state, topics=topics.get(column.id, ())) for column in columns]
    return [modules_received([mark]) for mark in there]


def _own(
    row: Row, grid: Grid, taught: Sequence[Collection[str]], on: date, group: str, modules: Sequence[str], minimum: int
) -> OwnFigures:
    places = [place for place in row.counted if grid.columns[place].on <= on]
    codes = [row.codes[place] for place in places]
    found = row.attendance if len(places) == len(row.counted) else count(codes)
    # A meeting from before joining that was caught up is no attendance, but its module is received.
    columns = zip(grid.columns, taught, row.codes, strict=True)
    got = {module for column, them, code in columns if code in RECEIVED and column.on <= on for module in them}
    return OwnFigures(
        row.id, row.label, grid.group_id, group, found, exposure(found, modules=modules, got=got, minimum=minimum),
        rules.missed_in_a_row([MARKS[code] for code in codes]),
    )


def _met(people: Sequence[OwnFigures], minimum: int) -> list[Met]:
    starters = [each for each in people if each.attendance.starter]
    return [
        Met(
            definition, sum(bool(each.exposure.met[definition]) for each in people), len(people),
            sum(bool(each.exposure.met[definition]) for each in starters), len(starters), minimum,
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
    groups, taught = _groups(grids), _taught(grids)
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
