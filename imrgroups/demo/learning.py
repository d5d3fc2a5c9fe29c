"""How the staff of the demonstration learn: days before the first group and after six months, supervision, meetings, the scale."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import partial
from random import Random

from imrgroups.demo.course import Step
from imrgroups.demo.places import Cast, at
from imrgroups.demo.stays import workday
from imrgroups.demo.stock import Words, stock
from imrgroups.demo.trial import Trial
from imrgroups.rules.calendar import add_months
from imrgroups.staff import actions as staff
from imrgroups.staff.actions import training
from imrgroups.staff.actions.training import Event


def steps(whole: Trial, cast: Cast) -> Iterator[Step]:
    """Everything the staff of all centres take part in, in no order."""
    words, random = Words(Random("learning")), Random("learning days")
    firsts: dict[int, date] = {}
    for group in sorted(whole.groups, key=lambda group: group.starts_on):
        for place in group.leaders:
            firsts.setdefault(cast.leaders[group.centre, place], group.starts_on)
    for centre, key in enumerate(cast.centres):
        here = {person: firsts[person] for (where, _place), person in cast.leaders.items() if where == centre and person in firsts}
        yield from _assessors(whole, key, cast.coordinators[centre])
        yield from _training(whole, key, here, words)
        yield from _supervision(whole, centre, key, here, words, random)
        yield from _meetings(whole, key, here, cast.coordinators[centre], words)


def _step(key: int, on: date, hour: int, event: Event, people: Iterable[int]) -> Step:
    return Step(at(on, hour), partial(_log, key, event, tuple(people)))


def _log(key: int, event: Event, people: tuple[int, ...], now: object) -> None:
    training.attend(event, people, centre_id=key, by=None, now=now)  # type: ignore[arg-type]


def _assessors(whole: Trial, key: int, coordinator: int) -> Iterator[Step]:
    on = workday(whole.begins_on + timedelta(days=20))
    teacher = stock("words")["learning"]["teacher"]

    def log(now: object) -> None:
        people = [person.id for person in staff.staff_of([key], role="assessor")]
        if people:
            event = Event("fidelity", on, 360, teacher, stock("words")["learning"]["about_scale"])
            training.attend(event, people, centre_id=key, by=coordinator, now=now)  # type: ignore[arg-type]

    yield Step(at(on, 14), log)


def _training(whole: Trial, key: int, firsts: dict[int, date], words: Words) -> Iterator[Step]:
    teacher = stock("words")["learning"]["teacher"]
    for starts_on in sorted(set(firsts.values())):
        people = [person for person, first in firsts.items() if first == starts_on]
        first = workday(starts_on - timedelta(days=26))
        for on in (first, workday(first + timedelta(days=1))):
            yield _step(key, on, 15, Event("training", on, 420, teacher, words.say("learning", "about_training")), people)
        later = workday(add_months(first, 6) + timedelta(days=3))
        if later < whole.as_of:
            yield _step(key, later, 15, Event("follow_up", later, 420, teacher, words.say("learning", "about_training")), people)
        certified = workday(add_months(first, 13))
        if certified < whole.as_of:
            yield _step(key, certified, 15, Event("certification", certified, 0, teacher), people[:1])


def _supervision(whole: Trial, centre: int, key: int, firsts: dict[int, date], words: Words, random: Random) -> Iterator[Step]:
    """Once a month; now and then somebody is away, and one leader of the second centre has had none for two months."""
    behind = max(firsts) if centre == 1 and firsts else 0
    supervisor = stock("words")["learning"]["supervisors"][centre]
    month = 1
    begins = min(firsts.values(), default=whole.as_of)
    while (on := workday(add_months(begins, month) - timedelta(days=9))) < whole.as_of:
        month += 1
        people = [person for person, first in firsts.items() if first <= on and random.random() < 0.94]
        people = [person for person in people if person != behind or whole.as_of - on > timedelta(days=60)]
        if people:
            yield _step(key, on, 14, Event("supervision", on, 90, supervisor, words.say("learning", "about_supervision")), people)


def _meetings(whole: Trial, key: int, firsts: dict[int, date], coordinator: int, words: Words) -> Iterator[Step]:
    """Every three months the leaders of all centres meet, and a week later those who lead the centres."""
    month = 3
    while (on := workday(add_months(whole.begins_on, month))) < whole.as_of - timedelta(days=10):
        month += 3
        people = [person for person, first in firsts.items() if first <= on]
        if people:
            yield _step(key, on, 13, Event("network", on, 180, "", words.say("learning", "about_network")), people)
        later = workday(on + timedelta(days=7))
        yield _step(key, later, 13, Event("leadership", later, 90, "", words.say("learning", "about_leadership")), [coordinator])
