"""The pages a participant sees: start, plan, homework, goals, handouts, messages and own words."""

from datetime import date

from flask import Response, abort, render_template, request, session
from sqlalchemy import select

from imrgroups import config, guest, pdf
from imrgroups.db import db
from imrgroups.enrolment.actions import cards
from imrgroups.goals import actions as goals
from imrgroups.goals import reads as goals_read
from imrgroups.goals.actions import CannotSetGoal
from imrgroups.goals.models import Goal, Step
from imrgroups.guest import own_page
from imrgroups.homework import actions as homework
from imrgroups.homework.actions import CannotAgree
from imrgroups.homework.models import Assignment
from imrgroups.homework.reads import SAID_WORDS
from imrgroups.i18n import gettext
from imrgroups.library import content
from imrgroups.library.content.shelf import opened
from imrgroups.mypage import reads
from imrgroups.mypage.forms import WordsForm
from imrgroups.mypage.views import Answer, bp, by_myself, done, large, myself, today_of
from imrgroups.outcomes import voice
from imrgroups.outreach import actions as outreach
from imrgroups.people import actions as people
from imrgroups.people.models import Participant
from imrgroups.staff.models import Centre

SHOWN_EARLIER = 8


@bp.get("/me")
@own_page
def start() -> Answer:
    """The first page: what comes next, and the way to everything else."""
    person = myself()
    if request.args.get("size") in ("large", "normal"):
        session["text_size"] = request.args["size"]
    today, card = today_of(person), cards.of(person.id)
    group, over_on = reads.group_now(person.id, today)
    meetings = reads.coming(person.id, config.now())
    return render_template(
        "mypage/start.html", person=person, group=group, over_on=over_on, until=cards.until(card) if card else None,
        next=next((meeting for meeting in meetings if meeting.state == "planned"), None),
        off=[meeting for meeting in meetings[:1] if meeting.state == "cancelled"], task=_now(person.id),
        hospital=_in_hospital(person, today), phone=db.session.get_one(Centre, person.centre_id).phone,
        asked=bool(voice.open_sheets(person.id, config.now())), pulse=voice.pulse(),
    )


def _in_hospital(person: Participant, today: date) -> bool:
    return bool(people.in_hospital([person.id], today))


def _now(person_id: int) -> Assignment | None:
    """The homework that was agreed last, while it was not talked about."""
    newest = next(iter(homework.homework_of(person_id)), None)
    return newest[1] if newest and newest[1].review is None else None


@bp.get("/me/plan")
@own_page
def plan() -> Answer:
    """The meetings to come."""
    return render_template("mypage/plan.html", meetings=reads.coming(guest.own_id(), config.now()))


@bp.get("/me/homework")
@own_page
def tasks() -> Answer:
    """What was agreed, and how it goes."""
    rows = homework.homework_of(guest.own_id())
    now = [(meeting, task) for meeting, task in rows[:1] if task.review is None]
    return render_template("mypage/homework.html", now=now, earlier=rows[len(now) :][:SHOWN_EARLIER], words=SAID_WORDS)


@bp.post("/me/homework/<int:task_id>")
@own_page
def tell_homework(task_id: int) -> Answer:
    """Say how the homework went."""
    task = db.session.get(Assignment, task_id)
    if task is None or task.participant_id != guest.own_id():
        abort(404)
    try:
        homework.tell(task, request.form.get("said", ""), on=today_of(myself()), **by_myself())
    except CannotAgree as error:
        said = {"reviewed": gettext("You talked about this at a meeting already.")}
        return done(said.get(error.reason, gettext("Choose one of the answers.")), "mypage.tasks")
    return done(gettext("Thank you. Your leaders will see it."), "mypage.tasks")


@bp.get("/me/goals")
@own_page
def my_goals() -> Answer:
    """The goals with their steps."""
    lines = goals_read.of_person(guest.own_id())
    active = [goal for goal in lines if goal.state == "active"]
    return render_template("mypage/goals.html", active=active, reached=[goal for goal in lines if goal.state == "reached"])


@bp.post("/me/goals/steps/<int:step_id>")
@own_page
def tell_step(step_id: int) -> Answer:
    """Say that a step is done, or not after all."""
    owner = select(Step).join(Goal, Goal.id == Step.goal_id).where(Step.id == step_id, Goal.participant_id == guest.own_id())
    step = db.session.execute(owner).scalar() or abort(404)
    is_done = request.form.get("done") == "yes"
    try:
        goals.tell_step(step, on=today_of(myself()) if is_done else None, **by_myself())
    except CannotSetGoal:
        return done(gettext("This goal is closed. Nothing was changed."), "mypage.my_goals")
    return done(gettext("Well done. It is put down.") if is_done else gettext("It is taken back."), "mypage.my_goals")


@bp.get("/me/handouts")
@own_page
def handouts() -> Answer:
    """The pages of the topics the group has had, to read and to fill in."""
    person = myself()
    mine = {row.worksheet for row, _title in reads.newest_sheets(person.id)}
    return render_template("mypage/handouts.html", topics=reads.taught(person.id), mine=mine)


@bp.get("/me/handouts/<handout>")
@bp.get("/me/handouts/<handout>.<any(pdf):paper>")
@own_page
def handout(handout: str, paper: str = "") -> Answer:
    """One page to read."""
    person = myself()
    if handout not in [topic.handout[0] for topic in reads.taught(person.id) if topic.handout]:
        abort(404)
    page = reads.page(handout, person.language)
    if paper:
        return printed([content.printed(page.document, opened().programme, page.language)], person)
    return render_template("mypage/handout.html", page=page)


def printed(documents: list[pdf.PrintDocument], person: Participant) -> Response:
    """Pages on the centre's paper, in large print where the person reads that; the file's name says nothing."""
    paper = db.session.get_one(Centre, person.centre_id).paper
    data = pdf.render(documents, paper="letter" if paper == "letter" else "a4", large=large())
    return Response(data, mimetype="application/pdf", headers={"Content-Disposition": 'inline; filename="pages.pdf"'})


@bp.get("/me/messages")
@own_page
def messages() -> Answer:
    """Whether messages come, and the switch."""
    person = myself()
    return render_template("mypage/messages.html", person=person, on=bool(people.has_consented([person.id], "messages")))


@bp.post("/me/messages")
@own_page
def switch_messages() -> Answer:
    """Turn messages on or off."""
    person, on = myself(), request.form.get("on") == "yes"
    people.consent(person, "messages", given=on, on=today_of(person), how="own page", **by_myself())
    said = gettext("Messages are on.") if on else gettext("Messages are off. You can turn them on again at any time.")
    return done(said, "mypage.messages")


@bp.route("/me/words", methods=["GET", "POST"])
@own_page
def words() -> Answer:
    """Why I come, and my own words for a hard week."""
    person, kept = myself(), outreach.words_of(guest.own_id())
    form = WordsForm(obj=kept)
    if form.validate_on_submit():
        outreach.own_words(
            person, why=form.why.data or "", hard_week=form.hard_week.data or "", may_quote=form.may_quote.data, **by_myself()
        )
        return done(gettext("Your words are saved."), "mypage.words")
    return render_template("mypage/words.html", form=form), 422 if form.errors else 200
