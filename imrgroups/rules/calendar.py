"""When a group meets: the weekly series of local dates, what is skipped and why, and the instants they stand for."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

MONTHS = 9
WEEK = 7
RUN_OVER = timedelta(weeks=4)

Range = tuple[date, date]


class Why(StrEnum):
    """Why a week of the series has no meeting."""

    HOLIDAY = "holiday"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Slot:
    """One meeting of a series: its number from 1, local date and time, and the instant (aware UTC) it starts."""

    number: int
    on: date
    at: time
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Skip:
    """One date of the weekly rhythm without a meeting; name is the holiday's, empty where none was given."""

    on: date
    why: Why
    name: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """All meetings of a course and all dates it skips, each oldest first."""

    slots: tuple[Slot, ...]
    skipped: tuple[Skip, ...]


def zone(name: str) -> ZoneInfo:
    """The time zone of that IANA name. Raises ValueError for a name nobody knows."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone: {name!r}") from error


def add_months(on: date, months: int) -> date:
    """The same day that many months later, or the last day of that month where it is shorter.

    Raises ValueError past the year 9999.
    """
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    for day in range(on.day, 27, -1):
        try:
            return date(year, month + 1, day)
        except ValueError:
            if day == 28 or year > 9999:
                raise
    return date(year, month + 1, on.day)


def instant(on: date, at: time, timezone: str) -> datetime:
    """The aware UTC instant of a local date and time.

    A local time that does not exist takes the offset before the change; one that occurs twice is the first.
    Raises ValueError for an unknown zone, an `at` that carries a zone of its own, and at the far ends of the calendar.
    """
    if at.tzinfo is not None:
        raise ValueError("at must be a local time without a zone")
    try:
        return datetime.combine(on, at.replace(fold=0), zone(timezone)).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"date out of range: {on}") from error


def local(moment: datetime, timezone: str) -> datetime:
    """What the clock on that zone's wall shows at an instant, aware. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("an instant must be aware")
    return moment.astimezone(zone(timezone))


def skip(on: date, *, holidays: Collection[date] = frozenset(), closed: Iterable[Range] = ()) -> Skip | None:
    """Why there is no meeting on a date, None when there can be one.

    holidays: a set of dates, or a mapping of dates to their names.
    closed: ranges of dates, both ends included.
    A date that is both is a holiday: that stays true when the centre edits its closed weeks.
    Raises ValueError for a range that ends before it begins.
    """
    shut = False
    for first, last in closed:
        if last < first:
            raise ValueError(f"closed range ends before it begins: {first} to {last}")
        shut = shut or first <= on <= last
    if on in holidays:
        return Skip(on, Why.HOLIDAY, str(holidays[on]) if isinstance(holidays, Mapping) else "")
    return Skip(on, Why.CLOSED) if shut else None


def series(
    starts_on: date,
    at: time,
    timezone: str,
    *,
    months: int = MONTHS,
    holidays: Collection[date] = frozenset(),
    closed: Iterable[Range] = (),
) -> Series:
    """The meetings of a course, weekly at the same local time, and the dates it skips.

    From starts_on up to, not including, the same day `months` later; the weekday is that of starts_on, which is skipped like any
    other date when it is a holiday or closed. holidays and closed are as in `skip`. Numbers count the meetings, not the weeks.
    Raises ValueError when months < 1, for an unknown zone, a closed range that ends before it begins, or a course past the year 9999.
    """
    if months < 1:
        raise ValueError("months must be 1 or more")
    ends_before = add_months(starts_on, months)
    ranges = tuple(closed)
    slots: list[Slot] = []
    skipped: list[Skip] = []
    for week in range(-(-(ends_before - starts_on).days // WEEK)):
        on = starts_on + timedelta(days=WEEK * week)
        if found := skip(on, holidays=holidays, closed=ranges):
            skipped.append(found)
        else:
            slots.append(Slot(len(slots) + 1, on, at.replace(fold=0), instant(on, at, timezone)))
    return Series(tuple(slots), tuple(skipped))


def outside(on: date, *, starts_on: date, ends_on: date, last_on: date) -> str:
    """Why a day is none to meet on, or nothing: "before_start", "after_end" (the months of the course are over) or "too_late".

    starts_on, ends_on: first and last day of those months. last_on: the last day anything is planned for, ends_on or later.
    A course may run over by a few weeks where its leaders say so; more than four after all that is planned is a slip.
    """
    if on < starts_on:
        return "before_start"
    if on > last_on + RUN_OVER:
        return "too_late"
    return "after_end" if on > ends_on else ""


def next_open(
    on: date, *, every: int = WEEK, holidays: Collection[date] = frozenset(), closed: Iterable[Range] = (), tries: int = 104
) -> date | None:
    """The first date from `on` (itself included), in steps of `every` days, that is neither holiday nor closed.

    every: 7 keeps the weekday (a meeting that moves), 1 takes the next day. Raises ValueError when every < 1.
    None when none of `tries` dates is open.
    """
    if every < 1:
        raise ValueError("every must be 1 or more")
    ranges = tuple(closed)
    for step in range(tries):
        there = on + timedelta(days=every * step)
        if skip(there, holidays=holidays, closed=ranges) is None:
            return there
    return None
