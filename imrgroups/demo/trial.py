"""What the demonstration will hold, decided before anything is written: the same for the same day, and never read from a database.

The shape is that of the published Danish trial: three centres, 99 people in ten groups of nine months; nine groups completed, one ended
early. Of the 72 people with an end interview 52 had received eleven meetings or more, 20 fewer; the consent to research taken at the
end stands for that interview.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from random import Random

from imrgroups.demo import stays
from imrgroups.demo.places import CENTRES, COUNTRY, ZONE, closed_days
from imrgroups.demo.stays import Person
from imrgroups.groups import series
from imrgroups.rules.calendar import add_months, skip

MONTHS = 9
SPACING = 38  # days between the ends of two groups
MARGIN = 24  # days between the last end and the day the demonstration is looked at


@dataclass(frozen=True)
class Scale:
    """How much is built: so many of the trial's ten groups, and whether the two running ones too."""

    groups: int = 10
    running: bool = True


WHOLE = Scale()


@dataclass(frozen=True)
class Shape:
    """One group of the trial: its centre, weekday (Monday is 0) and time, which of the centre's leaders lead it, and its people.

    high, low: people with an end interview who received eleven meetings or more, or fewer; other: people without one.
    """

    centre: int
    weekday: int
    at: time
    leaders: tuple[int, ...]
    high: int
    low: int
    other: int
    name: str
    early: bool = False


SHAPES = (
    Shape(0, 0, time(13, 0), (0, 1), 6, 2, 2, "Mandagsgruppen"),
    Shape(1, 1, time(10, 0), (0, 1), 5, 2, 3, "Tirsdagsgruppen"),
    Shape(2, 2, time(14, 30), (0, 1), 5, 2, 3, "Onsdagsgruppen"),
    Shape(1, 3, time(13, 30), (2, 3), 3, 2, 5, "Torsdagsgruppen", early=True),
    Shape(0, 1, time(14, 30), (2, 3), 6, 2, 2, "Tirsdagsgruppen"),
    Shape(2, 3, time(10, 30), (1, 2), 5, 2, 3, "Formiddagsgruppen"),
    Shape(0, 2, time(10, 0), (3, 4, 0), 6, 2, 1, "Onsdagsgruppen"),
    Shape(1, 0, time(14, 0), (0, 2), 5, 2, 3, "Mandagsgruppen"),
    Shape(2, 1, time(13, 0), (0, 2), 5, 2, 3, "Tirsdagsgruppen"),
    Shape(0, 3, time(14, 0), (2, 4), 6, 2, 2, "Torsdagsgruppen"),
)


@dataclass(frozen=True)
class Group:
    """One group as it will be: its series by number, what was held, cancelled and moved, and its people.

    unsigned, half_signed: numbers of held meetings whose notes nobody, or only one leader, signed. silent: the meeting nobody recorded.
    """

    code: str
    name: str
    centre: int
    place: str
    leaders: tuple[int, ...]
    starts_on: date
    at: time
    order: tuple[str, ...]
    on: dict[int, date]
    held: tuple[int, ...]
    cancelled: tuple[int, ...]
    moved: dict[int, date]
    people: tuple[Person, ...]
    ended_on: date | None
    early: bool = False
    unsigned: frozenset[int] = frozenset()
    half_signed: frozenset[int] = frozenset()
    silent: int = 0
    waiting: tuple[Person, ...] = ()

    @property
    def running(self) -> bool:
        """Whether the group goes on after the day the demonstration is looked at."""
        return self.ended_on is None


@dataclass(frozen=True)
class Trial:
    """Everything: the groups, the trial's first, and the closed days of each centre."""

    as_of: date
    groups: tuple[Group, ...]
    closed: tuple[tuple[tuple[date, date, str], ...], ...] = field(default=())

    @property
    def begins_on(self) -> date:
        """Weeks before the first group begins: when the centres started."""
        return min(group.starts_on for group in self.groups) - timedelta(weeks=10)


def plan(as_of: date, scale: Scale = WHOLE) -> Trial:
    """The whole demonstration as it looks on a day."""
    today = _open_day(as_of)
    before = _open_day(as_of - timedelta(days=1), back=True)
    closed = tuple(closed_days(as_of, keep=day) for day in (today, before, as_of))
    codes = _codes()
    groups = []
    for place, shape in enumerate(SHAPES[: scale.groups]):
        groups.append(_of_the_trial(place, shape, as_of, closed[shape.centre], codes))
    if scale.running:
        groups.append(_meeting_today(today, as_of, closed[0], codes))
        groups.append(_left_unrecorded(before, as_of, closed[1], codes))
    return Trial(as_of, tuple(groups), closed)


def _codes() -> Iterator[int]:
    number = 0
    while True:
        number += 1
        yield number


def _open_day(on: date, *, back: bool = False) -> date:
    """The first working day from a date on, or back."""
    while on.weekday() > 4 or on in series.public_holidays(COUNTRY, on.year - 1, on.year + 1):
        on += timedelta(days=-1 if back else 1)
    return on


def _slots(starts_on: date, at: time, closed: Sequence[tuple[date, date, str]]) -> dict[int, date]:
    ranges = [(first, last) for first, last, _why in closed]
    return {slot.number: slot.on for slot in series.build(starts_on, at, ZONE, COUNTRY, ranges).slots}


def _first_open(on: date, closed: Sequence[tuple[date, date, str]]) -> date:
    """The date itself, or the same weekday some weeks earlier, so that a group never begins on a holiday."""
    ranges = [(first, last) for first, last, _why in closed]
    while skip(on, holidays=series.public_holidays(COUNTRY, on.year - 1, on.year + 1), closed=ranges):
        on -= timedelta(weeks=1)
    return on


def _of_the_trial(place: int, shape: Shape, as_of: date, closed: Sequence[tuple[date, date, str]], codes: Iterator[int]) -> Group:
    random = Random(f"trial group {place}")
    ends_before = add_months(as_of - timedelta(days=MARGIN + SPACING * (len(SHAPES) - 1 - place)), -MONTHS)
    starts_on = _first_open(ends_before - timedelta(days=(ends_before.weekday() - shape.weekday) % 7), closed)
    on = _slots(starts_on, shape.at, closed)
    last = 17 if shape.early else max(on)
    cancelled = tuple(sorted(random.sample(range(8, last - 3), 1 if shape.early else random.choice((1, 2, 2)))))
    held = tuple(number for number in on if number <= last and number not in cancelled)
    moved = _moved(random, on, held, closed)
    on |= moved
    wanted = ["high"] * shape.high + ["low"] * shape.low + ["other"] * shape.other
    people = stays.trial_people(random, wanted, [(number, on[number]) for number in held], codes, early=shape.early)
    return Group(
        code=f"G{place + 1:02d}", name=f"{shape.name} {starts_on.year}", centre=shape.centre,
        place=random.choice(CENTRES[shape.centre].places), leaders=shape.leaders, starts_on=starts_on, at=shape.at,
        order=_order(place), on=on, held=held, cancelled=cancelled, moved=moved, people=people, ended_on=on[held[-1]], early=shape.early,
    )


def _order(place: int) -> tuple[str, ...]:
    """The programme's own order; two groups took medication earlier, one left out alcohol and drugs, as its people wished."""
    order = list(series.default_order())
    if place in (2, 6):
        order.insert(2, order.pop(order.index("medication")))
    if place == 7:
        order.remove("drug-alcohol")
    return tuple(order)


def _moved(random: Random, on: dict[int, date], held: Sequence[int], closed: Sequence[tuple[date, date, str]]) -> dict[int, date]:
    """One meeting in the middle that was held a day later, where that day is open."""
    number = held[random.randrange(5, len(held) - 3)]
    to = on[number] + timedelta(days=1)
    ranges = [(first, last) for first, last, _why in closed]
    shut = to.weekday() > 4 or skip(to, holidays=series.public_holidays(COUNTRY, to.year, to.year + 1), closed=ranges)
    return {} if shut else {number: to}


def _meeting_today(today: date, as_of: date, closed: Sequence[tuple[date, date, str]], codes: Iterator[int]) -> Group:
    """The group that meets on the day: somebody away twice, in hospital, without a goal; notes to sign; people who wait."""
    random = Random("running group today")
    at = time(14, 30)
    starts_on = _first_open(today - timedelta(weeks=22), closed)
    on = _slots(starts_on, at, closed)
    past = [number for number in on if on[number] < today and on[number] < as_of]
    cancelled = (past[9],)
    held = tuple(number for number in past if number not in cancelled)
    people = stays.running_people(random, [(number, on[number]) for number in held], codes, count=10, as_of=as_of)
    people = stays.with_troubles(people, held, on, as_of)
    return Group(
        code="G11", name="Eftermiddagsgruppen", centre=0, place=CENTRES[0].places[0], leaders=(0, 1), starts_on=starts_on, at=at,
        order=series.default_order(), on=on, held=held, cancelled=cancelled, moved={}, people=people, ended_on=None,
        unsigned=frozenset(held[-1:]), half_signed=frozenset(held[-3:-1]), waiting=stays.waiting_people(random, codes, 2),
    )


def _left_unrecorded(before: date, as_of: date, closed: Sequence[tuple[date, date, str]], codes: Iterator[int]) -> Group:
    """The group whose last meeting nobody recorded: a late joiner who caught up, somebody home from hospital, notes to sign."""
    random = Random("running group unrecorded")
    at = time(10, 0)
    starts_on = _first_open(before - timedelta(weeks=30), closed)
    on = _slots(starts_on, at, closed)
    past = [number for number in on if on[number] < as_of]
    held = tuple(past[:-1])
    people = stays.running_people(random, [(number, on[number]) for number in held], codes, count=9, as_of=as_of)
    people = stays.with_late_joiner(people, held, on)
    return Group(
        code="G12", name="Morgengruppen", centre=1, place=CENTRES[1].places[0], leaders=(0, 1, 3), starts_on=starts_on, at=at,
        order=series.default_order(), on=on, held=held, cancelled=(), moved={}, people=people, ended_on=None,
        half_signed=frozenset(held[-2:]), silent=past[-1], waiting=stays.waiting_people(random, codes, 1),
    )


def counted(whole: Trial) -> dict[str, int]:
    """The figures of the trial's groups as planned: people, interviews, and how many of those received eleven meetings or more."""
    people = [person for group in whole.groups if not group.running for person in group.people]
    interviewed = [person for person in people if person.interview]
    return {
        "groups": sum(not group.running for group in whole.groups), "people": len(people), "interviews": len(interviewed),
        "eleven": sum(person.received >= 11 for person in interviewed), "fewer": sum(person.received < 11 for person in interviewed),
    }
