"""Languages: which one a page speaks, days and times, and links that stay on the page."""

import re
from datetime import date, datetime, time
from pathlib import Path

import pytest
from flask import render_template_string, session

from imrgroups import i18n
from imrgroups.config import ROOT
from imrgroups.i18n import LOCALES, compile_catalogues, day, direction, in_language, language, language_link, own_name, percent, short_day
from tests.conftest import NOW

TUESDAY = date(2027, 1, 5)


def said(app, code, make):
    with app.app_context(), app.test_request_context(f"/?lang={code}"):
        return make()


@pytest.mark.parametrize(
    ("code", "words"),
    [("en", "Tuesday 5 January"), ("da", "tirsdag den 5. januar"), ("sv", "tisdag den 5 januari"), ("he", "יום שלישי, 5 בינואר")],
)
def test_a_day_is_told_with_its_weekday_and_never_in_figures_alone(app, frozen, code, words):
    assert said(app, code, lambda: day(TUESDAY)) == words
    assert said(app, code, lambda: day(None)) == ""


def test_a_narrow_day_still_has_its_weekday(app, frozen):
    assert said(app, "en", lambda: short_day(TUESDAY)) == "Tue 5 Jan"
    assert said(app, "da", lambda: short_day(TUESDAY)).startswith("tir")


@pytest.mark.parametrize(
    ("value", "with_year"),
    [(date(2027, 10, 5), False), (date(2026, 4, 1), False), (date(2026, 1, 1), True), (date(2028, 1, 4), True), (date(1999, 1, 5), True)],
)
def test_a_day_further_off_than_a_groups_nine_months_tells_its_year(app, frozen, value, with_year):
    assert (str(value.year) in said(app, "en", lambda: day(value))) is with_year
    assert (str(value.year) in said(app, "da", lambda: short_day(value))) is with_year


@pytest.mark.parametrize(("code", "words"), [("en", "14.30"), ("da", "14.30"), ("he", "14:30")])
def test_a_time_is_told_as_people_write_it(app, code, words):
    assert said(app, code, lambda: i18n.clock(time(14, 30))) == words


def test_an_instant_is_told_in_the_zone_of_the_place(app, frozen):
    assert said(app, "en", lambda: i18n.when(NOW, "Europe/Copenhagen")) == "Tuesday 12 January at 10.00"
    late = datetime.fromisoformat("2027-01-12T23:30:00+00:00")
    assert said(app, "en", lambda: i18n.when(late, "Europe/Copenhagen")) == "Wednesday 13 January at 00.30"
    assert said(app, "en", lambda: i18n.when(None, "UTC")) == ""


def test_a_share_always_has_its_denominator(app):
    assert said(app, "en", lambda: percent(7, 9)) == "7 of 9 (78 %)"
    assert said(app, "en", lambda: percent(0, 0)) == "0 of 0"
    assert said(app, "en", lambda: percent(4582, 4583)) == "4582 of 4583 (99 %)"
    assert said(app, "en", lambda: percent(1, 400)) == "1 of 400 (1 %)"


@pytest.mark.parametrize(
    ("code", "name", "kept"),
    [
        ("he", "Elin T.", "\u2068Elin T.\u2069"), ("he", "נועה כ.", "נועה כ."),
        ("da", "Elin T.", "Elin T."), ("da", "נועה כ.", "\u2068נועה כ.\u2069"),
    ],
)
def test_a_name_keeps_its_own_order_in_a_sentence_that_runs_the_other_way(app, code, name, kept):
    counts = "ngettext('%(num)s, %(name)s', '%(num)s, %(name)s', 2, name=name)"
    sentence = "{{ _('%(name)s helps.', name=name) }}|{{ " + counts + " }}|{{ name|apart }}"
    whole, counted, alone = said(app, code, lambda: render_template_string(sentence, name=name)).split("|")
    assert kept in whole and counted == f"2, {kept}" and alone == kept


def test_numbers_have_the_mark_of_the_language(app):
    assert said(app, "en", lambda: i18n.number(3.25, 2)) == "3.25"
    assert said(app, "da", lambda: i18n.number(3.25, 2)) == "3,25"


OWN = [("da", "dansk"), ("he", "עברית"), ("ar", "العربية"), ("sv", "svenska"), ("xx", "xx"), ("not a tag", "not a tag")]


@pytest.mark.parametrize(("code", "name"), OWN)
def test_a_language_calls_itself_by_its_own_name(code, name):
    assert own_name(code) == name


@pytest.mark.parametrize(("code", "way"), [("he", "rtl"), ("ar", "rtl"), ("fa", "rtl"), ("da", "ltr"), ("", "ltr")])
def test_a_language_runs_its_own_way(app, code, way):
    with app.test_request_context("/?lang=en"):
        assert direction(code) == way


@pytest.mark.parametrize("code", LOCALES)
def test_a_page_says_its_language_and_direction_and_offers_the_others(app, code):
    page = app.test_client().get(f"/sign-in?lang={code}").text
    assert f'<html lang="{code}" dir="{"rtl" if code == "he" else "ltr"}"' in page
    assert ("nhsuk.rtl.min.css" in page) is (code == "he")
    for other in LOCALES:
        if other != code:
            assert f'href="/sign-in?lang={other}" lang="{other}" hreflang="{other}"' in page


def test_the_language_chosen_stays_for_the_next_page(app):
    client = app.test_client()
    client.get("/sign-in?lang=da")
    assert '<html lang="da"' in client.get("/sign-in").text
    assert '<html lang="da"' in client.get("/sign-in?lang=tlh").text


@pytest.mark.parametrize(("header", "code"), [("sv-SE,sv;q=0.9,en;q=0.5", "sv"), ("da", "da"), ("fr", "en"), ("", "en")])
def test_a_first_visit_speaks_the_language_of_the_browser(app, header, code):
    assert f'<html lang="{code}"' in app.test_client().get("/sign-in", headers={"Accept-Language": header}).text


@pytest.mark.parametrize(
    "query",
    [
        "endpoint=x", "_external=1&_scheme=javascript", "_anchor=%0aalert(1)", "_method=POST", "centre_id=2", "x=1&x=2", "q=%3Cscript%3E",
        "lang=da",
    ],
)
def test_a_link_to_another_language_stays_on_the_page_whatever_stands_in_the_address(app, query):
    with app.test_request_context(f"/sign-in?{query}"):
        link = language_link("da")
    assert link.startswith("/sign-in?") and link.endswith("lang=da") and link.count("lang=da") == 1 and "<" not in link
    answer = app.test_client().get(f"/sign-in?{query}")
    assert answer.status_code == 200


def test_a_page_that_is_not_there_still_offers_languages(app):
    answer = app.test_client().get("/no/such/page?lang=da")
    assert answer.status_code == 404 and 'href="/?lang=en"' in answer.text


def test_a_job_speaks_the_language_of_whom_it_writes_to(app):
    with app.app_context():
        with in_language("da"):
            assert language() == "da" and day(TUESDAY).startswith("tirsdag")
        with in_language("ar"):
            assert language() == "en", "a language the screens do not speak falls back, and does not fail"


def test_the_language_of_the_screens_is_not_changed_by_reading_a_person(app):
    with app.test_request_context("/?lang=da"):
        app.preprocess_request()
        assert session["lang"] == "da"
        assert render_template_string("{{ own_name('he') }} {{ locale }}") == "עברית da"


def catalogue(folder: Path, words: str) -> Path:
    po = folder / "da" / "LC_MESSAGES" / "messages.po"
    po.parent.mkdir(parents=True, exist_ok=True)
    po.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n' + words, encoding="utf-8")
    return po


def test_catalogues_are_compiled_once_and_again_when_the_source_is_newer(tmp_path):
    import os

    po = catalogue(tmp_path / "source", 'msgid "Save"\nmsgstr "Gem"\n')
    made = compile_catalogues(tmp_path / "source", tmp_path / "made")
    assert [path.name for path in made] == ["messages.mo"] and made[0].parent.parent.name == "da"
    assert compile_catalogues(tmp_path / "source", tmp_path / "made") == []
    for moved in (10, -10):  # a program that was updated; and a copy of a data folder, whose files are all newer
        when = made[0].stat().st_mtime + moved
        os.utime(po, (when, when))
        assert len(compile_catalogues(tmp_path / "source", tmp_path / "made")) == 1
    os.utime(made[0])
    assert len(compile_catalogues(tmp_path / "source", tmp_path / "made")) == 1
    assert not list((tmp_path / "made").rglob("*.part"))


def test_a_catalogue_that_cannot_be_read_stops_the_start(tmp_path):
    catalogue(tmp_path / "source", "this is no catalogue\n")
    with pytest.raises(ValueError, match=r"messages\.po, line \d+"):
        compile_catalogues(tmp_path / "source", tmp_path / "made")


def test_templates_speak_only_through_the_catalogue():
    """Words between tags that are not inside {{ }} would stay English for ever."""
    spoken = []
    for path in (ROOT / "imrgroups" / "templates").rglob("*.html"):
        if path.parent.name not in ("people", "tasks", "staff", "security", "errors") and path.name != "layout.html":
            continue
        bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]+>", " ", path.read_text(), flags=re.S)
        words = [word for word in re.findall(r"[A-Za-z]{3,}", bare) if word not in ("imrgroups",)]
        spoken += [(path.name, word) for word in words]
    assert spoken == []


def test_a_visitor_whose_browser_asks_for_nothing_gets_the_language_of_the_settings(app):
    app.config["SETTINGS"].language = "da"
    assert '<html lang="da"' in app.test_client().get("/sign-in", headers={"Accept-Language": "fr"}).text
