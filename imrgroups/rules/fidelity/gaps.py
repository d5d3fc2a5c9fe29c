"""What is still missing before a review, item by item and meeting by meeting: the gap audit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from imrgroups.rules.fidelity import Evidence
from imrgroups.rules.fidelity.facts import GroupFacts, Key
from imrgroups.rules.fidelity.scale import Instrument
from imrgroups.rules.fidelity.seen import Seen

SIGNED = "countersigned"


class Lack(StrEnum):
    """What is missing."""

    REGISTER = "register"  # the meeting has been, and nobody recorded it
    MARK = "mark"  # a person has no mark
    LEADERS = "leaders"  # nobody wrote down who led
    NOTE = "note"  # no note, or it waits for a signature
    TECHNIQUE = "technique"  # no technique recorded
    HANDOUT = "handout"  # a person has no handout of a module
    GOAL = "goal"  # a person has no goal
    FOLLOW_UP = "follow_up"  # nobody followed the goal up at the last meetings
    SUPPORTER = "supporter"  # no contact with anybody close to them in the last weeks
    SUPERVISION = "supervision"  # a leader without supervision
    TRAINING = "training"  # a leader without the days before the first group


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing. item: the item of the scale it belongs to, None for what stands behind all. who: a person or a leader."""

    lack: Lack
    item: int | None = None
    meeting: Key | None = None
    who: Key | None = None
    module: str = ""


def audited_from(due_on: date, instrument: Instrument) -> date:
    """The day from which the gap audit is shown: so many days before the review is due as the instrument says."""
    return due_on - timedelta(days=instrument.timing.gap_audit_days_before)


def gaps(
    facts: GroupFacts, found: Evidence, instrument: Instrument, *, notes: Mapping[Key, str], supervised: Mapping[Key, bool],
    trained: Mapping[Key, bool],
) -> tuple[Gap, ...]:
    """Everything that is missing, meetings first, then people by item, then leaders; without what no work can mend any more.

    notes: how far the note of each held meeting is: "countersigned" is done, any other word or none is not. supervised, trained: leaders
    and whether their supervision is recent and their training whole.
    """
    seen = Seen(facts, found.on, instrument.windows)
    return (
        *_meetings(facts, seen, instrument, notes),
        *_handouts(facts, seen, instrument, found),
        *_people(found, instrument, "goals", Lack.GOAL),
        *_people(found, instrument, "follow_ups", Lack.FOLLOW_UP),
        *_people(found, instrument, "supporters", Lack.SUPPORTER),
        *(Gap(Lack.SUPERVISION, who=leader) for leader, fine in supervised.items() if not fine),
        *(Gap(Lack.TRAINING, who=leader) for leader, fine in trained.items() if not fine),
    )


def _number(instrument: Instrument, counts: str) -> int | None:
    return next((item.number for item in instrument.items if item.counting.counts == counts), None)


def _meetings(facts: GroupFacts, seen: Seen, instrument: Instrument, notes: Mapping[Key, str]) -> Iterable[Gap]:
    passed = sorted((row for row in facts.meetings if row.state == "planned" and row.on < seen.on), key=lambda row: (row.on, row.number))
    for row in passed:
        yield Gap(Lack.REGISTER, meeting=row.key)
    marked = {(row.person, row.meeting) for row in facts.marks if row.state != "not_recorded"}
    expected: dict[Key, list[Key]] = defaultdict(list)
    for person in seen.assigned:
        for meeting in seen.while_enrolled(person):
            expected[meeting].append(person)
    led, used = {row.meeting for row in facts.leaders}, {row.meeting for row in facts.techniques}
    techniques = _number(instrument, "techniques")
    for meeting in seen.held:
        for person in expected[meeting]:
            if (person, meeting) not in marked:
                yield Gap(Lack.MARK, _number(instrument, "length"), meeting, person)
        if meeting not in led:
            yield Gap(Lack.LEADERS, meeting=meeting)
        if notes.get(meeting) != SIGNED:
            yield Gap(Lack.NOTE, meeting=meeting)
        if meeting not in used:
            yield Gap(Lack.TECHNIQUE, techniques, meeting)


def _handouts(facts: GroupFacts, seen: Seen, instrument: Instrument, found: Evidence) -> Iterable[Gap]:
    item = _number(instrument, "handouts")
    if item is None:
        return
    taught: dict[Key, list[str]] = defaultdict(list)
    for row in facts.taught:
        taught[row.meeting].append(row.module)
    given = {(row.person, row.module) for row in facts.handouts if row.meeting in seen.held_on}
    for person in found.item(item).missing:
        told: set[str] = set()
        for meeting in seen.held:
            for module in taught[meeting] if meeting in seen.received[person] else ():
                if (person, module) not in given and module not in told:
                    told.add(module)
                    yield Gap(Lack.HANDOUT, item, meeting, person, module)


def _people(found: Evidence, instrument: Instrument, counts: str, lack: Lack) -> Iterable[Gap]:
    item = _number(instrument, counts)
    if item is not None:
        yield from (Gap(lack, item, who=person) for person in found.item(item).missing)
