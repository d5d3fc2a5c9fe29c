"""A text to a leader who asked for it: somebody would like a call, or a reply waits to be read. It names nobody."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select

from imrgroups.db import db
from imrgroups.enrolment.models import Enrolment
from imrgroups.groups.models import Group, GroupLeader
from imrgroups.i18n import LOCALES
from imrgroups.outreach import words
from imrgroups.outreach.actions import planning
from imrgroups.outreach.actions.gates import quiet_hours
from imrgroups.outreach.actions.outbox import Draft
from imrgroups.outreach.models import CallTask, Message, Reply
from imrgroups.people.models import Participant
from imrgroups.rules.texting import next_allowed
from imrgroups.staff.models import Centre, Staff

LATELY = timedelta(days=1)
AFTER_END = timedelta(days=14)  # so long people of a group that has ended still answer
APART = timedelta(hours=2)  # what comes in shortly after a text is on the same page
GOOD_FOR = timedelta(hours=18)
FROM_PEOPLE = ("asked/%", "supporter/%")  # keys of calls that people asked for themselves


@dataclass(frozen=True, slots=True)
class _Leader:
    """Somebody who leads a running group and wants texts."""

    id: int
    phone: str
    language: str
    centre: Any


def plan_staff(now: datetime, dry_run: bool = False, *, by: int | None = None) -> int:
    """Plan a text to each leader who asked for it and for whom something came in since the last one; returns how many."""
    leaders = _leaders(now)
    if not leaders:
        return 0
    waits = _waiting(set(leaders), now)
    last = _last(set(leaders))
    drafts = []
    for key, leader in sorted(leaders.items()):
        told = last.get(key)
        fresh = [each for each in waits.get(key, []) if told is None or each[0] > told]
        if not fresh or (told is not None and now - told < APART):
            continue
        step = "call" if any(kind == "call" for _at, kind, _thing in fresh) else "inbox"
        thing = max(thing for _at, kind, thing in fresh if kind == step)
        due = next_allowed(now, leader.centre.timezone, quiet_hours(leader.centre.country, now.year))
        language = next((code for code in (leader.language, leader.centre.language) if code in LOCALES), "en")
        drafts.append(Draft(
            key=f"staff/{step}/{thing}/{key}", occasion="staff", step=step, channel="text", language=language,
            text=words.compose("staff", step, 0, words.Facts(), language), centre_id=leader.centre.id, to=leader.phone, staff_id=key,
            due_at=due, expires_at=due + GOOD_FOR,
        ))
    return planning.put(drafts, now, dry_run, by)


def _leaders(now: datetime) -> dict[int, _Leader]:
    wanted = (
        select(Staff.id, Staff.phone, Staff.language, Centre).join(GroupLeader, GroupLeader.staff_id == Staff.id)
        .join(Group, Group.id == GroupLeader.group_id).join(Centre, Centre.id == Group.centre_id)
        .where(Staff.active, Staff.phone != "", or_(Group.ended_on.is_(None), Group.ended_on > now.date() - AFTER_END)).order_by(Group.id)
    )
    return {key: _Leader(key, phone, language, centre) for key, phone, language, centre in db.session.execute(wanted)}


def _waiting(leaders: set[int], now: datetime) -> dict[int, list[tuple[datetime, str, int]]]:
    """(since when, "call" or "inbox", its key) of what waits for each of these leaders. Two statements."""
    here = or_(Enrolment.left_on.is_(None), Enrolment.left_on >= now.date())
    calls = (
        select(CallTask.created_at, CallTask.id, GroupLeader.staff_id)
        .join(Enrolment, Enrolment.participant_id == CallTask.participant_id).join(GroupLeader, GroupLeader.group_id == Enrolment.group_id)
        .where(
            CallTask.done_at.is_(None), CallTask.created_at > now - LATELY, or_(*(CallTask.key.like(key) for key in FROM_PEOPLE)), here,
            GroupLeader.staff_id.in_(leaders), or_(CallTask.staff_id.is_(None), CallTask.staff_id == GroupLeader.staff_id),
        )
    )
    shared = and_(Reply.participant_id.is_(None), Participant.phone_lookup == Reply.from_lookup)
    replies = (
        select(Reply.received_at, Reply.id, GroupLeader.staff_id)
        .join(Participant, or_(Participant.id == Reply.participant_id, shared))
        .join(Enrolment, Enrolment.participant_id == Participant.id).join(GroupLeader, GroupLeader.group_id == Enrolment.group_id)
        .where(Reply.needs_reading, Reply.received_at > now - LATELY, here, GroupLeader.staff_id.in_(leaders))
    )
    found: dict[int, list[tuple[datetime, str, int]]] = {}
    for kind, wanted in (("call", calls), ("inbox", replies)):
        for at, thing, leader in db.session.execute(wanted):
            found.setdefault(leader, []).append((at, kind, thing))
    return found


def _last(leaders: set[int]) -> dict[int, datetime]:
    wanted = select(Message.staff_id, func.max(Message.created_at)).where(Message.occasion == "staff", Message.staff_id.in_(leaders))
    return {leader: at for leader, at in db.session.execute(wanted.group_by(Message.staff_id)) if leader is not None}
