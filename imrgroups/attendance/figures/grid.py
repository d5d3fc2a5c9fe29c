"""The grid of a group: meetings by people, with what each row comes to.

A mark travels as a short code, so that 36 x 10 cells need no object each: a letter for what happened, "!" where the person told us
beforehand, "+" and a letter where the meeting was caught up. What a code is worth is asked of rules.attendance once, at import.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from itertools import product
from typing import Any

from babel.dates import format_date
from markupsafe import Markup, escape
from sqlalchemy import ColumnElement, String, bindparam, case, cast, func, literal, literal_column, select

from imrgroups import i18n
from imrgroups.attendance.figures.register import room_labels
from imrgroups.attendance.figures.words import KIND_NAMES, STATE_NAMES, symbol
from imrgroups.attendance.models import Apology, MakeUp, Mark
from imrgroups.db import fetch
from imrgroups.enrolment.models import Enrolment
from imrgroups.groups.models import Meeting
from imrgroups.i18n import gettext
from imrgroups.people.models import Participant
from imrgroups.rules import attendance as rules
from imrgroups.rules.attendance import Attendance, Both, MakeUpKind, MarkState, Stay

LETTERS = {
    MarkState.PRESENT: "p", MarkState.LATE: "l", MarkState.LEFT_EARLY: "e", MarkState.EXCUSED: "x", MarkState.ABSENT: "a",
    MarkState.HOSPITAL: "h", MarkState.NOT_RECORDED: "n",
}
CAUGHT_UP = {MakeUpKind.WARD: "w", MakeUpKind.ONE_TO_ONE: "o", MakeUpKind.OTHER_GROUP: "g"}
OUTSIDE, PLANNED, CANCELLED = "-", "f", "c"  # not in the group that day; not held yet; cancelled
STATES = {letter: state for state, letter in LETTERS.items()}
KINDS = {letter: kind for kind, letter in CAUGHT_UP.items()}
_ENDINGS = [told + made for told, made in product(("", "!"), ("", *(f"+{letter}" for letter in KINDS)))]
_COUNTS = [each.name for each in fields(Attendance) if each.name != "people"]


def _mark(code: str) -> rules.Mark:
    made = KINDS[code[-1]] if "+" in code else None
    return rules.Mark(date.min, STATES.get(code[0], MarkState.NOT_RECORDED), apology="!" in code, make_up=made)


MARKS = {letter + ending: _mark(letter + ending) for letter in [*STATES, OUTSIDE] for ending in _ENDINGS}
RECEIVED = frozenset(code for code, mark in MARKS.items() if mark.received)
_WORTH = {
    code: [getattr(rules.attendance([mark], [Stay(date.min)]), name) for name in _COUNTS] for code, mark in MARKS.items()
}


@dataclass(frozen=True, slots=True)
class Column:
    """One meeting of a grid."""

    id: int
    number: int
    on: date
    state: str

    def head(self, address: str) -> str:
        """The head of the column as HTML, in the page's language: day and month, for a screen reader the whole date; a link."""
        return f'<th scope="col"><a href="{escape(address)}{self.id}" aria-label="{_head(self.on, self.number, i18n.language())}</a></th>'


@lru_cache(maxsize=4096)
def _head(on: date, number: int, locale: str) -> str:
    month, whole = format_date(on, "MMM", locale=locale).rstrip("."), i18n.short_day(on)
    return f'{escape(whole)}, {escape(gettext("meeting"))} {number}">{on.day}<br>{escape(month)}'


@lru_cache(maxsize=8192)
def _share(part: int, whole: int, _locale: str) -> str:
    return f'<td class="figure">{escape(i18n.percent(part, whole))}</td>'


@dataclass(slots=True)
class Row:
    """One person of a grid. codes: one a column. counted: of those, the places of meetings held while the person was enrolled."""

    id: int
    code: str
    name: str
    label: str
    stays: list[Stay]
    codes: list[str]
    counted: list[int]
    attendance: Attendance

    @property
    def cells(self) -> Markup:
        """The cells of this person as HTML, in the page's language."""
        html = _cells(i18n.language())
        return Markup("".join([html[code] for code in self.codes]))

    @property
    def shares(self) -> Markup:
        """Attendance, commitment, and what was received of everything held, each with its denominator, as cells in the page's language."""
        found, locale = self.attendance, i18n.language()
        return Markup("".join([
            _share(found.received, found.counted, locale), _share(found.received + found.told_us, found.counted, locale),
            _share(found.received, found.held, locale),
        ]))


@dataclass(slots=True)
class Grid:
    """Meetings by people. The counts of a row are over the meetings held while that person was enrolled, never over the columns."""

    group_id: int
    columns: list[Column]
    people: list[Row]
    totals: Both

    def heads(self, address: str) -> Markup:
        """The heads of all columns. address: of a meeting, to which its key is added."""
        return Markup("\n".join([column.head(address) for column in self.columns]))

    @property
    def key(self) -> list[tuple[str, str, str]]:
        """(class, sign, words) of everything a cell can show, in the page's language."""
        return cell_key(i18n.language())


def grid(group_id: int) -> Grid:
    """Every meeting of a group by everybody who ever belonged to it, in the order of the register. Two statements."""
    return read([group_id])[group_id]


def read(group_ids: Collection[int], person_id: int | None = None, until: date | None = None) -> dict[int, Grid]:
    """The grids of these groups by key; of one person only, or of the meetings up to a day, when asked. Two statements."""
    columns: dict[int, list[Column]] = {group_id: [] for group_id in group_ids}
    for id, group_id, number, on, state in fetch(_meetings(), groups=list(group_ids)):
        if until is None or on <= until:
            columns[group_id].append(Column(id, number, on, state))
    people: dict[int, list[Any]] = {group_id: [] for group_id in group_ids}
    one = {} if person_id is None else {"person": person_id}
    for row in fetch(_facts(person_id is not None), groups=list(group_ids), **one):
        people[row.group_id].append(row)
    return {group_id: _grid(group_id, columns[group_id], people[group_id]) for group_id in group_ids}


@lru_cache(maxsize=1)
def _meetings() -> Any:
    wanted = select(Meeting.id, Meeting.group_id, Meeting.number, Meeting.meets_on, Meeting.state)
    return wanted.where(Meeting.group_id.in_(bindparam("groups", expanding=True))).order_by(Meeting.meets_on, Meeting.number)


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


def _grid(group_id: int, columns: list[Column], rows: Sequence[Any]) -> Grid:
    days, keys = [column.on for column in columns], {str(column.id): place for place, column in enumerate(columns)}
    unmarked = [{"held": "n", "cancelled": CANCELLED}.get(column.state, PLANNED) for column in columns]
    held = [column.state == "held" for column in columns]
    names = {row.id: Participant.name.open(Participant, row.id, row.name_sealed) or row.code for row in rows}
    labels = room_labels((row.id, names[row.id], row.code) for row in rows)
    people = []
    for row in sorted(rows, key=lambda row: (names[row.id].casefold(), row.code)):
        stays, codes, counted = _stays(row.stays), [OUTSIDE] * len(columns), []
        for stay in stays:
            first = bisect_left(days, stay.joined_on)
            last = len(days) if stay.left_on is None else bisect_right(days, stay.left_on)
            codes[first:last] = unmarked[first:last]
            counted += [place for place in range(first, last) if held[place]]
        _put_in(codes, keys, row)
        found = count([codes[place] for place in counted])
        people.append(Row(row.id, row.code, names[row.id], labels[row.id], stays, codes, counted, found))
    return Grid(group_id, columns, people, rules.together(row.attendance for row in people))


def _stays(text: str) -> list[Stay]:
    pairs = sorted(token.split("/") for token in text.split(" "))
    return [Stay(date.fromisoformat(first), date.fromisoformat(last) if last else None) for first, last in pairs]


def _put_in(codes: list[str], keys: dict[str, int], row: Any) -> None:
    for token in (row.marks or "").split():
        place = keys.get(token[1:])
        if place is not None and token[0] != "n":
            codes[place] = token[0]
    for token in (row.apologies or "").split():
        if (place := keys.get(token[1:])) is not None:
            codes[place] += "!"
    for token in (row.make_ups or "").split():
        if (place := keys.get(token[1:])) is not None:
            codes[place] += "+" + token[0]


def count(codes: Sequence[str]) -> Attendance:
    """What these codes, of meetings held while one person was enrolled, come to by rules.attendance."""
    sums = [0] * len(_COUNTS)
    for code, times in Counter(codes).items():
        sums = [sum + times * worth for sum, worth in zip(sums, _WORTH[code], strict=True)]
    return Attendance(**dict(zip(_COUNTS, sums, strict=True)))


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
    for letter, ending in product(plain, _ENDINGS):
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
