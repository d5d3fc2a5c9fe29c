"""The outbox and what comes back: messages, replies, calls to make, and what people asked for about them."""

from datetime import date, datetime, time

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from imrgroups.db import RandomKey, db, one_of
from imrgroups.secret import Sealed, sealed_column

# Why a message is sent. A new occasion is a word here, its words in outreach/words, and a planner in outreach/actions.
OCCASIONS = (
    "reminder", "missed", "make_up_offer", "welcome_back", "moved", "cancelled", "nudge", "invitation", "pulse", "ask_again",
    "stopped", "started", "staff", "own",
)
CHANNELS = ("text", "call", "letter")
# pending -> sending -> sent -> delivered | undelivered; or failed, expired, cancelled; unknown waits for a person; letters end printed.
MESSAGE_STATES = ("pending", "sending", "sent", "delivered", "undelivered", "failed", "expired", "cancelled", "unknown", "printed")
MEANINGS = ("come", "cannot", "call_me", "stop", "start", "words")
CALL_REASONS = ("missed", "asked_to_call", "not_delivered", "two_misses", "welcome_back", "own")
CALL_OUTCOMES = ("reached_comes", "reached_cannot", "reached_other", "no_answer", "wrong_number", "not_needed")


class Message(RandomKey, db.Model):
    """One message to one person, planned before it is sent; the row outlives every crash. Text and number lie sealed.

    key: names the occasion ("missed/<meeting>/<person>"), so that planning twice makes one row. step: which message of its kind
    ("first", "second", "later", "said_cannot"...); variant: which of its texts. question: whether 1, 2 and 3 answer it.
    sid: the carrier's name for it. lease_until_at: while "sending", until when the sender may still be at work.
    settled_at: when it came to its end; while "sending", since when the carrier could not be asked about it.
    """

    __tablename__ = "messages"
    __table_args__ = (
        one_of("occasion", OCCASIONS), one_of("channel", CHANNELS), one_of("state", MESSAGE_STATES),
        CheckConstraint(
            "(CASE WHEN participant_id IS NULL THEN 0 ELSE 1 END + CASE WHEN supporter_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN staff_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_recipient",
        ),
        Index(None, "state", "due_at"),
        Index(None, "to_lookup", "sent_at"),
        Index(None, "participant_id", "occasion"),
    )

    key: Mapped[str] = mapped_column(unique=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centres.id"))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("groups.id"))
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meetings.id"), index=True)
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participants.id"))
    supporter_id: Mapped[int | None] = mapped_column(ForeignKey("supporters.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    occasion: Mapped[str]
    step: Mapped[str] = mapped_column(default="")
    variant: Mapped[int] = mapped_column(default=0)
    question: Mapped[bool] = mapped_column(default=False)
    channel: Mapped[str]
    language: Mapped[str]
    text_sealed: Mapped[bytes | None] = sealed_column()
    text = Sealed()
    to_sealed: Mapped[bytes | None] = sealed_column()
    to = Sealed()
    to_lookup: Mapped[str | None]
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default="pending")
    reason: Mapped[str] = mapped_column(default="")
    error_code: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(default=0)
    attempted_at: Mapped[datetime | None]
    lease_until_at: Mapped[datetime | None]
    sid: Mapped[str | None] = mapped_column(unique=True)
    sent_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class Delivery(db.Model):
    """What the carrier told of a message, each telling once; a late or repeated one never moves a message back."""

    __tablename__ = "deliveries"
    __table_args__ = (UniqueConstraint("sid", "status"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"), index=True)
    sid: Mapped[str]
    status: Mapped[str]
    error_code: Mapped[int | None]
    at: Mapped[datetime]


class Reply(RandomKey, db.Model):
    """One text, or one key pressed in a call, that came back. message_id: the question it answers, where that is certain.

    participant_id is empty where the number belongs to several people or to nobody we know; then somebody of staff reads it.
    """

    __tablename__ = "replies"
    __table_args__ = (one_of("meaning", MEANINGS), Index(None, "centre_id", "handled_at"))

    sid: Mapped[str] = mapped_column(unique=True)
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centres.id"))
    from_number_sealed: Mapped[bytes | None] = sealed_column()
    from_number = Sealed()
    from_lookup: Mapped[str] = mapped_column(index=True)
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participants.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"), index=True)
    meaning: Mapped[str]
    text_sealed: Mapped[bytes | None] = sealed_column()
    text = Sealed()
    received_at: Mapped[datetime]
    needs_reading: Mapped[bool] = mapped_column(default=False)
    handled_at: Mapped[datetime | None]
    handled_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class CallTask(RandomKey, db.Model):
    """Somebody of staff calls somebody; kept until the call was made or is no longer needed. key as in Message."""

    __tablename__ = "call_tasks"
    __table_args__ = (one_of("reason", CALL_REASONS), one_of("outcome", CALL_OUTCOMES, empty=True), Index(None, "done_at", "due_on"))

    key: Mapped[str] = mapped_column(unique=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(ForeignKey("groups.id"), index=True)
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey("meetings.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    reason: Mapped[str]
    due_on: Mapped[date]
    created_at: Mapped[datetime]
    outcome: Mapped[str | None]
    note_sealed: Mapped[bytes | None] = sealed_column()
    note = Sealed()
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class OwnWords(RandomKey, db.Model):
    """What somebody wrote for a hard week, and why they come. Never required; quoted to them only where they said it may be."""

    __tablename__ = "own_words"

    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), unique=True)
    why_sealed: Mapped[bytes | None] = sealed_column()
    why = Sealed()
    hard_week_sealed: Mapped[bytes | None] = sealed_column()
    hard_week = Sealed()
    may_quote: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime]


class Habit(db.Model):
    """How reminders are sent: of a centre (participant_id empty), or of one person who wants it otherwise. Empty fields follow the centre.

    days_before and at: local day and time of the reminder (default the day before at 10). nudges: homework nudges between meetings, agreed.
    """

    __tablename__ = "habits"
    __table_args__ = (UniqueConstraint("centre_id", "participant_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centres.id"))
    participant_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("participants.id"), unique=True)
    days_before: Mapped[int | None]
    at: Mapped[time | None]
    reminders: Mapped[bool | None]
    nudges: Mapped[bool | None]


class NumberState(db.Model):
    """What is known of a phone number, by its keyed hash: stopped by its owner, or not reachable by text (landline, out of use)."""

    __tablename__ = "number_states"

    lookup: Mapped[str] = mapped_column(primary_key=True)
    stopped_at: Mapped[datetime | None]
    unreachable_at: Mapped[datetime | None]
    error_code: Mapped[int | None]


class OfferedSlot(db.Model):
    """A time offered for going over a missed meeting. The offer is a message; a reply 1 or 2 picks the slot of that number."""

    __tablename__ = "offered_slots"
    __table_args__ = (UniqueConstraint("meeting_id", "participant_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"))
    participant_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("participants.id"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    number: Mapped[int]
    on: Mapped[date] = mapped_column("on_day", index=True)
    at: Mapped[time] = mapped_column("at_time")
    picked_at: Mapped[datetime | None]
