"""Whether somebody came again after a message: which words bring people back."""

from collections.abc import Sequence

WITHIN = 2  # meetings


def came_again(afterwards: Sequence[bool | None]) -> bool | None:
    """Whether a person was at one of the next two meetings; None while that cannot be said yet.

    afterwards: of the meetings held after the one that was missed, oldest first: there, not there, or None where nobody recorded it or the
    person was in hospital, which say nothing.
    """
    next_ones = [there for there in afterwards if there is not None][:WITHIN]
    if any(next_ones):
        return True
    return False if len(next_ones) == WITHIN else None
