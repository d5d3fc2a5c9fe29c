"""Calls to make, with something to begin with, and replies that somebody should read."""

from zoneinfo import ZoneInfo

from flask import Response as FlaskResponse
from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from imrgroups import auth, config
from imrgroups.attendance import actions as attendance
from imrgroups.auth import policy
from imrgroups.db import db
from imrgroups.forms import clean
from imrgroups.goals import actions as goals
from imrgroups.groups.models import Group, Meeting, PlannedTopic
from imrgroups.i18n import curriculum, gettext
from imrgroups.library import content
from imrgroups.library.content import blocks
from imrgroups.outreach.actions import calls, endings, outbox, replies
from imrgroups.outreach.actions.outbox import words_of
from imrgroups.outreach.models import CALL_OUTCOMES, CallTask, Reply
from imrgroups.outreach.views import bp
from imrgroups.outreach.words.screens import ANSWERS, CALL_REASONS, CALL_WORDS
from imrgroups.people.models import Participant, Supporter
from imrgroups.staff import actions as staff
from imrgroups.staff.models import Centre

Answer = str | Response | FlaskResponse | tuple[str, int]
MOST_QUESTIONS = 3


@bp.get("/calls/<int:call_task_id>")
@policy("call.make", of="call_task")
def call(call_task_id: int) -> Answer:
    """One call: whom, why, what the person wants, and questions that open a talk; for the leader's screen only."""
    return _call(_task(call_task_id))


def _task(key: int) -> CallTask:
    return db.session.get(CallTask, key) or abort(404)


def _call(task: CallTask, note: str = "", mistake: str = "") -> Answer:
    person = db.session.get_one(Participant, task.participant_id)
    auth.looked_at(person.id)
    meeting = db.session.get(Meeting, task.meeting_id) if task.meeting_id else None
    may_read = auth.reads_clinical()
    own = words_of(person.id) if may_read else None
    group = db.session.get(Group, task.group_id) if task.group_id else None
    over = group is not None and calls.is_over(group, config.now())
    ends = group is not None and (over and task.reason in endings.ABOUT_THE_GROUP or calls.tells_the_end(task, group, meeting))
    page = render_template(
        "outreach/call.html", task=task, person=person, meeting=meeting,
        chosen=calls.has_chosen(person.id, meeting) if meeting else False,
        close=db.session.get(Supporter, task.supporter_id) if task.supporter_id else None,
        group=group, reasons=CALL_REASONS, outcomes=_outcomes(task, bool(ends)), ends=ends, over=over,
        note=note, mistake=mistake, may_read=may_read, why=own.why if own else "",
        goals=[goal for goal in goals.goals_of(person.id) if goal.state == "active"][:2] if may_read else [],
        questions=_questions(meeting) if meeting else [],
    )
    return (page, 422) if mistake else page


def _outcomes(task: CallTask, ends: bool) -> dict[str, str]:
    """The ways this call may end: whether somebody comes next time is asked only where that is what the call is about."""
    words = {key: str(told) for key, told in CALL_WORDS.items()}
    if task.reason not in ("changed", "supporter") and not ends:
        return words
    return {"reached_other": gettext("We talked")} | {key: told for key, told in words.items() if not key.startswith("reached_")}


def _questions(meeting: Meeting) -> list[str]:
    """Some opening questions from the leader guide of what the meeting was about."""
    wanted = select(PlannedTopic.module, PlannedTopic.topic).where(PlannedTopic.meeting_id == meeting.id).order_by(PlannedTopic.position)
    modules = content.load().modules
    found: list[str] = []
    for module, topic in db.session.execute(wanted):
        guide = modules[module].guides.get(topic) if module in modules else None
        for part in guide.blocks if guide else ():
            if isinstance(part, blocks.Part) and part.kind == "questions":
                found += [curriculum(text.source) for text in blocks.texts(part)]
    return found[:MOST_QUESTIONS]


@bp.post("/calls/<int:call_task_id>")
@policy("call.make", of="call_task")
def log_call(call_task_id: int) -> Answer:
    """How it went, in two taps."""
    task, note = _task(call_task_id), clean(request.form.get("note"))
    outcome = request.form.get("outcome", "")
    if outcome not in CALL_OUTCOMES:
        return _call(task, note, gettext("Choose how the call went"))
    try:
        calls.log_call(task, outcome, note=note, by=auth.staff_id(), now=config.now())
        flash(gettext("Noted. Thank you for calling."), "done")
    except calls.CannotLog:
        flash(gettext("Somebody has noted this call already."), "warning")
    return redirect(url_for("outreach.call", call_task_id=call_task_id), 303)


@bp.post("/calls/<int:call_task_id>/undo")
@policy("call.make", of="call_task")
def undo_call(call_task_id: int) -> Answer:
    """A wrong tap."""
    calls.undo_call(_task(call_task_id), by=auth.staff_id(), now=config.now())
    flash(gettext("Taken back. The call is on the list again."), "done")
    return redirect(url_for("outreach.call", call_task_id=call_task_id), 303)


@bp.get("/replies")
@policy("message.list")
def inbox() -> Answer:
    """What people wrote that a number does not say, and what can be made of it."""
    ties = auth.me()
    assert ties is not None
    rows = calls.unread(ties.groups, ties.centres("coordinator"))
    persons = {row.person for row in rows if row.person}
    auth.looked_at(*persons, *(person for row in rows for person, _words in row.maybe))
    return render_template("outreach/replies.html", rows=rows, answers=ANSWERS, coming=calls.coming_for(persons, config.now()))


@bp.post("/replies/<int:reply_id>/read")
@policy("message.decide", of="reply")
def read_reply(reply_id: int) -> Answer:
    """Somebody has read it and seen to it."""
    return _read(_reply(reply_id), gettext("Read, and off the list."))


@bp.post("/replies/<int:reply_id>/call")
@policy("message.decide", of="reply")
def call_about(reply_id: int) -> Answer:
    """A call about what somebody wrote goes on the list of today."""
    reply, person = _of_somebody(reply_id)
    on = staff.today_at(db.session.get_one(Centre, person.centre_id), config.now())
    outbox.ask_to_call(
        person, key=f"reply/{reply.id}", reason="asked_to_call", on=on, staff_id=auth.staff_id(), by=auth.staff_id(), now=config.now(),
    )
    return _read(reply, gettext("A call is on your list."))


@bp.post("/replies/<int:reply_id>/cannot-come")
@policy("message.decide", of="reply")
def told_us(reply_id: int) -> Answer:
    """What somebody wrote means that they cannot come to the next meeting."""
    reply, person = _of_somebody(reply_id)
    found = calls.coming_for([person.id], config.now()).get(person.id) or abort(404)
    meeting = db.session.get_one(Meeting, found[0])
    told_on = reply.received_at.astimezone(ZoneInfo(found[2])).date()
    attendance.apologise(meeting, person, told_on=told_on, by=auth.staff_id(), now=config.now())
    return _read(reply, gettext("It is put down: they told us they cannot come."))


def _reply(key: int) -> Reply:
    return db.session.get(Reply, key) or abort(404)


def _of_somebody(key: int) -> tuple[Reply, Participant]:
    reply = _reply(key)
    return reply, db.session.get(Participant, reply.participant_id or 0) or abort(404)


def _read(reply: Reply, words: str) -> Answer:
    replies.read(reply, by=auth.staff_id(), now=config.now())
    flash(words, "done")
    return redirect(url_for("outreach.inbox"), 303)
