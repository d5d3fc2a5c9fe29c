"""The texts as this installation shows them: the shipped catalogues with the edits made here laid over them. Needs an application.

    shelf = opened()                     looks once whether anything was edited, on whichever server
    shelf.page("recovery-what-helps", "da")
    shelf.language("da").say("Recovery strategies")
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from html import escape
from pathlib import Path
from textwrap import shorten
from typing import NamedTuple

from babel.support import Translations
from flask import current_app
from sqlalchemy import func, select

from imrgroups.db import db, fetch
from imrgroups.library import content
from imrgroups.library.content import Document, Language, Programme, catalogues, cockpit, glossary
from imrgroups.library.content.catalogues import Entry, Gone
from imrgroups.library.content.cockpit import Edit, Line, Sheet
from imrgroups.library.models import TranslationEdit, TranslationReview

MOST_KEPT = 512  # pages kept per application
MOST_MISSING = 0.1  # share of a page's texts that may still be English where the page is offered in a language
BEGINNING = 60  # letters of a text that name it in a list
KEPT_AS = "imrgroups.library"

NEWEST = select(
    select(func.max(TranslationEdit.id)).scalar_subquery(), select(func.max(TranslationReview.id)).scalar_subquery()
)


class Review(NamedTuple):
    """Who stands by a page in a language. name: empty when it came with the shipped catalogue, whose own words are `said`."""

    name: str
    on: date | None
    digest: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the curriculum ready to show.

    offered: the languages it can be read in. choices: its texts to say something about as <option>s, their beginnings only.
    review: None in English and where nobody has; stands: nothing changed since.
    """

    document: Document
    language: Language
    html: str
    offered: tuple[str, ...]
    choices: str
    review: Review | None = None
    stands: bool = True

    def options(self, chosen: str = "") -> str:
        """The choices as HTML, made once; `chosen` is the key of one."""
        return self.choices.replace(f'value="{chosen}"', f'value="{chosen}" selected') if chosen.isalnum() else self.choices

    @property
    def remark(self) -> str:
        """What to say quietly: "", "unreviewed", "changed" (since its review) or "reviewed"."""
        if self.language.english:
            return ""
        return "unreviewed" if self.review is None else "reviewed" if self.stands else "changed"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one sheet has come in one language: its texts by state, and whether a review of it still stands."""

    sheet: Sheet
    counts: Counter[str]
    review: Review | None
    stands: bool


class Shelf:
    """What one application knows of its languages. Everything but `refresh` reads memory and files only."""

    def __init__(self, programme: Programme, compiled: Path, translations: Path) -> None:
        self.programme, self.compiled, self.translations = programme, compiled, translations
        self.edits: dict[str, dict[str, Edit]] = {}
        self.reviews: dict[tuple[str, str], Review] = {}
        self._folders = {path.parts[-3] for path in translations.glob("*/LC_MESSAGES/curriculum.po")}
        self._shipped: dict[str, Mapping[str, str]] = {}
        self._entries: dict[str, tuple[object, Mapping[str, Entry]]] = {}
        self._marks: dict[str, tuple[object, Mapping[str, str]]] = {}
        self._pages: dict[tuple[str, str], Page] = {}
        self._bodies: dict[Hashable, str] = {}
        self._gone: dict[str, Gone] = {}
        self._seen = (0, 0)
        self._lock = threading.Lock()

    def refresh(self, programme: Programme) -> None:
        """Take in what was edited and reviewed since; one small statement when nothing was."""
        edit, review = fetch(NEWEST).one()
        seen = (edit or 0, review or 0)
        if seen == self._seen and programme is self.programme:
            return
        with self._lock:
            if seen[0] < self._seen[0] or seen[1] < self._seen[1]:  # an older copy of the database was put back
                self.edits, self.reviews, self._seen = {}, {}, (0, 0)
            if seen != self._seen:
                self._take_in(*self._seen)
            self._seen, self.programme, self._pages, self._bodies, self._gone = seen, programme, {}, {}, {}

    def _take_in(self, edit: int, review: int) -> None:
        row = TranslationEdit
        wanted = select(row.id, row.locale, row.source, row.text, row.by_id, row.at).where(row.id > edit).order_by(row.id)
        for id, locale, source, text, by, at in db.session.execute(wanted):
            self.edits.setdefault(locale, {})[source] = Edit(id, text, by, at)
        reviews = select(TranslationReview).where(TranslationReview.id > review).order_by(TranslationReview.id)
        for made in db.session.execute(reviews).scalars():
            self.reviews[made.locale, made.sheet] = Review(made.name, made.reviewed_on, made.digest)

    @property
    def locales(self) -> tuple[str, ...]:
        """Every language somebody has begun, English first."""
        return ("en", *sorted(self._folders | set(self.edits)))

    def language(self, locale: str) -> Language:
        """A language with the edits made here; one that nobody has begun says everything in English."""
        if locale.split("_")[0] == "en":
            return content.ENGLISH
        shipped, edits = self._compiled(locale), self.edits.get(locale, {})

        def find(source: str) -> str | None:
            edit = edits.get(source)
            return (edit.text if edit else "") or shipped.get(source)

        return Language(locale, find)

    def _compiled(self, locale: str) -> Mapping[str, str]:
        if locale not in self._shipped:
            found = Translations.load(self.compiled, [locale], "curriculum") if locale in self._folders else None
            entries = getattr(found, "_catalog", {})
            self._shipped[locale] = {source: said for source, said in entries.items() if source and isinstance(source, str) and said}
        return self._shipped[locale]

    def page(self, id: str, locale: str) -> Page:
        """A page in a language, English where a text has no translation. Raises KeyError for an unknown page."""
        found = self._pages.get((id, locale))
        if found is None:
            if len(self._pages) >= MOST_KEPT:
                self._pages = {}
            found = self._pages[id, locale] = self._made(self.programme.document(id), self.language(locale))
        return found

    def best(self, id: str, *locales: str) -> Page:
        """A page in the first of these languages that has it, else in English. Raises KeyError for an unknown page."""
        page = self.page(id, "en")
        return next((self.page(id, locale) for locale in locales if locale in page.offered), page)

    def body(self, key: Hashable, make: Callable[[], str]) -> str:
        """What `make` returns, made once for a key until something is edited; for the parts of a page that are the same for everybody."""
        if key not in self._bodies:
            if len(self._bodies) >= MOST_KEPT:
                self._bodies = {}
            self._bodies[key] = make()
        return self._bodies[key]

    def _made(self, source: Document, language: Language) -> Page:
        document = content.translate(source, language)
        html = content.html(document, self.programme, language)
        offered = tuple(locale for locale in self.locales if locale == "en" or self._has(source, locale))
        review = None if language.english else self.review(source.id, language.locale)
        stands = bool(review and review.digest in ("", cockpit.page_digest(document)))
        texts = {text.source: text.plain for text in content.texts((document.title, document.blocks)) if text.translatable}
        spoken = f'lang="{language.locale}" dir="{language.direction}"'
        beginnings = ((cockpit.key(source), escape(shorten(said, BEGINNING, placeholder=" …"))) for source, said in texts.items())
        choices = "".join(f'<option value="{key}" {spoken}>{said}</option>' for key, said in beginnings)
        return Page(document, language, html, offered, choices, review, stands)

    def _has(self, source: Document, locale: str) -> bool:
        texts = {text.source for text in content.texts(source) if text.translatable}
        find = self.language(locale).find
        return sum(find(text) is None for text in texts) <= MOST_MISSING * len(texts)

    def review(self, sheet: str, locale: str) -> Review | None:
        """Who stands by a sheet: the newest review made here, else the one it was shipped with when no text was edited since."""
        made = self.reviews.get((locale, sheet))
        marks = self._reviewed(locale)
        if made or not marks:
            return made
        sources = [message.text.source for message in cockpit.sheets(self.programme)[sheet].messages]
        edits = self.edits.get(locale, {})
        if not all(source in marks and source not in edits for source in sources):
            return None
        return Review("", None, "", ", ".join(dict.fromkeys(marks[source] for source in sources)))

    def _reviewed(self, locale: str) -> Mapping[str, str]:
        """Who reviewed which text of the shipped catalogue. It is read whole only where it names anybody."""
        po = catalogues.po_path(self.translations, locale)
        stamp = _stamp(po)
        if self._marks.get(locale, (None,))[0] != stamp:
            named = stamp and catalogues.REVIEWED.encode() in po.read_bytes()
            marks = {source: entry.reviewed for source, entry in self.entries(locale).items() if entry.reviewed} if named else {}
            self._marks[locale] = (stamp, marks)
        return self._marks[locale][1]

    def entries(self, locale: str) -> Mapping[str, Entry]:
        """The shipped catalogue of a language brought up to date with the English; kept while both are the same."""
        stamp = (_stamp(catalogues.po_path(self.translations, locale)), id(self.programme))
        if self._entries.get(locale, (None,))[0] != stamp:
            current = catalogues.current(cockpit.template(self.programme), self.translations, locale)
            self._entries[locale] = (stamp, catalogues.entries_of(current))
        return self._entries[locale][1]

    def lines(self, sheet: Sheet, locale: str) -> list[Line]:
        """The texts of a sheet in a language, with how far each has come."""
        return cockpit.lines(sheet, self.entries(locale), self.edits.get(locale, {}), self.gone(locale))

    def progress(self, locale: str) -> list[Progress]:
        """How far every sheet has come in a language, in the order of the modules."""
        found = []
        for sheet in cockpit.sheets(self.programme).values():
            lines = self.lines(sheet, locale)
            review = self.review(sheet.id, locale)
            stands = bool(review and review.digest in ("", cockpit.digest(lines)))
            found.append(Progress(sheet, cockpit.tally(lines), review, stands))
        return found

    def total(self, locale: str) -> Counter[str]:
        """How far a language has come: its texts by state, one that stands on several sheets counted once."""
        sheets = cockpit.sheets(self.programme).values()
        return cockpit.tally({line.key: line for sheet in sheets for line in self.lines(sheet, locale)}.values())

    def gone(self, locale: str) -> Gone:
        """Edits of texts whose English is no longer what it was."""
        entries = self.entries(locale)
        if locale not in self._gone:
            edits = self.edits.get(locale, {})
            self._gone[locale] = Gone({source: edit.text for source, edit in edits.items() if edit.text and source not in entries})
        return self._gone[locale]

    @property
    def newest_edit(self) -> int:
        """The key of the newest edit that is taken in, of any language."""
        return self._seen[0]

    def terms(self) -> tuple[glossary.Term, ...]:
        """The words that every translation keeps."""
        return glossary.read(self.translations)


def _stamp(po: Path) -> int:
    return po.stat().st_mtime_ns if po.exists() else 0


def opened() -> Shelf:
    """The shelf of this application, with whatever was edited until now. Raises CurriculumError when the curriculum cannot be read."""
    programme = content.load()
    shelf: Shelf | None = current_app.extensions.get(KEPT_AS)
    if shelf is None:
        compiled, translations = current_app.config["BABEL_TRANSLATION_DIRECTORIES"], current_app.config["TRANSLATIONS"]
        shelf = current_app.extensions.setdefault(KEPT_AS, Shelf(programme, Path(compiled), Path(translations)))
    shelf.refresh(programme)
    return shelf
