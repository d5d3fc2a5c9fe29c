"""Questions after a module: when they are asked, and what may be shown."""

import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imrgroups.rules.outcomes import BadAnswers, Cell, Said, checked, over, people, questionnaire, shown

PULSE = questionnaire(tomllib.loads((Path(__file__).parents[2] / "curriculum/instruments/pulse.toml").read_text(encoding="utf-8")))


def test_the_pulse_has_three_questions_with_the_fullest_answer_first():
    assert [(question.number, tuple(question.answers), question.fidelity_item) for question in PULSE.questions] == [
        (1, (2, 1, 0), 4), (2, (2, 1, 0), 7), (3, (2, 1, 0), 8),
    ]
    assert PULSE.fewest == 3


def said(counts):
    return [Said(value) for value, number in counts.items() for _ in range(number)]


@pytest.mark.parametrize(("counts", "cells"), [
    ({}, ()),
    ({2: 2}, ()),
    ({2: 3}, (Cell((2,), 3), Cell((1,), 0), Cell((0,), 0))),
    ({2: 5, 1: 1, 0: 2}, (Cell((2,), 5), Cell((1, 0), 3))),
    ({2: 5, 1: 3, 0: 1}, (Cell((2,), 5), Cell((1, 0), 4))),
    ({2: 1, 1: 3, 0: 4}, (Cell((2, 1), 4), Cell((0,), 4))),
    ({2: 1, 1: 1, 0: 1}, (Cell((2, 1, 0), 3),)),
    ({2: 3, 1: 3, 0: 3}, (Cell((2,), 3), Cell((1,), 3), Cell((0,), 3))),
])
def test_answers_of_a_few_are_never_shown_alone(counts, cells):
    assert shown(said(counts), (2, 1, 0), 3) == cells


@given(st.lists(st.integers(0, 9), min_size=3, max_size=3))
def test_no_cell_holds_one_or_two_people_and_nobody_is_lost(numbers):
    cells = shown(said(dict(zip((2, 1, 0), numbers, strict=True))), (2, 1, 0), 3)
    assert all(cell.people == 0 or cell.people >= 3 for cell in cells)
    assert not cells or sum(cell.people for cell in cells) == sum(numbers)
    assert bool(cells) == (sum(numbers) >= 3)


@pytest.mark.parametrize("answers", [{4: 1}, {1: 3}, {1: -1}])
def test_an_answer_that_no_question_has_is_refused(answers):
    with pytest.raises(BadAnswers):
        checked(PULSE, answers)


TAUGHT = [("a", date(2027, 1, 5)), ("a", date(2027, 1, 12)), ("b", date(2027, 1, 12)), ("b", date(2027, 1, 19))]


@pytest.mark.parametrize(("planned", "on", "found"), [
    (["b", "c"], date(2027, 1, 12), {"a": date(2027, 1, 12)}),
    (["b", "c"], date(2027, 1, 14), {"a": date(2027, 1, 12)}),
    (["b", "c"], date(2027, 1, 15), {}),
    (["a", "b"], date(2027, 1, 12), {}),
    (["c"], date(2027, 1, 19), {"b": date(2027, 1, 19)}),
    ([], date(2027, 1, 1), {}),
])
def test_a_module_is_over_when_no_coming_meeting_has_it_and_is_asked_about_for_two_days(planned, on, found):
    assert over(TAUGHT, planned, on, 2) == found


@pytest.mark.parametrize(("answers", "number"), [
    ([], 0),
    ([Said(2, "a", "one"), Said(2, "a", "two"), Said(0, "a", "three")], 1),
    ([Said(2, "a", "one"), Said(2, "b", "two")], 2),
    ([Said(2, None, "one"), Said(2, None, "two"), Said(2, None, "two")], 2),
    ([Said(2, "a", "one"), Said(2, None, "two")], 1),
    ([Said(2, "a", "one"), Said(2, None, "one"), Said(2, None, "one")], 3),
])
def test_the_same_person_on_several_occasions_is_one(answers, number):
    assert people(answers) == number


def test_one_person_who_says_no_after_every_module_is_not_shown_alone():
    answers = [Said(2, who, module) for who in "abcd" for module in "xyz"] + [Said(0, "e", module) for module in "xyz"]
    assert shown(answers, (2, 1, 0), 3) == (Cell((2, 1, 0), 15),)
    answers += [Said(1, who, "x") for who in "fgh"]
    assert shown(answers, (2, 1, 0), 3) == (Cell((2,), 12), Cell((1, 0), 6))
