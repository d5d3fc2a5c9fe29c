"""A whole report, put together once for the page and for paper."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from imrgroups import config
from imrgroups.fidelity.actions import reports
from imrgroups.fidelity.evidence import board, sheets
from imrgroups.fidelity.evidence.board import Line
from imrgroups.fidelity.evidence.instruments import instrument_of
from imrgroups.fidelity.evidence.sheets import Outcome
from imrgroups.fidelity.models import Recommendation, Report, Review
from imrgroups.people import folder
from imrgroups.rules.fidelity.agreement import band, mean
from imrgroups.rules.fidelity.scale import Instrument, Item


@dataclass(frozen=True)
class Row:
    """One item of the score table: the score of the review before and of this one, and the reasons."""

    item: Item
    before: int | None
    score: int | None
    reason: str


@dataclass(frozen=True)
class Signed:
    """Who signed, and when."""

    name: str
    at: datetime


@dataclass(frozen=True)
class Full:
    """Everything a report shows. sections, sources: as written. before: the mean of the review before, and the day of its data.

    heard: what participants answered beside what staff recorded, as the report keeps it; empty in one that keeps none.
    """

    review: Review
    line: Line
    report: Report
    scale: Instrument
    outcome: Outcome
    rows: list[Row]
    mean: Fraction | None
    rated: int
    band: str
    system: str
    before: Fraction | None
    before_on: date | None
    sections: Mapping[str, str]
    sources: Mapping[str, int]
    heard: Mapping[str, Any]
    advice: list[Recommendation]
    checked: list[Recommendation]
    owners: Mapping[int, str]
    signatures: list[Signed]
    answered_by: str

    @property
    def alone(self) -> bool:
        """Whether one assessor rated alone."""
        return len(self.outcome.sheets) == 1


def full(review: Review) -> Full | None:
    """The report of a review with all it rests on; None before one is written."""
    report, outcome = reports.report_of(review.id), sheets.outcome(review)
    if report is None or outcome is None:
        return None
    scale, sections = instrument_of(review), json.loads(report.sections or "{}")
    system = scale.bands(report.bands)
    found, rated = mean(outcome.scores.values())
    word = band(found, system)
    previous = reports.review_before(review)
    earlier = sheets.outcome(previous) if previous else None
    earlier_report = reports.report_of(previous.id) if previous else None
    names, counts = folder.staff_names(), json.loads(report.sources)
    rows = [
        Row(scale.item(item), earlier.scores.get(item) if earlier else None, score, sections.get(f"item-{item}", ""))
        for item, score in outcome.scores.items()
    ]
    return Full(
        review, board.lines(config.now(), review_ids=[review.id])[0], report, scale, outcome, rows, found, rated,
        next((step.name for step in system.bands if step.word == word), ""), system.name,
        mean(earlier.scores.values())[0] if earlier else None, earlier_report.data_on if earlier_report else None,
        sections, {name: counts[name] for name in reports.SOURCES if counts.get(name)}, json.loads(report.heard or "{}"),
        reports.advice_of(review.id), reports.advice_before(review), names,
        [Signed(names.get(row.staff_id, ""), row.signed_at) for row in reports.signatures(report.id)],
        names.get(report.answered_by_id or 0, ""),
    )


def first_words(outcome: Outcome) -> dict[str, str]:
    """What a new report begins with: for each item what was settled, or what the assessors wrote on their sheets."""
    found = {}
    for item in outcome.scores:
        if item in outcome.consensus:
            found[f"item-{item}"] = outcome.consensus[item].reason or ""
        else:
            said = [sheet[item].justification or sheet[item].not_rated or "" for sheet in outcome.sheets.values() if item in sheet]
            found[f"item-{item}"] = "\n".join(dict.fromkeys(text for text in said if text))
    return found
