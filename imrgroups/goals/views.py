"""A person's goals, one goal, and the goal round of a meeting."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from imrgroups import auth, config
from imrgroups.auth import Scope, policy
from imrgroups.db import db
from imrgroups.enrolment import roster
from imrgroups.goals import actions, reads
from imrgroups.goals.actions import CannotSetGoal
from imrgroups.goals.forms import PROGRESS_WORDS, STATE_WORDS, GoalForm, NewGoalForm, StepForm, clashes, refusals, said
from imrgroups.goals.models import Goal, Step
from imrgroups.groups.models import Group, Meeting
from imrgroups.i18n import gettext
from imrgroups.people.models import Participant
from imrgroups.rules import attendance as rules

bp = Blueprint("goals", __name__)
Answer = str | Response | tuple[str, int]


def _today(group_id: int) -> date:
    return config.now().astimezone(ZoneInfo(db.session.get_one(Group, group_id).timezone)).date()


def _done(message: str, endpoint: str, **values: Any) -> Response:
    flash(message, "done")
    return redirect(url_for(endpoint, **values), 303)


def _person(participant_id: int) -> Participant:
    """The person this page is about; the access log is told."""
    auth.looked_at(participant_id)
    return db.session.get_one(Participant, participant_id)


def _groups(person: Participant) -> list[tuple[int, str]]:
    """The groups in which a goal may be set now by whoever is signed in: those the person has not left, newest first."""
    return [
        (group.id, group.name) for group, enrolment in roster.groups_of(person.id)
        if enrolment.left_on is None and auth.may("clinical.write", Scope(person.centre_id, frozenset({group.id})))
    ]


@bp.get("/people/<int:participant_id>/goals")
@policy("clinical.see", of="participant")
def person(participant_id: int) -> Answer:
    """A person's goals: those they work on with their small steps, and those that are behind them."""
    row, asked = _person(participant_id), request.args.get("on", type=date.fromisoformat)
    return _goals_page(row, NewGoalForm(formdata=None, set_on=asked))


@bp.post("/people/<int:participant_id>/goals")
@policy("clinical.write", of="participant")
def set_goal(participant_id: int) -> Answer:
    """Write down a new goal."""
    row, form = _person(participant_id), NewGoalForm()
    form.choose_group(_groups(row))
    if form.validate() and form.said_by(_today(form.group_id.data)):
        told = {"text": form.text.data, "on": form.set_on.data, "by": auth.staff_id(), "now": config.now()}
        actions.set_goal(group_id=form.group_id.data, participant_id=participant_id, **told)
        return _done(gettext("The goal is written down. Agree on a first small step."), "goals.person", participant_id=participant_id)
    return _goals_page(row, form)


def _goals_page(row: Participant, form: NewGoalForm) -> Answer:
    goals, groups = reads.of_person(row.id), _groups(row)
    form.choose_group(groups)
    if groups and form.set_on.raw_data is None:  # nothing typed yet: the day asked for, or today
        form.set_on.data = min(form.set_on.data or date.max, _today(groups[0][0]))
    return render_template(
        "goals/person.html", person=row, form=form, groups=groups, helpers=reads.supporters([row.id])[row.id],
        active=[goal for goal in goals if goal.state == "active"], closed=[goal for goal in goals if goal.state != "active"],
        states=STATE_WORDS, progress=PROGRESS_WORDS,
    ), 422 if form.errors else 200


@bp.get("/people/<int:participant_id>/goals/<int:goal_id>")
@policy("clinical.see", of="participant")
def goal(participant_id: int, goal_id: int) -> Answer:
    """One goal: its steps, its earlier words, what was said of it; and the ways to go on."""
    row = _goal(participant_id, goal_id)
    return _goal_page(row, GoalForm(formdata=None, text=row.text), StepForm(formdata=None))


@bp.post("/people/<int:participant_id>/goals/<int:goal_id>")
@policy("clinical.write", of="participant")
def save_goal(participant_id: int, goal_id: int) -> Answer:
    """Do one thing to a goal: new words, a step, a step done, reached or let go."""
    row, what = _goal(participant_id, goal_id), request.form.get("do", "")
    words = GoalForm(formdata=request.form if what == "words" else None, text=row.text)
    step = StepForm(formdata=request.form if what == "step" else None)
    step.choose_supporter(reads.supporters([participant_id])[participant_id])
    del words.group_id
    try:
        message = _change(row, what, words, step)
    except CannotSetGoal as error:
        place = words.text if what == "words" else step.supporter_id if error.reason == "supporter" else step.step
        place.errors = [*place.errors, refusals().get(error.reason, error.reason)]
        message = ""
    if not message:
        return _goal_page(row, words, step)
    return _done(message, "goals.person", participant_id=participant_id)


def _goal(participant_id: int, goal_id: int) -> Goal:
    _person(participant_id)
    row = db.session.get(Goal, goal_id)
    if row is None or row.participant_id != participant_id:
        abort(404)
    return row


def _change(row: Goal, what: str, words: GoalForm, step: StepForm) -> str:
    """Carry out what was asked; returns what to say of it, or "" when a form has something to put right."""
    who = {"by": auth.staff_id(), "now": config.now()}
    on = _today(row.group_id)
    match what:
        case "words" if words.validate():
            actions.change(row, text=words.text.data, on=on, **who)
            return gettext("The new words are saved. The earlier ones stay in the history of the goal.")
        case "step" if step.validate() and step.due_after(row.set_on):
            actions.add_step(row, text=step.step.data, due_on=step.due_on.data, supporter_id=step.supporter_id.data or None, **who)
            return gettext("The step is added.")
        case "done" | "not_done":
            found = db.session.get(Step, request.form.get("step_id", 0, type=int))
            if found is None or found.goal_id != row.id:
                abort(404)
            actions.finish_step(found, on=on if what == "done" else None, **who)
            return gettext("The step is done.") if what == "done" else gettext("The step is open again.")
        case "reached" | "dropped":
            actions.close(row, state=what, on=on, **who)
            return gettext("The goal is reached. Well done.") if what == "reached" else gettext("The goal is let go. It stays below.")
    return ""


def _goal_page(row: Goal, words: GoalForm, step: StepForm) -> Answer:
    if "group_id" in words:
        del words.group_id
    step.choose_supporter(reads.supporters([row.participant_id])[row.participant_id])
    known = {goal.id: goal for top in reads.of_person(row.participant_id) for goal in (top, *top.earlier)}
    return render_template(
        "goals/goal.html", goal=known[row.id], person=db.session.get_one(Participant, row.participant_id), words=words, step=step,
        states=STATE_WORDS, progress=PROGRESS_WORDS,
    ), 422 if words.errors or step.errors else 200


@bp.get("/meetings/<int:meeting_id>/goals")
@policy("clinical.see", of="meeting")
def meeting(meeting_id: int) -> Answer:
    """The goal round: everybody's goal, and one tap for how it goes."""
    row = db.session.get_one(Meeting, meeting_id)
    return _round_page(row, reads.goal_round(row))


@bp.post("/meetings/<int:meeting_id>/goals")
@policy("clinical.write", of="meeting")
def save_meeting(meeting_id: int) -> Answer:
    """Save the goal round, whole or after one tap; only what this page changed is written."""
    row = db.session.get_one(Meeting, meeting_id)
    people = reads.goal_round(row)
    entries = [entry for each in people for entry in each.entries]
    wanted = said(request.form, entries)
    if others := clashes(request.form, entries, wanted, auth.staff_id()):
        return _round_page(row, people, wanted, others=others)
    if missing := [key for key, (progress, words) in wanted.items() if words and not progress]:
        return _round_page(row, people, wanted, missing=missing)
    try:
        if wanted:
            actions.follow_up(row, wanted, by=auth.staff_id(), now=config.now())
    except CannotSetGoal as error:
        return _round_page(row, people, wanted, refused=refusals()[error.reason])
    if request.headers.get("HX-Request"):
        return "", 204
    return _done(gettext("The goal round is saved."), "desk.meeting", meeting_id=meeting_id)


def _round_page(
    row: Meeting, people: list[reads.Round], wanted: dict[int, tuple[str, str]] | None = None, *,
    others: Sequence[reads.Entry] = (), missing: Sequence[int] = (), refused: str = "",
) -> Answer:
    auth.looked_at(*(each.person.id for each in people))
    return render_template(
        "goals/meeting.html", meeting=row, group=row.group, people=people, wanted=wanted or {}, others={entry.goal.id for entry in others},
        missing=missing, refused=refused, progress=PROGRESS_WORDS,
        open=rules.why_closed(meeting=row.state, starts_at=row.starts_at, now=config.now()),
    ), 409 if others else 422 if refused or missing else 200
