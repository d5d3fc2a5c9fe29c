"""Questions after a module: when they are asked, and what may be shown."""

import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imrgroups.rules.outcomes import BadAnswers, Cell, checked, joined, over, questionnaire, shown

PULSE = questionnaire(tomllib.loads((Path(__file__).parents[2] / "curriculum/instruments/pulse.toml").read_text(encoding="utf-8")))


def test_the_pulse_has_three_questions_with_the_fullest_answer_first():
    assert [(question.number, tuple(question.answers), question.fidelity_item) for question in PULSE.questions] == [
        (1, (2, 1, 0), 4), (2, (2, 1, 0), 7), (3, (2, 1, 0), 8),
    ]
    assert PULSE.fewest == 3


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
    assert shown(counts, (2, 1, 0), 3) == cells


@given(st.lists(st.integers(0, 9), min_size=3, max_size=3))
def test_no_cell_holds_one_or_two_people_and_nobody_is_lost(people):
    counts = dict(zip((2, 1, 0), people, strict=True))
    cells = shown(counts, (2, 1, 0), 3)
    assert all(cell.people == 0 or cell.people >= 3 for cell in cells)
    assert not cells or sum(cell.people for cell in cells) == sum(people)
    assert bool(cells) == (sum(people) >= 3)


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


@pytest.mark.parametrize(("parts", "cells"), [
    ([], ()),
    ([()], ()),
    ([(Cell((2,), 4), Cell((1,), 3), Cell((0,), 0))], (Cell((2,), 4), Cell((1,), 3), Cell((0,), 0))),
    ([(Cell((2, 1), 4), Cell((0,), 3)), (Cell((2,), 3), Cell((1,), 3), Cell((0,), 0))], (Cell((2, 1), 10), Cell((0,), 3))),
    ([(Cell((2, 1), 4), Cell((0,), 0)), (), (Cell((2,), 3), Cell((1, 0), 3))], (Cell((2, 1, 0), 10),)),
])
def test_a_sum_never_takes_apart_what_a_part_joins(parts, cells):
    assert joined(parts) == cells
    assert sum(cell.people for cell in cells) == sum(cell.people for part in parts for cell in part)
