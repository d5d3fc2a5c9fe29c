"""Who belongs to a group, who waits for a place in it, and the cards with which they open their own page."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from imrgroups.db import RandomKey, db, one_of
from imrgroups.groups.models import Group
from imrgroups.people.models import Participant
from imrgroups.secret import Sealed, sealed_column

WAITING_STATES = ("waiting", "offered", "accepted", "declined")


class Enrolment(db.Model):
    """One time of belonging to a group, both days included. A pause is leaving and joining again: two rows."""

    __tablename__ = "enrolments"
    __table_args__ = (UniqueConstraint("group_id", "participant_id", "joined_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), index=True)
    joined_on: Mapped[date]
    left_on: Mapped[date | None]
    left_reason: Mapped[str] = mapped_column(default="")

    group: Mapped[Group] = relationship()
    participant: Mapped[Participant] = relationship()


class WaitingPlace(db.Model):
    """Somebody who would like a place in a group, since when, and what became of it."""

    __tablename__ = "waiting_places"
    __table_args__ = (one_of("state", WAITING_STATES), UniqueConstraint("group_id", "participant_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), index=True)
    since_on: Mapped[date]
    state: Mapped[str] = mapped_column(default="waiting")
    offered_on: Mapped[date | None]
    answered_on: Mapped[date | None]

    participant: Mapped[Participant] = relationship()


class Card(RandomKey, db.Model):
    """The card with which somebody opens their own page: a number nobody can guess, in its QR code, and a code of four figures.

    A person has one at a time; a new one ends the old. Both secrets lie sealed, so that the card can be printed again and a message can
    carry its link; it is found by the keyed hash of the number.
    """

    __tablename__ = "cards"

    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), index=True)
    lookup: Mapped[str] = mapped_column(unique=True)
    number_sealed: Mapped[bytes | None] = sealed_column()
    number = Sealed()
    code_sealed: Mapped[bytes | None] = sealed_column()
    code = Sealed()
    made_on: Mapped[date]
    used_on: Mapped[date | None]
    ended_at: Mapped[datetime | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
