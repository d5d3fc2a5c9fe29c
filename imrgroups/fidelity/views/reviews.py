"""The calendar of reviews, one review, and who assesses it until when."""

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from imrgroups import auth, config
from imrgroups.auth import policy
from imrgroups.db import db
from imrgroups.fidelity import actions, forms
from imrgroups.fidelity.actions import CannotReview, reports
from imrgroups.fidelity.evidence import board, matching, nudges, sheets
from imrgroups.fidelity.evidence import day as day_reads
from imrgroups.fidelity.evidence.board import Line
from imrgroups.fidelity.evidence.instruments import instrument_of
from imrgroups.fidelity.models import Review
from imrgroups.fidelity.views import words
from imrgroups.fidelity.views.addresses import bp
from imrgroups.forms import Form
from imrgroups.groups.models import Group
from imrgroups.i18n import gettext
from imrgroups.rules.fidelity.matching import matches, suggested
from imrgroups.staff import actions as staff

Answer = str | Response | tuple[str, int]


@bp.get("/reviews")
@policy("review.list")
def reviews() -> Answer:
    """The reviews one assesses, and for coordinators those of the centre, with what is missing."""
    ties, now = auth.me(), config.now()
    assert ties is not None
    mine = board.lines(now, review_ids=ties.reviews) if ties.reviews else []
    centre = board.lines(now, centre_ids=ties.centres("coordinator")) if ties.has("coordinator") else []
    return render_template("fidelity/reviews.html", mine=mine, centre=centre)


@bp.get("/groups/<int:group_id>/reviews")
@policy("group.see", of="group")
def group_reviews(group_id: int) -> Answer:
    """The reviews of one group."""
    row, now = db.session.get_one(Group, group_id), config.now()
    return render_template(
        "fidelity/group_reviews.html", group=row, lines=board.lines(now, group_id=group_id),
        nudges=nudges.nudges([group_id], now.date()),
    )


@bp.get("/reviews/<int:review_id>")
@policy("review.see", of="review")
def review(review_id: int) -> Answer:
    """One review: its dates, its assessors, and what comes next for whoever looks."""
    row, line = of(review_id)
    report, mine = reports.report_of(review_id), sheets.own(review_id, auth.staff_id()) if auth.may("review.rate") else {}
    given = sum(1 for rating in mine.values() if rating.score is not None or rating.not_rated)
    own = next((each for each in line.assessors if each.id == auth.staff_id()), None)
    outcome = sheets.outcome(row) if own else None
    return render_template(
        "fidelity/review.html", review=row, line=line, report=report, own=own, given=given,
        items=len(sheets.items_of(row)), open=len(outcome.open) if outcome else None,
        day_done=len(day_reads.done(review_id)) if own else 0, day_tasks=len(day_reads.plan().tasks), scale_name=instrument_of(row).name,
    )


@bp.route("/reviews/<int:review_id>/assessors", methods=["GET", "POST"])
@policy("review.plan", of="review")
def assessors(review_id: int) -> Answer:
    """Who could assess a review, those without a doubt first; choose one, or take one off."""
    row, line = of(review_id)
    form, off = forms.AssignForm(prefix=""), forms.ReasonForm(prefix="off")
    found = matches(matching.wanted(row), matching.candidates(line.today))
    form.staff.choices = [(match.candidate.staff, match.candidate.name) for match in found]
    first = suggested(found, [each.id for each in line.assessors])
    if request.method == "GET":
        form.staff.data = first[0] if first else None
    elif request.form.get("do") == "off":
        if off.validate() and _done(off, lambda: actions.unassign(row, _key("who"), reason=off.reason.data or "", **_by())):
            return _back("fidelity.assessors", review_id, gettext("The assessor is taken off the review."))
    elif form.validate() and _done(form, lambda: actions.assign(
        row, form.staff.data, reason=form.reason.data or "", interviewing=form.interviewing.data, **_by()
    )):
        return _back("fidelity.assessors", review_id, gettext("The assessor is assigned. The review now stands on their page."))
    status = 200 if request.method == "GET" else 422
    return render_template(
        "fidelity/assessors.html", review=row, line=line, form=form, off=off, who=request.form.get("who", ""), matches=found, first=first,
        doubts=words.DOUBTS, centres={centre.id: centre.name for centre in staff.centres()},
    ), status


@bp.route("/reviews/<int:review_id>/dates", methods=["GET", "POST"])
@policy("review.plan", of="review")
def dates(review_id: int) -> Answer:
    """Keep a review open for longer, choose another day, or call it off."""
    row, line = of(review_id)
    extend, due, off = forms.ExtendForm(prefix="extend"), forms.DueForm(prefix="due"), forms.ReasonForm(prefix="off")
    what, done = request.form.get("do", ""), False
    if what == "extend" and extend.validate():
        done = _done(extend, lambda: actions.extend(row, until_on=extend.until_on.data, reason=extend.reason.data or "", **_by()))
    elif what == "due" and due.validate():
        done = _done(due, lambda: actions.reschedule(row, due_on=due.due_on.data, **_by()))
    elif what == "off" and off.validate():
        done = _done(off, lambda: actions.call_off(row, reason=off.reason.data or "", **_by()))
    if done:
        return _back("fidelity.review", review_id, gettext("The dates of the review are changed."))
    for form in (extend, due, off) if not what else ():
        form.process(formdata=None, due_on=row.due_on, until_on=row.extended_until_on)
    return render_template("fidelity/dates.html", review=row, line=line, extend=extend, due=due, off=off, what=what), 422 if what else 200


@bp.post("/reviews/<int:review_id>/interviewing")
@policy("review.plan", of="review")
def interviewing(review_id: int) -> Answer:
    """Say whether an assessor interviews, and so sees names."""
    row, _line = of(review_id)
    try:
        actions.interview(row, _key("who"), interviewing=request.form.get("interviewing") == "yes", **_by())
    except CannotReview as error:
        flash(words.refused(error), "error")
    return redirect(url_for("fidelity.assessors", review_id=review_id), 303)


def of(review_id: int) -> tuple[Review, Line]:
    """A review as a row, and as lists show it."""
    row = db.session.get(Review, review_id) or abort(404)
    return row, board.lines(config.now(), review_ids=[review_id])[0]


def _by() -> dict[str, object]:
    return {"by": auth.staff_id(), "now": config.now()}


def _key(name: str) -> int:
    value = request.form.get(name, "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 19 else 0


def _done(form: Form, act: object) -> bool:
    """Whether an action went through; else the form says what to do."""
    try:
        act()  # type: ignore[operator]
    except CannotReview as error:
        db.session.rollback()
        field = {
            "needs_reason": "reason", "no_reason": "reason", "not_later": "until_on", "too_long": "until_on", "before_start": "due_on",
        }.get(error.reason)
        if field and field in form:
            form[field].errors = [words.refused(error)]
        else:
            form.form_errors.append(words.refused(error))
        return False
    return True


def _back(endpoint: str, review_id: int, said: str) -> Response:
    flash(said, "done")
    return redirect(url_for(endpoint, review_id=review_id), 303)
