"""What the programme must hold, as it is shipped: each module, the named worksheets and figures, the instruments, care in what is said."""

import re
import tomllib

import pytest

from imrgroups import pdf
from imrgroups.config import ROOT, translations_folder
from imrgroups.library import content
from imrgroups.library.content import blocks as b
from imrgroups.library.content import checks, figures
from imrgroups.rules import readability

CONFIDENCE = {"verified", "inferred", "remembered", "unsure", "decided"}
LANGUAGES = ("en", "da", "sv", "he")
WORKSHEETS = {
    "network card": "network-card", "goal sheet with small steps": "goal-sheet", "weekly plan": "weekly-plan",
    "pros and cons": "pros-and-cons", "medication routine": "medicine-routine",
    "personal triggers and early warning signs": "triggers-and-early-signs",
    "relapse prevention plan": "relapse-plan", "stress diary": "stress-diary", "problem solving in steps": "problem-solving",
    "coping list": "coping-list", "my rights and contacts": "rights-and-contacts", "sleep and movement week": "sleep-and-movement-week",
}
FIGURES = ("stress-vulnerability", "steps-of-change", "network-card", "early-warning-line", "problem-solving-steps")
ILLNESS = re.compile(r"schizo|skizo|bipolar|depress|psychos|psykos|סכיזו|דו.?קוטב|דיכאון", re.I)
DOSE = re.compile(r"\d+([.,]\d+)?\s?(mg|milligrams?|micrograms?|ml|tablets?|tabletter|piller)\b", re.I)
TOLD_WHAT_THEY_HAVE = re.compile(
    r"\b(you|du) (have|suffer from|are|har|lider af|er) (an? |en )?(schizo|skizo|bipolar|depress|psycho[st]|psyko[st])", re.I
)


@pytest.fixture(scope="module")
def programme():
    return content.load()


@pytest.fixture(scope="module")
def report():
    return content.check(LANGUAGES)


@pytest.fixture(scope="module")
def languages():
    return {"en": content.ENGLISH} | {code: content.from_po(translations_folder(), code) for code in LANGUAGES[1:]}


def data(name):
    return tomllib.loads((ROOT / "curriculum" / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_language_has_a_finding(report, language):
    assert [f"{each.file}:{each.line}: {each.what}" for each in report.findings if each.locale == language] == []


def test_danish_is_whole_and_swedish_and_hebrew_have_the_first_module_and_the_three_questions(report):
    danish = [row for row in report.rows if row.locale == "da"]
    assert len(danish) > 150 and not any(row.untranslated or row.fuzzy for row in danish)
    first = [row for row in report.rows if row.locale in ("sv", "he") and re.search("/01-recovery-strategies/|/pulse", row.file)]
    assert len(first) > 20 and not any(row.untranslated or row.fuzzy for row in first)


def test_at_most_one_danish_entry_in_twenty_equals_its_english(report):
    assert report.same.keys() == {"da", "sv", "he"} and max(report.same.values()) <= checks.SAME_AT_MOST == 0.05


def test_the_texts_are_as_easy_to_read_as_was_promised(report):
    for row in report.rows:
        pages = row.kind in readability.PARTICIPANT_KINDS
        if row.score is not None:
            assert row.score <= {("grade", True): 6, ("lix", True): 30, ("grade", False): 9, ("lix", False): 40}[row.measure, pages], row
        assert not pages or row.longest <= 20, row
        assert row.kind != "handout" or not row.begun or row.locale != "en" or row.words >= 350, row


def test_no_review_is_claimed_that_nobody_made(report):
    shown = [row for row in report.rows if row.locale == "da" and row.words]
    assert shown and all(row.unreviewed for row in shown)


@pytest.mark.parametrize("module", [each["id"] for each in content.listing()["modules"]])
def test_a_module_has_all_its_parts(programme, module):
    one = programme.modules[module]
    topics = {each["id"] for each in data("instruments/imr-fidelity.toml")["topics"]}
    assert 3 <= len(one.topics) <= 6 and list(one.handouts) == [topic.handout for topic in one.topics]
    assert list(one.guides) == [topic.id for topic in one.topics] and set(one.sheets) == {"family", "ward"}
    assert one.sessions >= len(one.topics) - 1 and one.sources and one.worksheets
    assert one.scale_topic in topics or module in ("drug-alcohol", "healthy-lifestyle")
    minutes = [each.minutes for each in one.homework]
    assert len(minutes) >= 6 and min(minutes) == 2 and max(minutes) <= 30 and max(minutes) >= 15
    assert sum(each.supporter for each in one.homework) >= 2
    for guide in one.guides.values():
        assert [(block.step, block.minutes > 0) for block in guide.blocks if isinstance(block, b.StepBlock)] == [
            (step.id, True) for step in programme.steps
        ]
        point = next(block for block in guide.blocks if isinstance(block, b.Part) and block.kind == "point")
        said = " ".join(text.plain for text in content.texts(point))
        assert len(readability.sentences(said)) <= 2, f"{guide.id}: the point is more than two sentences"


def test_the_skills_of_the_scale_are_each_trained_by_a_module(programme):
    trained = {skill for module in programme.modules.values() for skill in module.skills}
    assert trained == {"coping_skills", "relapse_prevention", "behavioural_tailoring"}


@pytest.mark.parametrize("sheet", WORKSHEETS.values(), ids=WORKSHEETS)
def test_a_named_worksheet_is_given_out_and_filled_in_on_screen_and_paper(programme, sheet):
    page = programme.document(sheet)
    assert page.kind == "worksheet"
    assert any(sheet in topic.worksheets for module in programme.modules.values() for topic in module.topics)
    names = [field.name for field in content.fields(page)]
    shown = content.html(page, programme, fillable=True)
    assert names and all(f'name="{name}"' in shown for name in names)
    printed = content.printed(page, programme)
    assert any(isinstance(block, pdf.Lines | pdf.Ticks) or (isinstance(block, pdf.Table) and block.row_mm) for block in printed.blocks)
    assert printed.fields == ["Name", "Date"]


@pytest.mark.parametrize("figure", FIGURES)
def test_a_named_figure_is_drawn_with_labels_in_words_that_can_be_translated(programme, languages, figure):
    drawing = programme.drawing(figure)
    labels = [label.source for label in drawing.labels if label.translatable]
    assert labels and all(languages["da"].find(label) for label in labels)
    assert languages["da"].find(labels[0]) in figures.drawn(drawing, languages["da"].say, locale="da")


def test_practical_facts_has_parts_for_three_illnesses_and_no_shared_title_names_one(programme, languages):
    handouts = programme.modules["practical-facts"].handouts
    assert {"facts-schizophrenia", "facts-bipolar", "facts-depression"} <= set(handouts)
    named = [page.id for page in programme.documents() if ILLNESS.search(page.title.plain)]
    assert len(named) >= 3  # so the search finds something
    for language in languages.values():
        for page in programme.documents():
            assert not ILLNESS.search(language.say(page.safe_title.source)), page.id
        for module in programme.modules.values():
            assert not any(ILLNESS.search(language.say(topic.safe_title.source)) for topic in module.topics)


def test_every_page_for_participants_and_family_says_what_it_does_not_replace(programme, languages):
    for language in languages.values():
        care = language.word("page.care")
        assert language.english or care != content.ENGLISH.word("page.care")
        for page in programme.documents():
            if page.kind not in ("guide", "ward"):
                assert content.printed(page, programme, language).note == care


def test_every_screen_says_it_too(browser_as):
    for path in ("handouts/recovery-what-it-means", "worksheets/goal-sheet", "medication/family"):
        page = browser_as("Dana").get(f"/curriculum/{path}").get_data(as_text=True)
        assert "does not replace anyone" in page and "own treatment team." in page


def test_no_page_gives_a_dose_or_tells_readers_what_illness_they_have(programme, languages):
    assert DOSE.search("take 20 mg") and TOLD_WHAT_THEY_HAVE.search("Du har skizofreni")
    for code in ("en", "da"):
        for page in programme.documents():
            for text in content.texts(content.translate(page, languages[code])):
                assert not DOSE.search(text.plain), (page.id, text.plain)
                assert page.kind in ("guide", "ward") or not TOLD_WHAT_THEY_HAVE.search(text.plain), (page.id, text.plain)


def test_the_number_to_call_is_the_one_of_the_country(programme, languages):
    asked = {text.source for page in programme.documents() for text in content.texts(page) if "emergency number" in text.source}
    assert len(asked) > 20 and not any(re.search(r"\b(112|999|911)\b", text) for text in asked)
    for code, number in (("da", "112"), ("sv", "112"), ("he", "101")):
        said = [found for text in asked if (found := languages[code].find(text))]
        assert said and [text for text in said if number not in text] == [], code
    for module in programme.modules.values():
        sheet = module.sheets["family"]
        assert any("emergency number" in text.source for text in content.texts(sheet)), f"{module.id}: when must family seek help?"


@pytest.mark.parametrize("language", ["en", "da"])
def test_a_handout_has_two_to_four_printed_pages(programme, languages, language):
    pages = {}
    for module in programme.modules.values():
        for handout in module.handouts.values():
            made = pdf.render([content.printed(content.translate(handout, languages[language]), programme, languages[language])])
            pages[handout.id] = int(re.search(rb"/Type/Pages/Count (\d+)", made)[1])
    assert {id: count for id, count in pages.items() if not 2 <= count <= 4} == {}


def test_every_figure_of_the_programme_says_where_it_comes_from():
    programme = data("programme.toml")
    told = programme["where_from"]
    assert len(programme["modules"]) == 11 and programme["months"] == 9 and programme["exposure_minimum"] == 11
    assert len(programme["steps"]) == 8 and programme["quiet"]["allowed_from"] == "09:00"
    counted = {key for key in programme if isinstance(programme[key], int)}
    assert told.keys() == counted | {"modules", "sessions", "quiet"}
    for entry in (*told.values(), *programme["steps"], *programme["techniques"]):
        assert entry["source"] and entry["confidence"] in CONFIDENCE, entry


@pytest.mark.parametrize("name", ["imr-fidelity", "imrs-participant", "imrs-staff", "pulse"])
def test_an_instrument_has_a_version_and_every_item_a_source_and_how_sure_we_are(name):
    instrument = data(f"instruments/{name}.toml")
    assert re.fullmatch(r"\d{4}\.\d+", instrument["version"])
    assert len(instrument["items"]) == {"imr-fidelity": 13, "pulse": 3}.get(name, 15)
    for item in instrument["items"]:
        parts = [item[key] for key in ("definition", "anchors", "counting") if key in item] if name == "imr-fidelity" else [item]
        assert parts
        for part in parts:
            assert part["source"] in instrument["sources"] and part["confidence"] in CONFIDENCE, (name, item["id"])
