"""Three short questions after a module, one a page: what they are for, each question, thanks. Nobody has to answer."""

from flask import abort, redirect, render_template, request, url_for

from imrgroups import config, guest
from imrgroups.db import db
from imrgroups.guest import own_page
from imrgroups.i18n import gettext
from imrgroups.mypage.views import Answer, bp, by_myself, done
from imrgroups.outcomes import actions, voice
from imrgroups.outcomes.actions import CannotAnswer
from imrgroups.outcomes.models import AnswerSheet


def newest() -> AnswerSheet | None:
    """The sheet one is asked to fill in now."""
    return next(iter(voice.open_sheets(guest.own_id(), config.now())), None)


@bp.get("/me/questions")
@own_page
def questions() -> Answer:
    """What they are for and who sees the answers; or that there are none."""
    return render_template("mypage/questions.html", sheet=newest(), of=voice.pulse())


@bp.get("/me/questions/thanks")
@own_page
def thanks() -> Answer:
    """Thanks, whatever was answered."""
    return render_template("mypage/thanks.html", of=voice.pulse())


@bp.route("/me/questions/<int:sheet_id>/<int:number>", methods=["GET", "POST"])
@own_page
def question(sheet_id: int, number: int) -> Answer:
    """One question. What was answered before is not shown: others may use the same telephone."""
    of, sheet = voice.pulse(), db.session.get(AnswerSheet, sheet_id)
    asked = next((each for each in of.questions if each.number == number), None)
    if sheet is None or sheet.participant_id != guest.own_id() or asked is None:
        abort(404)
    onward = url_for("mypage.question", sheet_id=sheet_id, number=number + 1) if number < len(of.questions) else url_for("mypage.thanks")
    wrong = ""
    if request.method == "POST":
        said = request.form.get("answer", "")
        try:
            if not (said.isascii() and said.isdecimal() and len(said) < 4):
                raise CannotAnswer("answers")
            actions.answer(sheet, {number: int(said)}, channel="page", **by_myself())
        except CannotAnswer as error:
            db.session.rollback()
            if error.reason != "closed":
                wrong = gettext("Choose an answer, or leave the question out")
        else:
            return redirect(onward, 303)
    if not wrong and sheet.id not in [each.id for each in voice.open_sheets(guest.own_id(), config.now())]:
        return done(gettext("These questions are closed now. Thank you all the same."), "mypage.start")
    return render_template(
        "mypage/question.html", asked=asked, of=of, onward=onward, wrong=wrong, last=number == len(of.questions),
    ), 422 if wrong else 200
