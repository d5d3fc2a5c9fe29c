"""Reviews of a group, who rates them, and the ratings."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from imrgroups.db import RandomKey, db, new_key, one_of
from imrgroups.groups.models import Group
from imrgroups.secret import Sealed, sealed_column
from imrgroups.staff.models import Staff

KINDS = ("midway", "final")
# planned: nobody handed a sheet in; rating: one of two did; consensus: differing items are open; report: it is being written or with
# the leaders; final: signed; closed: nothing is open to assessors any more; called_off: there will be none, the reason is kept.
STATES = ("planned", "rating", "consensus", "report", "final", "closed", "called_off")
OVER = ("closed", "called_off")


def score_rule(column: str = "score") -> CheckConstraint:
    """A score is 1 to 5, or nothing where an item was not rated."""
    return CheckConstraint(f"{column} IS NULL OR {column} BETWEEN 1 AND 5", name=f"{column}_range")


class Review(RandomKey, db.Model):
    """One review of one group. `due_chosen`: a person set the date, it no longer follows the first meeting.

    `seed` orders pseudonyms and draws samples; instrument and version are those the review began with.
    """

    __tablename__ = "reviews"
    __table_args__ = (one_of("kind", KINDS), one_of("state", STATES), UniqueConstraint("group_id", "kind"))

    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"))
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default="planned")
    due_on: Mapped[date] = mapped_column(index=True)
    due_chosen: Mapped[bool] = mapped_column(default=False)
    extended_until_on: Mapped[date | None]
    extended_reason_sealed: Mapped[bytes | None] = sealed_column()
    extended_reason = Sealed()
    called_off_reason_sealed: Mapped[bytes | None] = sealed_column()
    called_off_reason = Sealed()
    instrument: Mapped[str]
    instrument_version: Mapped[str]
    seed: Mapped[int] = mapped_column(BigInteger, default=new_key)
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    group: Mapped[Group] = relationship()
    assessors: Mapped[list["ReviewAssessor"]] = relationship(back_populates="review", order_by="ReviewAssessor.assigned_at")


class ReviewAssessor(RandomKey, db.Model):
    """Somebody who rates a review. `unassigned_at` ends it; the row stays. `rated_at`: when they handed their own sheet in."""

    __tablename__ = "review_assessors"
    __table_args__ = (UniqueConstraint("review_id", "staff_id"),)

    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    assigned_at: Mapped[datetime]
    assigned_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    reason_sealed: Mapped[bytes | None] = sealed_column()
    reason = Sealed()
    unassigned_at: Mapped[datetime | None]
    unassigned_reason_sealed: Mapped[bytes | None] = sealed_column()
    unassigned_reason = Sealed()
    interviewing: Mapped[bool] = mapped_column(default=False)
    rated_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]

    review: Mapped[Review] = relationship(Review, back_populates="assessors")  # homework has a Review too
    staff: Mapped[Staff] = relationship(foreign_keys=[staff_id])


class Rating(RandomKey, db.Model):
    """One assessor's score of one item, or why it is not rated. `pinned` is the evidence as it read when they pinned it."""

    __tablename__ = "ratings"
    __table_args__ = (score_rule(), UniqueConstraint("review_id", "staff_id", "item"))

    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    item: Mapped[int]
    score: Mapped[int | None]
    not_rated_sealed: Mapped[bytes | None] = sealed_column()
    not_rated = Sealed()
    justification_sealed: Mapped[bytes | None] = sealed_column()
    justification = Sealed()
    pinned_sealed: Mapped[bytes | None] = sealed_column()
    pinned = Sealed()
    saved_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)


class Consensus(RandomKey, db.Model):
    """What the assessors settled on for an item they rated differently, and why. Without a score: both leave it not rated."""

    __tablename__ = "consensus"
    __table_args__ = (score_rule(), UniqueConstraint("review_id", "item"))

    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"))
    item: Mapped[int]
    score: Mapped[int | None]
    reason_sealed: Mapped[bytes | None] = sealed_column()
    reason = Sealed()
    settled_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
