"""What an assessor puts down on the day: tasks done, answers heard, what was seen of a meeting and when."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from imrgroups.db import RandomKey, db, one_of
from imrgroups.secret import Sealed, sealed_column

SEEN = ("step", "technique", "note")


class DayTask(RandomKey, db.Model):
    """One task of the assessor's day that is done; both assessors of a review work from one list."""

    __tablename__ = "day_tasks"
    __table_args__ = (UniqueConstraint("review_id", "task"),)

    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"))
    task: Mapped[str]
    done_at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))


class InterviewNote(RandomKey, db.Model):
    """What one assessor heard about an item in their interview of that number with a role; item 0 is what fits no item."""

    __tablename__ = "interview_notes"
    __table_args__ = (UniqueConstraint("review_id", "staff_id", "role", "number", "item"),)

    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    role: Mapped[str]
    number: Mapped[int]
    item: Mapped[int]
    text_sealed: Mapped[bytes | None] = sealed_column()
    text = Sealed()
    saved_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class Observation(RandomKey, db.Model):
    """One thing an assessor saw in a meeting. key: made where it was tapped, so that sending it twice makes one row.

    at: when it was tapped. what: the step or technique; empty for a note.
    """

    __tablename__ = "observations"
    __table_args__ = (one_of("kind", SEEN), UniqueConstraint("review_id", "staff_id", "key"))

    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    key: Mapped[str]
    kind: Mapped[str]
    what: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime]
    text_sealed: Mapped[bytes | None] = sealed_column()
    text = Sealed()
    saved_at: Mapped[datetime]


class DrawnPerson(RandomKey, db.Model):
    """Somebody drawn for an interview by the seed of the review, in which place. low: they came to less than half when it was drawn."""

    __tablename__ = "drawn_people"
    __table_args__ = (UniqueConstraint("review_id", "participant_id"), UniqueConstraint("review_id", "place"))

    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"))
    place: Mapped[int]
    low: Mapped[bool]
    drawn_at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
