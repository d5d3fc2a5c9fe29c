"""Who can assess a group: people of another centre without a tie to it, those with the least to do first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

ASSESSORS = 2  # so many rate a review


class Bar(StrEnum):
    """Why somebody cannot assess a group at all."""

    NOT_ASSESSOR = "not_assessor"
    OWN_CENTRE = "own_centre"
    LEADS = "leads"
    ASSIGNED = "assigned"


class Doubt(StrEnum):
    """Why somebody is chosen only with a reason."""

    UNTRAINED = "untrained"
    SWAP = "swap"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person of staff. centres: where they work in any role; leads, led: groups they lead now, or ever led.

    assesses: groups of the reviews they are assigned to that are not over; the number of those reviews is `load`.
    """

    staff: int
    name: str
    assessor: bool
    trained: bool
    centres: frozenset[int]
    leads: frozenset[int] = frozenset()
    assesses: frozenset[int] = frozenset()
    load: int = 0


@dataclass(frozen=True, slots=True)
class Match:
    """A person for a review: what bars them, what is doubtful, and how many other reviews they have."""

    candidate: Candidate
    bar: Bar | None
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The review people are sought for: its group and centre, who leads the group, and who assesses it already."""

    group: int
    centre: int
    leaders: frozenset[int]
    assigned: frozenset[int] = frozenset()


def match(wanted: Wanted, candidate: Candidate, leaders: Iterable[Candidate]) -> Match:
    """What speaks against one person.

    leaders: those who lead the group, with what they themselves assess: where one of them assesses a group this person leads, the two
    would rate each other's work, which is a swap.
    """
    bar = None
    if not candidate.assessor:
        bar = Bar.NOT_ASSESSOR
    elif wanted.centre in candidate.centres:
        bar = Bar.OWN_CENTRE
    elif wanted.group in candidate.leads or candidate.staff in wanted.leaders:
        bar = Bar.LEADS
    elif candidate.staff in wanted.assigned:
        bar = Bar.ASSIGNED
    swap = any(leader.staff in wanted.leaders and leader.assesses & candidate.leads for leader in leaders)
    doubts = ((Doubt.UNTRAINED,) if not candidate.trained else ()) + ((Doubt.SWAP,) if swap else ())
    return Match(candidate, bar, doubts)


def matches(wanted: Wanted, candidates: Sequence[Candidate]) -> list[Match]:
    """Everybody who can assess a group: those without a doubt first, then those with the fewest open reviews, then by name."""
    found = [match(wanted, candidate, candidates) for candidate in candidates]
    return sorted((m for m in found if m.bar is None), key=lambda m: (len(m.doubts), m.candidate.load, m.candidate.name, m.candidate.staff))


def suggested(found: Sequence[Match], assigned: Collection[int]) -> list[int]:
    """The keys of the people to suggest: the first without a doubt, as many as are still missing."""
    return [m.candidate.staff for m in found if not m.doubts][: max(0, ASSESSORS - len(assigned))]
