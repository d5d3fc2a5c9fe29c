"""The assessor's day: the checklist, guides for interviews, and notes of the meeting one watches, also without a net."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Response, current_app, flash, redirect, render_template, request, url_for

from imrgroups import auth, config
from imrgroups.auth import policy, public
from imrgroups.db import db, new_key
from imrgroups.fidelity.actions import CannotReview
from imrgroups.fidelity.actions import day as actions
from imrgroups.fidelity.evidence import day as reads
from imrgroups.fidelity.evidence import interviewees, sheets
from imrgroups.fidelity.evidence.heard import heard
from imrgroups.fidelity.evidence.instruments import instrument_of
from imrgroups.fidelity.evidence.named import named
from imrgroups.fidelity.evidence.people import called
from imrgroups.fidelity.views import words
from imrgroups.fidelity.views.addresses import bp
from imrgroups.fidelity.views.reviews import Answer, of
from imrgroups.forms import clean
from imrgroups.i18n import gettext
from imrgroups.library import content
from imrgroups.rules.fidelity.reviews import counted_on

LONGEST = 4000
OUTBOX = "X-Outbox"  # says that the page's own script sends, and wants no page in answer


@bp.route("/reviews/<int:review_id>/day", methods=["GET", "POST"])
@policy("review.rate", of="review")
def checklist(review_id: int) -> Answer:
    """What to do before, during and after; both assessors tick one list."""
    row, line = of(review_id)
    wrong = {}
    if request.method == "POST":
        try:
            actions.tick(row, request.form.getlist("done"), by=auth.staff_id(), now=config.now())
        except CannotReview as error:
            db.session.rollback()
            wrong = {0: words.refused(error)}
        else:
            flash(gettext("Saved."), "done")
            return redirect(url_for("fidelity.checklist", review_id=review_id), 303)
    return render_template(
        "fidelity/day.html", review=row, line=line, plan=reads.plan(), done=reads.done(review_id), wrong=wrong,
    ), 422 if wrong else 200


@bp.get("/reviews/<int:review_id>/interviews")
@policy("review.rate", of="review")
def interviews(review_id: int) -> Answer:
    """Whom to talk with, and one's notes so far."""
    row, line = of(review_id)
    return render_template(
        "fidelity/interviews.html", review=row, line=line, plan=reads.plan(), roles=instrument_of(row).roles,
        had=reads.interviews(review_id, auth.staff_id()), most=actions.MOST_INTERVIEWS,
    )


@bp.route("/reviews/<int:review_id>/interviews/<role>/<int:number>", methods=["GET", "POST"])
@policy("review.rate", of="review")
def interview(review_id: int, role: str, number: int) -> Answer:
    """The questions for one role, item by item, with room for the answers."""
    row, line = of(review_id)
    scale, guide = instrument_of(row), next((each for each in reads.plan().interviews if each.id == role), None)
    if guide is None or not 1 <= number <= actions.MOST_INTERVIEWS:
        return render_template("errors/error.html", code=404), 404
    known = reads.heard(review_id, auth.staff_id(), role, number)
    items, wrong = (0, *sheets.items_of(row)), {}
    typed = {item: (known[item].text or "" if item in known else "") for item in items}
    if request.method == "POST":
        typed = {item: clean(request.form.get(f"said-{item}"))[:LONGEST] for item in items}
        read = {item: _number(request.form.get(f"version-{item}", "")) for item in items}
        try:
            actions.hear(row, role, number, typed, versions=read, by=auth.staff_id(), now=config.now())
        except CannotReview as error:
            db.session.rollback()
            wrong = {item: words.refused(error) for item in error.items or [0]}
        else:
            flash(gettext("Saved. Only you can see it."), "done")
            return redirect(url_for("fidelity.interview", review_id=review_id, role=role, number=number), 303)
    return render_template(
        "fidelity/interview.html", review=row, line=line, guide=guide, role=role, number=number, scale=scale, wrong=wrong, typed=typed,
        items=[scale.item(item) for item in items if item], versions={item: known[item].version for item in known},
        named={int(item): words.named(names) for item, names in named(row, {str(item): text for item, text in typed.items()}).items()},
    ), 422 if wrong else 200


@bp.route("/reviews/<int:review_id>/observe", methods=["GET", "POST"])
@policy("review.rate", of="review")
def observe(review_id: int) -> Answer | Response:
    """Notes of a meeting while one watches it: a tap stamps the time. `?bare` shows none of them, for the tablet to keep without a net."""
    row, line = of(review_id)
    wrong = ""
    if request.method == "POST":
        kind, _, what = request.form.get("tap", "note:").partition(":")
        try:
            actions.see(
                row, key=request.form.get("key", ""), kind=kind, what=what, text=clean(request.form.get("text"))[:LONGEST],
                at=_instant(request.form.get("at", "")), by=auth.staff_id(), now=config.now(),
            )
        except CannotReview as error:
            db.session.rollback()
            wrong = words.refused(error)
        if request.headers.get(OUTBOX):
            return Response(wrong, 422 if wrong else 204, mimetype="text/plain")
        if not wrong:
            return redirect(url_for("fidelity.observe", review_id=review_id), 303)
    programme = content.load()
    families: dict[str, list[object]] = {}
    for technique in programme.techniques.values():
        families.setdefault(technique.family, []).append(technique)
    techniques = {key: each.title.source for key, each in programme.techniques.items()}
    names = {step.id: step.title.source for step in programme.steps} | techniques
    seen = [] if "bare" in request.args else reads.seen(review_id, auth.staff_id())
    return render_template(
        "fidelity/observe.html", review=row, line=line, steps=programme.steps, families=families, names=names, key=new_key(), wrong=wrong,
        seen=seen,
        named={int(key): words.named(found) for key, found in named(row, {str(each.id): each.text or "" for each in seen}).items()},
        text=request.form.get("text", "") if wrong else "",
        family_names=words.FAMILIES, zone=ZoneInfo(row.group.timezone),
    ), 422 if wrong else 200


@bp.post("/reviews/<int:review_id>/observe/<int:observation_id>/remove")
@policy("review.rate", of="review")
def unsee(review_id: int, observation_id: int) -> Response | Answer:
    """Take back a note tapped by mistake."""
    row, _line = of(review_id)
    try:
        actions.unsee(row, observation_id, by=auth.staff_id(), now=config.now())
    except CannotReview as error:
        db.session.rollback()
        flash(words.refused(error), "error")
    return redirect(url_for("fidelity.observe", review_id=review_id), 303)


@bp.get("/reviews/outbox.js")
@public
def worker() -> Response:
    """The script that keeps the observation page at hand without a net; from here it reaches the pages of reviews and no others."""
    script = Path(current_app.static_folder or "") / "outbox-worker.js"
    return Response(script.read_bytes(), mimetype="text/javascript", headers={"Cache-Control": "no-cache"})


@bp.route("/reviews/<int:review_id>/voice", methods=["GET", "POST"])
@policy("review.rate", of="review")
def voice(review_id: int) -> Answer:
    """Whom to ask for an interview, and what people answered after the modules beside what staff recorded."""
    row, line = of(review_id)
    wrong = {}
    if request.method == "POST":
        try:
            actions.draw_people(row, by=auth.staff_id(), now=config.now())
        except CannotReview as error:
            db.session.rollback()
            wrong = {0: words.refused(error)}
        else:
            return redirect(url_for("fidelity.voice", review_id=review_id), 303)
    names, drawn = called(row, auth.staff_id()), interviewees.drawn(review_id)
    auth.looked_at(*(each.participant_id for each in drawn))
    on = counted_on(line.today, row.group.ended_on)
    return render_template(
        "fidelity/voice.html", review=row, line=line, wrong=wrong, drawn=drawn, names=names, scale=instrument_of(row), on=on,
        heard=heard(row, on, config.now()),
    ), 422 if wrong else 200


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _instant(text: str) -> datetime | None:
    """The instant a tablet gave, in UTC; None where it gave none, and the far past where it makes no sense, which is refused."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return datetime(1, 1, 2, tzinfo=UTC)
    return found if found.tzinfo else datetime(1, 1, 2, tzinfo=UTC)
