"""Which texts a file of the curriculum holds, and what each of them is (a heading, a list item, a label ...)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import Any, NamedTuple

from imrgroups.library.content import blocks as b
from imrgroups.library.content.blocks import Text
from imrgroups.library.content.programme import Document

TOML_KEYS = frozenset({"title", "shared_title", "text"})
INSTRUMENT_KEYS = frozenset({
    "name", "screen_name", "intro", "thanks", "question", "answers", "anchors", "text", "period", "asked_of", "evidence", "roles", "probes",
})
NOT_TEXT = frozenset({"sources", "source", "confidence", "id", "address", "version", "note"})  # titles of books stay as they were printed
IDENTIFIER = re.compile(r"[a-z0-9_./-]+")


class Message(NamedTuple):
    """One text and what it is. `running` texts are the ones whose reading level is measured."""

    kind: str
    text: Text
    running: bool = False


def of_document(document: Document) -> Iterator[Message]:
    """The texts of a page in reading order, the module's title left out (it belongs to module.toml)."""
    yield Message("title", document.title)
    if document.shared_title:
        yield Message("title for shared screens", document.shared_title)
    yield from of_blocks(document.blocks)


def of_blocks(blocks: Iterable[b.Block], inside: str = "") -> Iterator[Message]:
    """The texts of blocks in reading order. Running text is paragraphs and list items, but for figure descriptions."""
    running = inside != "figure"
    for block in blocks:
        match block:
            case b.Paragraph(text):
                yield Message(f"{inside}: paragraph" if inside else "paragraph", text, running)
            case b.Heading(_, text):
                yield Message("heading", text)
            case b.ListBlock(_, items):
                for item in items:
                    for message in of_blocks(item, inside):
                        yield message._replace(kind=message.kind.replace("paragraph", "list item"))
            case b.Table(head, rows) | b.Grid(_, head, rows):
                yield from (Message("table head", text) for text in head)
                yield from (Message("table cell", text) for row in rows for text in row if text.source)
            case b.Tick(_, items):
                yield from (Message("item to tick", text) for text in items)
            case b.FigureBlock(_, within):
                yield from of_blocks(within, "figure")
            case b.Exercise(technique, within):
                yield from of_blocks(within, f"exercise {technique}")
            case b.StepBlock(step, _, within):
                yield from of_blocks(within, f"step {step}")
            case b.Part(kind, name, within):
                yield from of_blocks(within, f"{kind} {name}".strip())
            case b.Write(_, _, within):
                yield from of_blocks(within, inside)
            case b.Example(within) | b.Box(within):
                yield from of_blocks(within, type(block).__name__.lower())


def of_toml(source: str, file: str) -> Iterator[Message]:
    """The texts of a TOML file: every string (or list, or table of strings) under a key that holds text, in file order."""
    data = b.read_toml(source, file)
    instrument = PurePath(file).parent.name == "instruments"
    keys = INSTRUMENT_KEYS if instrument else TOML_KEYS
    homework = PurePath(file).stem == "homework"
    after = 0
    for kind, words in _strings(data, keys, ""):
        if instrument and IDENTIFIER.fullmatch(words):
            continue
        place = max(source.find(words.split("\n")[0], after), 0)
        after = place or after
        yield Message(kind, Text(" ".join(words.split()), source.count("\n", 0, place) + 1), homework and kind == "text")


def _strings(value: Any, keys: frozenset[str], kind: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        if kind:
            yield kind, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if key not in NOT_TEXT:
                yield from _strings(inner, keys, key if key in keys else kind)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner, keys, kind)
