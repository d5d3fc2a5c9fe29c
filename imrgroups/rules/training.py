"""What the staff side of the programme asks of each leader, and where somebody stands: days of training, supervision, the scale.

The shape is that of the Danish trial: two days before the first group, one more after six months, supervision every month.
Source: Dalum 2014, training and supervision of the leaders.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from imrgroups.rules.calendar import add_months

DAYS_BEFORE = 2
MONTHS_TO_FOLLOW_UP = 6
SUPERVISION_DAYS = 42  # six weeks: monthly supervision, with room for a holiday


@dataclass(frozen=True)
class Attended:
    """One thing somebody took part in: its kind, the day, and how long it took in minutes."""

    kind: str
    on: date
    minutes: int = 0


@dataclass(frozen=True)
class Standing:
    """Where one person stands on a day.

    days: training days before the first group. trained: whether they are enough. follow_up_on: the day after six months, once it was.
    follow_up_due: it should have been and was not. supervised_on: the last supervision. supervision_due: the last one is longer ago
    than six weeks, or there was none. times, minutes: supervision in the year asked for. network, leadership: meetings in that year.
    scale_on: trained in the fidelity scale, first time. certified_on: the newest certification.
    """

    days: int
    trained: bool
    follow_up_on: date | None
    follow_up_due: bool
    supervised_on: date | None
    supervision_due: bool
    times: int
    minutes: int
    network: int
    leadership: int
    scale_on: date | None
    certified_on: date | None


def standing(attended: Iterable[Attended], on: date, *, year: int) -> Standing:
    """Where somebody stands on a day; what came after it does not count.

    year: the calendar year that supervision and meetings are counted in.
    """
    rows = sorted((row for row in attended if row.on <= on), key=lambda row: row.on)
    dates = {kind: [row.on for row in rows if row.kind == kind] for kind in {row.kind for row in rows}}
    this_year = [row for row in rows if row.on.year == year]
    supervision = [row for row in this_year if row.kind == "supervision"]
    before, follow_up, last = dates.get("training", []), dates.get("follow_up", []), dates.get("supervision", [None])[-1]
    return Standing(
        days=len(before),
        trained=len(before) >= DAYS_BEFORE,
        follow_up_on=follow_up[0] if follow_up else None,
        follow_up_due=bool(before) and not follow_up and add_months(before[0], MONTHS_TO_FOLLOW_UP) <= on,
        supervised_on=last,
        supervision_due=last is None or last < on - timedelta(days=SUPERVISION_DAYS),
        times=len(supervision),
        minutes=sum(row.minutes for row in supervision),
        network=sum(row.kind == "network" for row in this_year),
        leadership=sum(row.kind == "leadership" for row in this_year),
        scale_on=dates.get("fidelity", [None])[0],
        certified_on=dates.get("certification", [None])[-1],
    )
