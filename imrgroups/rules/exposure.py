"""How much of the programme a person received: exposure by every published definition, and the dose ledger, topic by topic."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from imrgroups.rules.attendance import Attendance, MakeUpKind, Mark

MINIMUM = 11  # meetings; Dalum 2014: 0-10 against 11 or more


class Dose(StrEnum):
    """How a person got a topic, best way first."""

    GROUP = "group"
    WARD = "ward"
    ONE_TO_ONE = "one_to_one"
    HANDOUT_ONLY = "handout_only"
    NOT_YET = "not_yet"


class Definition(StrEnum):
    """The published definitions of having been exposed to the programme; `minimum` is the one a centre may set (11)."""

    MINIMUM = "minimum"
    TWENTY = "twenty"
    HALF = "half"
    OVER_70 = "over_70"
    ALL_MODULES = "all_modules"


_CAUGHT_UP: Mapping[MakeUpKind, Dose] = {
    MakeUpKind.WARD: Dose.WARD, MakeUpKind.ONE_TO_ONE: Dose.ONE_TO_ONE, MakeUpKind.OTHER_GROUP: Dose.GROUP,
}


@dataclass(frozen=True, slots=True)
class Exposure:
    """How much of the programme one person received: counts, the exact share (None when held == 0), and each definition's answer.

    met: None where a definition has nothing to be measured against (no meeting held, no modules).
    """

    received: int
    held: int
    share: Fraction | None
    minimum: int
    met: Mapping[Definition, bool | None]

    @property
    def enough(self) -> bool:
        """Whether the centre's own definition (`minimum`) is met."""
        return self.received >= self.minimum


def exposure(found: Attendance, *, modules: Collection[str] = (), got: Collection[str] = (), minimum: int = MINIMUM) -> Exposure:
    """How much of the programme one person received, by every published definition.

    modules: ids of the modules of the programme. got: ids of those the person received a meeting of (see `modules_received`).
    minimum: meetings needed to count as exposed (>= 1; programme.toml, default 11).
    The share is received over all meetings held while enrolled: hospital weeks and meetings that were not recorded are in it, because
    what was not received is no dose, whatever the reason. Thresholds are met exactly: half at 50 %, over_70 above 70 %.
    Raises ValueError when minimum < 1.
    Source: Dalum 2014 (0-10 against 11 or more sessions); Jensen 2019 (20 or more); the Dutch trial (half or more) and pilot
    (more than 70 %, all modules).
    """
    if minimum < 1:
        raise ValueError("minimum must be 1 or more")
    share = Fraction(found.received, found.held) if found.held else None
    met = {
        Definition.MINIMUM: found.received >= minimum,
        Definition.TWENTY: found.received >= 20,
        Definition.HALF: None if share is None else share >= Fraction(1, 2),
        Definition.OVER_70: None if share is None else share > Fraction(7, 10),
        Definition.ALL_MODULES: set(modules) <= set(got) if modules else None,
    }
    return Exposure(found.received, found.held, share, minimum, met)


def modules_received(marks: Iterable[Mark]) -> frozenset[str]:
    """The ids of the modules of which a person received at least one held meeting."""
    return frozenset(topic.partition("/")[0] for mark in marks if mark.held and mark.received for topic in mark.topics)


def dose(topics: Iterable[str], marks: Iterable[Mark], handouts: Collection[str] = ()) -> dict[str, Dose]:
    """How one person got each topic: the best way of all, in the order of `topics`.

    topics: "module/topic" keys. marks: of all meetings, those before the person joined too (late joiners catch up).
    handouts: keys of the topics whose handout the person was given; a handout alone is a dose of its own, never attendance.
    A meeting in another group counts as group.
    """
    ways: dict[str, set[Dose]] = {}
    for mark in marks:
        if mark.held and mark.received:
            way = Dose.GROUP if mark.in_room or mark.make_up is None else _CAUGHT_UP[mark.make_up]
            for topic in mark.topics:
                ways.setdefault(topic, set()).add(way)
    for topic in handouts:
        ways.setdefault(topic, set()).add(Dose.HANDOUT_ONLY)
    return {topic: next((way for way in Dose if way in ways.get(topic, ())), Dose.NOT_YET) for topic in topics}
