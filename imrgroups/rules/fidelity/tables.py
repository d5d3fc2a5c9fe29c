"""Reads a parsed TOML table key by key and says in plain words what is wrong with it, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Any


class BadInstrument(ValueError):
    """An instrument file says something that cannot be; the message names the place."""


class Table:
    """One table of the file. It remembers which keys were asked for, so that a misspelt one can be named."""

    def __init__(self, where: str, data: object) -> None:
        """where: how messages name the table. data: what stands there; BadInstrument when it is no table."""
        if not isinstance(data, Mapping):
            raise BadInstrument(f"{where}: must be a table")
        self.where, self._data, self._asked = where, data, set[str]()
        self._inherited: dict[str, str] = {}

    def wrong(self, key: str, why: str) -> BadInstrument:
        """An error for this key of this table."""
        return BadInstrument(f"{self.where}, {key}: {why}")

    def inherit(self, key: str, value: str) -> None:
        """Use value where the table does not name key itself; an empty value is no value."""
        if value:
            self._inherited[key] = value

    def closed(self) -> Table:
        """Itself, once every key has been asked for; BadInstrument for a key nobody knows. Origin keys are always known."""
        unknown = sorted(set(self._data) - self._asked - {"version", "source", "confidence", "note"})
        if unknown:
            raise self.wrong(unknown[0], "is not a key that means anything here; look for a spelling mistake")
        return self

    def _get(self, key: str) -> Any:
        self._asked.add(key)
        if key not in self._data:
            raise self.wrong(key, "is missing")
        return self._data[key]

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not blank; default where the key may be left out."""
        if key not in self._data and (inherited := self._inherited.get(key, default)) is not None:
            return inherited
        value = self._get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, "must be a text that is not empty")
        return value

    def choice(self, key: str, words: Sequence[str]) -> str:
        """One of these words."""
        word = self.text(key)
        if word not in words:
            raise self.wrong(key, f"{word!r} is unknown; choose one of {', '.join(words)}")
        return word

    def flag(self, key: str) -> bool:
        """True or false."""
        value = self._get(key)
        if not isinstance(value, bool):
            raise self.wrong(key, "must be true or false")
        return value

    def whole(self, key: str, *, least: int) -> int:
        """A whole number, at least this much."""
        value = self._get(key)
        if type(value) is not int or value < least:
            raise self.wrong(key, f"must be a whole number, {least} or more")
        return value

    def exact(self, key: str) -> Fraction:
        """An exact number, written as text ("0.20", "1/5") or as a whole number."""
        return self._exact(key, self._get(key))

    def _exact(self, key: str, value: object) -> Fraction:
        if type(value) is int:
            return Fraction(value)
        try:
            if isinstance(value, str):
                return Fraction(value)
        except (ValueError, ZeroDivisionError):
            pass
        raise self.wrong(key, f'{value!r} is not exact; write it as text like "0.20" or "1/5", or as a whole number')

    def share(self, key: str) -> Fraction:
        """An exact number above 0 and up to 1."""
        return self._share(key, self.exact(key))

    def _share(self, key: str, value: Fraction) -> Fraction:
        if not 0 < value <= 1:
            raise self.wrong(key, f"{value} is no share; it must lie above 0 and be at most 1")
        return value

    def thresholds(self, key: str, *, share: bool, up: bool) -> tuple[Fraction, ...]:
        """The four thresholds of a ladder, for scores 2 to 5, rising or (up=False) falling."""
        values = [self._exact(key, value) for value in self.entries(key)]
        if len(values) != 4:
            raise self.wrong(key, f"must hold four thresholds, for scores 2, 3, 4 and 5, but holds {len(values)}")
        for value in values:
            if share:
                self._share(key, value)
            elif value.denominator != 1 or value < 0:
                raise self.wrong(key, f"{value} is not a whole number of 0 or more")
        rising(self, key, values, up=up)
        return tuple(values)

    def entries(self, key: str) -> list[Any]:
        """A list of anything."""
        value = self._get(key)
        if not isinstance(value, list):
            raise self.wrong(key, "must be a list")
        return value

    def strings(self, key: str) -> tuple[str, ...]:
        """A list of at least one text, none of them blank."""
        values = self.entries(key)
        if not values or not all(isinstance(value, str) and value.strip() for value in values):
            raise self.wrong(key, "must be a list of one or more texts")
        return tuple(values)

    def mapping(self, key: str) -> Mapping[str, Mapping[str, Any]]:
        """A table of tables."""
        values = Table(key, self._get(key))._data
        return MappingProxyType({name: MappingProxyType(dict(Table(f"{key}.{name}", value)._data)) for name, value in values.items()})

    def names(self, key: str) -> Mapping[str, str]:
        """A table of texts."""
        table = Table(key, self._get(key))
        return MappingProxyType({name: table.text(name) for name in table._data})

    def table(self, key: str) -> Table:
        """The table under this key."""
        return Table(self._inside(key), self._get(key))

    def _inside(self, key: str) -> str:
        return key if self.where == "instrument" else f"{self.where}, {key}"

    def tables(self, key: str) -> list[Table]:
        """The tables of a list, at least one."""
        values = self.entries(key)
        if not values:
            raise self.wrong(key, "must hold at least one entry")
        return [Table(f"{self._inside(key)} {number}", value) for number, value in enumerate(values, start=1)]

    def unique(self, key: str, values: Sequence[object]) -> None:
        """BadInstrument when a value stands twice."""
        twice = [value for index, value in enumerate(values) if value in values[:index]]
        if twice:
            raise self.wrong(key, f"{twice[0]!r} stands there twice")


def rising(table: Table, key: str, values: Sequence[Fraction], *, up: bool) -> None:
    """BadInstrument where a step does not go beyond the one before it: such steps overlap."""
    for low, high in zip(values, values[1:], strict=False):
        if (high <= low) if up else (high >= low):
            way = "above" if up else "below"
            raise table.wrong(key, f"{high} must lie {way} {low}; as they stand, two steps overlap")
