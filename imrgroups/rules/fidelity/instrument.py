"""Reads the fidelity scale from the parsed file: what the file may say, and clear words when it says something else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from imrgroups.rules.fidelity.scale import Band, BandSystem, Counting, Entry, Instrument, Item, Origin, ReviewKind, Timing, Windows
from imrgroups.rules.fidelity.tables import BadInstrument, Table, rising

# What can be counted, and the unit it is counted in. The words stand in the file; the counting stands in fidelity.py.
COUNTS = MappingProxyType({
    "group_size": "room", "length": "people", "topics": "topics", "handouts": "people", "supporters": "people", "goals": "people",
    "follow_ups": "people", "techniques": "meetings", "skills": "assessor",
})
CONFIDENCE = ("verified", "inferred", "remembered", "unsure", "decided")


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
    scores = top.entries("scores")
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
    up = unit != "room"
    ladder: tuple[Fraction, ...] = ()
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
    made = Timing(
        opens_days_before=table.whole("opens_days_before", least=0), closes_days_after=table.whole("closes_days_after", least=0),
        assign_by_week=table.whole("assign_by_week", least=1), gap_audit_days_before=table.whole("gap_audit_days_before", least=0),
        report_within_days=table.whole("report_within_days", least=1), sample_charts=table.whole("sample_charts", least=1),
        binder_kept_days=table.whole("binder_kept_days", least=0),
        origin=origin(table))
    table.closed()
    return made


def _review(table: Table, origin: Callable[[Table], Origin], items: int) -> ReviewKind:
    numbers = table.entries("items")
    if not numbers or any(type(number) is not int or not 1 <= number <= items for number in numbers):
        raise table.wrong("items", f"must be item numbers from 1 to {items}")
    table.unique("items", numbers)
    made = ReviewKind(
        table.text("id"), table.text("name"), table.whole("months", least=1), tuple(numbers), table.text("text"), origin(table))
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
