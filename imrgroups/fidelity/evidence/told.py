"""What was counted for an item, in words for an assessor: the suggestion, its numbers, who is behind them and who is not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from imrgroups.db import db
from imrgroups.fidelity import evidence
from imrgroups.fidelity.evidence.instruments import instrument_of
from imrgroups.fidelity.evidence.people import called
from imrgroups.fidelity.models import Review
from imrgroups.groups.models import Meeting
from imrgroups.i18n import apart, curriculum, gettext, ngettext, percent, short_day
from imrgroups.rules.fidelity import Evidence, ItemEvidence
from imrgroups.rules.fidelity.scale import Instrument, Item
from imrgroups.staff.models import Staff

Keys = Mapping[int, str]


@dataclass(frozen=True)
class Told:
    """The evidence of one review on a day in words. lines: by item; people: the keys of everybody behind the numbers."""

    found: Evidence
    scale: Instrument
    on: date
    lines: Mapping[int, list[str]]
    people: frozenset[Any]


def told(review: Review, staff_id: int, on: date) -> Told:
    """Everything counted for a review as of a day, with pseudonyms unless this assessor interviews."""
    scale = instrument_of(review)
    found = evidence.count(evidence.group_facts(review.group_id), on, scale)
    names, days = called(review, staff_id), _days(review.group_id)
    leaders = dict(db.session.execute(select(Staff.id, Staff.name)).all())
    numbers = scale.review(review.kind).items
    lines = {item: _lines(found.item(item), scale.item(item), scale, names, days, leaders) for item in numbers}
    return Told(found, scale, on, lines, frozenset(names))


def _days(group_id: int) -> dict[int, str]:
    wanted = select(Meeting.id, Meeting.meets_on).where(Meeting.group_id == group_id)
    return {row.id: short_day(row.meets_on) for row in db.session.execute(wanted)}


def _lines(found: ItemEvidence, item: Item, scale: Instrument, names: Keys, days: Keys, leaders: Keys) -> list[str]:
    if found.unit == "assessor":
        return _skills(found, leaders)
    if found.suggestion is None:
        return [gettext("Nothing to go by yet: 0 of 0.")]
    said = gettext("Suggested %(score)s", score=found.suggestion)
    if found.forecast:
        said = gettext("Suggested %(score)s, a forecast", score=found.suggestion)
    lines = [f"{said}: {_number(found)}.", gettext("What this score means: %(words)s", words=curriculum(item.anchor(found.suggestion)))]
    if found.assigned_denominator is not None:
        share = percent(found.assigned_numerator or 0, found.assigned_denominator)
        lines.append(gettext("Of everyone assigned: %(share)s.", share=share))
    if found.unit == "people":
        lines += _who(gettext("Counted: %(names)s"), found.behind, names) + _who(gettext("Not counted: %(names)s"), found.missing, names)
    elif found.unit == "meetings":
        lines += _who(gettext("Meetings without it: %(names)s"), found.missing, days, ordered=True)
    elif found.unit == "room":
        lines += _who(gettext("Fullest at: %(names)s"), found.behind, days, ordered=True)
    elif found.unit == "topics":
        topics = {topic.id: curriculum(topic.name) for topic in scale.topics}
        lines += _who(gettext("Not taught yet: %(names)s"), found.missing, topics, ordered=True)
    return lines


def _number(found: ItemEvidence) -> str:
    if found.denominator is not None:
        return percent(found.numerator or 0, found.denominator)
    if found.unit == "room":
        return ngettext("at most %(num)s person in the room", "at most %(num)s people in the room", found.value or 0)
    return ngettext("%(num)s topic taught", "%(num)s topics taught", found.value or 0)


def _who(words: str, keys: Iterable[Any], names: Keys, *, ordered: bool = False) -> list[str]:
    found = [names[key] for key in keys if key in names]
    return [words.replace("%(names)s", ", ".join(map(apart, found if ordered else sorted(found))))] if found else []


def _skills(found: ItemEvidence, leaders: Keys) -> list[str]:
    lines = [
        gettext("No suggestion: you rate."),
        gettext("Recorded at %(share)s of the meetings held.", share=percent(found.numerator or 0, found.denominator or 0)),
    ]
    for use in found.leaders:
        share = percent(len(use.trained), use.present)
        lines.append(gettext("%(name)s: at %(share)s of the meetings they led.", name=apart(leaders.get(use.leader, "")), share=share))
    return lines
