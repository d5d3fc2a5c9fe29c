"""The architecture, enforced. The list ROOMS is the architecture: a room imports only rooms to its left."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "imrgroups"
ROOMS = [
    "staff", "people", "library", "groups", "enrolment", "attendance", "goals", "homework", "notes", "outreach", "outcomes", "fidelity",
    "mypage", "desk", "overview",
]
GROUND = ["config", "db", "secret", "i18n", "permissions", "auth", "guest", "forms", "sms", "pdf", "audit"]
ROOF = ["__init__", "roof", "jobs", "cli", "demo", "backup", "serving", "__main__"]
ORDINARY = {"__init__", "models", "actions", "views", "forms"}
ONLY_IN = {"twilio": {"sms"}, "apscheduler": {"jobs"}, "typst": {"pdf"}}
CLOCK = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time"), ("datetime", "today")}


def sources() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def imports(path: Path) -> list[tuple[str, int, bool]]:
    """(module, line, at the top of the file) for each import, `from a import b` giving both a and a.b."""
    tree = ast.parse(path.read_text())
    top = set(map(id, tree.body))
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno, id(node) in top) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: import by the whole name"
            found.append((node.module or "", node.lineno, id(node) in top))
            found += [(f"{node.module}.{alias.name}", node.lineno, id(node) in top) for alias in node.names]
    return found


def room_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "imrgroups" and parts[1] in ROOMS else None


@pytest.mark.parametrize("path", sorted((PACKAGE / "rules").rglob("*.py")), ids=lambda path: path.stem)
def test_rules_import_only_the_standard_library_and_rules(path):
    import sys

    for module, line, _top in imports(path):
        first = module.split(".")[0]
        assert first in sys.stdlib_module_names or module.startswith("imrgroups.rules"), f"{path}:{line} imports {module}"


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_rooms_import_only_to_their_left_and_ground_no_room(path):
    module = name_of(path)
    own, part = room_of(module), module.split(".")[1] if "." in module else ""
    special = {room: specials(room) for room in ROOMS}
    for imported, line, _top in imports(path):
        other = room_of(imported)
        where = f"{path.relative_to(ROOT)}:{line} imports {imported}"
        if other is None or other == own:
            continue
        if own is not None:
            assert ROOMS.index(other) < ROOMS.index(own), f"{where}, a room to its right"
            third = (imported.split(".") + [""])[2]
            assert third in {"models", "actions", "", *special[other]}, f"{where}: only models, actions and the special file"
        elif part in GROUND or part == "rules":
            pytest.fail(f"{where}: ground and rules know no room")
        else:
            assert part in ROOF, f"{where}: {part} is neither roof nor room"


def specials(room: str) -> set[str]:
    folder = PACKAGE / room
    if not folder.exists():
        return set()
    return {path.stem for path in folder.iterdir() if path.suffix == ".py" or path.is_dir()} - ORDINARY - {"__pycache__"}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_at_most_one_special_file(room):
    allowed = 2 if room == "library" else 1  # library also holds the extractor that Babel loads by name
    assert len(specials(room)) <= allowed, f"{room}: {sorted(specials(room))}"


@pytest.mark.parametrize("path", [path for path in sources() if path.name in ("models.py", "actions.py")], ids=name_of)
def test_models_and_actions_know_nothing_of_requests(path):
    for module, line, _top in imports(path):
        assert module.split(".")[0] != "flask", f"{path}:{line} imports {module}"


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_commit_stands_only_in_actions_and_audit(path):
    if path.name == "actions.py" or path == PACKAGE / "audit.py" or "actions" in path.parts:
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and node.attr == "commit":
            pytest.fail(f"{path}:{node.lineno}: only actions commit")


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_a_library_that_must_stay_replaceable_has_one_door(path):
    for module, line, _top in imports(path):
        first = module.split(".")[0]
        if first in ONLY_IN:
            assert path.stem in ONLY_IN[first], f"{path}:{line} imports {first}"


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_only_config_reads_the_clock(path):
    if path == PACKAGE / "config.py":
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            assert (node.func.value.id, node.func.attr) not in CLOCK, f"{path}:{node.lineno} reads the clock"


@pytest.mark.parametrize("path", [path for path in sources() if path.name == "actions.py"], ids=name_of)
def test_writers_are_told_who_and_when(path):
    """A public function that commits takes by= and now= (a sweep of a job takes only now)."""
    for node in ast.parse(path.read_text()).body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        commits = any(isinstance(part, ast.Attribute) and part.attr == "commit" for part in ast.walk(node))
        names = {argument.arg for argument in node.args.args + node.args.kwonlyargs}
        if commits:
            assert "now" in names, f"{path}:{node.lineno} {node.name} commits without now="
            assert "by" in names or "dry_run" in names, f"{path}:{node.lineno} {node.name} commits without by="


@pytest.mark.parametrize("path", sources(), ids=name_of)
def test_no_file_is_over_300_lines(path):
    assert len(path.read_text().splitlines()) <= 300, f"{path}: split the room, not the file"


def documented(path: Path) -> bool:
    parts = path.relative_to(PACKAGE).parts
    return parts[0] == "rules" or path.name == "actions.py" or path.stem in GROUND or path.stem in ROOF


@pytest.mark.parametrize("path", [path for path in sources() if documented(path)], ids=name_of)
def test_public_functions_and_classes_say_what_they_do(path):
    tree = ast.parse(path.read_text())
    members = list(tree.body) + [part for node in tree.body if isinstance(node, ast.ClassDef) for part in node.body]
    for node in members:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_") and node.name != "Meta":
            overload = any(isinstance(mark, ast.Name) and mark.id == "overload" for mark in node.decorator_list)
            assert overload or ast.get_docstring(node), f"{path}:{node.lineno} {node.name} has no docstring"


def test_every_setting_is_described():
    from imrgroups.config import Settings

    settings, example = (ROOT / "docs/settings.md").read_text(), (ROOT / ".env.example").read_text()
    for name in Settings.model_fields:
        variable = f"IMRGROUPS_{name.upper()}"
        assert f"`{variable}`" in settings, f"docs/settings.md lacks {variable}"
        assert variable in example, f".env.example lacks {variable}"


def test_every_job_has_a_sentence_and_every_room_a_paragraph():
    from imrgroups.jobs import all_jobs

    house = (ROOT / "docs/house.md").read_text()
    for job in all_jobs():
        assert job.sentence.endswith("."), job.name
        assert job.name in house, f"docs/house.md lacks the job {job.name}"
    for room in ROOMS:
        if (PACKAGE / room).exists():
            assert f"**{room}**" in house, f"docs/house.md lacks the room {room}"


def test_the_top_level_holds_nothing_else():
    expected = {
        "imrgroups", "curriculum", "translations", "migrations", "tests", "wsgi.py", "pyproject.toml", "run.py", "README.md",
        "CHANGELOG.md",
        "LICENSE", ".env.example", "docs", ".ci", "requirements.lock", ".gitignore", ".gitattributes",
    }
    import subprocess

    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.split("\n")
    if listed == [""]:
        pytest.skip("not a git checkout")
    assert {name.split("/")[0] for name in listed if name} <= expected
