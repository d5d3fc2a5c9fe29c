"""The notes of a meeting: written, signed by two, and amended."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from imrgroups import auth, config
from imrgroups.attendance.figures import STATE_NAMES
from imrgroups.auth import policy
from imrgroups.db import db
from imrgroups.forms import clean
from imrgroups.groups.models import Meeting
from imrgroups.i18n import curriculum, gettext, own_name
from imrgroups.library import content
from imrgroups.notes import actions, forms, ledger
from imrgroups.notes.actions import CannotNote
from imrgroups.notes.forms import Known, Sheet
from imrgroups.notes.models import MeetingNote

bp = Blueprint("notes", __name__)
Answer = str | Response | tuple[str, int]


@bp.get("/meetings/<int:meeting_id>/notes")
@policy("clinical.see", of="meeting")
def edit(meeting_id: int) -> Answer:
    """What was done at a meeting and the texts about it: to write, or to read once it is signed."""
    known = forms.known(db.session.get_one(Meeting, meeting_id))
    return _page(known, forms.opened(known))


@bp.post("/meetings/<int:meeting_id>/notes")
@policy("clinical.write", of="meeting")
def save(meeting_id: int) -> Answer:
    """Save, sign or amend; or fill in what a button offers, which is only saved by the next press of Save."""
    known, what = forms.known(db.session.get_one(Meeting, meeting_id)), request.form.get("do", "save")
    if what == "amend":
        return _amend(known)
    sheet = forms.typed(known, request.form)
    if what in ("steps", "handouts", "lines"):
        forms.fill(known, sheet, what)
        return _page(known, sheet, filled=what)
    said, wrong = forms.record_of(known, sheet, request.form)
    if wrong:
        return _page(known, sheet, wrong=wrong)
    try:
        if any(part is not None for part in (said.steps, said.topics, said.handouts, said.techniques, said.texts)):
            actions.record(known.meeting, said, by=auth.staff_id(), now=config.now())
        message = _sign(known, said) if what == "sign" else gettext("The notes are saved.")
    except CannotNote as error:
        return _refused(meeting_id, sheet, error)
    flash(message, "done")
    return redirect(url_for("notes.edit", meeting_id=meeting_id), 303)


def _sign(known: Known, said: actions.MeetingRecord) -> str:
    seen = forms.seen_by(known, said, request.form)
    kind = actions.sign(known.meeting, by=auth.staff_id(), now=config.now(), seen=seen)
    return gettext("You have signed. Another leader countersigns.") if kind == "signed" else gettext("Two leaders have signed.")


def _refused(meeting_id: int, sheet: Sheet, error: CannotNote) -> Answer:
    """The page again with what was typed; where somebody saved another text meanwhile, theirs beside it."""
    known = forms.known(db.session.get_one(Meeting, meeting_id))
    if error.reason == "stale":
        forms.take_over(known, sheet, request.form, error.people)
        return _page(known, sheet, stale=error.people)
    said = forms.refusals().get(error.reason, gettext("Something here is not in the curriculum. Open the page again"))
    return _page(known, sheet, wrong={"maincontent": said})


def _amend(known: Known) -> Answer:
    note = db.session.get(MeetingNote, request.form.get("note_id", 0, type=int))
    text = clean(request.form.get("amendment"))[: forms.LENGTH]
    try:
        if note is None or note.meeting_id != known.meeting.id:
            raise CannotNote("not_signed")
        actions.amend(note, text=text, by=auth.staff_id(), now=config.now())
    except CannotNote as error:
        field = f"amendment-{note.id}" if note is not None else "maincontent"
        return _page(known, forms.opened(known), wrong={field: forms.refusals()[error.reason]}, amending=note.id if note else 0)
    flash(gettext("The amendment is added. The note itself stays as it was."), "done")
    return redirect(url_for("notes.edit", meeting_id=known.meeting.id), 303)


def _page(
    known: Known, sheet: Sheet, *, wrong: dict[str, str] | None = None, stale: Iterable[int | None] = (), filled: str = "",
    amending: int = 0,
) -> Answer:
    auth.looked_at(
        *(line.id for line in known.lines), *(key for key in known.keys if key is not None),
        *(handed.participant_id for handed in known.recorded.handouts),
    )
    stale, me = list(stale), auth.staff_id()
    return render_template(
        "notes/edit.html", known=known, meeting=known.meeting, group=known.meeting.group, done=known.recorded, sheet=sheet,
        wrong=wrong or {}, stale=stale, filled=filled, amending=amending, was=forms.remembered(known, request.form, stale),
        doubts=ledger.doubts(sheet.texts, known.everybody.values(), lambda: ledger.suggestions(known.meeting)),
        can_sign=known.recorded.can_sign(me), **_words(known, sheet),
    ), 409 if stale else 422 if wrong else 200


def _words(known: Known, sheet: Sheet) -> dict[str, Any]:
    """Titles of the curriculum and other words of the page."""
    programme, done = content.load(), known.recorded
    modules = {module for module, _topic in sheet.pairs} | {topic.module for topic in known.meeting.topics}
    used: dict[str, list[str]] = {technique: [] for technique, _leader in done.techniques}
    names = {leader.id: leader.name for leader in known.leaders}
    for technique, leader in done.techniques:
        used[technique] += [names[leader]] if leader in names else []
    return {
        "programme": programme, "near": [module for module in programme.modules.values() if module.id in modules],
        "far": [module for module in programme.modules.values() if module.id not in modules],
        "handouts": [
            (id, curriculum(page.safe_title.source) if (page := programme.find(id)) else id) for id in sheet.handouts_of_topics()
        ],
        "taught": [each.topic or each.module for each in ledger.material(done.topics)], "used": used, "leaders": _leaders(known, sheet),
        "minutes": ledger.minutes_of(sheet.pairs), "families": forms.FAMILY_WORDS, "media": forms.MEDIUM_WORDS, "own_name": own_name,
        "offered": known.editions.in_any(sheet.handouts_of_topics()), "states": STATE_NAMES,
    }


def _leaders(known: Known, sheet: Sheet) -> list[dict[str, Any]]:
    """Whose techniques can be ticked: oneself first, then who was there (or leads the group, where nobody said), then "not known who"."""
    ticked = {int(word.partition(":")[2]) for word in sheet.techniques if word.partition(":")[2].isdigit()}
    said, me = any(leader.there for leader in known.leaders), auth.staff_id()
    shown = [(leader.id, leader.name) for leader in known.leaders if leader.there or not said or leader.id in (me, *ticked)]
    shown += [(0, gettext("Not known who"))] if 0 in ticked else []
    return [{"id": id, "name": name, "open": id == me or id in ticked} for id, name in sorted(shown, key=lambda each: each[0] != me)]
