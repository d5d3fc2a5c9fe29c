"""Babel's way into the curriculum: an extractor for pages (Markdown), data (TOML) and drawings (SVG).

Used through translations/babel-curriculum.cfg. Each message is one paragraph, heading, list item, table cell, title or label; its
comment names the file and the kind of text for the translator.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path, PurePath
from typing import IO, Any

from imrgroups.library.content import figures, messages, parse
from imrgroups.library.content.messages import Message

Extracted = tuple[int, str | None, str, list[str]]


def extract_curriculum(
    fileobj: IO[bytes], keywords: Collection[str], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[Extracted]:
    """Babel extraction method: (line, None, message, comments) for each text of one curriculum file.

    keywords, comment_tags and options belong to program code and are not used.
    Raises CurriculumError for a file that cannot be read.
    """
    file = str(getattr(fileobj, "name", "curriculum"))
    for message in file_messages(file, fileobj.read().decode("utf-8")):
        if message.text.translatable:
            yield message.text.line, None, message.text.source, [f"{named(file)}: {message.kind}"]


def file_messages(file: str, source: str) -> Iterator[Message]:
    """The texts of one file, by the ending of its name."""
    match PurePath(file).suffix:
        case ".md":
            page = parse.page(source, file)
            for key, kind in (("title", "title"), ("shared_title", "title for shared screens")):
                if key in page.front:
                    yield Message(kind, page.front[key])
            yield from messages.of_blocks(page.blocks)
        case ".toml":
            yield from messages.of_toml(source, file)
        case ".svg":
            figure = figures.read_figure(Path(file), file)
            if figure.title:
                yield Message("name of the figure", figure.title)
            yield from (Message("label in the figure", label) for label in figure.labels)


def named(file: str) -> str:
    """The part of a path a translator needs: `01-recovery-strategies/handouts/recovery-what-helps`."""
    parts = PurePath(file).with_suffix("").parts
    return "/".join(parts[parts.index("modules") + 1 :]) if "modules" in parts else "/".join(parts[-2:])
