"""The register on screen, on paper and as a spreadsheet; apologies; and how missed meetings were caught up."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.utils import secure_filename

from imrgroups import auth, config, pdf
from imrgroups.attendance import actions, figures
from imrgroups.attendance.actions import Clash, Conflict, took_place
from imrgroups.attendance.figures import page
from imrgroups.attendance.figures import sheet as paper
from imrgroups.attendance.forms import ApologyForm, MakeUpForm, SheetForm, changed, choices, number, state
from imrgroups.attendance.models import MakeUp
from imrgroups.auth import policy
from imrgroups.db import db
from imrgroups.groups.models import Meeting
from imrgroups.i18n import gettext, ngettext
from imrgroups.people.models import Participant
from imrgroups.rules.attendance import CannotMakeUp, CannotMark
from imrgroups.staff import actions as staff
from imrgroups.staff.models import Centre

bp = Blueprint("attendance", __name__)
Answer = Any
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/meetings/<int:meeting_id>/attendance")
@policy("register.see", of="meeting")
def register(meeting_id: int) -> Answer:
    """The register of a meeting as it is saved."""
    return _register(figures.occasion(meeting_id))


def _register(meeting: Meeting | figures.Occasion, clashes: Iterable[Clash] = (), refused: str = "") -> Answer:
    lines, now = figures.register(meeting), config.now()
    auth.looked_at(*(line.id for line in lines))
    by_person = {clash.participant_id: clash for clash in clashes}
    html = render_template(
        "attendance/register.html", **page.words(meeting, lines, me=auth.staff_id(), now=now), lines=lines, refused=refused,
        leaders=figures.leaders(meeting), clashes=by_person, closed=page.closed(meeting, now), opens=page.opens_at(meeting),
        may_read=any(line.told for line in lines) and auth.reads_clinical(),
    )
    return html, 409 if by_person else 422 if refused else 200


@bp.post("/meetings/<int:meeting_id>/attendance")
@policy("register.keep", of="meeting")
def save(meeting_id: int) -> Answer:
    """Save the whole register at once, for browsers without scripts and rooms without a net; only what was changed here is written."""
    return _saved(meeting_id, *_ticked())


def _ticked() -> tuple[int, list[Clash]]:
    """Save what was ticked on the page that was sent: how many marks changed, and where somebody else was quicker."""
    ticked, before = request.form.getlist("leader"), request.form.getlist("was-leader")
    marks, versions = changed(request.form)
    if set(ticked) != set(before):
        meeting = _meeting()
        there = {leader.id for leader in figures.leaders(meeting) if leader.there}
        _present(meeting, (there - {number(id) for id in before}) | {number(id) for id in ticked})
    meeting_id, me, now = request.view_args["meeting_id"], auth.staff_id(), config.now()
    return actions.mark_what_can(meeting=actions.Key(meeting_id), marks=marks, versions=versions, by=me, now=now)


def _saved(meeting_id: int, count: int, clashes: list[Clash]) -> Answer:
    """The register that says how much is saved, or asks where somebody else was quicker."""
    if clashes:
        return _register(figures.occasion(meeting_id), clashes)
    flash(ngettext("%(num)s mark is saved.", "%(num)s marks are saved.", count) if count else gettext("The register is saved."), "done")
    return redirect(url_for("attendance.register", meeting_id=meeting_id), 303)


def _present(meeting: Meeting, there: set[int]) -> None:
    known = {leader.id for leader in figures.leaders(meeting)}
    actions.present_leaders(meeting, there & known, by=auth.staff_id(), now=config.now())


@bp.post("/meetings/<int:meeting_id>/attendance/leaders")
@policy("register.keep", of="meeting")
def leaders(meeting_id: int) -> Answer:
    """Save at a tap which leaders were there."""
    _present(_meeting(), {number(id) for id in request.form.getlist("leader")})
    return "", 204


@bp.post("/meetings/<int:meeting_id>/attendance/<int:participant_id>")
@policy("register.keep", of="meeting")
def mark_one(meeting_id: int, participant_id: int) -> Answer:
    """Save one person's mark at a tap, or the one that was chosen of two."""
    meeting, form, chosen = _meeting(), request.form, request.form.get("choice", "")
    asked, _, version = (chosen or f"{form.get(f'state-{participant_id}')} {form.get(f'version-{participant_id}')}").partition(" ")
    actions.mark(
        meeting=meeting, marks={participant_id: state(asked)}, versions={participant_id: number(version)}, by=auth.staff_id(),
        now=config.now(),
    )
    return _row(meeting, participant_id, whole=bool(chosen))


@bp.post("/meetings/<int:meeting_id>/attendance/<int:participant_id>/undo")
@policy("register.keep", of="meeting")
def undo(meeting_id: int, participant_id: int) -> Answer:
    """Put back the mark somebody had before."""
    meeting, version = _meeting(), number(request.form.get("version", ""))
    actions.undo(meeting, participant_id, version=version, by=auth.staff_id(), now=config.now())
    return _row(meeting, participant_id, whole=True)


def _row(meeting: Meeting, person: int, *, clash: Clash | None = None, refused: str = "", whole: bool = False) -> Answer:
    """The answer to one tap: the line that says it is saved, or the whole row; the whole page where there are no scripts."""
    if "HX-Request" not in request.headers:
        if clash or refused:
            return _register(meeting, [clash] if clash else [], refused=refused)
        return redirect(url_for("attendance.register", meeting_id=meeting.id, _anchor=f"row-{person}"), 303)
    lines = figures.register(meeting)
    line = next((line for line in lines if line.id == person), None)
    if line is None:  # they left the group while the page was open
        return render_template("attendance/_tapped.html", line=None, person=person, refused=refused), 422
    auth.looked_at(person)
    whole = whole or bool(clash or refused)
    words = page.words(meeting, lines, me=auth.staff_id(), now=config.now())
    html = render_template("attendance/_tapped.html", **words, line=line, clash=clash, refused=refused, whole=whole)
    headers = {"HX-Retarget": f"#row-{person}", "HX-Reswap": "outerHTML"} if whole else {}
    return html, 409 if clash else 422 if refused else 200, headers


@bp.errorhandler(Conflict)
def conflict(error: Conflict) -> Answer:
    """Somebody else was quicker: show both, and let the person here decide."""
    return _row(_meeting(), request.view_args["participant_id"], clash=error.clashes[0])


@bp.errorhandler(CannotMark)
def cannot_mark(error: CannotMark) -> Answer:
    """Say why a mark is refused, in the row that was tapped or on top of the page."""
    person, said = request.view_args.get("participant_id"), page.refusals()[error.reason]
    return _row(_meeting(), person, refused=said) if person else _register(_meeting(), refused=said)


def _meeting() -> Meeting:
    return db.session.get_one(Meeting, request.view_args["meeting_id"])


@bp.post("/meetings/<int:meeting_id>/attendance/all-present")
@policy("register.keep", of="meeting")
def all_present(meeting_id: int) -> Answer:
    """Save what was ticked already and mark everybody else present who has no mark; then only the exceptions are left."""
    _count, clashes = _ticked()
    count = actions.all_present(_meeting(), by=auth.staff_id(), now=config.now())
    if clashes:
        return _register(figures.occasion(meeting_id), clashes)
    said = ngettext("%(num)s person is marked present.", "%(num)s people are marked present.", count)
    flash(f"{said} {gettext('Now change the exceptions.')}", "done")
    return redirect(url_for("attendance.register", meeting_id=meeting_id), 303)


@bp.post("/meetings/<int:meeting_id>/attendance/held")
@policy("register.keep", of="meeting")
def held(meeting_id: int) -> Answer:
    """The meeting took place although nobody is marked as having come."""
    took_place.hold(_meeting(), by=auth.staff_id(), now=config.now())
    flash(gettext("The meeting is recorded as held."), "done")
    return redirect(url_for("attendance.register", meeting_id=meeting_id), 303)


@bp.route("/meetings/<int:meeting_id>/apologies", methods=["GET", "POST"])
@policy("register.keep", of="meeting")
def apologise(meeting_id: int) -> Answer:
    """Somebody told us beforehand that they cannot come; their mark stays as it is."""
    meeting = _meeting()
    lines, latest = figures.register(meeting), min(config.today(meeting.group.timezone), meeting.meets_on)
    auth.looked_at(*(line.id for line in lines))
    if meeting.state == "cancelled":
        return _register(meeting, refused=page.refusals()["cancelled"])
    form = ApologyForm(told_on=latest)
    form.participant.choices = choices([(line.id, line.label) for line in lines], gettext("Choose a person"))
    if form.validate_on_submit() and form.told_by(latest):
        person = db.session.get_one(Participant, form.participant.data)
        actions.apologise(meeting, person, told_on=form.told_on.data, text=form.text.data or "", by=auth.staff_id(), now=config.now())
        flash(gettext("It is noted. The mark itself is set at the meeting."), "done")
        return redirect(url_for("attendance.register", meeting_id=meeting_id), 303)
    return render_template("attendance/apology.html", meeting=meeting, group=meeting.group, form=form), 422 if form.errors else 200


@bp.post("/meetings/<int:meeting_id>/apologies/<int:participant_id>/withdraw")
@policy("register.keep", of="meeting")
def withdraw(meeting_id: int, participant_id: int) -> Answer:
    """They will come after all."""
    person = db.session.get(Participant, participant_id) or abort(404)
    actions.withdraw_apology(_meeting(), person, by=auth.staff_id(), now=config.now())
    flash(gettext("It is taken back."), "done")
    return redirect(url_for("attendance.register", meeting_id=meeting_id), 303)


@bp.get("/meetings/<int:meeting_id>/attendance.<any(pdf, xlsx, csv):kind>")
@policy("register.see", of="meeting")
def sheet(meeting_id: int, kind: str) -> Answer:
    """The register to print, or to fill in as a spreadsheet where there is no net."""
    meeting = _meeting()
    lines = figures.register(meeting)
    auth.looked_at(*(line.id for line in lines))
    if kind == "pdf":
        document = paper.printed(meeting, lines, [(leader.name, leader.there) for leader in figures.leaders(meeting)])
        data, mimetype = pdf.render([document], paper=meeting.group.centre.paper), "application/pdf"
    else:
        data, mimetype = (paper.as_xlsx(meeting, lines), XLSX) if kind == "xlsx" else (paper.as_csv(meeting, lines), "text/csv")
    name, way = secure_filename(f"attendance-{meeting.group.code}-{meeting.number}.{kind}"), "inline" if kind == "pdf" else "attachment"
    return Response(data, mimetype=mimetype, headers={"Content-Disposition": f'{way}; filename="{name}"'})


@bp.route("/meetings/<int:meeting_id>/attendance/sheet", methods=["GET", "POST"])
@policy("register.keep", of="meeting")
def upload(meeting_id: int) -> Answer:
    """Put a filled-in spreadsheet in: nothing while a row is wrong; where somebody else was quicker, the register asks which is right."""
    meeting, form, mistakes = _meeting(), SheetForm(), []
    if form.validate_on_submit():
        count, clashes, mistakes = _put_in(meeting, form.sheet.data.filename or "", form.sheet.data.read())
        if not mistakes:
            return _saved(meeting_id, count, clashes)
        form.sheet.errors = [str(mistake) for mistake in mistakes]
    words = [name for _value, name in page.states()]
    html = render_template("attendance/sheet.html", meeting=meeting, group=meeting.group, form=form, mistakes=mistakes, words=words)
    return html, 422 if form.errors else 200


def _put_in(meeting: Meeting, name: str, data: bytes) -> tuple[int, list[Clash], list[paper.Mistake]]:
    lines = figures.register(meeting)
    auth.looked_at(*(line.id for line in lines))
    found = paper.read_sheet(name, data, meeting, lines)
    if found.mistakes:
        return 0, [], found.mistakes
    try:
        saved = actions.mark_what_can(meeting=meeting, marks=found.marks, versions=found.versions, by=auth.staff_id(), now=config.now())
    except CannotMark as error:
        return 0, [], [paper.Mistake(0, page.refusals()[error.reason])]
    return *saved, []


@bp.get("/people/<int:participant_id>/make-ups")
@policy("register.see", of="participant")
def make_ups(participant_id: int) -> Answer:
    """The meetings a person did not come to, and how they were caught up."""
    person, missed = _missed(participant_id)
    return render_template(
        "attendance/make_ups.html", person=person, missed=missed, titles=page.module_titles, names=figures.STATE_NAMES,
        kinds=figures.KIND_NAMES,
    )


def _missed(participant_id: int) -> tuple[Participant, list[figures.MissedMeeting]]:
    person = db.session.get(Participant, participant_id) or abort(404)
    auth.looked_at(participant_id)
    missed = figures.missed(participant_id, staff.today_at(db.session.get_one(Centre, person.centre_id), config.now()))
    mine = {group_id for group_id in {each.group_id for each in missed} if auth.may("register.keep", auth.scope_of("group", group_id))}
    return person, [each for each in missed if each.group_id in mine]


@bp.route("/people/<int:participant_id>/make-ups/<int:meeting_id>", methods=["GET", "POST"])
@policy("register.keep", of="participant")
def make_up(participant_id: int, meeting_id: int) -> Answer:
    """Record how one missed meeting was caught up; recording it again replaces what was recorded."""
    person, missed = _missed(participant_id)
    line = next((each for each in missed if each.id == meeting_id), None) or abort(404)
    meeting = _meeting()
    row = db.session.execute(select(MakeUp).where(MakeUp.meeting_id == meeting_id, MakeUp.participant_id == participant_id)).scalar()
    form = MakeUpForm(obj=row, **({} if row else {"done_on": config.today(meeting.group.timezone)}))
    leading = staff.staff_of([meeting.group.centre_id], role="leader")
    form.leader.choices = choices([(each.id, each.name) for each in leading], gettext("Nobody in particular"))
    if request.method == "GET" and row:
        form.leader.data = row.leader_id or 0
    if form.validate_on_submit():
        try:
            actions.make_up(
                meeting, person, done_on=form.done_on.data, kind=form.kind.data, minutes=form.minutes.data,
                leader_id=form.leader.data or None, by=auth.staff_id(), now=config.now(),
            )
        except CannotMakeUp as error:
            form.done_on.errors = [page.no_make_up(meeting.group)[error.reason]]
        else:
            flash(gettext("It is recorded. It counts once, for the meeting it replaces."), "done")
            return redirect(url_for("attendance.make_ups", participant_id=participant_id), 303)
    html = render_template("attendance/make_up.html", person=person, line=line, row=row, form=form, titles=page.module_titles)
    return html, 422 if form.errors else 200


@bp.post("/people/<int:participant_id>/make-ups/<int:meeting_id>/remove")
@policy("register.keep", of="participant")
def remove_make_up(participant_id: int, meeting_id: int) -> Answer:
    """It was recorded by mistake."""
    person, missed = _missed(participant_id)
    if meeting_id not in {each.id for each in missed}:
        abort(404)
    actions.remove_make_up(_meeting(), person, by=auth.staff_id(), now=config.now())
    flash(gettext("It is taken back."), "done")
    return redirect(url_for("attendance.make_ups", participant_id=participant_id), 303)
