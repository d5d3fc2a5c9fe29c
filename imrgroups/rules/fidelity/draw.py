"""Who is asked for an interview: drawn at random by a recorded seed, people who came seldom among them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

LOW = Fraction(1, 2)    # who received less than this share of their meetings came seldom
PART = Fraction(1, 3)   # at least this part of the drawn came seldom, as far as there are so many


@dataclass(frozen=True, slots=True)
class Willing:
    """Somebody who agreed to be interviewed, with the meetings held while they belonged and those they received."""

    key: int
    received: int
    held: int

    @property
    def low(self) -> bool:
        """Whether they came seldom; also who never could."""
        return self.held == 0 or Fraction(self.received, self.held) < LOW


def draw(people: Sequence[Willing], size: int, seed: int) -> tuple[Willing, ...]:
    """At most `size` of these people, in the order in which they are asked; the same for the same people and seed, however they are listed.

    At least a third, rounded up, of those drawn came seldom, as long as there are so many. Raises ValueError for a negative size.
    """
    if size < 0:
        raise ValueError("size must be 0 or more")
    order = sorted({person.key: person for person in people}.values(), key=lambda person: _ticket(seed, person.key))
    size = min(size, len(order))
    low = [person for person in order if person.low][: -(-size * PART.numerator // PART.denominator)]
    rest = [person for person in order if person not in low][: size - len(low)]
    chosen = {person.key for person in (*low, *rest)}
    return tuple(person for person in order if person.key in chosen)


def _ticket(seed: int, key: int) -> str:
    return hashlib.sha256(f"interview.{seed}.{key}".encode()).hexdigest()
