"""What every text keeps to, in every language and for any name: its length, its alphabet, and what must not light up on a locked screen."""

import random
import re
from dataclasses import replace
from datetime import time, timedelta

import pytest

from imrgroups.i18n import LOCALES, curriculum
from imrgroups.library import content
from imrgroups.outreach import words
from imrgroups.outreach.words import Facts, Slot, compose, part_limit, spoken
from imrgroups.outreach.words.samples import sample
from imrgroups.rules.replies import lint
from imrgroups.rules.texting import normalise, size
from tests.outreach import golden

SCRIPTS = {
    "latin": "abcdefghijklmnopqrstuvwxyz", "nordic": "abcdefghijklmnoprstuvyæøåöä", "polish": "aąbcćdeęłlmnńoóśwyzźż",
    "accents": "aáàâbcçdeéèêëiíïnñoóôuúü", "hebrew": "אבגדהוזחטיכלמנסעפצקרשת", "arabic": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "cyrillic": "абвгдежзиклмнопрстуфхцчшщыэюя", "vietnamese": "ăâđêôơưạảấầẩậắằ",
}
ELSE = "Zacharias"


def name(dice, longest):
    letters = SCRIPTS[dice.choice(list(SCRIPTS))]
    made = "".join(dice.choice(letters) for _ in range(dice.choice([2, 5, 8, 12, longest])))
    return made.title() if not lint(made) else "Anna"


def place(dice):
    return " ".join(name(dice, 20) for _ in range(dice.choice([0, 1, 2, 4, 9])))


def facts(dice):
    """Facts that may turn up: names of any length and script, long places, days near and far, own words that may not be quoted."""
    on = golden.TODAY + timedelta(days=dice.randrange(40))
    slots = tuple(Slot(on + timedelta(days=number), dice.choice(TIMES), place(dice)) for number in (1, 2))
    return Facts(
        name(dice, 60), name(dice, 60), on, dice.choice(TIMES), place(dice), golden.TODAY, on + timedelta(days=dice.randrange(3)),
        dice.choice(TIMES), dice.choice(["", "38 64 00 00", "+972 3-123-4567"]), f"{ELSE} and the clinic", False, ELSE, slots, "See you",
    )


TIMES = [time(14, 30), time(9, 0)]


@pytest.fixture
def titles(app):
    """Every title of the curriculum, in every language."""
    modules = content.load().modules.values()
    sources = {module.title.source for module in modules} | {topic.title.source for module in modules for topic in module.topics}
    return sorted({curriculum(source, code) for source in sources for code in LOCALES})


def wrong(text, occasion, language, titles):
    """What is the matter with a text that is about to go out; empty when nothing is."""
    others = [] if occasion == "invitation" else [ELSE]
    room, found = size(text), [str(finding) for finding in lint(text, titles=titles, names=others)]
    found += [f"{room.parts} parts"] if not words.fits(text, occasion, language) else []
    found += ["more than two parts"] if room.parts > max(2, part_limit(occasion, language)) else []
    found += ["not normalised"] if text != normalise(text) else []
    found += ["a place not filled"] if re.search(r"%\(|None|  ", text) else []
    return found


def tried(language, titles, times, seed=6):
    dice, checked = random.Random(seed), 0
    for occasion, step, variant in golden.every():
        for time_round in range(times):
            told, shared = facts(dice), dice.random() < 0.3
            text = compose(occasion, step, variant, told, language, shared)
            assert not wrong(text, occasion, language, () if time_round else titles), f"{language} {occasion}/{step}/{variant}: {text!r}"
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


@pytest.mark.slow
@pytest.mark.parametrize("language", LOCALES)
def test_every_text_fits_for_a_hundred_people(app, frozen, titles, language):
    assert tried(language, titles, 100) == 100 * len(golden.every())


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
    text = compose("reminder", "plain", 0, replace(sample("en", golden.TODAY), about=ELSE), "en")
    assert any(told in found for found in wrong(text, "reminder", "en", titles)), wrong(text, "reminder", "en", titles)


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
        assert not wrong(said, "own", language, [])[1:] and not re.search(r"%\(|None", said)
