"""The grid of a group: meetings by people, with what each row comes to."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import product
from typing import Any

from babel.dates import format_date
from markupsafe import Markup, escape
from sqlalchemy import ColumnElement, String, bindparam, case, cast, func, literal, literal_column, select

from imrgroups import i18n
from imrgroups.attendance.figures.course import (
    CANCELLED,
    CAUGHT_UP,
    ENDINGS,
    KINDS,
    LETTERS,
    OUTSIDE,
    PLANNED,
    STATES,
    Calendar,
    Column,
    Course,
    calendar,
    course,
)
from imrgroups.attendance.figures.register import room_labels
from imrgroups.attendance.figures.words import KIND_NAMES, STATE_NAMES, symbol
from imrgroups.attendance.models import Apology, MakeUp, Mark
from imrgroups.config import now
from imrgroups.db import fetch
from imrgroups.enrolment.models import Enrolment
from imrgroups.groups.models import Meeting, PlannedTopic
from imrgroups.i18n import gettext
from imrgroups.people.models import Participant
from imrgroups.rules import attendance as rules
from imrgroups.rules.attendance import Attendance, Both, Stay


@lru_cache(maxsize=256)
def _heads(calendar: Calendar, address: str, locale: str, _today: date) -> Markup:
    start = f'<th scope="col"><a href="{escape(address)}'
    return Markup("\n".join([f'{start}{each.id}" aria-label="{_head(each.on, each.number, locale)}</a></th>' for each in calendar.columns]))


def _head(on: date, number: int, locale: str) -> str:
    month, whole = format_date(on, "MMM", locale=locale).rstrip("."), i18n.short_day(on)
    return f'{escape(whole)}, {escape(gettext("meeting"))} {number}">{on.day}<br>{escape(month)}'


@lru_cache(maxsize=8192)
def _line(course: Course, locale: str) -> Markup:
    html, found = _cells(locale), course.attendance
    shares = ((found.received, found.counted), (found.received + found.told_us, found.counted), (found.received, found.held))
    figures = [f'<td class="figure">{escape(i18n.percent(part, whole))}</td>' for part, whole in shares]
    return Markup("".join([*(html[code] for code in course.codes), *figures]))


@dataclass(slots=True)
class Row:
    """One person of a grid, and what happened with them."""

    id: int
    code: str
    name: str
    label: str
    course: Course

    @property
    def stays(self) -> tuple[Stay, ...]:
        """The times of belonging to the group, the first one first."""
        return self.course.stays

    @property
    def codes(self) -> tuple[str, ...]:
        """One code a column."""
        return self.course.codes

    @property
    def attendance(self) -> Attendance:
        """What the meetings held while this person was enrolled come to."""
        return self.course.attendance

    @property
    def cells(self) -> Markup:
        """The cells of this person as HTML, in the page's language; after them attendance, commitment, and received of everything held."""
        return _line(self.course, i18n.language())


@dataclass(slots=True)
class Grid:
    """Meetings by people. The counts of a row are over the meetings held while that person was enrolled, never over the columns."""

    group_id: int
    calendar: Calendar
    people: list[Row]

    @property
    def columns(self) -> tuple[Column, ...]:
        """The meetings, the earliest first."""
        return self.calendar.columns

    @property
    def totals(self) -> Both:
        """The counts of all rows together."""
        return rules.together(row.attendance for row in self.people)

    def heads(self, address: str) -> Markup:
        """The heads of all columns. address: of a meeting, to which its key is added."""
        return _heads(self.calendar, address, i18n.language(), now().date())

    @property
    def key(self) -> list[tuple[str, str, str]]:
        """(class, sign, words) of everything a cell can show, in the page's language."""
        return cell_key(i18n.language())


def grid(group_id: int) -> Grid:
    """Every meeting of a group by everybody who ever belonged to it, in the order of the register. Two statements."""
    return read([group_id])[group_id]


def read(group_ids: Collection[int], person_id: int | None = None, until: date | None = None) -> dict[int, Grid]:
    """The grids of these groups by key; of one person only, or of the meetings up to a day, when asked. Two statements."""
    meetings: dict[int, list[Any]] = {group_id: [] for group_id in group_ids}
    for row in fetch(_meetings(), groups=list(group_ids)):
        if until is None or row[3] <= until:
            meetings[row[1]].append(tuple(row))
    people: dict[int, list[Any]] = {group_id: [] for group_id in group_ids}
    one = {} if person_id is None else {"person": person_id}
    for row in fetch(_facts(person_id is not None), groups=list(group_ids), **one):
        people[row.group_id].append(row)
    return {group_id: _grid(group_id, calendar(tuple(meetings[group_id])), people[group_id]) for group_id in group_ids}


@lru_cache(maxsize=1)
def _meetings() -> Any:
    """One row a planned topic, or one for a meeting without any."""
    columns = (Meeting.id, Meeting.group_id, Meeting.number, Meeting.meets_on, Meeting.state, Meeting.starts_at)
    wanted = select(*columns, PlannedTopic.module, PlannedTopic.topic).outerjoin(PlannedTopic, PlannedTopic.meeting_id == Meeting.id)
    these = wanted.where(Meeting.group_id.in_(bindparam("groups", expanding=True)))
    return these.order_by(Meeting.meets_on, Meeting.number, PlannedTopic.position)


@lru_cache(maxsize=2)
def _facts(one: bool) -> Any:
    """One row a person and group: their days of belonging, and beside them the three facts of each meeting as short tokens.

    Built once: putting it together costs three times what the database needs to answer it.
    """
    stay = cast(Enrolment.joined_on, String) + "/" + func.coalesce(cast(Enrolment.left_on, String), "")
    wanted = (
        select(
            Enrolment.group_id, Participant.id, Participant.code, Participant.name_sealed, _together(stay).label("stays"),
            _tokens(Mark, _letter(LETTERS, Mark.state)).label("marks"),
            _tokens(Apology, literal("!")).label("apologies"),
            _tokens(MakeUp, _letter(CAUGHT_UP, MakeUp.kind)).label("make_ups"),
        )
        .join(Participant, Participant.id == Enrolment.participant_id)
        .where(Enrolment.group_id.in_(bindparam("groups", expanding=True)))
        .group_by(Enrolment.group_id, Participant.id)
    )
    return wanted.where(Participant.id == bindparam("person")) if one else wanted


def _letter(letters: Mapping[Any, str], column: Any) -> Any:
    return case({word.value: literal(letter) for word, letter in letters.items()}, value=column)


def _together(word: Any) -> ColumnElement[str]:
    return func.aggregate_strings(word, literal_column("' '"))  # a bound separator would be written anew at each call


def _tokens(model: Any, letter: Any) -> Any:
    """A letter and the key of the meeting for each row of a person: "p12 a13"."""
    token = letter + cast(model.meeting_id, String)
    return (
        select(_together(token)).join(Meeting, Meeting.id == model.meeting_id)
        .where(model.participant_id == Participant.id, Meeting.group_id == Enrolment.group_id)
        .correlate(Participant, Enrolment).scalar_subquery()
    )


def _grid(group_id: int, of: Calendar, rows: Sequence[Any]) -> Grid:
    names = {row.id: Participant.name.open(Participant, row.id, row.name_sealed) or row.code for row in rows}
    labels = room_labels((row.id, names[row.id], row.code) for row in rows)
    people = [
        Row(row.id, row.code, names[row.id], labels[row.id], course(of, row.stays, row.marks, row.apologies, row.make_ups))
        for row in sorted(rows, key=lambda row: (names[row.id].casefold(), row.code))
    ]
    return Grid(group_id, of, people)


@lru_cache(maxsize=16)
def _cells(_locale: str) -> dict[str, str]:
    """The HTML of the cell of each code, in the page's language: a sign for the eye, and its words for a screen reader.

    No visually hidden text: placed absolutely, 360 of them would make the page as wide as the whole grid.
    """
    plain = {
        OUTSIDE: ("none", "", gettext("not in the group")), PLANNED: ("not_recorded", "", gettext("not held yet")),
        CANCELLED: ("cancelled", "", gettext("cancelled")),
    }
    plain |= {letter: (str(state), symbol(state), str(STATE_NAMES[state])) for letter, state in STATES.items()}
    found = {}
    for letter, ending in product(plain, ENDINGS):
        look, sign, words = plain[letter]
        if "!" in ending:
            sign, words = sign + "*", gettext("%(mark)s, told us beforehand", mark=words)
        if "+" in ending:
            sign, words = sign + "+", gettext("%(mark)s, caught up: %(how)s", mark=words, how=KIND_NAMES[KINDS[ending[-1]]])
        found[letter + ending] = f'<td class="m-{look}"><span role="img" aria-label="{escape(words)}">{escape(sign)}</span></td>'
    return found


@lru_cache(maxsize=16)
def cell_key(_locale: str) -> list[tuple[str, str, str]]:
    """(class, sign, words) of everything a cell can show, in the page's language."""
    known = [(str(state), symbol(state), str(STATE_NAMES[state])) for state in LETTERS]
    return [
        *known, ("absent", "*", gettext("told us beforehand")), ("present", "+", gettext("caught up another way")),
        ("cancelled", "", gettext("cancelled")), ("none", "", gettext("not in the group")),
    ]
