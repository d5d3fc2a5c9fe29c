"""The reviews of the demonstration: nineteen whose scores give the published table; of the running groups one under way, one just final."""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from random import Random

from sqlalchemy import select

from imrgroups.db import db
from imrgroups.demo import visit
from imrgroups.demo.intake import Book
from imrgroups.demo.places import at
from imrgroups.demo.stays import workday
from imrgroups.demo.stock import FOLDER, stock
from imrgroups.demo.trial import Group as Plan
from imrgroups.fidelity import actions as fidelity
from imrgroups.fidelity.actions import binders, rating, reports
from imrgroups.fidelity.actions.rating import Given
from imrgroups.fidelity.actions.reports import Advice, Written
from imrgroups.fidelity.evidence import sheets
from imrgroups.fidelity.evidence.instruments import scale
from imrgroups.fidelity.models import Review
from imrgroups.rules.fidelity.reviews import window

Moment = tuple[datetime, Callable[[datetime], object]]
ADVICE_DAYS = 45
SPAN_DAYS = 14  # from the visit to the last signature
EXTENDED_DAYS = 14
# The mid-way review of the running group that has one behind it: "good" to the last digit, with something to work on.
RUNNING = dict(enumerate((5, 4, 3, 4, 3, 5, 3, 4, 4, 5), 1))
LEFT_DAYS = (-6, 18)  # the days left for the advice that is still open


@lru_cache(maxsize=1)
def _ratings() -> dict[tuple[int, str], list[int]]:
    told = json.loads((FOLDER / "danish_reviews.json").read_text(encoding="utf-8"))["reviews"]
    return {(entry["group"], entry["kind"]): entry["ratings"] for entry in told}


def scores(plan: Plan, kind: str) -> dict[int, int]:
    """The scores of a review by item; of the trial's groups the one that ended early is the tenth. Empty where there was none."""
    if plan.running:
        return RUNNING
    place = int(plan.code[1:])
    number = 10 if plan.early else place if place <= 3 else place - 1
    return dict(enumerate(_ratings().get((number, kind), ()), 1))


def moments(book: Book) -> Iterator[Moment]:
    """Everything that happens to the reviews of a group, in no order; the reviews themselves are planned when it is founded."""
    plan = book.plan
    first = plan.on[min(plan.on)]
    due = {kind.id: kind.due_on(first) for kind in scale().reviews}
    assigned = at(workday(first + timedelta(weeks=9)), 10)
    if not plan.running:
        for kind, on in due.items():
            if scores(plan, kind):
                yield assigned + timedelta(minutes=len(kind)), partial(_assign, book, kind)
                yield from _reviewed(book, kind, on)
            else:
                yield at(on - timedelta(days=3), 10), partial(_call_off, book, kind)
    elif due["midway"] + timedelta(days=ADVICE_DAYS + SPAN_DAYS) <= book.as_of:
        yield assigned, partial(_assign, book, "midway")
        yield from _reviewed(book, "midway", due["midway"])
    elif due["midway"] <= book.as_of:
        yield assigned, partial(_assign, book, "midway")
        yield from _under_way(book, due["midway"])


def plan_reviews(book: Book, now: datetime) -> None:
    """What the job does for a new group."""
    fidelity.plan_missing(groups=[book.group_id], now=now)


def _review(book: Book, kind: str) -> Review:
    return db.session.execute(select(Review).where(Review.group_id == book.group_id, Review.kind == kind)).scalar_one()


def _pair(book: Book) -> list[int]:
    """The assessors of the two other centres."""
    return [key for centre, key in enumerate(book.cast.assessors) if centre != book.plan.centre]


def _assign(book: Book, kind: str, now: datetime) -> None:
    for place, assessor in enumerate(_pair(book)):
        fidelity.assign(_review(book, kind), assessor, interviewing=not place, by=book.coordinator, now=now)


def _call_off(book: Book, kind: str, now: datetime) -> None:
    fidelity.call_off(_review(book, kind), reason=stock("reviews")["called_off"], by=book.coordinator, now=now)


def _reviewed(book: Book, kind: str, due_on: date) -> Iterator[Moment]:
    """A review from the visit to the last signature."""
    visit = workday(due_on - timedelta(days=2))
    yield at(visit - timedelta(days=4), 11), partial(_freeze, book, kind)
    closes_on = visit + timedelta(days=SPAN_DAYS + scale().timing.binder_kept_days + 1)
    if closes_on < book.as_of:
        yield at(closes_on, 3), partial(_empty, book, kind)
    final, random = scores(book.plan, kind), Random(f"review {book.plan.code} {kind}")
    for place, sheet in enumerate(_sheets(final, random)):
        yield at(visit, 14 + place), partial(_hand_in, book, kind, place, sheet)
    yield at(visit, 16), partial(_settle, book, kind, final, random)
    yield at(visit + timedelta(days=3), 9), partial(_write, book, kind, final, random)
    yield at(visit + timedelta(days=9), 12), partial(_answer, book, kind, random)
    for place in range(2):
        yield at(workday(visit + timedelta(days=SPAN_DAYS - 2)), 9 + place), partial(_sign, book, kind, place)
    if kind == "midway":
        yield at(visit + timedelta(days=ADVICE_DAYS), 9), partial(_follow, book, random)


def _freeze(book: Book, kind: str, now: datetime) -> None:
    binders.freeze(_review(book, kind), on=now.date(), by=_pair(book)[0], now=now)


def _empty(book: Book, kind: str, now: datetime) -> None:
    """What the job does four weeks after the final report."""
    binder = binders.of_review(_review(book, kind).id)
    if binder is not None:
        binders.close(binder, by=None, now=now)


def _sheets(final: dict[int, int], random: Random) -> list[dict[int, int]]:
    """Two assessors' own scores: they differ by one on one or two items, and one of the two has what they settle on."""
    found = [dict(final), dict(final)]
    for item in random.sample(sorted(final), random.choice((0, 1, 1, 2))):
        found[random.randrange(2)][item] += -1 if final[item] == 5 or (final[item] > 1 and random.random() < 0.5) else 1
    return found


def _given(sheet: dict[int, int]) -> dict[int, Given]:
    words = stock("reviews")
    return {item: Given(score, justification=words["high" if score > 3 else "low"][str(item)]) for item, score in sheet.items()}


def _hand_in(book: Book, kind: str, place: int, sheet: dict[int, int], now: datetime) -> None:
    rating.hand_in(_review(book, kind), _given(sheet), by=_pair(book)[place], now=now)


def _settle(book: Book, kind: str, final: dict[int, int], random: Random, now: datetime) -> None:
    review = _review(book, kind)
    outcome = sheets.outcome(review)
    if outcome and outcome.open:
        reasons: Sequence[str] = stock("reviews")["settled"]
        rating.settle(review, {item: (final[item], random.choice(reasons)) for item in outcome.open}, by=_pair(book)[0], now=now)


def _write(book: Book, kind: str, final: dict[int, int], random: Random, now: datetime) -> None:
    words, review = stock("reviews"), _review(book, kind)
    reasons = {f"item-{item}": one.justification for item, one in _given(final).items()}
    weak = [item for item, score in sorted(final.items(), key=lambda pair: pair[1]) if score < 4 and str(item) in words["advice"]][:3]
    advice = [
        Advice(words["advice"][str(item)], item, book.leaders[place % len(book.leaders)], _until(book, place, now))
        for place, item in enumerate(weak if kind == "midway" else ())
    ]
    checks = {row.id: "followed" if final.get(row.item or 0, 5) > 3 else "partly" for row in reports.advice_before(review)}
    sections = {
        "method": words["method"], "strengths": random.choice(words["strengths"]), "voice": random.choice(words["voice"]),
        "next": words["next" if kind == "midway" else "goodbye"], **reasons,
    }
    sources = {"charts": 5, "meetings": 1, "leaders": len(book.leaders), "participants": random.randrange(2, 5), "materials": 3}
    by = _pair(book)[0]
    reports.write(review, Written(sections, sources, advice, checks, looked=True), version=0, by=by, now=now)
    reports.send(review, by=by, now=now)


def _until(book: Book, place: int, now: datetime) -> date:
    """When a piece of advice is to be done: a running group has done its first, is late with one and has time for another."""
    if book.plan.running and place:
        return book.as_of + timedelta(days=LEFT_DAYS[(place - 1) % 2])
    return now.date() + timedelta(days=30)


def _answer(book: Book, kind: str, random: Random, now: datetime) -> None:
    reports.answer(_review(book, kind), random.choice(stock("reviews")["answer"]), by=book.leader, now=now, looked=True)


def _sign(book: Book, kind: str, place: int, now: datetime) -> None:
    review = _review(book, kind)
    if reports.sign(review, by=_pair(book)[place], now=now) and not book.plan.running:
        reports.close(review, by=book.coordinator, now=now)


def _follow(book: Book, random: Random, now: datetime) -> None:
    rows = reports.advice_of(_review(book, "midway").id)
    for row in rows[:1] if book.plan.running else rows:
        reports.follow(row, "done", outcome=random.choice(stock("reviews")["done"]), by=book.leader, now=now)


def _under_way(book: Book, due_on: date) -> Iterator[Moment]:
    """One assessor handed in, the other has half a sheet; the review was kept open because one of them was ill."""
    random = Random("review under way")
    sheet = {item: random.choice((3, 4, 4, 5, 5)) for item in range(1, 11)}
    days = window(due_on, scale())
    if book.as_of > days.closes_on - timedelta(days=7):
        yield at(days.closes_on - timedelta(days=5), 9), partial(_extend, book, book.as_of + timedelta(days=EXTENDED_DAYS))
    last = min(book.as_of - timedelta(days=1), days.closes_on + timedelta(days=3))
    yield at(min(due_on - timedelta(days=6), last), 11), partial(_freeze, book, "midway")
    for when, do in visit.moments(book.plan, last):
        yield when, partial(_visit, book, do)
    half = {item: score for item, score in sheet.items() if item <= 6}
    yield at(last, 13), partial(_hand_in, book, "midway", 1, sheet)
    yield at(last, 14), lambda now: rating.save(_review(book, "midway"), _given(half), by=_pair(book)[0], now=now)


def _visit(book: Book, do: Callable[..., None], now: datetime) -> None:
    do(_review(book, "midway"), by=_pair(book)[0], now=now)


def _extend(book: Book, until_on: date, now: datetime) -> None:
    fidelity.extend(_review(book, "midway"), until_on=until_on, reason=stock("reviews")["extended"], by=book.coordinator, now=now)
