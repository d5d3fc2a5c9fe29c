"""Pages on screen: escaped, labelled, fillable, in the reader's language."""

import re
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser

import pytest

from imrgroups.library import content
from imrgroups.library.content import figures
from tests.library import small

DANISH = {
    "Your first kite": "Din første drage",
    "A dry day": "En tør dag",
    "Some wind & a friend": "<b>vind</b>",
    "Wind?": "Vind?",
    "Important": "Vigtigt",
}


@pytest.fixture
def programme(tmp_path):
    return content.load(small.write(tmp_path))


class Tags(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.found = []
        self.open = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in ("input", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def all(self, tag):
        return [attrs for name, attrs in self.found if name == tag]


@pytest.mark.parametrize("fillable", [True, False])
def test_every_element_is_closed_and_every_id_is_unique(programme, fillable):
    for document in programme.documents():
        tags = Tags(content.html(document, programme, fillable=fillable))
        assert tags.open == []
        ids = [attrs["id"] for _, attrs in tags.found if "id" in attrs]
        assert len(ids) == len(set(ids))
        assert not [attrs for _, attrs in tags.found if "style" in attrs]


def test_every_field_has_its_stable_name_a_label_and_its_value(programme):
    document = programme.document("kites-first")
    names = [field.name for field in content.fields(document)]
    assert names == [
        "kites-first.try", "kites-first.habits.1", "kites-first.habits.2", "kites-first.week.1.1", "kites-first.week.2.0",
        "kites-first.week.2.1",
    ]
    page = content.html(document, programme, fillable=True, values={"kites-first.try": "<i>fly</i> & rest", "kites-first.habits.2": "1"})
    tags = Tags(page)
    fields = tags.all("textarea") + tags.all("input")
    assert {attrs["name"] for attrs in fields} == set(names)
    labelled = {attrs["for"] for attrs in tags.all("label")}
    ids = {attrs.get("id") for _, attrs in tags.found}
    for attrs in fields:
        assert attrs.get("aria-label") or attrs.get("aria-labelledby") in ids - {None} or attrs["id"] in labelled
    assert "&lt;i&gt;fly&lt;/i&gt; &amp; rest</textarea>" in page
    assert [attrs["name"] for attrs in tags.all("input") if "checked" in attrs] == ["kites-first.habits.2"]


def test_a_page_that_cannot_be_filled_in_has_lines_and_no_fields(programme):
    page = content.html(programme.document("kites-first"), programme)
    assert "<textarea" not in page and "<input" not in page
    assert '<div class="imr-lines" aria-hidden="true"><div></div><div></div><div></div></div>' in page
    assert "Some wind &amp; a friend" in page


def test_a_field_under_a_box_is_called_by_the_box(tmp_path):
    page = small.FILES[small.HANDOUT_FILE].replace("if you fall.\n:::\n", "if you fall. Call:\n:::\n\n::: write 1 crisis-line\n:::\n")
    programme = content.load(small.write(tmp_path, {small.HANDOUT_FILE: page}))
    document = programme.document("kites-first")
    tags = Tags(content.html(document, programme, fillable=True))
    (area,) = [attrs for attrs in tags.all("textarea") if attrs["name"] == "kites-first.crisis-line"]
    assert area["aria-labelledby"] in [attrs.get("id") for attrs in tags.all("p")]
    assert next(field.label for field in content.fields(document) if field.name == "kites-first.crisis-line") == "Seek help now"


def test_one_minute_is_not_called_minutes(programme):
    assert (content.ENGLISH.minutes(1), content.ENGLISH.minutes(25)) == ("1 minute", "25 minutes")


def test_headings_begin_at_the_level_asked_for(programme):
    levels = re.findall(r"<h(\d)", content.html(programme.document("kites-first"), programme, heading_level=3))
    assert levels == ["3", "4", "3", "3"]


def test_a_translation_is_escaped_and_what_is_missing_stays_english_and_says_so(programme):
    danish = content.language(DANISH.get, "da")
    page = content.translate(programme.document("kites-first"), danish)
    html = content.html(page, programme, danish)
    assert page.title.text == "Din første drage"
    assert "<li>En tør dag</li>" in html and "&lt;b&gt;vind&lt;/b&gt;" in html
    assert "Vigtigt" in html
    assert '<p lang="en" dir="ltr">What would you like to try?</p>' in html
    assert "Your turn" in page.missing and "A dry day" not in page.missing
    assert page.version != programme.document("kites-first").version


def test_a_figure_is_named_described_and_translated(programme):
    danish = content.language(DANISH.get, "da")
    html = content.html(content.translate(programme.document("kites-first"), danish), programme, danish)
    svg = re.search(r"<svg.*?</svg>", html, re.S).group()
    tags = Tags(svg.replace("xmlns", "x"))
    (root,) = tags.all("svg")
    assert root["role"] == "img"
    assert root["aria-labelledby"].split() == [tags.all("title")[0]["id"], tags.all("desc")[0]["id"]]
    assert "Wind and kite" in svg and "The wind comes from the left" in svg
    assert "Vind?" in svg and "Wind?" not in svg
    assert "Kite &amp; tail" in svg
    assert 'fill="#eee"' in svg and 'stroke="#333"' in svg and "<style" not in svg
    marker = tags.all("marker")[0]["id"]
    assert marker != "tip" and f"url(#{marker})" in svg


def test_a_drawing_is_the_same_when_another_library_names_svg_its_own_way(programme, monkeypatch):
    """As the library that draws the code for the second step of sign-in does; each drawing was then unknown to browsers."""
    figure = programme.drawing("wind")
    before = figures.drawn(figure, str, locale="en")
    figures._plain.cache_clear()
    monkeypatch.setattr(ElementTree, "_namespace_map", dict(ElementTree._namespace_map))
    ElementTree.register_namespace("svg", "http://www.w3.org/2000/svg")
    assert figures.drawn(figure, str, locale="en") == before
    figures._plain.cache_clear()


def test_labels_of_a_right_to_left_figure_are_turned_and_the_drawing_is_not(programme):
    hebrew = content.language({"Wind?": "רוח?"}.get, "he")
    html = content.html(content.translate(programme.document("kites-first"), hebrew), programme, hebrew)
    assert "\u200fרוח?\u200f" in html
    assert '<figure class="imr-figure" dir="ltr">' in html
    assert 'font-family="Noto Sans Hebrew"' in html


def test_a_figure_not_drawn_yet_is_told_in_words(tmp_path):
    programme = content.load(small.write(tmp_path, {"modules/01-kites/figures/wind.svg": None}))
    html = content.html(programme.document("kites-first"), programme)
    assert "<svg" not in html and "<p>The wind comes from the left and lifts the kite.</p>" in html


def test_the_same_page_is_rendered_once_and_again_when_a_word_changes(programme):
    document = programme.document("kites-first")
    assert content.html(document, programme) is content.html(document, programme)
    said = {"Wind?": "Vind?"}
    danish = content.language(said.get, "da")
    first = content.html(content.translate(document, danish), programme, danish)
    said["Wind?"] = "Blæst?"
    assert "Blæst?" in content.html(content.translate(document, danish), programme, danish) != first
