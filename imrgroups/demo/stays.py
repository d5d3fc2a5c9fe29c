"""The people of the demonstration and their way through a group: when they came, why not, what was caught up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from imrgroups.demo.stock import Words, nth, stock

Meetings = Sequence[tuple[int, date]]
IN_ROOM = ("present", "late", "left_early")


@dataclass(frozen=True)
class Friend:
    """Somebody close to a person; asked: whether the person has said yes to contact."""

    code: str
    name: str
    relation: str
    asked: bool
    contacts: tuple[date, ...] = ()


@dataclass(frozen=True)
class Person:
    """One person of a group. marks: state by meeting number; told: meetings they said beforehand they could not come to.

    made_up: (kind, day) by meeting number. interview: whether there was an end interview; None in groups that still run.
    """

    code: str
    name: str
    language: str
    phone: str
    channel: str
    joined_on: date
    left_on: date | None = None
    left_reason: str = ""
    marks: dict[int, str] = field(default_factory=dict)
    told: frozenset[int] = frozenset()
    made_up: dict[int, tuple[str, date]] = field(default_factory=dict)
    stay: tuple[date, date | None] | None = None
    interview: bool | None = None
    friend: Friend | None = None
    goal: bool = True
    large_print: bool = False
    shared_phone: bool = False
    excuses_next: bool = False

    @property
    def received(self) -> int:
        """Meetings in the room and meetings caught up."""
        return sum(state in IN_ROOM for state in self.marks.values()) + len(self.made_up)


def workday(on: date) -> date:
    """The date itself, or the Monday after a weekend."""
    return on + timedelta(days=max(0, 7 - on.weekday()) if on.weekday() > 4 else 0)


class Register:
    """Gives each person a name, a code and a number nobody else has."""

    def __init__(self, random: Random, codes: Iterator[int]) -> None:
        self.random, self.codes, self.words = random, codes, Words(random)

    def next(self, joined_on: date) -> Person:
        """A new person who joins on a day."""
        number, random = next(self.codes), self.random
        language, name = who(number)
        channel = random.choices(("text", "call", "letter", "none"), (72, 12, 8, 8))[0]
        phone = "" if channel == "letter" else f"+45260{number:05d}"
        friend = None
        if random.random() < 0.45:
            friend = Friend(f"S{number:03d}", close_to(number), self.words.say("supporter", "relations"), random.random() < 0.8)
        return Person(
            f"P{number:03d}", name, language, phone, channel, joined_on, friend=friend, large_print=random.random() < 0.08,
            shared_phone=bool(phone) and random.random() < 0.06,
        )


def who(number: int) -> tuple[str, str]:
    """Language and name of the person with a number; every seventh speaks another language better than Danish."""
    others = [(code, name) for code, names in stock("names")["languages"].items() for name in names]
    if number % 7 == 3:
        return nth(others, "other languages", number // 7)
    return "da", named("people", number)


def close_to(number: int) -> str:
    """The name of the supporter of the person with a number."""
    return named("supporters", number)


def named(kind: str, number: int) -> str:
    """The name with a number: no two of a kind are the same."""
    return f"{nth(stock('names')['first'], f'first {kind}', number)} {nth(stock('names')['last'], f'last {kind}', number)}"


def trial_people(random: Random, wanted: Sequence[str], held: Meetings, codes: Iterator[int], *, early: bool) -> tuple[Person, ...]:
    """The people of one group of the trial, each kind of `wanted` one: "high", "low" or "other" (see trial.Shape)."""
    register = Register(random, codes)
    kinds = random.sample(wanted, len(wanted))
    reasons = list(stock("words")["leaving"]["ended_early"]) if early else []
    people = []
    for kind in kinds:
        reason = reasons.pop(0) if kind == "other" and reasons else ""
        people.append(_through(register, kind, held, reason))
    return tuple(_nobody_alone(people, held))


def _through(register: Register, kind: str, held: Meetings, reason: str) -> Person:
    """One person's way through the whole group."""
    random, length = register.random, len(held)
    first = random.choice((1, 2, 3, 4)) if random.random() < (0.12 if kind == "high" else 0.06) else 0
    last: int | None = None
    if kind == "high":
        count = min(int(random.triangular(11, length - first + 1, 0.88 * length)), length - first)
        if random.random() < 0.1 and length > 24:
            last = length - random.randrange(2, 6)
            count = min(count, last - first)
    elif reason:
        last = length - random.randrange(1, 4)
        count = random.randrange(5, min(11, last - first))
    elif kind == "low":
        count = random.randrange(2, 11)
        last = min(first + count + random.randrange(2, 8), length) if random.random() < 0.55 else None
    else:
        count = random.choices((0, random.randrange(1, 11), random.randrange(11, 15)), (32, 52, 16))[0]
        last = min(first + count + random.randrange(2, 6), length) if random.random() < 0.7 else None
    last = None if last is not None and last >= length else last
    window = held[first:last]
    person = replace(register.next(window[0][1] if first else held[0][1]), interview=kind != "other")
    if last is not None:
        why = reason or register.words.say("leaving", "reasons" if count else "never_came")
        person = replace(person, left_on=window[-1][1] + timedelta(days=random.randrange(0, 5)), left_reason=why)
    return _attend(register, person, window, min(count, len(window)), steady=kind == "high")


def _attend(register: Register, person: Person, window: Meetings, count: int, *, steady: bool) -> Person:
    """Choose which of the meetings of a window the person received, exactly `count`, and what happened at each of the others."""
    random, stay, ward = register.random, None, dict[int, tuple[str, date]]()
    numbers = [number for number, _on in window]
    if count > 3 and len(window) - count >= 2 and random.random() < 0.16:
        begin = random.randrange(1, len(window) - 1)
        stay = (window[begin][1] - timedelta(days=random.randrange(1, 4)), window[begin][1] + timedelta(days=random.randrange(4, 16)))
        away = [(number, on) for number, on in window if stay[0] <= on <= stay[1]]
        room = len(window) - len(away)
        for number, on in away[: max(0, min(2, count - 2))]:
            if random.random() < 0.7 or count - len(ward) > room:
                ward[number] = ("ward", min(on + timedelta(days=2), stay[1]))
        if count - len(ward) > room:
            stay, ward = None, {}
    inside = {number for number, on in window if stay and stay[0] <= on <= stay[1]}
    free = [number for number in numbers if number not in inside]
    fading = 1.0 if steady else 0.9
    weights = {number: fading ** place for place, number in enumerate(free)}
    chosen = sorted(free, key=lambda number: random.random() ** (1 / weights[number]), reverse=True)[: count - len(ward)]
    got = set(chosen)
    by_number = dict(window)
    made_up = dict(ward)
    if steady and len(got) > 12:
        for number in random.sample(sorted(got), random.choices((0, 1, 2), (60, 28, 12))[0]):
            made_up[number] = ("one_to_one", workday(by_number[number] + timedelta(days=random.randrange(1, 5))))
    polite = random.uniform(0.3, 0.85)
    marks, told = {}, set()
    for number in numbers:
        if number in inside:
            marks[number] = "hospital"
        elif number in got and number not in made_up:
            marks[number] = random.choices(IN_ROOM, (86, 9, 5))[0]
        elif random.random() < polite:
            marks[number] = "excused"
            if random.random() < 0.85:
                told.add(number)
        else:
            marks[number] = "absent"
    return replace(person, marks=marks, told=frozenset(told), made_up=made_up, stay=stay, friend=_contacts(random, person, window))


def _contacts(random: Random, person: Person, window: Meetings) -> Friend | None:
    """Few contacts with supporters: that was the weakest part of the trial."""
    if person.friend is None or not person.friend.asked or len(window) < 4:
        return person.friend
    days = random.sample([on for _number, on in window[2:]], random.choices((0, 1, 2), (40, 40, 20))[0])
    return replace(person.friend, contacts=tuple(sorted(workday(on + timedelta(days=1)) for on in days)))


def _nobody_alone(people: list[Person], held: Meetings) -> list[Person]:
    """At least three in the room at every meeting: somebody came there instead of to another meeting, so that the counts stay."""

    def there(number: int) -> list[int]:
        return [place for place, person in enumerate(people) if person.marks.get(number) in IN_ROOM]

    for number, _on in held:
        while len(there(number)) < 3:
            could = [
                (place, person) for place, person in enumerate(people)
                if person.marks.get(number) in ("absent", "excused") and number not in person.made_up
            ]
            moves = [
                (len(there(other)), place, other) for place, person in could for other, state in person.marks.items()
                if state in IN_ROOM and len(there(other)) > 3
            ]
            if not moves:
                break
            _most, place, other = max(moves)
            person = people[place]
            people[place] = replace(person, marks=person.marks | {number: "present", other: "excused"}, told=person.told - {number})
    return people


def running_people(random: Random, held: Meetings, codes: Iterator[int], *, count: int, as_of: date) -> tuple[Person, ...]:
    """The people of a group that still runs: most come most weeks."""
    register, people = Register(random, codes), []
    for place in range(count):
        window = held if place else held[: len(held) // 2]
        person = register.next(held[0][1])
        share = random.uniform(0.55, 0.95) if place else 0.4
        person = _attend(register, person, window, round(share * len(window)), steady=True)
        if not place:
            person = replace(person, left_on=window[-1][1] + timedelta(days=3), left_reason=register.words.say("leaving", "reasons"))
        if person.friend:
            person = replace(person, friend=replace(person.friend, contacts=tuple(on for on in person.friend.contacts if on < as_of)))
        made_up = {number: (kind, min(on, as_of - timedelta(days=1))) for number, (kind, on) in person.made_up.items()}
        stay = person.stay and (person.stay[0], min(person.stay[1] or as_of, as_of - timedelta(days=1)))
        people.append(replace(person, made_up=made_up, stay=stay))
    return tuple(_nobody_alone(people, held))


def with_troubles(people: Sequence[Person], held: Sequence[int], on: dict[int, date], as_of: date) -> tuple[Person, ...]:
    """What a leader finds on the day: one person away twice, one in hospital, one without a goal, one who told us for today.

    One was away once and chooses a time for catching up; these and two who write to us have a phone.
    """
    changed = list(people)
    before, last = held[-2:]
    away = changed[1]
    changed[1] = replace(away, marks=away.marks | {before: "absent", last: "absent"}, told=away.told - {before, last},
                         made_up=_without(away, before, last), stay=None)
    ill, since = changed[2], on[before] + timedelta(days=3)
    marks = {number: state if state != "hospital" else "excused" for number, state in ill.marks.items()}
    changed[2] = replace(
        ill, marks=marks | {before: "present", last: "hospital"}, told=ill.told - {before, last}, stay=(since, None),
        made_up=_without(ill, before) | {last: ("ward", min(on[last] + timedelta(days=1), as_of))},
    )
    changed[3] = replace(changed[3], goal=False)
    changed[4] = replace(changed[4], excuses_next=True, marks=changed[4].marks | {last: "present"}, told=changed[4].told - {last},
                         made_up=_without(changed[4], last))
    changed[5] = replace(changed[5], marks=changed[5].marks | {before: "present", last: "absent"}, stay=None,
                         told=changed[5].told - {before, last}, made_up=_without(changed[5], before, last))
    for place in (1, 5, 6, 7):
        number = f"+45260{int(changed[place].code[1:]):05d}"
        changed[place] = replace(changed[place], channel="text", phone=number, shared_phone=False)
    return tuple(changed)


def with_late_joiner(people: Sequence[Person], held: Sequence[int], on: dict[int, date]) -> tuple[Person, ...]:
    """The last person joins halfway and has caught up two of the first, one to one; another is home from hospital."""
    changed = list(people)
    late = changed[-1]
    joined = held[len(held) // 2]
    caught_up = {number: ("one_to_one", on[joined] + timedelta(days=days)) for number, days in ((held[0], 1), (held[1], 1))}
    changed[-1] = replace(
        late, joined_on=on[joined], marks={number: state for number, state in late.marks.items() if number >= joined} | {joined: "present"},
        told=frozenset(number for number in late.told if number > joined), stay=None,
        made_up={number: how for number, how in late.made_up.items() if number > joined} | caught_up,
    )
    home, number = changed[1], held[-3]
    inside = (on[number] - timedelta(days=2), on[number] + timedelta(days=4))
    marks = {key: state if state != "hospital" else "excused" for key, state in home.marks.items()} | {number: "hospital"}
    changed[1] = replace(home, marks=marks, told=home.told - {number}, stay=inside,
                         made_up=_without(home, number) | {number: ("ward", on[number] + timedelta(days=1))})
    return tuple(_nobody_alone(changed, [(each, on[each]) for each in held]))


def _without(person: Person, *numbers: int) -> dict[int, tuple[str, date]]:
    return {number: how for number, how in person.made_up.items() if number not in numbers and how[0] != "ward"}


def waiting_people(random: Random, codes: Iterator[int], count: int) -> tuple[Person, ...]:
    """People who would like a place; the first has been offered one."""
    register = Register(random, codes)
    return tuple(replace(register.next(date.min), friend=None, goal=False) for _place in range(count))
