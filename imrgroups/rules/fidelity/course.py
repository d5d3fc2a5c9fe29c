"""The days on which a group's evidence is shown over time."""

from __future__ import annotations

from datetime import date, timedelta


def month_ends(first_on: date, on: date) -> list[date]:
    """The last day of each month from the first meeting's on, oldest first, and `on` itself as the last point.

    A month that ends on `on` stands there once. Empty where `on` lies before the first meeting.
    """
    if on < first_on:
        return []
    found, day = [], first_on
    while (end := _end(day)) < on:
        found.append(end)
        day = end + timedelta(days=1)
    return [*found, on]


def _end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
