"""Home from hospital, and how reminders go out."""

from datetime import time

from flask import Response as FlaskResponse
from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from imrgroups import auth, config
from imrgroups.auth import policy
from imrgroups.db import db
from imrgroups.forms import clean
from imrgroups.i18n import direction, gettext
from imrgroups.outreach.actions import home
from imrgroups.outreach.views import bp
from imrgroups.people.models import Participant
from imrgroups.staff.models import Centre

Answer = str | Response | FlaskResponse | tuple[str, int]
ASKED = {"": None, "yes": True, "no": False}


@bp.route("/people/<int:participant_id>/welcome-back", methods=["GET", "POST"])
@policy("people.edit", of="participant")
def welcome_back(participant_id: int) -> Answer:
    """A few words to somebody who is home again; the leader reads and changes them before they go."""
    auth.looked_at(participant_id)
    person, now = db.session.get_one(Participant, participant_id), config.now()
    text, mistake = clean(request.form.get("text")) if request.method == "POST" else home.draft_welcome(person, now), ""
    if request.method == "POST":
        try:
            way = home.welcome(person, text, by=auth.staff_id(), now=now)
            sent = gettext("It goes out at the next hour that is not quiet.")
            flash(sent if way == "message" else gettext("No message can reach them, so a call stands on the list of today."), "done")
            return redirect(url_for("desk.person", participant_id=participant_id), 303)
        except home.CannotWelcome as error:
            mistake = _why(error)
    page = render_template(
        "outreach/welcome_back.html", person=person, text=text, mistake=mistake, text_direction=direction(person.language)
    )
    return page, 422 if mistake else 200


def _why(error: home.CannotWelcome) -> str:
    if error.reason == "words" and error.findings:
        found = ", ".join(f"“{finding.found}”" for finding in error.findings)
        return gettext("Take out what a stranger should not read on a locked screen: %(words)s", words=found)
    return {
        "words": gettext("Write a few words"), "sent": gettext("They were welcomed back today already"),
        "not_in_group": gettext("They are in no running group, or still in hospital: put down the day they came home first"),
    }[error.reason]


@bp.route("/people/<int:participant_id>/reminders", methods=["GET", "POST"])
@policy("people.edit", of="participant")
def person_reminders(participant_id: int) -> Answer:
    """How one person wants to be reminded; what is left open follows the centre."""
    auth.looked_at(participant_id)
    person = db.session.get_one(Participant, participant_id)
    return _reminders(db.session.get_one(Centre, person.centre_id), person)


@bp.route("/centres/<int:centre_id>/reminders", methods=["GET", "POST"])
@policy("centre.edit", of="centre")
def centre_reminders(centre_id: int) -> Answer:
    """How reminders of a centre go out."""
    return _reminders(db.session.get_one(Centre, centre_id), None)


def _reminders(centre: Centre, person: Participant | None) -> Answer:
    row = home.habit_of(centre.id, person.id if person else None)
    if request.method == "POST":
        home.set_habit(
            centre.id, person.id if person else None, reminders=ASKED.get(request.form.get("reminders", "")),
            nudges=ASKED.get(request.form.get("nudges", "")) if person else None, days_before=_days(request.form.get("days_before", "")),
            at=_time(request.form.get("at", "")), by=auth.staff_id(), now=config.now(),
        )
        flash(gettext("Saved. It holds from the next reminder on."), "done")
        back = url_for("desk.person", participant_id=person.id) if person else url_for("staff.centre", centre_id=centre.id)
        return redirect(back, 303)
    return render_template("outreach/reminders.html", centre=centre, person=person, row=row, hours=[time(hour) for hour in range(9, 20)])


def _days(given: str) -> int | None:
    return int(given) if given in ("0", "1", "2", "3", "4", "5", "6", "7") else None


def _time(given: str) -> time | None:
    try:
        return time.fromisoformat(given)
    except ValueError:
        return None
