"""Homework one person agreed to at one meeting, and how it went."""

from datetime import date

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from imrgroups.db import RandomKey, db, one_of
from imrgroups.secret import Sealed, sealed_column

RESULTS = ("done", "partly", "not_done", "not_applicable")
SAID = ("done", "partly", "not_yet")


class Assignment(RandomKey, db.Model):
    """What a person agreed to do until next time; one a person and meeting. `choice` names the curriculum's homework it came from.

    said: how it went as the person told by themselves between the meetings; what was talked about at a meeting is the Review.
    """

    __tablename__ = "assignments"
    __table_args__ = (one_of("said", SAID, empty=True), UniqueConstraint("meeting_id", "participant_id"))

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), index=True)
    text_sealed: Mapped[bytes | None] = sealed_column()
    text = Sealed()
    choice: Mapped[str] = mapped_column(default="")
    supporter_id: Mapped[int | None] = mapped_column(ForeignKey("supporters.id"), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    said: Mapped[str | None]
    said_on: Mapped[date | None]

    review: Mapped["Review | None"] = relationship(lambda: Review, back_populates="assignment")  # fidelity has a Review too


class Review(RandomKey, db.Model):
    """How the homework went, in the person's words; `reviewed_meeting_id` is where it was talked about."""

    __tablename__ = "homework_reviews"
    __table_args__ = (one_of("result", RESULTS),)

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignments.id"), unique=True)
    result: Mapped[str]
    obstacle_sealed: Mapped[bytes | None] = sealed_column()
    obstacle = Sealed()
    reviewed_meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meetings.id"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    assignment: Mapped[Assignment] = relationship(back_populates="review")
