"""`imrgroups evidence` prints the same numbers as the page."""

import json

import pytest
from click.testing import CliRunner

from imrgroups.cli import counting, main
from imrgroups.fidelity import evidence


@pytest.fixture
def run(app, world, monkeypatch):
    """Run the command on the database of this test."""
    from contextlib import contextmanager

    @contextmanager
    def here(**_options):
        yield app

    monkeypatch.setattr(counting, "application", here)
    return lambda *words: CliRunner().invoke(main, ["evidence", *words])


def test_the_command_prints_the_numbers_of_the_rules(run, world):
    answer = run(world.group.code, "--on", "2027-01-12", "--json")
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.output) == evidence.as_json(world.group.code, evidence.found(world.group.id, world.today))


def test_without_json_it_is_a_table_that_leaves_the_decision_to_the_reader(run, world):
    assert "You decide." in run(world.group.code).output


def test_a_group_that_is_not_there_is_said_in_a_line(run):
    answer = run("NOWHERE")
    assert answer.exit_code == 1 and "There is no group with the code NOWHERE." in answer.output
