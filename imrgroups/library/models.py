"""What an installation adds to the shipped texts: translations of its own, reviews of them, and comments from the room."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from imrgroups.db import db


class TranslationEdit(db.Model):
    """One text said anew in one language; the newest of a text counts. An empty text goes back to what was shipped.

    Rows are only ever added. `key` is the hash of `source`, the English; `sheet` is the page it was written on.
    """

    __tablename__ = "translation_edits"
    __table_args__ = (Index(None, "locale", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    locale: Mapped[str]
    key: Mapped[str]
    source: Mapped[str]
    text: Mapped[str]
    sheet: Mapped[str] = mapped_column(default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]


class TranslationReview(db.Model):
    """Somebody has read a whole page in one language and stands by it. `digest` is of the English and what was said of it then.

    `name` is the reviewer's name at that time. Rows are only ever added; the newest of a page counts.
    """

    __tablename__ = "translation_reviews"
    __table_args__ = (Index(None, "locale", "sheet"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    locale: Mapped[str]
    sheet: Mapped[str]
    digest: Mapped[str]
    name: Mapped[str]
    reviewed_on: Mapped[date]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]


class Comment(db.Model):
    """What somebody in the room said about a text of a page. About texts, never about people. `source`: which text, empty: the page."""

    __tablename__ = "comments"
    __table_args__ = (Index(None, "locale", "sheet"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    locale: Mapped[str]
    sheet: Mapped[str]
    source: Mapped[str] = mapped_column(default="")
    text: Mapped[str]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    done_at: Mapped[datetime | None]
