"""Series of meetings: weeks that keep their local time, what is skipped and why, and where nine months end."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imrgroups.rules import calendar as c

CPH = "Europe/Copenhagen"


@pytest.mark.parametrize(
    ("starts_on", "months", "end"),
    [
        (date(2026, 5, 31), 9, date(2027, 2, 28)), (date(2027, 5, 31), 9, date(2028, 2, 29)), (date(2026, 1, 5), 9, date(2026, 10, 5)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)), (date(2026, 12, 1), 0, date(2026, 12, 1)), (date(2026, 3, 15), 12, date(2027, 3, 15)),
    ],
)
def test_nine_months_end_on_the_same_day_or_the_last_of_the_month(starts_on, months, end):
    assert c.add_months(starts_on, months) == end


@pytest.mark.parametrize(
    ("on", "last_on", "reason"),
    [
        (date(2026, 1, 4), date(2026, 10, 4), "before_start"), (date(2026, 1, 5), date(2026, 10, 4), ""),
        (date(2026, 10, 4), date(2026, 10, 4), ""),
        (date(2026, 10, 5), date(2026, 10, 4), "after_end"), (date(2026, 11, 1), date(2026, 10, 4), "after_end"),
        (date(2026, 11, 2), date(2026, 10, 4), "too_late"), (date(2026, 11, 2), date(2026, 10, 12), "after_end"),
        (date(2028, 1, 5), date(2026, 10, 4), "too_late"),
    ],
)
def test_nine_months_end_when_they_end_and_a_little_over_is_asked_about(on, last_on, reason):
    assert c.outside(on, starts_on=date(2026, 1, 5), ends_on=date(2026, 10, 4), last_on=last_on) == reason


def test_the_day_nine_months_later_is_not_in_the_series():
    # 5 January 2026 + 9 months is 5 October 2026, a Monday like the first.
    found = c.series(date(2026, 1, 5), time(14), CPH)
    assert [slot.on for slot in found.slots] == [date(2026, 1, 5) + timedelta(weeks=i) for i in range(39)]
    assert found.slots[-1].on == date(2026, 9, 28)
    assert [slot.number for slot in found.slots] == list(range(1, 40))


def test_holidays_and_closed_weeks_are_skipped_with_the_reason_and_numbers_run_on():
    found = c.series(
        date(2026, 12, 1), time(10), CPH, months=2,
        holidays={date(2026, 12, 1): "Founding day", date(2026, 12, 29): "Snow day"},
        closed=[(date(2026, 12, 22), date(2026, 12, 29)), (date(2027, 1, 12), date(2027, 1, 12))],
    )
    assert [(skip.on, skip.why, skip.name) for skip in found.skipped] == [
        (date(2026, 12, 1), c.Why.HOLIDAY, "Founding day"),
        (date(2026, 12, 22), c.Why.CLOSED, ""),
        (date(2026, 12, 29), c.Why.HOLIDAY, "Snow day"),  # both: said once, as a holiday
        (date(2027, 1, 12), c.Why.CLOSED, ""),
    ]
    assert [(slot.number, slot.on) for slot in found.slots] == [
        (1, date(2026, 12, 8)), (2, date(2026, 12, 15)), (3, date(2027, 1, 5)), (4, date(2027, 1, 19)), (5, date(2027, 1, 26)),
    ]


def test_holidays_may_be_a_plain_set():
    assert c.series(date(2026, 12, 1), time(10), CPH, months=1, holidays={date(2026, 12, 8)}).skipped == (
        c.Skip(date(2026, 12, 8), c.Why.HOLIDAY, ""),
    )


@pytest.mark.parametrize(
    ("on", "at", "zone", "utc"),
    [
        (date(2026, 1, 6), time(14), CPH, datetime(2026, 1, 6, 13, tzinfo=UTC)),
        (date(2026, 7, 7), time(14), CPH, datetime(2026, 7, 7, 12, tzinfo=UTC)),
        (date(2026, 3, 29), time(2, 30), CPH, datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),  # does not exist: the offset before, +01:00
        (date(2026, 10, 25), time(2, 30), CPH, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # twice: the first, +02:00
        (date(2026, 10, 25), time(2, 30, fold=1), CPH, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (date(2026, 3, 27), time(2, 15), "Asia/Jerusalem", datetime(2026, 3, 27, 0, 15, tzinfo=UTC)),
        (date(2026, 10, 4), time(2, 10), "Australia/Lord_Howe", datetime(2026, 10, 3, 15, 40, tzinfo=UTC)),  # half an hour of change
    ],
)
def test_instants(on, at, zone, utc):
    found = c.instant(on, at, zone)
    assert found == utc
    assert found.utcoffset() == timedelta(0)


@pytest.mark.parametrize("zone", ["Mars/Base", "", "../etc/passwd", "/etc/localtime"])
def test_an_unknown_zone_is_a_value_error(zone):
    with pytest.raises(ValueError, match="time zone"):
        c.instant(date(2026, 1, 6), time(14), zone)


def test_what_cannot_be_a_series_is_refused():
    with pytest.raises(ValueError, match="months"):
        c.series(date(2026, 1, 5), time(14), CPH, months=0)
    with pytest.raises(ValueError, match="closed"):
        c.series(date(2026, 1, 5), time(14), CPH, closed=[(date(2026, 2, 2), date(2026, 2, 1))])
    with pytest.raises(ValueError, match="local"):
        c.instant(date(2026, 1, 5), time(14, tzinfo=UTC), CPH)
    with pytest.raises(ValueError, match="range"):
        c.instant(date(1, 1, 1), time(0), CPH)
    with pytest.raises(ValueError, match="year"):
        c.series(date(9999, 5, 1), time(14), CPH)


def test_moving_past_what_is_skipped():
    days = {"holidays": {date(2026, 12, 1)}, "closed": [(date(2026, 12, 8), date(2026, 12, 14))]}
    assert c.next_open(date(2026, 11, 24), **days) == date(2026, 11, 24)
    assert c.next_open(date(2026, 12, 1), **days) == date(2026, 12, 15)
    assert c.next_open(date(2026, 12, 1), every=1, **days) == date(2026, 12, 2)
    assert c.next_open(date(2026, 12, 1), closed=[(date(2026, 1, 1), date(2036, 1, 1))]) is None
    with pytest.raises(ValueError, match="every"):
        c.next_open(date(2026, 12, 1), every=0)


def test_the_local_time_of_an_instant():
    assert c.local(datetime(2026, 7, 7, 22, 30, tzinfo=UTC), CPH).replace(tzinfo=None) == datetime(2026, 7, 8, 0, 30)  # noqa: DTZ001
    with pytest.raises(ValueError, match="aware"):
        c.local(datetime(2026, 7, 7, 22, 30), CPH)  # noqa: DTZ001


ZONES = st.sampled_from(sorted(available_timezones() - {"localtime", "posixrules", "Factory"}))
DAYS = st.dates(date(1995, 1, 1), date(2060, 1, 1))


SHUT = st.lists(st.tuples(st.integers(0, 380), st.integers(0, 30)), max_size=3)


@given(DAYS, st.times(), ZONES, st.integers(1, 12), st.sets(st.integers(0, 400)), SHUT)
def test_each_week_is_either_met_or_skipped_and_never_both(starts_on, at, zone, months, off, shut):
    holidays = {starts_on + timedelta(days=n) for n in off}
    closed = [(starts_on + timedelta(days=a), starts_on + timedelta(days=a + n)) for a, n in shut]
    found = c.series(starts_on, at, zone, months=months, holidays=holidays, closed=closed)
    met, skipped = [slot.on for slot in found.slots], [skip.on for skip in found.skipped]
    weeks = -(-(c.add_months(starts_on, months) - starts_on).days // 7)
    assert sorted(met + skipped) == [starts_on + timedelta(weeks=i) for i in range(weeks)]
    assert not holidays & set(met)
    assert not any(a <= on <= b for on in met for a, b in closed)
    assert [slot.number for slot in found.slots] == list(range(1, len(met) + 1))
    assert all(slot.at == at.replace(fold=0) for slot in found.slots)


def changes(zone, years):
    """The days on which the clock changes, by looking."""
    tz, day = ZoneInfo(zone), date(years[0], 1, 1)
    while day.year <= years[-1]:
        here, next_day = (datetime.combine(d, time(12), tz).utcoffset() for d in (day - timedelta(days=1), day))
        if here != next_day:
            yield day
        day += timedelta(days=1)


def wrong_times(starts_on, at, instants):
    """How many instants of a weekly series do not show the promised wall time (a gap shows it one change later)."""
    tz, wrong = ZoneInfo(CPH), 0
    for week, moment in enumerate(instants):
        wanted = datetime.combine(starts_on + timedelta(weeks=week), at)  # noqa: DTZ001
        shown = moment.astimezone(tz).replace(tzinfo=None)
        in_gap = wanted.replace(tzinfo=tz).astimezone(UTC).astimezone(tz).replace(tzinfo=None) != wanted
        wrong += shown != (wanted + timedelta(hours=1) if in_gap else wanted)
    return wrong


def ten_years():
    """Every weekly slot across each of the twenty changes of ten years; also what adding 168 hours would do (trial R4)."""
    days = list(changes(CPH, range(2026, 2036)))
    assert len(days) == 20
    courses = missing = double = wrong = naive = 0
    for change in days:
        for slot in range(168):
            # The slot falls in the week of the change, in the middle of its course.
            starts_on = change - timedelta(days=change.weekday()) + timedelta(days=slot // 24) - timedelta(weeks=19)
            at = time(slot % 24, 30)
            found = c.series(starts_on, at, CPH)
            instants = [one.starts_at for one in found.slots]
            courses += 1
            missing += sum(starts_on + timedelta(weeks=i) != one.on for i, one in enumerate(found.slots)) + (len(instants) < 39)
            double += len(instants) - len(set(instants))
            wrong += wrong_times(starts_on, at, instants)
            if slot % 24 == 10:
                naive += wrong_times(starts_on, at, [instants[0] + timedelta(hours=168 * i) for i in range(39)])
    return {"courses": courses, "missing": missing, "double": double, "wrong": wrong}, naive


def test_wall_time_is_kept_through_every_change_of_ten_years():
    found, naive = ten_years()
    assert found == {"courses": 3360, "missing": 0, "double": 0, "wrong": 0}
    assert naive > 2000  # the control must fail: adding 168 hours moves the meeting
