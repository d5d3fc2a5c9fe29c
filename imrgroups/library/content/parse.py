"""Markdown of the curriculum to blocks. Front matter, markdown-it tokens, and errors that name file and line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.container import container_plugin

from imrgroups.library.content.blocks import (
    Block,
    Box,
    CurriculumError,
    Example,
    Exercise,
    FigureBlock,
    Grid,
    Heading,
    ListBlock,
    Paragraph,
    Part,
    StepBlock,
    Table,
    Text,
    Tick,
    Write,
)

# name: how many words may follow it (fewest, most)
CONTAINERS = dict.fromkeys(("example", "box", "point", "questions", "goal", "supporter", "one-to-one", "ward", "facts"), (0, 0))
CONTAINERS |= {"figure": (1, 1), "write": (1, 2), "grid": (1, 2), "tick": (0, 1), "step": (2, 2), "exercise": (1, 1), "difficult": (1, 1)}
DIFFICULT = ("upset", "unwell", "disagrees")
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
MOST_LINES = 30  # to write on, or rows of a grid: more does not fit a page


@dataclass(frozen=True, slots=True)
class Page:
    """A Markdown file taken apart: the front matter with the line of each key, and the blocks."""

    front: dict[str, Text]
    blocks: tuple[Block, ...]


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    md = MarkdownIt("commonmark", {"html": True}).enable("table")
    return md.use(container_plugin, "block", validate=lambda *_: True)


def page(source: str, file: str) -> Page:
    """Take a curriculum page apart. Raises CurriculumError with the line of the first mistake."""
    front, body_line = front_matter(source, file)
    body = "\n".join(source.splitlines()[body_line:])
    return Page(front, Body(file, body_line).read(body))


def front_matter(source: str, file: str) -> tuple[dict[str, Text], int]:
    """The keys between the two `---` lines, and the number of lines they take."""
    lines = source.splitlines()
    if not lines or lines[0].strip() != "---":
        raise CurriculumError(file, 1, "begin the file with front matter: a line ---, then id and title, then a line ---")
    front: dict[str, Text] = {}
    for number, line in enumerate(lines[1:], start=2):
        if line.strip() == "---":
            return front, number
        if not line.strip():
            continue
        key, colon, value = line.partition(":")
        if not colon or not key.strip():
            raise CurriculumError(file, number, "write the front matter as `key: value`, one a line")
        if key.strip() in front:
            raise CurriculumError(file, number, f"`{key.strip()}` stands twice in the front matter; keep one")
        value = value.strip()
        if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
            value = value[1:-1]
        front[key.strip()] = Text(value, number)
    raise CurriculumError(file, len(lines), "close the front matter with a line ---")


class Body:
    """Reads the part of a page below its front matter. `offset` is the number of lines above it."""

    def __init__(self, file: str, offset: int = 0) -> None:
        self.file, self.offset = file, offset
        self.names: dict[str, int] = {}
        self.unnamed = 0

    def fail(self, line: int, what: str) -> CurriculumError:
        return CurriculumError(self.file, line, what)

    def line(self, token: Token) -> int:
        return (token.map[0] if token.map else 0) + 1 + self.offset

    def read(self, source: str) -> tuple[Block, ...]:
        self.check_fences(source)
        env: dict[str, object] = {}
        tokens = _markdown().parse(source, env)
        if env.get("references"):
            raise self.fail(self.offset + 1, "a line like `[word]: address` is a link; write the words without a link")
        return self.blocks(tokens)

    def check_fences(self, source: str) -> None:
        """Containers are opened by a known name, closed, and never nested: markdown-it would guess where we want a clear line."""
        opened: tuple[int, str] | None = None
        for number, line in enumerate(source.splitlines(), start=self.offset + 1):
            if not line.lstrip().startswith(":::"):
                continue
            words = line.strip().lstrip(":").split()
            if line.startswith(" ") or not line.startswith("::: ") and line.strip() != ":::":
                raise self.fail(number, "write `:::` at the start of the line, three colons and then a space and a name")
            if not words:
                if opened is None:
                    raise self.fail(number, "this `:::` closes nothing; remove it or open a container above it")
                opened = None
            elif words[0] not in CONTAINERS:
                raise self.fail(number, f"there is no container `{words[0]}`; use one of {', '.join(CONTAINERS)}")
            elif opened is not None:
                raise self.fail(number, f"close `::: {opened[1]}` from line {opened[0]} first; containers do not nest")
            else:
                opened = (number, words[0])
        if opened is not None:
            raise self.fail(opened[0], f"`::: {opened[1]}` is never closed; add a line ::: after it")

    def blocks(self, tokens: Sequence[Token]) -> tuple[Block, ...]:
        found: list[Block] = []
        position = 0
        while position < len(tokens):
            token = tokens[position]
            end = self.end_of(tokens, position)
            inner = tokens[position + 1 : end]
            found.append(self.block(token, inner))
            position = end + 1
        return tuple(found)

    def end_of(self, tokens: Sequence[Token], start: int) -> int:
        """The index of the token that closes the one at `start`."""
        if tokens[start].nesting != 1:
            return start
        level = tokens[start].level
        return next(i for i in range(start + 1, len(tokens)) if tokens[i].nesting == -1 and tokens[i].level == level)

    def block(self, token: Token, inner: Sequence[Token]) -> Block:
        match token.type:
            case "paragraph_open":
                return Paragraph(self.text(inner[0]))
            case "heading_open":
                level = int(token.tag[1:])
                if level < 3:
                    raise self.fail(self.line(token), "begin headings with ### (the title comes from the front matter)")
                return Heading(level, self.text(inner[0]))
            case "bullet_list_open" | "ordered_list_open":
                return ListBlock(token.type == "ordered_list_open", self.items(inner))
            case "table_open":
                head, rows = self.cells(inner)
                return Table(head, rows)
            case "container_block_open":
                return self.container(token, inner)
            case "fence" | "code_block":
                raise self.fail(self.line(token), "lines set in by four spaces, or between ```, are code; write them as a paragraph")
            case "html_block":
                raise self.fail(self.line(token), "HTML cannot be used here; write a paragraph, a list, a table or a container")
            case "hr":
                raise self.fail(self.line(token), "a line of dashes cannot be used here; use a heading")
            case _:
                raise self.fail(self.line(token), "only paragraphs, headings, lists, tables and containers can be used here")

    def items(self, tokens: Sequence[Token]) -> tuple[tuple[Block, ...], ...]:
        found = []
        position = 0
        while position < len(tokens):
            end = self.end_of(tokens, position)
            if end == position + 1:
                raise self.fail(self.line(tokens[position]), "this list item is empty; write something or remove it")
            found.append(self.blocks(tokens[position + 1 : end]))
            position = end + 1
        return tuple(found)

    def cells(self, tokens: Sequence[Token]) -> tuple[tuple[Text, ...], tuple[tuple[Text, ...], ...]]:
        rows: list[list[Text]] = []
        line = 0
        for token in tokens:
            if token.type == "tr_open":
                line = self.line(token)
                rows.append([])
            elif token.type == "inline":
                rows[-1].append(self.text(token, line))
        return tuple(rows[0]), tuple(tuple(row) for row in rows[1:])

    def text(self, inline: Token, line: int = 0) -> Text:
        """The inline token as one line of words with ** around bold ones."""
        parts: list[str] = []
        line = line or self.line(inline)
        for child in inline.children or ():
            match child.type:
                case "text" | "text_special":
                    parts.append(child.content)
                case "softbreak" | "hardbreak":
                    parts.append(" ")
                case "strong_open" | "strong_close":
                    parts.append("**")
                case "em_open" | "em_close":
                    raise self.fail(line, "only **bold** can be used; take the single * or _ away")
                case "link_open" | "image":
                    raise self.fail(line, "links and pictures cannot be used here; write the words, or a ::: figure")
                case "html_inline":
                    raise self.fail(line, f"HTML cannot be used here: {child.content}")
                case "code_inline":
                    raise self.fail(line, "words between ` marks are code; write them plainly")
        words = " ".join("".join(parts).split())
        if words.count("**") % 2:
            raise self.fail(line, "a ** has no partner; bold words stand between two of them")
        return Text(words, line)

    def container(self, token: Token, inner: Sequence[Token]) -> Block:
        name, *words = token.info.split()
        line = self.line(token)
        fewest, most = CONTAINERS[name]
        if not fewest <= len(words) <= most:
            wanted = f"{fewest}" if fewest == most else f"{fewest} to {most}"
            raise self.fail(line, f"`::: {name}` takes {wanted} words after it, not {len(words)}")
        match name:
            case "write":
                lines = self.number(words[0], line, "lines to write on", MOST_LINES)
                return Write(self.name(words[1:], line), lines, self.blocks(inner))
            case "grid":
                return self.grid(self.number(words[0], line, "rows", MOST_LINES), self.name(words[1:], line), inner, line)
            case "tick":
                return self.tick(self.name(words, line), inner, line)
            case "step":
                return StepBlock(words[0], self.number(words[1], line, "minutes", 90), self.blocks(inner), line)
        blocks = self.blocks(inner)
        if not blocks:
            raise self.fail(line, f"`::: {name}` is empty; write something before its closing :::")
        match name:
            case "example":
                return Example(blocks)
            case "box":
                return Box(blocks)
            case "figure":
                return FigureBlock(words[0], blocks)
            case "exercise":
                return Exercise(words[0], blocks, line)
            case "difficult" if words[0] not in DIFFICULT:
                raise self.fail(line, f"`::: difficult` takes one of {', '.join(DIFFICULT)}")
        return Part(name, words[0] if words else "", blocks, line)

    def grid(self, rows: int, name: str, inner: Sequence[Token], line: int) -> Grid:
        blocks = self.blocks(inner)
        if len(blocks) != 1 or not isinstance(blocks[0], Table):
            raise self.fail(line, "put one table with its header row inside `::: grid`")
        head, given = blocks[0].head, blocks[0].rows
        # Rows with an empty cell (the days of a week) count among the rows asked for; full ones are examples and do not.
        open_rows = sum(1 for row in given if any(not cell.source for cell in row))
        empty = tuple(Text("", line) for _ in head)
        return Grid(name, head, given + (empty,) * max(0, rows - open_rows))

    def tick(self, name: str, inner: Sequence[Token], line: int) -> Tick:
        blocks = self.blocks(inner)
        if len(blocks) != 1 or not isinstance(blocks[0], ListBlock):
            raise self.fail(line, "put one list inside `::: tick`")
        items = []
        for item in blocks[0].items:
            if len(item) != 1 or not isinstance(item[0], Paragraph):
                raise self.fail(line, "each item of `::: tick` is one line of words")
            items.append(item[0].text)
        return Tick(name, tuple(items))

    def number(self, word: str, line: int, what: str, most: int) -> int:
        if not word.isascii() or not word.isdigit() or not 1 <= int(word) <= most:
            raise self.fail(line, f"write the number of {what}, 1 to {most}, not `{word}`")
        return int(word)

    def name(self, words: Sequence[str], line: int) -> str:
        """The field's name; one is counted up for those that have none."""
        if words:
            name = words[0]
            if not NAME.match(name):
                raise self.fail(line, f"a field's name is lower-case words joined by hyphens, not `{name}`")
        else:
            self.unnamed += 1
            name = f"field-{self.unnamed}"
        if name in self.names:
            raise self.fail(line, f"the field name `{name}` is used already on line {self.names[name]}; choose another")
        self.names[name] = line
        return name
