"""The first page, one's own account, and the centres and their staff."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, session, url_for
from flask_security import login_user, logout_user
from werkzeug.wrappers import Response

from imrgroups import auth, config
from imrgroups.auth import policy, public
from imrgroups.db import db
from imrgroups.i18n import gettext
from imrgroups.staff import actions
from imrgroups.staff.actions import CannotChangeStaff, CentreDetails, training
from imrgroups.staff.forms import ROLE_NAMES, CentreForm, PhoneForm, StaffEditForm, StaffForm, hours
from imrgroups.staff.models import Centre, Staff, StaffSession

bp = Blueprint("staff", __name__)
Answer = str | Response | tuple[str, int]


def refusals() -> dict[str, tuple[str, str]]:
    """(field, what to do) for each reason an action refuses."""
    return {
        "code_taken": ("code", gettext("Another centre has this code. Choose a different one")),
        "timezone": ("timezone", gettext("Choose a time zone from the list")),
        "country": ("country", gettext("Choose a country from the list")),
        "email_taken": ("email", gettext("Somebody already signs in with this address. Search for them, or use another address")),
        "role": ("roles", gettext("Choose roles from the list")),
        "administrator": ("roles", gettext("Only an administrator of this centre makes or unmakes administrators")),
        "own_role": ("roles", gettext("You would lock yourself out. Ask a colleague to take this role from you")),
        "short_password": ("password", gettext("Use at least 12 characters; three or four words are easy to remember")),
        "not_yours": ("roles", gettext("Only somebody who manages all the centres they work at can change this")),
    }


def refuse(form: Any, error: CannotChangeStaff) -> None:
    """Put a refused action's reason beside its field."""
    name, message = refusals()[error.reason]
    form[name].errors = [*form[name].errors, message]


def by_me() -> dict[str, Any]:
    """Who acts, and when: what every action is told."""
    return {"by": auth.staff_id(), "now": config.now()}


@bp.get("/")
@public
def welcome() -> Answer:
    """The first page: for those signed in, today; else how to sign in, and the demonstration's people one click away."""
    if auth.me():
        return redirect(url_for("desk.today"), 303)
    demo = current_app.config["SETTINGS"].demo
    return render_template(
        "staff/welcome.html", people=actions.demonstration_staff() if demo else [], role_names=ROLE_NAMES,
        progress=current_app.extensions.get("imrgroups.demo"),
    )


@bp.post("/demonstration/sign-in/<int:staff_id>")
@public
def demonstrate(staff_id: int) -> Answer:
    """Sign in as one of the invented staff, in demonstration mode only."""
    person = db.session.get(Staff, staff_id)
    if not current_app.config["SETTINGS"].demo or person not in actions.demonstration_staff():
        abort(404)
    if auth.me():
        logout_user()
    session.clear()
    login_user(person, authn_via=["demonstration"])
    return redirect(url_for("desk.today"), 303)


@bp.get("/account")
@policy("account.own")
def account() -> Answer:
    """One's own name, roles, ways to sign in, and the browsers signed in."""
    return _account(_phone_form())


def _phone_form() -> PhoneForm:
    person = db.session.get_one(Staff, auth.staff_id())
    return PhoneForm(obj=person, country=person.roles[0].centre.country if person.roles else "DK")


def _account(form: PhoneForm) -> Answer:
    settings, now = current_app.config["SETTINGS"], config.now()
    person = db.session.get_one(Staff, auth.staff_id())
    sessions = actions.sessions_of(auth.staff_id(), after=now - timedelta(minutes=settings.idle_minutes))
    own = auth.token_hash(session[auth.TOKEN])
    listed = [(row, row.token_hash == own) for row in sessions]
    zone = person.roles[0].centre.timezone if person.roles else "UTC"
    page = render_template(
        "staff/account.html", form=form, person=person, role_names=ROLE_NAMES, sessions=listed, mfa=settings.mfa, zone=zone,
        attended=training.log([person.id]), kinds=training.TRAINING_WORDS, hours=hours,
    )
    return (page, 422) if form.errors else page


@bp.post("/account/phone")
@policy("account.own")
def own_phone() -> Answer:
    """Say where to be told by text that somebody wants a call, or that one wants no texts."""
    form = _phone_form()
    if not form.validate_on_submit():
        return _account(form)
    phone = form.phone.data or ""
    actions.set_phone(db.session.get_one(Staff, auth.staff_id()), phone, **by_me())
    flash(gettext("You get a text when somebody asks for a call.") if phone else gettext("You get no texts."), "done")
    return redirect(url_for("staff.account"), 303)


@bp.post("/account/sessions/<int:session_id>/end")
@policy("account.own")
def end_session(session_id: int) -> Answer:
    """End the session of another browser of one's own."""
    row = db.session.get(StaffSession, session_id)
    if row is None or row.staff_id != auth.staff_id():
        abort(404)
    actions.end_session(token_hash=row.token_hash, **by_me())
    flash(gettext("That browser is signed out."), "done")
    return redirect(url_for("staff.account"), 303)


@bp.post("/account/language")
@policy("account.own")
def language() -> Answer:
    """Keep the language one likes for the next time."""
    person = db.session.get_one(Staff, auth.staff_id())
    actions.choose_language(person, request.form.get("language", ""), **by_me())
    session.pop("lang", None)
    flash(gettext("Your language is saved."), "done")
    return redirect(url_for("staff.account"), 303)


@bp.get("/centres")
@policy("centre.list")
def index() -> Answer:
    """The centres one coordinates or administers."""
    ties = auth.me()
    return render_template("staff/index.html", centres=actions.centres(ties.centres("coordinator", "administrator") if ties else []))


@bp.route("/centres/new", methods=["GET", "POST"])
@policy("centre.create")
def new_centre() -> Answer:
    """Create a centre; whoever creates it administers it."""
    form = CentreForm(language="da", country="DK", timezone="Europe/Copenhagen")
    if form.validate_on_submit():
        try:
            centre = actions.create_centre(_details(form, form.code.data), **by_me())
        except CannotChangeStaff as error:
            refuse(form, error)
        else:
            flash(gettext("The centre is ready. Add the people who work there."), "done")
            return redirect(url_for("staff.centre", centre_id=centre.id), 303)
    return render_template("staff/centre_form.html", form=form, centre=None), 422 if form.errors else 200


@bp.get("/centres/<int:centre_id>")
@policy("centre.edit", of="centre")
def centre(centre_id: int) -> Answer:
    """One centre and its staff."""
    row = db.session.get_one(Centre, centre_id)
    people = [(one, *_reach(one, centre_id)) for one in actions.staff_of([centre_id], present=False)]
    return render_template("staff/centre.html", centre=row, people=people, role_names=ROLE_NAMES)


def _reach(person: Staff, centre_id: int) -> tuple[bool, bool]:
    return actions.may_change(auth.staff_id(), person), actions.may_change_roles(auth.staff_id(), person, centre_id)


@bp.route("/centres/<int:centre_id>/edit", methods=["GET", "POST"])
@policy("centre.edit", of="centre")
def edit_centre(centre_id: int) -> Answer:
    """Change a centre; its code stays."""
    row = db.session.get_one(Centre, centre_id)
    form = CentreForm(obj=row)
    del form.code
    if form.validate_on_submit():
        try:
            actions.edit_centre(row, _details(form, row.code), **by_me())
        except CannotChangeStaff as error:
            refuse(form, error)
        else:
            flash(gettext("The changes are saved."), "done")
            return redirect(url_for("staff.centre", centre_id=centre_id), 303)
    return render_template("staff/centre_form.html", form=form, centre=row), 422 if form.errors else 200


def _details(form: CentreForm, code: str) -> CentreDetails:
    return CentreDetails(
        code, form.name.data, form.timezone.data, form.country.data, form.language.data, form.bands.data, form.paper.data,
        form.phone.data or "",
    )


@bp.route("/centres/<int:centre_id>/staff/new", methods=["GET", "POST"])
@policy("staff.edit", of="centre")
def new_staff(centre_id: int) -> Answer:
    """Add a person to a centre; somebody who signs in for another centre already gets roles here too."""
    form, centre_row = StaffForm(roles=["leader"]), db.session.get_one(Centre, centre_id)
    if form.validate_on_submit():
        try:
            known = actions.find_staff(form.email.data)
            if known is not None:
                actions.edit_staff(known, name=known.name, centre_id=centre_id, roles=form.roles.data, **_kept(known), **by_me())
                flash(gettext("They sign in here already, with the name and password they have. Now they work at this centre too."), "done")
            else:
                roles = [(centre_id, role) for role in form.roles.data]
                actions.add_staff(email=form.email.data, name=form.name.data, roles=roles, password=form.password.data or None, **by_me())
                flash(gettext("They are added."), "done")
            return redirect(url_for("staff.centre", centre_id=centre_id), 303)
        except CannotChangeStaff as error:
            refuse(form, error)
    return render_template("staff/staff_form.html", form=form, centre=centre_row, person=None), 422 if form.errors else 200


@bp.route("/centres/<int:centre_id>/staff/<int:person_id>", methods=["GET", "POST"])
@policy("staff.edit", of="centre")
def edit_staff(centre_id: int, person_id: int) -> Answer:
    """Change what somebody may do at a centre, or set them a new password."""
    person, me = _colleague(centre_id, person_id), auth.staff_id()
    form, whole = StaffEditForm(name=person.name, roles=person.roles_at(centre_id)), actions.may_change(me, person)
    if not whole:
        form.roles_only()
    if form.validate_on_submit():
        try:
            name = form.name.data if whole else person.name
            actions.edit_staff(person, name=name, centre_id=centre_id, roles=form.roles.data, **_kept(person), **by_me())
            if whole and form.password.data:
                actions.set_password(person, form.password.data, **by_me())
        except CannotChangeStaff as error:
            refuse(form, error)
        else:
            flash(gettext("The changes are saved."), "done")
            return redirect(url_for("staff.centre", centre_id=centre_id), 303)
    page = render_template(
        "staff/staff_form.html", form=form, centre=db.session.get_one(Centre, centre_id), person=person, whole=whole, own=person.id == me
    )
    return page, 422 if form.errors else 200


def _kept(person: Staff) -> dict[str, str]:
    return {"language": person.language, "phone": person.phone}


@bp.post("/centres/<int:centre_id>/staff/<int:person_id>/leave")
@policy("staff.edit", of="centre")
def leave(centre_id: int, person_id: int) -> Answer:
    """Somebody stops working here, or comes back."""
    person = _colleague(centre_id, person_id, whole=True)
    if person.active:
        centre_row = db.session.get_one(Centre, centre_id)
        actions.leave(person, on=actions.today_at(centre_row, config.now()), **by_me())
        flash(gettext("They can no longer sign in. What they recorded stays."), "done")
    else:
        actions.come_back(person, **by_me())
        flash(gettext("They can sign in again."), "done")
    return redirect(url_for("staff.centre", centre_id=centre_id), 303)


@bp.post("/centres/<int:centre_id>/staff/<int:person_id>/second-step/off")
@policy("staff.edit", of="centre")
def reset_two_factor(centre_id: int, person_id: int) -> Answer:
    """Somebody lost their phone and their recovery codes: they sign in with the password alone until they set it up again."""
    actions.reset_two_factor(_colleague(centre_id, person_id, whole=True), **by_me())
    flash(gettext("No code is asked of them until they set it up again."), "done")
    return redirect(url_for("staff.edit_staff", centre_id=centre_id, person_id=person_id), 303)


def _colleague(centre_id: int, person_id: int, *, whole: bool = False) -> Staff:
    """Somebody who works at the centre; 403 where `whole` and they also work where one does not manage."""
    person = db.session.get(Staff, person_id)
    if person is None or not person.roles_at(centre_id):
        abort(404)
    if whole and not actions.may_change(auth.staff_id(), person):
        abort(403)
    return person


from imrgroups.staff.views import learning as learning  # noqa: E402 - its addresses belong to the blueprint above
