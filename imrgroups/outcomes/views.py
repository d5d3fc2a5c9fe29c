"""What participants answered after each module of a group, in counts; a sheet to print, and entering sheets that came back."""

import io

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from imrgroups import auth, config, pdf
from imrgroups.auth import policy
from imrgroups.db import db, new_key
from imrgroups.groups.models import Group
from imrgroups.i18n import curriculum, gettext, in_language, language, languages
from imrgroups.library import content
from imrgroups.outcomes import actions, voice
from imrgroups.outcomes.actions import CannotAnswer

bp = Blueprint("outcomes", __name__)


@bp.get("/groups/<int:group_id>/voice")
@policy("group.see", of="group")
def voices(group_id: int) -> str:
    """The answers after each module, as far as nobody can be recognised by them."""
    return render_template(
        "outcomes/voices.html", group=db.session.get_one(Group, group_id), of=voice.pulse(), voice=voice.together(group_id, config.now()),
        modules=content.load().modules.values(),
    )


@bp.route("/groups/<int:group_id>/voice/<module>", methods=["GET", "POST"])
@policy("register.keep", of="group")
def paper(group_id: int, module: str) -> str | Response | tuple[str, int]:
    """Enter one sheet of paper; it has no name on it, and none is asked for."""
    group, known, of = db.session.get_one(Group, group_id), content.load().modules.get(module) or abort(404), voice.pulse()
    typed, wrong, key = {}, "", str(new_key())
    if request.method == "POST":
        key = request.form.get("key", "")[:40] or key
        raw = {question.number: request.form.get(f"question-{question.number}", "") for question in of.questions}
        typed = {number: int(value) for number, value in raw.items() if value.isascii() and value.isdecimal() and len(value) < 4}
        try:
            actions.enter_paper(group, module, typed, key=key, by=auth.staff_id(), now=config.now())
        except CannotAnswer as error:
            db.session.rollback()
            wrong = gettext("Choose at least one answer") if error.reason == "empty" else gettext("Choose one of the answers")
        else:
            flash(gettext("The sheet is in. You can enter the next one."), "done")
            return redirect(url_for("outcomes.paper", group_id=group_id, module=module), 303)
    return render_template(
        "outcomes/paper.html", group=group, module=known, of=of, typed=typed, wrong=wrong, key=key, languages=languages(),
    ), 422 if wrong else 200


@bp.get("/groups/<int:group_id>/voice/<module>.pdf")
@policy("group.see", of="group")
def sheet(group_id: int, module: str) -> Response:
    """The three questions on one page, without a name; in the language asked for."""
    group = db.session.get_one(Group, group_id)
    if module not in content.load().modules:
        abort(404)
    codes = {code for code, _name in languages()}
    code = request.args.get("in", group.language)
    with in_language(code if code in codes else language()):
        of = voice.pulse()
        blocks: list[pdf.Block] = [pdf.Paragraph(curriculum(of.intro))]
        for question in of.questions:
            blocks += [pdf.Heading(curriculum(question.question)), pdf.Ticks([curriculum(words) for words in question.answers.values()])]
        blocks.append(pdf.Paragraph(curriculum(of.thanks)))
        document = pdf.PrintDocument(
            curriculum(of.name), language(), blocks, above=gettext("No name, please"), page_word=gettext("Page"),
            footer=[curriculum(of.name), of.version],
        )
        data = pdf.render([document], paper=group.centre.paper)
    return send_file(io.BytesIO(data), download_name=f"three-questions-{group_id}.pdf", mimetype="application/pdf")
