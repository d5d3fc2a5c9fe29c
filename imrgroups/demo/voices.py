"""What the people of the demonstration answer to the three questions after a module: some by text, some on a sheet of paper."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import select

from imrgroups.db import db
from imrgroups.demo.intake import Book
from imrgroups.demo.places import at
from imrgroups.outcomes import actions, voice
from imrgroups.outcomes.models import AnswerSheet
from imrgroups.outreach.actions import sending
from imrgroups.people.models import Participant
from imrgroups.sms import LogGateway

Moment = tuple[datetime, Callable[[datetime], object]]
LATELY = timedelta(days=60)  # of the groups that ended, only those that ended within it were asked
STILL = timedelta(days=20)  # no question waits for its answer when the reminders of the last weeks go out
ANSWERS, OFTEN = (2, 1, 0), (60, 28, 12)
ANSWER_RATE = 0.8


def moments(book: Book) -> Iterator[Moment]:
    """The day after each meeting whoever has to be asked is asked, and answers a day later."""
    plan = book.plan
    if plan.ended_on is not None and book.as_of - plan.ended_on > LATELY:
        return
    for number in plan.held:
        if plan.on[number] < book.as_of - STILL:
            yield at(plan.on[number] + timedelta(days=1), 10), lambda now: _ask(book, now)
            yield at(plan.on[number] + timedelta(days=2), 15), lambda now: _answer(book, now)


def _ask(book: Book, now: datetime) -> None:
    if actions.ask_after_modules(now, groups=[book.group_id]):
        sending.send_due(LogGateway(), now)


def _answer(book: Book, now: datetime) -> None:
    wanted = (
        select(AnswerSheet, Participant.code).join(Participant, Participant.id == AnswerSheet.participant_id)
        .where(AnswerSheet.group_id == book.group_id, AnswerSheet.closed_at.is_(None), AnswerSheet.asked_at > now - timedelta(days=2))
        .order_by(Participant.code)
    )
    for sheet, code in db.session.execute(wanted).all():
        random = Random(f"answers {code} {sheet.occasion}")
        said = {question.number: random.choices(ANSWERS, OFTEN)[0] for question in voice.pulse().questions}
        if random.random() > ANSWER_RATE:
            continue
        if sheet.channel == "text":
            actions.answer(sheet, said, channel="text", by=None, now=now)
        else:
            key = f"{book.plan.code}/{sheet.occasion}/{code}"
            actions.enter_paper(book.group(), sheet.occasion, said, key=key, by=book.leader, now=now)
