"""Goals in the person's own words, the small steps toward them, and how they were followed up."""

from datetime import date

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from imrgroups.db import RandomKey, db, one_of
from imrgroups.secret import Sealed, sealed_column

GOAL_STATES = ("active", "reached", "changed", "dropped")
PROGRESS = ("kept", "partly", "not_yet", "changed")


class Goal(RandomKey, db.Model):
    """One goal. When its words change, a new row follows it (`follows_id`) and this one becomes `changed`: nothing is overwritten."""

    __tablename__ = "goals"
    __table_args__ = (one_of("state", GOAL_STATES),)

    code: Mapped[str] = mapped_column(unique=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"), index=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), index=True)
    set_on: Mapped[date]
    text_sealed: Mapped[bytes | None] = sealed_column()
    text = Sealed()
    state: Mapped[str] = mapped_column(default="active")
    closed_on: Mapped[date | None]
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("goals.id"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    steps: Mapped[list["Step"]] = relationship(order_by="Step.number")


class Step(RandomKey, db.Model):
    """One small step toward a goal. done_on: as it was talked about; said_on: the day the person said by themselves that it is done."""

    __tablename__ = "steps"
    __table_args__ = (UniqueConstraint("goal_id", "number"),)

    goal_id: Mapped[int] = mapped_column(ForeignKey("goals.id"))
    number: Mapped[int]
    text_sealed: Mapped[bytes | None] = sealed_column()
    text = Sealed()
    due_on: Mapped[date | None]
    done_on: Mapped[date | None]
    supporter_id: Mapped[int | None] = mapped_column(ForeignKey("supporters.id"), index=True)
    said_on: Mapped[date | None]


class FollowUp(RandomKey, db.Model):
    """What was said about a goal at one meeting."""

    __tablename__ = "follow_ups"
    __table_args__ = (one_of("progress", PROGRESS), UniqueConstraint("goal_id", "meeting_id"))

    goal_id: Mapped[int] = mapped_column(ForeignKey("goals.id"))
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), index=True)
    progress: Mapped[str]
    text_sealed: Mapped[bytes | None] = sealed_column()
    text = Sealed()
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
