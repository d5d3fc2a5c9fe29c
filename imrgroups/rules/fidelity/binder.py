"""What a binder is made of: bytes that are the same for the same evidence, a sample anybody can draw again, what came later, its end."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

Row = Mapping[str, Any]


def canonical(content: Mapping[str, Any]) -> bytes:
    """The content as JSON in UTF-8: keys sorted, no space between, letters as they are. The same content gives the same bytes."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def fingerprint(data: bytes) -> str:
    """The SHA-256 of the bytes as 64 hex digits: what `sha256sum` prints of the file."""
    return hashlib.sha256(data).hexdigest()


def sample(seed: int, people: Iterable[str], size: int) -> tuple[str, ...]:
    """The people whose charts are read, drawn at random by the seed; everybody where there are no more than `size`.

    Each name gets the SHA-256 of "<seed> <name>"; those with the smallest come in. So anybody who has the seed and the pseudonyms can draw
    it again with any tool, and the order in which people are given never matters. Returned in the order of the names.
    """
    drawn = sorted(set(people), key=lambda name: fingerprint(f"{seed} {name}".encode()))
    return tuple(sorted(drawn[:size]))


def closes_on(window_ends_on: date, final_on: date | None, kept_days: int) -> date:
    """The day a binder closes: so many days after the report became final, else after the last day the review was open."""
    return (final_on or window_ends_on) + timedelta(days=kept_days)


@dataclass(frozen=True, slots=True)
class Difference:
    """One row of a section that differs: what stood in the frozen binder and what stands now; None where it was, or is, not there."""

    section: str
    key: str
    before: Row | None
    after: Row | None

    @property
    def kind(self) -> str:
        """One of "added", "changed", "gone"."""
        return "added" if self.before is None else "gone" if self.after is None else "changed"


def differences(frozen: Mapping[str, Any], now: Mapping[str, Any], sections: Sequence[str]) -> tuple[Difference, ...]:
    """What was written after the freeze about the time before it, section by section, in the order of the keys.

    frozen, now: content gathered for the same day; each section is a list of rows with a `key` of their own.
    """
    found = []
    for section in sections:
        before, after = ({row["key"]: row for row in content.get(section, ())} for content in (frozen, now))
        found += [
            Difference(section, key, before.get(key), after.get(key))
            for key in sorted({*before, *after}) if before.get(key) != after.get(key)
        ]
    return tuple(found)


def counts(content: Mapping[str, Any], sections: Sequence[str]) -> dict[str, int]:
    """How many rows each section holds; what is kept of a binder when its content is deleted."""
    return {section: len(content.get(section, ())) for section in sections}
