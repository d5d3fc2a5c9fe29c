"""A pack: copies for several people in one file, each in their own language and print size, with a cover that lists them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from imrgroups import pdf
from imrgroups.i18n import gettext, in_language
from imrgroups.library import content
from imrgroups.library.content.languages import Language
from imrgroups.library.content.paper import own_name
from imrgroups.library.content.shelf import Page, Shelf, opened


@dataclass(frozen=True, slots=True)
class Copy:
    """What one person gets, in their language; a page that is not in it comes in the `otherwise` (the group's), else in English.

    pages: ids of handouts, worksheets, guides and sheets; one that is not written yet is left out.
    """

    name: str
    locale: str
    large: bool
    pages: Sequence[str]
    otherwise: str = "en"


@dataclass(frozen=True, slots=True)
class Cover:
    """The first page, in the language of whoever prints: its title and some lines under it (already in that language)."""

    title: str
    locale: str
    lines: Sequence[str] = ()


def pack(copies: Sequence[Copy], cover: Cover, *, paper: pdf.Paper = "a4") -> bytes:
    """One tagged PDF: the cover with the list of names, then each person's pages with the name on them. Raises CannotPrint."""
    shelf = opened()
    given = [(copy, list(_pages(copy, shelf))) for copy in copies]
    inside = [
        replace(content.printed(page.document, shelf.programme, page.language, name=copy.name), large=copy.large)
        for copy, pages in given for page in pages
    ]
    return pdf.render([_cover(given, cover, shelf), *inside], paper=paper, title=cover.title)


def _pages(copy: Copy, shelf: Shelf) -> Iterator[Page]:
    for id in dict.fromkeys(copy.pages):
        if shelf.programme.find(id):
            yield shelf.best(id, copy.locale, copy.otherwise)


def _cover(given: Sequence[tuple[Copy, Sequence[Page]]], cover: Cover, shelf: Shelf) -> pdf.PrintDocument:
    language = shelf.language(cover.locale)
    with in_language(cover.locale):
        rows = [[copy.name, _listed(copy, pages, language)] for copy, pages in given]
    body: list[pdf.Block] = [pdf.Paragraph(line) for line in cover.lines]
    if rows:
        body.append(pdf.Table([language.word("page.name"), language.word("page.contents")], rows, widths=[1, 2.4]))
    version = f"{language.word('page.edition')} {shelf.programme.version}"
    return pdf.PrintDocument(
        cover.title, cover.locale, body, footer=[cover.title, version], note=language.word("page.care"), large=False,
        page_word=language.word("page.page"),
    )


def _listed(copy: Copy, pages: Sequence[Page], language: Language) -> str:
    """What a person gets, for the cover: titles that name no illness, and how they are printed where it is not as the cover is."""
    spoken = dict.fromkeys(page.language.locale for page in pages if page.language.locale != language.locale)
    how = [*(own_name(locale) for locale in spoken), *([gettext("large print")] if copy.large else [])]
    titles = "; ".join(language.say(page.document.safe_title.source) for page in pages)
    return f"{titles} ({', '.join(how)})" if how else titles
