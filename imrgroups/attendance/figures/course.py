"""What happened with one person at the meetings of a group, counted once for as long as nothing of it changes.

A mark travels as a short code, so that 36 x 10 cells need no object each: a letter for what happened, "!" where the person told us
beforehand, "+" and a letter where the meeting was caught up. What a code is worth is asked of rules.attendance once, at import.
No name is kept here: names are opened anew for each page.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import lru_cache
from itertools import product
from typing import Any

from imrgroups.rules import attendance as rules
from imrgroups.rules.attendance import Attendance, MakeUpKind, MarkState, Stay
from imrgroups.rules.exposure import modules_received

LETTERS = {
    MarkState.PRESENT: "p", MarkState.LATE: "l", MarkState.LEFT_EARLY: "e", MarkState.EXCUSED: "x", MarkState.ABSENT: "a",
    MarkState.HOSPITAL: "h", MarkState.NOT_RECORDED: "n",
}
CAUGHT_UP = {MakeUpKind.WARD: "w", MakeUpKind.ONE_TO_ONE: "o", MakeUpKind.OTHER_GROUP: "g"}
OUTSIDE, PLANNED, CANCELLED = "-", "f", "c"  # not in the group that day; not held yet; cancelled
STATES = {letter: state for state, letter in LETTERS.items()}
KINDS = {letter: kind for kind, letter in CAUGHT_UP.items()}
ENDINGS = [told + made for told, made in product(("", "!"), ("", *(f"+{letter}" for letter in KINDS)))]
_COUNTS = [each.name for each in fields(Attendance) if each.name != "people"]


def _mark(code: str) -> rules.Mark:
    made = KINDS[code[-1]] if "+" in code else None
    return rules.Mark(date.min, STATES.get(code[0], MarkState.NOT_RECORDED), apology="!" in code, make_up=made)


MARKS = {letter + ending: _mark(letter + ending) for letter in [*STATES, OUTSIDE] for ending in ENDINGS}
RECEIVED = frozenset(code for code, mark in MARKS.items() if mark.received)
_WORTH = {
    code: [getattr(rules.attendance([mark], [Stay(date.min)]), name) for name in _COUNTS] for code, mark in MARKS.items()
}


@dataclass(frozen=True, slots=True)
class Column:
    """One meeting of a grid. topics: planned, or taught where it was held, as (module, topic)."""

    id: int
    number: int
    on: date
    state: str
    begins_at: datetime
    topics: tuple[tuple[str, str], ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The topics as "module/topic"."""
        return tuple(f"{module}/{topic}" if topic else module for module, topic in self.topics)

    @property
    def taught(self) -> tuple[str, ...]:
        """What was taught; nothing where the meeting was not held: the plan of a held meeting is what was taught."""
        return self.keys if self.state == "held" else ()


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """The meetings of a group in order, and what each row of the grid asks of them. One object as long as nothing of them changes.

    days, held: of each meeting. places: of a meeting by its key as text. unmarked: the code of each where nobody marked anything.
    modules: what somebody who was there got of each.
    """

    columns: tuple[Column, ...]
    days: list[date]
    held: list[bool]
    places: dict[str, int]
    unmarked: list[str]
    modules: list[frozenset[str]]


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What happened with one person, without the person. codes: one a column.

    counted: of those, the places of meetings held while the person was enrolled. One object as long as nothing of it changes.
    """

    stays: tuple[Stay, ...]
    codes: tuple[str, ...]
    counted: tuple[int, ...]
    attendance: Attendance


@lru_cache(maxsize=256)
def calendar(rows: tuple[Any, ...]) -> Calendar:
    """The meetings of these rows; they are the key, so that whatever changes in the database makes another calendar."""
    topics: dict[int, list[tuple[str, str]]] = {}
    for row in rows:
        topics.setdefault(row[0], []).extend([(row[6], row[7])] if row[6] else [])
    firsts = {row[0]: row for row in reversed(rows)}
    columns = tuple(
        Column(id, number, on, state, begins_at, tuple(topics[id]))
        for id, _group, number, on, state, begins_at, *_topic in (firsts[id] for id in topics)
    )
    unmarked = [{"held": "n", "cancelled": CANCELLED}.get(column.state, PLANNED) for column in columns]
    there = [rules.Mark(column.on, MarkState.PRESENT, column.state, topics=column.taught) for column in columns]
    return Calendar(
        columns, [column.on for column in columns], [column.state == "held" for column in columns],
        {str(column.id): place for place, column in enumerate(columns)}, unmarked, [modules_received([mark]) for mark in there],
    )


@lru_cache(maxsize=8192)
def course(of: Calendar, stays: str, marks: str | None, apologies: str | None, make_ups: str | None) -> Course:
    """What happened with one person, from the tokens the database puts together: "2026-01-05/ 2026-03-01/2026-04-01", "p12 a13".

    They are the key: what was counted once is taken again until something of it changes.
    """
    days, found = of.days, _stays(stays)
    codes, counted = [OUTSIDE] * len(days), list[int]()
    for stay in found:
        first = bisect_left(days, stay.joined_on)
        last = len(days) if stay.left_on is None else bisect_right(days, stay.left_on)
        codes[first:last] = of.unmarked[first:last]
        counted += [place for place in range(first, last) if of.held[place]]
    _put_in(codes, of.places, marks, apologies, make_ups)
    return Course(found, tuple(codes), tuple(counted), count([codes[place] for place in counted]))


def _stays(text: str) -> tuple[Stay, ...]:
    pairs = sorted(token.split("/") for token in text.split(" "))
    return tuple(Stay(date.fromisoformat(first), date.fromisoformat(last) if last else None) for first, last in pairs)


def _put_in(codes: list[str], places: dict[str, int], marks: str | None, apologies: str | None, make_ups: str | None) -> None:
    for token in (marks or "").split():
        place = places.get(token[1:])
        if place is not None and token[0] != "n":
            codes[place] = token[0]
    for token in (apologies or "").split():
        if (place := places.get(token[1:])) is not None:
            codes[place] += "!"
    for token in (make_ups or "").split():
        if (place := places.get(token[1:])) is not None:
            codes[place] += "+" + token[0]


def count(codes: Sequence[str]) -> Attendance:
    """What these codes, of meetings held while one person was enrolled, come to by rules.attendance."""
    sums = [0] * len(_COUNTS)
    for code, times in Counter(codes).items():
        sums = [sum + times * worth for sum, worth in zip(sums, _WORTH[code], strict=True)]
    return Attendance(**dict(zip(_COUNTS, sums, strict=True)))
