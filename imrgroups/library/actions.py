"""The only writer of translations made here, of their reviews, and of comments from the room."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from imrgroups import audit
from imrgroups.db import db
from imrgroups.library import content
from imrgroups.library.content import cockpit, exchange
from imrgroups.library.content.cockpit import Sheet
from imrgroups.library.content.shelf import Shelf, opened
from imrgroups.library.models import Comment, TranslationEdit, TranslationReview
from imrgroups.rules.refusal import Cannot
from imrgroups.staff.models import Staff

MOST_LETTERS = 4000


class CannotTranslate(Cannot):
    """Why something about a translation is refused: `reason` is a short word; `texts` has a reason for each text, by its key."""

    def __init__(self, reason: str, texts: Mapping[str, str] | None = None, line: int = 0) -> None:
        super().__init__(reason)
        self.texts, self.line = dict(texts or {}), line


@dataclass(frozen=True)
class Said:
    """What somebody typed for one text. seen: the key of the edit their page was made from, 0 when it showed what was shipped."""

    text: str
    seen: int


@dataclass(frozen=True)
class Refused:
    """An entry of an uploaded catalogue that was not taken: its line, why, and the beginning of its English."""

    line: int
    reason: str
    source: str


@dataclass(frozen=True)
class Uploaded:
    """What became of an uploaded catalogue: texts taken over, texts that say what is said already, and what was refused."""

    taken: int
    same: int
    refused: tuple[Refused, ...]


def translate(locale: str, sheet: Sheet, said: Mapping[str, Said], *, by: int | None, now: datetime) -> int:
    """Keep what was typed for texts of a sheet, by their keys; returns how many changed. All or nothing.

    An empty text goes back to what was shipped. Raises CannotTranslate("texts", {key: reason}) with the reasons "unknown", "bold",
    "placeholder", "long" and "stale" (somebody saved another translation since the page was made).
    """
    sources, shelf = {cockpit.key(message.text.source): message.text.source for message in sheet.messages}, opened()
    changed = {key: each for key, each in said.items() if key not in sources or _changes(shelf, locale, sources[key], each.text)}
    if not changed:
        db.session.rollback()
        return 0
    _record("translated", f"translations/{locale}", by, now, sheet=sheet.id, texts=len(changed))
    newest = _newest(locale, changed)
    wrong = {key: reason for key, each in changed.items() if (reason := _wrong(sources.get(key), each, newest.get(key, (0, ""))))}
    if wrong:
        db.session.rollback()
        raise CannotTranslate("texts", wrong)
    _add(locale, {sources[key]: each.text for key, each in changed.items()}, sheet.id, by, now)
    db.session.commit()
    return len(changed)


def _record(verb: str, subject: str, by: int | None, now: datetime, **detail: object) -> None:
    """Write the audit entry BEFORE the rows it is about.

    It locks the chain: keys of rows are then given in the order in which they are committed, so that a server which asks for what
    is newer than the newest it knows cannot miss one, and two people who save the same text come one after the other.
    """
    audit.record(f"library.{verb}", centre_id=None, subject=subject, by=by, now=now, detail=detail)


def _changes(shelf: Shelf, locale: str, source: str, text: str) -> bool:
    """Whether a text typed for `source` says something else than what is shown now."""
    edit = shelf.edits.get(locale, {}).get(source)
    return bool(edit and edit.text) if not text else text != shelf.language(locale).find(source)


def _newest(locale: str, keys: Iterable[str]) -> dict[str, tuple[int, str]]:
    """The newest edit of each text by its key, as (row, text)."""
    latest = select(func.max(TranslationEdit.id)).where(TranslationEdit.locale == locale, TranslationEdit.key.in_(list(keys)))
    wanted = select(TranslationEdit.key, TranslationEdit.id, TranslationEdit.text).where(
        TranslationEdit.id.in_(latest.group_by(TranslationEdit.key))
    )
    return {key: (id, text) for key, id, text in db.session.execute(wanted)}


def _wrong(source: str | None, said: Said, newest: tuple[int, str]) -> str:
    if source is None:
        return "unknown"
    if len(said.text) > MOST_LETTERS:
        return "long"
    if said.seen != newest[0] and said.text != newest[1]:
        return "stale"
    return cockpit.fault(source, said.text)


def _add(locale: str, texts: Mapping[str, str], sheet: str, by: int | None, now: datetime) -> None:
    for source, text in texts.items():
        key = cockpit.key(source)
        db.session.add(TranslationEdit(locale=locale, key=key, source=source, text=text, sheet=sheet, by_id=by, at=now))


def upload(locale: str, data: bytes, *, by: int | None, now: datetime) -> Uploaded:
    """Take over a catalogue (PO) that came back from a translator. Entries that are fuzzy or empty are left out.

    Every entry that can be taken is taken; the others are named with line and reason: "unknown", "bold", "placeholder", "long",
    "plural", "stale" (written anew here since the file went out). Raises CannotTranslate("file", line=...) when it is no catalogue,
    CannotTranslate("encoding" | "language").
    """
    try:
        spoken, newest, entries = exchange.received(data)
    except UnicodeDecodeError:
        raise CannotTranslate("encoding") from None
    except content.CurriculumError as error:
        raise CannotTranslate("file", line=error.line) from None
    if spoken and spoken.split("_")[0] != locale.split("_")[0]:
        raise CannotTranslate("language")
    shelf = opened()
    known, edits = shelf.entries(locale), shelf.edits.get(locale, {})
    taken, same, refused = {}, 0, []
    for each in entries:
        edit = edits.get(each.source)
        if each.plural or each.source not in known:
            refused.append(Refused(each.line, "plural" if each.plural else "unknown", each.source))
        elif not _changes(shelf, locale, each.source, each.said):
            same += 1
        elif reason := _wrong(each.source, Said(each.said, newest), (max(newest, edit.id) if edit else newest, "")):
            refused.append(Refused(each.line, reason, each.source))
        else:
            taken[each.source] = each.said
    if taken:
        _record("uploaded", f"translations/{locale}", by, now, texts=len(taken))
        _add(locale, taken, "", by, now)
        db.session.commit()
    return Uploaded(len(taken), same, tuple(refused))


def review(locale: str, sheet: Sheet, digest: str, *, on: date, by: int, now: datetime) -> TranslationReview:
    """Somebody has read a whole sheet in a language and stands by it, under their own name.

    digest: of what they read (cockpit.digest). Raises CannotTranslate("unfinished") while texts are untranslated or their English has
    changed, CannotTranslate("stale") when somebody changed a text since the page was made.
    """
    lines = opened().lines(sheet, locale)
    if any(line.state != cockpit.DONE for line in lines):
        raise CannotTranslate("unfinished")
    if cockpit.digest(lines) != digest:
        raise CannotTranslate("stale")
    name = db.session.execute(select(Staff.name).where(Staff.id == by)).scalar_one()
    _record("reviewed", f"translations/{locale}", by, now, sheet=sheet.id, digest=digest)
    row = TranslationReview(locale=locale, sheet=sheet.id, digest=digest, name=name, reviewed_on=on, by_id=by, at=now)
    db.session.add(row)
    db.session.commit()
    return row


def comment(locale: str, sheet: Sheet, text: str, *, about: str = "", by: int | None, now: datetime) -> Comment:
    """Keep what somebody in the room said about a page, or about one text of it (`about`: its key).

    Raises CannotTranslate("empty" | "long").
    """
    if not text or len(text) > MOST_LETTERS:
        raise CannotTranslate("long" if text else "empty")
    source = next((message.text.source for message in sheet.messages if cockpit.key(message.text.source) == about), "")
    row = Comment(locale=locale, sheet=sheet.id, source=source, text=text, by_id=by, at=now)
    db.session.add(row)
    db.session.flush()
    _record("commented", f"comments/{row.id}", by, now, sheet=sheet.id)
    db.session.commit()
    return row


def settle(row: Comment, *, by: int | None, now: datetime) -> None:
    """A comment has been dealt with; doing it again changes nothing."""
    if row.done_at is None:
        row.done_by_id, row.done_at = by, now
        _record("settled", f"comments/{row.id}", by, now)
    db.session.commit()


def open_comments(locale: str = "", sheet: str = "") -> list[tuple[Comment, str]]:
    """Comments nobody has dealt with yet, oldest first, each with the name of who wrote it.

    locale: only this language and what was said of the English. sheet: only this page.
    """
    wanted = select(Comment, Staff.name).join(Staff, Staff.id == Comment.by_id, isouter=True).where(Comment.done_at.is_(None))
    if locale:
        wanted = wanted.where(Comment.locale.in_([locale, "en"]))
    if sheet:
        wanted = wanted.where(Comment.sheet == sheet)
    return [(row[0], row[1] or "") for row in db.session.execute(wanted.order_by(Comment.at, Comment.id))]


def comment_counts(locale: str) -> dict[str, int]:
    """How many comments wait at each sheet, in a language or about the English."""
    wanted = select(Comment.sheet, func.count()).where(Comment.done_at.is_(None), Comment.locale.in_([locale, "en"]))
    return {row[0]: row[1] for row in db.session.execute(wanted.group_by(Comment.sheet))}


def editors(ids: frozenset[int]) -> dict[int, str]:
    """Names of staff by key, for who wrote an edit."""
    return dict(db.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_(ids))).all()) if ids else {}
