"""Pages of the curriculum as documents to print: handouts, worksheets, guides, homework, and packs of several."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from babel import Locale

from imrgroups import pdf
from imrgroups.library.content import blocks as b
from imrgroups.library.content import languages
from imrgroups.library.content.blocks import Text
from imrgroups.library.content.figures import drawn
from imrgroups.library.content.languages import Language, translate, translated
from imrgroups.library.content.programme import Document, Module, Programme

ROW_MM = 12  # a row somebody writes in by hand
SQUARE_MM = 114
VIEW_BOX = re.compile(r'viewBox="([^"]+)"')
NAMED = ("handout", "worksheet")  # pages with a line for name and date


@lru_cache(maxsize=64)
def own_name(locale: str) -> str:
    """What a language calls itself: "da" -> "dansk"."""
    return Locale.parse(locale.replace("-", "_")).get_display_name() or locale


def printed(
    document: Document,
    programme: Programme,
    language: Language = languages.ENGLISH,
    *,
    name: str = "",
    date: str = "",
    values: Mapping[str, str] | None = None,
) -> pdf.PrintDocument:
    """The page as a document to print.

    document: already translated into `language`. name, date: put on the lines at the top. values: what was written in the fields
    (names as in content.fields()); a field with a value is printed with it, the others are left to write on.
    """
    word = language.word
    top = [word("page.name"), word("page.date")] if document.kind in NAMED else []
    return pdf.PrintDocument(
        title=document.title.plain,
        language=language.locale,
        blocks=_Sheet(document, programme, language, values or {}).blocks(document.blocks),
        above=_above(document, word(f"kind.{document.kind}")),
        footer=[document.module_title.plain, document.title.plain, *_imprint(document.version, language)],
        note="" if document.kind in ("guide", "ward") else word("page.care"),
        fields=top,
        filled={key: text for key, text in zip(top, (name, date), strict=False) if text},
        page_word=word("page.page"),
    )


def homework(module: Module, programme: Programme, language: Language = languages.ENGLISH) -> pdf.PrintDocument:
    """The module's choices for the week, each with its minutes and a box to tick."""
    choices = sorted(module.homework, key=lambda each: each.minutes)
    items = [f"{language.say(each.text.source)} ({language.minutes(each.minutes)})" for each in choices]
    return _plain(
        language, language.word("kind.homework"), [pdf.Ticks(items)], module=translated(module.title, language).plain,
        version=programme.version, fields=[language.word("page.name"), language.word("page.date")],
    )


def cover(
    title: str,
    documents: Sequence[pdf.PrintDocument],
    programme: Programme,
    language: Language = languages.ENGLISH,
    *,
    lines: Sequence[str] = (),
) -> pdf.PrintDocument:
    """The first page of a pack: its title, a few lines (already in the language), and what is in it."""
    listed = [f"{document.above}: {document.title}" if document.above else document.title for document in documents]
    body: list[pdf.Block] = [pdf.Paragraph(line) for line in lines]
    body += [pdf.Heading(language.word("page.contents")), pdf.Bullets(listed)]
    return _plain(language, title, body, version=programme.version)


def module_pack(
    module: Module, programme: Programme, language: Language = languages.ENGLISH, *, guides: bool = False, name: str = ""
) -> list[pdf.PrintDocument]:
    """Everything of a module in one file: cover, handouts with their worksheets, homework, family sheet; the guides on request."""
    pages: list[Document] = []
    for topic in module.topics:
        wanted = (module.handouts.get(topic.handout), *(programme.find(sheet) for sheet in topic.worksheets))
        pages += [page for page in wanted if page and page not in pages]
    pages += [sheet for kind, sheet in module.sheets.items() if kind == "family" or guides]
    if guides:
        pages += module.guides.values()
    inside = [printed(translate(page, language), programme, language, name=name) for page in pages]
    if module.homework:
        inside.append(homework(module, programme, language))
    title = translated(module.title, language).plain
    return [cover(title, inside, programme, language, lines=[name] if name else []), *inside]


def _plain(
    language: Language, title: str, body: list[pdf.Block], *, version: str, module: str = "", fields: Sequence[str] = ()
) -> pdf.PrintDocument:
    return pdf.PrintDocument(
        title, language.locale, body, footer=[module, title, *_imprint(version, language)], note=language.word("page.care"),
        fields=fields, page_word=language.word("page.page"),
    )


def _imprint(version: str, language: Language) -> list[str]:
    kept = f"\u2066{version}\u2069" if language.direction == "rtl" else version  # or its parts would change places
    return [f"{language.word('page.edition')} {kept}", own_name(language.locale)]


def _above(document: Document, kind: str) -> str:
    return f"{kind} · {document.module_title.plain}"


def _width_mm(drawing: str) -> float:
    """How wide to print a drawing to look at. A square one as wide as the page would leave half a page empty before it."""
    box = VIEW_BOX.search(drawing)
    width, height = (float(part) for part in box[1].split()[2:]) if box else (1.0, 0.0)
    return SQUARE_MM if height > 0.9 * width else 0


class _Sheet:
    def __init__(self, document: Document, programme: Programme, language: Language, values: Mapping[str, str]) -> None:
        self.document, self.programme, self.language, self.values = document, programme, language, values

    def blocks(self, blocks: Iterable[b.Block]) -> list[pdf.Block]:
        listed = list(blocks)
        found: list[pdf.Block] = []
        for i, block in enumerate(listed):
            after = listed[i + 1] if i + 1 < len(listed) else None
            heading = isinstance(block, b.Paragraph) and [bold for _, bold in block.text.runs] == [True]  # an exercise's name stays with it
            found += self.block(block, heading or isinstance(after, b.Write | b.Tick | b.Grid | b.FigureBlock))
        return found

    def block(self, block: b.Block, keep: bool) -> list[pdf.Block]:
        word = self.language.word
        match block:
            case b.Paragraph(text):
                return [self.paragraph(text, keep)]
            case b.Heading(level, text):
                return [pdf.Heading(text.runs, level - 1)]
            case b.ListBlock(ordered, items):
                return [pdf.Bullets([self.blocks(item) for item in items], ordered)]
            case b.Table(head, rows):
                return [pdf.Table([cell.runs for cell in head], [[cell.runs for cell in row] for row in rows])]
            case b.Write(name, lines, within):
                value = self.values.get(f"{self.document.id}.{name}", "")
                written: list[pdf.Block] = [pdf.Paragraph(line) for line in value.splitlines() if line.strip()]
                return self.blocks(within) + (written or [pdf.Lines(lines)])
            case b.Grid():
                return [self.grid(block)]
            case b.Tick(name, items):
                ticked = [i for i in range(len(items)) if self.values.get(f"{self.document.id}.{name}.{i + 1}")]
                return [pdf.Ticks([item.runs for item in items], ticked)]
            case b.Example(within):
                return [pdf.Frame(self.blocks(within), "example", keep=keep)]
            case b.Box(within):
                first = within[0]
                titled = isinstance(first, b.Paragraph) and first.text.text.startswith("**")
                return [pdf.Frame(self.blocks(within), "box", "" if titled else word("page.important"), keep)]
            case b.FigureBlock(id, within):
                figure = self.programme.drawing(id)
                if figure is None:
                    return self.blocks(within)
                told = " ".join(text.plain for text in b.texts(within))
                drawing = drawn(figure, self.language.say, locale=self.language.locale)
                return [pdf.Picture(drawing, told, 0 if self.document.kind == "worksheet" else _width_mm(drawing))]
            case b.StepBlock(id, minutes, within):
                title = next((step.title for step in self.programme.steps if step.id == id), Text(id))
                heading = pdf.Heading(self.language.say(title.source), aside=self.language.minutes(minutes))
                return [heading, *self.blocks(within)]
            case b.Exercise(id, within):
                technique = self.programme.techniques.get(id)
                aside = word(f"family.{technique.family}") if technique else ""
                return [pdf.Heading(word("part.exercise"), aside=aside), *self.blocks(within)]
            case b.Part(kind, name, within):
                return [pdf.Heading(word(f"part.{name or kind}")), *self.blocks(within)]

    def paragraph(self, text: Text, keep: bool) -> pdf.Paragraph:
        stays = not self.language.english and text.shown is None and text.translatable
        return pdf.Paragraph(text.runs, keep, "en" if stays else "")

    def grid(self, grid: b.Grid) -> pdf.Table:
        def cell(row: int, column: int, text: Text) -> pdf.Words:
            return text.runs if text.source else self.values.get(f"{self.document.id}.{grid.name}.{row}.{column}", "")

        rows = [[cell(r, c, text) for c, text in enumerate(row)] for r, row in enumerate(grid.rows, 1)]
        return pdf.Table([text.runs for text in grid.head], rows, row_mm=ROW_MM)
