"""Those close to people: who has somebody involved, and one small next step for each."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from imrgroups import auth, config
from imrgroups.auth import policy
from imrgroups.db import db
from imrgroups.groups.models import Group
from imrgroups.i18n import curriculum, direction, gettext, lazy_gettext
from imrgroups.library import content
from imrgroups.outreach.actions import supporters as actions
from imrgroups.outreach.actions.supporters import CannotInvite
from imrgroups.outreach.views import bp
from imrgroups.people import actions as people
from imrgroups.people import folder
from imrgroups.people.models import CONTACT_KINDS, Participant, Supporter, SupporterContact
from imrgroups.rules.supporters import Next
from imrgroups.staff import actions as staff
from imrgroups.staff.models import Centre

Answer = str | Response | tuple[str, int]
KINDS = {
    "phone": lazy_gettext("Phone call"), "meeting": lazy_gettext("Meeting"), "text": lazy_gettext("Text message"),
    "letter": lazy_gettext("Letter"), "visit": lazy_gettext("Visit"), "other": lazy_gettext("Other"),
}
REFUSALS = {
    "no_consent": lazy_gettext("Ask the person first whether we may contact them. Nothing was sent."),
    "no_phone": lazy_gettext("There is no phone number of theirs. Write a letter, or put the number down first."),
    "twice": lazy_gettext("We have written to them today already."),
}


@bp.get("/groups/<int:group_id>/supporters")
@policy("people.edit", of="group")
def group_supporters(group_id: int) -> Answer:
    """The whole group: those with nobody involved first, each with one small next step."""
    return _page(_group(group_id), None)


@bp.get("/people/<int:participant_id>/circle")
@policy("people.edit", of="participant")
def close(participant_id: int) -> Answer:
    """The same for one person."""
    return _page(None, db.session.get_one(Participant, participant_id))


def _group(group_id: int) -> Group:
    return db.session.get_one(Group, group_id)


def _page(group: Group | None, person: Participant | None, problem: str = "", wrong: int | None = None) -> Answer:
    """The page of a group or of one person. problem: what to put right, at the supporter `wrong`."""
    whose = group or person
    assert whose is not None
    centre = db.session.get_one(Centre, whose.centre_id)
    on, ties = staff.today_at(centre, config.now()), auth.me()
    assert ties is not None
    alone = [(person.id, person.name or person.code)] if person else []
    lines = actions.furthest_first(actions.close_in_group(group.id, on)) if group else actions.close_to(alone, on)
    auth.looked_at(*(line.id for line in lines))
    rows = actions.rows_of(lines)
    told, made = actions.invited(rows), actions.put_down(rows, on, ties.staff_id)
    module = content.load().modules.get(actions.module_now(group.id, on)) if group else None
    page = render_template(
        "outreach/supporters.html", group=group, person=person, lines=lines, rows=rows, kinds=KINDS, told=told, made=made,
        texts={line.id: _preview(rows[line.supporter.id], line.step, told, ties.name, centre.phone) for line in lines if line.supporter},
        module=module, module_title=curriculum(module.title.source) if module else "", problem=problem, wrong=wrong, centre=centre,
        text_direction=direction,
    )
    return page, 422 if problem else 200


def _preview(row: Supporter, step: Next, told: dict[int, list[actions.Invited]], sender: str, phone: str) -> str:
    return actions.invitation(row, actions.step_of(step), told.get(row.id, []), sender=sender, phone=phone)[1]


def _supporter(supporter_id: int) -> tuple[Supporter, dict[str, Any], Group | None]:
    """A supporter, who acts and when, and the group whose page this came from, if any; a group of somebody else's is refused."""
    row, group_id = db.session.get_one(Supporter, supporter_id), request.form.get("group", type=int)
    auth.looked_at(row.participant_id)
    if group_id is not None:
        auth.require("people.edit", auth.scope_of("group", group_id))
    return row, {"by": auth.staff_id(), "now": config.now()}, _group(group_id) if group_id is not None else None


def _back(group: Group | None, participant_id: int) -> Response:
    if group is not None:
        return redirect(url_for("outreach.group_supporters", group_id=group.id, _anchor=f"p{participant_id}"), 303)
    return redirect(url_for("outreach.close", participant_id=participant_id), 303)


@bp.post("/supporters/<int:supporter_id>/contacted")
@policy("people.edit", of="supporter")
def contacted(supporter_id: int) -> Answer:
    """Put down a contact of today in two taps."""
    row, told, group = _supporter(supporter_id)
    kind = request.form.get("kind", "")
    if kind not in CONTACT_KINDS:
        return _page(group, None if group else row.participant, gettext("Choose how you were in contact"), row.id)
    centre = db.session.get_one(Centre, row.participant.centre_id)
    people.contact(row, on=staff.today_at(centre, told["now"]), kind=kind, about="", **told)
    flash(gettext("The contact is put down."), "done")
    return _back(group, row.participant_id)


@bp.post("/supporters/<int:supporter_id>/contacted/<int:contact_id>/undo")
@policy("people.edit", of="supporter")
def not_contacted(supporter_id: int, contact_id: int) -> Answer:
    """Take back a contact that was put down by mistake."""
    row, told, group = _supporter(supporter_id)
    made = db.session.get(SupporterContact, contact_id)
    if made is None or made.supporter_id != supporter_id:
        abort(404)
    people.remove_contact(made, **told)
    flash(gettext("The contact is taken back."), "done")
    return _back(group, row.participant_id)


@bp.post("/supporters/<int:supporter_id>/invite")
@policy("people.edit", of="supporter")
def invite(supporter_id: int) -> Answer:
    """Write to a supporter: a text that goes out in the allowed hours, or a letter that waits to be printed."""
    row, told, group = _supporter(supporter_id)
    channel, step = request.form.get("channel", ""), request.form.get("step", "")
    if channel not in ("text", "letter") or step not in ("first", "thanks"):
        abort(404)
    on = staff.today_at(db.session.get_one(Centre, row.participant.centre_id), told["now"])
    group_id = group.id if group else folder.current_group(row.participant_id, on)
    try:
        actions.invite(row, step=step, channel=channel, group_id=group_id, on=on, **told)
    except CannotInvite as error:
        return _page(group, None if group else row.participant, str(REFUSALS[error.reason]), row.id)
    if channel == "text":
        flash(gettext("The text waits to be sent. It goes out in the hours when texts are allowed."), "done")
    else:
        flash(gettext("The letter waits among the letters to print."), "done")
    return _back(group, row.participant_id)


@bp.post("/people/<int:participant_id>/circle/not-now")
@policy("people.edit", of="participant")
def not_now(participant_id: int) -> Answer:
    """The person would rather wait with naming somebody; nobody asks again for some weeks."""
    auth.looked_at(participant_id)
    person, now, group_id = db.session.get_one(Participant, participant_id), config.now(), request.form.get("group", type=int)
    if group_id is not None:
        auth.require("people.edit", auth.scope_of("group", group_id))
    on = staff.today_at(db.session.get_one(Centre, person.centre_id), now)
    people.finish_task(person, "supporter", outcome="not_now", on=on, by=auth.staff_id(), now=now)
    flash(gettext("That is fine. It stays on the list for another day."), "done")
    return _back(_group(group_id) if group_id is not None else None, participant_id)
