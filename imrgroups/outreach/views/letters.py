"""Letters for those whom no text or call reaches: print them in one go, and say that it is done."""

import io

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from imrgroups import auth, config
from imrgroups.auth import policy
from imrgroups.i18n import dial, gettext, ngettext
from imrgroups.outreach.actions import letters as actions
from imrgroups.outreach.actions import supporters
from imrgroups.outreach.actions.letters import Letter, Reach
from imrgroups.outreach.views import bp
from imrgroups.outreach.words import paper
from imrgroups.outreach.words.screens import OCCASIONS, REASONS, STATES
from imrgroups.staff import actions as staff

Answer = str | Response | tuple[str, int]


def _reach() -> Reach:
    """Whose letters these are to print: of the groups one leads, of people in no group where one leads, of centres one coordinates."""
    ties = auth.me()
    assert ties is not None
    return Reach(ties.groups, ties.centres("coordinator"), ties.centres("leader"))


def _waiting() -> list[Letter]:
    group_id, found = request.values.get("group", type=int), actions.waiting_letters(_reach())
    return [letter for letter in found if group_id in (None, letter.message.group_id)]


@bp.get("/messages/letters")
@policy("message.list")
def letters() -> Answer:
    """The letters that wait, and those of the last two weeks."""
    return _page()


def _page(problem: str = "") -> Answer:
    waiting, done, now = _waiting(), actions.done_letters(_reach(), config.now()), config.now()
    auth.looked_at(*(letter.person.id for letter in (*waiting, *done)))
    page = render_template(
        "outreach/letters.html", waiting=waiting, done=done, occasions=OCCASIONS, states=STATES, reasons=REASONS, now=now,
        problem=problem, modules=_modules(waiting),
        group_id=request.values.get("group", type=int),
    )
    return page, 422 if problem else 200


def _modules(waiting: list[Letter]) -> dict[int, str]:
    """The module that each group with a letter to somebody close is at: its page for family may go into the envelope."""
    found = {}
    for letter in waiting:
        group_id = letter.message.group_id
        if letter.supporter and group_id and group_id not in found:
            found[group_id] = supporters.module_now(group_id, staff.today_at(letter.centre, config.now()))
    return found


@bp.get("/messages/letters.pdf")
@policy("message.list")
def letters_pdf() -> Response:
    """The letters that wait as one file, a page each; with `one` a single letter, also one that was printed already."""
    one = request.args.get("one", type=int)
    found = _waiting() if one is None else [*actions.waiting_letters(_reach()), *actions.done_letters(_reach(), config.now())]
    found = [letter for letter in found if one in (None, letter.message.id)] or abort(404)
    auth.looked_at(*(letter.person.id for letter in found))
    on = staff.today_at(found[0].centre, config.now())
    made = paper.letters([_written(letter) for letter in found], on=on, paper=found[0].centre.paper)
    return send_file(io.BytesIO(made), download_name=f"{on.isoformat()}.pdf", mimetype="application/pdf")


def _written(letter: Letter) -> paper.Letter:
    row, address = letter.message, "" if letter.supporter else letter.person.address or ""
    return paper.Letter(
        letter.name, address, row.language, letter.person.large_print and not letter.supporter, row.text or "", row.occasion, row.step,
        letter.person.code, dial(letter.centre.phone),
    )


@bp.post("/messages/letters")
@policy("message.list")
def settle_letters() -> Answer:
    """Say that the chosen letters are printed, or set them aside; or put them back on the list."""
    chosen, what = set(request.form.getlist("letter", type=int)), request.form.get("do", "")
    now, by = config.now(), auth.staff_id()
    if what == "back":
        rows = [letter.message for letter in actions.done_letters(_reach(), now) if letter.message.id in chosen]
        count = actions.put_back(rows, by=by, now=now)
        flash(ngettext("%(num)s letter is back on the list.", "%(num)s letters are back on the list.", count), "done")
    elif what in actions.DONE:
        rows = [letter.message for letter in actions.waiting_letters(_reach()) if letter.message.id in chosen]
        if not rows:
            return _page(gettext("Tick the letters you mean"))
        count = actions.settle_letters(rows, what, by=by, now=now)
        if what == "printed":
            flash(ngettext("%(num)s letter is put down as printed.", "%(num)s letters are put down as printed.", count), "done")
        else:
            flash(ngettext("%(num)s letter is set aside.", "%(num)s letters are set aside.", count), "done")
    else:
        abort(404)
    return redirect(url_for("outreach.letters", group=request.values.get("group", type=int)), 303)
