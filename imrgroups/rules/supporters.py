"""One small next step toward involving somebody close to a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

WINDOW = timedelta(days=30)


class Next(StrEnum):
    """What to do next, in the order of how far a person is from having somebody involved."""

    NAME = "name"  # nobody is named: ask who
    CONSENT = "consent"  # somebody is named: ask whether we may contact them, and what they may know
    INVITE = "invite"  # a yes, and no contact yet
    CALL = "call"  # a yes, and no contact for a month
    WAIT = "wait"  # the person said "not now" within a month: leave it
    HELP = "help"  # in contact: ask them to help with homework or a step
    THANK = "thank"  # in contact and helping: say thank you


ORDER = tuple(Next)


@dataclass(frozen=True, slots=True)
class Close:
    """One supporter: whether the participant said yes to contact, the day of the last contact, whether they help with something now."""

    consented: bool = False
    last_contact: date | None = None
    helps: bool = False


@dataclass(frozen=True, slots=True)
class Advice:
    """The next step, and the place in the list of the supporter it is about (None where it is about nobody yet).

    involved: whether the person counts as having somebody involved (fidelity item 5): contact or help within 30 days.
    """

    step: Next
    about: int | None = None
    involved: bool = False


def next_step(supporters: Sequence[Close], on: date, *, not_now: date | None = None) -> Advice:
    """The one next step for a person on a day.

    supporters: those who are still supporters. not_now: the day the person last said that naming somebody may wait.
    The supporter nearest to being involved is chosen: one in contact before one with a yes before one who is only named.
    Source: fidelity item 5 counts contact in the last month or help with goals; consent always comes first.
    """
    if not supporters:
        waits = not_now is not None and on - not_now < WINDOW
        return Advice(Next.WAIT if waits else Next.NAME)
    steps = [_of(one, on) for one in supporters]
    best = max(range(len(steps)), key=lambda place: (ORDER.index(steps[place]), -place))
    return Advice(steps[best], best, any(_involved(one, on) for one in supporters))


def _recent(day: date | None, on: date) -> bool:
    return day is not None and timedelta(0) <= on - day < WINDOW


def _involved(one: Close, on: date) -> bool:
    return one.helps or _recent(one.last_contact, on)


def _of(one: Close, on: date) -> Next:
    if not one.consented:
        return Next.CONSENT
    if _recent(one.last_contact, on):
        return Next.THANK if one.helps else Next.HELP
    if one.last_contact is None and not one.helps:
        return Next.INVITE
    return Next.CALL
