"""`imrgroups evidence` prints the same numbers as the page."""

import json
from datetime import date

import pytest
from click.testing import CliRunner

from imrgroups.cli import counting, main
from imrgroups.config import curriculum_folder
from imrgroups.db import db
from imrgroups.fidelity import evidence
from imrgroups.fidelity.evidence import instruments
from imrgroups.groups import actions as groups
from imrgroups.people.models import DeletedPeople


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


def test_a_day_that_is_none_is_said_at_the_option(run, world):
    answer = run(world.group.code, "--on", "2026-13-01")
    assert answer.exit_code == 2 and "--on" in answer.output and "2026-13-01" in answer.output


def test_an_ended_group_is_counted_on_its_last_day_as_its_page_does(run, world):
    groups.end(world.group, on=date(2027, 1, 5), reason="too few", by=None, now=world.now)
    assert json.loads(run(world.group.code, "--json").output)["on"] == "2027-01-05"


def test_a_scale_whose_steps_overlap_is_named_in_a_line(run, world, tmp_path, monkeypatch):
    text = (curriculum_folder() / "instruments/imr-fidelity.toml").read_text(encoding="utf-8")
    broken = text.replace('"0.20", "0.30", "0.40", "0.50"', '"0.20", "0.40", "0.40", "0.50"', 1)
    (tmp_path / "imr-fidelity.toml").write_text(broken, encoding="utf-8")
    monkeypatch.setattr(instruments, "_folder", lambda: tmp_path)
    instruments.scale.cache_clear()
    answer = run(world.group.code)
    instruments.scale.cache_clear()
    assert answer.exit_code == 1 and "item 5" in answer.output and "two steps overlap" in answer.output


def test_people_whose_data_was_deleted_are_counted_and_nothing_more(run, world):
    db.session.add(DeletedPeople(group_id=world.group.id, people=2, newest_on=date(2026, 12, 1)))
    db.session.commit()
    assert json.loads(run(world.group.code, "--json").output)["no_longer_held"] == 2
    assert "The data of 2 people of this group was deleted." in run(world.group.code).output
