"""An assessor's own sheet, and what two assessors settle on."""

from collections.abc import Mapping
from datetime import date

from flask import flash, redirect, render_template, request, url_for

from imrgroups import auth, config
from imrgroups.auth import policy
from imrgroups.db import db
from imrgroups.fidelity.actions import CannotReview, rating
from imrgroups.fidelity.actions.rating import Given
from imrgroups.fidelity.evidence import sheets
from imrgroups.fidelity.evidence.told import told
from imrgroups.fidelity.models import Review
from imrgroups.fidelity.views import words
from imrgroups.fidelity.views.addresses import bp
from imrgroups.fidelity.views.reviews import Answer, of
from imrgroups.forms import clean
from imrgroups.i18n import day, gettext
from imrgroups.rules.fidelity.reviews import counted_on

LONGEST = 4000
NOBODY = 0  # whom evidence is told to when others will read it: by pseudonyms alone


@bp.get("/reviews/<int:review_id>/rate")
@policy("review.rate", of="review")
def rate(review_id: int) -> Answer:
    """The items with anchors, evidence and one's own scores; nobody else's."""
    row, _line = of(review_id)
    mine = sheets.own(review_id, auth.staff_id())
    typed = {item: rating.given(one) for item, one in mine.items()}
    return _sheet(row, {item: (one, one.score is None and bool(one.not_rated)) for item, one in typed.items()}, {})


@bp.post("/reviews/<int:review_id>/rate")
@policy("review.rate", of="review")
def save_rating(review_id: int) -> Answer:
    """Save what is there, hand the sheet in, or take it back."""
    row, _line = of(review_id)
    what, by, now = request.form.get("do", "save"), auth.staff_id(), config.now()
    pins = _pins(row)
    typed = {item: _typed(item, pins.get(item, "")) for item in sheets.items_of(row)} if what != "back" else {}
    unsaid = [item for item, (one, none) in typed.items() if none and not one.not_rated]
    wrong = {item: gettext("Write why item %(item)s is not rated", item=item) for item in unsaid}
    if not wrong:
        given = {item: one for item, (one, _none) in typed.items()}
        try:
            if what == "back":
                rating.take_back(row, by=by, now=now)
            elif what == "hand_in":
                rating.hand_in(row, given, by=by, now=now)
            else:
                rating.save(row, given, by=by, now=now)
        except CannotReview as error:
            db.session.rollback()
            wrong = _wrong(error, typed)
    if wrong:
        return _sheet(row, typed, wrong)
    said = {
        "back": gettext("Your sheet is open again."), "hand_in": gettext("Your sheet is handed in. It stays as it is."),
        "save": gettext("Saved. Only you can see it."),
    }
    flash(said.get(what, said["save"]), "done")
    return redirect(url_for("fidelity.review" if what == "hand_in" else "fidelity.rate", review_id=review_id), 303)


def _typed(item: int, pin: str) -> tuple[Given, bool]:
    """What the form says of one item, and whether "not rated" is chosen. A score that is no whole number stays text, to be refused."""
    score, why = request.form.get(f"score-{item}", ""), clean(request.form.get(f"why-{item}"))[:LONGEST]
    none = score == "none"
    number = None if none or not score else int(score) if score.isascii() and score.isdecimal() and len(score) < 4 else score
    pinned = request.form.get(f"pinned-{item}", "") if request.form.get(f"pin-{item}") == "kept" else ""
    if request.form.get(f"pin-{item}") == "new":
        pinned = pin
    not_rated = clean(request.form.get(f"not-{item}"))[:LONGEST] if none else ""
    return Given(number, not_rated, why, clean(pinned)[:LONGEST]), none  # type: ignore[arg-type]


def _pins(review: Review) -> dict[int, str]:
    """The evidence to be pinned, by item, as it reads now, with its day and the version of the scale; never with names: others read it."""
    if "new" not in {request.form.get(f"pin-{item}") for item in sheets.items_of(review)}:
        return {}
    seen = told(review, NOBODY, _today(review))
    source = gettext("Counted for %(day)s by version %(version)s.", day=day(seen.on), version=seen.scale.version)
    return {item: "\n".join([*lines, source]) for item, lines in seen.lines.items()}


def _wrong(error: CannotReview, typed: Mapping[int, tuple[Given, bool]]) -> dict[int, str]:
    if error.reason == "score":
        return {item: gettext("Choose a whole number from 1 to 5 for item %(item)s", item=item) for item in error.items}
    if error.reason == "incomplete":
        return {
            item: gettext("Write what you saw for item %(item)s", item=item) if typed[item][0].score is not None
            else gettext("Choose a score for item %(item)s, or say why it is not rated", item=item)
            for item in error.items
        }
    return {0: words.refused(error)}


def _today(review: Review) -> date:
    return counted_on(config.today(review.group.timezone), review.group.ended_on)


def _sheet(review: Review, typed: Mapping[int, tuple[Given, bool]], wrong: dict[int, str]) -> Answer:
    evidence = told(review, auth.staff_id(), _today(review))
    auth.looked_at(*evidence.people)
    _row, line = of(review.id)
    own = next(each for each in line.assessors if each.id == auth.staff_id())
    return render_template(
        "fidelity/rate.html", review=review, line=line, own=own, evidence=evidence, typed=typed, wrong=wrong,
        items=[evidence.scale.item(item) for item in sheets.items_of(review)], alone=len(line.assessors) < 2,
        shared=bool(sheets.shared(review)),
    ), 422 if wrong else 200


@bp.route("/reviews/<int:review_id>/consensus", methods=["GET", "POST"])
@policy("review.rate", of="review")
def consensus(review_id: int) -> Answer:
    """Both assessors' scores side by side, once both are in; the differing ones open, each settled with a reason."""
    row, line = of(review_id)
    outcome, wrong = sheets.outcome(row), {}
    if outcome is None:
        return render_template("fidelity/consensus.html", review=row, line=line, outcome=None, wrong={})
    typed = {item: (one.score, one.reason or "") for item, one in outcome.consensus.items()}
    if request.method == "POST":
        typed, decided = {}, {}
        for item in outcome.agreement.differing if outcome.agreement else ():
            score, reason = request.form.get(f"score-{item}", ""), clean(request.form.get(f"reason-{item}"))[:LONGEST]
            number = int(score) if score.isascii() and score.isdecimal() and len(score) < 4 else None if score in ("", "none") else score
            typed[item] = (number if score != "none" else "none", reason)
            if score:
                decided[item] = (number, reason)
            elif reason:
                wrong[item] = gettext("Choose the score you settled on for item %(item)s", item=item)
        try:
            if not wrong:
                rating.settle(row, decided, by=auth.staff_id(), now=config.now())
                flash(gettext("Saved."), "done")
                done = row.state == "report"
                return redirect(url_for("fidelity.review" if done else "fidelity.consensus", review_id=review_id), 303)
        except CannotReview as error:
            db.session.rollback()
            wrong = {
                item: gettext("Write why you settled on this score for item %(item)s", item=item) if error.reason == "no_reason"
                else gettext("Choose a whole number from 1 to 5 for item %(item)s", item=item)
                for item in error.items
            } or {0: words.refused(error)}
    evidence = told(row, auth.staff_id(), _today(row))
    auth.looked_at(*evidence.people)
    return render_template(
        "fidelity/consensus.html", review=row, line=line, outcome=outcome, wrong=wrong, typed=typed, evidence=evidence,
        names={each.id: each.name for each in line.assessors}, items=[evidence.scale.item(item) for item in sheets.items_of(row)],
    ), 422 if wrong else 200
