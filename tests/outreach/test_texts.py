"""What every text keeps to, in every language and for any name: its length, its alphabet, and what must not light up on a locked screen."""

import random
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from imrgroups.i18n import LOCALES
from imrgroups.outreach import words
from imrgroups.outreach.words import compose, spoken
from imrgroups.outreach.words.samples import sample
from tests.outreach import anybody, golden


@pytest.fixture
def titles(app):
    """Every title of the curriculum, in every language."""
    return anybody.titles()


def tried(language, titles, times, seed=6):
    dice, checked = random.Random(seed), 0
    for occasion, step, variant in golden.every():
        for time_round in range(times):
            told, shared = anybody.facts(dice), dice.random() < 0.3
            text = compose(occasion, step, variant, told, language, shared)
            found = anybody.wrong(text, occasion, language, () if time_round else titles)
            assert not found, f"{language} {occasion}/{step}/{variant}: {text!r}"
            assert not (shared and len(told.first_name) > 6 and told.first_name in text), text
            checked += 1
    return checked


@pytest.mark.parametrize("language", LOCALES)
def test_every_text_is_as_it_was_read_and_agreed(app, frozen, language):
    """A difference is a change of what people get: read it, then write the files anew (see golden.py)."""
    assert golden.written(language) == (golden.FOLDER / f"{language}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LOCALES)
def test_every_text_fits_and_tells_nothing_to_a_stranger(app, frozen, titles, language):
    assert tried(language, titles, 4) == 4 * len(golden.every())


@pytest.mark.parametrize(("planted", "told"), [
    ("See you at the clinic %(when)s.", "word"),
    ("See you %(when)s. More on https://example.com/x", "link"),
    ("%(about)s sends you a greeting.", "name"),
    ("See you %(when)s. " + "We look forward to it. " * 8, "parts"),
    ("We go on with Recovery strategies %(when)s.", "title"),
    ("See you %%(when)s.", "not filled"),
])
def test_a_bad_text_is_found(app, frozen, titles, monkeypatch, planted, told):
    """The control: what the tests above look for is found when it is there."""
    monkeypatch.setitem(words.STEPS["reminder"], "plain", words.Step((planted,), "come"))
    text = compose("reminder", "plain", 0, replace(sample("en", golden.TODAY), about=anybody.ELSE), "en")
    assert any(told in found for found in anybody.wrong(text, "reminder", "en", titles)), anybody.wrong(text, "reminder", "en", titles)


@pytest.mark.parametrize("language", LOCALES)
def test_in_every_language_a_plain_sample_names_person_sender_day_and_hour(app, frozen, language):
    told = sample(language, golden.TODAY)
    for step in words.steps("reminder"):
        for variant in range(words.variants("reminder", step)):
            text = compose("reminder", step, variant, replace(told, on=golden.TODAY + timedelta(days=1)), language)
            assert told.first_name in text and text.endswith(told.sender) and ("14.30" in text or "14:30" in text), text
            assert all(key in text for key in "123")


@pytest.mark.parametrize("language", LOCALES)
def test_a_call_is_said_in_full(app, frozen, language):
    for occasion, step, variant in golden.every():
        said = spoken(occasion, step, variant, sample(language, golden.TODAY), language)
        assert not anybody.wrong(said, "own", language, [])[1:] and not re.search(r"%\(|None", said)
