"""A few words between two meetings about what somebody agreed to try: on which day, if at all."""

from datetime import date, time, timedelta

AT = time(11)
SHORTEST = 4  # days between two meetings; nearer than that, the reminder of the next meeting comes soon enough
CLEAR_OF_NEXT = timedelta(days=2)  # the day before belongs to the reminder: two texts on one day are one too many


def nudge_on(met_on: date, next_on: date) -> date | None:
    """The middle of the time between two meetings, the earlier day of two; None where they lie too near to each other."""
    days = (next_on - met_on).days
    return met_on + timedelta(days=days // 2) if days >= SHORTEST else None


def in_time(due_on: date, next_on: date) -> bool:
    """Whether a nudge that quiet days have pushed to a later day still comes clear of the next meeting."""
    return due_on <= next_on - CLEAR_OF_NEXT
