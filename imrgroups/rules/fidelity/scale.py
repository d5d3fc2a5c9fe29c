"""The fidelity scale as frozen data: items, ladders, windows, reviews and bands. instrument.py reads it from a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, TypeVar

Found = TypeVar("Found")


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
    """When a review opens and closes around its due date, and what else is timed (days, weeks, charts drawn).

    binder_kept_days: how long a binder is kept after the final report, or after the review was open.
    """

    opens_days_before: int
    closes_days_after: int
    assign_by_week: int
    gap_audit_days_before: int
    report_within_days: int
    sample_charts: int
    binder_kept_days: int
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
        return _only(self.items, lambda item: item.number == number, f"item {number}")

    def review(self, kind: str) -> ReviewKind:
        """The review of this kind ("midway", "final"); KeyError when there is none."""
        return _only(self.reviews, lambda review: review.id == kind, f"review {kind!r}")

    def bands(self, system: str | None = None) -> BandSystem:
        """The band system with this id, or the default one; KeyError when there is none."""
        return _only(self.band_systems, lambda s: s.default if system is None else s.id == system, f"band system {system!r}")

    def access(self, due_on: date) -> tuple[date, date]:
        """The first and the last day on which assessors may look, both included."""
        return due_on - timedelta(days=self.timing.opens_days_before), due_on + timedelta(days=self.timing.closes_days_after)


def _only(entries: Iterable[Found], wanted: Callable[[Found], bool], what: str) -> Found:
    for entry in entries:
        if wanted(entry):
            return entry
    raise KeyError(f"the instrument has no {what}")
