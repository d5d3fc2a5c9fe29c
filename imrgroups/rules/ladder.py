"""After a missed meeting: a kind message the same day, a call the next, an offer to catch up on the third, then a talk of the team.

It stops at once when the person answers, comes, tells us, is in hospital or opts out. Source: the Danish trial, where a leader phoned after
a missed meeting and motivated for the next week (Dalum 2014); the order and the hours are our own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

MESSAGE_AFTER = timedelta(hours=2)
MESSAGE_UNTIL = timedelta(hours=48)
CALL_AFTER_DAYS = 1
OFFER_AFTER_DAYS = 3
OFFER_AT = time(10)
OFFER_OPEN_DAYS = 3
MOST_CALLS = 3  # nobody answered so often: the team talks about it
TEAM_TALK_AT = 2  # meetings missed in a row
CATCH_UP_MINUTES = 30


class Stop(StrEnum):
    """Why the ladder has ended for one missed meeting."""

    ANSWERED = "answered"
    CAME = "came"
    TOLD_US = "told_us"
    MADE_UP = "made_up"
    HOSPITAL = "hospital"
    OPTED_OUT = "opted_out"
    REACHED = "reached"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Since:
    """What is known since one missed meeting. All are facts after the meeting began, but told_us, which may be from before it."""

    told_us: bool = False
    answered: bool = False
    came: bool = False
    made_up: bool = False
    in_hospital: bool = False
    opted_out: bool = False
    reached: bool = False
    left: bool = False


def stopped(since: Since) -> Stop | None:
    """Why nothing more happens about a missed meeting, or None while the ladder goes on."""
    order = (
        (since.left, Stop.LEFT), (since.opted_out, Stop.OPTED_OUT), (since.in_hospital, Stop.HOSPITAL), (since.made_up, Stop.MADE_UP),
        (since.came, Stop.CAME), (since.reached, Stop.REACHED), (since.answered, Stop.ANSWERED), (since.told_us, Stop.TOLD_US),
    )
    return next((why for holds, why in order if holds), None)


def step(missed_in_a_row: int, *, told_us: bool) -> str:
    """Which words a missed message uses: "first", "second" or "later", with "_told" for who had told us; that row then counts as one.

    Raises ValueError for a row under 1 of somebody who told us nothing.
    """
    if missed_in_a_row < 1 and not told_us:
        raise ValueError("nobody missed anything")
    word = ("first", "first", "second")[missed_in_a_row] if missed_in_a_row < 3 else "later"
    return f"{word}_told" if told_us else word


def message_window(ends_at: datetime, now: datetime) -> tuple[datetime, datetime]:
    """(from when, until when) the message of the day may go out: two hours after the end, or now where the register was saved later."""
    return max(ends_at + MESSAGE_AFTER, now), ends_at + MESSAGE_UNTIL


def call_on(met_on: date, rests: Sequence[date] = (), rest_days: frozenset[int] = frozenset({6})) -> date:
    """The day on which a leader calls: the next one that is no rest day and no public holiday."""
    on = met_on + timedelta(days=CALL_AFTER_DAYS)
    while on in rests or on.weekday() in rest_days:
        on += timedelta(days=1)
    return on


@dataclass(frozen=True, slots=True)
class Planned:
    """A coming meeting: local date and time, and the modules it is about."""

    on: date
    at: time
    modules: frozenset[str] = frozenset()


def slots(coming: Sequence[Planned], missed: frozenset[str]) -> tuple[tuple[date, time], ...]:
    """Up to two times for going over what was missed, half an hour each, just before the next meetings of the group.

    Both lie before the first meeting of a module that is not the missed one, where there is such a time: then the group builds on it. Where
    the very next meeting begins the new module, half an hour before and half an hour earlier still are offered.
    coming: soonest first. missed: the modules of the missed meeting.
    """
    if not coming:
        return ()
    inside = [meeting for index, meeting in enumerate(coming) if index == 0 or coming[index - 1].modules <= missed][:2]
    found = [(meeting.on, _before(meeting.at, 1)) for meeting in inside]
    if len(found) == 1:
        found.insert(0, (inside[0].on, _before(inside[0].at, 2)))
    return tuple(found)


def _before(at: time, halves: int) -> time:
    minutes = max(at.hour * 60 + at.minute - halves * CATCH_UP_MINUTES, 0)
    return time(minutes // 60, minutes % 60)


def came_again(missed_number: int, attended: Sequence[int], within: int = 2) -> bool:
    """Whether somebody came to one of the next meetings of those held: their places in the row of held meetings, from 0."""
    return any(missed_number < place <= missed_number + within for place in attended)
