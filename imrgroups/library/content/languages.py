"""A page in another language: texts looked up in a catalogue, English where it has none, and a note of which those were."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, is_dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from imrgroups.library.content.blocks import Text, mapped, texts
from imrgroups.library.content.catalogues import entries, po_path
from imrgroups.library.content.figures import RIGHT_TO_LEFT
from imrgroups.library.content.programme import Document

Shown = TypeVar("Shown")


@dataclass(frozen=True, slots=True)
class Language:
    """A language pages can be shown in. `find` gives the translation of an English text, or None."""

    locale: str
    find: Callable[[str], str | None]

    @property
    def direction(self) -> str:
        """"rtl" or "ltr"."""
        return "rtl" if self.locale.split("_")[0] in RIGHT_TO_LEFT else "ltr"

    @property
    def english(self) -> bool:
        """True when pages are shown as they were written."""
        return self.locale.split("_")[0] == "en"

    def say(self, source: str) -> str:
        """The translation, or the English where there is none."""
        return source if self.english else self.find(source) or source

    def word(self, key: str) -> str:
        """One of the words pages are built with: word("page.care"). Raises KeyError for an unknown key."""
        return self.say(words()[key])

    def minutes(self, count: int) -> str:
        """"1 minute", "25 minutes"."""
        return f"{count} {self.word('page.minute' if count == 1 else 'page.minutes')}"


ENGLISH = Language("en", lambda source: source)


@lru_cache(maxsize=1)
def words() -> Mapping[str, str]:
    """The words of words.toml by key: {"page.name": "Name", ...}."""
    data = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))
    return {f"{table}.{key}": entry["text"] for table, keys in data.items() for key, entry in keys.items()}


def language(catalogue: Any, locale: str = "") -> Language:
    """A Language from a Language, a gettext translations object, or a callable from English to the translation (or None).

    locale: needed for a callable; a translations object knows its own. A callable or catalogue that answers with the English
    itself counts as having no translation, unless it is a gettext catalogue that says so on purpose.
    Raises ValueError when the locale cannot be told.
    """
    if isinstance(catalogue, Language):
        return catalogue
    gettext = getattr(catalogue, "gettext", None)
    if gettext is not None and not locale:
        info = catalogue.info() if hasattr(catalogue, "info") else {}
        locale = str(info.get("language") or getattr(catalogue, "locale", None) or "")
    if not locale:
        raise ValueError("give the locale of this catalogue: language(catalogue, 'da')")
    look = gettext or catalogue
    known = getattr(catalogue, "_catalog", {})  # where gettext keeps its entries; tells "same in both languages" from "none"

    def find(source: str) -> str | None:
        said = look(source)
        return said if said and (said != source or source in known) else None

    return Language(locale, find)


def from_po(translations: Path, locale: str) -> Language:
    """The language as its curriculum.po stands now, without compiling it; fuzzy entries are not shown."""
    if locale.split("_")[0] == "en":
        return ENGLISH
    usable = {source: entry.said for source, entry in entries(po_path(translations, locale)).items() if entry.usable}
    return Language(locale, usable.get)


def translate(document: Document, catalogue: Any, locale: str = "") -> Document:
    """The document in another language; `missing` names the texts that stayed English.

    catalogue, locale: as for language(). The version covers what is shown, so a corrected translation is a new version.
    """
    into = language(catalogue, locale)
    if into.english:
        return document
    said = mapped(document, lambda text: _said(text, into))
    missing = tuple(text.source for text in texts(said) if text.translatable and text.shown is None)
    shown = "\x1f".join(text.text for text in texts(said))
    digest = hashlib.sha256(f"{document.digest}{into.locale}{shown}".encode()).hexdigest()
    version = f"{document.version.rsplit('-', 1)[0]}-{digest[:6]}"
    return replace(said, locale=into.locale, missing=tuple(dict.fromkeys(missing)), digest=digest, version=version)


def translated(thing: Shown, catalogue: Any, locale: str = "") -> Shown:
    """A Text, Topic, Homework, Step, Technique ... or a tuple of them, in another language."""
    into = language(catalogue, locale)
    if into.english or not (is_dataclass(thing) or isinstance(thing, tuple)):
        return thing
    return mapped(thing, lambda text: _said(text, into))  # type: ignore[no-any-return]


def _said(text: Text, into: Language) -> Text:
    return replace(text, shown=into.find(text.source)) if text.translatable else text
