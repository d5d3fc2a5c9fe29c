"""Goals as they are read: those of a person with their history, the round at a meeting, and who may help. One statement a list."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import and_, func, or_, select

from imrgroups.attendance import figures
from imrgroups.attendance.figures import Line
from imrgroups.db import db
from imrgroups.goals.models import FollowUp, Goal, Step
from imrgroups.groups.models import Group, Meeting
from imrgroups.people.models import Supporter
from imrgroups.staff.models import Staff


@dataclass(slots=True)
class StepLine:
    """A small step, with the name of who helps."""

    id: int
    goal_id: int
    number: int
    text: str
    due_on: date | None
    done_on: date | None
    supporter: str
    said_on: date | None = None


@dataclass(slots=True)
class Said:
    """What was said about a goal at one meeting."""

    meeting_id: int
    on: date
    progress: str
    text: str


@dataclass(slots=True)
class GoalLine:
    """A goal with its steps (oldest first), what was said of it (newest first), and the goals whose words it changed (newest first)."""

    id: int
    group_id: int
    group: str
    participant_id: int
    text: str
    state: str
    set_on: date
    closed_on: date | None
    follows_id: int | None
    steps: list[StepLine] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    earlier: list["GoalLine"] = field(default_factory=list)

    @property
    def next_step(self) -> StepLine | None:
        """The step to take next: the one due first, else the first one written down; None when all are done."""
        left = [step for step in self.steps if step.done_on is None]
        return min(left, key=lambda step: (step.due_on or date.max, step.number), default=None)


@dataclass(slots=True)
class Entry:
    """One goal in the round of a meeting: what was said there, by whom, and what was said the time before."""

    goal: GoalLine
    progress: str = ""
    words: str = ""
    by_id: int | None = None
    by: str = ""
    before: Said | None = None

    @property
    def mark(self) -> str:
        """The fingerprint of what a page shows of it."""
        return fingerprint(self.progress, self.words)


@dataclass(slots=True)
class Round:
    """One person in the goal round, with the goals to talk about."""

    person: Line
    entries: list[Entry] = field(default_factory=list)


def fingerprint(*words: str) -> str:
    """A short mark of what a page showed, by which a save tells what the page changed from what it only showed."""
    return hashlib.sha256("\x1f".join(words).encode()).hexdigest()[:16]


def _goals(*conditions: object) -> list[GoalLine]:
    wanted = (
        select(
            Goal.id, Goal.group_id, Group.name, Goal.participant_id, Goal.text_sealed, Goal.state, Goal.set_on, Goal.closed_on,
            Goal.follows_id,
        )
        .join(Group, Group.id == Goal.group_id).where(*conditions).order_by(Goal.set_on.desc(), Goal.code.desc())  # type: ignore[arg-type]
    )
    return [GoalLine(row.id, *row[1:4], Goal.text.open(Goal, row.id, row.text_sealed), *row[5:]) for row in db.session.execute(wanted)]


def _add_steps(goals: Iterable[GoalLine], *, done: bool = True) -> None:
    by_id = {goal.id: goal for goal in goals}
    wanted = (
        select(
            Step.id, Step.goal_id, Step.number, Step.text_sealed, Step.due_on, Step.done_on, Step.said_on, Supporter.id.label("helper"),
            Supporter.name_sealed,
        )
        .outerjoin(Supporter, Supporter.id == Step.supporter_id).where(Step.goal_id.in_(by_id)).order_by(Step.number)
    )
    if not done:
        wanted = wanted.where(Step.done_on.is_(None))
    for row in db.session.execute(wanted):
        helper = Supporter.name.open(Supporter, row.helper, row.name_sealed) if row.helper else ""
        by_id[row.goal_id].steps.append(
            StepLine(
                row.id, row.goal_id, row.number, Step.text.open(Step, row.id, row.text_sealed), row.due_on, row.done_on, helper, row.said_on
            )
        )


def of_person(participant_id: int) -> list[GoalLine]:
    """The goals of a person, newest first, each with the earlier words it grew out of. Three statements."""
    goals = _goals(Goal.participant_id == participant_id)
    _add_steps(goals)
    by_id = {goal.id: goal for goal in goals}
    wanted = (
        select(FollowUp.id, FollowUp.goal_id, FollowUp.meeting_id, FollowUp.progress, FollowUp.text_sealed, Meeting.meets_on)
        .join(Meeting, Meeting.id == FollowUp.meeting_id).where(FollowUp.goal_id.in_(by_id)).order_by(Meeting.meets_on.desc())
    )
    for row in db.session.execute(wanted):
        by_id[row.goal_id].said.append(
            Said(row.meeting_id, row.meets_on, row.progress, FollowUp.text.open(FollowUp, row.id, row.text_sealed))
        )
    followed = {goal.follows_id for goal in goals}
    for goal in goals:
        before = by_id.get(goal.follows_id or 0)
        while before is not None and before not in goal.earlier:
            goal.earlier.append(before)
            before = by_id.get(before.follows_id or 0)
    return [goal for goal in goals if goal.id not in followed]


def goal_round(meeting: Meeting) -> list[Round]:
    """The goal round of a meeting: everybody of its register with the goals they had that day. Four statements, however many people.

    Shown are goals that are active, those closed later than that day, and whatever was followed up there.
    """
    people = {line.id: Round(line) for line in figures.register(meeting)}
    here = select(FollowUp.goal_id).where(FollowUp.meeting_id == meeting.id)
    was_active = and_(Goal.set_on <= meeting.meets_on, or_(Goal.state == "active", Goal.closed_on > meeting.meets_on))
    goals = [
        goal for goal in _goals(Goal.group_id == meeting.group_id, or_(was_active, Goal.id.in_(here))) if goal.participant_id in people
    ]
    _add_steps(goals, done=False)
    entries = {goal.id: Entry(goal) for goal in goals}
    _add_said(meeting, entries)
    for goal in reversed(goals):
        people[goal.participant_id].entries.append(entries[goal.id])
    return list(people.values())


def _add_said(meeting: Meeting, entries: dict[int, Entry]) -> None:
    """What was said of these goals at the meeting, and the latest of what was said before."""
    place = func.row_number().over(partition_by=FollowUp.goal_id, order_by=(Meeting.meets_on.desc(), Meeting.number.desc()))
    latest = (
        select(FollowUp.id, FollowUp.meeting_id, Meeting.meets_on, place.label("place"))
        .join(Meeting, Meeting.id == FollowUp.meeting_id)
        .where(
            FollowUp.goal_id.in_(entries), Meeting.meets_on <= meeting.meets_on,
            or_(FollowUp.meeting_id == meeting.id, Meeting.meets_on < meeting.meets_on),
        )
        .subquery()
    )
    wanted = (
        select(
            FollowUp.id, FollowUp.goal_id, FollowUp.meeting_id, FollowUp.progress, FollowUp.text_sealed, FollowUp.by_id, Staff.name,
            latest.c.meets_on,
        )
        .join(latest, latest.c.id == FollowUp.id).outerjoin(Staff, Staff.id == FollowUp.by_id).where(latest.c.place <= 2)
        .order_by(latest.c.place)
    )
    for row in db.session.execute(wanted):
        entry, text = entries[row.goal_id], FollowUp.text.open(FollowUp, row.id, row.text_sealed)
        if row.meeting_id == meeting.id:
            entry.progress, entry.words, entry.by_id, entry.by = row.progress, text, row.by_id, row.name or ""
        elif entry.before is None:
            entry.before = Said(row.meeting_id, row.meets_on, row.progress, text)


def supporters(person_ids: Collection[int], also: Collection[int] = ()) -> dict[int, list[tuple[int, str]]]:
    """(key, name and relation) of the people close to each of these persons who can be asked to help.

    also: keys of those to offer although they no longer are supporters, because something names them already.
    """
    wanted = select(Supporter.id, Supporter.participant_id, Supporter.name_sealed, Supporter.relation).where(
        Supporter.participant_id.in_(list(person_ids)), or_(Supporter.ended_on.is_(None), Supporter.id.in_(list(also)))
    )
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for row in db.session.execute(wanted.order_by(Supporter.code)):
        name = Supporter.name.open(Supporter, row.id, row.name_sealed)
        found[row.participant_id].append((row.id, f"{name} ({row.relation})" if row.relation else name))
    return found
