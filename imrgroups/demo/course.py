"""The life of one group of the demonstration as steps in time; each goes through the rooms' actions."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from random import Random

from sqlalchemy import select

from imrgroups.attendance import actions as attendance
from imrgroups.db import db
from imrgroups.demo import intake, own, reviewing, voices
from imrgroups.demo.intake import Book
from imrgroups.demo.lesson import Lesson
from imrgroups.demo.places import LANGUAGE, ZONE, Cast, at
from imrgroups.demo.stays import Person, workday
from imrgroups.demo.stock import Words, stock
from imrgroups.demo.trial import Group as Plan
from imrgroups.groups import actions as groups
from imrgroups.groups.models import Meeting
from imrgroups.rules.calendar import add_months, instant

MINUTES = 60


@dataclass(frozen=True)
class Step:
    """Something that happens at an instant; meeting: whether a whole meeting is done with it."""

    at: datetime
    do: Callable[[datetime], object]
    meeting: bool = False


def steps(plan: Plan, cast: Cast, as_of: date) -> Iterator[Step]:
    """Everything that happens in the life of a group, in no order."""
    random = Random(f"course {plan.code}")
    book = Book(plan, cast, as_of, random, Words(random))
    lesson = Lesson(book)
    yield Step(at(plan.starts_on - timedelta(weeks=6), 9), partial(_found, book))
    for place, who in enumerate(plan.people):
        yield from _comings(book, who, place)
    yield from _waiting(book)
    for number in plan.held:
        yield from _meeting(book, lesson, number)
    for number in plan.cancelled:
        yield Step(_starts(plan, number) - timedelta(hours=5), partial(_cancel, book, number))
    for number, to in plan.moved.items():
        yield Step(at(to - timedelta(days=16), 9), partial(_move, book, number, to))
    if plan.ended_on is not None:
        yield Step(_starts(plan, plan.held[-1]) + timedelta(hours=3), partial(_end, book))
    else:
        yield Step(at(as_of - timedelta(days=1), 18), partial(own.open_pages, book))
    for when, do in (*reviewing.moments(book), *voices.moments(book)):
        yield Step(when, do)


def _starts(plan: Plan, number: int) -> datetime:
    return instant(plan.on[number], plan.at, ZONE)


def _comings(book: Book, who: Person, place: int) -> Iterator[Step]:
    """How one person comes and goes, is in hospital, and what is heard from those close to them."""
    plan = book.plan

    def step(on: date, hour: int, action: Callable[..., None]) -> Step:
        return Step(at(on, hour, place), lambda now: action(book, who, now=now))

    yield step(workday(who.joined_on - timedelta(days=7 + 2 * place)), 8, intake.welcome)
    yield step(who.joined_on - timedelta(days=1), 9, intake.join)
    if who.stay:
        yield step(who.stay[0], 6, intake.admit)
        if who.stay[1]:
            yield step(who.stay[1], 15, intake.discharge)
    if who.left_on:
        yield step(who.left_on, 19, intake.leave)
    for day in who.friend.contacts if who.friend else ():
        yield step(day, 11, intake.talk)
    for number, (kind, day) in who.made_up.items():
        yield Step(at(day, 12, place), partial(_make_up, book, who, number, kind))
    if plan.ended_on is not None:
        yield step(add_months(plan.starts_on, 9) + timedelta(days=3 + place), 13, intake.interview)
    if who.excuses_next:
        number = min(number for number, on in plan.on.items() if on >= book.as_of)
        yield Step(at(book.as_of - timedelta(days=1), 14), partial(_excuse, book, who, number))


def _waiting(book: Book) -> Iterator[Step]:
    for place, who in enumerate(book.plan.waiting):
        came = book.as_of - timedelta(days=24 - 5 * place)
        yield Step(at(came, 8), lambda now, who=who: intake.welcome(book, who, now=now, waits=True))  # type: ignore[misc]
        yield Step(at(came, 9), lambda now, who=who: intake.wait(book, who, now=now))  # type: ignore[misc]
        if not place:
            yield Step(at(book.as_of - timedelta(days=2), 9), lambda now, who=who: intake.offer(book, who, now=now))  # type: ignore[misc]


def _meeting(book: Book, lesson: Lesson, number: int) -> Iterator[Step]:
    """A meeting: what was said before, the hour itself, the notes after it, and the second signature some days later."""
    plan, begins = book.plan, _starts(book.plan, number)
    if any(number in who.told for who in plan.people):
        yield Step(begins - timedelta(hours=20), partial(_told, book, number))
    yield Step(begins + timedelta(minutes=5), partial(lesson.hold, number))
    yield Step(begins + timedelta(minutes=MINUTES + 40), partial(lesson.write, number), meeting=True)
    if number not in plan.unsigned | plan.half_signed:
        later = workday(plan.on[number] + timedelta(days=1 + number % 3))
        yield Step(at(later, 8), partial(lesson.countersign, number))


def _found(book: Book, now: datetime) -> None:
    plan = book.plan
    details = groups.GroupDetails(plan.name, LANGUAGE, plan.starts_on, plan.at, ZONE, MINUTES, plan.place, plan.order)
    group = groups.create(
        details, centre_id=book.cast.centres[plan.centre], leaders=book.leaders, by=book.coordinator, now=now, code=plan.code
    )
    book.group_id = group.id
    wanted = select(Meeting.number, Meeting.id).where(Meeting.group_id == group.id)
    book.meetings = dict(db.session.execute(wanted).all())
    reviewing.plan_reviews(book, now)


def _told(book: Book, number: int, now: datetime) -> None:
    for who in book.plan.people:
        if number in who.told:
            text = book.words.say("told", "reasons") if book.random.random() < 0.8 else ""
            attendance.apologise(book.meeting(number), book.person(who), told_on=now.date(), text=text, by=book.leader, now=now)


def _excuse(book: Book, who: Person, number: int, now: datetime) -> None:
    text = book.words.say("told", "reasons")
    attendance.apologise(book.meeting(number), book.person(who), told_on=now.date(), text=text, by=book.leader, now=now)


def _make_up(book: Book, who: Person, number: int, kind: str, now: datetime) -> None:
    attendance.make_up(
        book.meeting(number), book.person(who), done_on=now.date(), kind=kind, minutes=book.random.choice((15, 20, 20, 25, 30)),
        leader_id=book.random.choice(book.leaders), by=book.leader, now=now,
    )


def _cancel(book: Book, number: int, now: datetime) -> None:
    groups.cancel(book.meeting(number), reason=book.words.say("cancelled", "reasons"), by=book.leader, now=now)


def _move(book: Book, number: int, to: date, now: datetime) -> None:
    groups.move(book.meeting(number), to_on=to, by=book.leader, now=now)


def _end(book: Book, now: datetime) -> None:
    plan = book.plan
    reason = stock("words")["leaving"]["ended_early_group"] if plan.early else ""
    groups.end(book.group(), on=plan.ended_on or now.date(), reason=reason, by=book.coordinator, now=now)
