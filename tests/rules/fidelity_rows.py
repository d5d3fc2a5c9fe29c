"""A small group made of plain rows, for the tests of the fidelity rules. Everybody in it is invented."""

import tomllib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from imrgroups.rules.fidelity import Evidence, evidence
from imrgroups.rules.fidelity.facts import Enrolment, GroupFacts, Mark, Meeting
from imrgroups.rules.fidelity.instrument import instrument

PATH = Path(__file__).parents[2] / "curriculum" / "instruments" / "imr-fidelity.toml"
SCALE = instrument(tomllib.loads(PATH.read_text(encoding="utf-8")))
START = date(2026, 9, 1)


def day(number: int) -> date:
    """So many days after the first meeting."""
    return START + timedelta(days=number)


def weekly(count: int, *, state: str = "held") -> tuple[Meeting, ...]:
    """Meetings 1, 2, 3... on days 0, 7, 14..."""
    return tuple(Meeting(number, day(7 * (number - 1)), state, number) for number in range(1, count + 1))


def people(count: int) -> tuple[str, ...]:
    return tuple(f"p{number:02}" for number in range(1, count + 1))


def enrolled(*persons: str, joined: int = -7, left: int | None = None) -> tuple[Enrolment, ...]:
    return tuple(Enrolment(person, day(joined), None if left is None else day(left)) for person in persons)


def came(persons, meetings, state: str = "present") -> tuple[Mark, ...]:
    return tuple(Mark(person, meeting, state) for person in persons for meeting in meetings)


def group(persons: int = 10, meetings: int = 10, **rows) -> GroupFacts:
    """A group in which everybody joined before the first of its weekly meetings and came to all of them."""
    held, everybody = weekly(meetings), people(persons)
    facts = GroupFacts(meetings=held, enrolments=enrolled(*everybody), marks=came(everybody, [meeting.key for meeting in held]))
    return replace(facts, **rows)


def on(facts: GroupFacts, number: int = 400) -> Evidence:
    """The evidence as it stands so many days after the first meeting."""
    return evidence(facts, day(number), SCALE)


def share(found: Evidence, item: int) -> tuple[int | None, int | None, int | None]:
    """What most tables compare: numerator, denominator, suggestion."""
    counted = found.item(item)
    return counted.numerator, counted.denominator, counted.suggestion
