"""When a group ends or somebody leaves it: everybody hears of the end once, and no call stays about what will not be."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, or_, select

from imrgroups.audit import AuditEntry
from imrgroups.db import db
from imrgroups.enrolment.models import Enrolment
from imrgroups.groups import series
from imrgroups.groups.models import Group, Meeting
from imrgroups.outreach.actions import planning
from imrgroups.outreach.actions.changes import LATELY, News, Told, chosen, told
from imrgroups.outreach.actions.gates import ENDED
from imrgroups.outreach.actions.recipients import Sweep
from imrgroups.outreach.models import CallTask, Message
from imrgroups.rules import changes as rules

ABOUT_THE_GROUP = ("missed", "changed", "not_delivered")  # reasons to call that end with belonging to it
HEARD = rules.TOLD | {"failed", "undelivered"}  # what could not be delivered has its own call


def plan_endings(now: datetime, dry_run: bool = False, *, by: int | None = None) -> int:
    """Tell everybody of a group that ended lately, once, where meetings fell away; returns how many messages and calls are new.

    Who waits for a call anyway hears of it there. Calls that are of no use any more are taken off the lists.
    """
    if not dry_run:
        _settle(now)
    ended = _ended(now)
    fell_away = [
        meeting for meeting in planning.meetings_where(
            now, Meeting.group_id.in_(set(ended)), Meeting.starts_at > now, Meeting.state == "cancelled",
            Meeting.meets_on > Group.ended_on, over=True,
        )
    ]
    made = 0
    if fell_away:
        groups = {meeting.group_id for meeting in fell_away}
        sweep, coming, chose = Sweep.of(groups, now, "cancelled", over=True), planning.next_meetings(groups, now), chosen(groups)
        known, heard = told([meeting.id for meeting in fell_away]), _heard(ended) | _to_be_called(groups)
        for group in sorted(groups):
            for to in sweep.by_group.get(group, ()):
                theirs = [
                    News(meeting, to, known.get((meeting.id, to.id), Told()), None, sweep, now, chose, ends=True)
                    for meeting in fell_away if meeting.group_id == group and to.belongs_on(meeting.meets_on)
                ]
                first = next((news for news in theirs if news.believes.starts_at is not None), None)
                if first is not None and (group, to.id) not in heard:
                    made += first.tell(coming.get(group, []), dry_run, by)
    db.session.commit()
    return made


def _ended(now: datetime) -> dict[int, datetime]:
    """When groups were ended lately that had meetings still to come, by key."""
    fell_away = (Meeting.state == "cancelled", Meeting.starts_at > now, Meeting.meets_on > Group.ended_on)
    groups = set(db.session.execute(select(Group.id).join(Meeting, Meeting.group_id == Group.id).where(*fell_away)).scalars())
    wanted = select(AuditEntry.subject, AuditEntry.at).where(
        AuditEntry.subject.in_([f"groups/{group}" for group in groups]), AuditEntry.action == "group.ended", AuditEntry.at > now - LATELY
    )
    return {int(subject.partition("/")[2]): at for subject, at in db.session.execute(wanted.order_by(AuditEntry.id))}


def _heard(ended: dict[int, datetime]) -> set[tuple[int | None, int | None]]:
    """(group, person) of those who heard of the end: by message, or from somebody of staff who has called, or need not, since then."""
    messages = select(Message.group_id, Message.participant_id, Message.created_at).where(
        Message.group_id.in_(ended), Message.occasion == "cancelled", Message.step.in_(ENDED), Message.state.in_(HEARD)
    )
    calls = select(CallTask.group_id, CallTask.participant_id, CallTask.done_at).where(
        CallTask.group_id.in_(ended), CallTask.done_by_id.is_not(None), CallTask.outcome != "no_answer"
    )
    rows = [*db.session.execute(messages), *db.session.execute(calls)]
    return {(group, person) for group, person, at in rows if at is not None and at >= ended[group]}


def _to_be_called(groups: Collection[int]) -> set[tuple[int | None, int | None]]:
    """(group, person) of those whom a leader calls about a missed meeting or about one of those that fell away."""
    wanted = (
        select(CallTask.group_id, CallTask.participant_id).join(Meeting, Meeting.id == CallTask.meeting_id)
        .where(CallTask.group_id.in_(groups), CallTask.done_at.is_(None), or_(
            CallTask.reason == "missed", and_(CallTask.reason == "changed", Meeting.state == "cancelled")
        ))
    )
    return {(group, person) for group, person in db.session.execute(wanted)}


def _settle(now: datetime) -> None:
    """Take off the calls about a group to people who are not in it any more, and of a group that is over all but one a person."""
    belongs = exists().where(
        Enrolment.group_id == CallTask.group_id, Enrolment.participant_id == CallTask.participant_id,
        or_(Enrolment.left_on.is_(None), Enrolment.left_on >= now.date()),
    )
    waiting = (CallTask.done_at.is_(None), CallTask.reason.in_(ABOUT_THE_GROUP), CallTask.group_id.is_not(None))
    for task in db.session.execute(select(CallTask).where(*waiting, ~belongs)).scalars():
        _drop(task, now)
    db.session.flush()
    over = select(CallTask).join(Group, Group.id == CallTask.group_id).where(*waiting, ~series.goes_on(now))
    kept: set[tuple[Any, int]] = set()
    rows = db.session.execute(over.order_by(CallTask.due_on.desc(), CallTask.id)).scalars()
    for task in sorted(rows, key=lambda task: ABOUT_THE_GROUP.index(task.reason)):
        pair = (task.group_id, task.participant_id)
        if pair in kept:
            _drop(task, now)
        kept.add(pair)


def _drop(task: CallTask, now: datetime) -> None:
    task.outcome, task.done_at = "not_needed", now
