"""One sheet in one language as the cockpit shows it, and what of a form somebody meant to save."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from imrgroups.library.content import cockpit
from imrgroups.library.content.cockpit import Seen, Sheet
from imrgroups.library.content.programme import Document
from imrgroups.library.content.shelf import Review, Shelf
from imrgroups.rules import readability

Typed = TypeVar("Typed")


@dataclass(frozen=True, slots=True)
class Board:
    """A sheet with its lines.

    whole: how the running text of the page reads, None where nothing is measured. document: the page it is, if it is one.
    """

    sheet: Sheet
    locale: str
    seen: Sequence[Seen]
    counts: Counter[str]
    digest: str
    whole: tuple[readability.Level, list[readability.Problem]] | None
    review: Review | None
    stands: bool
    document: Document | None

    @property
    def editors(self) -> frozenset[int]:
        """The staff who wrote what is shown."""
        return frozenset(each.line.edit.by_id for each in self.seen if each.line.edit and each.line.edit.by_id)

    def of(self, key: str) -> Seen | None:
        """One line by the key of its text."""
        return next((each for each in self.seen if each.line.key == key), None)

    def meant(self, typed: Mapping[str, tuple[str, Typed]], pressed: str) -> dict[str, Typed]:
        """Of the texts a form sent, (text, what to save) by key, those to save.

        That is the one whose button was pressed and all others, but for old translations of changed English that nobody touched:
        they are only in the form to begin from.
        """
        offered = {each.line.key: each.line.said for each in self.seen if each.line.state == cockpit.CHANGED and each.line.key != pressed}
        return {key: what for key, (text, what) in typed.items() if offered.get(key) != text}


def board_of(shelf: Shelf, sheet: Sheet, locale: str) -> Board:
    """The sheet as it stands now."""
    lines, terms = shelf.lines(sheet, locale), shelf.terms()
    digest, review = cockpit.digest(lines), shelf.review(sheet.id, locale)
    running = [line.said for line in lines if line.running and line.state == cockpit.DONE]
    return Board(
        sheet, locale, [cockpit.seen(sheet, line, locale, terms) for line in lines], cockpit.tally(lines), digest,
        cockpit.level(sheet.kind, running, locale), review, bool(review and review.digest in ("", digest)), shelf.programme.find(sheet.id),
    )
