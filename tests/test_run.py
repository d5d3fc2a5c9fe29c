"""The starter: it installs once, says in one line what is in the way, and heals what was left half made."""

import ast
import errno
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def checkout(tmp_path):
    """A folder with the starter, and a package that prints what it was called with."""
    folder = tmp_path / "a folder"
    (folder / "imrgroups").mkdir(parents=True)
    for name in ("run.py", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "imrgroups" / "__main__.py").write_text(
        "import sys\nprint('imrgroups', *sys.argv[1:])\nsys.exit(3 if 'fail' in sys.argv else 0)\n")
    return folder


@pytest.fixture
def starter(checkout):
    """The starter of that folder as a module, with every command it would run written down instead."""
    spec = importlib.util.spec_from_file_location("starter", checkout / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.commands = []

    def note(command):
        module.commands.append(command)
        if "venv" in command:
            shutil.rmtree(module.VENV)
            python = Path(module.PYTHON)
            python.parent.mkdir(parents=True)
            python.symlink_to(os.path.realpath(sys.executable))
            Path(module.VENV, "pyvenv.cfg").write_text(f"home = {Path(os.path.realpath(sys.executable)).parent}\n", encoding="utf-8")
            Path(module.sysconfig.get_path("purelib", "venv", {"base": module.VENV})).mkdir(parents=True)
        return module.answers.pop(0) if module.answers else 0

    module.answers = []
    module.wait_for = note
    return module


def run(folder, *arguments, cwd=None):
    command = [sys.executable, str(folder / "run.py"), *arguments]
    return subprocess.run(command, cwd=cwd or folder, capture_output=True, text=True, timeout=30)


def kinds(commands):
    return ["venv" if "venv" in c else "uv" if "uv" in c else "pip" for c in commands]


def test_the_first_start_installs_and_the_second_does_not(starter, checkout):
    starter.prepare()
    assert kinds(starter.commands) == ["venv", "pip", "uv"]
    starter.commands.clear()
    starter.prepare()
    assert starter.commands == []
    assert run(checkout).stdout == "imrgroups run\n"


def test_a_command_is_passed_on_with_its_words_and_its_exit_code(starter, checkout, tmp_path):
    starter.prepare()
    done = run(checkout, "demo", "--as-of", "2027-01-05", "fail", cwd=tmp_path)
    assert (done.stdout, done.stderr, done.returncode) == ("imrgroups demo --as-of 2027-01-05 fail\n", "", 3)


def test_the_imrgroups_command_works_from_any_folder(starter, tmp_path):
    starter.prepare()
    (tmp_path / "secrets.py").write_text("raise SystemExit('a stray file was imported')\n")
    found = subprocess.run(["imrgroups", "list"], cwd=tmp_path, capture_output=True, text=True, timeout=30,
                           env={"PATH": str(Path(starter.PYTHON).parent), "PYTHONPATH": starter.ROOT})
    assert (found.stdout, found.stderr) == ("imrgroups list\n", "")


def test_a_start_killed_before_the_end_is_made_anew(starter):
    starter.prepare()
    Path(starter.STAMP).unlink()
    (Path(starter.VENV) / "left over").touch()
    starter.commands.clear()
    starter.prepare()
    assert kinds(starter.commands) == ["venv", "pip", "uv"]
    assert not (Path(starter.VENV) / "left over").exists()


def test_a_kill_while_installing_leaves_no_stamp(starter):
    starter.answers = [0, 0, KeyboardInterrupt]
    starter.wait_for = _raising(starter.wait_for)
    with pytest.raises(SystemExit, match="next start goes on"):
        starter.main([])
    assert not Path(starter.STAMP).exists()


def _raising(note):
    def wait_for(command):
        answer = note(command)
        if answer is KeyboardInterrupt:
            raise KeyboardInterrupt
        return answer
    return wait_for


def test_a_newer_lock_file_is_installed_into_the_same_venv(starter):
    starter.prepare()
    with open(starter.LOCK, "a", encoding="utf-8") as lock:
        lock.write("# newer\n")
    starter.commands.clear()
    starter.prepare()
    assert kinds(starter.commands) == ["pip", "uv"]


@pytest.mark.parametrize("stamp", ["", "3.9 /elsewhere\nabc\n", "\x00"])
def test_a_venv_of_another_python_or_place_is_made_anew(starter, stamp):
    starter.prepare()
    Path(starter.STAMP).write_text(stamp, encoding="utf-8")
    starter.commands.clear()
    starter.prepare()
    assert kinds(starter.commands)[0] == "venv"


def test_a_venv_whose_python_is_gone_is_made_anew(starter):
    starter.prepare()
    Path(starter.PYTHON).unlink()
    starter.commands.clear()
    starter.prepare()
    assert kinds(starter.commands)[0] == "venv"


@pytest.mark.parametrize(("answers", "order"), [([0, 1], ["venv", "pip"]), ([0, 0, 2], ["venv", "pip", "uv"])])
def test_pip_installs_where_uv_cannot(starter, answers, order):
    starter.answers = answers
    starter.prepare()
    assert kinds(starter.commands) == [*order, "pip"]
    assert starter.commands[-1][-3:] == ["--require-hashes", "-r", starter.LOCK]
    assert Path(starter.STAMP).exists()


def test_without_a_network_one_line_says_so_and_nothing_counts_as_installed(starter):
    starter.answers = [0, 1, 1]
    with pytest.raises(SystemExit, match="connected to the internet"):
        starter.prepare()
    assert not Path(starter.STAMP).exists()


def test_uv_itself_is_fetched_by_its_hash(starter):
    starter.prepare()
    lines = (Path(starter.VENV) / "uv.txt").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("uv==")
    assert len(lines) > 1 and all(line.strip().startswith("--hash=sha256:") for line in lines[1:])


@pytest.mark.parametrize("version", [(3, 10, 9), (2, 7, 18)])
def test_an_old_python_gets_one_line(starter, monkeypatch, version):
    monkeypatch.setattr(sys, "version_info", version)
    with pytest.raises(SystemExit, match=r"^imrgroups needs Python 3\.11 or newer, and this is") as refusal:
        starter.main([])
    assert f"{version[0]}.{version[1]}." in str(refusal.value) and "\n" not in str(refusal.value)
    assert starter.commands == []


def test_an_old_python_can_read_the_file():
    source = (ROOT / "run.py").read_text(encoding="ascii")
    tree = ast.parse(source, feature_version=(3, 4))
    later = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Starred, ast.Nonlocal, ast.YieldFrom)      # and what Python 2 cannot read
    assert not [node for node in ast.walk(tree) if isinstance(node, later)]
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert not [f.name for f in functions if f.returns or f.args.kwonlyargs or any(a.annotation for a in f.args.args)]
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    assert not [call for call in calls if call.func.id == "print" and call.keywords]


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_missing_venv_module_names_the_package(starter, monkeypatch, module):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(SystemExit, match="apt install python3-venv") as refusal:
        starter.prepare()
    assert "\n" not in str(refusal.value) and starter.commands == []


def test_a_folder_that_cannot_be_written_to_gets_one_line(starter, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(starter.os, "makedirs", refuse)
    with pytest.raises(SystemExit, match="cannot write to .*a folder.*Read-only file system.*Copy it") as refusal:
        starter.main([])
    assert "\n" not in str(refusal.value)


def test_the_lock_file_names_no_address_and_hashes_everything():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock and "index" not in lock and "find-links" not in lock and "/work" not in lock
    blocks = [block for block in lock.replace("\\\n", "").splitlines() if block and not block.startswith("#")]
    assert len(blocks) > 50 and all("==" in block and "--hash=sha256:" in block for block in blocks)
