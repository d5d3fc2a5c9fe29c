"""Whom assessors ask: at random, by a seed, people who came seldom among them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imrgroups.rules.fidelity.draw import Willing, draw

PEOPLE = st.lists(st.builds(Willing, st.integers(1, 40), st.integers(0, 10), st.integers(0, 10)), unique_by=lambda person: person.key)


def group(often, seldom):
    return [Willing(key, 9, 10) for key in range(often)] + [Willing(100 + key, 2, 10) for key in range(seldom)]


@pytest.mark.parametrize(("often", "seldom", "size", "low"), [
    (8, 2, 5, 2), (8, 1, 5, 1), (9, 0, 5, 0), (0, 4, 3, 3), (20, 1, 3, 1), (20, 9, 6, 2),
])
def test_at_least_a_third_came_seldom_as_far_as_there_are_so_many(often, seldom, size, low):
    for seed in range(30):
        assert sum(person.low for person in draw(group(often, seldom), size, seed)) >= low


@pytest.mark.parametrize(("received", "held", "low"), [(5, 10, False), (4, 10, True), (0, 0, True), (1, 2, False), (49, 100, True)])
def test_half_is_often_enough(received, held, low):
    assert Willing(1, received, held).low is low


@given(PEOPLE, st.integers(0, 12), st.integers(0, 2**60), st.randoms(use_true_random=False))
def test_the_same_seed_draws_the_same_people_whatever_the_order_of_the_list(people, size, seed, random):
    first = draw(people, size, seed)
    assert draw(random.sample(people, len(people)), size, seed) == first
    assert len(first) == min(size, len(people)) and len({person.key for person in first}) == len(first)


def test_another_seed_draws_other_people_and_everybody_can_be_drawn():
    people = group(9, 3)
    drawn = {person.key for seed in range(60) for person in draw(people, 3, seed)}
    assert drawn == {person.key for person in people}
    assert len({draw(people, 3, seed) for seed in range(20)}) > 5


def test_a_negative_size_is_a_mistake():
    with pytest.raises(ValueError, match="size"):
        draw([], -1, 1)
