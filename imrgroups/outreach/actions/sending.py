"""Sending: claim what is due, commit, call the carrier, settle, commit; and ask the carrier about what a crash left open.

A message is claimed by one conditional update, in the transaction that asks once more whether it may go out. No transaction is open
while the carrier is called. What nobody settled when its lease ends is looked for at the carrier: found, it is ours; not found, it is
sent again. A carrier that cannot be asked is asked again, for as long as the message is worth sending (docs/adr/0007).
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, text, update
from sqlalchemy.orm import aliased

from imrgroups.db import db
from imrgroups.outreach.actions import gates
from imrgroups.outreach.actions.outbox import not_delivered
from imrgroups.outreach.models import Message, NumberState, Reply
from imrgroups.people import actions as people
from imrgroups.people.models import Participant
from imrgroups.rules import outbox
from imrgroups.rules.outbox import Do, Look, Then
from imrgroups.sms import Gateway, Outgoing, Refused, Unsure

THREADS = 10
BATCH = 40  # at most BATCH / THREADS times the carrier's time limit must fit well inside the lease
SILENT = 3  # a carrier that did not answer so often running is left alone until the next round
OVERDUE = timedelta(minutes=15)
CLAIMS_ONE_BY_ONE = 771_204_001  # the number of a lock of PostgreSQL; SQLite has one writer anyway


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is ours to hand over. attempt: which one this is; only it may settle the row.

    hand_over_until: a reading of the monotonic clock; a sender that was held up past it must not call any more.
    """

    id: int
    attempt: int
    outgoing: Outgoing
    hand_over_until: float


class NotCalled(Unsure):
    """The sender was held up too long and did not call: somebody else may hold the message by now."""


def send_due(gateway: Gateway, now: datetime, *, by: int | None = None, limit: int = 1000, batch: int = BATCH) -> int:
    """Send what is due, batch by batch; returns how many were handed to the carrier. Safe in several processes at once."""
    sent, present = 0, _running(now)
    with ThreadPoolExecutor(THREADS) as pool:
        while sent < limit and (claimed := claim(present(), by=by, batch=min(batch, limit - sent))):
            calls = {pool.submit(_call, gateway, each): each for each in claimed}
            for call in as_completed(calls):
                sent += settle(calls[call], call.result(), present(), by=by)
    return sent


def _running(now: datetime) -> Callable[[], datetime]:
    """The present as it goes on from `now`, in whole seconds: the leases of a long sweep must not begin in its past."""
    began = time.monotonic()
    return lambda: now + timedelta(seconds=int(time.monotonic() - began))


def count_due(now: datetime) -> int:
    """How many messages wait to be sent now."""
    return db.session.execute(select(func.count()).select_from(Message).where(*_due(now))).scalar_one()


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (Message.state == "pending", Message.channel != "letter", Message.due_at <= now)


def claim(now: datetime, *, by: int | None = None, batch: int = BATCH) -> list[Claimed]:
    """Take up to `batch` messages that are due and may go out; what may not is put off, cancelled or given up in the same commit.

    Of one number only one is on its way at a time, and a question waits while an earlier one is open. Goes on until one may be sent or
    none is due.
    """
    began = time.monotonic()  # before anything is waited for: the lease runs from `now`, however long another claim holds us up
    while True:
        if db.session.get_bind().dialect.name == "postgresql":
            db.session.execute(text(f"SELECT pg_advisory_xact_lock({CLAIMS_ONE_BY_ONE})"))
        rows = _take(now, batch)
        if not rows:
            db.session.commit()
            return []
        facts = gates.facts_of(rows, now)
        ready = [row for row in rows if _may_go(row, outbox.verdict(facts[row.id], now))]
        claimed = [_claimed(row, now, began) for row in ready]
        db.session.commit()
        if claimed:
            return claimed


def claimable(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Conditions on a pending message: nothing to its number is on its way, and where it asks something no earlier question is open.

    One about the same meeting does not wait: news of a new time takes the place of a reminder. Nor does one to somebody else on the same
    phone: what is answered from there is never sure, and somebody reads it.
    """
    earlier, other = aliased(Message), aliased(Message)
    busy = exists().where(other.to_lookup == Message.to_lookup, other.state == "sending")
    asked = exists().where(
        earlier.to_lookup == Message.to_lookup, earlier.question, earlier.state.in_(("sent", "delivered")),
        earlier.sent_at > now - outbox.QUESTION_OPEN, earlier.expires_at > now, ~exists().where(Reply.message_id == earlier.id),
        or_(earlier.participant_id == Message.participant_id, earlier.supporter_id == Message.supporter_id),
        or_(earlier.meeting_id.is_(None), Message.meeting_id.is_(None), earlier.meeting_id != Message.meeting_id),
    )
    return ~busy, ~and_(Message.question, asked, Message.expires_at > now)


def overdue(now: datetime) -> int:
    """How many messages could have gone out a quarter of an hour ago and still wait: the sender is not well."""
    late = and_(*_due(now - OVERDUE), Message.expires_at > now, *claimable(now))
    stuck = and_(Message.state == "sending", Message.lease_until_at < now - OVERDUE)
    return db.session.execute(select(func.count()).select_from(Message).where(or_(late, stuck))).scalar_one()


def _take(now: datetime, batch: int) -> Sequence[Message]:
    """The rows, marked as on their way; those the rules then refuse are put back before anybody sees them."""
    first = func.row_number().over(partition_by=Message.to_lookup, order_by=(Message.due_at, Message.id))
    found = select(Message.id, Message.to_lookup, first.label("place")).where(*_due(now), *claimable(now)).subquery()
    wanted = select(found.c.id).where(or_(found.c.place == 1, found.c.to_lookup.is_(None))).limit(batch)
    ids = list(db.session.execute(wanted).scalars())
    if not ids:
        return []
    taken = (
        update(Message).where(Message.id.in_(ids), Message.state == "pending")
        .values(state="sending", attempts=Message.attempts + 1, attempted_at=now, lease_until_at=now + outbox.LEASE)
        .returning(Message).execution_options(populate_existing=True, synchronize_session=False)
    )
    return list(db.session.execute(taken).scalars())


def _may_go(row: Message, verdict: outbox.Verdict) -> bool:
    if verdict.do is Do.SEND:
        return True
    row.attempts -= 1
    row.lease_until_at = row.attempted_at = None
    row.reason = verdict.reason
    if verdict.do is Do.WAIT and verdict.until is not None:
        row.state, row.due_at = "pending", verdict.until
    else:
        row.state, row.settled_at = verdict.do.value, row.due_at
        if verdict.reason == "no_texts":
            not_delivered(row, row.due_at)
    return False


def _outgoing(row: Message, now: datetime) -> Outgoing:
    left = int((row.expires_at - now).total_seconds())
    return Outgoing(str(row.id), row.to or "", row.text or "", row.channel, row.language, left, row.question)


def _claimed(row: Message, now: datetime, began: float) -> Claimed:
    return Claimed(row.id, row.attempts, _outgoing(row, now), began + outbox.LEASE.total_seconds() / 2)


def _call(gateway: Gateway, claimed: Claimed) -> str | Exception:
    if time.monotonic() > claimed.hand_over_until:
        return NotCalled("held up too long")  # its lease may end while it is on its way, and somebody else would send it again
    try:
        return gateway.send(claimed.outgoing)
    except (Refused, Unsure) as error:
        return error


def settle(claimed: Claimed, answer: str | Exception, now: datetime, *, by: int | None = None) -> int:
    """Write down what the carrier answered; returns 1 when the message is with the carrier. No answer leaves it to reconcile()."""
    mine = (Message.id == claimed.id, Message.attempts == claimed.attempt, Message.state == "sending")
    if isinstance(answer, str):
        return _set(mine, state="sent", sid=answer, sent_at=now, lease_until_at=None, reason="")
    if isinstance(answer, Refused):
        row = db.session.execute(select(Message).where(*mine).execution_options(populate_existing=True)).scalar()
        if row is not None:
            refuse(row, answer.code, now)
        db.session.commit()
    elif not isinstance(answer, NotCalled):
        _set(mine, unanswered=Message.unanswered + 1)
    return 0


def _set(which: tuple[ColumnElement[bool], ...], **values: object) -> int:
    """Change the messages that are still as somebody knew them; returns how many."""
    done = db.session.execute(update(Message).where(*which).values(**values).execution_options(synchronize_session=False))
    db.session.commit()
    return int(done.rowcount)  # type: ignore[attr-defined]


def refuse(row: Message, code: int | None, now: datetime) -> None:
    """What a refusal, or a failed delivery, means for the message, its number and its people; the caller commits."""
    then = outbox.meaning(code)
    row.error_code, row.lease_until_at = code, None
    if then is Then.BUSY:  # nothing was sent, so it is tried less and less often until its time is over
        row.state, row.due_at, row.reason = "pending", now + outbox.again_after(row.attempts), "busy"
        return
    if then is Then.LATER and row.attempts < 2 and now + timedelta(hours=1) < row.expires_at:
        row.state, row.due_at, row.reason, row.sid = "pending", now + timedelta(hours=1), "out_of_reach", None
        return
    row.state, row.reason, row.settled_at = "failed", then.value, now
    if then is Then.OPTED_OUT:
        _number(row, stopped_at=now)
        people.answer_together(_people_of(row), "messages", given=False, how="carrier", by=None, now=now)
    elif then is Then.NO_TEXTS:
        _number(row, unreachable_at=now, error_code=code)
    if then is not Then.OPTED_OUT:
        not_delivered(row, now)


def _number(row: Message, **values: object) -> None:
    if row.to_lookup is None:
        return
    state = db.session.get(NumberState, row.to_lookup) or NumberState(lookup=row.to_lookup)
    db.session.add(state)
    for name, value in values.items():
        setattr(state, name, value)


def _people_of(row: Message) -> list[Participant]:
    wanted = select(Participant).where(Participant.phone_lookup == row.to_lookup).order_by(Participant.id)
    return list(db.session.execute(wanted).scalars())


def reconcile(gateway: Gateway, now: datetime, *, by: int | None = None, limit: int = 500) -> int:
    """Find out about messages whose sender never came back, and those left to a person; returns how many were looked into.

    Found at the carrier: adopted. Not found: pending again. Where the carrier cannot be asked, see rules.outbox.looked.
    """
    done, silent, present = 0, 0, _running(now)
    while done < limit and silent < SILENT and (row := _left_behind(now := present())) is not None:
        was = (row.id, row.attempts, row.state)
        facts = {"unanswered": row.unanswered, "with_person": row.state == "unknown", "in_time": now < row.expires_at}
        outgoing, began = _outgoing(row, now), row.attempted_at or now
        db.session.commit()
        sid, found = None, None
        try:
            sid = _unused(gateway.find(outgoing, began))
            found, silent = sid is not None, 0
        except (Unsure, Refused):
            silent += 1
        _looked(was, outbox.looked(found, **facts), sid, now)
        done += 1
    db.session.commit()
    return done


def count_left_behind(now: datetime) -> int:
    """How many messages were claimed and never settled, or are left to a person, and are to be asked about now."""
    return db.session.execute(select(func.count()).select_from(Message).where(*_open(now))).scalar_one()


def _open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    worth_it = or_(Message.state == "sending", Message.expires_at > now - outbox.STILL_ASKED)
    return (Message.state.in_(("sending", "unknown")), Message.lease_until_at <= now, worth_it)


def _left_behind(now: datetime) -> Message | None:
    """One message whose lease is over, leased anew to us."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text(f"SELECT pg_advisory_xact_lock({CLAIMS_ONE_BY_ONE})"))
    wanted = select(Message.id).where(*_open(now)).order_by(Message.lease_until_at).limit(1)
    taken = (
        update(Message).where(Message.id == wanted.scalar_subquery(), *_open(now))
        .values(lease_until_at=now + outbox.LEASE).returning(Message)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    return db.session.execute(taken).scalar()


def _unused(sids: list[str]) -> str | None:
    known = set(db.session.execute(select(Message.sid).where(Message.sid.in_(sids))).scalars()) if sids else set()
    db.session.rollback()
    return next((sid for sid in sids if sid not in known), None)


def _looked(was: tuple[int, int, str], look: Look, sid: str | None, now: datetime) -> None:
    """Write down what asking came to, unless news of the message, or a person, came first."""
    key, attempt, state = was
    mine = (Message.id == key, Message.attempts == attempt, Message.state == state)
    later = {"lease_until_at": now + outbox.again_after(7)}
    values: dict[str, object] = {
        Look.ADOPT: {"state": "sent", "sid": sid, "sent_at": now, "lease_until_at": None, "reason": "found"},
        Look.AGAIN: {"state": "pending", "due_at": now, "lease_until_at": None, "reason": "again"},
        Look.EXPIRE: {"state": "expired", "settled_at": now, "lease_until_at": None, "reason": "too_late"},
        Look.PERSON: {"state": "unknown", "reason": "carrier", **later},
        Look.WAIT: {"reason": "carrier", **(later if state == "unknown" else {})},
    }[look]
    _set(mine, **values)


def expire(now: datetime, dry_run: bool = False) -> int:
    """Give up messages that are past their time and were never sent; returns how many."""
    late = (Message.state == "pending", Message.expires_at <= now, Message.channel != "letter")
    if dry_run:
        return db.session.execute(select(func.count()).select_from(Message).where(*late)).scalar_one()
    return _set(late, state="expired", reason="too_late", settled_at=now)
