"""Pages of the curriculum as HTML. Everything is escaped, nothing is styled inline, and each field keeps its name for good."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape

from imrgroups.library.content import blocks as b
from imrgroups.library.content import languages
from imrgroups.library.content.blocks import Text
from imrgroups.library.content.figures import drawn
from imrgroups.library.content.languages import Language
from imrgroups.library.content.programme import Document, Figure, Programme

MOST_KEPT = 1024  # rendered pages kept per process
_kept: dict[tuple[object, ...], str] = {}


@dataclass(frozen=True, slots=True)
class Field:
    """One place to write or tick. `name` is `<file id>.<field>`, with row and column for a grid, with a number for a list."""

    name: str
    kind: str  # lines, cell, tick
    label: str


def fields(document: Document) -> list[Field]:
    """Every field of a page in reading order: what a form may send, and what an answer is called when it is shown."""
    found: list[Field] = []
    label = document.title.plain
    for block in document.blocks:
        match block:
            case b.Paragraph(text) | b.Heading(_, text):
                label = text.plain
            case b.Box(within):
                runs = next(iter(b.texts(within))).runs
                label = next((words for words, bold in runs if bold), runs[0][0]).strip(" :")
            case b.Write(name, _, _):
                found.append(Field(f"{document.id}.{name}", "lines", label))
            case b.Grid(name, head, rows):
                found += [
                    Field(f"{document.id}.{name}.{r}.{c}", "cell", f"{head[c].plain} {r}")
                    for r, row in enumerate(rows, 1) for c, cell in enumerate(row) if not cell.source
                ]
            case b.Tick(name, items):
                found += [Field(f"{document.id}.{name}.{n}", "tick", item.plain) for n, item in enumerate(items, 1)]
    return found


def html(
    document: Document,
    programme: Programme,
    language: Language = languages.ENGLISH,
    *,
    heading_level: int = 2,
    fillable: bool = False,
    values: Mapping[str, str] | None = None,
) -> str:
    """The page as HTML, without its title.

    document: already translated into `language`. heading_level: the level a `###` gets (2 below the page's own h1).
    fillable: fields are inputs named as in fields(), filled from `values`; else ruled lines and empty boxes.
    Pages without values are kept by the hash of what they show.
    """
    figures = [figure for block in document.blocks if isinstance(block, b.FigureBlock) and (figure := programme.drawing(block.figure))]
    page = _Page(document, programme, language, heading_level, fillable, values or {})
    if values:
        return page.render()
    said = tuple(language.word(key) for key in languages.words())
    drawings = tuple((figure.svg, *(language.say(label.source) for label in figure.labels)) for figure in figures)
    key = (document.digest, document.locale, heading_level, fillable, said, drawings)
    if key not in _kept:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[key] = page.render()
    return _kept[key]


class _Page:
    def __init__(
        self, document: Document, programme: Programme, language: Language, level: int, fillable: bool, values: Mapping[str, str]
    ) -> None:
        self.document, self.programme, self.language = document, programme, language
        self.level, self.fillable, self.values = level, fillable, values
        self.under = level - 1  # the level of the last heading
        self.label = ""  # the id of the text the next field belongs to
        self.labels = 0
        self.figures = 0

    def render(self) -> str:
        inner = "\n".join(self.all(self.document.blocks))
        return f'<div class="imr-page imr-{self.document.kind}">\n{inner}\n</div>'

    def all(self, blocks: Iterable[b.Block], labels: bool = False) -> Iterator[str]:
        """Each block in turn. labels: the last of them says what the field after it is for."""
        listed = list(blocks)
        for i, block in enumerate(listed):
            last = i + 1 == len(listed)
            yield self.block(block, labels if last else isinstance(listed[i + 1], b.Write | b.Tick))

    def block(self, block: b.Block, labels: bool = False) -> str:
        match block:
            case b.Paragraph(text):
                return self.words("p", text, labels)
            case b.Heading(level, text):
                self.under = min(6, self.level + level - 3)
                return self.words(f"h{self.under}", text, labels, f"nhsuk-heading-{'m' if level == 3 else 's'}")
            case b.ListBlock(ordered, items):
                tag = "ol" if ordered else "ul"
                inner = "".join(self.item(item) for item in items)
                return f'<{tag} class="nhsuk-list nhsuk-list--{"number" if ordered else "bullet"}">{inner}</{tag}>'
            case b.Table(head, rows):
                return self.table(head, [[self.runs(cell) for cell in row] for row in rows], "imr-table")
            case b.Write(name, lines, within):
                return self.write(name, lines, within)
            case b.Grid():
                return self.grid(block)
            case b.Tick():
                return self.tick(block)
            case b.Example(within):
                return f'<div class="nhsuk-inset-text imr-example">{"".join(self.all(within))}</div>'
            case b.Box(within):
                return self.callout(within, labels)
            case b.FigureBlock(id, within):
                figure = self.programme.drawing(id)
                return self.figure(figure, within) if figure else "".join(self.all(within))
            case b.StepBlock(step, minutes, within, _):
                title = next((s.title.source for s in self.programme.steps if s.id == step), step)
                tag = f'<span class="imr-minutes">{escape(self.language.minutes(minutes))}</span>'
                return self.section("step", self.say(title), within, tag)
            case b.Exercise(technique, within, _):
                known = self.programme.techniques.get(technique)
                family = self.word(f"family.{known.family}") if known else ""
                tag = f'<span class="imr-technique">{family}</span>'
                return self.section("exercise", self.word("part.exercise"), within, tag)
            case b.Part(kind, name, within, _):
                return self.section(kind, self.word(f"part.{name or kind}"), within)

    def word(self, key: str) -> str:
        return escape(self.language.word(key))

    def say(self, source: str) -> str:
        return escape(self.language.say(source))

    def section(self, kind: str, title: str, within: Iterable[b.Block], tag: str = "") -> str:
        self.under = self.level
        heading = f'<h{self.level} class="nhsuk-heading-m">{title} {tag}'.rstrip() + f"</h{self.level}>"
        return f'<section class="imr-part imr-{kind}">{heading}{"".join(self.all(within))}</section>'

    def words(self, tag: str, text: Text, labels: bool = False, css: str = "") -> str:
        """An element with the text; with an id when a field stands right under it."""
        marks = f' class="{css}"' if css else ""
        if labels and self.fillable:
            self.labels += 1
            self.label = f"{self.document.id}-label-{self.labels}"
            marks += f' id="{self.label}"'
        return f"<{tag}{marks}{self.foreign(text)}>{self.runs(text)}</{tag}>"

    def foreign(self, text: Text) -> str:
        """lang and dir for a text that stayed English on a page in another language."""
        stays = self.document.locale.split("_")[0] != "en" and text.shown is None and text.translatable
        return ' lang="en" dir="ltr"' if stays else ""

    def runs(self, text: Text) -> str:
        return "".join(f"<strong>{escape(words)}</strong>" if bold else escape(words) for words, bold in text.runs)

    def item(self, item: tuple[b.Block, ...]) -> str:
        first = item[0]
        if isinstance(first, b.Paragraph):
            return f"<li{self.foreign(first.text)}>{self.runs(first.text)}{''.join(self.all(item[1:]))}</li>"
        return f"<li>{''.join(self.all(item))}</li>"

    def table(self, head: tuple[Text, ...], rows: Iterable[Iterable[str]], css: str) -> str:
        top = "".join(f'<th scope="col" class="nhsuk-table__header"{self.foreign(cell)}>{self.runs(cell)}</th>' for cell in head)
        cells = ("".join(f'<td class="nhsuk-table__cell">{cell}</td>' for cell in row) for row in rows)
        body = "".join(f"<tr>{row}</tr>" for row in cells)
        return (
            f'<div class="imr-scroll" tabindex="0" role="region" aria-label="{escape(" / ".join(cell.plain for cell in head))}">'
            f'<table class="nhsuk-table {css}"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'
        )

    def named(self) -> str:
        """How the next field is called: by the text above it, else by "Write here"."""
        label, self.label = self.label, ""
        return f'aria-labelledby="{label}"' if label else f'aria-label="{self.word("page.write")}"'

    def write(self, name: str, lines: int, within: tuple[b.Block, ...]) -> str:
        above = "".join(self.all(within, labels=True))
        if not self.fillable:
            return f'{above}<div class="imr-lines" aria-hidden="true">{"<div></div>" * lines}</div>'
        field = f"{self.document.id}.{name}"
        value = escape(self.values.get(field, ""))
        area = f'<textarea class="nhsuk-textarea imr-write" id="{field}" name="{field}" rows="{lines}" {self.named()}>{value}</textarea>'
        return above + area

    def grid(self, grid: b.Grid) -> str:
        def cell(row: int, column: int, text: Text) -> str:
            if text.source:
                return self.runs(text)
            if not self.fillable:
                return ""
            field = f"{self.document.id}.{grid.name}.{row}.{column}"
            called = escape(f"{grid.head[column].plain}, {self.language.word('page.row')} {row}")
            value = escape(self.values.get(field, ""))
            above = f'<span class="imr-cell-name" aria-hidden="true">{self.runs(grid.head[column])}</span>'  # seen where rows are stacked
            return f'{above}<textarea class="nhsuk-textarea imr-cell" name="{field}" rows="2" aria-label="{called}">{value}</textarea>'

        self.label = ""
        rows = [[cell(r, c, text) for c, text in enumerate(row)] for r, row in enumerate(grid.rows, 1)]
        return self.table(grid.head, rows, "imr-grid")

    def tick(self, tick: b.Tick) -> str:
        if not self.fillable:
            inner = "".join(f"<li{self.foreign(item)}>{self.runs(item)}</li>" for item in tick.items)
            return f'<ul class="imr-ticks">{inner}</ul>'
        boxes = []
        group = self.named()
        for number, item in enumerate(tick.items, 1):
            field = f"{self.document.id}.{tick.name}.{number}"
            checked = " checked" if self.values.get(field) else ""
            boxes.append(
                f'<div class="nhsuk-checkboxes__item"><input class="nhsuk-checkboxes__input" type="checkbox" id="{field}" name="{field}" '
                f'value="1"{checked}><label class="nhsuk-label nhsuk-checkboxes__label" for="{field}"{self.foreign(item)}>'
                f"{self.runs(item)}</label></div>"
            )
        return f'<div class="nhsuk-checkboxes imr-ticks" role="group" {group}>{"".join(boxes)}</div>'

    def callout(self, within: tuple[b.Block, ...], labels: bool) -> str:
        level = min(6, max(self.level, self.under + 1))
        first = within[0]
        if isinstance(first, b.Paragraph) and len(within) > 1 and all(bold for _, bold in first.text.runs):
            label, within = escape(first.text.plain), within[1:]  # a line in bold is the box's own title
        else:
            label = self.word("page.important")
        title = f'<h{level} class="nhsuk-warning-callout__label">{label}</h{level}>'
        return f'<div class="nhsuk-warning-callout imr-box">{title}{"".join(self.all(within, labels))}</div>'

    def figure(self, figure: Figure, within: tuple[b.Block, ...]) -> str:
        self.figures += 1
        title = self.language.say(figure.title.source) if figure.title else self.language.word("page.figure")
        told = " ".join(text.plain for text in b.texts(within))
        prefix = f"{self.document.id}-{self.figures}-"
        svg = drawn(figure, self.language.say, locale=self.language.locale, prefix=prefix, title=title, description=told)
        return f'<figure class="imr-figure" dir="ltr">{svg}</figure>'
