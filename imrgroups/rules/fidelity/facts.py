"""What daily work recorded about one group, as plain rows: all that fidelity evidence is counted from.

People, leaders, meetings and goals are opaque keys. Whoever fills the rows (a database reader, an importer, a test) decides what a
key is; any row with the same attributes will do. All dates are local. Rows may come in any order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

Key = int | str

IN_THE_ROOM = frozenset({"present", "late", "left_early"})
MAKE_UPS = frozenset({"ward", "one_to_one", "other_group"})


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting of the group. state: planned, held or cancelled. number: its place in the series, for two on one day."""

    key: Key
    on: date
    state: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Enrolment:
    """One stay of a person in the group; a pause is two stays. left_on is empty while they stay, and is itself still a day in it."""

    person: Key
    joined_on: date
    left_on: date | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """One person's mark at one meeting: one of the seven states of the register."""

    person: Key
    meeting: Key
    state: str


@dataclass(frozen=True, slots=True)
class MakeUp:
    """A make-up for a missed meeting, on its own day. kind: ward, one_to_one or other_group."""

    person: Key
    meeting: Key
    on: date
    kind: str


@dataclass(frozen=True, slots=True)
class Taught:
    """A module at a meeting: taught, or planned to be. topic: the scale topic it maps to, if any. skills: what the module trains."""

    meeting: Key
    module: str
    topic: str | None = None
    skills: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Handout:
    """A handout of a module, given to a person at (or for) a meeting."""

    person: Key
    meeting: Key
    module: str


@dataclass(frozen=True, slots=True)
class Goal:
    """A person's goal in this group; its first version counts."""

    key: Key
    person: Key
    set_on: date


@dataclass(frozen=True, slots=True)
class Step:
    """A step towards a goal. supporter: somebody close helps with it. set_on: when it was agreed, if not with the goal."""

    goal: Key
    due_on: date | None = None
    done_on: date | None = None
    supporter: bool = False
    set_on: date | None = None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A goal followed up at a meeting."""

    goal: Key
    meeting: Key


@dataclass(frozen=True, slots=True)
class Homework:
    """Homework set for a person at a meeting. supporter: somebody close helps with it."""

    person: Key
    meeting: Key
    supporter: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact with a person's supporter."""

    person: Key
    on: date


@dataclass(frozen=True, slots=True)
class Technique:
    """A technique used at a meeting. family: as in programme.toml. leader: who used it, if recorded."""

    meeting: Key
    family: str
    leader: Key | None = None


@dataclass(frozen=True, slots=True)
class LeaderPresent:
    """A leader who was there at a meeting."""

    meeting: Key
    leader: Key


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """Everything recorded about one group.

    taught: what was taught, as the notes say. planned: what the plan says. goals, steps, follow_ups: of this group only.
    no_longer_held: how many people of this group had their data deleted, so that no row speaks of them.
    """

    meetings: Sequence[Meeting] = ()
    enrolments: Sequence[Enrolment] = ()
    marks: Sequence[Mark] = ()
    make_ups: Sequence[MakeUp] = ()
    taught: Sequence[Taught] = ()
    planned: Sequence[Taught] = ()
    handouts: Sequence[Handout] = ()
    goals: Sequence[Goal] = ()
    steps: Sequence[Step] = ()
    follow_ups: Sequence[FollowUp] = ()
    homework: Sequence[Homework] = ()
    contacts: Sequence[Contact] = ()
    techniques: Sequence[Technique] = ()
    leaders: Sequence[LeaderPresent] = ()
    no_longer_held: int = 0
