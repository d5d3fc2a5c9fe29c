"""What goes out to the people of the running groups and what comes back: the program's own jobs, and a carrier that only writes down."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import select

from imrgroups.db import db
from imrgroups.demo.places import at
from imrgroups.demo.stock import nth, stock
from imrgroups.demo.trial import Group, Trial
from imrgroups.outreach import actions as outreach
from imrgroups.outreach.actions import calls, changes, ladder, nudges, planning, sending
from imrgroups.outreach.models import CallTask, Message
from imrgroups.people.models import Participant
from imrgroups.sms import Incoming, LogGateway

DAYS = 16  # how long ago the first message went out: only the running groups still met then
LATELY = timedelta(days=8)  # within it each running group has met
ANSWERS = ("1", "1", "1", "", "")  # to a reminder
OUTCOMES = ("reached_comes", "reached_comes", "reached_other", "no_answer")


def steps(whole: Trial) -> Iterator[tuple[datetime, "Tick"]]:
    """(when, what) of the last weeks: each morning and evening plan, send, and take in what comes back."""
    first = whole.as_of - timedelta(days=DAYS)
    tick = Tick(whole)
    for number in range(DAYS):
        for hour in (9, 16):
            yield at(first + timedelta(days=number), hour, 10), tick


class Tick:
    """One round of the jobs, with a leader who calls and people who answer; called with the time it is.

    Of the group that meets today one person is away twice and nobody has called yet, one has chosen a time for catching up, one has
    written something, one asks for a call; of one in the other group no text arrives.
    """

    def __init__(self, whole: Trial) -> None:
        self.last_day = whole.as_of - timedelta(days=1)
        self.words: dict[str, tuple[str, str]] = {}
        today, other = [group for group in whole.groups if group.running]
        self.silent, self.choosing = today.people[1].code, today.people[5].code
        self.writing, self.asking = today.people[6].code, today.people[7].code
        self.out_of_use = self._texted(other, 3)

    @staticmethod
    def _texted(group: Group, first: int) -> str:
        return next((who.code for who in group.people[first:] if who.channel == "text"), "")

    def __call__(self, now: datetime) -> None:
        """Plan what is due, send it, call, and answer."""
        if now.date() == self.last_day - timedelta(days=DAYS - 1) and now.hour < 12:
            self._ask(now)
        planning.plan_reminders(now)
        planning.plan_missed(now)
        changes.plan_changes(now)
        ladder.plan_calls(now)
        ladder.plan_offers(now)
        nudges.plan_nudges(now)
        sending.send_due(LogGateway(), now)
        self._arrive(now + timedelta(minutes=1))
        self._answer(now + timedelta(hours=1))
        if now.date() == self.last_day and now.hour < 12:
            self._receive(self.writing, stock("words")["own"]["reply"][0], now + timedelta(hours=1))
        self._call(now + timedelta(hours=2))
        db.session.rollback()  # what was only read must not hold the database

    def _ask(self, now: datetime) -> None:
        """Some people have told why they come, and what they would like to hear in a hard week."""
        codes = (self.silent, self.choosing, self.writing, self.asking)
        wanted = select(Participant).where(Participant.code.in_(codes)).order_by(Participant.code)
        for place, person in enumerate(db.session.execute(wanted).scalars().all()):
            why, hard_week = stock("words")["own"]["why"][place], stock("words")["own"]["hard_week"][place]
            outreach.own_words(person, why=why, hard_week=hard_week, may_quote=place % 2 == 0, by=None, now=now)

    def _arrive(self, now: datetime) -> None:
        wanted = (
            select(Message.sid, Participant.code).join(Participant, Participant.id == Message.participant_id)
            .where(Message.state == "sent", Message.sid.is_not(None)).order_by(Participant.code, Message.key)
        )
        for sid, code in db.session.execute(wanted).all():
            gone = code == self.out_of_use and now.date() > self.last_day - LATELY
            outreach.news(str(sid), None, "undelivered" if gone else "delivered", 30006 if gone else None, now)

    def _answer(self, now: datetime) -> None:
        """Most answer their reminder the same morning, before anybody says at the centre that they cannot come; one takes the offer."""
        wanted = (
            select(Message.occasion, Message.channel, Participant.code)
            .join(Participant, Participant.id == Message.participant_id)
            .where(Message.state == "delivered", Message.question, Message.sent_at > now - timedelta(hours=3))
            .order_by(Participant.code, Message.due_at)
        )
        for occasion, channel, code in db.session.execute(wanted).all():
            said = self._says(occasion, code, now.date())
            if channel == "text" and said and (now.hour < 12 or occasion != "reminder"):
                self._receive(code, said, now)

    @staticmethod
    def _receive(code: str, text: str, now: datetime) -> None:
        number = db.session.execute(select(Participant).where(Participant.code == code)).scalar_one().phone
        outreach.receive(Incoming(f"log-{code}-{now:%m%d%H}", number or "", text, now), now)

    def _says(self, occasion: str, code: str, on: date) -> str:
        if code == self.silent:
            return ""
        if code == self.choosing:
            return "1" if occasion == "make_up_offer" else ""
        if occasion != "reminder":
            return ""
        return "3" if code == self.asking and on > self.last_day - LATELY else Random(f"answer {code} {on}").choice(ANSWERS)

    def _call(self, now: datetime) -> None:
        """Leaders call the same evening, but not yet the one who was away twice, nor on the last day."""
        wanted = (
            select(CallTask).join(Participant, Participant.id == CallTask.participant_id)
            .where(
                CallTask.done_at.is_(None), CallTask.due_on <= now.date(), CallTask.due_on < self.last_day, CallTask.staff_id.is_not(None),
                Participant.code.not_in((self.silent, self.choosing)),
            )
            .order_by(Participant.code, CallTask.due_on)
        )
        tasks = db.session.execute(wanted).scalars().all() if now.hour > 12 else []
        for number, task in enumerate(tasks):
            calls.log_call(task, nth(OUTCOMES, "calls", now.day + number), by=task.staff_id, now=now)
