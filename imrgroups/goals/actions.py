"""The only writer of goals, small steps and follow-ups."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from imrgroups import audit
from imrgroups.db import db
from imrgroups.goals.models import PROGRESS, FollowUp, Goal, Step
from imrgroups.groups.models import Group, Meeting
from imrgroups.people.models import Supporter
from imrgroups.rules import attendance as rules
from imrgroups.rules.refusal import Cannot


class CannotSetGoal(Cannot):
    """Why a change to a goal is refused: `reason` is a short word for the screens to explain."""


def set_goal(
    *, group_id: int, participant_id: int, text: str, on: date, by: int | None, now: datetime, code: str = "", follows: Goal | None = None
) -> Goal:
    """Write down a goal in the person's own words; without a code the next free one is made (M00001...).

    Raises CannotSetGoal("no_words" | "code_taken").
    """
    goal = _new(group_id, participant_id, text, on, by, code, follows)
    _record("goal.set", goal, by, now)
    db.session.commit()
    return goal


def _new(group_id: int, participant_id: int, text: str, on: date, by: int | None, code: str, follows: Goal | None) -> Goal:
    if not text:
        raise CannotSetGoal("no_words")
    if code and db.session.execute(select(Goal.id).where(Goal.code == code)).first():
        raise CannotSetGoal("code_taken")
    goal = Goal(
        code=code or _next_code(), group_id=group_id, participant_id=participant_id, set_on=on, follows_id=follows.id if follows else None,
        by_id=by,
    )
    goal.text = text
    db.session.add(goal)
    db.session.flush()
    return goal


def _next_code() -> str:
    made = select(Goal.code).where(Goal.code.regexp_match("^M[0-9]{5,}$")).order_by(func.length(Goal.code).desc(), Goal.code.desc())
    highest = db.session.execute(made.limit(1)).scalar()
    return f"M{int(highest[1:]) + 1 if highest else 1:05d}"


def change(goal: Goal, *, text: str, on: date, by: int | None, now: datetime) -> Goal:
    """Change the words of a goal: the old one stays as `changed`, a new one follows it and takes over the steps not done.

    Raises CannotSetGoal("no_words" | "same_words" | "closed").
    """
    _still_active(goal)
    if text == goal.text:
        raise CannotSetGoal("same_words")
    new = _new(goal.group_id, goal.participant_id, text, on, by, "", goal)
    goal.state, goal.closed_on = "changed", on
    for number, step in enumerate([step for step in goal.steps if step.done_on is None], 1):
        db.session.add(_copy(step, new, number))
    _record("goal.changed", new, by, now, follows=goal.code)
    db.session.commit()
    return new


def _copy(step: Step, goal: Goal, number: int) -> Step:
    made = Step(goal_id=goal.id, number=number, due_on=step.due_on, supporter_id=step.supporter_id, said_on=step.said_on)
    made.text = step.text
    return made


def close(goal: Goal, *, state: str, on: date, by: int | None, now: datetime) -> None:
    """A goal is reached, or let go ("dropped"). Raises CannotSetGoal("closed" | "state")."""
    _still_active(goal)
    if state not in ("reached", "dropped"):
        raise CannotSetGoal("state")
    goal.state, goal.closed_on = state, on
    _record("goal.closed", goal, by, now, state=state)
    db.session.commit()


def _still_active(goal: Goal) -> None:
    if goal.state != "active":
        raise CannotSetGoal("closed")


def add_step(goal: Goal, *, text: str, due_on: date | None, supporter_id: int | None, by: int | None, now: datetime) -> Step:
    """Add a small step; somebody close to the person may help with it. Raises CannotSetGoal("no_words" | "closed" | "supporter")."""
    _still_active(goal)
    if not text:
        raise CannotSetGoal("no_words")
    if supporter_id is not None:
        theirs = select(Supporter.id).where(Supporter.id == supporter_id, Supporter.participant_id == goal.participant_id)
        if not db.session.execute(theirs).first():
            raise CannotSetGoal("supporter")
    highest = db.session.execute(select(func.max(Step.number)).where(Step.goal_id == goal.id)).scalar() or 0
    step = Step(goal_id=goal.id, number=highest + 1, due_on=due_on, supporter_id=supporter_id)
    step.text = text
    db.session.add(step)
    _record("goal.step_added", goal, by, now, step=step.number)
    db.session.commit()
    return step


def finish_step(step: Step, *, on: date | None, by: int | None, now: datetime) -> None:
    """A step is done on a day; None says that it is not done after all. Raises CannotSetGoal("closed")."""
    goal = db.session.get_one(Goal, step.goal_id)
    _still_active(goal)
    step.done_on = on
    _record("goal.step_done", goal, by, now, step=step.number, done=on is not None)
    db.session.commit()


def tell_step(step: Step, *, on: date | None, by: int | None, now: datetime) -> None:
    """Keep that the person says a step is done, on a day; None takes it back. Leaders see it, and finish the step when they talk about it.

    by is None for the person themselves. Raises CannotSetGoal("closed").
    """
    goal = db.session.get_one(Goal, step.goal_id)
    _still_active(goal)
    step.said_on = on
    _record("goal.step_told", goal, by, now, step=step.number, done=on is not None)
    db.session.commit()


def follow_up(meeting: Meeting, said: Mapping[int, tuple[str, str]], *, by: int | None, now: datetime) -> int:
    """Write down what was said about goals at a meeting: (progress, words) by goal key. Returns how many stand.

    Saying it again replaces it, an empty progress takes it back. All or nothing.
    Raises CannotSetGoal("progress" | "other_group" | "cancelled" | "not_yet").
    """
    meeting = _begun(meeting, now)
    keys = list(said)
    wanted = select(FollowUp).where(FollowUp.meeting_id == meeting.id, FollowUp.goal_id.in_(keys))
    known = {row.goal_id: row for row in db.session.execute(wanted).scalars()}
    here = set(db.session.execute(select(Goal.id).where(Goal.id.in_(keys), Goal.group_id == meeting.group_id)).scalars())
    for goal_id, (progress, _text) in said.items():
        if progress and progress not in PROGRESS:
            raise CannotSetGoal("progress")
        if goal_id not in here:
            raise CannotSetGoal("other_group")
    for goal_id, (progress, text) in said.items():
        row = known.get(goal_id)
        if progress:
            row = row or FollowUp(goal_id=goal_id, meeting_id=meeting.id)
            row.progress, row.text, row.by_id = progress, text or None, by
            db.session.add(row)
        elif row is not None:
            db.session.delete(row)
    audit.record(
        "goal.followed_up", centre_id=meeting.group.centre_id, subject=f"meetings/{meeting.id}", by=by, now=now,
        detail={"goals": sorted(str(goal) for goal in said)},
    )
    db.session.commit()
    return sum(1 for progress, _text in said.values() if progress)


def _begun(meeting: Meeting, now: datetime) -> Meeting:
    """The meeting, locked so that two leaders who save at once come one after the other."""
    meeting = db.session.execute(select(Meeting).where(Meeting.id == meeting.id).with_for_update()).scalar_one()
    if reason := rules.why_closed(meeting=meeting.state, starts_at=meeting.starts_at, now=now):
        raise CannotSetGoal(reason)
    return meeting


def _record(action: str, goal: Goal, by: int | None, now: datetime, **detail: object) -> None:
    centre_id = db.session.execute(select(Group.centre_id).where(Group.id == goal.group_id)).scalar_one()
    audit.record(action, centre_id=centre_id, subject=f"goals/{goal.id}", by=by, now=now, detail={"code": goal.code, **detail})


def goals_of(person_id: int) -> list[Goal]:
    """All goals of a person with their steps, newest first; earlier versions of a changed goal are among them."""
    wanted = select(Goal).where(Goal.participant_id == person_id).order_by(Goal.set_on.desc(), Goal.code.desc())
    wanted = wanted.options(selectinload(Goal.steps))
    return list(db.session.execute(wanted).scalars())


def active_goals(group_id: int) -> list[Goal]:
    """The active goals of a group's people, oldest first."""
    wanted = select(Goal).where(Goal.group_id == group_id, Goal.state == "active").order_by(Goal.set_on, Goal.code)
    return list(db.session.execute(wanted).scalars())
