"""Training, supervision and meetings of a centre's staff: the overview of a year, putting an event down, taking it back."""

from collections import defaultdict
from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for

from imrgroups import config
from imrgroups.auth import policy
from imrgroups.db import db
from imrgroups.i18n import gettext, ngettext
from imrgroups.rules.training import Attended, Standing, standing
from imrgroups.staff import actions
from imrgroups.staff.actions import training
from imrgroups.staff.actions.training import CannotLog
from imrgroups.staff.forms import TrainingForm, hours
from imrgroups.staff.models import Centre, Staff
from imrgroups.staff.models import Training as Row
from imrgroups.staff.views import Answer, bp, by_me


@dataclass(frozen=True)
class Line:
    """One person of the overview: whether they lead groups or assess, and where they stand."""

    person: Staff
    leads: bool
    assesses: bool
    stands: Standing


@bp.get("/centres/<int:centre_id>/training")
@policy("staff.edit", of="centre")
def learning(centre_id: int) -> Answer:
    """Who has which training, who lacks supervision, and what was put down in a year."""
    centre = db.session.get_one(Centre, centre_id)
    today = config.today(centre.timezone)
    year = _year(today.year)
    people = {person.id: person for person in actions.staff_of([centre_id])}
    rows = training.log(people)
    attended: dict[int, list[Attended]] = defaultdict(list)
    events: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in rows:
        attended[row.staff_id].append(Attended(row.kind, row.attended_on, row.minutes))
        if row.attended_on.year == year:
            events[row.attended_on, row.kind, row.led_by, row.minutes, row.note].append(row)
    lines = [
        Line(person, "leader" in roles, "assessor" in roles, standing(attended[person.id], today, year=year))
        for person in people.values() if {"leader", "assessor"} & set(roles := person.roles_at(centre_id))
    ]
    years = sorted({row.attended_on.year for row in rows} | {today.year}, reverse=True)
    return render_template(
        "staff/learning.html", centre=centre, lines=lines, events=events, people=people, kinds=training.TRAINING_WORDS, hours=hours,
        year=year, years=years, leaders=[line for line in lines if line.leads],
    )


def _year(this: int) -> int:
    asked = request.args.get("year", "")
    return int(asked) if asked.isdecimal() and len(asked) == 4 and 1900 <= int(asked) <= this else this


@bp.route("/centres/<int:centre_id>/training/new", methods=["GET", "POST"])
@policy("staff.edit", of="centre")
def log_learning(centre_id: int) -> Answer:
    """Put down one event for everybody who took part."""
    centre = db.session.get_one(Centre, centre_id)
    today = config.today(centre.timezone)
    people = actions.staff_of([centre_id])
    form = TrainingForm(people, today, on=today)
    if form.validate_on_submit():
        event = training.Event(form.kind.data, form.on.data, int((form.hours.data or 0) * 60), form.led_by.data or "", form.note.data or "")
        try:
            new = training.attend(event, form.who.data, centre_id=centre_id, **by_me())
        except CannotLog:
            abort(400)  # the form has asked all of it already
        flash(_put_down(new, len(form.who.data)), "done")
        return redirect(url_for("staff.learning", centre_id=centre_id), 303)
    return render_template("staff/learning_form.html", form=form, centre=centre, people=people), 422 if form.errors else 200


def _put_down(new: int, all_of_them: int) -> str:
    words = ngettext("Put down for %(num)s person.", "Put down for %(num)s people.", new)
    had = all_of_them - new
    again = ngettext("%(num)s person had it already.", "%(num)s people had it already.", had)
    return f"{words} {again}" if had else words


@bp.post("/centres/<int:centre_id>/training/<int:training_id>/remove")
@policy("staff.edit", of="centre")
def take_back_learning(centre_id: int, training_id: int) -> Answer:
    """Take back what was put down for one person by mistake."""
    row = db.session.get(Row, training_id)
    person = db.session.get(Staff, row.staff_id) if row else None
    if row is None or person is None or not person.roles_at(centre_id):
        abort(404)
    training.take_back(row, centre_id=centre_id, **by_me())
    flash(gettext("It is taken back."), "done")
    return redirect(url_for("staff.learning", centre_id=centre_id), 303)
