"""What leaders do for somebody's own page: the card, and reading what they are let read."""

import re

import pytest

from imrgroups.db import db
from imrgroups.enrolment.actions import cards
from imrgroups.enrolment.models import Card
from imrgroups.i18n import in_language
from imrgroups.mypage import actions
from imrgroups.mypage.actions import Answers
from imrgroups.mypage.views.leaders import _on_paper


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def page_of(world, name="Amal"):
    return f"/people/{world.people[name].id}"


def kept(world, *, shared):
    told = Answers({"goal-sheet.a": "my <secret> words"}, {"goal-sheet.a": "A question"})
    mine = world.people["Amal"].id
    return actions.keep_sheet(
        mine, "goal-sheet", edition="1", language="en", answers=told, shared=shared, version=0, by=None, now=world.now
    ).id


@pytest.mark.parametrize("name", ["", "Charlie", "Kim", "Adam", "Nora"])
def test_who_does_not_lead_makes_prints_and_ends_no_card(world, browser_as, name):
    browser, refused = browser_as(name), 403 if name else 302
    assert browser.post(f"{page_of(world)}/card").status_code == refused
    assert browser.get(f"{page_of(world)}/card.pdf").status_code == refused
    assert browser.post(f"{page_of(world)}/card/end").status_code == refused
    assert cards.of(world.people["Amal"].id) is None


def test_a_leader_makes_prints_replaces_and_ends_a_card(world, browser_as):
    dana, mine = browser_as("Dana"), world.people["Amal"].id
    assert "Make a card" in dana.get(page_of(world)).text and dana.get(f"{page_of(world)}/card.pdf").status_code == 404
    assert dana.post(f"{page_of(world)}/card").status_code == 303
    first = cards.of(mine).id
    page = words(dana.get(page_of(world)))
    assert "made Tuesday 12 January" in page and "Not used yet." in page and "Wednesday 12 January 2028" in page
    paper = dana.get(f"{page_of(world)}/card.pdf")
    assert paper.data.startswith(b"%PDF") and paper.headers["Cache-Control"] == "no-store"
    dana.post(f"{page_of(world)}/card")
    assert cards.of(mine).id != first and db.session.get(Card, first, populate_existing=True).ended_at is not None
    dana.post(f"{page_of(world)}/card/end")
    assert cards.of(mine) is None and "Make a card" in dana.get(page_of(world)).text


def test_the_day_it_was_last_used_is_all_that_is_told(world, browser_as, opened_by):
    opened_by("Amal")
    assert "Last used Tuesday 12 January." in words(browser_as("Dana").get(page_of(world)))


@pytest.mark.parametrize("language", ["en", "da", "sv", "he"])
def test_the_paper_names_no_programme_no_illness_and_no_family_name(app, world, language):
    card = cards.make(world.people["Amal"], on=world.today, by=None, now=world.now)
    with app.test_request_context("/", base_url="https://x.example"), in_language(language):
        document = _on_paper(world.people["Amal"], card)
    told = repr(document)
    for word in ("imrgroups", "IMR", "Illness", "illness", "psyk", "psyki", "Recovery", "recovery", "Haddad", "North"):
        assert word not in told.replace("x.example/card", ""), word
    assert " ".join(card.code) in told and card.number[:4] in told and "x.example/card" in told


def test_a_leader_sees_that_a_sheet_was_filled_in_and_reads_it_only_when_let(world, browser_as):
    dana, row = browser_as("Dana"), kept(world, shared=False)
    page = words(dana.get(page_of(world)))
    assert "Sheets they filled in" in page and "Kept to themselves." in page and "secret" not in page
    assert dana.get(f"{page_of(world)}/sheets/{row}").status_code == 404


def test_a_sheet_that_may_be_read_is_read_by_leaders_alone(world, browser_as):
    row = kept(world, shared=True)
    answer = browser_as("Dana").get(f"{page_of(world)}/sheets/{row}")
    assert "my &lt;secret&gt; words" in answer.text and "A question" in answer.text
    for name in ("Charlie", "Nora", "Adam", "Kim"):
        assert browser_as(name).get(f"{page_of(world)}/sheets/{row}").status_code == 403
    assert browser_as("Dana").get(f"{page_of(world, 'Bo')}/sheets/{row}").status_code == 404


def test_many_wrong_codes_are_told_to_the_leader(app, world, browser_as, frozen):
    card = cards.make(world.people["Amal"], on=world.today, by=None, now=world.now)
    address, wrong = f"/card/{cards.token(card)}", f"{(int(card.code) + 1) % 10_000:04d}"
    client, dana = app.test_client(), browser_as("Dana")
    for _ in range(4):
        client.post(address, data={"code": wrong})
    assert "wrong codes" not in dana.get(page_of(world)).text
    client.post(address, data={"code": wrong})
    assert "5 wrong codes were tried with this card since yesterday" in dana.get(page_of(world)).text
