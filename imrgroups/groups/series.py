"""A group's meetings and topics: public holidays and closed days for the calendar, the curriculum for the plan."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

import holidays
from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from imrgroups import i18n
from imrgroups.db import db, fetch
from imrgroups.groups.models import ClosedWeek, Group, Meeting, PlannedTopic
from imrgroups.i18n import curriculum
from imrgroups.library import content
from imrgroups.rules import calendar, plan


@lru_cache(maxsize=256)
def public_holidays(country: str, first_year: int, last_year: int, language: str = "") -> dict[date, str]:
    """Public holidays of a country (two letters), observed days included, no region, by date.

    language: of their names ("en"), where they are known in it, else the country's own. Left out, a name is no more than a mark.
    Raises ValueError for an unknown country.
    """
    years = range(first_year, last_year + 1)
    try:
        kind = holidays.country_holidays(country)
        spoken = next((code for code in kind.supported_languages if language and code.split("_")[0] == language), kind.default_language)
        return dict(holidays.country_holidays(country, years=years, observed=True, language=spoken))
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
    starts_on: date, at: time, timezone: str, country: str, closed: Iterable[ClosedWeek | tuple[date, date]] = (), language: str = ""
) -> calendar.Series:
    """The nine months of weekly meetings from a first date. closed: rows, or (first, last) pairs, both included; language: of holidays."""
    ranges = [row if isinstance(row, tuple) else (row.from_on, row.to_on) for row in closed]
    months = int(content.load().entry["months"])
    days = public_holidays(country, starts_on.year, starts_on.year + 1, language)
    return calendar.series(starts_on, at, timezone, months=months, holidays=days, closed=ranges)


def ends_on(group: Group) -> date:
    """The last day of the months that a group lasts."""
    return calendar.add_months(group.starts_on, int(content.load().entry["months"])) - timedelta(days=1)


def last_on(group: Group) -> date:
    """The last day of a group: that of its months, of its last meeting where that is later, or the day it ended."""
    wanted = select(func.max(Meeting.meets_on)).where(Meeting.group_id == group.id, Meeting.state != "cancelled")
    return group.ended_on or max(ends_on(group), db.session.execute(wanted).scalar() or group.starts_on)


def goes_on(now: datetime) -> ColumnElement[bool]:
    """The condition on Group: nobody ended it, or meetings are still to come before its end."""
    later = aliased(Meeting)
    to_come = select(later.id).where(later.group_id == Group.id, later.state == "planned", later.starts_at > now)
    return or_(Group.ended_on.is_(None), to_come.correlate(Group).exists())


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
    return _flow(tuple(_modules(order)), tuple(tuple(keys) for keys in taught), open_meetings)


@lru_cache(maxsize=512)
def _flow(modules: tuple[plan.Module, ...], taught: tuple[tuple[str, ...], ...], open_meetings: int) -> plan.Plan:
    return plan.reflow(modules, taught, open_meetings)


def covered(group_id: int, now: datetime) -> list[list[str]]:
    """What each meeting of a group that has begun took, oldest first, as "module/topic" (or "module" where the topic is unknown).

    One that nobody recorded is taken as it was planned until somebody says otherwise (adr/0006).
    """
    found: dict[int, list[str]] = {}
    for row in fetch(_covered(), group=group_id, now=now):
        found.setdefault(row.id, []).append(f"{row.module}/{row.topic}" if row.topic else row.module)
    return list(found.values())


@lru_cache(maxsize=1)
def _covered() -> Select[Any]:
    return (
        select(Meeting.id, PlannedTopic.module, PlannedTopic.topic).join(PlannedTopic, PlannedTopic.meeting_id == Meeting.id)
        .where(
            Meeting.group_id == bindparam("group"),
            or_(Meeting.state == "held", and_(Meeting.state == "planned", Meeting.starts_at <= bindparam("now"))),
        )
        .order_by(Meeting.meets_on, Meeting.number, PlannedTopic.position)
    )


def left_out(group_id: int, order: Sequence[str], now: datetime) -> list[str]:
    """The modules that do not fit into the meetings of a group still to come, by id."""
    return list(flow(order, covered(group_id, now), fetch(_to_come(), group=group_id, now=now).scalar_one()).left_out)


@lru_cache(maxsize=1)
def _to_come() -> Select[Any]:
    mine = (Meeting.group_id == bindparam("group"), Meeting.state == "planned", Meeting.starts_at > bindparam("now"))
    return select(func.count()).select_from(Meeting).where(*mine)


def preview(
    starts_on: date, at: time, timezone: str, country: str, closed: Iterable[tuple[date, date]] = (), order: Sequence[str] = ()
) -> dict[str, Any]:
    """What a group would look like, without a database: its meetings with topics, the dates skipped, the modules left out.

    Raises ValueError for an unknown zone, country or module, and for a closed range that ends before it begins.
    """
    wanted = tuple(order) or default_order()
    if not known(wanted):
        wrong = next(module for module in wanted if wanted.count(module) > 1 or module not in default_order())
        raise ValueError(f"{wrong} stands twice in the order, or is no module; the modules are {' '.join(default_order())}")
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


@dataclass(frozen=True, slots=True)
class Line:
    """One date of a series for the screens: a meeting, or (with no number) a date of the rhythm that is skipped.

    what: (module title, topic titles) in the language of the page. holiday, closed: why no meeting should lie there: the name of the
    public holiday, and whether the centre is closed. over: it has begun or lies behind.
    """

    on: date
    at: time
    what: tuple[str, tuple[str, ...]] = ("", ())
    number: int = 0
    id: int = 0
    state: str = "planned"
    reason: str = ""
    moved_from_on: date | None = None
    holiday: str = ""
    closed: bool = False
    over: bool = False


def lines(group: Group, now: datetime) -> list[Line]:
    """Every meeting of a group, oldest first. Three statements, however many meetings."""
    columns = (Meeting.id, Meeting.number, Meeting.meets_on, Meeting.local_time, Meeting.starts_at, Meeting.state, Meeting.reason)
    by_day = select(*columns, Meeting.moved_from_on).where(Meeting.group_id == group.id)
    meetings = db.session.execute(by_day.order_by(Meeting.meets_on, Meeting.local_time, Meeting.number)).all()
    planned: dict[int, list[tuple[str, str]]] = {}
    wanted = (
        select(PlannedTopic.meeting_id, PlannedTopic.module, PlannedTopic.topic).join(Meeting, Meeting.id == PlannedTopic.meeting_id)
        .where(Meeting.group_id == group.id).order_by(PlannedTopic.meeting_id, PlannedTopic.position)
    )
    for row in db.session.execute(wanted):
        planned.setdefault(row.meeting_id, []).append((row.module, row.topic))
    why = obstacles(group, {row.meets_on.year for row in meetings})
    return [
        Line(
            row.meets_on, row.local_time, titles(planned.get(row.id, [])), row.number, row.id, row.state, row.reason, row.moved_from_on,
            *(why(row.meets_on) if row.state == "planned" else ("", False)), over=row.starts_at <= now,
        )
        for row in meetings
    ]


def obstacles(group: Group, years: Iterable[int]) -> Callable[[date], tuple[str, bool]]:
    """A function from a date to (name of the public holiday or "", whether the centre is closed then)."""
    named, closed = {}, [(row.from_on, row.to_on) for row in closed_weeks(group.centre_id)]
    for year in years:
        named.update(public_holidays(group.centre.country, year, year, i18n.language()))
    return lambda on: (named.get(on, ""), any(first <= on <= last for first, last in closed))


def draft(
    starts_on: date, at: time, timezone: str, country: str, closed: Iterable[ClosedWeek], order: Sequence[str]
) -> tuple[list[Line], list[str]]:
    """What a new group would look like: every date of its rhythm with topics or the reason to skip it, and the modules left out (by id)."""
    rows = list(closed)
    made = build(starts_on, at, timezone, country, rows, i18n.language())
    planned = flow(order, (), len(made.slots))
    found = [
        Line(slot.on, slot.at, titles([(portion.module, topic) for topic in portion.topics]), slot.number)
        for slot, portion in zip(made.slots, planned.portions, strict=True)
    ]
    for skipped in made.skipped:
        reason = next((row.reason for row in rows if row.from_on <= skipped.on <= row.to_on), "")
        found.append(Line(skipped.on, at, holiday=skipped.name, closed=skipped.why is calendar.Why.CLOSED, reason=reason))
    return sorted(found, key=lambda line: line.on), list(planned.left_out)


def titles(topics: Sequence[tuple[str, str]]) -> tuple[str, tuple[str, ...]]:
    """(module titles, topic titles) of (module, topic) pairs, fit for a shared screen; ids where the curriculum does not know them."""
    names, said = [], []
    for module, topic in topics:
        known = content.load().modules.get(module)
        found = next((one for one in known.topics if one.id == topic), None) if known else None
        names.append(curriculum(known.title.source) if known else module)
        said.append(curriculum(found.safe_title.source) if found else topic)
    return ", ".join(dict.fromkeys(names)), tuple(filter(None, said))


def numbered(order: Iterable[str]) -> list[tuple[int, str]]:
    """(number in the programme, title) of modules by id, in their own order."""
    modules = content.load().modules
    return [(modules[id].number, curriculum(modules[id].title.source)) for id in order if id in modules]


def over_on(group_id: int, module: str) -> date | None:
    """The day of the last meeting of a module in a group, held or planned; None where it has none."""
    wanted = (
        select(func.max(Meeting.meets_on)).join(PlannedTopic, PlannedTopic.meeting_id == Meeting.id)
        .where(Meeting.group_id == group_id, Meeting.state != "cancelled", PlannedTopic.module == module)
    )
    return db.session.execute(wanted).scalar()


def inside(centre_id: int, now: datetime) -> dict[int, list[tuple[Group, int]]]:
    """The meetings still to come that lie in closed days: for each closed range (by key) its groups with how many."""
    found: dict[int, list[tuple[Group, int]]] = {}
    wanted = (
        select(ClosedWeek.id, Group, func.count(Meeting.id))
        .join(Group, Group.centre_id == ClosedWeek.centre_id)
        .join(Meeting, (Meeting.group_id == Group.id) & Meeting.meets_on.between(ClosedWeek.from_on, ClosedWeek.to_on))
        .where(ClosedWeek.centre_id == centre_id, Meeting.state == "planned", Meeting.starts_at > now)
        .group_by(ClosedWeek.id, Group.id).order_by(Group.name)
    )
    for key, group, count in db.session.execute(wanted):
        found.setdefault(key, []).append((group, count))
    return found
