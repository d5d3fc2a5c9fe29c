"""Planning a group: creating it, its series of meetings, the order of its modules, its end, and the closed days of a centre.

The list of groups and the people in a group are pages of the room enrolment.
"""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from imrgroups import auth, config
from imrgroups.auth import Scope, policy
from imrgroups.db import db
from imrgroups.groups import actions, series
from imrgroups.groups.actions import CannotPlan, closed
from imrgroups.groups.forms import STATE_WORDS, ClosedForm, EndForm, GroupForm, MoveForm, OrderForm, ReasonForm, refuse
from imrgroups.groups.models import ClosedWeek, Group, Meeting
from imrgroups.i18n import day, gettext
from imrgroups.library import content
from imrgroups.staff import actions as staff
from imrgroups.staff.models import Centre

bp = Blueprint("groups", __name__)
Answer = str | Response | tuple[str, int]


@bp.route("/groups/new", methods=["GET", "POST"])
@policy("group.create")
def new() -> Answer:
    """Create a group in two steps: a form, then the whole series to look at before anything is saved."""
    centre = _chosen_centre()
    if centre is None:
        return render_template("groups/choose_centre.html", centres=_own_centres())
    form, step = _new_form(centre), request.form.get("step", "look")
    if step != "change" and form.validate_on_submit():
        if step != "save":
            return _preview(form, centre)
        try:
            group = actions.create(form.details(), centre_id=centre.id, leaders=form.leaders.data, by=auth.staff_id(), now=config.now())
        except CannotPlan as error:
            refuse(form, error)
        else:
            flash(gettext("The group and its meetings are ready. Next, choose the people."), "done")
            return redirect(url_for("groups.plan", group_id=group.id), 303)
    return render_template("groups/new.html", form=form, centre=centre, modules=_modules()), 422 if form.errors else 200


def _own_centres() -> list[Centre]:
    ties = auth.me()
    return staff.centres(ties.centres("coordinator")) if ties else []


def _chosen_centre() -> Centre | None:
    """The centre the address names, or the only one somebody coordinates."""
    own = _own_centres()
    asked = request.args.get("centre", type=int)
    if asked is None:
        return own[0] if len(own) == 1 else None
    auth.require("group.create", Scope(asked))
    return next((centre for centre in own if centre.id == asked), None)


def _new_form(centre: Centre) -> GroupForm:
    programme = content.load().entry
    form = GroupForm(
        staff=[(person.id, person.name) for person in staff.staff_of([centre.id], role="leader")], module_order=series.default_order(),
        timezone=centre.timezone, language=centre.language, minutes=programme["meeting_minutes"], capacity=programme["group_size"],
    )
    del form.version
    return form


def _preview(form: GroupForm, centre: Centre) -> Answer:
    wanted = form.details()
    lines, left_out = series.draft(
        wanted.starts_on, wanted.local_time, wanted.timezone, centre.country, series.closed_weeks(centre.id), wanted.module_order
    )
    kept = [(name, value) for name, value in request.form.items(multi=True) if name not in ("csrf_token", "step")]
    leaders = [choice.label for choice in form.leaders.choices if choice.value in form.leaders.data]
    return render_template(
        "groups/preview.html", wanted=wanted, centre=centre, lines=lines, left_out=series.numbered(left_out), kept=kept, leaders=leaders,
        past=wanted.starts_on < staff.today_at(centre, config.now()), fits=sum(1 for line in lines if line.number),
    )


def _modules() -> dict[str, str]:
    """The titles of the modules by id."""
    return {id: title for id, (_number, title) in zip(series.default_order(), series.numbered(series.default_order()), strict=True)}


@bp.route("/groups/<int:group_id>/edit", methods=["GET", "POST"])
@policy("group.plan", of="group")
def edit(group_id: int) -> Answer:
    """Change a group; who leads it is for the coordinator to say."""
    group = db.session.get_one(Group, group_id)
    form = _edit_form(group)
    if form.validate_on_submit():
        leaders = [person.id for person in group.leaders] if form.leaders is None else form.leaders.data
        try:
            actions.edit(
                group, form.details(starts_on=group.starts_on), leaders=leaders, version=int(form.version.data or 0),
                by=auth.staff_id(), now=config.now(),
            )
        except CannotPlan as error:
            refuse(form, error)
            form.version.data = str(group.version)
        else:
            flash(gettext("The changes are saved."), "done")
            return redirect(url_for("desk.group", group_id=group_id), 303)
    return render_template("groups/edit.html", form=form, group=group, modules=_modules()), 422 if form.errors else 200


def _edit_form(group: Group) -> GroupForm:
    known = {person.id: person.name for person in [*staff.staff_of([group.centre_id], role="leader"), *group.leaders]}
    same = ("version", "name", "local_time", "minutes", "place", "language", "capacity", "timezone")
    form = GroupForm(
        **{name: getattr(group, name) for name in same}, module_order=group.modules, leaders=[person.id for person in group.leaders],
        staff=sorted(known.items(), key=lambda pair: pair[1]),
    )
    del form.starts_on
    if not auth.may("group.create"):
        del form.leaders
    return form


@bp.get("/groups/<int:group_id>/plan")
@policy("group.see", of="group")
def plan(group_id: int) -> Answer:
    """The series of a group: every meeting with its topics, and what does not fit."""
    return _plan(db.session.get_one(Group, group_id))


def _plan(group: Group, form: OrderForm | None = None) -> Answer:
    now = config.now()
    lines = series.lines(group, now)
    to_come = [line for line in lines if line.state == "planned" and not line.over]
    left_out = series.numbered(series.left_out(group.id, group.modules, now)) if group.ended_on is None else []
    form = form or OrderForm(module_order=group.modules)
    page = render_template(
        "groups/plan.html", group=group, lines=lines, to_come=to_come, left_out=left_out, states=STATE_WORDS, form=form, modules=_modules(),
        today=now.astimezone(series.calendar.zone(group.timezone)).date(),
    )
    return page, 422 if form.errors else 200


@bp.post("/groups/<int:group_id>/order")
@policy("group.plan", of="group")
def order(group_id: int) -> Answer:
    """Change the order of the modules."""
    group = db.session.get_one(Group, group_id)
    form = OrderForm(module_order=group.modules)
    if not form.validate_on_submit():
        return _plan(group, form)
    actions.reorder(group, form.module_order.data, by=auth.staff_id(), now=config.now())
    flash(gettext("The new order is saved. What has been held stays as it was."), "done")
    return redirect(url_for("groups.plan", group_id=group_id), 303)


@bp.route("/groups/<int:group_id>/meetings/new", methods=["GET", "POST"])
@policy("group.plan", of="group")
def add(group_id: int) -> Answer:
    """Add a meeting to the series."""
    group = db.session.get_one(Group, group_id)
    form = MoveForm(at=group.local_time)
    if form.validate_on_submit():
        try:
            actions.add_meeting(group, on=form.on.data, at=form.at.data, beyond=form.beyond.data, by=auth.staff_id(), now=config.now())
        except CannotPlan as error:
            refuse(form, error)
        else:
            return _planned(group, gettext("The meeting is added. The topics are shared anew."), form.on.data)
    return render_template("groups/add.html", form=form, group=group, ends_on=series.ends_on(group)), 422 if form.errors else 200


def _planned(group: Group, message: str, on: Any = None) -> Response:
    """Back to the plan with a message, and a warning where the day is no good day for a meeting."""
    flash(message, "done")
    holiday, closed = series.obstacles(group, {on.year})(on) if on else ("", False)
    if holiday:
        flash(gettext("%(day)s is a public holiday: %(name)s.", day=day(on), name=holiday), "warning")
    elif closed:
        flash(gettext("The centre is closed on %(day)s.", day=day(on)), "warning")
    return redirect(url_for("groups.plan", group_id=group.id), 303)  # type: ignore[return-value]


@bp.route("/meetings/<int:meeting_id>/move", methods=["GET", "POST"])
@policy("group.plan", of="meeting")
def move(meeting_id: int) -> Answer:
    """Move a meeting to another day or time."""
    meeting = db.session.get_one(Meeting, meeting_id)
    form = MoveForm(on=meeting.meets_on, at=meeting.local_time, version=meeting.version)
    if form.validate_on_submit():
        try:
            if form.version.data != str(meeting.version):
                raise CannotPlan("stale")
            actions.move(
                meeting, to_on=form.on.data, to_time=form.at.data, beyond=form.beyond.data, by=auth.staff_id(), now=config.now()
            )
        except CannotPlan as error:
            refuse(form, error)
            form.version.data = str(meeting.version)
        else:
            return _planned(meeting.group, gettext("The meeting is moved. Later topics follow."), form.on.data)
    page = render_template("groups/move.html", form=form, meeting=meeting, group=meeting.group, ends_on=series.ends_on(meeting.group))
    return page, 422 if form.errors else 200


@bp.route("/meetings/<int:meeting_id>/cancel", methods=["GET", "POST"])
@policy("group.plan", of="meeting")
def cancel(meeting_id: int) -> Answer:
    """Cancel a meeting with a reason."""
    meeting = db.session.get_one(Meeting, meeting_id)
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            actions.cancel(meeting, reason=form.reason.data, by=auth.staff_id(), now=config.now())
        except CannotPlan as error:
            refuse(form, error)
        else:
            return _planned(meeting.group, gettext("The meeting is cancelled. Its topics move on to the next ones."))
    return render_template("groups/cancel.html", form=form, meeting=meeting, group=meeting.group), 422 if form.errors else 200


@bp.post("/meetings/<int:meeting_id>/restore")
@policy("group.plan", of="meeting")
def restore(meeting_id: int) -> Answer:
    """Plan a cancelled meeting again."""
    meeting = db.session.get_one(Meeting, meeting_id)
    try:
        actions.restore(meeting, by=auth.staff_id(), now=config.now())
    except CannotPlan as error:
        form = OrderForm(module_order=meeting.group.modules)
        refuse(form, error)
        return _plan(meeting.group, form)
    return _planned(meeting.group, gettext("The meeting is planned again."), meeting.meets_on)


@bp.route("/groups/<int:group_id>/end", methods=["GET", "POST"])
@policy("group.plan", of="group")
def end(group_id: int) -> Answer:
    """End a group, or let one that ended go on."""
    group = db.session.get_one(Group, group_id)
    form = EndForm(on=staff.today_at(group.centre, config.now()))
    try:
        if group.ended_on is not None and request.method == "POST":
            actions.resume(group, by=auth.staff_id(), now=config.now())
            return _planned(group, gettext("The group goes on. Plan again the meetings you need."))
        if form.validate_on_submit():
            actions.end(group, on=form.on.data, reason=form.reason.data, by=auth.staff_id(), now=config.now())
            return _planned(group, gettext("The end of the group is saved. Later meetings are cancelled."))
    except CannotPlan as error:
        refuse(form, error)
    return render_template("groups/end.html", form=form, group=group), 422 if form.errors else 200


@bp.route("/centres/<int:centre_id>/closed-weeks", methods=["GET", "POST"])
@policy("centre.edit", of="centre")
def closed_weeks(centre_id: int) -> Answer:
    """The closed days of a centre, and a form for more."""
    centre, form = db.session.get_one(Centre, centre_id), ClosedForm()
    if form.validate_on_submit():
        first, last = form.from_on.data, form.to_on.data or form.from_on.data
        try:
            closed.close(centre, first, last, form.reason.data, by=auth.staff_id(), now=config.now())
        except CannotPlan as error:
            refuse(form, error)
        else:
            flash(gettext("The closed days are saved. New groups will not meet then."), "done")
            return redirect(url_for("groups.closed_weeks", centre_id=centre_id), 303)
    now = config.now()
    page = render_template(
        "groups/closed_weeks.html", centre=centre, form=form, rows=series.closed_weeks(centre_id), inside=series.inside(centre_id, now),
        today=staff.today_at(centre, now),
    )
    return page, 422 if form.errors else 200


@bp.post("/centres/<int:centre_id>/closed-weeks/<int:closed_id>/reopen")
@policy("centre.edit", of="centre")
def reopen(centre_id: int, closed_id: int) -> Answer:
    """The closed days are open after all."""
    row = db.session.get(ClosedWeek, closed_id)
    if row is None or row.centre_id != centre_id:
        abort(404)
    closed.reopen(row, by=auth.staff_id(), now=config.now())
    flash(gettext("The days are open again. Add meetings to the plan of each group where you want them."), "done")
    return redirect(url_for("groups.closed_weeks", centre_id=centre_id), 303)
