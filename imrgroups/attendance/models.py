"""What happened (marks), what people told us beforehand (apologies), and what was caught up (make-ups): three separate facts."""

from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ForeignKey, Insert, Select, UniqueConstraint, Update, bindparam, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from imrgroups.db import RandomKey, db, one_of
from imrgroups.rules.attendance import MakeUpKind, MarkState
from imrgroups.secret import Sealed, sealed_column


class Mark(db.Model):
    """What happened, one a person and meeting. Whoever belongs to the group and has no row yet is read as `not_recorded`, version 0.

    `version` rises at each change, so that a page that is out of date is refused and not silently obeyed.
    """

    __tablename__ = "marks"
    __table_args__ = (one_of("state", MarkState),)

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), primary_key=True, index=True)
    state: Mapped[str] = mapped_column(default="not_recorded")
    version: Mapped[int] = mapped_column(default=1)
    marked_at: Mapped[datetime | None]
    marked_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


@lru_cache(maxsize=1)
def marks_of_meeting() -> Select[Any]:
    """What is recorded of `meeting`, as columns."""
    columns = (Mark.participant_id, Mark.state, Mark.version, Mark.marked_at, Mark.marked_by_id)
    return select(*columns).where(Mark.meeting_id == bindparam("meeting"))


@lru_cache(maxsize=1)
def new_mark() -> Insert:
    """A first mark."""
    return insert(Mark)


@lru_cache(maxsize=1)
def other_mark() -> Update:
    """Another state for the mark `of` a meeting and `person`: the state it `is` now, version `number`, `at` when and `by` whom."""
    this = (Mark.meeting_id == bindparam("of"), Mark.participant_id == bindparam("person"))
    values = {"state": bindparam("is"), "version": bindparam("number"), "marked_at": bindparam("at"), "marked_by_id": bindparam("by")}
    return update(Mark).where(*this).values(**values)


class Apology(RandomKey, db.Model):
    """Somebody told us beforehand that they could not come."""

    __tablename__ = "apologies"
    __table_args__ = (UniqueConstraint("meeting_id", "participant_id"),)

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), index=True)
    told_on: Mapped[date]
    text_sealed: Mapped[bytes | None] = sealed_column()
    text = Sealed()
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class MakeUp(db.Model):
    """A missed meeting caught up another way; counts once, for the meeting it replaces."""

    __tablename__ = "make_ups"
    __table_args__ = (one_of("kind", MakeUpKind), UniqueConstraint("meeting_id", "participant_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), index=True)
    done_on: Mapped[date]
    kind: Mapped[str]
    minutes: Mapped[int | None]
    leader_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class LeaderPresent(db.Model):
    """Which leaders were at a meeting; kept with the register, where it is recorded."""

    __tablename__ = "leaders_present"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
