"""A time that a leader names for going over a missed meeting with somebody."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from imrgroups import audit
from imrgroups.attendance.models import MakeUp, Mark
from imrgroups.db import db
from imrgroups.groups.models import Meeting
from imrgroups.outreach import words
from imrgroups.outreach.actions import planning
from imrgroups.outreach.actions.gates import MISSED, quiet_hours
from imrgroups.outreach.actions.ladder import BEFORE_SLOT
from imrgroups.outreach.actions.outbox import plan
from imrgroups.outreach.actions.recipients import Recipient, Sweep
from imrgroups.outreach.models import OfferedSlot
from imrgroups.people.models import Participant
from imrgroups.rules.calendar import instant
from imrgroups.rules.texting import next_allowed

OPEN = timedelta(days=3)


class CannotOffer(Exception):
    """Why a time is not offered: "not_missed", "not_reachable", "too_soon" (a text would come too late), "twice" (it was offered)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def offer(meeting: Meeting, person: Participant, *, on: date, at: time, by: int, now: datetime) -> None:
    """Ask somebody by text or call whether a time suits them, in place of times offered before for that meeting. Raises CannotOffer."""
    pair = (meeting.id, person.id)
    if pair not in _missed(meeting.id) or pair in planning.pairs(MakeUp, [meeting.id]):
        raise CannotOffer("not_missed")
    sweep = Sweep.of({meeting.group_id}, now, "make_up_offer")
    to = next((each for each in sweep.by_group.get(meeting.group_id, ()) if each.id == person.id), None)
    if to is None or not to.reachable or to.channel == "letter":
        raise CannotOffer("not_reachable")
    due, until = _window(to, on, at, now)
    facts = sweep.facts(to, slots=(words.Slot(on, at, to.place),))
    key = f"offer/{meeting.id}/{person.id}/{on.isoformat()}T{at.isoformat('minutes')}"
    draft = sweep.draft(
        to, key=key, occasion="make_up_offer", step="one", facts=facts, due_at=due, expires_at=until, meeting_id=meeting.id
    )
    if not plan(draft, by, now):
        db.session.rollback()
        raise CannotOffer("twice")
    db.session.execute(delete(OfferedSlot).where(OfferedSlot.meeting_id == meeting.id, OfferedSlot.participant_id == person.id))
    db.session.add(OfferedSlot(meeting_id=meeting.id, participant_id=person.id, staff_id=by, number=1, on=on, at=at))
    audit.record("make_up.offered", centre_id=person.centre_id, subject=f"participants/{person.id}", by=by, now=now)
    db.session.commit()


def _missed(meeting_id: int) -> set[tuple[int, int]]:
    wanted = select(Mark.meeting_id, Mark.participant_id).where(Mark.meeting_id == meeting_id, Mark.state.in_(MISSED))
    return {(meeting, person) for meeting, person in db.session.execute(wanted)}


def _window(to: Recipient, on: date, at: time, now: datetime) -> tuple[datetime, datetime]:
    """(when the offer goes out, until when it may be answered)."""
    due = next_allowed(now, to.zone, quiet_hours(to.country, now.astimezone(ZoneInfo(to.zone)).year))
    until = min(due + OPEN, instant(on, at, to.zone) - BEFORE_SLOT)
    if until <= due:
        raise CannotOffer("too_soon")
    return due, until
