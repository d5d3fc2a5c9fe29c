"""What README.md says of the curriculum is what is there."""

import re

import pytest

from imrgroups.config import ROOT
from imrgroups.library import content

README = (ROOT / "README.md").read_text(encoding="utf-8")
NAMES = {"en": "English (source)", "da": "Danish", "sv": "Swedish", "he": "Hebrew, right to left"}


def test_the_readme_counts_what_the_curriculum_holds():
    programme = content.load()
    modules = programme.modules.values()
    kinds = [page.kind for page in programme.documents()]
    counted = {
        "handouts": kinds.count("handout"), "worksheets": kinds.count("worksheet"), "plans for leaders": kinds.count("guide"),
        "choices of homework": sum(len(module.homework) for module in modules), "figures": sum(len(module.figures) for module in modules),
    }
    line = next(line for line in README.splitlines() if line.startswith("| **Curriculum**"))
    assert {name: int(re.search(rf"(\d+) {name}", line)[1]) for name in counted} == counted


def test_the_readme_counts_the_words_of_each_language():
    words = dict.fromkeys(NAMES, 0)
    for row in content.check(NAMES).rows:
        words[row.locale] += row.words * row.begun
    for code, name in NAMES.items():
        said = re.search(rf"^\| {re.escape(name)} \|[^|]*\| ([\d,]+) \|", README, re.M)
        assert int(said[1].replace(",", "")) == pytest.approx(words[code], rel=0.01), f"{name}: write {words[code]:,} in README.md"


def test_every_picture_in_the_readme_is_there():
    assert [name for name in re.findall(r"\]\((docs/pictures/[^)]+)\)", README) if not (ROOT / name).exists()] == []
