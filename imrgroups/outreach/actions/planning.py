"""Planning messages by what happened: reminders, and the message of the day after a missed meeting.

Sweeps: each reads what is there now and plans what has no message yet, so it may run late, twice, or in two processes.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import and_, select

from imrgroups.attendance.models import Apology, MakeUp, Mark
from imrgroups.db import db
from imrgroups.groups import series
from imrgroups.groups.models import Group, Meeting
from imrgroups.outreach.actions.gates import quiet_hours, reminder_key
from imrgroups.outreach.actions.outbox import Draft, queue
from imrgroups.outreach.actions.recipients import Recipient, Sweep, known
from imrgroups.outreach.models import Habit
from imrgroups.rules import attendance as rules
from imrgroups.rules import ladder
from imrgroups.rules.calendar import instant
from imrgroups.rules.texting import last_allowed, next_allowed

REMIND_DAYS_BEFORE, REMIND_AT = 1, time(10)
FURTHEST = timedelta(days=9)  # a reminder is never planned earlier than this before its meeting
AHEAD = timedelta(hours=1)  # planned so long before it is due: what changes later is still seen
LATELY = timedelta(days=3)
LETTER_DAYS_BEFORE = 4  # a letter is printed, and then takes its way
ROW = timedelta(days=70)  # how far back a row of missed meetings is looked for


def plan_reminders(now: datetime, dry_run: bool = False, *, by: int | None = None) -> int:
    """Plan the reminders due within the hour; returns how many. The day before at ten unless the centre or the person say otherwise."""
    meetings = meetings_where(now, Meeting.state == "planned", Meeting.starts_at > now, Meeting.starts_at < now + FURTHEST)
    sweep = Sweep.of({meeting.group_id for meeting in meetings}, now, "reminder")
    habits = _habits()
    told = pairs(Apology, [meeting.id for meeting in meetings])
    rows = rows_of_misses([meeting.group_id for meeting in meetings], now)
    drafts = []
    for meeting, to in _each(meetings, sweep):
        habit = _habit(habits, to)
        due = _remind_at(meeting, to, habit)
        too_late = to.channel == "letter" and due < now - timedelta(days=1)
        if not habit.reminders or due > now + AHEAD or too_late or not to.belongs_on(meeting.meets_on) or (meeting.id, to.id) in told:
            continue
        new = (meeting.meets_on - to.joined_on).days < 7
        step = "first" if new else "back" if rows.get((meeting.group_id, to.id), (0, 0))[0] >= ladder.TEAM_TALK_AT else "plain"
        drafts.append(sweep.draft(
            to, key=reminder_key(meeting.id, to.id, meeting.starts_at), occasion="reminder", step=step,
            facts=sweep.facts(to, on=meeting.meets_on, at=meeting.local_time), due_at=due, expires_at=meeting.starts_at,
            meeting_id=meeting.id,
        ))
    return put(drafts, now, dry_run, by)


@dataclass(frozen=True, slots=True)
class _Wish:
    days_before: int = REMIND_DAYS_BEFORE
    at: time = REMIND_AT
    reminders: bool = True


def _habits() -> dict[tuple[int, int | None], Habit]:
    return {(row.centre_id, row.participant_id): row for row in db.session.execute(select(Habit)).scalars()}


def _habit(habits: dict[tuple[int, int | None], Habit], to: Recipient) -> _Wish:
    """What the person wants, else what the centre does, else what everybody gets."""
    values: dict[str, Any] = {}
    for row in (habits.get((to.centre_id, None)), habits.get((to.centre_id, to.id))):
        for name in _Wish.__slots__:
            if row is not None and getattr(row, name) is not None:
                values[name] = getattr(row, name)
    return _Wish(**values)


def _remind_at(meeting: Any, to: Recipient, habit: _Wish) -> datetime:
    days = max(habit.days_before, LETTER_DAYS_BEFORE) if to.channel == "letter" else habit.days_before
    on = meeting.meets_on - timedelta(days=days)
    wanted = min(instant(on, habit.at, to.zone), meeting.starts_at - timedelta(minutes=30))
    return last_allowed(wanted, to.zone, quiet_hours(to.country, on.year))


def plan_missed(now: datetime, dry_run: bool = False, *, by: int | None = None) -> int:
    """Plan the message of the day to whoever missed a meeting whose register is saved; returns how many."""
    met = held_since(now - timedelta(days=4), now)
    missed = {
        (meeting, person): state for meeting, person, state in db.session.execute(
            select(Mark.meeting_id, Mark.participant_id, Mark.state)
            .where(Mark.meeting_id.in_([meeting.id for meeting in met]), Mark.state.in_(("absent", "excused")))
        )
    }
    meetings = [meeting for meeting in met if any(pair[0] == meeting.id for pair in missed)]
    sweep = Sweep.of({meeting.group_id for meeting in meetings}, now, "missed")
    keys = [meeting.id for meeting in meetings]
    told, made_up, rows = pairs(Apology, keys), pairs(MakeUp, keys), rows_of_misses([meeting.group_id for meeting in meetings], now)
    coming = next_meetings({meeting.group_id for meeting in meetings}, now)
    drafts = []
    for meeting, to in _each(meetings, sweep):
        if (meeting.id, to.id) not in missed or (meeting.id, to.id) in made_up:
            continue
        ends_at = meeting.starts_at + timedelta(minutes=meeting.minutes)
        due, until = ladder.message_window(ends_at, now)
        due = next_allowed(due, to.zone, quiet_hours(to.country, due.year))
        said = (meeting.id, to.id) in told or missed[meeting.id, to.id] == "excused"
        row = rows.get((meeting.group_id, to.id), (0, 0))[said]
        following = [one for one in coming.get(meeting.group_id, []) if to.belongs_on(one.meets_on)][:1]
        if due >= until or row < 1 or (to.left_on is not None and not following):
            continue
        facts = sweep.facts(to, on=following[0].meets_on if following else None, at=following[0].local_time if following else None)
        drafts.append(sweep.draft(
            to, key=f"missed/{meeting.id}/{to.id}", occasion="missed", step=ladder.step(row, told_us=said), facts=facts, due_at=due,
            expires_at=until, meeting_id=meeting.id,
        ))
    return put(drafts, now, dry_run, by)


def rows_of_misses(groups: Iterable[int], now: datetime) -> dict[tuple[int, int], tuple[int, int]]:
    """How many of the latest held meetings in a row each person missed without a word, by (group, person).

    Beside it the same for somebody who told us of the latest one: the row before it, and that one.
    """
    wanted = (
        select(Meeting.group_id, Mark.participant_id, Mark.state, Apology.id, MakeUp.kind)
        .join(Mark, Mark.meeting_id == Meeting.id)
        .outerjoin(Apology, and_(Apology.meeting_id == Meeting.id, Apology.participant_id == Mark.participant_id))
        .outerjoin(MakeUp, and_(MakeUp.meeting_id == Meeting.id, MakeUp.participant_id == Mark.participant_id))
        .where(Meeting.group_id.in_(set(groups)), Meeting.state == "held", Meeting.starts_at > now - ROW, Meeting.starts_at < now)
        .order_by(Meeting.starts_at)
    )
    marks: dict[tuple[int, int], list[rules.Mark]] = defaultdict(list)
    for group, person, state, apology, kind in db.session.execute(wanted):
        make_up = rules.MakeUpKind(kind) if kind else None
        marks[group, person].append(rules.Mark(now.date(), rules.MarkState(state), apology=apology is not None, make_up=make_up))
    return {pair: (rules.missed_in_a_row(found), rules.missed_in_a_row(found[:-1]) + 1) for pair, found in marks.items()}


def meetings_where(now: datetime, *conditions: Any, over: bool = False) -> list[Any]:
    """Meetings of groups that go on as columns, soonest first; over: also of those that have ended."""
    columns = (
        Meeting.id, Meeting.group_id, Meeting.meets_on, Meeting.local_time, Meeting.starts_at, Meeting.state, Meeting.moved_from_on,
        Meeting.number, Group.minutes,
    )
    wanted = select(*columns).join(Group, Group.id == Meeting.group_id).where(*conditions)
    wanted = wanted if over else wanted.where(series.goes_on(now))
    return list(db.session.execute(wanted.order_by(Meeting.starts_at, Meeting.id)))


def next_meetings(groups: Iterable[int], now: datetime) -> dict[int, list[Any]]:
    """The meetings still planned of each group in the next five weeks, soonest first."""
    found: dict[int, list[Any]] = defaultdict(list)
    for meeting in meetings_where(
        now, Meeting.group_id.in_(set(groups)), Meeting.state == "planned", Meeting.starts_at > now,
        Meeting.starts_at < now + timedelta(weeks=5),
    ):
        found[meeting.group_id].append(meeting)
    return found


def _each(meetings: Sequence[Any], sweep: Sweep) -> Iterable[tuple[Any, Recipient]]:
    return ((meeting, to) for meeting in meetings for to in sweep.by_group.get(meeting.group_id, ()) if to.reachable)


def held_since(first: datetime, now: datetime, over: bool = False) -> list[Any]:
    """The meetings held since an instant of groups that go on, as columns, soonest first; over: also of those that have ended."""
    return meetings_where(now, Meeting.state == "held", Meeting.starts_at > first, Meeting.starts_at < now, over=over)


def held_by_key(keys: Iterable[int | None], now: datetime) -> list[Any]:
    """Those of these meetings that were held, as columns."""
    return meetings_where(now, Meeting.id.in_(set(keys)), Meeting.state == "held", over=True)


def pairs(model: Any, meetings: Sequence[int]) -> set[tuple[int, int]]:
    """(meeting, person) of every row of a table about these meetings."""
    wanted = select(model.meeting_id, model.participant_id).where(model.meeting_id.in_(meetings))
    return {(meeting, person) for meeting, person in db.session.execute(wanted)}


def put(drafts: Sequence[Draft], now: datetime, dry_run: bool, by: int | None) -> int:
    """Plan those that are not planned yet; returns how many, on a dry run how many it would be."""
    there = known(draft.key for draft in drafts)
    new = [draft for draft in drafts if draft.key not in there]
    return len(new) if dry_run else queue(new, by=by, now=now) if new else 0
