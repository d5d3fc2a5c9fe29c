"""P6, texts: each in each language for a thousand people of any kind: length, alphabet, no link, no word of illness, nobody else's name."""

import random
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

import time_machine

from imrgroups import create_app
from imrgroups.config import Settings
from imrgroups.i18n import LOCALES
from imrgroups.outreach import words
from imrgroups.outreach.words import compose
from tests.outreach import anybody, golden
from tests.trials.figures import Found

SETS, SETS_SHORT = 1000, 10
NOW = datetime(golden.TODAY.year, golden.TODAY.month, golden.TODAY.day, 9, tzinfo=UTC)


def run(database: str, short: bool = False, seed: int = 6) -> Found:
    """The promise, then a writer who fills in everything there is: nothing left out, own words told whether that was agreed or not."""
    sets = SETS_SHORT if short else SETS
    with tempfile.TemporaryDirectory() as folder, time_machine.travel(NOW, tick=False):
        app = create_app(Settings(_env_file=None, data=Path(folder), database_url="", demo=False, log_level="ERROR"))
        with app.app_context():
            checked, wrong, first = _tried(sets, seed)
            with mock.patch.object(words, "fits", lambda *_told: True):
                _checked, naive, _first = _tried(max(10, sets // 100), seed, may_quote=True)
    figures = {"texts": len(golden.every()), "languages": len(LOCALES), "data_sets_each": sets, "checked": checked, "wrong": wrong}
    if first:
        figures["first"] = first
    return Found("P6", "no database", figures, {"wrong_when_everything_is_told": naive}, wrong == 0 and checked > 0, naive > 0)


def _tried(sets: int, seed: int, *, may_quote: bool = False) -> tuple[int, int, str]:
    """(texts looked at, those with something the matter, the first of them)."""
    titles = anybody.titles()
    dice, checked, wrong, first = random.Random(seed), 0, 0, ""
    for language in LOCALES:
        for occasion, step, variant in golden.every():
            for number in range(sets):
                facts, shared = anybody.facts(dice), dice.random() < 0.3
                text = compose(occasion, step, variant, replace(facts, may_quote=may_quote), language, shared)
                found = anybody.wrong(text, occasion, language, titles if number == 0 else ())
                named = shared and len(facts.first_name) > 6 and facts.first_name in text
                checked += 1
                if found or named:
                    wrong, first = wrong + 1, first or f"{language} {occasion}/{step}/{variant}: {found or 'names somebody'}"
    return checked, wrong, first
