"""The only writer of answer sheets: asks after a module, takes answers by text, page and paper."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from imrgroups import audit
from imrgroups.attendance.models import MakeUp, Mark
from imrgroups.db import db
from imrgroups.enrolment.models import Enrolment
from imrgroups.groups.models import Group, Meeting, PlannedTopic
from imrgroups.i18n import LOCALES
from imrgroups.notes.models import TopicTaught
from imrgroups.outcomes import voice
from imrgroups.outcomes.models import Answer, AnswerSheet
from imrgroups.outreach import words
from imrgroups.outreach.actions import Draft
from imrgroups.outreach.actions.outbox import plan
from imrgroups.outreach.models import Message, Reply
from imrgroups.people import actions as people
from imrgroups.people.models import Participant
from imrgroups.rules.attendance import IN_ROOM
from imrgroups.rules.outcomes import BadAnswers, checked, over
from imrgroups.rules.refusal import Cannot

STEPS = ("one", "two", "three")  # the words of each question, in the order of the questionnaire
VALUES = {"come": 2, "cannot": 1, "call_me": 0}  # what 1, 2 and 3 mean in answer to one of the three questions


class CannotAnswer(Cannot):
    """Why answers are refused: "closed", "answers" or "empty"."""


def answer(sheet: AnswerSheet, answers: Mapping[int, int], *, channel: str, by: int | None, now: datetime) -> int:
    """Take answers of one person (value by number of the question); returns how many are new or changed. A full sheet is closed.

    Raises CannotAnswer("closed" | "answers").
    """
    if sheet.closed_at is not None or now - sheet.asked_at > voice.PATIENCE:
        raise CannotAnswer("closed")
    changed = _put(sheet, answers, channel, by, now)
    centre_id = db.session.get_one(Group, sheet.group_id).centre_id
    audit.record(  # names the group and nobody in it
        "voice.answered", centre_id=centre_id, subject=f"groups/{sheet.group_id}", by=by, now=now, detail={"module": sheet.occasion},
    )
    db.session.commit()
    return changed


def enter_paper(group: Group, module: str, answers: Mapping[int, int], *, key: str, by: int, now: datetime) -> bool:
    """Enter one sheet of paper, which has no name on it; returns False where the sheet of this key is in already.

    Raises CannotAnswer("empty" | "answers").
    """
    if not answers:
        raise CannotAnswer("empty")
    key = f"paper/{key}"
    if db.session.execute(select(AnswerSheet.id).where(AnswerSheet.key == key)).scalar() is not None:
        return False
    sheet = _sheet(group.id, module, None, key, "paper", by, now)
    db.session.add(sheet)
    db.session.flush()
    _put(sheet, answers, "paper", by, now)
    sheet.closed_at = now
    audit.record("voice.paper", centre_id=group.centre_id, subject=f"groups/{group.id}", by=by, now=now, detail={"module": module})
    db.session.commit()
    return True


def _sheet(group_id: int, module: str, person_id: int | None, key: str, channel: str, by: int | None, now: datetime) -> AnswerSheet:
    of = voice.pulse()
    return AnswerSheet(
        key=key, group_id=group_id, participant_id=person_id, instrument=of.id, instrument_version=of.version, occasion=module,
        channel=channel, asked_at=now, by_id=by,
    )


def _put(sheet: AnswerSheet, answers: Mapping[int, int], channel: str, by: int | None, now: datetime) -> int:
    try:
        given = checked(voice.pulse(), answers)
    except BadAnswers as error:
        db.session.rollback()
        raise CannotAnswer("answers") from error
    known = {row.question: row for row in db.session.execute(select(Answer).where(Answer.sheet_id == sheet.id)).scalars()}
    changed = 0
    for question, value in given.items():
        row = known.get(question)
        if row is None:
            known[question] = row = Answer(sheet_id=sheet.id, question=question, value=value, answered_at=now)
            db.session.add(row)
        elif row.value == value:
            continue
        row.value, row.answered_at = value, now
        changed += 1
    if len(known) == len(voice.pulse().questions):
        sheet.closed_at = now
    sheet.channel = channel
    return changed


def ask_after_modules(now: datetime, dry_run: bool = False, groups: Collection[int] | None = None) -> int:
    """Ask the people of every running group whose module is over; returns how many are asked, or would be. Nobody is asked twice.

    groups: only these, by key. Who is still in the group, received a meeting of the module and is not in hospital is asked. Who takes
    texts gets the first question.
    """
    made, running = 0, select(Group).where(Group.ended_on.is_(None)).order_by(Group.id)
    for group in db.session.execute(running if groups is None else running.where(Group.id.in_(groups))).scalars():
        today = now.astimezone(ZoneInfo(group.timezone)).date()
        for module in _over(group.id, today):
            made += _ask(group, module, today, now)
    if dry_run:
        db.session.rollback()
    else:
        db.session.commit()
    return made


def _over(group_id: int, today: date) -> list[str]:
    taught = select(TopicTaught.module, Meeting.meets_on).join(Meeting, Meeting.id == TopicTaught.meeting_id).where(
        Meeting.group_id == group_id, Meeting.state == "held"
    )
    coming = select(PlannedTopic.module).join(Meeting, Meeting.id == PlannedTopic.meeting_id).where(
        Meeting.group_id == group_id, Meeting.state == "planned", Meeting.meets_on >= today
    )
    rows = [(module, day) for module, day in db.session.execute(taught)]
    return sorted(over(rows, db.session.execute(coming).scalars(), today, voice.pulse().days))


def _ask(group: Group, module: str, today: date, now: datetime) -> int:
    meetings = select(TopicTaught.meeting_id).join(Meeting, Meeting.id == TopicTaught.meeting_id).where(
        Meeting.group_id == group.id, Meeting.state == "held", TopicTaught.module == module
    )
    there = select(Mark.participant_id).where(Mark.meeting_id.in_(meetings), Mark.state.in_([str(state) for state in IN_ROOM]))
    made_up = select(MakeUp.participant_id).where(MakeUp.meeting_id.in_(meetings))
    asked = select(AnswerSheet.participant_id).where(AnswerSheet.group_id == group.id, AnswerSheet.occasion == module,
                                                     AnswerSheet.participant_id.is_not(None))
    wanted = (
        select(Participant).join(Enrolment, Enrolment.participant_id == Participant.id)
        .where(
            Enrolment.group_id == group.id, Enrolment.joined_on <= today, Enrolment.left_on.is_(None) | (Enrolment.left_on > today),
            Participant.id.in_(there.union(made_up)), Participant.id.not_in(asked),
        )
        .order_by(Participant.id).distinct()
    )
    persons = list(db.session.execute(wanted).scalars())
    keys = [person.id for person in persons]
    away, agreed = people.in_hospital(keys, today), people.has_consented(keys, "messages")
    made = 0
    for person in persons:
        if person.id in away:
            continue
        by_text = bool(person.channel == "text" and person.phone and person.id in agreed and not person.shared_phone)
        db.session.add(_sheet(
            group.id, module, person.id, f"pulse/{group.id}/{module}/{person.id}", "text" if by_text else "paper", None, now,
        ))
        if by_text:
            _text(group, module, person, 0, now)
        made += 1
    return made


def _text(group: Group, module: str, person: Participant, place: int, now: datetime) -> None:
    language = person.language if person.language in LOCALES else group.centre.language
    told = words.compose("pulse", STEPS[place], 0, words.Facts(first_name=person.first_name), language, shared_phone=person.shared_phone)
    plan(
        Draft(
            key=f"pulse/{group.id}/{module}/{person.id}/{STEPS[place]}", occasion="pulse", channel="text", language=language, text=told,
            centre_id=group.centre_id, due_at=now, expires_at=now + timedelta(days=3), to=person.phone or "", step=STEPS[place],
            question=True, participant_id=person.id, group_id=group.id,
        ), None, now,
    )


def take_replies(now: datetime, dry_run: bool = False) -> int:
    """Put the answers that came by text on their sheets, and ask the next question; returns how many were taken, or would be."""
    wanted = (
        select(Message, Reply.meaning).join(Reply, Reply.message_id == Message.id)
        .where(Message.occasion == "pulse", Reply.meaning.in_(list(VALUES)), Message.created_at > now - 2 * voice.PATIENCE)
        .order_by(Reply.received_at, Reply.id)
    )
    taken = 0
    for message, meaning in db.session.execute(wanted).all():
        sheet = db.session.execute(select(AnswerSheet).where(AnswerSheet.key == message.key.rpartition("/")[0])).scalar()
        if sheet is None or sheet.closed_at is not None or message.step not in STEPS:
            continue
        place = STEPS.index(message.step)
        there = select(Answer.id).where(Answer.sheet_id == sheet.id, Answer.question == place + 1)
        if db.session.execute(there).scalar() is not None:
            continue
        _put(sheet, {place + 1: VALUES[meaning]}, "text", None, now)
        db.session.flush()
        if sheet.closed_at is None and place + 1 < len(STEPS):
            group, person = db.session.get_one(Group, sheet.group_id), db.session.get_one(Participant, message.participant_id)
            _text(group, sheet.occasion, person, place + 1, now)
        taken += 1
    if dry_run:
        db.session.rollback()
    else:
        db.session.commit()
    return taken
