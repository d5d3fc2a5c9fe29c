"""The assessor's day as data."""

import tomllib
from pathlib import Path

import pytest

from imrgroups.rules.fidelity.day import day
from imrgroups.rules.fidelity.tables import BadInstrument
from tests.rules.fidelity_rows import SCALE

TEXT = (Path(__file__).parents[2] / "curriculum/instruments/assessor-day.toml").read_text(encoding="utf-8")


def test_the_shipped_day_has_tasks_in_each_phase_and_an_interview_for_each_role_of_the_scale():
    found = day(tomllib.loads(TEXT))
    assert list(found.phases) == ["before", "during", "after"] and {task.phase for task in found.tasks} == set(found.phases)
    assert {interview.id for interview in found.interviews} == set(SCALE.roles)
    assert all(task.origin.source and task.origin.confidence for task in (*found.tasks, *found.interviews))


@pytest.mark.parametrize(("old", "new", "says"), [
    ('phase = "after"', 'phase = "later"', "phase"), ('confidence = "unsure"', 'confidence = "sure"', "confidence"),
    ("people = 5", "people = 0", "people"), ('id = "contact"', 'id = "timetable"', "twice"), ("people = 5", "peple = 5", "people"),
])
def test_a_mistake_in_the_file_is_named(old, new, says):
    with pytest.raises(BadInstrument, match=says):
        day(tomllib.loads(TEXT.replace(old, new, 1)))
