"""Texts go out to translators and come back: extraction, catalogues, and the check that says what is left."""

import gettext
import io
import json
import tomllib

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from imrgroups.config import ROOT
from imrgroups.library import content
from imrgroups.library.content import catalogues
from imrgroups.library.extract import extract_curriculum
from tests.library import small


def opened(text, name):
    file = io.BytesIO(text.encode())
    file.name = name
    return file


def extracted(text, name):
    return [(line, message, comments[0]) for line, _, message, comments in extract_curriculum(opened(text, name), (), (), {})]


def translate_all(po, change=lambda text: f"da {text}"):
    with po.open("rb") as file:
        catalogue = read_po(file, locale="da")
    for message in catalogue:
        if message.id:
            message.string = change(message.id)
            message.flags.discard("fuzzy")
    catalogues.write(catalogue, po)


def test_each_text_of_a_page_is_one_message_with_line_file_and_kind():
    found = extracted(small.HANDOUT, "curriculum/modules/01-kites/handouts/kites-first.md")
    place = "01-kites/handouts/kites-first"
    assert found[0] == (3, "Your first kite", f"{place}: title")
    assert found[1] == (6, "A kite can be a good thing to have. This page says **why** it may matter to you.", f"{place}: paragraph")
    assert (10, "A dry day", f"{place}: list item") in found
    assert (14, 'Mina has a red kite. "It pulls," she says.', f"{place}: example: paragraph") in found
    assert (32, "I go out", f"{place}: item to tick") in found
    assert (37, "Day", f"{place}: table head") in found
    assert (39, "Monday", f"{place}: table cell") in found
    assert "minutes" in [message for _, message, _ in extracted(catalogues.WORDS.read_text(encoding="utf-8"), str(catalogues.WORDS))]


def test_data_gives_its_titles_and_texts_but_no_ids_and_no_books():
    found = [message for _, message, _ in extracted(small.MODULE, "curriculum/modules/01-kites/module.toml")]
    assert found == ["Flying kites", "Your first kite", "Kites 1"]
    pulse = (ROOT / "curriculum/instruments/pulse.toml").read_text(encoding="utf-8")
    asked = [message for _, message, _ in extracted(pulse, "curriculum/instruments/pulse.toml")]
    assert "Did somebody talk with you about your own goal?" in asked and "Yes, more than once" in asked
    assert not {"decided", "programme", "pulse"} & set(asked)


def test_every_word_the_pages_are_built_with_is_given_to_translators():
    found = {message for _, message, _ in extracted(catalogues.WORDS.read_text(encoding="utf-8"), str(catalogues.WORDS))}
    words = {word["text"] for table in tomllib.loads(catalogues.WORDS.read_text(encoding="utf-8")).values() for word in table.values()}
    assert found == words and "Version" in words


def test_a_drawing_gives_its_labels(tmp_path):
    root = small.write(tmp_path)
    path = root / "modules/01-kites/figures/wind.svg"
    with path.open("rb") as file:
        assert [message for _, _, message, _ in extract_curriculum(file, (), (), {})] == ["Wind and kite", "Wind?", "Kite & tail"]


def test_babel_finds_the_same_texts_through_the_mapping(tmp_path):
    small.write(tmp_path)
    mapping = [("curriculum/**.md", "imrgroups.library.extract:extract_curriculum")]
    found = [message for _, _, message, _, _ in extract_from_dir(str(tmp_path), mapping)]
    assert "What would you like to try?" in found


def test_out_and_back_gives_a_translated_page(tmp_path):
    root, translations = small.write(tmp_path), tmp_path / "translations"
    counts = content.update_catalogues(["da"], path=root, translations=translations)
    assert counts["da"]["untranslated"] == counts["da"]["entries"] > 50
    assert "01-kites/handouts/kites-first: list item" in (translations / "curriculum.pot").read_text()
    po = catalogues.po_path(translations, "da")
    translate_all(po)
    page = content.translate(content.load(root).document("kites-first"), content.from_po(translations, "da"))
    assert page.missing == ()
    assert page.title.text == "da Your first kite"
    mo = io.BytesIO()
    with po.open("rb") as file:
        write_mo(mo, read_po(file, locale="da"))
    mo.seek(0)
    compiled = content.translate(content.load(root).document("kites-first"), gettext.GNUTranslations(mo))
    assert compiled == page


def test_without_a_catalogue_every_text_is_missing_and_english(tmp_path):
    document = content.load(small.write(tmp_path)).document("kites-first")
    page = content.translate(document, gettext.NullTranslations(), "da")
    assert "A dry day" in page.missing
    assert page.title.text == document.title.source


def test_a_changed_text_becomes_fuzzy_loses_its_review_and_is_not_shown(tmp_path):
    root, translations = small.write(tmp_path), tmp_path / "translations"
    content.update_catalogues(["da"], path=root, translations=translations)
    po = catalogues.po_path(translations, "da")
    translate_all(po)
    old = "A kite can be a good thing to have."
    text = po.read_text().replace(f'msgid "{old}', f'# reviewed: Ida Holm 2027-01-05\nmsgid "{old}')
    po.write_text(text)
    source = f"{old} This page says **why** it may matter to you."
    assert catalogues.entries(po)[source].reviewed == "Ida Holm 2027-01-05"
    changed = small.FILES[small.HANDOUT_FILE].replace("a good thing to have", "a very good thing to have")
    small.write(tmp_path, {small.HANDOUT_FILE: changed})
    content.update_catalogues(["da"], path=root, translations=translations)
    entry = catalogues.entries(po)[source.replace("a good", "a very good")]
    assert entry.fuzzy and entry.said and not entry.usable
    assert entry.reviewed == ""
    findings = content.check(["da"], path=root, translations=translations).findings
    assert [finding.line for finding in findings if "fuzzy" in finding.what] == [6]


def test_a_broken_catalogue_is_named_with_its_line(tmp_path):
    po = catalogues.po_path(tmp_path, "da")
    po.parent.mkdir(parents=True)
    po.write_text('msgid "a"\nmsgstr "b"\nnonsense\n')
    with pytest.raises(content.CurriculumError, match=r"curriculum\.po:3:"):
        catalogues.entries(po)


def test_a_complete_curriculum_has_no_finding_in_english(tmp_path):
    report = content.check(["en"], path=small.write(tmp_path), translations=tmp_path)
    assert report.findings == []
    rows = {row.file.rsplit("/", 1)[-1]: row for row in report.rows}
    assert rows["kites-first.md"].words >= 350
    assert rows["kites-first.md"].measure == "grade"
    assert rows["wind.svg"].measure == ""


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (small.HANDOUT_FILE, "They go up and they come down. ", "", "words more"),
        (small.HANDOUT_FILE, "### Your turn", "### My turn", "### Your turn"),
        (small.HANDOUT_FILE, "::: figure wind", "::: figure storm", "draw figures/storm.svg"),
        (small.HANDOUT_FILE, "A dry day", "A day " + "and a night " * 10, "a sentence of 32 words, at most 20"),
        (small.HANDOUT_FILE, "A dry day", "Responsibilities necessitate considerable preparation. " * 20, "grade"),
        ("modules/01-kites/guide/first-kite.md", "::: supporter\nAsk a friend along.\n:::\n", "", "add ::: supporter"),
        ("modules/01-kites/guide/first-kite.md", "::: step teach 45", "::: step teach 80", "85 minutes together"),
        ("modules/01-kites/guide/first-kite.md", "::: step teach 45", "::: step learn 45", "no step `learn`"),
        ("modules/01-kites/guide/first-kite.md", "exercise role-play", "exercise hope", "exercise role-play or modelling"),
        ("modules/01-kites/guide/first-kite.md", "- What would help?\n", "", "3 questions or more"),
        ("modules/01-kites/worksheets/kite-plan.md", "::: write 2\n:::\n", "", "something to fill in"),
        ("modules/01-kites/homework.toml", "minutes = 7", "minutes = 70", "takes 70 minutes"),
        ("modules/01-kites/module.toml", '["kite-plan"]', '["kite-plan", "sky-list"]', "write worksheets/sky-list.md"),
        ("modules/01-kites/family.md", "---\nid", "id", "begin the file with front matter"),
    ],
)
def test_what_is_missing_or_too_hard_is_a_finding(tmp_path, file, old, new, said):
    assert old in small.FILES[file]
    root = small.write(tmp_path, {file: small.FILES[file].replace(old, new)})
    findings = content.check(["en"], path=root, translations=tmp_path).findings
    assert [finding for finding in findings if said in finding.what and finding.file == f"curriculum/{file}"]


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "said"),
    [
        ("modules/01-kites/module.toml", "sessions = 2", "sessions 2", 3, "not TOML"),
        ("modules/01-kites/homework.toml", "supporter = true", "supporter = perhaps", 5, "not TOML"),
        ("modules/01-kites/homework.toml", "supporter = true", 'supporter = "true"', 5, "true or false"),
        (small.HANDOUT_FILE, "minutes: 20", "minutes 20", 4, "key: value"),
        (small.HANDOUT_FILE, "::: example", "::: exampel", 13, "no container `exampel`"),
        ("modules/01-kites/figures/wind.svg", "</text>\n</svg>", "\n</svg>", 9, "not well-formed"),
        ("instruments/sky.toml", "", 'id = "sky"\nscores 1\n', 2, "not TOML"),
    ],
)
def test_one_mistake_is_told_once_with_its_line_and_nothing_is_called_missing_for_it(tmp_path, file, old, new, line, said):
    was = small.FILES.get(file, "")
    assert old in was
    root = small.write(tmp_path, {file: was.replace(old, new, 1) if was else new})
    findings = content.check(["en"], path=root, translations=tmp_path).findings
    assert [(each.file, each.line) for each in findings] == [(f"curriculum/{file}", line)]
    assert said in findings[0].what


def test_missing_pages_are_findings_of_the_module(tmp_path):
    root = small.write(tmp_path, {small.HANDOUT_FILE: None, "modules/01-kites/ward.md": None})
    whats = [finding.what for finding in content.check(["en"], path=root, translations=tmp_path).findings]
    assert "write handouts/kites-first.md for the topic first-kite" in whats
    assert "write ward.md" in whats


def test_untranslated_texts_are_findings_and_unreviewed_ones_a_remark(tmp_path):
    root, translations = small.write(tmp_path), tmp_path / "translations"
    content.update_catalogues(["da"], path=root, translations=translations)
    po = catalogues.po_path(translations, "da")
    report = content.check(["da"], path=root, translations=translations)
    assert any("texts are not translated; the first is: Your first kite" in finding.what for finding in report.findings)
    translate_all(po, lambda text: f"Hej {text}")
    report = content.check(["da"], path=root, translations=translations)
    assert report.findings == []
    row = next(row for row in report.rows if row.kind == "handout")
    assert row.unreviewed > 10 and row.measure == "lix" and row.begun
    assert json.loads(json.dumps(report.as_dict()))["same"] == {"da": 0.0}


def test_a_language_not_begun_has_remarks_only(tmp_path):
    root = small.write(tmp_path)
    report = content.check(["he"], path=root, translations=tmp_path)
    assert report.findings == []
    assert all(row.untranslated and not row.begun for row in report.rows)


def test_a_translation_that_only_repeats_the_english_is_found(tmp_path):
    root, translations = small.write(tmp_path), tmp_path / "translations"
    content.update_catalogues(["da"], path=root, translations=translations)
    translate_all(catalogues.po_path(translations, "da"), lambda text: text)
    findings = content.check(["da"], path=root, translations=translations).findings
    assert [finding for finding in findings if "100% of the entries equal their English" in finding.what]


def test_a_lost_bold_mark_is_found(tmp_path):
    root, translations = small.write(tmp_path), tmp_path / "translations"
    content.update_catalogues(["da"], path=root, translations=translations)
    translate_all(catalogues.po_path(translations, "da"), lambda text: f"Hej {text}".replace("**why**", "**hvorfor"))
    findings = content.check(["da"], path=root, translations=translations).findings
    assert [(finding.line, finding.what) for finding in findings] == [(6, "the translation has lost or gained a ** mark")]


def test_the_english_of_before_is_still_known_after_the_next_update(tmp_path):
    root, translations = small.write(tmp_path), tmp_path / "translations"
    content.update_catalogues(["da"], path=root, translations=translations)
    po = catalogues.po_path(translations, "da")
    translate_all(po)
    changed = small.FILES[small.HANDOUT_FILE].replace("a good thing to have", 'a "very good" thing to have on a long, windy day by the sea')
    old = "A kite can be a good thing to have. This page says **why** it may matter to you."
    small.write(tmp_path, {small.HANDOUT_FILE: changed})
    for _again in range(3):
        content.update_catalogues(["da"], path=root, translations=translations)
        entry = next(entry for source, entry in catalogues.entries(po).items() if "windy day by the sea" in source)
        assert (entry.fuzzy, entry.before) == (True, old)
    assert "# | msgid" not in po.read_text()


def test_two_languages_brought_up_to_date_at_once_do_not_mix(tmp_path):
    root, translations = small.write(tmp_path), tmp_path / "translations"
    content.update_catalogues(["da", "sv"], path=root, translations=translations)
    translate_all(catalogues.po_path(translations, "da"))
    changed = small.FILES[small.HANDOUT_FILE].replace("a good thing to have", "a very good thing to have")
    small.write(tmp_path, {small.HANDOUT_FILE: changed})
    counts = content.update_catalogues(["da", "sv"], path=root, translations=translations)
    assert (counts["da"]["fuzzy"], counts["sv"]["fuzzy"]) == (1, 0)
    assert not any(entry.said for entry in catalogues.entries(catalogues.po_path(translations, "sv")).values())
