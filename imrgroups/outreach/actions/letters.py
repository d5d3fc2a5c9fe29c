"""Letters: which wait to be printed, and that they were printed or set aside."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select

from imrgroups import audit
from imrgroups.db import db
from imrgroups.groups.models import Group
from imrgroups.outreach.actions import gates
from imrgroups.outreach.models import Message
from imrgroups.people.models import Participant, Supporter
from imrgroups.rules import outbox
from imrgroups.staff.models import Centre

LATELY = timedelta(days=14)
DONE = {"printed": "", "cancelled": "by_hand"}  # state: its reason
STILL_KIND = timedelta(days=7)  # so long after its day a letter that is about no day to come may still be sent
ABOUT_A_DAY = ("reminder", "moved", "cancelled")


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter with whom it goes to, about whom it is, and where from. supporter: None where it goes to the participant."""

    message: Message
    person: Participant
    supporter: Supporter | None
    group: str
    centre: Centre

    @property
    def name(self) -> str:
        """Whose name stands on the envelope."""
        return (self.supporter or self.person).name or self.person.code


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose letters somebody prints: those of groups and of whole centres, and of people in no group at the `loose` centres."""

    groups: Collection[int]
    centres: Collection[int]
    loose: Collection[int]

    def covers(self) -> ColumnElement[bool]:
        """The condition on Message."""
        alone = and_(Message.group_id.is_(None), Message.centre_id.in_(self.loose))
        return or_(Message.group_id.in_(self.groups), Message.centre_id.in_(self.centres), alone)


def waiting_letters(reach: Reach) -> list[Letter]:
    """The letters that wait to be printed, oldest first; also those whose time has passed."""
    return _letters(reach.covers(), Message.state == "pending")


def done_letters(reach: Reach, now: datetime) -> list[Letter]:
    """The letters that were printed, set aside or given up in the last two weeks, newest first."""
    found = _letters(reach.covers(), Message.state.in_(("printed", "cancelled", "expired")), Message.settled_at > now - LATELY)
    return sorted(found, key=lambda letter: letter.message.settled_at, reverse=True)


def _letters(*which: ColumnElement[bool]) -> list[Letter]:
    wanted = (
        select(Message, Participant, Supporter, Group.name, Centre)
        .outerjoin(Supporter, Supporter.id == Message.supporter_id)
        .join(Participant, or_(Participant.id == Message.participant_id, Participant.id == Supporter.participant_id))
        .outerjoin(Group, Group.id == Message.group_id).join(Centre, Centre.id == Message.centre_id)
        .where(Message.channel == "letter", *which).order_by(Message.due_at, Message.id)
    )
    return [Letter(message, person, supporter, group or "", centre) for message, person, supporter, group, centre in
            db.session.execute(wanted)]


def settle_letters(messages: Iterable[Message], state: str, *, by: int | None, now: datetime) -> int:
    """Say that letters that wait were "printed", or "cancelled" (set aside without sending); returns how many changed.

    One that somebody else settled meanwhile stays as it is. Raises KeyError for another state.
    """
    reason, changed = DONE[state], 0
    for row in messages:
        if row.channel == "letter" and row.state == "pending":
            row.state, row.reason, row.settled_at, changed = state, reason, now, changed + 1
            row.sent_at = now if state == "printed" else None
            _record(row, f"letter.{'printed' if state == 'printed' else 'set_aside'}", by, now)
    db.session.commit()
    return changed


def end_letters(now: datetime, dry_run: bool = False) -> int:
    """Give up letters that wait and are of no use any more; returns how many. Each says why, as texts do.

    Those whose occasion is over (they came, the meeting was changed, they said no), and those past their time; a letter that names no
    day to come is still kind a week later.
    """
    rows = list(db.session.execute(select(Message).where(Message.channel == "letter", Message.state == "pending")).scalars())
    facts, ended = gates.facts_of(rows, now), 0
    for row in rows:
        wait = timedelta(0) if row.occasion in ABOUT_A_DAY else STILL_KIND
        verdict = outbox.verdict(replace(facts[row.id], expires_at=row.expires_at + wait, allowed_at=now), now)
        if verdict.do in (outbox.Do.CANCEL, outbox.Do.EXPIRE):
            ended += 1
            if not dry_run:
                row.state, row.reason, row.settled_at = verdict.do.value, verdict.reason, now
    db.session.commit()
    return ended


def put_back(messages: Iterable[Message], *, by: int | None, now: datetime) -> int:
    """Take back that letters were printed or set aside: they wait again. Returns how many."""
    changed = 0
    for row in messages:
        if row.channel == "letter" and DONE.get(row.state) == row.reason:
            row.state, row.reason, row.settled_at, row.sent_at, changed = "pending", "", None, None, changed + 1
            _record(row, "letter.put_back", by, now)
    db.session.commit()
    return changed


def _record(row: Message, action: str, by: int | None, now: datetime) -> None:
    audit.record(action, centre_id=row.centre_id, subject=f"messages/{row.id}", by=by, now=now)
