"""Translations go out as a catalogue (PO) to Poedit or Weblate, and come back as one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO

from babel.messages.catalog import Catalog

from imrgroups.library.content import catalogues, cockpit
from imrgroups.library.content.shelf import Shelf

MARK = "edits up to:"  # in the header's comment, so that a file that comes back does not undo what was written here meanwhile


@dataclass(frozen=True, slots=True)
class Returned:
    """One entry that came back: its line in the file and its texts; `plural` when it has several forms, which no text of ours has."""

    line: int
    source: str
    said: str
    plural: bool


def sent(shelf: Shelf, locale: str) -> bytes:
    """The catalogue of a language as a PO file, with the edits made here laid over it and reviews written into it."""
    catalogue = catalogues.current(cockpit.template(shelf.programme), shelf.translations, locale)
    edits, gone, reviewed = shelf.edits.get(locale, {}), shelf.gone(locale), _reviewed(shelf, locale)
    for message in catalogue:
        edit = edits.get(message.id) if message.id else None
        if edit and edit.text:
            message.string, message.previous_id = edit.text, []
            message.flags.discard("fuzzy")
            message.user_comments = [each for each in message.user_comments if not each.startswith(catalogues.REVIEWED)]
        elif message.id and not message.string and (old := gone.closest(message.id)):
            message.string, message.previous_id = gone.said[old], [old]
            message.flags.add("fuzzy")
        if name := reviewed.get(message.id):
            others = [each for each in message.user_comments if not each.startswith(catalogues.REVIEWED)]
            message.user_comments = [*others, f"{catalogues.REVIEWED} {name}"]
    catalogue.header_comment = f"{catalogues.HEADER}\n# {MARK} {shelf.newest_edit}"
    return catalogues.written(catalogue)


def _reviewed(shelf: Shelf, locale: str) -> Mapping[str, str]:
    """"name date" for each text of the sheets somebody here stands by as they are now."""
    found = {}
    for (spoken, id), review in shelf.reviews.items():
        sheet = cockpit.sheets(shelf.programme).get(id)
        if spoken == locale and sheet and cockpit.digest(shelf.lines(sheet, locale)) == review.digest:
            found |= {message.text.source: f"{review.name} {review.on}" for message in sheet.messages}
    return found


def received(data: bytes) -> tuple[str, int, Iterator[Returned]]:
    """A file that came back: its language ("" when it does not say), the newest edit it knew (0 when it does not say), its entries.

    Entries that are fuzzy or empty are left out. Raises UnicodeDecodeError, or CurriculumError with the line that is no catalogue.
    """
    catalogue = catalogues.read(BytesIO(data.decode("utf-8-sig").encode()), "curriculum.po")
    known = re.search(rf"{MARK} (\d+)", catalogue.header_comment)
    return catalogue.locale_identifier or "", int(known[1]) if known else 0, _entries(catalogue)


def _entries(catalogue: Catalog) -> Iterator[Returned]:
    for message in catalogue:
        if message.id and message.string and not message.fuzzy:
            plural = not isinstance(message.id, str)
            source = message.id[0] if plural else message.id
            yield Returned(message.lineno or 1, source, "" if plural else cockpit.typed(message.string), plural)
