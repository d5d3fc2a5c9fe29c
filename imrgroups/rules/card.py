"""How long a sign-in card is good for."""

from collections.abc import Iterable
from datetime import date, timedelta

AFTER_DAYS = 30
LONGEST_DAYS = 365


def good_until(made_on: date, ends: Iterable[date | None]) -> date:
    """The last day of a card.

    ends: for each time of belonging to a group its last day, None while it goes on; empty for somebody who waits.
    A card is good for a year, and after the last group for 30 days; one made after the group's end for 30 days from then.
    """
    longest, over = made_on + timedelta(days=LONGEST_DAYS), list(ends)
    days = [end for end in over if end is not None]
    if len(days) < len(over) or not days:
        return longest
    return min(longest, max(made_on, *days) + timedelta(days=AFTER_DAYS))
