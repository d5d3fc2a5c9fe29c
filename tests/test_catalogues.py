"""The words of the screens are whole in every language: nothing missing, nothing guessed, every placeholder in its place."""

import re
import subprocess
import sys

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from imrgroups.config import ROOT
from imrgroups.i18n import LOCALES

OTHERS = [code for code in LOCALES if code != "en"]
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%")


@pytest.fixture(scope="session")
def wanted(tmp_path_factory) -> Catalog:
    """Everything the sources say, taken out of them anew by the command that heads translations/babel.cfg."""
    target = tmp_path_factory.mktemp("words") / "messages.pot"
    words = (ROOT / "translations" / "babel.cfg").read_text().splitlines()[0].removeprefix("# pybabel ").split()
    words[words.index("-o") + 1] = str(target)
    subprocess.run([sys.executable, "-m", "babel.messages.frontend", *words], cwd=ROOT, check=True, capture_output=True)
    with target.open("rb") as file:
        return read_po(file)


def catalogue(code: str) -> Catalog:
    with (ROOT / "translations" / code / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=code)


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def wrong_with(source: Message, message: Message | None) -> str:
    """What is wrong with a translation, or nothing. A form for one or two may leave out the number, because it says it in words."""
    if message is None:
        return "missing"
    if message.fuzzy:
        return "fuzzy"
    if isinstance(source.id, str):
        forms, last = [message.string], source.id
    else:
        forms, last = list(message.string), source.id[1]
    if not all(forms):
        return "empty"
    without = [placeholders(last) - placeholders(form) for form in forms]
    more = set().union(*(placeholders(form) for form in forms)) - placeholders(last)
    if more or without[-1] or any(lost - {"%(num)s"} for lost in without[:-1]):
        return "placeholders"
    return ""


def wrong(wanted: Catalog, there: Catalog) -> dict[str, str]:
    """(what is wrong) by the English words."""
    found = {str(source.id): wrong_with(source, there.get(source.id, source.context)) for source in wanted if source.id}
    return {words: what for words, what in found.items() if what}


@pytest.mark.parametrize("code", OTHERS)
def test_every_word_of_the_screens_is_there_in_every_language(wanted, code):
    assert len(wanted) > 1000
    assert wrong(wanted, catalogue(code)) == {}


@pytest.mark.parametrize("code", OTHERS)
def test_one_word_that_is_missing_guessed_or_broken_is_found(wanted, code):
    def but(change) -> list[str]:
        there = catalogue(code)
        change(there)
        return sorted(wrong(wanted, there).values())

    assert but(lambda there: there.delete("Save the register")) == ["missing"]
    assert but(lambda there: setattr(there["Save the register"], "string", "")) == ["empty"]
    assert but(lambda there: there["Save the register"].flags.add("fuzzy")) == ["fuzzy"]
    assert but(lambda there: setattr(there["Meeting %(number)s"], "string", "x")) == ["placeholders"]
    assert but(lambda there: setattr(there["Meeting %(number)s"], "string", "%(number)s %(nummer)s")) == ["placeholders"]
    several = ("%(num)s meeting", "%(num)s meetings")
    assert but(lambda there: setattr(there[several[0]], "string", ("x",) * there.num_plurals)) == ["placeholders"]
    assert but(lambda there: setattr(there[several[0]], "string", ("x",) + ("",) * (there.num_plurals - 1))) == ["empty"]
