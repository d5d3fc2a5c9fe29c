"""How people of the demonstration come to a group: who they are, their intake and consents, those close to them, and how they leave."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random

from sqlalchemy import select

from imrgroups.db import db
from imrgroups.demo.places import Cast
from imrgroups.demo.stays import Person
from imrgroups.demo.stock import Words
from imrgroups.demo.trial import Group as Plan
from imrgroups.enrolment import actions as enrolment
from imrgroups.enrolment.models import Enrolment, WaitingPlace
from imrgroups.groups.models import Group, Meeting
from imrgroups.people import actions as people
from imrgroups.people.models import Participant, Supporter


@dataclass
class Book:
    """What the leaders of one group know while they work: the plan, the keys of what is already there, and their words."""

    plan: Plan
    cast: Cast
    as_of: date
    random: Random
    words: Words
    group_id: int = 0
    meetings: dict[int, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    friends: dict[str, int] = field(default_factory=dict)

    @property
    def leaders(self) -> list[int]:
        """The keys of the leaders, the one who writes first."""
        return [self.cast.leaders[self.plan.centre, place] for place in self.plan.leaders]

    @property
    def leader(self) -> int:
        """The key of the leader who writes."""
        return self.leaders[0]

    @property
    def coordinator(self) -> int:
        """The key of the centre's coordinator."""
        return self.cast.coordinators[self.plan.centre]

    def group(self) -> Group:
        """The group's row."""
        return db.session.get_one(Group, self.group_id)

    def meeting(self, number: int) -> Meeting:
        """The row of a meeting."""
        return db.session.get_one(Meeting, self.meetings[number])

    def person(self, who: Person) -> Participant:
        """The row of a person."""
        return db.session.get_one(Participant, self.people[who.code])


def welcome(book: Book, who: Person, *, now: datetime, waits: bool = False) -> None:
    """Somebody is taken in: the person, their consents, somebody close to them, and the tasks of the intake."""
    random, say, by = book.random, book.words.say, book.leader
    address = ""
    if who.channel == "letter":
        door = random.choice(("st. th", "1. tv", "2. th", "3. tv"))
        address = f"{say('address', 'streets')} {random.randrange(2, 90)}, {door}, {say('address', 'towns')}"
    details = people.PersonDetails(
        who.name, who.language, who.phone, who.channel, address, who.large_print, who.shared_phone,
        say("intake", "reach") if who.phone and random.random() < 0.5 else "",
    )
    person = people.create(details, centre_id=book.cast.centres[book.plan.centre], by=by, now=now, code=who.code)
    book.people[who.code] = person.id
    today = now.date()
    people.consent(person, "messages", given=who.channel != "none", on=today, how="in person", by=by, now=now)
    if waits:
        people.finish_task(person, "orientation", outcome="done", text=say("intake", "orientation"), on=today, by=by, now=now)
        return
    people.consent(person, "assessor_interview", given=random.random() < 0.7, on=today, how="in person", by=by, now=now)
    if who.friend:
        asked = who.friend.asked
        friend = people.SupporterDetails(
            who.friend.name, who.friend.relation, "", say("supporter", "may_know") if asked else "", today if asked else None
        )
        book.friends[who.code] = people.add_supporter(person, friend, by=by, now=now, code=who.friend.code).id
    late = who.joined_on > book.plan.on[book.plan.held[3]]
    for place, (task, outcome, text) in enumerate(_tasks(who, say, late)):
        if random.random() < 0.12 if book.plan.running else place > 3:  # history keeps what matters; in running groups some is left to do
            continue
        people.finish_task(person, task, outcome=outcome, text=text, on=today, by=by, now=now)


def _tasks(who: Person, say: Callable[..., str], late: bool) -> Sequence[tuple[str, str, str | None]]:
    return (
        ("orientation", "done", say("intake", "orientation")),
        ("strengths", "done", say("intake", "strengths")),
        ("goal", "done" if who.goal else "not_now", say("intake", "goal") if who.goal else None),
        ("supporter", "done" if who.friend and who.friend.asked else "not_now", None),
        ("consents", "done", None),
        ("language", "done", say("intake", "language" if who.language == "da" else "other_language")),
        ("reach", "done", None),
        ("module_one", "done" if late else "not_now", say("intake", "module_one") if late else None),
    )


def join(book: Book, who: Person, *, now: datetime) -> None:
    """Somebody belongs to the group from their first day."""
    enrolment.join(book.group(), book.person(who), on=who.joined_on, by=book.leader, now=now)


def wait(book: Book, who: Person, *, now: datetime) -> None:
    """Somebody is put on the waiting list."""
    enrolment.wait(book.group(), book.person(who), on=now.date(), by=book.coordinator, now=now)


def offer(book: Book, who: Person, *, now: datetime) -> None:
    """Somebody who waits is offered a place."""
    wanted = select(WaitingPlace).where(WaitingPlace.group_id == book.group_id, WaitingPlace.participant_id == book.people[who.code])
    enrolment.offer(db.session.execute(wanted).scalar_one(), on=now.date(), by=book.coordinator, now=now)


def leave(book: Book, who: Person, *, now: datetime) -> None:
    """Somebody leaves on their last day."""
    wanted = select(Enrolment).where(Enrolment.group_id == book.group_id, Enrolment.participant_id == book.people[who.code])
    row = db.session.execute(wanted).scalar_one()
    enrolment.leave(row, on=who.left_on or now.date(), reason=who.left_reason, by=book.leader, now=now)


def talk(book: Book, who: Person, *, now: datetime) -> None:
    """A leader and somebody close to the person are in contact."""
    friend = db.session.get_one(Supporter, book.friends[who.code])
    kind = book.random.choices(("phone", "meeting", "text", "letter"), (60, 20, 10, 10))[0]
    people.contact(friend, on=now.date(), kind=kind, about=book.words.say("supporter", "about"), by=book.leader, now=now)


def admit(book: Book, who: Person, *, now: datetime) -> None:
    """Somebody goes into hospital."""
    people.admit(book.person(who), on=now.date(), by=book.leader, now=now)


def discharge(book: Book, who: Person, *, now: datetime) -> None:
    """Somebody comes home from hospital."""
    people.discharge(book.person(who), on=now.date(), by=book.leader, now=now)


def interview(book: Book, who: Person, *, now: datetime) -> None:
    """The answer to being interviewed at the end."""
    how = book.random.choice(("in person", "phone"))
    people.consent(book.person(who), "research", given=bool(who.interview), on=now.date(), how=how, by=book.coordinator, now=now)
