"""The day on which assessors of the demonstration are with the group whose review is under way, and what they put down."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from imrgroups.demo.places import ZONE
from imrgroups.demo.stock import stock
from imrgroups.demo.trial import Group as Plan
from imrgroups.fidelity.actions import day
from imrgroups.fidelity.models import Review
from imrgroups.rules.calendar import instant

DONE = ("timetable", "contact", "purpose", "needs", "draw", "read", "watch", "records")
SEEN = (  # minutes after the meeting began, kind, step or technique, which words
    (0, "step", "welcome", ""), (6, "step", "look-back", ""), (13, "step", "homework-review", ""), (19, "note", "", "round"),
    (24, "step", "goals", ""), (31, "step", "teach", ""), (36, "technique", "interactive-teaching", ""),
    (41, "technique", "check-understanding", ""), (47, "technique", "role-play", ""), (48, "note", "", "play"), (55, "step", "summary", ""),
)


def moments(plan: Plan, before: date) -> Iterator[tuple[datetime, Callable[..., None]]]:
    """What happens around the last meeting held before a day; each is called with the review, by= and now=."""
    begins = instant(max(on for number, on in plan.on.items() if number in plan.held and on < before), plan.at, ZONE)
    yield begins - timedelta(days=3), prepare
    yield begins + timedelta(minutes=60), watch
    yield begins + timedelta(hours=3), interview


def prepare(review: Review, *, by: int, now: datetime) -> None:
    """Tick the first tasks, and draw whom to ask."""
    day.tick(review, DONE[:4], by=by, now=now)
    day.draw_people(review, by=by, now=now)


def watch(review: Review, *, by: int, now: datetime) -> None:
    """Watch a meeting of an hour that is just over."""
    for place, (minutes, kind, what, words) in enumerate(SEEN):
        text = stock("reviews")["seen"][words] if words else ""
        day.see(review, key=f"demonstration-{place:02d}", kind=kind, what=what, text=text,
                at=now - timedelta(minutes=60 - minutes), by=by, now=now)


def interview(review: Review, *, by: int, now: datetime) -> None:
    """Talk with a leader and with two participants."""
    for role, told in stock("reviews")["heard"].items():
        for number, said in enumerate(told, 1):
            day.hear(review, role, number, {int(item): text for item, text in said.items()}, versions={}, by=by, now=now)
    day.tick(review, DONE, by=by, now=now)
