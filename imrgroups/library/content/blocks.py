"""The shapes a curriculum page is read into: texts with bold words, and blocks of texts.

Everything is frozen. A text is known by its English source, which is also its msgid in the catalogues; `**` marks bold words
in both. A translated page is the same shape with `shown` filled in.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any


class CurriculumError(ValueError):
    """A curriculum file that cannot be read: which file, which line, and what to do about it."""

    def __init__(self, file: str | Path, line: int, what: str) -> None:
        super().__init__(f"{file}:{line}: {what}")
        self.file, self.line, self.what = str(file), line, what


def read_toml(source: str, file: str) -> dict[str, Any]:
    """The data of a TOML file. Raises CurriculumError with the line of the mistake."""
    try:
        return tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column \d+\)", str(error))
        line = int(place.group(1)) if place else len(source.splitlines())
        said = re.sub(r" \(at .*\)", "", str(error))
        raise CurriculumError(file, line, f"this is not TOML ({said}); mend the line") from None


@dataclass(frozen=True, slots=True)
class Text:
    """One translatable piece of text. `source` is the English; `shown` the translation, None while it is the English itself."""

    source: str
    line: int = 0
    shown: str | None = None

    @property
    def text(self) -> str:
        """The words to show, bold marks included."""
        return self.source if self.shown is None else self.shown

    @property
    def plain(self) -> str:
        """The words without bold marks."""
        return self.text.replace("**", "")

    @property
    def runs(self) -> tuple[tuple[str, bool], ...]:
        """(words, bold) pairs in order."""
        parts = self.text.split("**")
        if len(parts) % 2 == 0:  # a lonely mark in a translation: better shown without bold than half a page in bold
            return ((self.plain, False),)
        return tuple((part, bool(i % 2)) for i, part in enumerate(parts) if part)

    @property
    def translatable(self) -> bool:
        """False for figures, dashes and empty cells."""
        return any(letter.isalpha() for letter in self.source)


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: Text


@dataclass(frozen=True, slots=True)
class Heading:
    level: int  # 3 for `###`
    text: Text


@dataclass(frozen=True, slots=True)
class ListBlock:
    ordered: bool
    items: tuple[tuple[Block, ...], ...]


@dataclass(frozen=True, slots=True)
class Table:
    head: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]


@dataclass(frozen=True, slots=True)
class Write:
    """Lines to write on. `name` is unique in its file; blocks stand above the lines."""

    name: str
    lines: int
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Grid:
    """A table to fill in; an empty text is a cell to write in."""

    name: str
    head: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]


@dataclass(frozen=True, slots=True)
class Tick:
    name: str
    items: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Example:
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Box:
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class FigureBlock:
    """A drawing; the blocks are its description for those who cannot see it."""

    figure: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class StepBlock:
    """What the leader does in one of the session steps."""

    step: str
    minutes: int
    blocks: tuple[Block, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Exercise:
    technique: str
    blocks: tuple[Block, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """Another named part of a guide: point, questions, goal, supporter, difficult (with a name), one-to-one, ward, facts."""

    kind: str
    name: str
    blocks: tuple[Block, ...]
    line: int = 0


Block = Paragraph | Heading | ListBlock | Table | Write | Grid | Tick | Example | Box | FigureBlock | StepBlock | Exercise | Part


def texts(value: Any) -> Iterator[Text]:
    """Every Text inside a block, a document or a tuple of them, in reading order."""
    if isinstance(value, Text):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from texts(part)
    elif is_dataclass(value):
        for each in fields(value):
            yield from texts(getattr(value, each.name))


def mapped(value: Any, change: Callable[[Text], Text]) -> Any:
    """The same shape with `change(text)` in place of every Text."""
    if isinstance(value, Text):
        return change(value)
    if isinstance(value, tuple):
        return tuple(mapped(part, change) for part in value)
    if is_dataclass(value):
        changed = {each.name: mapped(getattr(value, each.name), change) for each in fields(value)}
        return replace(value, **changed)
    return value
