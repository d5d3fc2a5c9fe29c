"""What a text costs and when it may be sent: the GSM-7 alphabet, parts, quiet hours."""

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from imrgroups.rules.calendar import instant, local

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")  # each takes the room of two
PARTS = {"gsm7": (160, 153), "ucs2": (70, 67)}  # one part alone, each of several

_PLAIN = str.maketrans(
    {char: "-" for char in "‐‑‒–—―−"} | {char: "'" for char in "‘’‚‛′´`"} | {char: '"' for char in "“”„‟″«»"}
    | {char: " " for char in "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t"}
    | {char: "" for char in "\u00ad\u200b\u2060\ufeff"} | {"…": "...", "•": "-", "·": "-", "\u2028": "\n", "\u2029": "\n"}
)
_MARGIN = timedelta(minutes=30)  # what is moved to the end of a day still has time to go out, and a worker that was down to come back
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LOOK_AHEAD = 366


@dataclass(frozen=True, slots=True)
class Size:
    """How much room a text takes: alphabet "gsm7" or "ucs2", units used, parts sent, units left in the last part."""

    alphabet: str
    units: int
    parts: int
    left: int


@dataclass(frozen=True, slots=True)
class Quiet:
    """When texts and calls are allowed, in local time: from `allowed_from` up to, not including, `allowed_until`.

    Not on rest days and holidays. rest_days: weekday numbers, Monday 0. holidays: local dates.
    Raises ValueError where no time would be left.
    """

    allowed_from: time = time(9)
    allowed_until: time = time(20)
    rest_days: frozenset[int] = frozenset({6})
    holidays: Collection[date] = frozenset()

    def __post_init__(self) -> None:
        if not self.allowed_from < self.allowed_until:
            raise ValueError("allowed_from must be before allowed_until")
        if not set(range(7)) - self.rest_days:
            raise ValueError("every day is a rest day")

    def rests(self, on: date) -> bool:
        """Whether nothing is sent on a date at all."""
        return on.weekday() in self.rest_days or on in self.holidays


def quiet(data: Mapping[str, Any], *, country: str = "", holidays: Collection[date] = frozenset()) -> Quiet:
    """The quiet hours of a country, read from the [quiet] table of programme.toml.

    data: allowed_from and allowed_until ("09:00"), rest_day (an English weekday), rest_day_in (weekday by country code).
    holidays: the public holidays of that country. Raises ValueError for what cannot be read.
    """
    name = str(data.get("rest_day_in", {}).get(country.upper(), data.get("rest_day", "sunday"))).lower()
    if name not in _DAYS:
        raise ValueError(f"unknown weekday: {name!r}")
    return Quiet(
        time.fromisoformat(data.get("allowed_from", "09:00")), time.fromisoformat(data.get("allowed_until", "20:00")),
        frozenset({_DAYS.index(name)}), holidays,
    )


def normalise(text: str) -> str:
    """The same text without what would double its price for nothing: dashes, curly quotes, odd spaces and invisible marks made plain.

    Letters are never changed (a name keeps its spelling), and direction marks stay, which right-to-left languages need.
    """
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n")).translate(_PLAIN).strip()


def is_gsm7(text: str) -> bool:
    """Whether every character is in the GSM-7 alphabet or its extension."""
    return all(char in BASIC or char in EXTENDED for char in text)


def foreign(text: str) -> str:
    """The characters that make a text UCS-2, each once, in order; empty for a GSM-7 text."""
    return "".join(dict.fromkeys(char for char in text if char not in BASIC and char not in EXTENDED))


def size(text: str) -> Size:
    """The room a text takes as it stands (normalise it first).

    GSM-7: 160 units alone, 153 in each of several parts; UCS-2: 70 and 67. A character of two units is never cut in two.
    An empty text has no part.
    """
    alphabet = "gsm7" if is_gsm7(text) else "ucs2"
    widths = [2 if (char in EXTENDED if alphabet == "gsm7" else ord(char) > 0xFFFF) else 1 for char in text]
    units = sum(widths)
    alone, of_several = PARTS[alphabet]
    if units <= alone:
        return Size(alphabet, units, int(units > 0), alone - units)
    parts, used = 1, 0
    for width in widths:
        if used + width > of_several:
            parts, used = parts + 1, 0
        used += width
    return Size(alphabet, units, parts, of_several - used)


def is_quiet(moment: datetime, timezone: str, hours: Quiet) -> bool:
    """Whether nothing may be sent at an aware instant in that zone: at night, on the rest day, on a public holiday."""
    there = local(moment, timezone)
    return hours.rests(there.date()) or not hours.allowed_from <= there.time() < hours.allowed_until


def next_allowed(moment: datetime, timezone: str, hours: Quiet) -> datetime:
    """The first instant (aware UTC) from `moment` on at which a text may be sent; `moment` itself when it may.

    For texts that lose nothing by waiting (a missed meeting, a welcome back). Raises ValueError when no day of a year is open.
    """
    if not is_quiet(moment, timezone, hours):
        return moment
    there = local(moment, timezone)
    first = 0 if there.time() < hours.allowed_from else 1
    for days in range(first, _LOOK_AHEAD):
        on = there.date() + timedelta(days=days)
        if not hours.rests(on):
            return instant(on, hours.allowed_from, timezone)
    raise ValueError("no day of the next year is open")


def last_allowed(moment: datetime, timezone: str, hours: Quiet) -> datetime:
    """The latest instant (aware UTC) not after `moment` at which a text is planned; `moment` itself when it is not quiet.

    For reminders, which move earlier and never later: into the evening before, half an hour before the quiet begins.
    Raises ValueError when no day of the year before is open.
    """
    if not is_quiet(moment, timezone, hours):
        return moment
    there = local(moment, timezone)
    first = 0 if there.time() >= hours.allowed_until else 1
    for days in range(first, _LOOK_AHEAD):
        on = there.date() - timedelta(days=days)
        if not hours.rests(on):
            opened, closing = instant(on, hours.allowed_from, timezone), instant(on, hours.allowed_until, timezone)
            return max(opened, closing - _MARGIN)
    raise ValueError("no day of the year before is open")


def reminder_at(starts_at: datetime, before: timedelta, timezone: str, hours: Quiet) -> datetime:
    """When to send a reminder of a meeting: `before` its start, moved earlier out of quiet hours, always before it begins.

    Raises ValueError when before <= 0.
    """
    if before <= timedelta(0):
        raise ValueError("a reminder comes before its meeting")
    return last_allowed(starts_at - before, timezone, hours)
