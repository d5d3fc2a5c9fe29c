"""The report of a review: written by assessors, answered by leaders, on the page and on paper; and its advice until it is done."""

import io
import json
from collections.abc import Mapping
from datetime import date

from flask import abort, flash, redirect, render_template, request, send_file, url_for

from imrgroups import auth, config, pdf
from imrgroups.auth import policy
from imrgroups.db import db
from imrgroups.fidelity import forms
from imrgroups.fidelity.actions import CannotReview, reports
from imrgroups.fidelity.actions.reports import SECTIONS, SOURCES, Advice, Named, Written
from imrgroups.fidelity.evidence import sheets
from imrgroups.fidelity.evidence.instruments import instrument_of
from imrgroups.fidelity.evidence.report import Full, first_words, full
from imrgroups.fidelity.models import Recommendation, Review
from imrgroups.fidelity.views import words
from imrgroups.fidelity.views.addresses import bp
from imrgroups.fidelity.views.paper import printed, summary
from imrgroups.fidelity.views.reviews import Answer, of
from imrgroups.forms import clean, one_line
from imrgroups.i18n import curriculum, gettext

BLANK = 3  # empty places for advice at the end of the page
LONGEST = 6000


@bp.get("/reviews/<int:review_id>/report")
@policy("report.see", of="review")
def report(review_id: int) -> Answer:
    """The report; for others than its assessors from the day the leaders get it."""
    found = _readable(review_id)
    if found is None:
        return redirect(url_for("fidelity.review", review_id=review_id), 303)
    return render_template("fidelity/report.html", full=found, review=found.review, line=found.line, summary=summary(found), **_words())


@bp.get("/reviews/<int:review_id>/report.pdf")
@policy("report.see", of="review")
def report_pdf(review_id: int) -> Answer:
    """The report on paper."""
    found = _readable(review_id) or abort(404)
    data = pdf.render([printed(found)], paper=found.review.group.centre.paper)
    name = f"{found.review.group.code}-{found.review.kind}-{found.report.data_on.isoformat()}.pdf"
    return send_file(io.BytesIO(data), download_name=name, mimetype="application/pdf")


def _readable(review_id: int) -> Full | None:
    row, _line = of(review_id)
    found = full(row)
    return found if found and (found.report.state != "draft" or auth.may("report.write")) else None


@bp.route("/reviews/<int:review_id>/report/edit", methods=["GET", "POST"])
@policy("report.write", of="review")
def write(review_id: int) -> Answer:
    """Write the report: what it is based on, the reasons of each item, strengths, advice."""
    row, line = of(review_id)
    report, outcome = reports.report_of(review_id), sheets.outcome(row)
    if outcome is None or outcome.open or row.state != "report":
        return redirect(url_for("fidelity.review" if row.state != "final" else "fidelity.report", review_id=review_id), 303)
    wrong: dict[str, str] = {}
    named = False
    if request.method == "POST":
        typed, wrong = _typed(row), _numbers()
        if not wrong:
            try:
                reports.write(row, typed, version=_whole(request.form.get("version")) or 0, by=auth.staff_id(), now=config.now())
                flash(gettext("The report is saved."), "done")
                return redirect(url_for("fidelity.report", review_id=review_id), 303)
            except CannotReview as error:
                db.session.rollback()
                wrong, named = _wrong(error), isinstance(error, Named)
        advice = list(typed.advice)
    else:
        kept = json.loads(report.sections or "{}") if report else first_words(outcome) | {"purpose": _purpose(row)}
        checks = {each.id: each.checked or "" for each in reports.advice_before(row)}
        typed = Written(kept, json.loads(report.sources) if report else {}, (), checks)
        advice = [Advice(each.text, each.item, each.owner_id, each.due_on, each.id) for each in reports.advice_of(review_id)]
    advice += [Advice("")] * max(0, BLANK - sum(not each.text for each in advice))
    scale = instrument_of(row)
    return render_template(
        "fidelity/write.html", review=row, line=line, typed=typed, advice=advice, wrong=wrong, named=named, scale=scale, outcome=outcome,
        version=request.form.get("version") or (report.version if report else 0), owners=reports.owners_of(row),
        before=reports.advice_before(row), **_words(),
    ), 422 if wrong else 200


def _purpose(review: Review) -> str:
    return str(curriculum(instrument_of(review).review(review.kind).text))


def _typed(review: Review) -> Written:
    form = request.form
    names = [*SECTIONS, *(f"item-{item}" for item in sheets.items_of(review))]
    advice = []
    for place in range(min(_whole(form.get("places")) or 0, 60)):
        advice.append(Advice(
            clean(form.get(f"advice-{place}"))[:LONGEST], _whole(form.get(f"about-{place}")), _whole(form.get(f"owner-{place}")),
            _day(form.get(f"due-{place}")), _whole(form.get(f"key-{place}")),
        ))
    return Written(
        {name: clean(form.get(f"section-{name}"))[:LONGEST] for name in names},
        {name: _whole(form.get(f"source-{name}")) or 0 for name in SOURCES}, advice,
        {row.id: form.get(f"check-{row.id}", "") for row in reports.advice_before(review)}, "looked" in form,
    )


def _numbers() -> dict[str, str]:
    """What is wrong with the counts of the sources: they are whole numbers."""
    typed = {name: one_line(request.form.get(f"source-{name}")) for name in SOURCES}
    return {
        f"source-{name}": gettext("Write a whole number from %(min)s to %(max)s", min=0, max=999)
        for name, text in typed.items() if text and (_whole(text) is None or int(text) > 999)
    }


def _whole(text: str | None) -> int | None:
    text = one_line(text)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _wrong(error: CannotReview) -> dict[str, str]:
    said = {
        "owner": ("owner", gettext("Choose who does it")), "day": ("due", gettext("Choose a day from today on")),
        "item": ("about", gettext("Choose the item it is about")),
    }
    if error.reason in said:
        name, message = said[error.reason]
        return {f"{name}-{place}": message for place in error.items}
    if isinstance(error, Named):
        return {key: words.named(names) for key, names in error.names.items()}
    return {"": words.refused(error)}


@bp.post("/reviews/<int:review_id>/report/send")
@policy("report.write", of="review")
def send(review_id: int) -> Answer:
    """Give the draft to the leaders."""
    row, _line = of(review_id)
    said = gettext("The leaders can read the draft now and answer it.")
    return _do(review_id, lambda: reports.send(row, by=auth.staff_id(), now=config.now()), said)


@bp.post("/reviews/<int:review_id>/report/sign")
@policy("report.write", of="review")
def sign(review_id: int) -> Answer:
    """Stand by the report."""
    row, _line = of(review_id)
    return _do(review_id, lambda: reports.sign(row, by=auth.staff_id(), now=config.now()), gettext("You have signed the report."))


@bp.route("/reviews/<int:review_id>/answer", methods=["GET", "POST"])
@policy("review.answer", of="review")
def answer(review_id: int) -> Answer:
    """What the leaders say to a draft."""
    row, line = of(review_id)
    draft, form, names = reports.report_of(review_id), forms.AnswerForm(), False
    if request.method == "GET":
        form.text.data = draft.answer if draft else ""
    elif form.validate():
        try:
            reports.answer(row, form.text.data or "", by=auth.staff_id(), now=config.now(), looked=form.looked.data)
            flash(gettext("Your answer is saved. It stands in the report."), "done")
            return redirect(url_for("fidelity.report", review_id=review_id), 303)
        except CannotReview as error:
            db.session.rollback()
            if isinstance(error, Named):
                form.text.errors = [words.named(error.names["text"])]
                names = True
            else:
                form.form_errors.append(words.refused(error))
    if draft is None or draft.state == "draft":
        return redirect(url_for("fidelity.review", review_id=review_id), 303)
    page = render_template("fidelity/answer.html", review=row, line=line, report=draft, form=form, named=names)
    return page, 422 if form.is_submitted() else 200


@bp.post("/reviews/<int:review_id>/advice/<int:advice_id>")
@policy("review.follow", of="review")
def follow(review_id: int, advice_id: int) -> Answer:
    """Say that a piece of advice is done, let go with a reason, or open again."""
    advice = db.session.get(Recommendation, advice_id)
    if advice is None or advice.review_id != review_id:
        abort(404)
    said = clean(request.form.get("outcome"))[:LONGEST]
    return _do(
        review_id, lambda: reports.follow(advice, request.form.get("state", ""), outcome=said, by=auth.staff_id(), now=config.now()),
        gettext("Saved."), anchor=f"advice-{advice_id}",
    )


@bp.post("/reviews/<int:review_id>/close")
@policy("review.plan", of="review")
def close(review_id: int) -> Answer:
    """End a review whose report is final."""
    row, _line = of(review_id)
    return _do(review_id, lambda: reports.close(row, by=auth.staff_id(), now=config.now()), gettext("The review is closed."))


def _do(review_id: int, act: object, said: str, anchor: str = "") -> Answer:
    try:
        act()  # type: ignore[operator]
        flash(said, "done")
    except CannotReview as error:
        db.session.rollback()
        flash(words.refused(error), "error")
    return redirect(url_for("fidelity.report", review_id=review_id, _anchor=anchor or None), 303)


def _words() -> Mapping[str, object]:
    return {
        "section_words": words.SECTIONS, "source_words": words.SOURCES, "advice_words": words.ADVICE, "check_words": words.CHECKS,
    }
