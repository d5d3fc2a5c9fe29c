"""What goes out, what became of it, and what somebody decides about it."""

from flask import Response as FlaskResponse
from flask import abort, current_app, flash, redirect, render_template, request, url_for
from sqlalchemy import or_, select
from werkzeug.wrappers import Response

from imrgroups import auth, config
from imrgroups.auth import policy
from imrgroups.db import db
from imrgroups.groups.models import Group
from imrgroups.i18n import gettext
from imrgroups.outreach.actions import calls, listing, story
from imrgroups.outreach.models import Message
from imrgroups.outreach.views import bp
from imrgroups.outreach.words.names import step_name
from imrgroups.outreach.words.screens import ANSWERS, OCCASIONS, REASONS, STATES

Answer = str | Response | FlaskResponse | tuple[str, int]


@bp.get("/messages")
@policy("message.list")
def messages() -> Answer:
    """The newest messages to the people one works for, by what became of them."""
    groups, centres = _mine()
    show = request.args.get("show", "")
    if show and show not in listing.SHOWS:
        abort(404)
    lines = listing.messages_for(groups, centres, show=show)
    auth.looked_at(*{line.person for line in lines if line.person})
    settings = current_app.config["SETTINGS"]
    return render_template(
        "outreach/messages.html", lines=lines, show=show, counts=listing.counts(groups, centres), occasions=OCCASIONS, states=STATES,
        reasons=REASONS, answers=ANSWERS, back=story.brought_back(_led(groups, centres)), step_name=step_name,
        unread=calls.unread_count(groups, centres), pretends=settings.demo or settings.sms == "log",
    )


def _mine() -> tuple[frozenset[int], frozenset[int]]:
    ties = auth.me()
    assert ties is not None
    return ties.groups, ties.centres("coordinator")


def _led(groups: frozenset[int], centres: frozenset[int]) -> list[int]:
    """The groups one leads, and those of the centres one coordinates."""
    wanted = select(Group.id).where(or_(Group.id.in_(groups), Group.centre_id.in_(centres)))
    return list(db.session.execute(wanted).scalars())


@bp.post("/messages/<int:message_id>/call-off")
@policy("message.decide", of="message")
def call_off(message_id: int) -> Answer:
    """Do not send a message that still waits."""
    try:
        listing.call_off(_message(message_id), by=auth.staff_id(), now=config.now())
        flash(gettext("It will not be sent."), "done")
    except listing.CannotDecide:
        flash(gettext("It is on its way already and cannot be called back."), "warning")
    return redirect(url_for("outreach.messages"), 303)


@bp.post("/messages/<int:message_id>/decide")
@policy("message.decide", of="message")
def decide(message_id: int) -> Answer:
    """Say whether a message that nobody knows about went out."""
    sent = request.form.get("sent") == "yes"
    try:
        listing.decide(_message(message_id), sent=sent, by=auth.staff_id(), now=config.now())
        flash(gettext("Noted: it went out.") if sent else gettext("It will be sent anew."), "done")
    except listing.CannotDecide as error:
        late = gettext("It is too late to send it now. Call instead.")
        flash(late if error.reason == "late" else gettext("Somebody has decided this already."), "warning")
    return redirect(url_for("outreach.messages"), 303)


def _message(key: int) -> Message:
    return listing.about(key) or abort(404)
