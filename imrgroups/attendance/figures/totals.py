"""The figures of a group and of a person: attendance, commitment and exposure, always with their denominators."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from flask import render_template
from markupsafe import Markup
from sqlalchemy import bindparam, select

from imrgroups import config, i18n
from imrgroups.attendance.figures.course import KINDS, MARKS, RECEIVED, STATES, Calendar, Course, count
from imrgroups.attendance.figures.grid import Grid, Row, read
from imrgroups.attendance.figures.words import definition_name
from imrgroups.attendance.models import MakeUp
from imrgroups.db import db, fetch
from imrgroups.enrolment.models import Enrolment
from imrgroups.groups.models import Group
from imrgroups.library import content
from imrgroups.rules import attendance as rules
from imrgroups.rules.attendance import Attendance, Both, MakeUpKind, MarkState
from imrgroups.rules.exposure import Definition, Exposure, exposure


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


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """The counts of a group by both denominators, and how many met each definition. One object as long as nothing of it changes."""

    attendance: Both
    met: list[Met]


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
    sums: Sums

    @property
    def attendance(self) -> Both:
        """The counts by both denominators."""
        return self.sums.attendance

    @property
    def met(self) -> list[Met]:
        """How many met each definition of exposure."""
        return self.sums.met

    @property
    def table(self) -> Markup:
        """The table of these figures, which name nobody, in the page's language."""
        return _table(self.sums, self.held, self.on, i18n.language(), config.now().date())


def figures(group_id: int, on: date, of: Grid | None = None, named: tuple[str, tuple[str, ...]] | None = None) -> Figures:
    """The figures of a group up to a day (included). No statement, or up to three.

    of: its grid, named: its name and module ids, where the page has read them already.
    """
    grid = of or read([group_id])[group_id]
    name, modules = named or _groups([group_id])[group_id]
    minimum = _minimum()
    worth = [_worth(grid.calendar, row.course, on, modules, minimum) for row in grid.people]
    people = [_own(row, grid, name, each) for row, each in zip(grid.people, worth, strict=True)]
    held = sum(column.state == "held" and column.on <= on for column in grid.columns)
    return Figures(group_id, on, held, minimum, people, _sums(tuple(worth), minimum))


def person_figures(participant_id: int, on: date) -> list[OwnFigures]:
    """The figures of one person in each group they belong or belonged to, newest first, up to a day (included). Four statements."""
    grids, minimum = _grids_of(participant_id, until=on), _minimum()
    groups = _groups(grids)
    return [
        _own(row, grid, groups[group_id][0], _worth(grid.calendar, row.course, on, groups[group_id][1], minimum))
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


@dataclass(frozen=True, slots=True, eq=False)
class _Worth:
    """What the course of one person comes to."""

    attendance: Attendance
    exposure: Exposure
    missed_in_a_row: int


@lru_cache(maxsize=8192)
def _worth(calendar: Calendar, course: Course, on: date, modules: tuple[str, ...], minimum: int) -> _Worth:
    places = [place for place in course.counted if calendar.days[place] <= on]
    codes = [course.codes[place] for place in places]
    found = course.attendance if len(places) == len(course.counted) else count(codes)
    # A meeting from before joining that was caught up is no attendance, but its module is received.
    columns = zip(calendar.days, calendar.modules, course.codes, strict=True)
    got = {module for day, them, code in columns if code in RECEIVED and day <= on for module in them}
    away = rules.missed_in_a_row([MARKS[code] for code in codes])
    return _Worth(found, exposure(found, modules=modules, got=got, minimum=minimum), away)


def _own(row: Row, grid: Grid, group: str, worth: _Worth) -> OwnFigures:
    return OwnFigures(row.id, row.label, grid.group_id, group, worth.attendance, worth.exposure, worth.missed_in_a_row)


@lru_cache(maxsize=512)
def _sums(people: tuple[_Worth, ...], minimum: int) -> Sums:
    starters = [each for each in people if each.attendance.starter]
    return Sums(rules.together(each.attendance for each in people), [
        Met(
            definition, sum(bool(each.exposure.met[definition]) for each in people), len(people),
            sum(bool(each.exposure.met[definition]) for each in starters), len(starters), minimum,
        )
        for definition in Definition
    ])


@lru_cache(maxsize=512)
def _table(sums: Sums, held: int, on: date, _language: str, _today: date) -> Markup:
    return Markup(render_template("attendance/_figures_table.html", sums=sums, held=held, on=on))


@dataclass(frozen=True, slots=True)
class MissedMeeting:
    """A meeting somebody did not come to, how and when it was caught up, if it was. before_joining: it was held before they came."""

    id: int
    group_id: int
    group: str
    number: int
    on: date
    topics: tuple[str, ...]
    state: MarkState
    told_us: bool
    make_up: MakeUpKind | None
    made_up_on: date | None
    before_joining: bool


def missed(participant_id: int, on: date) -> list[MissedMeeting]:
    """The held meetings a person did not come to, newest first: those while they belonged to a group, and those before they joined it.

    Meetings nobody recorded are among them: catching one up is possible, but the register should be kept first.
    """
    grids = _grids_of(participant_id, until=on)
    groups = _groups(grids)
    done = dict(db.session.execute(select(MakeUp.meeting_id, MakeUp.done_on).where(MakeUp.participant_id == participant_id)).all())
    found = []
    for group_id, grid in grids.items():
        for row in grid.people:
            for column, code in zip(grid.columns, row.codes, strict=True):
                mark, early = MARKS.get(code), column.on < row.stays[0].joined_on
                if column.state != "held" or mark is None or mark.in_room or (code == "-" and not early):
                    continue
                found.append(MissedMeeting(
                    column.id, group_id, groups[group_id][0], column.number, column.on, column.taught,
                    STATES.get(code[0], MarkState.NOT_RECORDED), mark.told_us, KINDS[code[-1]] if "+" in code else None,
                    done.get(column.id), early,
                ))
    return sorted(found, key=lambda each: (each.on, each.number), reverse=True)
