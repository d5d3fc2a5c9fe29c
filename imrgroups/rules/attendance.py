"""What a mark means, when one may be set, and the figures made of marks: attendance, commitment, misses in a row (dose: exposure.py)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction

from imrgroups.rules.refusal import Cannot

OPENS_BEFORE = timedelta(hours=2)  # people come early; before that a mark would be a guess


class MarkState(StrEnum):
    """What happened with one person at one meeting."""

    NOT_RECORDED = "not_recorded"
    PRESENT = "present"
    LATE = "late"
    LEFT_EARLY = "left_early"
    EXCUSED = "excused"
    ABSENT = "absent"
    HOSPITAL = "hospital"


class MakeUpKind(StrEnum):
    """How a missed meeting was caught up."""

    WARD = "ward"
    ONE_TO_ONE = "one_to_one"
    OTHER_GROUP = "other_group"


class CannotMark(Cannot):
    """A mark is refused: "not_yet", "cancelled", "not_enrolled"; or that a meeting was not held: "was_there", "written"."""


class CannotMakeUp(Cannot):
    """A make-up is refused: "not_held", "cancelled", "was_there", "not_yet"."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What one state says: was in the room, told us, was missed without a word, is known at all."""

    in_room: bool
    told_us: bool
    missed: bool
    known: bool


_MEANS: Mapping[MarkState, Meaning] = {
    #                                in_room told_us missed known
    MarkState.NOT_RECORDED: Meaning(False, False, False, False),
    MarkState.PRESENT: Meaning(True, False, False, True),
    MarkState.LATE: Meaning(True, False, False, True),
    MarkState.LEFT_EARLY: Meaning(True, False, False, True),
    MarkState.EXCUSED: Meaning(False, True, False, True),
    MarkState.ABSENT: Meaning(False, False, True, True),
    MarkState.HOSPITAL: Meaning(False, False, False, True),
}
IN_ROOM = frozenset(state for state, meaning in _MEANS.items() if meaning.in_room)


@dataclass(frozen=True, slots=True)
class Stay:
    """One time of belonging to a group, both days included; left_on is None while it lasts."""

    joined_on: date
    left_on: date | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """One person at one meeting: the mark, and beside it what the person said (apology) and how it was caught up (make_up).

    meeting: "planned", "held" or "cancelled"; only held ones ever count. topics: what was taught there, "module/topic" or "module".
    """

    on: date
    state: MarkState = MarkState.NOT_RECORDED
    meeting: str = "held"
    apology: bool = False
    make_up: MakeUpKind | None = None
    topics: Sequence[str] = ()

    @property
    def held(self) -> bool:
        """Whether the meeting took place."""
        return self.meeting == "held"

    @property
    def in_room(self) -> bool:
        """Whether the person was there, from the beginning or not, to the end or not."""
        return _MEANS[self.state].in_room

    @property
    def received(self) -> bool:
        """Whether the person got this meeting: in the room or by a make-up, counted once."""
        return self.in_room or self.make_up is not None

    @property
    def told_us(self) -> bool:
        """Whether the person said that they could not come: excused, or an apology beforehand."""
        return _MEANS[self.state].told_us or self.apology

    @property
    def missed(self) -> bool:
        """Whether the person stayed away without a word and has not caught up."""
        return _MEANS[self.state].missed and not self.apology and not self.received


@dataclass(frozen=True, slots=True)
class Attendance:
    """Counts of meetings of one person, or added up over several.

    held: held while enrolled. in_room and made_up: received there, or caught up (never both for one meeting). told_us: not received,
    but told us. hospital: in hospital and not caught up. not_recorded: nobody wrote it down; never taken for absent. people: how many.
    """

    held: int = 0
    in_room: int = 0
    made_up: int = 0
    told_us: int = 0
    hospital: int = 0
    not_recorded: int = 0
    people: int = 1

    @property
    def received(self) -> int:
        """Meetings in the room and meetings caught up."""
        return self.in_room + self.made_up

    @property
    def counted(self) -> int:
        """The denominator of share and commitment: meetings held while enrolled, without hospital weeks and those not recorded."""
        return self.held - self.hospital - self.not_recorded

    @property
    def share(self) -> Fraction | None:
        """Attendance: received of counted, None when nothing counts yet."""
        return Fraction(self.received, self.counted) if self.counted else None

    @property
    def commitment(self) -> Fraction | None:
        """Came (or caught up) or told us, of counted; never less than share. None when nothing counts yet."""
        return Fraction(self.received + self.told_us, self.counted) if self.counted else None

    @property
    def starter(self) -> bool:
        """Whether at least one meeting was received."""
        return self.received > 0


@dataclass(frozen=True, slots=True)
class Both:
    """The same counts over everybody who was assigned and over those who started."""

    assigned: Attendance
    starters: Attendance


def why_closed(*, meeting: str, starts_at: datetime, now: datetime) -> str:
    """Why nothing can be written of a meeting ("cancelled", "not_yet"), or nothing.

    meeting: "planned", "held" or "cancelled"; a planned one opens two hours before it starts, a held one is open at any time.
    starts_at, now: aware instants.
    """
    if meeting == "cancelled":
        return "cancelled"
    return "not_yet" if meeting != "held" and now < starts_at - OPENS_BEFORE else ""


def check_open(*, meeting: str, starts_at: datetime, now: datetime, enrolled: bool = True) -> None:
    """Nothing when a mark may be set, as `why_closed` says; else CannotMark. enrolled: whether they belong to the group on that day."""
    if reason := why_closed(meeting=meeting, starts_at=starts_at, now=now):
        raise CannotMark(reason)
    if not enrolled:
        raise CannotMark("not_enrolled")


def check_make_up(*, meeting: str, state: MarkState, done_on: date, began: date, today: date) -> None:
    """Nothing when a make-up may be recorded; otherwise CannotMakeUp: the meeting was not held, they were there, or the day cannot be.

    done_on: when it was caught up, a day between `began`, the group's first, and today. That may be before the meeting, for somebody who
    knew that they could not come. A meeting held before the person joined may be made up: that is how late joiners catch up.
    """
    if meeting != "held":
        raise CannotMakeUp("cancelled" if meeting == "cancelled" else "not_held")
    if _MEANS[state].in_room:
        raise CannotMakeUp("was_there")
    if done_on > today:
        raise CannotMakeUp("not_yet")
    if done_on < began:
        raise CannotMakeUp("too_early")


def is_enrolled(on: date, stays: Iterable[Stay]) -> bool:
    """Whether a person belongs to a group on a date; the days of joining and leaving belong to the stay."""
    return any(stay.joined_on <= on and (stay.left_on is None or on <= stay.left_on) for stay in stays)


def attendance(marks: Iterable[Mark], stays: Sequence[Stay]) -> Attendance:
    """The attendance of one person in one group.

    marks: one per meeting of the group, in any order; those not held, or held while the person did not belong, are left aside.
    """
    counted = [mark for mark in marks if mark.held and is_enrolled(mark.on, stays)]
    missing = [mark for mark in counted if not mark.received]
    return Attendance(
        held=len(counted),
        in_room=sum(mark.in_room for mark in counted),
        made_up=sum(mark.received and not mark.in_room for mark in counted),
        told_us=sum(mark.told_us and mark.state not in (MarkState.HOSPITAL, MarkState.NOT_RECORDED) for mark in missing),
        hospital=sum(mark.state is MarkState.HOSPITAL for mark in missing),
        not_recorded=sum(mark.state is MarkState.NOT_RECORDED for mark in missing),
    )


def together(people: Iterable[Attendance]) -> Both:
    """The attendance of several people added up, for all assigned and for the starters among them."""
    everybody = list(people)
    return Both(_sum(everybody), _sum([one for one in everybody if one.starter]))


def _sum(people: Sequence[Attendance]) -> Attendance:
    fields = ("held", "in_room", "made_up", "told_us", "hospital", "not_recorded", "people")
    return Attendance(**{name: sum(getattr(one, name) for one in people) for name in fields})


def missed_in_a_row(marks: Sequence[Mark]) -> int:
    """How many of the latest meetings a person missed without a word, up to now.

    marks: of meetings held while enrolled, oldest first. Coming, telling us or catching up ends the row; hospital weeks and meetings
    that were not recorded neither end nor lengthen it.
    """
    row = 0
    for mark in reversed(marks):
        if mark.missed and mark.held:
            row += 1
        elif mark.held and (mark.received or mark.told_us):
            break
    return row
