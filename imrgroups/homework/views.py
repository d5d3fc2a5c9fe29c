"""The homework of a meeting: how it went, and what everybody does until next time."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from imrgroups import auth, config
from imrgroups.auth import policy
from imrgroups.db import db
from imrgroups.groups.models import Meeting
from imrgroups.homework import actions, reads
from imrgroups.homework.actions import CannotAgree
from imrgroups.homework.forms import RESULT_WORDS, Filled, agreed, refusals, reviewed
from imrgroups.i18n import gettext
from imrgroups.rules import attendance as rules

bp = Blueprint("homework", __name__)
Answer = str | Response | tuple[str, int]


@bp.get("/meetings/<int:meeting_id>/homework")
@policy("clinical.see", of="meeting")
def meeting(meeting_id: int) -> Answer:
    """Everybody's homework: from before, with one tap for how it went, and until next time."""
    row = db.session.get_one(Meeting, meeting_id)
    return _page(row, reads.rows(row))


@bp.post("/meetings/<int:meeting_id>/homework")
@policy("clinical.write", of="meeting")
def save(meeting_id: int) -> Answer:
    """Save one of the two parts, whole or after one tap; only what this page changed is written."""
    row = db.session.get_one(Meeting, meeting_id)
    people, review = reads.rows(row), request.form.get("part") == "review"
    filled = (reviewed if review else agreed)(request.form, people, auth.staff_id())
    if request.form.get("do") == "same" and not reads.words_of(request.form.get("same", ""), "en"):
        return _page(row, people, filled, refused=gettext("Choose the homework for everybody"))
    if filled.missing or filled.clashing:
        return _page(row, people, filled)
    try:
        if filled.results:
            actions.review(row, filled.results, by=auth.staff_id(), now=config.now())
        if filled.tasks:
            actions.agree(row, filled.tasks, by=auth.staff_id(), now=config.now())
    except CannotAgree as error:
        return _page(row, people, filled, refused=refusals()[error.reason])
    if request.headers.get("HX-Request"):
        return "", 204
    flash(gettext("How it went is saved.") if review else gettext("The homework is saved."), "done")
    here = review or request.form.get("do") == "same"
    return redirect(url_for("homework.meeting" if here else "desk.meeting", meeting_id=meeting_id), 303)


def _page(row: Meeting, people: list[reads.Row], filled: Filled | None = None, *, refused: str = "") -> Answer:
    auth.looked_at(*(each.person.id for each in people))
    filled, review = filled or Filled(), request.form.get("part") == "review"
    typed_choices = {typed[0] for typed in filled.typed.values()} if not review else set()
    return render_template(
        "homework/meeting.html", meeting=row, group=row.group, people=people, results=RESULT_WORDS, refused=refused,
        open=rules.why_closed(meeting=row.state, starts_at=row.starts_at, now=config.now()),
        said_words=reads.SAID_WORDS, choices=reads.choices(row, {each.agreed.choice for each in people} | typed_choices),
        same=request.form.get("same", ""),
        said=filled.typed if review else {}, chosen={} if review else filled.typed, missing={each.person.id for each in filled.missing},
        clashing={each.person.id for each in filled.clashing}, review=review, names=_names(filled),
    ), 409 if filled.clashing else 422 if refused or filled.missing else 200


def _names(filled: Filled) -> dict[int | None, str]:
    ids = [key for row in filled.clashing for key in (row.agreed.by_id, row.earlier.by_id if row.earlier else None)]
    return reads.staff_names(ids) if ids else {}
