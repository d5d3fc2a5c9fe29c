"""The curriculum on screen and paper, as its readers meet it."""

import re

import pytest

from imrgroups.db import db
from imrgroups.i18n import gettext, in_language
from imrgroups.library import content
from imrgroups.library.content import cockpit
from imrgroups.library.content.shelf import opened
from imrgroups.library.models import Comment
from tests.library.conftest import HANDOUT, in_danish
from tests.library.test_actions import plain, say

pytestmark = pytest.mark.usefixtures("translations")

PAGES = [
    f"/curriculum/handouts/{HANDOUT}", "/curriculum/worksheets/goal-sheet", "/curriculum/recovery-strategies/guide/what-helps",
    "/curriculum/recovery-strategies/family", "/curriculum/recovery-strategies/ward",
]


def body(answer):
    return answer.get_data(as_text=True)


def text_of(page):
    """The opening tag of the text itself."""
    return re.search(r'<div lang="(\w+)" dir="(\w+)">\s*<div class="imr-page', page).groups()


def test_nobody_signed_in_is_led_to_the_way_in_and_an_administrator_has_nothing_here(browser_as):
    nobody, adam = browser_as(), browser_as("Adam")
    for path in ["/curriculum", "/curriculum/recovery-strategies", *PAGES, *(f"{path}.pdf" for path in PAGES)]:
        answer = nobody.get(path)
        assert answer.status_code == 302 and "/sign-in" in answer.location, path
        assert adam.get(path).status_code == 403, path


def test_staff_who_need_the_texts_may_read_them(browser_as):
    for name in ("Dana", "Nora", "Kim"):
        client = browser_as(name)
        for path in ["/curriculum", "/curriculum/recovery-strategies", *PAGES]:
            assert client.get(path).status_code == 200, path


def test_every_page_is_there_on_paper_too(browser_as):
    client = browser_as("Dana")
    for path in PAGES:
        paper = re.search(rf'href="({re.escape(path)}\.pdf\?[^"]*)"', body(client.get(path)))[1].replace("&amp;", "&")
        answer = client.get(paper)
        assert answer.mimetype == "application/pdf" and b"pdfuaid" in answer.data
        assert answer.headers["Content-Disposition"].startswith("inline; filename=")


def test_what_is_not_written_is_not_found(browser_as):
    client = browser_as("Dana")
    for path in (
        "nothing", "handouts/nothing", "handouts/nothing.pdf", "handouts/goal-sheet", "worksheets/recovery-what-helps",
        "recovery-strategies/guide/nothing", "nothing/guide/what-helps", "nothing/family", "nothing/pack.pdf", "recovery-strategies/other",
        "handouts/guide-recovery-strategies-what-helps",
    ):
        assert client.get(f"/curriculum/{path}").status_code == 404, path


def test_the_index_shows_eleven_modules_with_topics_that_name_no_illness(browser_as):
    page = body(browser_as("Dana").get("/curriculum"))
    assert page.count('class="imr-module"') == 11
    assert "Practical facts 2" in page and "schizophrenia" not in page


def test_search_finds_titles_in_english_and_in_the_readers_language(browser_as, world, sheet):
    client = browser_as("Nora")
    assert "/curriculum/handouts/facts-schizophrenia" in body(client.get("/curriculum?q=SCHIZO"))
    found = body(client.get("/curriculum?q=recover helps&lang=da"))
    assert f"/curriculum/handouts/{HANDOUT}" in found and in_danish("What helps people recover?") in found
    say(world, sheet, sheet.title.source, "Det, der hjælper")
    assert f"/curriculum/handouts/{HANDOUT}" in body(client.get("/curriculum?q=hjælper"))
    assert "No title has these words" in body(client.get("/curriculum?q=zzz&lang=en"))
    assert "<script" not in body(client.get("/curriculum?q=<script>")).split("<h1>")[1]


def test_a_module_shows_what_there_is_for_each_topic(browser_as):
    page = body(browser_as("Dana").get("/curriculum/recovery-strategies"))
    module = content.load().modules["recovery-strategies"]
    for topic in module.topics:
        assert f"/curriculum/recovery-strategies/guide/{topic.id}" in page and f"/curriculum/handouts/{topic.handout}" in page
    assert all(each.text.source.split('"')[0] in page for each in module.homework)
    assert "/curriculum/recovery-strategies/pack.pdf?guides=1" in page


def test_a_page_speaks_the_readers_language_where_it_can(browser_as):
    client = browser_as("Dana")
    assert text_of(body(client.get(f"/curriculum/handouts/{HANDOUT}?lang=da"))) == ("da", "ltr")
    untranslated = body(client.get("/curriculum/handouts/stress-what-it-is"))
    assert text_of(untranslated) == ("en", "ltr")
    with in_language("sv"):
        said = gettext("There is no text in your language yet. This is the English.")
    assert said in body(client.get("/curriculum/handouts/stress-what-it-is?lang=sv"))


def test_the_language_of_the_text_can_be_chosen_apart_from_that_of_the_screen(browser_as):
    client = browser_as("Dana")
    page = body(client.get(f"/curriculum/handouts/{HANDOUT}?lang=en"))
    assert 'in=da" lang="da" hreflang="da">dansk</a>' in page
    danish = body(client.get(f"/curriculum/handouts/{HANDOUT}?in=da"))
    assert '<html lang="en" dir="ltr"' in danish and text_of(danish) == ("da", "ltr")
    assert 'hreflang="da"' not in body(client.get("/curriculum/handouts/stress-what-it-is")).split("site-footer")[0]
    assert text_of(body(client.get(f"/curriculum/handouts/{HANDOUT}?in=xx"))) == ("en", "ltr")


def test_hebrew_runs_from_right_to_left_on_screen_and_paper(browser_as, world, sheet):
    for message in sheet.messages:
        source = message.text.source
        say(world, sheet, source, "**מילה**" if "**" in source else "החלמה היא מילה", locale="he")
    client = browser_as("Dana")
    page = body(client.get(f"/curriculum/handouts/{HANDOUT}?in=he"))
    assert text_of(page) == ("he", "rtl") and '<html lang="en" dir="ltr"' in page
    assert '<h1 lang="he" dir="rtl">החלמה היא מילה</h1>' in page
    assert 'lang="he" hreflang="he">עברית</a>' in body(client.get(f"/curriculum/handouts/{HANDOUT}"))
    whole = body(client.get(f"/curriculum/handouts/{HANDOUT}?lang=he"))
    assert '<html lang="he" dir="rtl"' in whole and text_of(whole) == ("he", "rtl")
    assert b"/Lang(he)" in client.get(f"/curriculum/handouts/{HANDOUT}.pdf?in=he").data


def test_the_page_says_quietly_what_a_translation_is_worth(browser_as, world, sheet):
    client, path = browser_as("Nora"), f"/curriculum/handouts/{HANDOUT}?in=da"
    assert "Nobody has reviewed this translation yet." in body(client.get(path))
    assert "reviewed" not in body(client.get(f"/curriculum/handouts/{HANDOUT}?in=en"))
    from imrgroups.library import actions

    digest = cockpit.digest(opened().lines(sheet, "da"))
    actions.review("da", sheet, digest, on=world.today, by=world.staff["Nora"].id, now=world.now)
    assert "Reviewed by Nora on Tue 12 Jan." in body(client.get(path))
    say(world, sheet, plain(sheet)[0], "Ændret")
    assert "Changed since Nora reviewed it" in body(client.get(path))


def test_texts_that_are_not_translated_stand_in_english_and_are_counted(browser_as, world):
    page = body(browser_as("Dana").get("/curriculum/handouts/stress-what-it-is?in=da"))
    missing = opened().page("stress-what-it-is", "da").document.missing
    assert f"{len(missing)} texts of this page are still in English." in page
    assert '<p lang="en" dir="ltr">' in page


def test_larger_text_stays_for_the_next_page_and_for_the_paper(browser_as):
    client = browser_as("Dana")
    assert "imr-large" not in body(client.get(f"/curriculum/handouts/{HANDOUT}"))
    large = body(client.get(f"/curriculum/handouts/{HANDOUT}?size=large"))
    assert 'class="imr-large"' in large and "size=large" in large
    assert 'class="imr-large"' in body(client.get("/curriculum/worksheets/goal-sheet"))
    client.get(f"/curriculum/handouts/{HANDOUT}?size=normal")
    assert "imr-large" not in body(client.get("/curriculum/worksheets/goal-sheet"))
    usual, big = (client.get(f"/curriculum/handouts/{HANDOUT}.pdf{size}").data for size in ("", "?size=large"))
    assert count(big) > count(usual)


def count(data):
    return int(re.search(rb"/Type/Pages/Count (\d+)", data).group(1))


def test_the_paper_is_that_of_the_centre(browser_as, world):
    client = browser_as("Dana")
    assert b"/MediaBox[0 0 595" in client.get(f"/curriculum/handouts/{HANDOUT}.pdf").data
    world.centres["North"].paper = "letter"
    db.session.commit()
    assert b"/MediaBox[0 0 612 792]" in client.get(f"/curriculum/handouts/{HANDOUT}.pdf").data


def test_the_name_of_a_file_names_no_illness(browser_as, world):
    answer = browser_as("Dana").get("/curriculum/handouts/facts-schizophrenia.pdf?in=en")
    assert answer.headers["Content-Disposition"] == 'inline; filename="Practical_facts_2-en.pdf"'


def test_a_module_is_one_file_with_the_guides_on_request(browser_as):
    client = browser_as("Dana")
    usual = client.get("/curriculum/recovery-strategies/pack.pdf")
    assert usual.mimetype == "application/pdf" and b"pdfuaid" in usual.data
    assert count(client.get("/curriculum/recovery-strategies/pack.pdf?guides=1").data) > count(usual.data)


def test_a_leader_leaves_a_comment_from_the_page(browser_as, world, sheet):
    client, source = browser_as("Dana"), plain(sheet)[0]
    page = body(client.get(f"/curriculum/handouts/{HANDOUT}?in=da"))
    assert f'value="{cockpit.key(source)}" lang="da"' in page
    answer = client.post(f"/curriculum/comments/da/{HANDOUT}", data={"text": "Svært ord", "about": cockpit.key(source)})
    assert answer.status_code == 303 and answer.location == f"/curriculum/handouts/{HANDOUT}?in=da"
    assert "Thank you." in body(client.get(answer.location))
    row = db.session.query(Comment).one()
    assert (row.text, row.source, row.locale, row.by_id) == ("Svært ord", source, "da", world.staff["Dana"].id)


def test_an_empty_comment_says_what_to_do_and_keeps_the_choice(browser_as, sheet):
    client, source = browser_as("Dana"), plain(sheet)[0]
    answer = client.post(f"/curriculum/comments/da/{HANDOUT}", data={"text": " ", "about": cockpit.key(source)})
    page = body(answer)
    assert answer.status_code == 422 and "<title>Error:" in page
    assert 'href="#text-of-comment"' in page and 'id="text-of-comment"' in page
    assert f'value="{cockpit.key(source)}" selected' in page
    assert db.session.query(Comment).count() == 0


def test_comments_are_for_those_who_teach(browser_as):
    path = f"/curriculum/comments/da/{HANDOUT}"
    assert browser_as().post(path, data={"text": "x"}).status_code == 302
    assert browser_as("Kim").post(path, data={"text": "x"}).status_code == 403
    assert 'id="comment"' not in body(browser_as("Kim").get(f"/curriculum/handouts/{HANDOUT}"))
    dana = browser_as("Dana")
    assert dana.post("/curriculum/comments/da/nothing", data={"text": "x"}).status_code == 404
    assert dana.post(f"/curriculum/comments/xx/{HANDOUT}", data={"text": "x"}).status_code == 404


def test_a_page_is_made_once_until_something_changes(app, world, sheet):
    shelf = opened()
    first = shelf.page(HANDOUT, "da")
    assert opened().page(HANDOUT, "da") is first
    say(world, sheet, plain(sheet)[0], "Ændret")
    assert opened().page(HANDOUT, "da") is not first


def test_a_page_costs_two_statements_however_much_was_edited(app, browser_as, world, sheet):
    from sqlalchemy import event

    client, path, said = browser_as("Dana"), f"/curriculum/handouts/{HANDOUT}?in=da", []
    for message in sheet.messages[:10]:
        if "**" not in message.text.source:
            say(world, sheet, message.text.source, "Ændret")
    client.get(path)
    event.listen(db.engine, "before_cursor_execute", lambda *details: said.append(details[2]))
    assert client.get(path).status_code == 200
    assert len([statement for statement in said if statement.startswith(("SELECT", "WITH"))]) == 2
