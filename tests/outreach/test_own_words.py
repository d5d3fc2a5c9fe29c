"""A person's own words: asked, never required, changed any day, quoted only where they said so."""

import re

import pytest

from imrgroups.outreach import actions

TOLD = {"why": "I want to sing again", "hard_week": "It passes. Go out", "may_quote": "y"}


@pytest.fixture
def page(world):
    return f"/people/{world.people['Dina'].id}/own-words"


def test_signed_out_one_is_sent_to_sign_in(browser_as, page):
    assert browser_as().get(page).status_code == 302


@pytest.mark.parametrize("name", ["Charlie", "Nora", "Kim", "Adam"])
def test_only_leaders_of_the_group_ask_for_them(browser_as, page, name):
    assert browser_as(name).get(page).status_code == 403
    assert browser_as(name).post(page, data=TOLD).status_code == 403


def test_what_is_too_long_stays_on_the_page(browser_as, page, world):
    answer = browser_as("Dana").post(page, data={**TOLD, "hard_week": "go out " * 100})
    assert answer.status_code == 422 and "go out go out" in answer.text and "Error:" in answer.text
    assert actions.words_of(world.people["Dina"].id) is None


def test_a_leader_keeps_them_and_sees_how_they_may_look(browser_as, page, world):
    dana, dina = browser_as("Dana"), world.people["Dina"].id
    answer = dana.post(page, data=TOLD, follow_redirects=True)
    assert "Their words are kept." in answer.text and "Du skrev engang: &#34;It passes. Go out.&#34;" in answer.text
    row = actions.words_of(dina)
    assert (row.why, row.hard_week, row.may_quote) == ("I want to sing again", "It passes. Go out", True)
    assert "I want to sing again" in dana.get(f"/people/{dina}").text
    assert "I want to sing again" not in browser_as("Nora").get(f"/people/{dina}").text


@pytest.mark.parametrize(("told", "said"), [
    ({"hard_week": "Take the medicine"}, "these words are not sent in a text"),
    ({"hard_week": "It passes " * 20}, "these words are not sent in a text"),
    ({"may_quote": ""}, "there is no yes to that"),
])
def test_the_page_says_when_words_do_not_go_out(browser_as, page, told, said):
    assert said in browser_as("Dana").post(page, data={**TOLD, **told}, follow_redirects=True).text


def test_they_are_taken_away_again(browser_as, page, world):
    dana = browser_as("Dana")
    dana.post(page, data=TOLD)
    assert "Nothing is kept now." in dana.post(page, data={"why": "", "hard_week": ""}, follow_redirects=True).text
    row = actions.words_of(world.people["Dina"].id)
    assert (row.why, row.hard_week, row.may_quote) == (None, None, False)


def test_the_intake_leads_to_them(browser_as, page, world):
    assert page in browser_as("Dana").get(f"/people/{world.people['Dina'].id}/intake").text
    assert page not in browser_as("Nora").get(f"/people/{world.people['Dina'].id}/intake").text


def test_the_intake_asks_for_them_and_never_needs_them(browser_as, world):
    dana, freja = browser_as("Dana"), world.people["Freja"]
    before = dana.get(f"/people/{freja.id}/intake").text
    assert "If they like" in before and "Why they come, and words for a hard week" in before
    needed = re.search(r"\d+ of \d+ done", before)[0]
    actions.own_words(freja, why="To see my sister again", hard_week="", may_quote=False, by=None, now=world.now)
    after = dana.get(f"/people/{freja.id}/intake").text
    assert needed in after and "If they like" not in after
