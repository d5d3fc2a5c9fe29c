"""What was done at a meeting: steps, topics, handouts, techniques, and the notes that two leaders sign."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from imrgroups.db import RandomKey, db, one_of
from imrgroups.secret import Sealed, sealed_column

MEDIA = ("paper", "screen", "text", "letter")
SIGNATURES = ("signed", "countersigned")


class StepTaken(db.Model):
    """One of the eight steps of a meeting that was taken, and how long it took where somebody noted it."""

    __tablename__ = "steps_taken"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    minutes: Mapped[int | None]


class TopicTaught(db.Model):
    """A topic taught at a meeting; an empty topic means the module without saying which topic."""

    __tablename__ = "topics_taught"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    module: Mapped[str]
    topic: Mapped[str] = mapped_column(default="")


class HandoutGiven(db.Model):
    """A handout one person got, in which language and version, and on what."""

    __tablename__ = "handouts_given"
    __table_args__ = (one_of("medium", MEDIA), UniqueConstraint("meeting_id", "participant_id", "handout"))

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), index=True)
    handout: Mapped[str]
    language: Mapped[str]
    version: Mapped[str] = mapped_column(default="")
    medium: Mapped[str] = mapped_column(default="paper")


class TechniqueUse(db.Model):
    """A technique used at a meeting, by which leader where it is known."""

    __tablename__ = "techniques_used"
    __table_args__ = (UniqueConstraint("meeting_id", "technique", "staff_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), index=True)
    technique: Mapped[str]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class MeetingNote(RandomKey, db.Model):
    """A text about a meeting: of the whole group (no participant) or one person's line. Never changed once signed."""

    __tablename__ = "meeting_notes"
    __table_args__ = (UniqueConstraint("meeting_id", "participant_id"),)

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"))
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participants.id"), index=True)
    text_sealed: Mapped[bytes | None] = sealed_column()
    text = Sealed()
    version: Mapped[int] = mapped_column(default=1)
    written_at: Mapped[datetime | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class Signature(db.Model):
    """A leader stands by a note: one signs, another countersigns. `signed_at` is empty for history brought in with a date only."""

    __tablename__ = "signatures"
    __table_args__ = (one_of("kind", SIGNATURES), UniqueConstraint("note_id", "kind"), UniqueConstraint("note_id", "staff_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    note_id: Mapped[int] = mapped_column(ForeignKey("meeting_notes.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    kind: Mapped[str]
    signed_on: Mapped[date]
    signed_at: Mapped[datetime | None]


class Amendment(RandomKey, db.Model):
    """What was added or put right after signing; the note and every amendment stay readable."""

    __tablename__ = "amendments"

    note_id: Mapped[int] = mapped_column(ForeignKey("meeting_notes.id"), index=True)
    text_sealed: Mapped[bytes | None] = sealed_column()
    text = Sealed()
    amended_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
