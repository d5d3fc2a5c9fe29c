"""What goes out, what became of it, and what somebody decides about it."""

from flask import Response as FlaskResponse
from flask import abort, current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from imrgroups import auth, config
from imrgroups.auth import policy
from imrgroups.i18n import gettext, lazy_gettext
from imrgroups.outreach.actions import listing
from imrgroups.outreach.models import Message
from imrgroups.outreach.views import bp

Answer = str | Response | FlaskResponse | tuple[str, int]

OCCASIONS = {
    "reminder": lazy_gettext("Reminder"), "missed": lazy_gettext("We missed you"), "make_up_offer": lazy_gettext("Offer to catch up"),
    "welcome_back": lazy_gettext("Welcome back"), "moved": lazy_gettext("Meeting moved"), "cancelled": lazy_gettext("Meeting cancelled"),
    "nudge": lazy_gettext("Homework"), "invitation": lazy_gettext("Invitation"), "pulse": lazy_gettext("Three questions"),
    "ask_again": lazy_gettext("What did you mean?"), "stopped": lazy_gettext("Messages stopped"),
    "started": lazy_gettext("Messages started again"), "staff": lazy_gettext("To staff"), "own": lazy_gettext("In a leader's own words"),
}
# A state in plain words, and behind it why, where there is a reason.
STATES = {
    "pending": lazy_gettext("Waits"), "sending": lazy_gettext("Being sent"), "sent": lazy_gettext("On the way"),
    "delivered": lazy_gettext("Arrived"), "undelivered": lazy_gettext("Did not arrive"), "failed": lazy_gettext("Could not be sent"),
    "expired": lazy_gettext("Not sent: it would have come too late"), "cancelled": lazy_gettext("Not sent"),
    "unknown": lazy_gettext("Nobody knows whether it went out"), "printed": lazy_gettext("Printed"),
}
REASONS = {
    "came": lazy_gettext("they came after all"), "told_us": lazy_gettext("they told us already"),
    "made_up": lazy_gettext("it is caught up"),
    "changed": lazy_gettext("the meeting was changed"), "begun": lazy_gettext("the meeting has begun"),
    "left": lazy_gettext("they are not in the group now"), "stopped": lazy_gettext("they have stopped messages"),
    "no_consent": lazy_gettext("they have not said yes to messages"), "hospital": lazy_gettext("they are in hospital"),
    "no_texts": lazy_gettext("the number takes no texts; call instead"),
    "opted_out": lazy_gettext("they have stopped messages"),
    "quiet": lazy_gettext("until the quiet hours are over"), "busy": lazy_gettext("the carrier is busy; it is tried again"),
    "out_of_reach": lazy_gettext("the phone was off; it is tried once more"),
    "person": lazy_gettext("the carrier refused it; call instead"),
    "by_hand": lazy_gettext("a leader decided so"), "carrier": lazy_gettext("the carrier did not answer"),
}
ANSWERS = {
    "come": lazy_gettext("1: comes"), "cannot": lazy_gettext("2: cannot"), "call_me": lazy_gettext("3: please call"),
    "words": lazy_gettext("wrote something"), "stop": lazy_gettext("stop"), "start": lazy_gettext("start"),
}


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
        reasons=REASONS, answers=ANSWERS, pretends=settings.demo or settings.sms == "log",
    )


def _mine() -> tuple[frozenset[int], frozenset[int]]:
    ties = auth.me()
    assert ties is not None
    return ties.groups, ties.centres("coordinator")


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
