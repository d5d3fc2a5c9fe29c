"""The fidelity scale as checked, frozen data: what a file may say, and clear words when it says something else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from imrgroups.rules.tables import BadInstrument, Table, rising

# What can be counted, and the unit it is counted in. The words stand in the file; the counting stands in fidelity.py.
COUNTS = MappingProxyType({
    "group_size": "room", "length": "people", "topics": "topics", "handouts": "people", "supporters": "people", "goals": "people",
    "follow_ups": "people", "techniques": "meetings", "skills": "assessor",
})
CONFIDENCE = ("verified", "inferred", "remembered", "unsure", "decided")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an entry comes from: the version of its wording, the key of its source, how sure we are, and a remark."""

    version: str
    source: str
    confidence: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Counting:
    """How an item is counted. thresholds: for scores 2, 3, 4, 5; empty for items only an assessor can rate."""

    counts: str
    unit: str
    text: str
    family: str
    thresholds: tuple[Fraction, ...]
    rising: bool
    origin: Origin

    def score(self, value: int | Fraction) -> int | None:
        """The score this value reaches, 1 to 5; None where the item has no ladder."""
        if not self.thresholds:
            return None
        return 1 + sum((value >= step) if self.rising else (value <= step) for step in self.thresholds)


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the scale. anchors: the words for scores 1 to 5, in that order. probes: questions by role."""

    number: int
    id: str
    name: str
    definition: str
    definition_origin: Origin
    anchors: tuple[str, ...]
    anchors_origin: Origin
    counting: Counting
    evidence: tuple[str, ...]
    probes: Mapping[str, tuple[str, ...]]
    probes_origin: Origin

    def anchor(self, score: int) -> str:
        """The words that go with a score from 1 to 5."""
        return self.anchors[score - 1]


@dataclass(frozen=True, slots=True)
class Windows:
    """The spans the counting looks at: last held meetings, days up to the last one, days and share for programme length."""

    recent_meetings: int
    recent_days: int
    length_days: int
    length_share: Fraction
    origins: Mapping[str, Origin]


@dataclass(frozen=True, slots=True)
class Timing:
    """When a review opens and closes around its due date, and what else is timed (days, weeks, charts drawn)."""

    opens_days_before: int
    closes_days_after: int
    assign_by_week: int
    gap_audit_days_before: int
    report_within_days: int
    sample_charts: int
    origin: Origin


@dataclass(frozen=True, slots=True)
class ReviewKind:
    """A kind of review: due so many months after the first meeting, over these item numbers."""

    id: str
    name: str
    months: int
    items: tuple[int, ...]
    text: str
    origin: Origin

    def due_on(self, first_on: date) -> date:
        """The day the review is due; the last day of the month where the month is too short."""
        months = first_on.month - 1 + self.months
        year, month = first_on.year + months // 12, months % 12 + 1
        after = date(year + month // 12, month % 12 + 1, 1)
        return min(date(year, month, 1) + timedelta(days=first_on.day - 1), after - timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Band:
    """One band of a system: from this mean upwards."""

    word: str
    name: str
    at_least: Fraction


@dataclass(frozen=True, slots=True)
class BandSystem:
    """A way of naming means; bands rise from the lowest score."""

    id: str
    name: str
    default: bool
    bands: tuple[Band, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Entry:
    """A name with an id and an origin: one of the nine topics."""

    id: str
    name: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Instrument:
    """One version of the fidelity scale."""

    id: str
    version: str
    name: str
    based_on: str
    language: str
    scores: tuple[int, int]
    sources: Mapping[str, Mapping[str, Any]]
    windows: Windows
    timing: Timing
    reviews: tuple[ReviewKind, ...]
    band_systems: tuple[BandSystem, ...]
    topics: tuple[Entry, ...]
    evidence: Mapping[str, str]
    roles: Mapping[str, str]
    items: tuple[Item, ...]

    def item(self, number: int) -> Item:
        """The item with this number; KeyError when there is none."""
        return next((item for item in self.items if item.number == number), None) or _missing("item", number)

    def review(self, kind: str) -> ReviewKind:
        """The review of this kind ("midway", "final"); KeyError when there is none."""
        return next((review for review in self.reviews if review.id == kind), None) or _missing("review", kind)

    def bands(self, system: str | None = None) -> BandSystem:
        """The band system with this id, or the default one; KeyError when there is none."""
        found = (s for s in self.band_systems if (s.default if system is None else s.id == system))
        return next(found, None) or _missing("band system", system)

    def access(self, due_on: date) -> tuple[date, date]:
        """The first and the last day on which assessors may look, both included."""
        return due_on - timedelta(days=self.timing.opens_days_before), due_on + timedelta(days=self.timing.closes_days_after)


def _missing(what: str, key: object) -> Any:
    raise KeyError(f"the instrument has no {what} {key!r}")


def instrument(data: Mapping[str, Any]) -> Instrument:
    """The checked instrument from the parsed TOML of curriculum/instruments/imr-fidelity.toml.

    Raises BadInstrument at the first thing that is missing, unknown or contradictory; it says where and what to do.
    """
    top = Table("instrument", data)
    version = top.text("version")
    sources = top.mapping("sources")
    lowest, highest = scores = _scores(top)

    def origin(table: Table) -> Origin:
        source = table.text("source")
        if source not in sources:
            raise table.wrong("source", f"{source!r} is not one of [sources]: {', '.join(sorted(sources))}")
        return Origin(table.text("version", version), source, table.choice("confidence", CONFIDENCE), table.text("note", ""))

    roles, evidence = top.names("roles"), top.names("evidence")
    items = tuple(_item(table, origin, roles, evidence) for table in top.tables("items"))
    if [item.number for item in items] != list(range(1, len(items) + 1)):
        raise top.wrong("items", f"must be numbered 1, 2, 3... in order, but are {[item.number for item in items]}")
    top.unique("items", [item.id for item in items])
    topics = tuple(Entry(t.text("id"), t.text("name"), origin(t.closed())) for t in top.tables("topics"))
    top.unique("topics", [topic.id for topic in topics])
    for item in items:
        if item.counting.counts == "topics" and item.counting.thresholds[-1] > len(topics):
            raise BadInstrument(f"item {item.number}, counting: score 5 asks for more topics than the {len(topics)} of [[topics]]")
    systems = tuple(_bands(table, origin, lowest, highest) for table in top.tables("bands"))
    top.unique("bands", [system.id for system in systems])
    if sum(system.default for system in systems) != 1:
        raise top.wrong("bands", "exactly one system must say default = true")
    reviews = tuple(_review(table, origin, len(items)) for table in top.tables("reviews"))
    top.unique("reviews", [review.id for review in reviews])
    made = Instrument(
        top.text("id"), version, top.text("name"), top.text("based_on"), top.text("language"), scores, sources,
        _windows(top.table("windows"), origin), _timing(top.table("timing"), origin), reviews, systems, topics, evidence, roles, items)
    top.closed()
    return made


def _scores(top: Table) -> tuple[int, int]:
    scores = top.list("scores")
    if scores != [1, 5]:
        raise top.wrong("scores", "must be [1, 5]: five anchors and four thresholds go with five scores")
    return 1, 5


def _item(table: Table, origin: Callable[[Table], Origin], roles: Mapping[str, str], evidence: Mapping[str, str]) -> Item:
    number = table.whole("number", least=1)
    table.where = f"item {number}"
    definition, anchors, counting, probes = (table.table(key) for key in ("definition", "anchors", "counting", "probes"))
    version = table.text("version", "")
    for part in (definition, anchors, counting, probes):
        part.inherit("version", version)
    looked_at = tuple(table.strings("evidence"))
    for key in looked_at:
        if key not in evidence:
            raise table.wrong("evidence", f"{key!r} is not one of [evidence]")
    made = Item(
        number, table.text("id"), table.text("name"), definition.text("text"), origin(definition),
        tuple(anchors.text(str(score)) for score in range(1, 6)), origin(anchors), _counting(counting, origin), looked_at,
        MappingProxyType({role: tuple(probes.strings(role)) for role in roles}), origin(probes))
    for part in (table, definition, anchors, probes):
        part.closed()
    return made


def _counting(table: Table, origin: Callable[[Table], Origin]) -> Counting:
    counts = table.choice("counts", tuple(COUNTS))
    unit = COUNTS[counts]
    family = table.text("family") if counts in ("techniques", "skills") else ""
    ladder, up = (), unit != "room"
    if unit != "assessor":
        ladder = table.thresholds("at_least" if up else "at_most", share=unit in ("people", "meetings"), up=up)
    if unit == "meetings" and ladder[-1] >= 1:
        raise table.wrong("at_least", "a share of meetings can ask for less than 1 only, or no further meeting could ever reach it")
    made = Counting(counts, unit, table.text("text"), family, ladder, up, origin(table))
    table.closed()
    return made


def _windows(table: Table, origin: Callable[[Table], Origin]) -> Windows:
    keys = ("recent_meetings", "recent_days", "length_days", "length_share")
    parts = {key: table.table(key) for key in keys}
    for part in parts.values():
        part.text("text")
    meetings, days, length = (parts[key].whole("value", least=1) for key in keys[:3])
    made = Windows(meetings, days, length, parts["length_share"].share("value"),
                   MappingProxyType({key: origin(part) for key, part in parts.items()}))
    for part in (table, *parts.values()):
        part.closed()
    return made


def _timing(table: Table, origin: Callable[[Table], Origin]) -> Timing:
    keys = ("opens_days_before", "closes_days_after", "assign_by_week", "gap_audit_days_before", "report_within_days", "sample_charts")
    made = Timing(*(table.whole(key, least=0) for key in keys), origin(table))
    table.closed()
    return made


def _review(table: Table, origin: Callable[[Table], Origin], items: int) -> ReviewKind:
    numbers = table.list("items")
    if not numbers or any(type(number) is not int or not 1 <= number <= items for number in numbers):
        raise table.wrong("items", f"must be item numbers from 1 to {items}")
    table.unique("items", numbers)
    made = ReviewKind(table.text("id"), table.text("name"), table.whole("months", least=1), tuple(numbers), table.text("text"), origin(table))
    table.closed()
    return made


def _bands(table: Table, origin: Callable[[Table], Origin], lowest: int, highest: int) -> BandSystem:
    steps = [(step, Band(step.text("word"), step.text("name"), step.exact("at_least"))) for step in table.tables("steps")]
    for step, _ in steps:
        step.closed()
    bands = tuple(band for _, band in steps)
    if not bands or bands[0].at_least != lowest:
        raise table.wrong("steps", f"the first band must begin at {lowest}, or a mean could fall into none")
    rising(table, "steps", [band.at_least for band in bands], up=True)
    if bands[-1].at_least > highest:
        raise table.wrong("steps", f"no mean is above {highest}")
    table.unique("steps", [band.word for band in bands])
    made = BandSystem(table.text("id"), table.text("name"), table.flag("default"), bands, origin(table))
    table.closed()
    return made
