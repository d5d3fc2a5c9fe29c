"""Cells: how each kind of column is read from text and written back, and what to do when it cannot be read."""

import re
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import Any
from zoneinfo import available_timezones

import holidays
from babel import Locale, UnknownLocaleError
from wtforms import ValidationError

from imrgroups.forms import clean, phone_number

FORMULA = re.compile(r"'*[=+\-@]")
ESCAPED = re.compile(r"'+[=+\-@]")
EMAIL = re.compile(r"[^@\s;,]+@[^@\s;,]+")


class Unreadable(Exception):
    """A cell cannot be read; the message says what to do."""


@dataclass(frozen=True)
class Kind:
    """One kind of cell. read: text (never empty) -> value, raising Unreadable. write: value (never None) -> text."""

    read: Callable[[str], Any]
    write: Callable[[Any], str] = str


@dataclass(frozen=True)
class Column:
    """One column. attr: the attribute of the row it fills, "" when the sheet fills it itself. refers: the sheet whose key it names."""

    name: str
    kind: Kind
    attr: str = ""
    needed: bool = False
    refers: str = ""
    default: Any = None


def escaped(text: str) -> str:
    """Free text for a spreadsheet: one apostrophe before what would be taken for a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def like_formula(text: str) -> bool:
    """Whether a cell begins as a formula does, without the apostrophe that `escaped` puts before it."""
    return text[:1] in "=+-@" and bool(text)


def unescaped(text: str) -> str:
    """The text of a cell without the apostrophe that `escaped` put there."""
    return text[1:] if ESCAPED.match(text) else text


def _code(text: str) -> str:
    if len(text) > 60 or any(character.isspace() for character in text):
        raise Unreadable("Use a code without spaces, at most 60 characters")
    if any(unicodedata.category(character) in ("Cc", "Cf") for character in text):
        raise Unreadable("This code holds a character that cannot be seen. Type it again")
    return unescaped(text)


def _date(text: str) -> date:
    try:
        found = date.fromisoformat(text[:10] if re.fullmatch(r"\d{4}-\d\d-\d\d[ T]00:00(:00)?", text) else text)
    except ValueError:
        raise Unreadable("Write the date as year-month-day, such as 2026-09-01") from None
    if not 1900 <= found.year <= 2199:  # as on the screens
        raise Unreadable("Check the year")
    return found


def _time(text: str) -> time:
    match = re.fullmatch(r"(\d{1,2})[:.](\d\d)(?::00)?", text)
    try:
        return time(int(match[1]), int(match[2])) if match else _no_time()
    except ValueError:
        return _no_time()


def _no_time() -> time:
    raise Unreadable("Write the time as hours:minutes, such as 14:30")


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Unreadable("Write date and time as 2026-09-01T14:30:00+00:00") from None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _yes(text: str) -> bool:
    words = {"yes": True, "ja": True, "true": True, "1": True, "no": False, "nej": False, "false": False, "0": False}
    if text.lower() not in words:
        raise Unreadable("Write yes or no")
    return words[text.lower()]


def _zone(text: str) -> str:
    if text not in available_timezones():
        raise Unreadable("Write a time zone such as Europe/Copenhagen")
    return text


def _country(text: str) -> str:
    if text.upper() not in holidays.list_supported_countries(include_aliases=False):
        raise Unreadable("Write a country whose public holidays are known, as two letters such as DK")
    return text.upper()


def _language(text: str) -> str:
    try:
        return str(Locale.parse(text.replace("-", "_")))
    except (ValueError, UnknownLocaleError):
        raise Unreadable("Write the language as a short code, such as da, en or ar") from None


def _email(text: str) -> str:
    if not EMAIL.fullmatch(text):
        raise Unreadable("Write an e-mail address such as name@example.org")
    return text.lower()


def _hours(text: str) -> int:
    try:
        minutes = Fraction(text.replace(",", ".")) * 60
    except (ValueError, ZeroDivisionError):
        minutes = Fraction(-1)
    if not 0 <= minutes <= 24 * 60 or minutes % 15:
        raise Unreadable("Write hours in quarters from 0 to 24, such as 1.5 or 0.75")
    return int(minutes)


def _text(text: str) -> str:
    if len(text) > 20_000:
        raise Unreadable("Shorten the text; it may have 20,000 characters")
    return clean(unescaped(text))


TEXT = Kind(_text, lambda value: escaped(value.replace("\r\n", "\n").replace("\r", "\n")))
CODE = Kind(_code, escaped)
DATE = Kind(_date, lambda value: str(value.isoformat()))
TIME = Kind(_time, lambda value: str(value.strftime("%H:%M")))
HOURS = Kind(_hours, lambda minutes: f"{minutes / 60:g}")
INSTANT = Kind(_instant, lambda value: str(value.isoformat()))
YES = Kind(_yes, lambda value: "yes" if value else "no")
ZONE = Kind(_zone)
COUNTRY = Kind(_country)
LANGUAGE = Kind(_language)
EMAIL_ADDRESS = Kind(_email)
PHONE = Kind(str)  # checked with the centre's country, see phone_in


def number(low: int, high: int) -> Kind:
    """A whole number within limits, both included."""

    def read(text: str) -> int:
        if not re.fullmatch(r"-?\d+(\.0+)?", text) or not low <= int(float(text)) <= high:
            raise Unreadable(f"Write a whole number from {low} to {high}")
        return int(float(text))

    return Kind(read)


def word(words: Collection[str]) -> Kind:
    """One of a few words."""

    def read(text: str) -> str:
        if text.lower() not in words:
            raise Unreadable(f"Write one of: {', '.join(words)}")
        return text.lower()

    return Kind(read)


def several(kind: Kind) -> Kind:
    """Values of one kind separated by spaces, none twice, in the order given."""
    def read(text: str) -> tuple[Any, ...]:
        parts = text.split()
        for part in parts:
            if parts.count(part) > 1:
                raise Unreadable(f"{part} stands there twice; keep one")
        return tuple(kind.read(part) for part in parts)

    return Kind(read, lambda values: " ".join(map(kind.write, values)))


def phone_in(text: str, country: str) -> str:
    """The number in international form; raises Unreadable when it is none of that country or of the one its +code names."""
    try:
        return phone_number(text.strip("'"), country)
    except ValidationError as error:
        raise Unreadable(str(error)) from None
