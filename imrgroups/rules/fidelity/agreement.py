"""What is worked out from ratings: means and bands, how far two assessors agree, and the table across reviews. All exact."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from imrgroups.rules.fidelity.scale import BandSystem

# Ratings by item number; None is "not rated".
Ratings = Mapping[int, int | None]
LOWEST, HIGHEST = 1, 5


class BadRating(ValueError):
    """A rating that is no whole number from 1 to 5, or stands at an item that is not rated in this review."""


def checked(ratings: Mapping[int, object], items: Collection[int]) -> dict[int, int | None]:
    """The ratings, once each is a whole number from 1 to 5 or None.

    items: the item numbers this review rates. Raises BadRating with the item and what was found there.
    """
    for item, rating in ratings.items():
        if item not in items:
            raise BadRating(f"item {item} is not rated in this review")
        if rating is not None and (type(rating) is not int or not LOWEST <= rating <= HIGHEST):
            raise BadRating(f"item {item}: {rating!r} is no rating; give a whole number from {LOWEST} to {HIGHEST}, or leave it not rated")
    return {item: rating for item, rating in ratings.items() if rating is None or isinstance(rating, int)}


def mean(values: Iterable[int | Fraction | None]) -> tuple[Fraction | None, int]:
    """The exact mean of what is rated and how many that are; None where nothing is."""
    rated = [value for value in values if value is not None]
    return (Fraction(sum(rated)) / len(rated) if rated else None), len(rated)


def band(value: Fraction | None, system: BandSystem) -> str | None:
    """The word for an exact, unrounded mean; None where there is no mean."""
    if value is None:
        return None
    return [step.word for step in system.bands if value >= step.at_least][-1]


def printed(value: Fraction | float | None, places: int = 2) -> Decimal | None:
    """A number as it is printed: rounded half up, as people do by hand. Never compare this with a threshold."""
    if value is None:
        return None
    exact = Fraction(value)
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How two assessors' independent ratings compare.

    rated: items both rated. exact, within_one: how many of those. kappa: quadratic-weighted, None where nothing varies.
    differing: items to settle, also those only one of the two rated.
    """

    rated: int
    exact: int
    within_one: int
    kappa: Fraction | None
    differing: tuple[int, ...]


def agreement(first: Ratings, second: Ratings) -> Agreement:
    """Two assessors' ratings compared, item by item; an item a mapping lacks is not rated."""
    items = sorted({*first, *second})
    differing = tuple(item for item in items if first.get(item) != second.get(item))
    pairs = [(a, b) for item in items if (a := first.get(item)) is not None and (b := second.get(item)) is not None]
    return Agreement(
        len(pairs), sum(a == b for a, b in pairs), sum(abs(a - b) <= 1 for a, b in pairs), kappa(pairs), differing)


def kappa(pairs: Sequence[tuple[int, int]]) -> Fraction | None:
    """Quadratic-weighted kappa, exact.

    pairs: both ratings of each item. Returns None where nothing varies: there is no pair, or every rating is the same, so that
    no disagreement could be expected. Two assessors who never vary but differ have kappa 0.
    """
    seen = sum((a - b) ** 2 for a, b in pairs) * len(pairs)
    by_chance = sum((a - b) ** 2 for a, _ in pairs for _, b in pairs)
    return 1 - Fraction(seen, by_chance) if by_chance else None


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One finished review: its kind ("midway", "final") and the final ratings."""

    kind: str
    ratings: Ratings


@dataclass(frozen=True, slots=True)
class Spread:
    """A mean with its sample standard deviation and N. mean is None for N = 0, sd for N < 2."""

    mean: Fraction | None
    sd: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Across:
    """A table across reviews: each item over all reviews that rated it, and the review means of each kind apart."""

    items: Mapping[int, Spread]
    kinds: Mapping[str, Spread]


def spread(values: Iterable[int | Fraction | None]) -> Spread:
    """Mean, sample standard deviation and N of what is rated."""
    rated = [Fraction(value) for value in values if value is not None]
    centre, n = mean(rated)
    if centre is None or n < 2:
        return Spread(centre, None, n)
    return Spread(centre, math.sqrt(sum((value - centre) ** 2 for value in rated) / (n - 1)), n)


def across(reviews: Sequence[Reviewed], items: Sequence[int], kinds: Sequence[str]) -> Across:
    """The table across reviews, as published studies print it.

    items, kinds: what the table shows, in that order. A review without any rating counts nowhere.
    """
    return Across(
        {item: spread(review.ratings.get(item) for review in reviews) for item in items},
        {kind: spread(mean(review.ratings.values())[0] for review in reviews if review.kind == kind) for kind in kinds})
