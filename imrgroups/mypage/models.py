"""What belongs to somebody's own page: the browsers it is open in, the worksheets they filled in, and calendars to subscribe to."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from imrgroups.db import RandomKey, db
from imrgroups.secret import Sealed, sealed_column


class OwnSession(db.Model):
    """One browser in which somebody opened their own page with a card. It ends with the card, by signing out, or when nobody uses it."""

    __tablename__ = "own_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("cards.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class FilledSheet(RandomKey, db.Model):
    """What somebody wrote on one edition of a worksheet, kept whole: a JSON of values and of what each field was called.

    edition: the version of the English sheet, the same in every language; a new edition begins a new row, and this one stays.
    shared: whether the person's leaders may read it.
    """

    __tablename__ = "filled_sheets"
    __table_args__ = (UniqueConstraint("participant_id", "worksheet", "edition"),)

    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"))
    worksheet: Mapped[str]
    edition: Mapped[str]
    language: Mapped[str]
    answers_sealed: Mapped[bytes | None] = sealed_column()
    answers = Sealed()
    shared: Mapped[bool] = mapped_column(default=False)
    saved_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class CalendarFeed(db.Model):
    """A secret address at which a calendar reads the meetings of somebody of staff or of a participant; only its hash is kept."""

    __tablename__ = "calendar_feeds"
    __table_args__ = (CheckConstraint("(staff_id IS NULL) <> (participant_id IS NULL)", name="one_owner"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participants.id"), index=True)
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
