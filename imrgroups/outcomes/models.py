"""Answer sheets. A sheet names the questionnaire with its version and the occasion; its answers are one row a question.

No page shows a sheet with a name: what is shown are counts (voice.py).
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from imrgroups.db import RandomKey, db, one_of

CHANNELS = ("text", "paper", "page")


class AnswerSheet(RandomKey, db.Model):
    """One person asked on one occasion (for the three questions: a module of a group). key: so that nobody is asked twice.

    participant_id is empty for a sheet of paper, which has no name on it. closed_at: answered, or no more to be asked.
    """

    __tablename__ = "answer_sheets"
    __table_args__ = (one_of("channel", CHANNELS), Index(None, "group_id", "occasion"))

    key: Mapped[str] = mapped_column(unique=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"))
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participants.id"), index=True)
    instrument: Mapped[str]
    instrument_version: Mapped[str]
    occasion: Mapped[str]
    channel: Mapped[str]
    asked_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class Answer(RandomKey, db.Model):
    """One answer: the number of the question and the value chosen."""

    __tablename__ = "answers"
    __table_args__ = (UniqueConstraint("sheet_id", "question"),)

    sheet_id: Mapped[int] = mapped_column(ForeignKey("answer_sheets.id"))
    question: Mapped[int]
    value: Mapped[int]
    answered_at: Mapped[datetime]
