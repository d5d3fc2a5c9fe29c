"""When a review is open to its assessors, how long it can be kept open, and when assessors must be found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from imrgroups.rules.fidelity.scale import Instrument
from imrgroups.rules.refusal import Cannot

LONGEST_EXTENSION_DAYS = 90
ANSWER_DAYS = 14  # so long the leaders of a group have to answer a draft
REMIND_BEFORE = timedelta(days=7)


class BadReview(Cannot, ValueError):
    """A date of a review that cannot be; `reason` is a short word for the screens to explain."""


class Access(StrEnum):
    """Whether assessors may look at a group on a day."""

    EARLY = "early"
    OPEN = "open"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Window:
    """The days on which assessors may look, both included."""

    opens_on: date
    closes_on: date

    def access(self, on: date) -> Access:
        """Whether that day lies before, inside or after the window."""
        if on < self.opens_on:
            return Access.EARLY
        return Access.OPEN if on <= self.closes_on else Access.OVER


def window(due_on: date, instrument: Instrument, extended_until_on: date | None = None) -> Window:
    """When assessors may look: as the instrument says around the due date, to the last day it was extended to where that is later."""
    opens_on, closes_on = instrument.access(due_on)
    return Window(opens_on, max(closes_on, extended_until_on or closes_on))


def check_extension(open_on: Window, until_on: date, reason: str) -> None:
    """Refuse an extension that is none, or that has no end in sight.

    open_on: the window without it. Raises BadReview("no_reason" | "not_later" | "too_long").
    """
    if not reason.strip():
        raise BadReview("no_reason")
    if until_on <= open_on.closes_on:
        raise BadReview("not_later")
    if (until_on - open_on.closes_on).days > LONGEST_EXTENSION_DAYS:
        raise BadReview("too_long")


def check_due(due_on: date, first_on: date) -> None:
    """Refuse a due date on or before the first meeting. Raises BadReview("before_start")."""
    if due_on <= first_on:
        raise BadReview("before_start")


def assign_from(first_on: date, kind: str, instrument: Instrument) -> date:
    """The day from which a review without assessors is called: for the first review the first day of the week the instrument names.

    Weeks are counted from 1. Later reviews get as much time between that day and the day they are due.
    """
    first = min(review.due_on(first_on) for review in instrument.reviews)
    lead = first - (first_on + timedelta(weeks=instrument.timing.assign_by_week - 1))
    return instrument.review(kind).due_on(first_on) - lead


def counted_on(on: date, ended_on: date | None) -> date:
    """The day evidence is counted for: the day asked, or the group's last where it ended before."""
    return on if ended_on is None else min(on, ended_on)


def reminder(open_on: Window, due_on: date, on: date, reminded_on: date | None) -> str:
    """What an assessor who has not handed their sheet in is reminded of on a day: "opens", "due", "closes", or "" for nothing new.

    Each is said once: on or after its day, unless something was said on or after that day already.
    """
    said = ""
    for word, day in (("opens", open_on.opens_on), ("due", due_on - REMIND_BEFORE), ("closes", open_on.closes_on - REMIND_BEFORE)):
        if day <= on <= open_on.closes_on and (reminded_on is None or reminded_on < day):
            said = word
    return said
