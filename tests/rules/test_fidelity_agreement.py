"""Ratings: what is one, means and bands, agreement of two assessors, and the table across reviews."""

import json
import math
from fractions import Fraction
from pathlib import Path

import pytest

from imrgroups.rules.fidelity import agreement
from imrgroups.rules.fidelity.agreement import BadRating, Reviewed, Spread
from tests.rules.fidelity_rows import SCALE

ROOT = Path(__file__).parents[2]
DANISH = json.loads((ROOT / "imrgroups/demo/danish_reviews.json").read_text(encoding="utf-8"))


# --- ratings --------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("rating", [0, 6, -1, 3.5, 3.0, "4", True])
def test_a_rating_is_a_whole_number_from_1_to_5(rating):
    with pytest.raises(BadRating, match="item 3: .* is no rating; give a whole number from 1 to 5, or leave it not rated"):
        agreement.checked({1: 5, 3: rating}, range(1, 11))


def test_items_of_the_final_review_are_not_rated_mid_way():
    with pytest.raises(BadRating, match="item 11 is not rated in this review"):
        agreement.checked({11: 4}, SCALE.review("midway").items)
    assert agreement.checked({11: 4, 12: None}, SCALE.review("final").items) == {11: 4, 12: None}


# --- means and bands ------------------------------------------------------------------------------------------------------

def test_the_mean_is_over_what_is_rated_and_says_how_many():
    assert agreement.mean([5, None, 4, 4]) == (Fraction(13, 3), 3)
    assert agreement.mean([None, None]) == (None, 0)


@pytest.mark.parametrize(("value", "danish", "mchugo"), [
    (Fraction(1), "not_following", "low"), (Fraction(2999, 1000), "not_following", "low"), (Fraction(3), "not_following", "moderate"),
    (Fraction(3999, 1000), "not_following", "moderate"), (Fraction(4), "good", "high"), (Fraction(4399, 1000), "good", "high"),
    (Fraction(44, 10), "high", "high"), (Fraction(5), "high", "high"), (None, None, None)])
def test_bands_are_taken_from_the_exact_mean(value, danish, mchugo):
    assert (agreement.band(value, SCALE.bands("danish")), agreement.band(value, SCALE.bands("mchugo"))) == (danish, mchugo)


def test_a_mean_that_prints_as_the_limit_may_still_lie_below_it():
    below = Fraction(3999, 1000)
    assert str(agreement.printed(below)) == "4.00"
    assert agreement.band(below, SCALE.bands()) == "not_following"


@pytest.mark.parametrize(("value", "places", "text"), [
    (Fraction(33, 8), 2, "4.13"), (Fraction(41, 10), 2, "4.10"), (Fraction(13, 3), 2, "4.33"), (Fraction(425, 100), 1, "4.3"),
    (0.25, 1, "0.3")])
def test_numbers_are_printed_rounded_half_up(value, places, text):
    assert str(agreement.printed(value, places)) == text


# --- agreement ------------------------------------------------------------------------------------------------------------

def test_agreement_counts_the_items_both_rated():
    found = agreement.agreement({1: 5, 2: 4, 3: 3, 4: 2, 5: None}, {1: 5, 2: 5, 3: 5, 4: None, 5: None, 6: 1})
    assert (found.rated, found.exact, found.within_one) == (3, 1, 2)
    assert found.differing == (2, 3, 4, 6)


def weighted(pairs):
    """Quadratic-weighted kappa the long way, from the table of both assessors' scores."""
    n = len(pairs)
    seen = sum(Fraction((i - j) ** 2, 16) * Fraction(pairs.count((i, j)), n) for i in range(1, 6) for j in range(1, 6))
    rows, columns = [[pair[side] for pair in pairs] for side in (0, 1)]
    chance = sum(Fraction((i - j) ** 2, 16) * Fraction(rows.count(i), n) * Fraction(columns.count(j), n)
                 for i in range(1, 6) for j in range(1, 6))
    return 1 - seen / chance


@pytest.mark.parametrize(("first", "second", "kappa"), [
    ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5], Fraction(1)),
    ([1, 2, 3, 4, 5], [5, 4, 3, 2, 1], Fraction(-1)),
    ([1, 5], [5, 5], Fraction(0)),
    ([4, 4, 5, 5], [4, 5, 4, 5], Fraction(0)),
    ([4, 4, 4], [5, 5, 5], Fraction(0)),
    ([5, 4, 3, 5, 2, 5], [5, 5, 3, 4, 2, 5], Fraction(7, 8)),
])
def test_kappa_is_quadratic_weighted(first, second, kappa):
    pairs = list(zip(first, second, strict=True))
    assert agreement.kappa(pairs) == kappa == weighted(pairs)


@pytest.mark.parametrize("pairs", [[], [(5, 5)], [(4, 4)] * 10])
def test_kappa_is_null_where_nothing_varies(pairs):
    assert agreement.kappa(pairs) is None


def test_two_who_agree_on_all_have_nothing_to_settle():
    same = {item: 5 - item % 2 for item in range(1, 11)}
    assert agreement.agreement(same, same) == agreement.Agreement(10, 10, 10, Fraction(1), ())


# --- across reviews -------------------------------------------------------------------------------------------------------

def test_spread_is_the_sample_standard_deviation():
    assert agreement.spread([4, 5, None, 3]) == Spread(Fraction(4), 1.0, 3)
    assert agreement.spread([4]) == Spread(Fraction(4), None, 1)
    assert agreement.spread([None]) == Spread(None, None, 0)


def test_a_review_without_any_rating_counts_nowhere():
    found = agreement.across([Reviewed("final", {1: 5, 2: 4}), Reviewed("final", {1: None})], [1, 2, 3], ["midway", "final"])
    assert [spread.n for spread in found.items.values()] == [1, 1, 0]
    assert found.kinds == {"midway": Spread(None, None, 0), "final": Spread(Fraction(9, 2), None, 1)}


def danish():
    reviews = [Reviewed(row["kind"], dict(enumerate(row["ratings"], start=1))) for row in DANISH["reviews"]]
    return reviews, agreement.across(reviews, range(1, 14), ["midway", "final"])


def rounded(spread):
    return {"mean": str(agreement.printed(spread.mean, 1)), "sd": str(agreement.printed(spread.sd, 1)), "n": spread.n}


def test_the_danish_reviews_are_ratings_of_their_items():
    for review in danish()[0]:
        assert tuple(agreement.checked(review.ratings, SCALE.review(review.kind).items)) == SCALE.review(review.kind).items
    assert [row["group"] for row in DANISH["reviews"] if row["kind"] == "midway"] == list(range(1, 11))
    assert [row["group"] for row in DANISH["reviews"] if row["kind"] == "final"] == list(range(1, 10))


@pytest.mark.parametrize("item", range(1, 14))
def test_the_danish_reviews_give_the_published_line_of_each_item(item):
    printed, published = rounded(danish()[1].items[item]), DANISH["published"]["items"][item - 1]
    if item == 13:          # a mean of 4.8 over nine whole numbers cannot have the printed SD of 0.0; 0.4 is the least there can be
        assert (printed.pop("sd"), published.pop("sd")) == ("0.4", "0.0")
    assert printed == published


@pytest.mark.parametrize("kind", ["midway", "final"])
def test_the_danish_reviews_give_the_published_means_of_means(kind):
    assert rounded(danish()[1].kinds[kind]) == DANISH["published"][kind]


def test_how_close_the_danish_reviews_come():
    kinds, items = danish()[1].kinds, danish()[1].items
    assert (kinds["midway"].mean, kinds["final"].mean) == (Fraction(419, 100), Fraction(570, 117))
    assert math.isclose(kinds["midway"].sd, 0.2998, abs_tol=0.0001) and math.isclose(kinds["final"].sd, 0.1845, abs_tol=0.0001)
    assert math.isclose(items[5].sd, 1.24, abs_tol=0.001)       # the one SD the thesis gives with two decimals
