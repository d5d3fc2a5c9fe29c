"""The list of groups, the people of a group, its waiting list, and the certificate of taking part."""

from datetime import date
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from imrgroups import auth, config, pdf
from imrgroups.auth import policy
from imrgroups.db import db
from imrgroups.enrolment import actions, roster
from imrgroups.enrolment.actions import CannotEnrol
from imrgroups.enrolment.forms import LEFT_WORDS, BackForm, JoinForm, LeaveForm, refuse
from imrgroups.enrolment.models import Enrolment, WaitingPlace
from imrgroups.forms import one_line
from imrgroups.groups.models import Group
from imrgroups.i18n import LOCALES, gettext, in_language, language
from imrgroups.library import content
from imrgroups.pdf import Paragraph, PrintDocument, Signatures, Space
from imrgroups.people.models import Participant

bp = Blueprint("enrolment", __name__)
Answer = str | Response | tuple[str, int]


@policy("group.see")
def index() -> Answer:
    """The groups one leads or coordinates. The page counts people, so it lives in this room; its name is groups.index."""
    ties, text, ended = auth.me(), one_line(request.args.get("q", "")), request.args.get("ended") == "1"
    lines = roster.groups_for(ties, config.now(), ended=ended, text=text) if ties else []
    return render_template("enrolment/index.html", lines=lines, text=text, ended=ended, limit=content.load().entry["room_limit"])


bp.record_once(lambda state: state.app.add_url_rule("/groups", "groups.index", index, methods=["GET"]))


@bp.get("/groups/<int:group_id>/people")
@policy("group.see", of="group")
def members(group_id: int) -> Answer:
    """The people of a group, those who wait, and a search for somebody to join."""
    return _members(db.session.get_one(Group, group_id))


@bp.post("/groups/<int:group_id>/people")
@policy("group.plan", of="group")
def search(group_id: int) -> Answer:
    """The same page with the people of the centre whose name or code contains what was typed; posted, so that no name is in an address."""
    group = db.session.get_one(Group, group_id)
    return _members(group, _join_form(group))


def _join_form(group: Group) -> JoinForm:
    """The form as it is offered, whatever else was sent."""
    asked = request.args.get("on", type=date.fromisoformat)  # whoever puts ten people into a group types the day once
    return JoinForm(formdata=None, on=asked or max(_today(group), group.starts_on))


def _members(group: Group, form: JoinForm | None = None) -> Answer:
    ties, today, text = auth.me(), _today(group), one_line(request.form.get("words", ""))
    form = form or _join_form(group)
    people, places = roster.members(group, today), roster.waiting(group.id)
    found, more = roster.candidates(group, ties, today, text) if ties and auth.may("group.plan") else ([], False)
    shown = [*(member.person.id for member in people), *(place.participant_id for place in places), *(key for key, _code, _name in found)]
    auth.looked_at(*shown)
    page = render_template(
        "enrolment/members.html", group=group, people=people, places=places, found=found, more=more, text=text, form=form, today=today,
        here=sum(1 for member in people if member.here), left_words=LEFT_WORDS, limit=content.load().entry["room_limit"],
        first_module=_first_module(group),
    )
    return page, 422 if form.errors else 200


def _today(group: Group) -> date:
    return config.now().astimezone(ZoneInfo(group.timezone)).date()


def _first_module(group: Group) -> int:
    module = content.load().modules.get(group.modules[0])
    return module.number if module else 1


@bp.post("/groups/<int:group_id>/people/join")
@policy("group.plan", of="group")
def join(group_id: int) -> Answer:
    """Somebody of the centre joins."""
    group, form = db.session.get_one(Group, group_id), JoinForm()
    person = _person_of_form(form)
    if not form.validate_on_submit():
        return _members(group, form)
    try:
        actions.join(group, person, on=form.on.data, by=auth.staff_id(), now=config.now())
    except CannotEnrol as error:
        refuse(form, error)
        return _members(group, form)
    flash(gettext("They have joined the group."), "done")
    return redirect(url_for("enrolment.members", group_id=group_id, on=form.on.data, _anchor=f"person-{person.id}"), 303)


@bp.post("/groups/<int:group_id>/people/wait")
@policy("group.plan", of="group")
def wait(group_id: int) -> Answer:
    """Somebody of the centre would like a place."""
    group, form = db.session.get_one(Group, group_id), JoinForm()
    person = _person_of_form(form)
    try:
        actions.wait(group, person, on=_today(group), by=auth.staff_id(), now=config.now())
    except CannotEnrol as error:
        refuse(form, error)
        return _members(group, form)
    flash(gettext("They are on the waiting list."), "done")
    return redirect(url_for("enrolment.members", group_id=group_id, _anchor="waiting"), 303)


def _person_of_form(form: JoinForm) -> Participant:
    """The person a form names, where whoever is signed in may see them."""
    key = int(form.participant.data) if (form.participant.data or "").isdecimal() else 0
    auth.require("people.see", auth.scope_of("participant", key))
    return db.session.get_one(Participant, key)


@bp.route("/groups/<int:group_id>/people/<int:participant_id>/leave", methods=["GET", "POST"])
@policy("group.plan", of="group")
def leave(group_id: int, participant_id: int) -> Answer:
    """Somebody leaves or pauses, with a reason and the last day."""
    row = _newest(group_id, participant_id)
    form = LeaveForm(on=max(_today(row.group), row.joined_on))
    if form.validate_on_submit():
        try:
            actions.leave(row, on=form.on.data, reason=form.reason.data, by=auth.staff_id(), now=config.now())
        except CannotEnrol as error:
            refuse(form, error)
        else:
            flash(gettext("Their last day is saved. What is recorded stays."), "done")
            return redirect(url_for("enrolment.members", group_id=group_id, _anchor=f"person-{participant_id}"), 303)
    return render_template("enrolment/leave.html", form=form, group=row.group, row=row, person=row.participant), 422 if form.errors else 200


@bp.route("/groups/<int:group_id>/people/<int:participant_id>/back", methods=["GET", "POST"])
@policy("group.plan", of="group")
def back(group_id: int, participant_id: int) -> Answer:
    """Somebody who left or paused comes back."""
    row = _newest(group_id, participant_id)
    form = BackForm(on=_today(row.group))
    if form.validate_on_submit():
        try:
            actions.come_back(row, on=form.on.data, by=auth.staff_id(), now=config.now())
        except CannotEnrol as error:
            refuse(form, error)
        else:
            flash(gettext("They belong to the group again."), "done")
            return redirect(url_for("enrolment.members", group_id=group_id, _anchor=f"person-{participant_id}"), 303)
    return render_template("enrolment/back.html", form=form, group=row.group, row=row, person=row.participant), 422 if form.errors else 200


def _newest(group_id: int, participant_id: int) -> Enrolment:
    """The latest time a person belonged to a group; 404 where there is none."""
    wanted = select(Enrolment).where(Enrolment.group_id == group_id, Enrolment.participant_id == participant_id)
    row = db.session.execute(wanted.order_by(Enrolment.joined_on.desc())).scalar()
    if row is None:
        abort(404)
    auth.looked_at(participant_id)
    return row


@bp.post("/groups/<int:group_id>/waiting/<int:place_id>/<any(offer, accept, decline):answer>")
@policy("group.plan", of="group")
def answer(group_id: int, place_id: int, answer: str) -> Answer:
    """Offer a place to somebody who waits, or write down their answer."""
    group, place = db.session.get_one(Group, group_id), db.session.get(WaitingPlace, place_id)
    if place is None or place.group_id != group_id:
        abort(404)
    on, form = _today(group), _join_form(group)
    try:
        if answer == "offer":
            actions.offer(place, on=on, by=auth.staff_id(), now=config.now())
        else:
            actions.answer_offer(place, accepted=answer == "accept", on=on, by=auth.staff_id(), now=config.now())
    except CannotEnrol as error:
        refuse(form, error)
        return _members(group, form)
    said = {
        "offer": gettext("The offer is saved. Write down the answer when you have it."),
        "accept": gettext("They have joined the group."),
        "decline": gettext("They are no longer on the waiting list."),
    }
    flash(said[answer], "done")
    return redirect(url_for("enrolment.members", group_id=group_id), 303)


@bp.get("/groups/<int:group_id>/people/<int:participant_id>/certificate")
@policy("group.see", of="group")
def certificate(group_id: int, participant_id: int) -> Answer:
    """A certificate of taking part as a PDF, in the person's language where we have it; it says nothing of illness."""
    row = _newest(group_id, participant_id)
    person, group = row.participant, row.group
    with in_language(person.language if person.language in LOCALES else group.language):
        page = _certificate(row, roster.first_day(group_id, participant_id), _today(group))
    made = make_response(pdf.render([page], paper=group.centre.paper, large=person.large_print))
    made.mimetype = "application/pdf"
    made.headers["Content-Disposition"] = f'inline; filename="{person.code}.pdf"'
    return made


def _certificate(row: Enrolment, first: date, today: date) -> PrintDocument:
    """The certificate in the language spoken now: who, where, from when to when, signed by the leaders."""
    group, still = row.group, row.left_on is None or row.left_on > today
    words = {"group": group.name, "centre": group.centre.name, "first": _dated(first), "last": _dated(row.left_on or today)}
    said = (
        gettext("has taken part in the group %(group)s at %(centre)s since %(first)s.", **words) if still
        else gettext("took part in the group %(group)s at %(centre)s from %(first)s to %(last)s.", **words)
    )
    blocks = [
        Space(20), Paragraph([(row.participant.name, True)]), Paragraph(said), Space(10),
        Paragraph(gettext("The group met every week and worked with what helps in everyday life and with people's own goals.")),
        Paragraph(gettext("Thank you for being part of it.")), Space(20), Paragraph(_dated(today)), Space(14),
        Signatures([leader.name for leader in group.leaders]),
    ]
    return PrintDocument(gettext("Certificate of taking part"), language(), blocks, page_word=gettext("Page"))


def _dated(value: date) -> str:
    return format_date(value, "long", locale=language())
