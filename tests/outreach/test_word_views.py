"""The page that shows what people get."""

import pytest


def test_signed_out_one_is_sent_to_sign_in(browser_as):
    assert browser_as().get("/messages/words").status_code == 302


def test_those_who_send_no_messages_are_refused(browser_as):
    assert browser_as("Kim").get("/messages/words").status_code == 403
    assert browser_as("Adam").get("/messages/words").status_code == 403


@pytest.mark.parametrize("asked", ["occasion=nothing", "language=xx"])
def test_what_there_is_not_is_not_found(browser_as, asked):
    assert browser_as("Dana").get(f"/messages/words?{asked}").status_code == 404


@pytest.mark.parametrize("name", ["Dana", "Nora"])
def test_leaders_and_coordinators_read_every_text_with_its_size(browser_as, name):
    page = browser_as(name).get("/messages/words?occasion=missed&language=da").text
    assert "Vi savnede dig og håber, du har det godt." in page
    assert page.count("1 text,") > 40
    assert "144 of 160 characters" in page
    assert "Dine egne ord: &#34;Det bliver bedre, når jeg kommer ud.&#34;" in page


def test_every_occasion_has_its_page(browser_as):
    from imrgroups.i18n import LOCALES
    from imrgroups.outreach.words import STEPS

    dana = browser_as("Dana")
    for occasion in STEPS:
        for language in LOCALES:
            assert dana.get(f"/messages/words?occasion={occasion}&language={language}").status_code == 200
