"""Worksheets to fill in, and everything on paper."""

from flask import abort, render_template, request

from imrgroups import config, guest, pdf
from imrgroups.forms import clean
from imrgroups.goals import reads as goals_read
from imrgroups.guest import own_page
from imrgroups.homework import actions as homework
from imrgroups.i18n import day, day_at, gettext, language, short_day
from imrgroups.library import content
from imrgroups.library.content.shelf import opened
from imrgroups.mypage import actions, reads
from imrgroups.mypage.actions import Answers, CannotKeep
from imrgroups.mypage.reads import Filled
from imrgroups.mypage.views import Answer, bp, by_myself, done, myself, today_of
from imrgroups.mypage.views.own import printed
from imrgroups.people.models import Participant


def _mine(worksheet: str) -> tuple[Participant, Filled]:
    """A worksheet of a topic that was taught, or one the person wrote on already; 404 for any other."""
    person = myself()
    known = {id for topic in reads.taught(person.id) for id, _title in topic.worksheets}
    known |= {row.worksheet for row, _title in reads.newest_sheets(person.id)}
    if worksheet not in known or content.load().find(worksheet) is None:
        abort(404)
    return person, reads.filled(person.id, worksheet, person.language)


@bp.get("/me/sheets")
@own_page
def my_sheets() -> Answer:
    """The worksheets somebody filled in, and those to begin."""
    person = myself()
    mine = reads.newest_sheets(person.id)
    begun = {row.worksheet for row, _title in mine}
    left = {id: title for topic in reads.taught(person.id) for id, title in topic.worksheets if id not in begun}
    return render_template("mypage/sheets.html", mine=mine, left=left)


@bp.get("/me/sheets/<worksheet>")
@bp.get("/me/sheets/<worksheet>.<any(pdf):paper>")
@own_page
def sheet(worksheet: str, paper: str = "") -> Answer:
    """One worksheet with what was written on it, to go on with or to print."""
    if content.load().find(worksheet) is None:
        rows = [row for row in actions.sheets(guest.own_id()) if row.worksheet == worksheet]
        return render_template("mypage/kept.html", rows=[(row, reads.written(row)) for row in rows]) if rows and not paper else abort(404)
    person, filled = _mine(worksheet)
    if paper:
        return printed([_printed(filled, person)], person)
    return _page(filled)


def _page(filled: Filled, typed: dict[str, str] | None = None, refused: str = "", status: int = 200) -> Answer:
    values = filled.values if typed is None else typed
    shared = filled.shared if typed is None else "shared" in request.form
    html = content.html(filled.page.document, opened().programme, filled.page.language, fillable=True, values=values)
    return render_template("mypage/sheet.html", filled=filled, html=html, shared=shared, refused=refused), status


def _printed(filled: Filled, person: Participant) -> pdf.PrintDocument:
    on = short_day(filled.saved_at.date()) if filled.saved_at else ""
    return content.printed(
        filled.page.document, opened().programme, filled.page.language, name=person.first_name, date=on, values=filled.values
    )


@bp.post("/me/sheets/<worksheet>")
@own_page
def keep_sheet(worksheet: str) -> Answer:
    """Keep what was written; nothing typed is ever lost from the page."""
    person, filled = _mine(worksheet)
    typed = {name: clean(request.form.get(name)) for name in filled.fields if request.form.get(name)}
    try:
        actions.keep_sheet(
            person.id, worksheet, edition=filled.edition, language=filled.page.language.locale, answers=Answers(typed, filled.fields),
            shared="shared" in request.form, version=request.form.get("version", 0, type=int), **by_myself(),
        )
    except CannotKeep as error:
        said = {
            "long": gettext("One field has more than 4,000 characters. Make it shorter, then save again."),
            "stale": gettext("This sheet was saved somewhere else while you wrote. Below is what you wrote now. Save again to keep it."),
        }
        return _page(filled, typed, said[error.reason], 409 if error.reason == "stale" else 422)
    return done(gettext("Saved. You can go on any day."), "mypage.sheet", worksheet=worksheet)


@bp.get("/me/everything.pdf")
@own_page
def everything() -> Answer:
    """One file to print: what comes next, homework and goals, and each worksheet with what is on it."""
    person = myself()
    filled = [
        reads.filled(person.id, row.worksheet, person.language)
        for row, _title in reads.newest_sheets(person.id) if content.load().find(row.worksheet)
    ]
    return printed([_overview(person), *(_printed(each, person) for each in filled)], person)


def _overview(person: Participant) -> pdf.PrintDocument:
    blocks: list[pdf.Block] = [pdf.Heading(gettext("Next meetings"))]
    lines = [
        f"{day_at(meeting.on, meeting.at)}. {meeting.place}" + (f". {gettext('Called off')}" if meeting.state == "cancelled" else "")
        for meeting in reads.coming(person.id, config.now())[:6]
    ]
    blocks.append(pdf.Bullets(lines) if lines else pdf.Paragraph(gettext("No meetings are planned for you just now.")))
    task = next(iter(homework.homework_of(person.id)), None)
    if task and task[1].review is None:
        blocks += [pdf.Heading(gettext("Homework")), pdf.Ticks([task[1].text])]
    goals = [goal for goal in goals_read.of_person(person.id) if goal.state == "active"]
    if goals:
        blocks.append(pdf.Heading(gettext("My goals")))
    for goal in goals:
        blocks.append(pdf.Paragraph([(goal.text, True)], keep=bool(goal.steps)))
        if goal.steps:
            ticked = [place for place, step in enumerate(goal.steps) if step.done_on or step.said_on]
            blocks.append(pdf.Ticks([step.text for step in goal.steps], ticked))
    return pdf.PrintDocument(
        gettext("My page"), language(), blocks, footer=[gettext("My page"), day(today_of(person))],
        page_word=opened().language(language()).word("page.page"),
    )
