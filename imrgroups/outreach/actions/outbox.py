"""Planning: messages to send, calls to make, and people's own words."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from imrgroups import audit
from imrgroups.db import db
from imrgroups.outreach.models import CallTask, Message, OwnWords
from imrgroups.people.models import Participant
from imrgroups.rules.texting import normalise
from imrgroups.secret import lookup


@dataclass(frozen=True)
class Draft:
    """A message to plan. Exactly one of participant_id, supporter_id and staff_id says to whom; text is final, in the language given.

    key: names the occasion, so that planning twice makes one row. to: E.164, empty for a letter. question: 1, 2 and 3 answer it.
    due_at, expires_at: aware instants; what was not sent by expires_at never is.
    """

    key: str
    occasion: str
    channel: str
    language: str
    text: str
    centre_id: int
    due_at: datetime
    expires_at: datetime
    to: str = ""
    step: str = ""
    variant: int = 0
    question: bool = False
    participant_id: int | None = None
    supporter_id: int | None = None
    staff_id: int | None = None
    group_id: int | None = None
    meeting_id: int | None = None


def queue(drafts: Iterable[Draft], *, by: int | None, now: datetime) -> int:
    """Plan messages; returns how many are new. One whose key is there already changes nothing. Nothing is sent here.

    Raises ValueError for a draft that expires before it is due.
    """
    made = sum(plan(draft, by, now) for draft in drafts)
    db.session.commit()
    return made


def plan(draft: Draft, by: int | None, now: datetime) -> int:
    """Plan one message, for the caller to commit; returns 1 where it is new."""
    if draft.expires_at <= draft.due_at:
        raise ValueError("a message expires after it is due")
    told = asdict(draft)
    text, to = normalise(told.pop("text")), told.pop("to")
    row = Message(**told, state="pending", reason="", attempts=0, unanswered=0, created_at=now, by_id=by)
    row.to_lookup = lookup(to) if to else None
    row.text, row.to = text, to or None
    if not _new(Message, row):
        return 0
    detail = {"occasion": draft.occasion, "channel": draft.channel}
    audit.record("message.planned", centre_id=draft.centre_id, subject=f"messages/{row.id}", by=by, now=now, detail=detail)
    return 1


def _new(model: type[Message] | type[CallTask], row: Message | CallTask) -> bool:
    """Write the row unless one of its key is there; two planners at once make one row."""
    dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    values = {column.key: getattr(row, column.key) for column in model.__table__.columns}
    wanted = dialect.insert(model).values(**values).on_conflict_do_nothing(index_elements=["key"]).returning(model.id)
    return db.session.execute(wanted).scalar() is not None


def ask_to_call(
    person: Participant, *, key: str, reason: str, on: date, staff_id: int | None, group_id: int | None = None,
    meeting_id: int | None = None, by: int | None, now: datetime,
) -> bool:
    """Put a call to make on somebody's list; returns whether it is new. key as in Draft; staff_id: who calls, None for any leader."""
    task = CallTask(
        key=key, participant_id=person.id, group_id=group_id, meeting_id=meeting_id, staff_id=staff_id, reason=reason, due_on=on,
        created_at=now,
    )
    made = put_call(task, person.centre_id, by, now)
    db.session.commit()
    return made


def put_call(task: CallTask, centre_id: int, by: int | None, now: datetime) -> bool:
    """The same of a row that is filled in already, for the caller to commit."""
    made = _new(CallTask, task)
    if made:
        detail = {"reason": task.reason}
        audit.record("call.asked", centre_id=centre_id, subject=f"participants/{task.participant_id}", by=by, now=now, detail=detail)
    return made


def not_delivered(row: Message, now: datetime) -> None:
    """A message cannot reach somebody by text: a leader calls instead, for the caller to commit; one call at a time.

    Supporters and staff have no such call.
    """
    waits = select(CallTask.id).where(
        CallTask.participant_id == row.participant_id, CallTask.reason == "not_delivered", CallTask.done_at.is_(None)
    )
    if row.participant_id is None or db.session.execute(waits.limit(1)).scalar() is not None:
        return
    task = CallTask(
        key=f"undelivered/{row.id}", participant_id=row.participant_id, group_id=row.group_id, meeting_id=row.meeting_id, staff_id=None,
        reason="not_delivered", due_on=now.date(), created_at=now,
    )
    put_call(task, row.centre_id, None, now)


def own_words(person: Participant, *, why: str, hard_week: str, may_quote: bool, by: int | None, now: datetime) -> None:
    """Keep somebody's own words in place of those before; empty texts take them away."""
    row = db.session.execute(select(OwnWords).where(OwnWords.participant_id == person.id)).scalar()
    if row is None:
        row = OwnWords(participant_id=person.id)
        db.session.add(row)
    row.why, row.hard_week, row.may_quote, row.changed_at = why or None, hard_week or None, may_quote, now
    audit.record("participant.own_words", centre_id=person.centre_id, subject=f"participants/{person.id}", by=by, now=now)
    db.session.commit()


def words_of(person_id: int) -> OwnWords | None:
    """What somebody wrote for a hard week, and why they come; None where they were never asked."""
    return db.session.execute(select(OwnWords).where(OwnWords.participant_id == person_id)).scalar()
