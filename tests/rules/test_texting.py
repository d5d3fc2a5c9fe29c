"""The alphabet and the parts of a text, and the hours in which nothing is sent."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imrgroups.rules import texting as t

CPH = "Europe/Copenhagen"
HOURS = t.Quiet(holidays={date(2026, 12, 25), date(2026, 12, 26)})


def at(text, zone=CPH):
    """An instant from local words."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kom – hvis du kan", "Kom - hvis du kan"),
        ("“Hej” ‘du’ it’s", "\"Hej\" 'du' it's"),
        ("«ja» „nein“", '"ja" "nein"'),
        ("kl.\u00a014…", "kl. 14..."),
        ("a\u200bb\ufeffc\u00add", "abcd"),
        ("A\u030a", "Å"),
        ("a\r\nb\tc", "a\nb c"),
        ("  x ", "x"),
        ("Zoë Łukasz", "Zoë Łukasz"),
        ("שלום\u200f 5", "שלום\u200f 5"),
    ],
)
def test_what_costs_for_nothing_is_made_plain_and_names_stay(text, expected):
    assert t.normalise(text) == expected


@pytest.mark.parametrize(
    ("text", "plain", "odd"),
    [
        ("Hej Søren, æøå ÆØÅ äö é?", True, ""),
        ("€5 [ok]", True, ""),
        ("Zoë", False, "ë"),
        ("– –…", False, "–…"),
        ("", True, ""),
        ("áá", False, "á"),
    ],
)
def test_the_alphabet(text, plain, odd):
    assert (t.is_gsm7(text), t.foreign(text)) == (plain, odd)


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "parts", "left"),
    [
        ("", "gsm7", 0, 0, 160),
        ("a" * 160, "gsm7", 160, 1, 0),
        ("a" * 161, "gsm7", 161, 2, 145),
        ("a" * 306, "gsm7", 306, 2, 0),
        ("a" * 307, "gsm7", 307, 3, 152),
        ("€" * 80, "gsm7", 160, 1, 0),
        ("a" * 152 + "€" + "a" * 10, "gsm7", 164, 2, 141),
        ("א" * 70, "ucs2", 70, 1, 0),
        ("א" * 71, "ucs2", 71, 2, 63),
        ("א" * 134, "ucs2", 134, 2, 0),
        ("😀" * 35, "ucs2", 70, 1, 0),
        ("א" * 66 + "😀" * 3, "ucs2", 72, 2, 61),
        ("Å" * 160, "gsm7", 160, 1, 0),
        ("a" * 69 + "ë", "ucs2", 70, 1, 0),
    ],
)
def test_parts(text, alphabet, units, parts, left):
    assert t.size(text) == t.Size(alphabet, units, parts, left)


@given(st.text(max_size=700))
def test_parts_hold_what_they_promise(text):
    found = t.size(text)
    alone, several = t.PARTS[found.alphabet]
    if found.parts <= 1:
        assert found.units + found.left == alone
    else:
        # At most one unit is lost at the end of each part, where a character of two did not fit.
        assert 0 <= found.parts * several - found.left - found.units <= found.parts - 1
    assert t.normalise(t.normalise(text)) == t.normalise(text)


@pytest.mark.parametrize(
    ("moment", "quiet", "later", "earlier"),
    [
        ("2026-12-01 09:00", False, "2026-12-01 09:00", "2026-12-01 09:00"),
        ("2026-12-01 19:59:59", False, "2026-12-01 19:59:59", "2026-12-01 19:59:59"),
        ("2026-12-01 08:59:59", True, "2026-12-01 09:00", "2026-11-30 19:30"),
        ("2026-12-01 20:00", True, "2026-12-02 09:00", "2026-12-01 19:30"),
        ("2026-12-05 21:00", True, "2026-12-07 09:00", "2026-12-05 19:30"),  # Saturday evening: over Sunday
        ("2026-12-06 12:00", True, "2026-12-07 09:00", "2026-12-05 19:30"),  # Sunday
        ("2026-12-07 07:00", True, "2026-12-07 09:00", "2026-12-05 19:30"),
        ("2026-12-25 12:00", True, "2026-12-28 09:00", "2026-12-24 19:30"),  # two holidays and a Sunday
        ("2026-03-29 12:00", True, "2026-03-30 09:00", "2026-03-28 19:30"),  # a Sunday on which the clock changes
    ],
)
def test_quiet_hours(moment, quiet, later, earlier):
    assert t.is_quiet(at(moment), CPH, HOURS) is quiet
    assert t.next_allowed(at(moment), CPH, HOURS) == at(later)
    assert t.last_allowed(at(moment), CPH, HOURS) == at(earlier)


def test_the_rest_day_is_data_by_country():
    data = {"allowed_from": "09:00", "allowed_until": "20:00", "rest_day": "sunday", "rest_day_in": {"IL": "saturday"}}
    assert t.quiet(data, country="DK") == t.Quiet()
    israel = t.quiet(data, country="il")
    assert t.is_quiet(at("2026-12-05 12:00", "Asia/Jerusalem"), "Asia/Jerusalem", israel)
    assert not t.is_quiet(at("2026-12-06 12:00", "Asia/Jerusalem"), "Asia/Jerusalem", israel)


def test_a_reminder_moves_earlier_and_never_past_its_meeting():
    # Monday 10:00, a day before is Sunday: Saturday evening instead.
    assert t.reminder_at(at("2026-12-07 10:00"), timedelta(days=1), CPH, HOURS) == at("2026-12-05 19:30")
    assert t.reminder_at(at("2026-12-08 14:00"), timedelta(hours=2), CPH, HOURS) == at("2026-12-08 12:00")
    # Tuesday 09:30, two hours before is too early: the evening before.
    assert t.reminder_at(at("2026-12-08 09:30"), timedelta(hours=2), CPH, HOURS) == at("2026-12-07 19:30")
    with pytest.raises(ValueError, match="before"):
        t.reminder_at(at("2026-12-08 09:30"), timedelta(0), CPH, HOURS)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: t.Quiet(allowed_from=time(20), allowed_until=time(9)), "before"),
        (lambda: t.Quiet(rest_days=frozenset(range(7))), "rest day"),
        (lambda: t.quiet({"rest_day": "someday"}), "weekday"),
        (lambda: t.quiet({"allowed_from": "9 o'clock"}), "isoformat"),
        (lambda: t.is_quiet(datetime(2026, 1, 1), CPH, HOURS), "aware"),  # noqa: DTZ001
    ],
)
def test_hours_that_make_no_sense_are_refused(build, words):
    with pytest.raises(ValueError, match=words):
        build()


def test_a_year_without_an_open_day_is_said_and_not_searched_for_ever():
    always = t.Quiet(holidays=[date(2025, 1, 1) + timedelta(days=n) for n in range(1500)])
    with pytest.raises(ValueError, match="next year"):
        t.next_allowed(at("2026-12-01 12:00"), CPH, always)
    with pytest.raises(ValueError, match="year before"):
        t.last_allowed(at("2026-12-01 12:00"), CPH, always)


ZONES = st.sampled_from([CPH, "America/New_York", "Asia/Jerusalem", "Asia/Kathmandu"])


@given(st.integers(0, 5500 * 24 * 60), ZONES)
def test_what_is_planned_is_never_in_quiet_hours(minutes, zone):
    moment = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    later, earlier = t.next_allowed(moment, zone, HOURS), t.last_allowed(moment, zone, HOURS)
    assert earlier <= moment <= later
    assert not t.is_quiet(later, zone, HOURS)
    assert not t.is_quiet(earlier, zone, HOURS)
    if t.is_quiet(moment, zone, HOURS):
        # The control: the wall clock stands at the opening, in winter and in summer.
        assert later.astimezone(ZoneInfo(zone)).time() == time(9)
        assert earlier.astimezone(ZoneInfo(zone)).time() == time(19, 30)
