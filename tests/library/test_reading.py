"""The curriculum is read whole, and every mistake is named with file and line."""

import os
import subprocess
import sys

import pytest

from imrgroups.library import content
from imrgroups.library.content import blocks as b
from imrgroups.library.content import parse
from tests.library import small


def body(text):
    return parse.page(f"---\nid: a\ntitle: A\n---\n{text}", "a.md").blocks


def test_the_small_curriculum_is_read(tmp_path):
    programme = content.load(small.write(tmp_path))
    module = programme.modules["kites"]
    assert (module.number, module.sessions, module.scale_topic, module.skills) == (1, 2, "kites", ("coping_skills",))
    assert [type(block).__name__ for block in programme.document("kites-first").blocks] == [
        "Paragraph", "Heading", "ListBlock", "Example", "FigureBlock", "Box", "Heading", "Paragraph", "Write", "Tick", "Grid", "Heading",
        "Paragraph",
    ]
    assert {document.id for document in programme.documents()} == {
        "kites-first", "kite-plan", "family-kites", "ward-kites", "guide-kites-first-kite",
    }
    assert programme.document("kites-first").safe_title.text == "Kites 1"
    assert [each.supporter for each in module.homework] == [True, True, False, False, False, False]
    assert module.sources[0].entry["year"] == 2001


def test_a_paragraph_over_two_lines_is_one_text_with_its_bold_words(tmp_path):
    first = content.load(small.write(tmp_path)).document("kites-first").blocks[0]
    assert isinstance(first, b.Paragraph)
    assert first.text.source == "A kite can be a good thing to have. This page says **why** it may matter to you."
    assert first.text.runs[1] == ("why", True)
    assert first.text.line == 6


def test_rows_of_a_grid_with_given_days_count_among_those_asked_for():
    grid = body("::: grid 3 week\n| Day | Plan |\n|---|---|\n| Monday | |\n| Sunday | rest |\n:::\n")[0]
    assert isinstance(grid, b.Grid)
    assert [[cell.source for cell in row] for row in grid.rows] == [["Monday", ""], ["Sunday", "rest"], ["", ""], ["", ""]]


def test_fields_without_a_name_are_counted():
    blocks = body("::: write 1\n:::\n\n::: write 2 mine\n:::\n\n::: tick\n- a\n:::\n")
    assert [block.name for block in blocks] == ["field-1", "mine", "field-2"]


def test_escaped_signs_are_only_signs():
    assert body("5 \\* 3 & less < more")[0].text.source == "5 * 3 & less < more"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("::: exampel\nx\n:::", 5, "no container `exampel`"),
        ("x\n\n::: example\ny", 7, "never closed"),
        (":::", 5, "closes nothing"),
        ("::: box\n::: write 2\n:::\n:::", 6, "do not nest"),
        (":::box\nx\n:::", 5, "three colons and then a space"),
        ("::: write many\n:::", 5, "lines to write on"),
        ("::: write 2 Big_Name\n:::", 5, "lower-case words"),
        ("::: write 2 a\n:::\n\n::: tick a\n- x\n:::", 8, "used already on line 5"),
        ("::: grid 2 week\nno table\n:::", 5, "one table"),
        ("::: tick t\nno list\n:::", 5, "one list"),
        ("::: difficult late\nx\n:::", 5, "upset, unwell, disagrees"),
        ("::: step teach\nx\n:::", 5, "takes 2 words"),
        ("::: example\n:::", 5, "is empty"),
        ("# Big", 5, "begin headings with ###"),
        ("x\n\n<b>bold</b>", 7, "HTML"),
        ("a [link](http://example.org)", 5, "links"),
        ("*thin*", 5, "only **bold**"),
        ("    code", 5, "code"),
        ("-\n", 5, "empty"),
        ("> said", 5, "only paragraphs"),
        ("x\n\n---\n\ny", 7, "dashes"),
    ],
)
def test_a_mistake_in_a_page_names_its_line(text, line, said):
    with pytest.raises(content.CurriculumError) as error:
        body(text)
    assert error.value.line == line
    assert said in error.value.what
    assert str(error.value).startswith(f"a.md:{line}: ")


@pytest.mark.parametrize(
    ("page", "line", "said"),
    [
        ("no front matter", 1, "begin the file with front matter"),
        ("---\nid: a\ntitle A\n---\n", 3, "key: value"),
        ("---\nid: a\nid: b\n---\n", 3, "stands twice"),
        ("---\nid: a\n", 2, "close the front matter"),
    ],
)
def test_a_mistake_in_front_matter_names_its_line(page, line, said):
    with pytest.raises(content.CurriculumError) as error:
        parse.page(page, "a.md")
    assert error.value.line == line
    assert said in error.value.what


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "said"),
    [
        ("programme.toml", 'version = "2027.1"', 'version = 2027.1"', 2, "not TOML"),
        ("programme.toml", "motivational", "magical", 16, "no family"),
        ("programme.toml", '["kites"]', '["kites", "boats"]', 3, "no folder"),
        ("modules/01-kites/module.toml", "sessions = 2", 'sessions = "two"', 3, "a whole number"),
        ("modules/01-kites/module.toml", 'handout = "kites-first"', "", 8, "`handout` is missing"),
        ("modules/01-kites/module.toml", "coping_skills", "juggling", 5, "no skill"),
        ("modules/01-kites/homework.toml", "supporter = false", 'supporter = "no"', 15, "should be true or false"),
        ("modules/01-kites/homework.toml", 'id = "kites-1"', 'id = "kites-0"', 7, "stands twice"),
        ("modules/01-kites/handouts/kites-first.md", "minutes: 20", "minutes: soon", 4, "whole number"),
        ("modules/01-kites/handouts/kites-first.md", "minutes: 20", "minuets: 20", 1, "add `minutes"),
        ("modules/01-kites/worksheets/kite-plan.md", "id: kite-plan", "id: kites-first", 1, "used already"),
        ("modules/01-kites/family.md", "family-kites", "family-boats", 2, "`family-kites`"),
        ("modules/01-kites/figures/wind.svg", "</text>\n</svg>", "\n</svg>", 9, "not well-formed"),
        ("modules/01-kites/figures/wind.svg", "<rect", '<script/><rect onclick="x"', 5, "cannot be used"),
    ],
)
def test_a_mistake_anywhere_stops_the_load_with_file_and_line(tmp_path, file, old, new, line, said):
    assert old in small.FILES[file]
    root = small.write(tmp_path, {file: small.FILES[file].replace(old, new, 1)})
    with pytest.raises(content.CurriculumError) as error:
        content.load(root)
    assert error.value.file == f"curriculum/{file}"
    assert error.value.line == line
    assert said in error.value.what


def test_a_watched_curriculum_is_read_again_when_a_file_is_saved(tmp_path, monkeypatch):
    monkeypatch.setattr(content, "LOOK_AGAIN_SECONDS", 0.0)
    root = small.write(tmp_path)
    before = content.load(root, watch=True)
    assert content.load(root, watch=True) is before
    page = root / small.HANDOUT_FILE
    page.write_text(page.read_text().replace("A dry day", "A windy day"))
    os.utime(page, ns=(1, 1))
    assert content.load(root) is before
    after = content.load(root, watch=True)
    assert "A windy day" in [text.source for text in content.texts(after.document("kites-first"))]
    assert after.document("kites-first").version != before.document("kites-first").version


def test_the_curriculum_needs_neither_flask_nor_a_database():
    unwanted = "('flask', 'sqlalchemy', 'typst')"
    code = f"import sys; from imrgroups.library import content, extract; print([m for m in {unwanted} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_listing_has_every_module_in_order():
    listed = content.listing()
    assert [module["id"] for module in listed["modules"]] == [
        "recovery-strategies", "practical-facts", "stress-vulnerability", "social-support", "medication", "drug-alcohol", "relapses",
        "healthy-lifestyle", "stress", "problems-symptoms", "needs",
    ]
    none = {module["id"] for module in listed["modules"] if module["scale_topic"] is None}
    assert none == {"drug-alcohol", "healthy-lifestyle"}
    handouts = [handout for module in listed["modules"] for handout in module["handouts"]]
    assert len(handouts) == len(set(handouts)) >= 33
    assert {each["family"] for each in listed["techniques"]} == {
        "motivational", "educational", "cognitive_behavioural", "coping_skills", "relapse_prevention", "behavioural_tailoring",
    }
    assert set(listed["modules"][0]) == {"id", "title", "sessions", "scale_topic", "topics", "handouts", "worksheets"}
