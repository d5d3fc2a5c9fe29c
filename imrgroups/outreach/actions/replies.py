"""What comes back: replies by text or key, and what the carrier tells of a message. Each counts once, however often it is told."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from imrgroups import audit
from imrgroups.attendance import actions as attendance
from imrgroups.db import db
from imrgroups.groups.models import Meeting
from imrgroups.i18n import LOCALES
from imrgroups.outreach import words
from imrgroups.outreach.actions import sending
from imrgroups.outreach.actions.outbox import Draft, plan, put_call
from imrgroups.outreach.models import CallTask, Delivery, Message, NumberState, OfferedSlot, Reply
from imrgroups.people import actions as people
from imrgroups.people.models import Participant, Supporter
from imrgroups.rules import outbox, replies
from imrgroups.rules.replies import Kind
from imrgroups.secret import lookup
from imrgroups.sms import Gateway, Incoming, Refused, Unsure
from imrgroups.staff.models import Centre

MEANINGS = {replies.COME: "come", replies.CANNOT: "cannot", replies.CALL_ME: "call_me"}
BY_TEXT = "text"  # how consent was taken back or given again
ASKED_BEFORE = ("reminder", "moved")  # occasions about a meeting to come, whose answer is about coming
LOOK_BACK = timedelta(days=4)  # how far a poll looks for texts that came while nobody listened
SHORT = timedelta(hours=12)


def receive(incoming: Incoming, now: datetime, *, by: int | None = None) -> bool:
    """Take in one text; returns False for one that was taken in before. Everything it changes is written in one commit.

    STOP and START count for every person on the number. A number (1, 2, 3) answers the newest question sent there within 72 hours, where
    the number belongs to one person and the question went to them; anything unsure changes nothing, waits for somebody to read it, and is
    asked again in a few words. So does what somebody close to a participant answers to an invitation.
    """
    hashed = lookup(incoming.sender)
    persons = _people_at(hashed)
    state = db.session.get(NumberState, hashed)
    question = _question(hashed, incoming.received_at)
    read = replies.reading(incoming.text, stopped=state is not None and state.stopped_at is not None, yes_no=question is not None)
    row = Reply(
        sid=incoming.sid, from_lookup=hashed, received_at=incoming.received_at, meaning="words", needs_reading=True,
        participant_id=persons[0].id if len(persons) == 1 else None, centre_id=persons[0].centre_id if persons else _last_centre(hashed),
    )
    row.from_number, row.text = incoming.sender, incoming.text or None
    if read.kind in (Kind.STOP, Kind.START):
        row.meaning, row.needs_reading = read.kind.value, False
    elif read.kind is Kind.CHOICE and question is not None and _is_sure(question, persons):
        row.meaning, row.message_id, row.needs_reading = MEANINGS[read.choice or 0], question.id, read.more
        if question.supporter_id is not None:  # only a yes says what to do; anything else somebody reads
            row.needs_reading = read.more or row.meaning != "come"
    if not _is_new(row):
        db.session.rollback()
        return False
    _record(row, now, by)
    if read.kind in (Kind.STOP, Kind.START):
        _stop_or_start(read.kind is Kind.STOP, hashed, incoming, persons, now)
    elif row.message_id is not None and question is not None and question.supporter_id is not None:
        _said_yes(row, question, now, by)
    elif row.message_id is not None and question is not None:
        _answer(row, question, persons[0], now, by)
    elif read.kind is Kind.CHOICE and persons:
        _ask_again(incoming, persons, now)
    db.session.commit()
    return True


def _is_sure(question: Message, persons: Sequence[Participant]) -> bool:
    """Whether an answer from this number can only be to this question: the one who was asked has the number, nobody else."""
    asked = [question.participant_id] if question.participant_id is not None else []
    return [person.id for person in persons] == asked and question.staff_id is None


def _said_yes(row: Reply, question: Message, now: datetime, by: int | None) -> None:
    """Somebody close to a participant would like a call."""
    close = db.session.get_one(Supporter, question.supporter_id)
    if row.meaning != "come":
        return
    task = CallTask(
        key=f"supporter/{row.sid}", participant_id=close.participant_id, supporter_id=close.id, group_id=question.group_id,
        staff_id=question.by_id, reason="supporter", due_on=_local(question.centre_id, now), created_at=now,
    )
    put_call(task, question.centre_id, by, now)


def _record(row: Reply, now: datetime, by: int | None) -> None:
    audit.record("reply.received", centre_id=row.centre_id, subject=f"replies/{row.id}", by=by, now=now, detail={"meaning": row.meaning})


def receive_key(call_sid: str, ref: int, key: str, now: datetime, *, by: int | None = None) -> str:
    """Take in one key pressed in a call of ours; returns what it meant ("come", "cannot", "call_me"), or "" where it meant nothing."""
    message = db.session.get(Message, ref)
    if message is None or message.channel != "call" or message.participant_id is None or key not in ("1", "2", "3"):
        return ""
    person = db.session.get_one(Participant, message.participant_id)
    row = Reply(
        sid=f"{call_sid}-{key}", from_lookup=message.to_lookup or "", received_at=now, meaning=MEANINGS[int(key)], needs_reading=False,
        participant_id=person.id, centre_id=person.centre_id, message_id=message.id,
    )
    row.from_number, row.text = message.to, key
    if _is_new(row):
        _record(row, now, by)
        _answer(row, message, person, now, by)
    db.session.commit()
    return row.meaning


def _people_at(hashed: str) -> Sequence[Participant]:
    return db.session.execute(select(Participant).where(Participant.phone_lookup == hashed).order_by(Participant.id)).scalars().all()


def _question(hashed: str, at: datetime) -> Message | None:
    """The newest question sent to a number within 72 hours that nobody has answered."""
    wanted = select(Message).where(
        Message.to_lookup == hashed, Message.question, Message.sent_at.is_not(None), Message.sent_at > at - outbox.QUESTION_OPEN,
        ~select(Reply.id).where(Reply.message_id == Message.id).exists(),
    )
    return db.session.execute(wanted.order_by(Message.sent_at.desc()).limit(1)).scalar()


def _last_centre(hashed: str) -> int | None:
    """Of a number nobody has: the centre that wrote to it last."""
    wanted = select(Message.centre_id).where(Message.to_lookup == hashed).order_by(Message.sent_at.desc()).limit(1)
    return db.session.execute(wanted).scalar()


def _is_new(row: Reply) -> bool:
    dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    values = {column.key: getattr(row, column.key) for column in Reply.__table__.columns}
    wanted = dialect.insert(Reply).values(**values).on_conflict_do_nothing(index_elements=["sid"]).returning(Reply.id)
    return db.session.execute(wanted).scalar() is not None


def _stop_or_start(stop: bool, hashed: str, incoming: Incoming, persons: Sequence[Participant], now: datetime) -> None:
    state = db.session.get(NumberState, hashed) or NumberState(lookup=hashed)
    db.session.add(state)
    was_stopped = state.stopped_at is not None
    state.stopped_at = now if stop else None
    if stop:
        waiting = (Message.to_lookup == hashed, Message.state == "pending")
        values = {"state": "cancelled", "reason": "stopped", "settled_at": now}
        db.session.execute(update(Message).where(*waiting).values(**values).execution_options(synchronize_session=False))
        people.answer_together(persons, "messages", given=False, how=BY_TEXT, by=None, now=now)
    else:
        people.answer_together(_stopped_by_text(persons), "messages", given=True, how=BY_TEXT, by=None, now=now)
    if persons and stop != was_stopped and not replies.carrier_answers(incoming.text):
        _tell("stopped" if stop else "started", incoming, persons, now)


def _stopped_by_text(persons: Sequence[Participant]) -> list[Participant]:
    """Those whose last answer was a STOP by text or the carrier's: START takes back that, and never a no that was said otherwise."""
    found = []
    for person in persons:
        newest = next((row for row in people.consents_of(person.id) if row.what == "messages"), None)
        if newest is not None and not newest.given and newest.how in (BY_TEXT, "carrier"):
            found.append(person)
    return found


def _ask_again(incoming: Incoming, persons: Sequence[Participant], now: datetime) -> None:
    """A few words that ask what was meant; at most once in twelve hours to one number."""
    recent = select(Message.id).where(
        Message.to_lookup == lookup(incoming.sender), Message.occasion == "ask_again", Message.created_at > now - SHORT
    )
    if db.session.execute(recent.limit(1)).scalar() is None:
        _tell("ask_again", incoming, persons, now)


def _tell(occasion: str, incoming: Incoming, persons: Sequence[Participant], now: datetime) -> None:
    person = persons[0]
    centre = db.session.get_one(Centre, person.centre_id)
    language = person.language if person.language in LOCALES else centre.language
    shared = len(persons) > 1 or person.shared_phone
    facts = words.Facts(phone=centre.phone)
    told = words.compose(occasion, words.steps(occasion)[0], 0, facts, language, shared_phone=shared)
    plan(
        Draft(
            key=f"{occasion}/{incoming.sid}", occasion=occasion, channel="text", language=language, text=told, centre_id=centre.id,
            due_at=now, expires_at=now + timedelta(hours=18), to=incoming.sender, participant_id=person.id,
        ), None, now,
    )


def _answer(row: Reply, question: Message, person: Participant, now: datetime, by: int | None) -> None:
    """What an answer does: 2 to a reminder is told beforehand, 1 takes that back, 3 is a call to make; 1 and 2 to an offer pick a time.

    What happened at the meeting stays another fact.
    """
    if question.occasion == "pulse":  # there 1, 2 and 3 are answers to the question; the room of answers reads them
        return
    if row.meaning == "call_me":
        task = CallTask(
            key=f"asked/{row.sid}", participant_id=person.id, group_id=question.group_id, meeting_id=question.meeting_id, staff_id=None,
            reason="asked_to_call", due_on=_local(person.centre_id, now), created_at=now,
        )
        put_call(task, person.centre_id, by, now)
        return
    if question.occasion == "make_up_offer":
        _pick(question, person, 1 if row.meaning == "come" else 2, now)
        return
    meeting = db.session.get(Meeting, question.meeting_id) if question.meeting_id and question.occasion in ASKED_BEFORE else None
    if meeting is None or meeting.state != "planned" or meeting.starts_at <= now:
        return
    if row.meaning == "cannot":
        attendance.apologise(meeting, person, told_on=_local(person.centre_id, now), by=by, now=now)
    else:
        attendance.withdraw_apology(meeting, person, by=by, now=now)


def _pick(offer: Message, person: Participant, number: int, now: datetime) -> None:
    """Somebody chose one of the times offered; a later choice takes the place of an earlier one."""
    wanted = select(OfferedSlot).where(OfferedSlot.meeting_id == offer.meeting_id, OfferedSlot.participant_id == person.id)
    for slot in db.session.execute(wanted).scalars():
        slot.picked_at = now if slot.number == number else None


def _local(centre_id: int, now: datetime) -> date:
    return now.astimezone(ZoneInfo(db.session.get_one(Centre, centre_id).timezone)).date()


def news(sid: str, ref: int | None, status: str, code: int | None, now: datetime, *, by: int | None = None) -> bool:
    """Take in what the carrier tells of a message; returns whether it changed anything. Told twice, late or out of order changes nothing.

    ref: our key of the message, which finds it before its sid is known here. Raises ValueError for a status the carrier does not have.
    """
    fresh = outbox.state_of(status)
    message = db.session.execute(select(Message).where(Message.sid == sid).with_for_update()).scalar()
    if message is None and ref is not None:
        # Not where this sid has failed already: the message may wait for another try, which late news of the first must not end.
        over = select(Delivery.id).where(Delivery.sid == sid, Delivery.status.in_(outbox.FAILURES)).exists()
        wanted = select(Message).where(Message.id == ref, Message.sid.is_(None), ~over).with_for_update()
        message = db.session.execute(wanted).scalar()
    dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    told = {"message_id": message.id if message else None, "sid": sid, "status": status, "error_code": code, "at": now}
    entry = dialect.insert(Delivery).values(**told).on_conflict_do_nothing(index_elements=["sid", "status"]).returning(Delivery.id)
    changed = db.session.execute(entry).scalar() is not None and message is not None and outbox.is_news(message.state, status)
    if changed and message is not None:
        message.sid, message.lease_until_at, message.sent_at = sid, None, message.sent_at or now
        if fresh in ("undelivered", "failed") and message.channel == "text":
            sending.refuse(message, code, now)
            message.state = "undelivered" if message.state == "failed" and fresh == "undelivered" else message.state
        else:
            message.state = fresh
            message.settled_at = now if fresh != "sent" else None
    db.session.commit()
    return changed


def poll(gateway: Gateway, now: datetime, *, by: int | None = None) -> int:
    """Fetch texts that came in while the web was down; returns how many were new. A carrier that cannot be asked is asked next time."""
    try:
        found = gateway.inbound(now - LOOK_BACK)
    except (Unsure, Refused):
        return 0
    known = set(db.session.execute(select(Reply.sid).where(Reply.sid.in_([text.sid for text in found]))).scalars())
    return sum(receive(text, now, by=by) for text in found if text.sid not in known)


def read(row: Reply, *, by: int | None, now: datetime) -> None:
    """Somebody of staff has read a reply and seen to it."""
    row.needs_reading, row.handled_at, row.handled_by_id = False, now, by
    audit.record("reply.read", centre_id=row.centre_id, subject=f"replies/{row.id}", by=by, now=now)
    db.session.commit()
