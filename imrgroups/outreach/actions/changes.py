"""News of meetings to come that were moved, cancelled or restored: a message where it comes in time, a call where it does not."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from imrgroups.audit import AuditEntry
from imrgroups.db import db
from imrgroups.groups.models import Meeting
from imrgroups.outreach.actions import planning
from imrgroups.outreach.actions.gates import ENDS, moved_key, quiet_hours
from imrgroups.outreach.actions.ladder import REACHED
from imrgroups.outreach.actions.outbox import Draft, plan, put_call
from imrgroups.outreach.actions.recipients import Recipient, Sweep
from imrgroups.outreach.models import CallTask, Message, OfferedSlot
from imrgroups.rules import changes as rules
from imrgroups.rules.calendar import instant
from imrgroups.rules.changes import Plan, Way
from imrgroups.rules.texting import next_allowed

LATELY = timedelta(days=3)
CHANGES = ("meeting.moved", "meeting.cancelled", "meeting.restored")


@dataclass(slots=True)
class Told:
    """What one person was told of one meeting: by key the message as (state, due), and what they believe since the last of it."""

    messages: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    believes: Plan | None = None


def plan_changes(now: datetime, dry_run: bool = False, *, by: int | None = None) -> int:
    """Tell everybody in a group what changed lately about its meetings to come; returns how many messages and calls are new.

    A message where it comes in time; else, and where no message reaches somebody, a call for a named leader.
    """
    if not dry_run:
        _close_calls(now)
    changed = planning.meetings_where(now, Meeting.starts_at > now, Meeting.version > 1, Meeting.state.in_(("planned", "cancelled")))
    history = _history(changed, now)
    changed = [meeting for meeting in changed if meeting.id in history]
    made = 0
    if changed:
        groups = {meeting.group_id for meeting in changed}
        sweeps = {occasion: Sweep.of(groups, now, occasion) for occasion in ("moved", "cancelled")}
        known, coming, chose = told([meeting.id for meeting in changed]), planning.next_meetings(groups, now), chosen(groups)
        for meeting in changed:
            sweep = sweeps["cancelled" if meeting.state == "cancelled" else "moved"]
            for to in sweep.by_group.get(meeting.group_id, ()):
                if to.belongs_on(meeting.meets_on):
                    one = News(meeting, to, known.get((meeting.id, to.id), Told()), history[meeting.id], sweep, now, chose)
                    made += one.tell(coming.get(meeting.group_id, []), dry_run, by)
    db.session.commit()
    return made


@dataclass(slots=True)
class News:
    """One meeting and one person who should hear of it. was: the local day and time before the first change, if it moved.

    chose: (person, day) of the times people chose for catching up, which lie just before meetings.
    ends: the group has ended, and with this meeting all later ones fell away.
    """

    meeting: Any
    to: Recipient
    told: Told
    was: datetime | None
    sweep: Sweep
    now: datetime
    chose: set[tuple[int, date]]
    ends: bool = False

    @property
    def believes(self) -> Plan:
        """When the person thinks that the meeting is."""
        before = instant(self.was.date(), self.was.time(), self.to.zone) if self.was else self.meeting.starts_at
        return self.told.believes or Plan(before)

    def tell(self, coming: Sequence[Any], dry_run: bool, by: int | None) -> int:
        truth = Plan(None if self.meeting.state == "cancelled" else self.meeting.starts_at)
        believes = self.believes
        key = self._key(truth)
        state, planned = self.told.messages.get(key, ("", None))
        due = next_allowed(self.now, self.to.zone, quiet_hours(self.to.country, self.now.year))
        way = rules.way(
            believes=believes, truth=truth, channel=self.to.channel if self.to.reachable else "", due_at=due, now=self.now,
            planned=planned, state=state,
        )
        knew = believes.starts_at or self.meeting.starts_at
        if way is not Way.NOTHING and (self.to.id, knew.astimezone(ZoneInfo(self.to.zone)).date()) in self.chose:
            way = Way.CALL  # the time they chose falls with the meeting: another one is agreed by talking
        if way is Way.MESSAGE:
            return 1 if dry_run else plan(self._draft(key, believes, due, coming), by, self.now)
        return self._call(key, dry_run, by) if way is Way.CALL else 0

    def _key(self, truth: Plan) -> str:
        """The key of this news; it is told anew where something else was told in between."""
        base = moved_key(self.meeting.id, self.to.id, truth.starts_at) if truth.starts_at else self._off()
        told = [key for key, (state, _due) in self.told.messages.items() if state in rules.TOLD]
        if base in told and told[-1] != base and self.told.believes != truth:
            head, _slash, last = base.rpartition("/")
            return f"{head}/again-{len(told)}/{last}"
        return base

    def _off(self) -> str:
        return f"cancelled/{ENDS if self.ends else ''}{self.meeting.id}/{self.to.id}"

    def _draft(self, key: str, believes: Plan, due: datetime, coming: Sequence[Any]) -> Draft:
        meeting, to = self.meeting, self.to
        if self.ends:
            last = [one for one in coming if to.belongs_on(one.meets_on)][-1:]
            occasion, step = "cancelled", "last" if last else "ended"
            facts = self.sweep.facts(to, on=last[0].meets_on if last else None, at=last[0].local_time if last else None)
        elif meeting.state == "cancelled":
            occasion, step = "cancelled", "plain"
            after = [one for one in coming if one.starts_at > meeting.starts_at and to.belongs_on(one.meets_on)][:1]
            facts = self.sweep.facts(
                to, on=meeting.meets_on, at=meeting.local_time, new_on=after[0].meets_on if after else None,
                new_at=after[0].local_time if after else None,
            )
        elif believes.starts_at is None:
            occasion, step = "moved", "after_all"
            facts = self.sweep.facts(to, on=meeting.meets_on, at=meeting.local_time)
        else:
            occasion, step = "moved", "plain"
            old = believes.starts_at.astimezone(ZoneInfo(to.zone))
            facts = self.sweep.facts(to, on=old.date(), at=old.time(), new_on=meeting.meets_on, new_at=meeting.local_time)
        return self.sweep.draft(
            to, key=key, occasion=occasion, step=step, facts=facts, due_at=due, expires_at=meeting.starts_at, meeting_id=meeting.id,
        )

    def _call(self, key: str, dry_run: bool, by: int | None) -> int:
        to, today = self.to, self.now.astimezone(ZoneInfo(self.to.zone)).date()
        before = db.session.execute(select(CallTask).where(CallTask.key == f"news/{key}")).scalar()
        dropped = before is not None and before.outcome == "not_needed" and before.done_by_id is None
        if dry_run or (before is not None and not dropped):
            return int(before is None or dropped)
        if before is not None:  # we took it off the list when something else held for a while
            before.outcome, before.done_at, before.due_on = None, None, today
            return 1
        task = CallTask(
            key=f"news/{key}", participant_id=to.id, group_id=to.group_id, meeting_id=self.meeting.id, staff_id=to.leader_id,
            reason="changed", due_on=today, created_at=self.now,
        )
        return int(put_call(task, to.centre_id, by, self.now))


def _history(meetings: Sequence[Any], now: datetime) -> dict[int, datetime | None]:
    """Of those changed in the last days: the local day and time before that, None where it was never moved. By key of the meeting."""
    by_number = {(f"groups/{meeting.group_id}", meeting.number): meeting.id for meeting in meetings}
    wanted = select(AuditEntry.subject, AuditEntry.detail).where(
        AuditEntry.subject.in_({subject for subject, _number in by_number}), AuditEntry.action.in_(CHANGES), AuditEntry.at > now - LATELY
    )
    found: dict[int, datetime | None] = {}
    for subject, text in db.session.execute(wanted.order_by(AuditEntry.id)):
        detail = json.loads(text)
        if (key := by_number.get((subject, detail.get("meeting")))) is not None:
            was = datetime.fromisoformat(detail["was"]) if "was" in detail else None
            found[key] = found.get(key) or was
    return found


def told(meetings: Sequence[int]) -> dict[tuple[int, int], Told]:
    """What people were told of these meetings, by text, call of ours, letter, or a leader on the phone. Two statements."""
    found: dict[tuple[int, int], Told] = defaultdict(Told)
    messages = select(
        Message.meeting_id, Message.participant_id, Message.key, Message.state, Message.due_at, Message.created_at
    ).where(Message.meeting_id.in_(meetings), Message.occasion.in_(("moved", "cancelled")))
    calls = select(CallTask.meeting_id, CallTask.participant_id, CallTask.key, CallTask.done_at).where(
        CallTask.meeting_id.in_(meetings), CallTask.reason == "changed", CallTask.outcome.in_(REACHED)
    )
    heard = []
    for meeting, person, key, state, due, at in db.session.execute(messages.order_by(Message.created_at, Message.id)):
        found[meeting, person].messages[key] = (state, due)
        if state in rules.TOLD:
            heard.append((at, meeting, person, key))
    for meeting, person, key, at in db.session.execute(calls):
        heard.append((at, meeting, person, key.removeprefix("news/").partition("#")[0]))
    for _at, meeting, person, key in sorted(heard):
        found[meeting, person].believes = _meant(key)
    return found


def chosen(groups: set[int]) -> set[tuple[int, date]]:
    """(person, day) of the times that people of these groups chose for catching up."""
    wanted = select(OfferedSlot.participant_id, OfferedSlot.on).join(Meeting, Meeting.id == OfferedSlot.meeting_id)
    wanted = wanted.where(Meeting.group_id.in_(groups), OfferedSlot.picked_at.is_not(None))
    return {(person, on) for person, on in db.session.execute(wanted)}


def _meant(key: str) -> Plan:
    """What a key of news says of the meeting."""
    return Plan(None if key.startswith("cancelled/") else datetime.fromtimestamp(int(key.rpartition("/")[2]), UTC))


def _close_calls(now: datetime) -> None:
    """Take calls off the lists whose news is old: the meeting has begun, or something else holds by now."""
    wanted = select(CallTask, Meeting.state, Meeting.starts_at).join(Meeting, Meeting.id == CallTask.meeting_id)
    for task, state, starts_at in db.session.execute(wanted.where(CallTask.done_at.is_(None), CallTask.reason == "changed")):
        truth = Plan(None if state == "cancelled" else starts_at)
        if starts_at <= now or _meant(task.key.removeprefix("news/").partition("#")[0]) != truth:
            task.outcome, task.done_at = "not_needed", now
