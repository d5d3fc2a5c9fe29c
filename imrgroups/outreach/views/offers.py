"""Offer somebody a time of one's own for going over a missed meeting."""

from flask import abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from imrgroups import auth, config
from imrgroups.auth import policy
from imrgroups.db import db
from imrgroups.groups.models import Meeting
from imrgroups.i18n import gettext, lazy_gettext
from imrgroups.outreach.actions import offers
from imrgroups.outreach.forms import OfferForm
from imrgroups.outreach.views import bp
from imrgroups.people.models import Participant

Answer = str | Response | tuple[str, int]
REFUSALS = {
    "not_missed": ("on", lazy_gettext("There is nothing to catch up: they were there, or it is caught up already")),
    "not_reachable": ("on", lazy_gettext("No text or call of ours reaches them. Call them yourself, or write a letter")),
    "too_soon": ("on", lazy_gettext("Choose a later time, so that they can answer before it")),
    "twice": ("at", lazy_gettext("That time was offered to them already. Choose another")),
}


@bp.route("/people/<int:participant_id>/make-ups/<int:meeting_id>/offer", methods=["GET", "POST"])
@policy("people.edit", of="participant")
def offer(participant_id: int, meeting_id: int) -> Answer:
    """Name a day and a time; they are asked by text or call whether it suits them."""
    auth.looked_at(participant_id)
    person, meeting = db.session.get_one(Participant, participant_id), db.session.get(Meeting, meeting_id) or abort(404)
    auth.require("people.edit", auth.scope_of("group", meeting.group_id))
    form = OfferForm()
    if form.validate_on_submit():
        try:
            offers.offer(meeting, person, on=form.on.data, at=form.at.data, by=auth.staff_id(), now=config.now())
            flash(gettext("They are asked whether it suits them. Their answer stands on the page Today."), "done")
            return redirect(url_for("attendance.make_ups", participant_id=participant_id), 303)
        except offers.CannotOffer as error:
            name, words = REFUSALS[error.reason]
            form[name].errors = [str(words)]
    page = render_template("outreach/offer.html", form=form, person=person, meeting=meeting)
    return page, 422 if form.errors else 200
