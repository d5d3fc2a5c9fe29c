"""The short version of every trial, on the database of this run; the full ones are started by hand (docs/trials.md)."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import POSTGRES
from tests.trials.__main__ import ANY_DATABASE, TRIALS

ROOT = Path(__file__).parent.parent.parent
pytestmark = [
    pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="the trials kill and fork processes, which Windows cannot"),
]


@pytest.mark.parametrize("name", TRIALS)
def test_the_promise_is_kept_and_its_control_fails(name):
    """In a process of its own: a trial forks, kills and runs on real time."""
    if POSTGRES and name in ANY_DATABASE:
        pytest.skip("needs no database; the run on SQLite has it")
    command = [sys.executable, "-m", "tests.trials", name, "--short", "--json", "--database", POSTGRES or "sqlite"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=500)
    assert done.stdout, done.stderr[-3000:]
    found = json.loads(done.stdout)
    if found["skipped"]:
        pytest.skip(f"{name} is left out, {found['skipped']}")
    assert found["held"], found
    assert found["control_failed"], found
