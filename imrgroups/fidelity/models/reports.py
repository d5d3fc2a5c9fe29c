"""What assessors write to the leaders of a group, and the advice in it."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from imrgroups.db import RandomKey, db, one_of
from imrgroups.secret import Sealed, sealed_column
from imrgroups.staff.models import Staff

REPORT_STATES = ("draft", "with_leaders", "final")
ADVICE_STATES = ("open", "done", "dropped")
CHECKS = ("followed", "partly", "not_followed")


class Report(RandomKey, db.Model):
    """The report of one review. `sections` and `sources` are JSON: words by section, counts by source. `data_on`: the day of the data.

    `heard`, JSON: what participants answered beside what staff recorded (evidence/heard.py), as counted when the report was last saved.
    """

    __tablename__ = "reports"
    __table_args__ = (one_of("state", REPORT_STATES),)

    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"), unique=True)
    state: Mapped[str] = mapped_column(default="draft")
    data_on: Mapped[date]
    bands: Mapped[str]
    sections_sealed: Mapped[bytes | None] = sealed_column()
    sections = Sealed()
    sources: Mapped[str] = mapped_column(default="{}")
    heard: Mapped[str | None]
    saved_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    answer_due_on: Mapped[date | None]
    answer_sealed: Mapped[bytes | None] = sealed_column()
    answer = Sealed()
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    final_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class ReportSignature(db.Model):
    """An assessor stands by a report."""

    __tablename__ = "report_signatures"
    __table_args__ = (UniqueConstraint("report_id", "staff_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    signed_at: Mapped[datetime]

    staff: Mapped[Staff] = relationship()


class Recommendation(RandomKey, db.Model):
    """One piece of advice: about an item (or none), who does it until when. `checked`: how it stood at the next review."""

    __tablename__ = "recommendations"
    __table_args__ = (one_of("state", ADVICE_STATES), one_of("checked", CHECKS, empty=True), Index(None, "review_id"))

    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"))
    item: Mapped[int | None]
    text_sealed: Mapped[bytes | None] = sealed_column()
    text = Sealed()
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    due_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(default="open")
    state_at: Mapped[datetime]
    state_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    outcome_sealed: Mapped[bytes | None] = sealed_column()
    outcome = Sealed()
    nudged_on: Mapped[date | None]
    checked: Mapped[str | None]
    checked_in_id: Mapped[int | None] = mapped_column(ForeignKey("reviews.id"))
