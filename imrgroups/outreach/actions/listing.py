"""What stands on the page of messages, and what somebody decides there."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select

from imrgroups import audit
from imrgroups.db import db
from imrgroups.enrolment.models import Enrolment
from imrgroups.outreach.models import Message, Reply
from imrgroups.people.models import Participant, Supporter
from imrgroups.rules.refusal import Cannot
from imrgroups.staff.models import Centre, Staff

SHOWS = {
    "waiting": ("pending", "sending"), "sent": ("sent", "delivered", "printed"), "trouble": ("unknown", "failed", "undelivered"),
    "over": ("expired", "cancelled"),
}


class CannotDecide(Cannot):
    """Why a message stays as it is: `reason` is a short word for the screens to explain."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message in a list. name: of whom it goes to; person: the participant it is about, if any; answer: what came back, if anything."""

    id: int
    occasion: str
    channel: str
    state: str
    reason: str
    text: str
    due_at: datetime
    sent_at: datetime | None
    name: str
    person: int | None
    answer: str
    zone: str


def messages_for(
    groups: Collection[int], centres: Collection[int], *, show: str = "", person: int | None = None, limit: int = 100
) -> list[Line]:
    """Messages to people of these groups and of these centres, newest first; with `person` only those to one. One statement.

    show: a key of SHOWS, or empty for all. Raises KeyError for another word.
    """
    wanted = _lines().where(_mine(groups, centres)).order_by(Message.due_at.desc(), Message.id).limit(limit)
    if show:
        wanted = wanted.where(Message.state.in_(SHOWS[show]))
    if person is not None:
        wanted = wanted.where(Message.participant_id == person)
    return [_line(row) for row in db.session.execute(wanted)]


def _mine(groups: Collection[int], centres: Collection[int]) -> Any:
    theirs = select(Enrolment.participant_id).where(Enrolment.group_id.in_(groups))
    return or_(Message.group_id.in_(groups), Message.centre_id.in_(centres), Message.participant_id.in_(theirs))


def _lines() -> Select[Any]:
    newest = select(Reply.meaning).where(Reply.message_id == Message.id).order_by(Reply.received_at.desc()).limit(1).scalar_subquery()
    return (
        select(
            Message, Participant.id, Participant.name_sealed, Supporter.id, Supporter.name_sealed, Supporter.participant_id, Staff.name,
            newest, Centre.timezone,
        )
        .join(Centre, Centre.id == Message.centre_id).outerjoin(Participant, Participant.id == Message.participant_id)
        .outerjoin(Supporter, Supporter.id == Message.supporter_id)
        .outerjoin(Staff, Staff.id == Message.staff_id)
    )


def _line(row: Any) -> Line:
    message, person, person_name, supporter, supporter_name, theirs, staff, answer, zone = row
    name = staff or ""
    if person is not None:
        name = Participant.name.open(Participant, person, person_name)
    elif supporter is not None:
        name = Supporter.name.open(Supporter, supporter, supporter_name)
    return Line(
        message.id, message.occasion, message.channel, message.state, message.reason, message.text or "", message.due_at, message.sent_at,
        name, person or theirs, answer or "", zone,
    )


def counts(groups: Collection[int], centres: Collection[int]) -> dict[str, int]:
    """How many messages are under each key of SHOWS."""
    wanted = select(Message.state, func.count()).where(_mine(groups, centres)).group_by(Message.state)
    by_state = {state: count for state, count in db.session.execute(wanted)}
    return {show: sum(by_state.get(state, 0) for state in states) for show, states in SHOWS.items()}


def about(message_id: int) -> Message | None:
    """A message by its key."""
    return db.session.get(Message, message_id)


def _locked(message: Message, states: Collection[str]) -> Message:
    wanted = select(Message).where(Message.id == message.id).with_for_update().execution_options(populate_existing=True)
    row = db.session.execute(wanted).scalar_one()
    if row.state not in states:
        db.session.rollback()
        raise CannotDecide("gone")
    return row


def call_off(message: Message, *, by: int | None, now: datetime) -> None:
    """Do not send a message that still waits. Raises CannotDecide("gone") when it is on its way already."""
    row = _locked(message, ("pending",))
    row.state, row.reason, row.settled_at = "cancelled", "by_hand", now
    _record("message.called_off", row, by, now)
    db.session.commit()


def decide(message: Message, *, sent: bool, by: int | None, now: datetime) -> None:
    """Somebody found out whether a message that nobody knows about went out; what did not is sent anew while its time lasts.

    Raises CannotDecide("gone") where it is no longer unknown, ("late") when it is too late to send it.
    """
    row = _locked(message, ("unknown",))
    if sent:
        row.state, row.sent_at, row.reason = "sent", row.attempted_at or now, "by_hand"
    elif row.expires_at <= now:
        db.session.rollback()
        raise CannotDecide("late")
    else:
        row.state, row.due_at, row.attempts, row.reason = "pending", now, 0, "by_hand"
    _record("message.decided", row, by, now)
    db.session.commit()


def _record(action: str, row: Message, by: int | None, now: datetime) -> None:
    audit.record(action, centre_id=row.centre_id, subject=f"messages/{row.id}", by=by, now=now, detail={"state": row.state})


