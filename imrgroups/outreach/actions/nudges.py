"""A nudge between two meetings about what somebody agreed to try, to whoever said they would like one."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, select

from imrgroups.db import db
from imrgroups.groups.models import Meeting
from imrgroups.homework.models import Assignment, Review
from imrgroups.outreach.actions import planning
from imrgroups.outreach.actions.gates import nudge_key, quiet_hours
from imrgroups.outreach.actions.outbox import Draft
from imrgroups.outreach.actions.recipients import Recipient, Sweep
from imrgroups.outreach.models import Habit
from imrgroups.rules import nudges as rules
from imrgroups.rules.calendar import instant
from imrgroups.rules.texting import next_allowed

BACK = timedelta(weeks=5)  # after a longer break the next meeting is a new beginning


def plan_nudges(now: datetime, dry_run: bool = False, *, by: int | None = None) -> int:
    """Plan a nudge for homework of the latest meeting that nobody has told us about yet, once each; returns how many.

    It goes to whoever said yes to nudges, in the middle between two meetings, and never after the next one has begun.
    """
    wanting = _wanting(now)
    groups = {group for group, _meeting, _person in wanting}
    latest, coming, sweep = _latest(groups, now), planning.next_meetings(groups, now), Sweep.of(groups, now, "nudge")
    drafts = [
        draft for group in sorted(groups & set(latest) & set(coming)) for to in sweep.by_group.get(group, ())
        if (group, latest[group].id, to.id) in wanting and to.reachable and to.channel != "letter"
        and (draft := _draft(latest[group], coming[group][0], to, sweep, now)) is not None
    ]
    return planning.put(drafts, now, dry_run, by)


def _wanting(now: datetime) -> set[tuple[int, int, int]]:
    """(group, meeting, person) of homework agreed lately that nobody has told us about, of people who said yes to nudges."""
    wanted = (
        select(Meeting.group_id, Meeting.id, Assignment.participant_id).join(Assignment, Assignment.meeting_id == Meeting.id)
        .join(Habit, and_(Habit.participant_id == Assignment.participant_id, Habit.nudges))
        .outerjoin(Review, Review.assignment_id == Assignment.id)
        .where(Meeting.starts_at > now - BACK, Meeting.starts_at < now, Assignment.said.is_(None), Review.id.is_(None))
    )
    return {(group, meeting, person) for group, meeting, person in db.session.execute(wanted)}


def _latest(groups: set[int], now: datetime) -> dict[int, Any]:
    """The newest meeting of each group that has begun."""
    wanted = select(Meeting.group_id, Meeting.id, Meeting.meets_on).where(
        Meeting.group_id.in_(groups), Meeting.starts_at > now - BACK, Meeting.starts_at < now, Meeting.state != "cancelled"
    )
    return {row.group_id: row for row in db.session.execute(wanted.order_by(Meeting.starts_at))}


def _draft(met: Any, following: Any, to: Recipient, sweep: Sweep, now: datetime) -> Draft | None:
    on = rules.nudge_on(met.meets_on, following.meets_on)
    if on is None:
        return None
    due = max(instant(on, rules.AT, to.zone), now)
    due = next_allowed(due, to.zone, quiet_hours(to.country, on.year))
    if due > now + planning.AHEAD or not rules.in_time(due.astimezone(ZoneInfo(to.zone)).date(), following.meets_on):
        return None
    return sweep.draft(
        to, key=nudge_key(met.id, to.id), occasion="nudge", step="plain", facts=sweep.facts(to), due_at=due,
        expires_at=following.starts_at, meeting_id=met.id,
    )
