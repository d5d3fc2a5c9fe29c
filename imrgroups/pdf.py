"""Paper: blocks to a tagged PDF (PDF/UA-1) by Typst.

Any room can print. Build a PrintDocument from the blocks below, all words already in the reader's language, and call render():

    sheet = PrintDocument("Attendance", "en", [Paragraph("Tuesday group"), Table(["Name", "Here?"], [["Anna B", ""]])])
    data = render([sheet], paper="a4")

Words are a string, or (string, bold) pairs. They reach Typst as JSON and are only ever content, never markup.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

Words = str | Sequence[tuple[str, bool]]
Paper = Literal["a4", "letter"]

HERE = Path(__file__).resolve().parent
FONTS, TEMPLATE = HERE / "fonts", HERE / "pdf_templates" / "print.typ"
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
BASE_POINTS, LARGE_POINTS = 14, 18
WHOLE_UP_TO = 1500  # characters of data: a frame with more may be split over two pages

APART_FROM = 120_000  # characters of data, some twenty pages: more is made in a process of its own
PATIENCE_SECONDS = 120
NO_SUCH_LETTER = "could not be displayed"  # what Typst says of a character that our fonts do not have, in a tagged PDF

_one_at_a_time = threading.Lock()  # a Typst compiler is not shared between threads


class CannotPrint(RuntimeError):
    """The pages could not be made; the message is for whoever keeps the program running, not for its users."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running words. keep: stay on the page of what follows. lang: when it is not the document's ("en"). small: 11 points."""

    words: Words
    keep: bool = False
    lang: str = ""
    small: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading under the document's title: level 2, or 3 under a 2. aside: a few words at the end of the line ("28 minutes")."""

    words: Words
    level: int = 2
    aside: str = ""


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list. An item is words, or blocks."""

    items: Sequence[Words | Sequence["Block"]]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; an empty cell is a place to write when row_mm is set.

    widths: shares of the columns ([3, 1, 1]), guessed from the words when left out. row_mm: least height of a row.
    small: 11 points, for staff sheets with many columns.
    """

    head: Sequence[Words]
    rows: Sequence[Sequence[Words]]
    widths: Sequence[float] = ()
    row_mm: float = 0
    small: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines to write on, 10 mm apart."""

    count: int


@dataclass(frozen=True, slots=True)
class Ticks:
    """A list with a box to tick before each item. ticked: the places (from 0) of those that are ticked already."""

    items: Sequence[Words]
    ticked: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """Blocks set apart: look "example" (a bar beside it) or "box" (a border around it, with a title). keep: as for Paragraph."""

    blocks: Sequence["Block"]
    look: Literal["example", "box"] = "box"
    title: str = ""
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing as SVG with its alternative text. width_mm: more in large print; 0 takes the width of the page."""

    svg: str
    alt: str
    width_mm: float = 0


@dataclass(frozen=True, slots=True)
class Pairs:
    """Labels and what belongs to them: ("Place", "Room 2")."""

    pairs: Sequence[tuple[str, Words]]


@dataclass(frozen=True, slots=True)
class Signatures:
    """One line to sign on for each label, side by side."""

    labels: Sequence[str]


@dataclass(frozen=True, slots=True)
class Space:
    """Empty height in millimetres."""

    mm: float = 6


@dataclass(frozen=True, slots=True)
class NewPage:
    """What follows begins on a new page."""


Block = Paragraph | Heading | Bullets | Table | Lines | Ticks | Frame | Picture | Pairs | Signatures | Space | NewPage


@dataclass(frozen=True, slots=True)
class PrintDocument:
    """One document of a PDF, with its own page numbers.

    title, language: its heading, and the language code of its words. above: a small line over the title ("Handout").
    footer: parts of the footer's first line (module, title, version, language); note: its second line.
    fields: labels of the lines at the top, such as ("Name", "Date"); filled: what already stands on them, by label.
    page_word: "Page" in the language. large: in large print or not, when it is not as the rest of the file.
    """

    title: str
    language: str
    blocks: Sequence[Block]
    above: str = ""
    footer: Sequence[str] = ()
    note: str = ""
    fields: Sequence[str] = ()
    filled: dict[str, str] = field(default_factory=dict)
    page_word: str = "Page"
    large: bool | None = None


def render(documents: Sequence[PrintDocument], *, paper: Paper = "a4", large: bool = False, title: str = "") -> bytes:
    """One tagged PDF of the documents, each beginning on a new page.

    paper: "a4" or "letter". large: 18 points instead of 14. title: of the whole file, the first document's when left out.
    A character that our fonts lack (an emoji in a name) is drawn by a font of the machine, or as a box: such a file is not PDF/UA.
    Raises ValueError without documents or for another paper, CannotPrint when Typst refuses.
    """
    data = json.dumps(tree(documents, paper=paper, large=large, title=title), ensure_ascii=False)
    return _apart(data) if len(data) > APART_FROM else _compiled(data)


def _compiled(data: str, *, ours: bool = True) -> bytes:
    import typst

    try:
        with _one_at_a_time:
            return _compiler(ours=ours).compile(sys_inputs={"doc": data}, format="pdf", pdf_standards=["ua-1"] if ours else [])
    except typst.TypstError as error:
        if ours and NO_SUCH_LETTER in error.message:
            return _compiled(data, ours=False)
        raise CannotPrint(f"{error.message} {' '.join(error.hints)}".strip()) from None


def _apart(data: str) -> bytes:
    """The same in a process of its own: a pack takes hundreds of megabytes, which the web process would never give back."""
    command = [sys.executable, "-I", "-X", "utf8", str(Path(__file__).resolve())]
    try:
        done = subprocess.run(command, input=data.encode(), capture_output=True, timeout=PATIENCE_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CannotPrint(f"the pack could not be made: {type(error).__name__}") from None
    if done.returncode:
        raise CannotPrint(done.stderr.decode(errors="replace").strip().rpartition("\n")[2] or "the pack could not be made")
    return done.stdout


def tree(documents: Sequence[PrintDocument], *, paper: str, large: bool, title: str = "") -> dict[str, Any]:
    """The documents as plain data, the shape pdf_templates/print.typ reads."""
    if not documents:
        raise ValueError("there is nothing to print")
    if paper not in ("a4", "letter"):
        raise ValueError(f"unknown paper: {paper!r}")
    return {
        "title": title or documents[0].title,
        "paper": {"a4": "a4", "letter": "us-letter"}[paper],
        "documents": [_document(document, large) for document in documents],
    }


@lru_cache(maxsize=2)
def _compiler(*, ours: bool = True) -> Any:
    """A compiler of this process, with our own fonts only or also those of the machine; the first use takes some tenths of a second."""
    import typst
    return typst.Compiler(input=str(TEMPLATE), root=str(TEMPLATE.parent), font_paths=[str(FONTS)], ignore_system_fonts=ours)


def _document(document: PrintDocument, large: bool) -> dict[str, Any]:
    language = document.language.split("_")[0]
    large = large if document.large is None else document.large
    return {
        "points": LARGE_POINTS if large else BASE_POINTS,
        "title": document.title, "lang": language, "rtl": language in RIGHT_TO_LEFT, "above": document.above,
        "footer": [part for part in document.footer if part], "note": document.note,
        "fields": [[label, document.filled.get(label, "")] for label in document.fields],
        "page": document.page_word, "blocks": _stepped(document.blocks),
    }


def _stepped(blocks: Sequence[Block], level: int = 1) -> list[dict[str, Any]]:
    """The blocks as data, heading levels without a gap: PDF/UA wants each at most one deeper than the last."""
    found = []
    for block in blocks:
        if isinstance(block, Heading):
            level = max(2, min(block.level, level + 1))
            found.append({"t": "heading", "words": _runs(block.words), "level": level, "aside": block.aside})
        else:
            found.append(_block(block))
    return found


def _block(block: Block) -> dict[str, Any]:
    kind = type(block).__name__.lower()
    match block:
        case Paragraph():
            return {"t": kind, "words": _runs(block.words), "keep": block.keep, "lang": block.lang, "small": block.small}
        case Bullets(items, ordered):
            return {"t": kind, "ordered": ordered, "items": [_item(item) for item in items]}
        case Table():
            head, rows = [_runs(cell) for cell in block.head], [[_runs(cell) for cell in row] for row in block.rows]
            if any(len(row) != len(head) for row in rows):
                raise ValueError("a row of a table has another number of cells than its head")
            widths = list(block.widths) or _widths(head, rows, bool(block.row_mm))
            return {"t": kind, "head": head, "rows": rows, "widths": widths, "row": block.row_mm, "small": block.small}
        case Ticks(items, ticked):
            return {"t": kind, "items": [_runs(item) for item in items], "ticked": list(ticked)}
        case Frame(blocks, look, title, keep):
            inner = [_block(each) for each in blocks]
            whole = len(json.dumps(inner, ensure_ascii=False)) <= WHOLE_UP_TO
            return {"t": kind, "blocks": inner, "look": look, "title": title, "keep": keep, "whole": whole}
        case Picture(svg, alt, width):
            return {"t": kind, "svg": svg, "alt": alt, "width": width}
        case Pairs(pairs):
            return {"t": kind, "pairs": [[label, _runs(words)] for label, words in pairs]}
    return {"t": kind} | {each.name: getattr(block, each.name) for each in fields(block)}


def _runs(words: Words) -> list[list[Any]]:
    return [[words, False]] if isinstance(words, str) else [[run, bold] for run, bold in words]


def _item(item: Words | Sequence[Block]) -> list[dict[str, Any]]:
    if not isinstance(item, str) and item and not isinstance(item[0], tuple):
        return [_block(block) for block in item]  # type: ignore[arg-type]
    return [{"t": "paragraph", "words": _runs(item), "keep": False, "lang": "", "small": False}]  # type: ignore[arg-type]


def _widths(head: Sequence[list[list[Any]]], rows: Sequence[Sequence[list[list[Any]]]], written: bool) -> list[float]:
    """Shares of the columns by the longest words in them. Columns to write in are alike, but for those with a very short head."""

    def longest(column: int) -> int:
        lengths = (sum(len(run) for run, _ in cell) for cell in [head[column], *(row[column] for row in rows)])
        return max(lengths, default=1)

    if written:
        return [0.6 if longest(column) <= 6 else 1 for column in range(len(head))]
    return [min(max(longest(column) / 12, 0.7), 2.5) for column in range(len(head))]


if __name__ == "__main__":  # what _apart() starts
    try:
        sys.stdout.buffer.write(_compiled(sys.stdin.buffer.read().decode()))
    except CannotPrint as error:
        sys.exit(str(error))
