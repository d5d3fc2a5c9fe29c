"""The frozen evidence of a review."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from imrgroups.db import RandomKey, db
from imrgroups.fidelity.models.reviews import Review
from imrgroups.secret import Sealed, sealed_column


class Binder(RandomKey, db.Model):
    """Everything assessors look at, as it stood on `data_on`, and the SHA-256 of its bytes. One a review; never changed.

    `content` is JSON under pseudonyms, `called` says whose they are; both are gone once it is closed, and what stays is the receipt: the
    hash, the times, and how many rows of each part there were (`counts`, JSON).
    """

    __tablename__ = "binders"

    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"), unique=True)
    data_on: Mapped[date]
    frozen_at: Mapped[datetime]
    frozen_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    instrument: Mapped[str]
    instrument_version: Mapped[str]
    seed: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    size: Mapped[int]
    counts: Mapped[str]
    content_sealed: Mapped[bytes | None] = sealed_column()
    content = Sealed()
    called_sealed: Mapped[bytes | None] = sealed_column()
    called = Sealed()
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    review: Mapped[Review] = relationship(Review)
