"""Facts of people of any kind, and what is the matter with a text; for the tests of texts and the trial of them."""

import re
from datetime import time, timedelta

from imrgroups.i18n import LOCALES, curriculum
from imrgroups.library import content
from imrgroups.outreach import words
from imrgroups.outreach.words import Facts, Slot, part_limit
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


def titles():
    """Every title of the curriculum, in every language. Needs an application context."""
    modules = content.load().modules.values()
    sources = {module.title.source for module in modules} | {topic.title.source for module in modules for topic in module.topics}
    return sorted({curriculum(source, code) for source in sources for code in LOCALES})


FITS = words.fits


def wrong(text, occasion, language, titles, fits=FITS):
    """What is the matter with a text that is about to go out; empty when nothing is."""
    others = [] if occasion == "invitation" else [ELSE]
    room, found = size(text), [str(finding) for finding in lint(text, titles=titles, names=others)]
    found += [f"{room.parts} parts"] if not fits(text, occasion, language) else []
    found += ["more than two parts"] if room.parts > max(2, part_limit(occasion, language)) else []
    found += ["not normalised"] if text != normalise(text) else []
    found += ["a place not filled"] if re.search(r"%\(|None|  ", text) else []
    return found
