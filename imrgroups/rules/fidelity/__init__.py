"""Counts the evidence for the thirteen items of the fidelity scale. A count is a suggestion; assessors rate.

evidence(...) is the one place the numbers come from: the live page, the binder, exports and the command line all print what it
returns. Thresholds and windows come with the instrument. The rules in words: docs/fidelity.md.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from imrgroups.rules.fidelity import agreement
from imrgroups.rules.fidelity.facts import GroupFacts, Key
from imrgroups.rules.fidelity.scale import Counting, Instrument, Item
from imrgroups.rules.fidelity.seen import Seen, in_order


@dataclass(frozen=True, slots=True)
class LeaderUse:
    """One leader and a skill: the held meetings at which they trained it, and how many they were present at."""

    leader: Key
    trained: tuple[Key, ...]
    present: int


@dataclass(frozen=True, slots=True)
class ItemEvidence:
    """What was counted for one item.

    value: the number itself, for items that are no share. numerator, denominator: the share, over starters, people still in the
    group, or held meetings. suggestion: 1 to 5, None where there is nothing to go by. next: what the next point takes, in the
    item's unit. behind: who or what was counted (people, meetings, topics; for the group size the fullest meetings). missing: who or
    what was not. assigned_numerator, assigned_denominator: the same share over everyone assigned, for shares of people. planned:
    topics by the end, if the plan is kept. leaders, module_meetings: for skills, who trained them, and the meetings whose module
    is meant to train them.
    """

    item: int
    id: str
    unit: str
    value: int | None = None
    numerator: int | None = None
    denominator: int | None = None
    suggestion: int | None = None
    forecast: bool = False
    next: int | None = None
    behind: tuple[Key, ...] = ()
    missing: tuple[Key, ...] = ()
    assigned_numerator: int | None = None
    assigned_denominator: int | None = None
    planned: int | None = None
    leaders: tuple[LeaderUse, ...] = ()
    module_meetings: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """All items of one group as they stood on a day.

    reference: the date of the last held meeting. starters, assigned, current: people. held: meetings, oldest first. mean: exact, over
    the rated items that have a suggestion. bands: a word for each system of the instrument.
    """

    on: date
    reference: date | None
    instrument: str
    version: str
    starters: tuple[Key, ...]
    assigned: tuple[Key, ...]
    current: tuple[Key, ...]
    held: tuple[Key, ...]
    items: tuple[ItemEvidence, ...]
    mean: Fraction | None
    rated: int
    bands: Mapping[str, str | None]
    no_longer_held: int

    def item(self, number: int) -> ItemEvidence:
        """The evidence of the item with this number."""
        return self.items[number - 1]


def evidence(facts: GroupFacts, on: date, instrument: Instrument) -> Evidence:
    """Everything that can be counted for a group, as it stood on a day.

    Rows dated after that day change nothing, but for the number of topics planned.
    """
    seen = Seen(facts, on, instrument.windows)
    topics = tuple(topic.id for topic in instrument.topics)
    items = tuple(_COUNT[item.counting.counts](seen, item, topics) for item in instrument.items)
    mean, rated = agreement.mean(item.suggestion for item in items)
    return Evidence(
        on, seen.reference, instrument.id, instrument.version, seen.starters, seen.assigned, seen.current, seen.held, items, mean, rated,
        {system.id: agreement.band(mean, system) for system in instrument.band_systems}, facts.no_longer_held)


def as_json(found: Evidence, group: str) -> dict[str, Any]:
    """The numbers of the evidence as `imrgroups evidence --json` prints them, without anybody's key."""
    mean = agreement.printed(found.mean)
    keys = ("item", "value", "numerator", "denominator", "suggestion", "forecast", "next")
    return {
        "group": group, "on": found.on.isoformat(), "reference": found.reference and found.reference.isoformat(),
        "instrument": found.instrument, "version": found.version,
        "starters": len(found.starters), "assigned": len(found.assigned), "current": len(found.current), "held": len(found.held),
        "items": [{key: getattr(item, key) for key in keys} for item in found.items],
        "mean": None if mean is None else float(mean), "rated": found.rated, "band": dict(found.bands),
        "no_longer_held": found.no_longer_held,
    }


def next_point(counting: Counting, numerator: int, denominator: int) -> int | None:
    """The fewest further people, meetings or topics that reach the next score; None at 5, and where nothing more can help.

    People join the numerator only; a further meeting counts in both. For topics the denominator is not looked at.
    """
    if counting.unit not in ("people", "meetings", "topics") or (denominator == 0 and counting.unit != "topics"):
        return None
    score = counting.score(numerator if counting.unit == "topics" else Fraction(numerator, denominator))
    return _further(counting, score, numerator, denominator)


def _further(counting: Counting, score: int | None, numerator: int, denominator: int) -> int | None:
    if score is None or score > len(counting.thresholds):
        return None
    step = counting.thresholds[score - 1]
    if counting.unit == "topics":
        return math.ceil(step - numerator)
    short = step * denominator - numerator
    return math.ceil(short if counting.unit == "people" else short / (1 - step))


def _share(item: Item, behind: Iterable[Key], of: Collection[Key], **more: Any) -> ItemEvidence:
    behind = set(behind)
    counted, total = tuple(key for key in of if key in behind), len(of)
    score = item.counting.score(Fraction(len(counted), total)) if total else None
    return ItemEvidence(
        item.number, item.id, item.counting.unit, numerator=len(counted), denominator=total, suggestion=score,
        next=_further(item.counting, score, len(counted), total),
        behind=counted, missing=tuple(key for key in of if key not in behind), **more)


def _people(item: Item, behind: Iterable[Key], of: Collection[Key], assigned: Collection[Key], forecast: bool = False) -> ItemEvidence:
    behind = set(behind)
    return _share(item, behind, of, forecast=forecast,
                  assigned_numerator=len(behind.intersection(assigned)), assigned_denominator=len(assigned))


def _group_size(seen: Seen, item: Item, topics: tuple[str, ...]) -> ItemEvidence:
    largest = max((len(people) for people in seen.room.values()), default=0)
    if not largest:
        return ItemEvidence(item.number, item.id, item.counting.unit)
    fullest = tuple(meeting for meeting in seen.held if len(seen.room.get(meeting, ())) == largest)
    return ItemEvidence(item.number, item.id, item.counting.unit, value=largest, suggestion=item.counting.score(largest), behind=fullest)


def _length(seen: Seen, item: Item, topics: tuple[str, ...]) -> ItemEvidence:
    forecast = seen.first is not None and (seen.on - seen.first).days < seen.windows.length_days
    enough = (_on_the_way(seen, person) for person in seen.current) if forecast else (_stayed(seen, person) for person in seen.starters)
    people = seen.current if forecast else seen.starters
    return _people(item, (p for p, yes in zip(people, enough, strict=True) if yes), seen.starters, seen.assigned, forecast)


def _stayed(seen: Seen, person: Key) -> bool:
    """Whether a starter's meetings span the length asked for, and enough of those held in between reached them."""
    received = seen.received[person]
    if (max(received.values()) - min(received.values())).days < seen.windows.length_days:
        return False
    days = [seen.held_on[meeting] for meeting in received]
    return Fraction(len(received), seen.held_between(min(days), max(days))) >= seen.windows.length_share


def _on_the_way(seen: Seen, person: Key) -> bool:
    """Whether a person still in the group has received enough of the meetings of their stays so far."""
    theirs = seen.while_enrolled(person)
    received = sum(meeting in seen.received[person] for meeting in theirs)
    return bool(theirs) and Fraction(received, len(theirs)) >= seen.windows.length_share


def _topics(seen: Seen, item: Item, topics: tuple[str, ...]) -> ItemEvidence:
    facts = seen.facts
    to_come = {meeting.key for meeting in facts.meetings if meeting.state != "cancelled" and meeting.key not in seen.held_on}
    taught = {row.topic for row in facts.taught if row.meeting in seen.held_on}
    ahead = {row.topic for row in (*facts.planned, *facts.taught) if row.meeting in to_come}
    behind = tuple(topic for topic in topics if topic in taught)
    planned = sum(topic in taught or topic in ahead for topic in topics)
    if not seen.held:
        return ItemEvidence(item.number, item.id, item.counting.unit, missing=topics, planned=planned)
    return ItemEvidence(
        item.number, item.id, item.counting.unit, value=len(behind), suggestion=item.counting.score(len(behind)),
        next=next_point(item.counting, len(behind), len(topics)),
        behind=behind, missing=tuple(topic for topic in topics if topic not in taught), planned=planned)


def _handouts(seen: Seen, item: Item, topics: tuple[str, ...]) -> ItemEvidence:
    taught: dict[Key, set[str]] = defaultdict(set)
    for row in seen.facts.taught:
        taught[row.meeting].add(row.module)
    given = {(row.person, row.module) for row in seen.facts.handouts if row.meeting in seen.held_on}
    behind = (p for p in seen.starters if all((p, module) in given for meeting in seen.received[p] for module in taught.get(meeting, ())))
    return _people(item, behind, seen.starters, seen.assigned)


def _supporters(seen: Seen, item: Item, topics: tuple[str, ...]) -> ItemEvidence:
    facts = seen.facts
    behind = {row.person for row in facts.contacts if seen.recently(row.on)}
    behind |= {row.person for row in facts.homework if row.supporter and seen.recently(seen.held_on.get(row.meeting))}
    behind |= {
        seen.goals[row.goal] for row in facts.steps
        if row.supporter and row.goal in seen.goals and (row.set_on is None or row.set_on <= seen.on)
        and (seen.recently(row.due_on) or seen.recently(row.done_on))}
    return _people(item, behind, seen.current, seen.enrolled)


def _goals(seen: Seen, item: Item, topics: tuple[str, ...]) -> ItemEvidence:
    return _people(item, seen.goals.values(), seen.starters, seen.assigned)


def _follow_ups(seen: Seen, item: Item, topics: tuple[str, ...]) -> ItemEvidence:
    behind = {seen.goals[row.goal] for row in seen.facts.follow_ups if row.meeting in seen.recent and row.goal in seen.goals}
    return _people(item, behind, seen.current, seen.enrolled)


def _techniques(seen: Seen, item: Item, topics: tuple[str, ...]) -> ItemEvidence:
    return _share(item, (row.meeting for row in seen.facts.techniques if row.family == item.counting.family), seen.held)


def _skills(seen: Seen, item: Item, topics: tuple[str, ...]) -> ItemEvidence:
    family = item.counting.family
    used = [row for row in seen.facts.techniques if row.family == family and row.meeting in seen.held_on]
    present: dict[Key, set[Key]] = defaultdict(set)
    trained: dict[Key, set[Key]] = defaultdict(set)
    for there in seen.facts.leaders:
        if there.meeting in seen.held_on:
            present[there.leader].add(there.meeting)
    for row in used:
        if row.leader is not None:                  # who trained a skill was there, also where nobody ticked the leader
            trained[row.leader].add(row.meeting)
            present[row.leader].add(row.meeting)
    meant = {row.meeting for row in seen.facts.taught if family in row.skills}
    behind = {row.meeting for row in used}
    leaders = tuple(
        LeaderUse(leader, tuple(meeting for meeting in seen.held if meeting in trained[leader]), len(present[leader]))
        for leader in in_order(present))
    return ItemEvidence(
        item.number, item.id, item.counting.unit, numerator=len(behind), denominator=len(seen.held),
        behind=tuple(meeting for meeting in seen.held if meeting in behind),
        missing=tuple(meeting for meeting in seen.held if meeting not in behind), leaders=leaders,
        module_meetings=tuple(meeting for meeting in seen.held if meeting in meant))


_COUNT: Mapping[str, Callable[[Seen, Item, tuple[str, ...]], ItemEvidence]] = {
    "group_size": _group_size, "length": _length, "topics": _topics, "handouts": _handouts, "supporters": _supporters, "goals": _goals,
    "follow_ups": _follow_ups, "techniques": _techniques, "skills": _skills,
}
