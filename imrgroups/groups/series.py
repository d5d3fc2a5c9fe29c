"""A group's meetings and topics: public holidays and closed days for the calendar, the curriculum for the plan."""

from collections.abc import Iterable, Sequence
from datetime import date, time
from functools import lru_cache
from typing import Any

import holidays
from sqlalchemy import select

from imrgroups.db import db
from imrgroups.groups.models import ClosedWeek, Group, Meeting, PlannedTopic
from imrgroups.library import content
from imrgroups.rules import calendar, plan


@lru_cache(maxsize=64)
def public_holidays(country: str, first_year: int, last_year: int) -> dict[date, str]:
    """Public holidays of a country (two letters), observed days included, no region, by date. Raises ValueError for an unknown country."""
    try:
        return dict(holidays.country_holidays(country, years=range(first_year, last_year + 1), observed=True))
    except NotImplementedError as error:
        raise ValueError(f"no public holidays are known for the country {country!r}") from error


def next_code() -> str:
    """The next free code of a group: G01, G02..."""
    codes = db.session.execute(select(Group.code).where(Group.code.like("G%"))).scalars()
    return f"G{max((int(code[1:]) for code in codes if code[1:].isdigit()), default=0) + 1:02d}"


def meets_on(group_id: int, on: date) -> int | None:
    """The key of the meeting of a group on a day, cancelled ones left out; None where there is none."""
    wanted = select(Meeting.id).where(Meeting.group_id == group_id, Meeting.meets_on == on, Meeting.state != "cancelled")
    return db.session.execute(wanted).scalar()


def closed_weeks(centre_id: int) -> list[ClosedWeek]:
    """The closed days of a centre, oldest first."""
    return list(db.session.execute(select(ClosedWeek).where(ClosedWeek.centre_id == centre_id).order_by(ClosedWeek.from_on)).scalars())


def build(
    starts_on: date, at: time, timezone: str, country: str, closed: Iterable[ClosedWeek | tuple[date, date]] = ()
) -> calendar.Series:
    """The nine months of weekly meetings from a first date. closed: rows, or (first, last) pairs, both included."""
    ranges = [row if isinstance(row, tuple) else (row.from_on, row.to_on) for row in closed]
    months = int(content.load().entry["months"])
    return calendar.series(
        starts_on, at, timezone, months=months, holidays=public_holidays(country, starts_on.year, starts_on.year + 1), closed=ranges
    )


def default_order() -> tuple[str, ...]:
    """The module ids in the programme's own order."""
    return tuple(content.load().modules)


def known(order: Sequence[str]) -> bool:
    """Whether these are module ids of the curriculum, none twice."""
    return len(set(order)) == len(order) and set(order) <= set(content.load().modules)


def _modules(order: Sequence[str]) -> list[plan.Module]:
    modules = content.load().modules
    return [plan.Module(id, modules[id].sessions, tuple(topic.id for topic in modules[id].topics)) for id in order if id in modules]


def flow(order: Sequence[str], taught: Sequence[Sequence[str]], open_meetings: int) -> plan.Plan:
    """The topics of the open meetings, after what held ones took ("module/topic" keys, oldest first)."""
    return plan.reflow(_modules(order), taught, open_meetings)


def covered(group_id: int) -> list[list[str]]:
    """What each held meeting of a group took, oldest first, as "module/topic" (or "module" where the topic is unknown)."""
    wanted = (
        select(Meeting.id, PlannedTopic.module, PlannedTopic.topic).join(PlannedTopic, PlannedTopic.meeting_id == Meeting.id)
        .where(Meeting.group_id == group_id, Meeting.state == "held")
        .order_by(Meeting.meets_on, Meeting.number, PlannedTopic.position)
    )
    found: dict[int, list[str]] = {}
    for row in db.session.execute(wanted):
        found.setdefault(row.id, []).append(f"{row.module}/{row.topic}" if row.topic else row.module)
    return list(found.values())


def left_out(group_id: int, order: Sequence[str]) -> list[str]:
    """The modules that do not fit into the open meetings of a group, by id."""
    open_meetings = select(Meeting.id).where(Meeting.group_id == group_id, Meeting.state == "planned")
    return list(flow(order, covered(group_id), len(db.session.execute(open_meetings).all())).left_out)


def preview(
    starts_on: date, at: time, timezone: str, country: str, closed: Iterable[tuple[date, date]] = (), order: Sequence[str] = ()
) -> dict[str, Any]:
    """What a group would look like, without a database: its meetings with topics, the dates skipped, the modules left out.

    Raises ValueError for an unknown zone, country or module, and for a closed range that ends before it begins.
    """
    wanted = tuple(order) or default_order()
    if not known(wanted):
        raise ValueError("unknown or repeated module in the order")
    series = build(starts_on, at, timezone, country, closed)
    planned = flow(wanted, (), len(series.slots))
    return {
        "meetings": [
            {
                "number": slot.number, "date": slot.on.isoformat(), "time": slot.at.strftime("%H:%M"),
                "starts_at_utc": slot.starts_at.isoformat(), "topics": list(portion.keys),
            }
            for slot, portion in zip(series.slots, planned.portions, strict=True)
        ],
        "skipped": [{"date": skipped.on.isoformat(), "why": str(skipped.why)} for skipped in series.skipped],
        "left_out": list(planned.left_out),
    }
