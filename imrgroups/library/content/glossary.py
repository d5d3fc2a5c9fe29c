"""Words that are said the same way on every page of a language: translations/glossary.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from imrgroups.library.content.blocks import CurriculumError

FILE = "glossary.toml"


@dataclass(frozen=True, slots=True)
class Term:
    """An English word and what it is called elsewhere. said: by language, the word to use first, then other forms that count as it."""

    english: str
    forms: tuple[str, ...]
    said: Mapping[str, tuple[str, ...]]

    def stands_in(self, source: str) -> bool:
        """Whether the English text uses the word, in any of its forms."""
        return bool(_pattern(self.forms).search(source))

    def kept(self, said: str, locale: str) -> bool:
        """Whether the translation uses the word; a form counts with whatever ending or joined word follows it."""
        text = said.replace("**", "").casefold()
        return any(form.casefold() in text for form in self.said.get(locale, ()))


@lru_cache(maxsize=1024)
def _pattern(forms: tuple[str, ...]) -> re.Pattern[str]:
    words = "|".join(re.escape(form) for form in sorted(forms, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{words})(?:s|es)?(?!\w)", re.IGNORECASE)


def read(translations: Path) -> tuple[Term, ...]:
    """The glossary beside the catalogues, longest words first; empty where there is none. Raises CurriculumError with file and line."""
    path = translations / FILE
    return _read(path, path.stat().st_mtime_ns) if path.exists() else ()


@lru_cache(maxsize=4)
def _read(path: Path, _stamp: int) -> tuple[Term, ...]:
    source = path.read_text(encoding="utf-8")
    try:
        entries = tomllib.loads(source).get("term", [])
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"at line (\d+)", str(error))
        raise CurriculumError(path.name, int(place[1]) if place else 1, "this is not TOML; mend the line") from None
    terms = []
    for number, entry in enumerate(entries):
        english = entry.pop("en", "")
        if not isinstance(english, str) or not english:
            raise CurriculumError(path.name, _line(source, number), 'a term begins with its English: en = "..."')
        also = entry.pop("also", [])
        if not all(_words(each) for each in (also, *entry.values())):
            raise CurriculumError(path.name, _line(source, number), f'write the words for `{english}` as a list: da = ["..."]')
        terms.append(Term(english, (english, *also), {locale: tuple(said) for locale, said in entry.items()}))
    return tuple(sorted(terms, key=lambda term: -len(term.english)))


def _words(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) and each for each in value)


def _line(source: str, number: int) -> int:
    places = [line for line, text in enumerate(source.splitlines(), 1) if text.strip() == "[[term]]"]
    return places[number] if number < len(places) else 1


def wanted(source: str, locale: str, terms: Iterable[Term]) -> Sequence[Term]:
    """The terms an English text uses that have a word in this language.

    Where a longer term stands ("early warning sign"), a shorter one inside it is not asked for as well.
    """
    left, found = source, []
    for term in terms:
        if locale in term.said and term.stands_in(left):
            found.append(term)
            left = _pattern(term.forms).sub(" ", left)
    return found
