"""The pages a leader works from: today, a meeting, a group, a person."""

import io
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from imrgroups import audit, auth, config
from imrgroups.attendance import figures
from imrgroups.attendance.actions import Key, took_place
from imrgroups.attendance.figures.page import refusals
from imrgroups.auth import Ties, policy
from imrgroups.db import db
from imrgroups.desk import reads
from imrgroups.enrolment import roster
from imrgroups.enrolment.actions import cards
from imrgroups.fidelity.evidence import audit as audit_of
from imrgroups.fidelity.evidence import board
from imrgroups.fidelity.evidence.nudges import nudges
from imrgroups.forms import clean
from imrgroups.goals import actions as goals
from imrgroups.groups import series
from imrgroups.groups.models import Group, Meeting
from imrgroups.homework import actions as homework
from imrgroups.i18n import day_at, gettext, language
from imrgroups.library.content import packs
from imrgroups.mypage import reads as own
from imrgroups.notes import ledger
from imrgroups.outreach import actions as outreach
from imrgroups.outreach.actions import calls, home, story, supporters
from imrgroups.outreach.words.screens import ANSWERS, CALL_REASONS, CALL_WORDS, OCCASIONS, REASONS, STATES
from imrgroups.people import actions as people
from imrgroups.people.models import Participant
from imrgroups.rules.attendance import CannotMark
from imrgroups.staff import actions as staff
from imrgroups.staff.models import Centre, Staff

bp = Blueprint("desk", __name__)
Answer = str | Response | tuple[str, int]
SAID = ("come", "cannot", "call_me", "")  # what people say beforehand, in the order of a meeting's page
STEPS_SHOWN = 3  # how many people without anybody involved a meeting's page names


@bp.get("/today")
@policy("today.see")
def today() -> Answer:
    """What is coming, what is left to do, and who stayed away; for whoever is signed in."""
    ties, now = auth.me(), config.now()
    assert ties is not None
    group_ids = _group_ids(ties)
    missed = reads.missed_lately(group_ids, now)
    coming, unfinished = reads.around(group_ids, now)
    without_goal = reads.people_without_goal(group_ids, now.date())
    people_ids = [person for rows in missed.values() for person, _count in rows]
    centres = ties.centres("coordinator") if not ties.groups else frozenset()
    to_call, given_up = calls.to_make(group_ids, centres, ties.staff_id, now, now.date())
    unreached = [call for call in given_up if call.person not in people_ids]
    chosen, at_home = home.expected(group_ids, now.date())
    auth.looked_at(*people_ids, *(one.person for one in (*to_call, *chosen, *unreached, *at_home)))
    audits, drafts = audit_of.ahead(group_ids, now.date())
    named = {*missed, *without_goal, *audits}
    return render_template(
        "desk/today.html", coming=coming, unfinished=unfinished, missed=missed,
        names=roster.names(people_ids) if people_ids else {}, groups=reads.groups_by_id(named) if named else {}, any_group=bool(group_ids),
        titles=reads.topic_titles, without_goal=without_goal, now=now, audits=audits,
        nudges=nudges(group_ids, now.date()) if group_ids else [], drafts=drafts if ties.groups else [],
        reviews=board.lines(now, review_ids=ties.reviews) if ties.reviews else [], calls=to_call, picked=chosen, unreached=unreached,
        call_reasons=CALL_REASONS, home=at_home, unread=calls.unread_count(group_ids, centres),
    )


def _group_ids(ties: Ties) -> set[int]:
    """The groups of today's page: those one leads; for a coordinator who leads none, the running ones of the centres."""
    if ties.groups:
        return set(ties.groups)
    return reads.running_groups(ties.centres("coordinator")) if ties.has("coordinator") else set()


@bp.get("/meetings/<int:meeting_id>")
@policy("group.see", of="meeting")
def meeting(meeting_id: int) -> Answer:
    """One meeting: where it stands, its topics with plan and handouts, and the way to register, notes, goals and homework."""
    line = reads.meeting_line(meeting_id)
    close = supporters.close_in_group(line.group_id, line.on)
    alone = [one for one in supporters.furthest_first(close) if not one.involved][:STEPS_SHOWN]
    told = story.beforehand(line.id, line.group_id, line.on, [(one.id, one.name) for one in close]) if line.state == "planned" else []
    auth.looked_at(*(one.id for one in (*alone, *told)))
    by_answer = {said: [one for one in told if one.said == said] for said in SAID}
    return render_template(
        "desk/meeting.html", line=line, material=ledger.material(line.topics, line.language),
        homework=homework.talked_about(line.id, line.group_id, line.on), may_read=auth.reads_clinical(), close=len(close), alone=alone,
        involved=sum(one.involved for one in close), told=by_answer if told else {},
        nudges=nudges([line.group_id], line.on) if line.state == "planned" else [],
    )


@bp.post("/meetings/<int:meeting_id>/attendance/not-held")
@policy("register.keep", of="meeting")
def not_held(meeting_id: int) -> Answer:
    """A meeting that counts as held did not take place; it stands here because every room may hold something of it."""
    address = url_for("attendance.register", meeting_id=meeting_id)
    try:
        took_place.not_held(Key(meeting_id), written=reads.written_about, by=auth.staff_id(), now=config.now())
    except CannotMark as error:
        db.session.rollback()
        flash(refusals()[error.reason], "error")
        return redirect(address, 303)
    flash(gettext("The meeting is planned again. Move or cancel it in the plan."), "done")
    return redirect(url_for("groups.plan", group_id=db.session.get_one(Meeting, meeting_id).group_id), 303)


@bp.get("/meetings/<int:meeting_id>/pack.pdf")
@policy("group.see", of="meeting")
def pack(meeting_id: int) -> Answer:
    """The sheets of a meeting in one file, a copy a person in their language and print: today's topics, and what they missed."""
    line = reads.meeting_line(meeting_id)
    people, doses = roster.roster(line.group_id, line.on), ledger.dose_of_group(line.group_id)
    auth.looked_at(*(person.id for person in people))
    today = ledger.sheets(line.topics)
    copies = [
        packs.Copy(
            person.room_name, person.language, person.large_print,
            [*today, *(handout for handout, _title in (doses[person.id].waiting if person.id in doses else ()))], line.language,
        )
        for person in people
    ]
    words = [gettext("Put each person's sheets in front of their chair.")]
    cover = packs.Cover(f"{line.group}, {day_at(line.on, line.at)}", language(), words)
    made = packs.pack(copies, cover, paper=reads.paper_of(line.group_id))
    return send_file(io.BytesIO(made), download_name=f"{line.on.isoformat()}.pdf", mimetype="application/pdf")


@bp.get("/people/<int:participant_id>/ward-pack.pdf")
@policy("people.see", of="participant")
def ward_pack(participant_id: int) -> Answer:
    """What somebody in hospital missed, in one file: the sheets in their language and print, and of each module the ward's own page."""
    person = db.session.get(Participant, participant_id) or abort(404)
    auth.looked_at(participant_id)
    centre, pages = db.session.get_one(Centre, person.centre_id), ledger.ward_pages(participant_id)
    if not pages:
        flash(gettext("Nothing waits for them: they have missed no topic, or have its pages already."), "warning")
        return redirect(url_for("desk.person", participant_id=participant_id), 303)
    copies = [packs.Copy(person.room_name, person.language, person.large_print, pages, centre.language)]
    words = [gettext("Go through one topic at a time, half an hour or less, when the person has the strength.")]
    cover = packs.Cover(gettext("For the ward"), language(), words)
    made = packs.pack(copies, cover, paper=centre.paper)
    return send_file(io.BytesIO(made), download_name="ward.pdf", mimetype="application/pdf")


@bp.get("/groups/<int:group_id>")
@policy("group.see", of="group")
def group(group_id: int) -> Answer:
    """One group: the next meeting, everybody's attendance meeting by meeting, and the figures with their denominators."""
    row, grid, now = reads.group_head(group_id), figures.grid(group_id), config.now()
    found = figures.figures(group_id, now.date(), of=grid, named=(row.name, tuple(row.module_order.split())))
    auth.looked_at(*(line.id for line in grid.people))
    return render_template(
        "desk/group.html", group=row, grid=grid, figures=found, reasons=_reasons(group_id), left_out=_left_out(row, grid, now),
        next_line=_next(grid, now), titles=reads.topic_titles,
        audit=audit_of.due([group_id], now.date()).get(group_id),
    )


def _next(grid: figures.Grid, now: datetime) -> figures.Column | None:
    """The meeting of the next seven days, or the one of today that has begun."""
    first, last = now - reads.TODAY, now + reads.SOON
    return next((each for each in grid.columns if each.state != "cancelled" and first <= each.begins_at < last), None)


def _left_out(row: reads.GroupHead, grid: figures.Grid, now: datetime) -> list[str]:
    """The modules that do not fit into the meetings still to come, by title."""
    if row.ended_on is not None:
        return []
    kept = [column for column in grid.columns if column.state != "cancelled"]
    taken = [column.keys for column in kept if column.topics and not (column.state == "planned" and column.begins_at > now)]
    to_come = sum(column.state == "planned" and column.begins_at > now for column in kept)
    planned = series.flow(row.module_order.split(), taken, to_come)
    return [module for module, _topic in reads.topic_titles([(module, "") for module in planned.left_out])]


def _reasons(group_id: int) -> list[tuple[Any, str]]:
    rows = audit.reasons_for([group_id]) if auth.may("clinical.see") else []
    if not rows:
        return []
    names = dict(db.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_({row.staff_id for row in rows}))).all())
    return [(row, names.get(row.staff_id, "")) for row in rows[:10]]


@bp.get("/people/<int:participant_id>")
@policy("people.see", of="participant")
def person(participant_id: int) -> Answer:
    """One person: how to reach them, those close to them, goals, homework, attendance and how they got each topic."""
    row = db.session.get(Participant, participant_id) or abort(404)
    auth.looked_at(participant_id)
    may_read, card = auth.reads_clinical(), cards.of(participant_id)
    today = staff.today_at(db.session.get_one(Centre, row.centre_id), config.now())
    return render_template(
        "desk/person.html", person=row, card=card, card_until=cards.until(card) if card else None,
        wrong_codes=cards.wrong_codes(card, since=config.now() - timedelta(days=1)) if card else 0,
        own_sheets=own.newest_sheets(participant_id), groups=roster.groups_of(participant_id), may_read=may_read,
        goals=goals.goals_of(participant_id) if may_read else [], homework=homework.homework_of(participant_id)[:8] if may_read else [],
        figures=figures.person_figures(participant_id, config.now().date()), dose=ledger.dose_of(participant_id),
        contacts=people.contacts_of(participant_id), consents=people.consents_of(participant_id),
        stays=people.hospital_stays(participant_id), intake=people.intake(participant_id),
        own=outreach.words_of(participant_id) if may_read else None, story=story.story_of(participant_id),
        zone=db.session.get_one(Centre, row.centre_id).timezone, occasions=OCCASIONS, states=STATES, reasons=REASONS, answers=ANSWERS,
        call_words=CALL_WORDS,
        close=supporters.close_to([(row.id, row.name or row.code)], today),
    )


@bp.route("/groups/<int:group_id>/reason", methods=["GET", "POST"])
@policy("reason.state", of="group")
def reason(group_id: int) -> Answer:
    """State why one needs to read a group's notes without leading it; opens them for four hours, and the leaders see it."""
    row, text = db.session.get_one(Group, group_id), clean(request.form.get("reason"))
    target = request.values.get("next", "")
    if request.method == "POST" and len(text) >= 10:
        audit.state_reason(group_ids=[group_id], reason=text, by=auth.staff_id(), now=config.now(), centre_id=row.centre_id)
        flash(gettext("Your reason is recorded. You can read the notes of this group for four hours."), "done")
        return redirect(target if target.startswith("/") and not target.startswith("//") else url_for("desk.group", group_id=group_id), 303)
    refused = request.method == "POST"
    return render_template("desk/reason.html", group=row, text=text, refused=refused, next=target), 422 if refused else 200
