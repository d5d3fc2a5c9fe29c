"""The list of people, their details, the intake, those close to them, consents and hospital stays."""

from datetime import date
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from imrgroups import auth, config
from imrgroups.auth import Scope, policy
from imrgroups.db import db
from imrgroups.forms import one_line
from imrgroups.i18n import gettext
from imrgroups.people import actions, folder, forms
from imrgroups.people.actions import CannotChangePerson
from imrgroups.people.models import INTAKE_TASKS, OUTCOMES, HospitalStay, Participant, Supporter, SupporterContact
from imrgroups.staff import actions as staff
from imrgroups.staff.models import Centre

bp = Blueprint("people", __name__)
Answer = str | Response | tuple[str, int]


def load(participant_id: int) -> Participant:
    """A person whose data this page shows; the access log is told."""
    auth.looked_at(participant_id)
    return db.session.get_one(Participant, participant_id)


def centre_of(person: Participant) -> Centre:
    """The centre of a person: its country reads phone numbers, its clock says what today is."""
    return db.session.get_one(Centre, person.centre_id)


def today_of(person: Participant) -> date:
    """The date where the person is."""
    return staff.today_at(centre_of(person), config.now())


def by_me() -> dict[str, Any]:
    """Who acts, and when: what every action is told."""
    return {"by": auth.staff_id(), "now": config.now()}


def done(message: str, endpoint: str, **values: Any) -> Response:
    """Say what was done, and go to the page that shows it."""
    flash(message, "done")
    return redirect(url_for(endpoint, **values), 303)


def _back(endpoint: str) -> str:
    return "people.intake" if request.args.get("from") == "intake" else endpoint


def status(form: Any) -> int:
    """200 for a page, 422 for one that asks to put something right."""
    return 422 if form.errors else 200


@bp.route("/people", methods=["GET", "POST"])
@policy("people.list")
def index() -> Answer:
    """The people one may see. A search is posted, so that no name stands in an address, a log or a browser's memory."""
    ties, words = auth.me(), one_line(request.form.get("words"))
    assert ties is not None
    choices, group_id, show = folder.groups_for(ties), request.args.get("group", type=int), request.args.get("show", "")
    if group_id is not None and group_id not in dict(choices):
        abort(404)
    everybody = folder.people(ties, config.now().date(), group_id=group_id, show=show)
    found = folder.search(everybody, words) if words else everybody
    pages = 1 if words else max(1, -(-len(found) // folder.PAGE))
    page = min(max(1, request.args.get("page", 1, type=int)), pages)
    shown = found[(page - 1) * folder.PAGE : page * folder.PAGE]
    auth.looked_at(*(line.id for line in shown))
    return render_template(
        "people/index.html", shown=shown, found=len(found), everybody=len(everybody), words=words, groups=choices, group_id=group_id,
        show=show, page=page, pages=pages, size=folder.PAGE,
    )


@bp.route("/people/new", methods=["GET", "POST"])
@policy("people.create")
def new() -> Answer:
    """Add a person to a centre where one works."""
    ties = auth.me()
    centres = staff.centres(ties.centres("leader", "coordinator") if ties else [])
    centre = next((row for row in centres if row.id == request.form.get("centre_id", type=int)), centres[0])
    form = forms.PersonForm(country=centre.country, language=centre.language, channel="none", centre_id=centre.id)
    form.centre_id.choices = [SelectChoice(row.id, row.name) for row in centres]
    if request.method == "GET" or len(centres) == 1:
        form.centre_id.data = centre.id
    if form.validate_on_submit() and forms.alone_with_name(form, centre.id):
        auth.require("people.create", Scope(centre.id))
        person = actions.create(forms.details(form), centre_id=centre.id, **by_me())
        return done(gettext("They are added. The intake can begin now, or any other day."), "people.intake", participant_id=person.id)
    return render_template("people/form.html", form=form, person=None, centres=centres, conflict=None), status(form)


@bp.route("/people/<int:participant_id>/edit", methods=["GET", "POST"])
@policy("people.edit", of="participant")
def edit(participant_id: int) -> Answer:
    """Change the details of a person; what somebody else saved meanwhile is shown and not lost."""
    person, conflict = load(participant_id), None
    form = forms.PersonForm(country=centre_of(person).country, obj=person)
    del form.centre_id
    renamed = form.name.data != person.name
    if form.validate_on_submit() and (not renamed or forms.alone_with_name(form, person.centre_id, person.id)):
        conflict = _save(form, person)
        if not conflict and not form.errors:
            return done(gettext("The changes are saved."), "desk.person", participant_id=participant_id)
    return render_template("people/form.html", form=form, person=person, centres=[], conflict=conflict), 409 if conflict else status(form)


@bp.get("/people/<int:participant_id>/intake")
@policy("people.edit", of="participant")
def intake(participant_id: int) -> Answer:
    """The intake as a list of small tasks, none of which has to be done today."""
    person = load(participant_id)
    tasks = folder.tasks(person)
    finished, needed = folder.progress(tasks)
    return render_template(
        "people/intake.html", person=person, tasks=tasks, done=finished, needed=needed, words=forms.TASK_WORDS,
        places=folder.places(person.id), told=folder.has_own_words(person.id),
    )


@bp.route("/people/<int:participant_id>/intake/<task>", methods=["GET", "POST"])
@policy("people.edit", of="participant")
def task(participant_id: int, task: str) -> Answer:
    """One task of the intake on a page of its own: it is done, with what it asked for, or the person would rather wait."""
    outcome, person = request.form.get("outcome", "done"), load(participant_id)
    if task not in INTAKE_TASKS or outcome not in OUTCOMES:
        abort(404)
    form, conflict = forms.of_task(task, person, centre_of(person).country, reads=auth.reads_clinical()), None
    if request.method == "GET":
        return _task_page(person, task, form)
    if outcome == "done" and task == "strengths" and not auth.may("clinical.write"):
        abort(403)
    if outcome == "done" and form is not None and (not form.validate_on_submit() or (conflict := _save(form, person)) or form.errors):
        return _task_page(person, task, form, conflict)
    text = form.text.data if outcome == "done" and task == "strengths" else None
    actions.finish_task(person, task, outcome=outcome, text=text, on=today_of(person), **by_me())
    said = gettext("Saved.") if outcome == "done" else gettext("That is fine. It stays on the list for another day.")
    return done(said, "people.intake", participant_id=participant_id)


def _save(form: Any, person: Participant) -> folder.Conflict | None:
    """Store what a form asks of a person's details; what somebody else saved meanwhile comes back."""
    if "version" not in form:
        return None
    try:
        actions.edit(person, forms.details(form, person), version=forms.version(form), **by_me())
    except CannotChangePerson as error:
        if error.reason != "stale":
            forms.refuse(form, error)
            return None
        person = db.session.get_one(Participant, person.id, populate_existing=True)
        form.version.data = person.version
        return folder.conflict(person, forms.details(form, person))
    return None


def _task_page(person: Participant, task: str, form: Any, conflict: folder.Conflict | None = None) -> Answer:
    state = {one.name: one for one in folder.tasks(person)}[task]
    page = render_template(
        f"people/tasks/{task}.html", person=person, task=state, form=form, reads=auth.reads_clinical(), conflict=conflict,
        words=forms.TASK_WORDS, group_id=folder.current_group(person.id, today_of(person)), missed=folder.missed_at_the_start(person.id),
        supporters=[row for row in person.supporters if row.ended_on is None],
    )
    return page, 409 if conflict else status(form) if form is not None else 200


@bp.get("/people/<int:participant_id>/supporters")
@policy("people.edit", of="participant")
def supporters(participant_id: int) -> Answer:
    """Those close to a person, and the contacts with them."""
    return _supporters_page(load(participant_id))


def _supporters_page(person: Participant, filled: dict[int, forms.ContactForm] | None = None) -> Answer:
    present = [row for row in person.supporters if row.ended_on is None]
    blank = {row.id: forms.ContactForm(formdata=None, prefix=row.code, contact_on=today_of(person)) for row in present}
    wrong = next(iter((filled or {}).values()), None)
    page = render_template(
        "people/supporters.html", person=person, contact_forms=blank | (filled or {}), wrong=wrong, contacts=actions.contacts_of(person.id),
        names=folder.staff_names(), kind_words=forms.KIND_WORDS, may_read=auth.reads_clinical(),
    )
    return page, status(wrong) if wrong else 200


@bp.route("/people/<int:participant_id>/supporters/new", methods=["GET", "POST"])
@policy("people.edit", of="participant")
def new_supporter(participant_id: int) -> Answer:
    """Add somebody close to a person."""
    person = load(participant_id)
    form = forms.SupporterForm(country=centre_of(person).country, today=today_of(person))
    if form.validate_on_submit():
        try:
            actions.add_supporter(person, forms.supporter(form, today_of(person)), **by_me())
            return done(gettext("They are added."), _back("people.supporters"), participant_id=participant_id)
        except CannotChangePerson as error:
            forms.refuse(form, error)
    return render_template("people/supporter.html", form=form, person=person, supporter=None), status(form)


def _supporter(supporter_id: int) -> Supporter:
    row = db.session.get_one(Supporter, supporter_id)
    auth.looked_at(row.participant_id)
    return row


@bp.route("/supporters/<int:supporter_id>/edit", methods=["GET", "POST"])
@policy("people.edit", of="supporter")
def edit_supporter(supporter_id: int) -> Answer:
    """Change somebody close to a person, or what they may know."""
    row = _supporter(supporter_id)
    form = forms.SupporterForm(
        country=centre_of(row.participant).country, today=today_of(row.participant), obj=row, consented="yes" if row.consented_on else "no",
    )
    if form.validate_on_submit():
        actions.edit_supporter(row, forms.supporter(form, today_of(row.participant)), **by_me())
        return done(gettext("The changes are saved."), "people.supporters", participant_id=row.participant_id)
    return render_template("people/supporter.html", form=form, person=row.participant, supporter=row), status(form)


@bp.post("/supporters/<int:supporter_id>/end")
@policy("people.edit", of="supporter")
def end_supporter(supporter_id: int) -> Answer:
    """Somebody is no longer a supporter; earlier contacts stay."""
    row = _supporter(supporter_id)
    actions.end_supporter(row, on=today_of(row.participant), **by_me())
    return done(gettext("They are no longer listed. Earlier contacts stay."), "people.supporters", participant_id=row.participant_id)


@bp.post("/supporters/<int:supporter_id>/contacts")
@policy("people.edit", of="supporter")
def contact(supporter_id: int) -> Answer:
    """Put down a contact: two taps, words if there is time."""
    row = _supporter(supporter_id)
    form = forms.ContactForm(prefix=row.code)
    if not form.validate_on_submit():
        return _supporters_page(row.participant, {row.id: form})
    actions.contact(row, on=form.contact_on.data, kind=form.kind.data, about=form.about.data or "", **by_me())
    return done(gettext("The contact is put down."), "people.supporters", participant_id=row.participant_id)


@bp.post("/supporters/<int:supporter_id>/contacts/<int:contact_id>/remove")
@policy("people.edit", of="supporter")
def remove_contact(supporter_id: int, contact_id: int) -> Answer:
    """Take back a contact that was put down by mistake."""
    row, made = _supporter(supporter_id), db.session.get(SupporterContact, contact_id)
    if made is None or made.supporter_id != supporter_id:
        abort(404)
    actions.remove_contact(made, **by_me())
    return done(gettext("The contact is taken back."), "people.supporters", participant_id=row.participant_id)


@bp.route("/people/<int:participant_id>/consents", methods=["GET", "POST"])
@policy("people.edit", of="participant")
def consents(participant_id: int) -> Answer:
    """What a person said yes or no to, with every earlier answer."""
    person = load(participant_id)
    form = forms.ConsentForm(told_on=today_of(person))
    if form.validate_on_submit() and (answers := forms.answers(form, today_of(person))):
        for what, given in answers.items():
            actions.consent(person, what, given=given, on=form.told_on.data, how=form.how.data, **by_me())
        return done(gettext("What they said is put down."), _back("people.consents"), participant_id=participant_id)
    page = render_template(
        "people/consents.html", form=form, person=person, history=actions.consents_of(participant_id), names=folder.staff_names(),
        words=forms.CONSENT_WORDS, how_words=forms.SAID_HOW_WORDS,
    )
    return page, status(form)


@bp.route("/people/<int:participant_id>/hospital", methods=["GET", "POST"])
@policy("people.edit", of="participant")
def hospital(participant_id: int) -> Answer:
    """Put down that somebody is in hospital, or came home."""
    person = load(participant_id)
    form, stays = forms.StayForm(on=today_of(person)), actions.hospital_stays(participant_id)
    if form.validate_on_submit():
        act = actions.discharge if any(stay.to_on is None for stay in stays) else actions.admit
        try:
            act(person, on=form.on.data, **by_me())
            return done(gettext("It is put down. The register of the meetings shows it."), "desk.person", participant_id=participant_id)
        except CannotChangePerson as error:
            forms.refuse(form, error)
    return render_template("people/hospital.html", form=form, person=person, stays=stays), status(form)


@bp.post("/people/<int:participant_id>/hospital/<int:stay_id>/remove")
@policy("people.edit", of="participant")
def remove_stay(participant_id: int, stay_id: int) -> Answer:
    """Take back a stay that was put down by mistake."""
    person, stay = load(participant_id), db.session.get(HospitalStay, stay_id)
    if stay is None or stay.participant_id != participant_id:
        abort(404)
    actions.remove_stay(person, stay, **by_me())
    return done(gettext("The stay is taken back."), "people.hospital", participant_id=participant_id)
