"""What a translator works with: everything there is to translate, sheet by sheet, and how far each text has come in one language."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import NamedTuple

from babel.messages.catalog import Catalog

from imrgroups.library.content import catalogues, glossary, messages, reading
from imrgroups.library.content.blocks import Text
from imrgroups.library.content.catalogues import Entry, Gone
from imrgroups.library.content.glossary import Term
from imrgroups.library.content.messages import Message
from imrgroups.library.content.programme import Document, Programme
from imrgroups.library.extract import file_messages
from imrgroups.rules import readability

DONE, CHANGED, UNTRANSLATED = "done", "changed", "untranslated"
SHARED = "title for shared screens"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
WHITE = re.compile(r"[ \t\r\n\f\v]+")
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_known: list[tuple[Programme, dict[str, Sheet]]] = []
_made: list[tuple[Programme, Catalog]] = []


@dataclass(frozen=True, slots=True)
class Sheet:
    """One thing to translate: a page, or the texts of a data file or drawing. Each text stands once."""

    id: str
    kind: str  # handout, worksheet, guide, family, ward, module, homework, figure, instrument, programme, words
    module: str
    title: Text
    messages: tuple[Message, ...]


class Edit(NamedTuple):
    """A translation made here: the row's key, what is said, who wrote it and when. An empty text goes back to what was shipped."""

    id: int
    text: str
    by_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """One text of a sheet in one language. state: done, changed (the English is not what it was: `before`), untranslated."""

    key: str
    source: str
    kind: str
    running: bool
    said: str
    state: str
    before: str = ""
    edit: Edit | None = None


def key(source: str) -> str:
    """What an English text is called in forms and rows: the beginning of its hash."""
    return hashlib.sha256(source.encode()).hexdigest()[:32]


def sheets(programme: Programme) -> Mapping[str, Sheet]:
    """Everything there is to translate by id, in the order of the modules; read once for a programme."""
    if not _known or _known[0][0] is not programme:
        found = {sheet.id: sheet for sheet in _read(programme)}
        _known[:] = [(programme, found)]
    return _known[0][1]


def template(programme: Programme) -> Catalog:
    """Every text of the programme as a catalogue without translations, made once for a programme."""
    if not _made or _made[0][0] is not programme:
        _made[:] = [(programme, catalogues.template(programme.root))]
    return _made[0][1]


def _read(programme: Programme) -> Iterable[Sheet]:
    pages = {document.file: document for document in programme.documents()}
    modules = {module.folder: module for module in programme.modules.values()}
    figures = {figure.file: figure for module in programme.modules.values() for figure in module.figures.values()}
    for path in catalogues.sources(programme.root):
        unique: dict[str, Message] = {}
        for message in file_messages(str(path), path.read_text(encoding="utf-8")):
            if message.text.translatable:
                unique.setdefault(message.text.source, message)
        file = reading.shown(path, programme.root)
        found = tuple(unique.values())
        module = next((module for folder, module in modules.items() if folder in path.parts), None)
        name = module.id if module else ""
        if document := pages.get(file):
            yield Sheet(document.id, document.kind, name, document.title, found)
        elif module and path.suffix == ".toml":
            yield Sheet(f"{path.stem}-{name}", path.stem, name, module.title, found)
        elif figure := figures.get(file):
            yield Sheet(f"figure-{figure.id}", "figure", name, figure.title or Text(figure.id), found)
        elif path == catalogues.WORDS or path.stem == "programme":
            yield Sheet(path.stem, path.stem, "", Text(""), found)
        elif found:
            yield Sheet(f"instrument-{path.stem}", "instrument", "", found[0].text, found)


def lines(sheet: Sheet, entries: Mapping[str, Entry], edits: Mapping[str, Edit], gone: Gone) -> list[Line]:
    """The texts of a sheet in reading order with how far each has come.

    entries: the shipped catalogue brought up to date (catalogues.current); gone: edits of texts that are no longer there.
    """
    return [_line(message, entries.get(message.text.source), edits.get(message.text.source), gone) for message in sheet.messages]


def _line(message: Message, entry: Entry | None, edit: Edit | None, gone: Gone) -> Line:
    source = message.text.source

    def made(said: str, state: str, before: str = "") -> Line:
        return Line(key(source), source, message.kind, message.running, said, state, before, edit)

    if edit and edit.text:
        return made(edit.text, DONE)
    if entry and entry.usable:
        return made(entry.said, DONE)
    if entry and entry.said:
        return made(entry.said, CHANGED, entry.before)
    if old := gone.closest(source):
        return made(gone.said[old], CHANGED, old)
    return made("", UNTRANSLATED)


def tally(found: Iterable[Line]) -> Counter[str]:
    """How many lines are in each state."""
    return Counter(line.state for line in found)


def digest(found: Iterable[Line]) -> str:
    """The hash of a sheet in one language, English and translation: a review stands while it is the same."""
    return _digest((line.source, line.said if line.state == DONE else "") for line in found if line.kind != SHARED)


def page_digest(page: Document) -> str:
    """digest() of a page that has been translated."""
    texts = [page.title, *(message.text for message in messages.of_blocks(page.blocks))]
    return _digest((text.source, text.shown or "") for text in texts if text.translatable)


def _digest(pairs: Iterable[tuple[str, str]]) -> str:
    return hashlib.sha256("\x1e".join(f"{source}\x1f{said}" for source, said in dict(pairs).items()).encode()).hexdigest()


def difference(before: str, after: str) -> list[tuple[str, str]]:
    """What changed in a text, word by word: ("same" | "gone" | "new", words) in reading order."""
    old, new = before.split(), after.split()
    found = []
    for _, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if old[a:b] == new[c:d]:
            found.append(("same", " ".join(old[a:b])))
            continue
        found += [(mark, " ".join(words)) for mark, words in (("gone", old[a:b]), ("new", new[c:d])) if words]
    return found


def typed(text: str) -> str:
    """What was typed for a text, on one line; spaces that do not break and marks of direction are kept."""
    return WHITE.sub(" ", CONTROL.sub("", unicodedata.normalize("NFC", text))).strip(" ")


def fault(source: str, said: str) -> str:
    """Why a translation cannot be taken: "bold" (a ** lost or gained), "placeholder", or "" when it can."""
    if said and said.count("**") != source.count("**"):
        return "bold"
    if said and sorted(PLACEHOLDER.findall(said)) != sorted(PLACEHOLDER.findall(source)):
        return "placeholder"
    return ""


@dataclass(frozen=True, slots=True)
class Seen:
    """A line with what helps to translate it: words to keep (and whether they are), what changed in the English, how hard it reads."""

    line: Line
    terms: tuple[tuple[Term, bool], ...]
    changes: list[tuple[str, str]]
    level: readability.Level | None
    problems: list[readability.Problem]


def seen(sheet: Sheet, line: Line, locale: str, terms: Iterable[Term]) -> Seen:
    """A line as the cockpit shows it. The reading level of a single text is only measured where it is running text."""
    words = tuple((term, not line.said or term.kept(line.said, locale)) for term in glossary.wanted(line.source, locale, terms))
    changes = difference(line.before, line.source) if line.before else []
    measured = level(sheet.kind, [line.said], locale) if line.running else None
    found, problems = measured or (None, [])
    alone = [problem for problem in problems if problem is not readability.Problem.MANY_LONG_SENTENCES]  # says something of a page only
    return Seen(line, words, changes, found, alone)


def level(kind: str, said: Sequence[str], locale: str) -> tuple[readability.Level, list[readability.Problem]] | None:
    """How hard running texts of a sheet of this kind are to read, and what is too hard; None where nothing is measured."""
    if kind not in readability.PARTICIPANT_KINDS | readability.STAFF_KINDS or not any(said):
        return None
    found = readability.level([text.replace("**", "") for text in said], locale)
    return found, readability.problems(found, readability.limit(kind, locale))
