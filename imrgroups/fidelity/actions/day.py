"""Writes what an assessor puts down on the day: tasks, interview notes, what was seen of a meeting."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm.exc import StaleDataError

from imrgroups.db import db
from imrgroups.fidelity.actions.reviews import CannotReview, assigned, record
from imrgroups.fidelity.evidence import day as reads
from imrgroups.fidelity.evidence import interviewees, sheets
from imrgroups.fidelity.models import DayTask, DrawnPerson, InterviewNote, Observation, Review
from imrgroups.fidelity.models.day import SEEN
from imrgroups.fidelity.models.reviews import OVER
from imrgroups.library import content
from imrgroups.rules.fidelity.draw import draw
from imrgroups.rules.fidelity.reviews import counted_on

AHEAD, BACK = timedelta(minutes=10), timedelta(days=14)  # how far a tablet's clock, or a note sent late, may be off
MOST_INTERVIEWS = 20
PARTICIPANT = "participant"


def tick(review: Review, done: Collection[str], *, by: int, now: datetime) -> int:
    """Keep which tasks of the day are done, the others not; returns how many changed. Raises CannotReview("not_assigned" | "over")."""
    _mine(review, by)
    known, had = {task.id for task in reads.plan().tasks}, reads.done(review.id)
    more, fewer = (set(done) & known) - had, (had & known) - set(done)
    db.session.add_all(DayTask(review_id=review.id, task=task, done_at=now, by_id=by) for task in sorted(more))
    if fewer:
        db.session.execute(delete(DayTask).where(DayTask.review_id == review.id, DayTask.task.in_(fewer)))
    if more or fewer:
        record("review.tasks", review, by, now, done=len((had | more) - fewer))
    db.session.commit()
    return len(more) + len(fewer)


def hear(
    review: Review, role: str, number: int, said: Mapping[int, str], *, versions: Mapping[int, int], by: int, now: datetime
) -> int:
    """Keep what was heard in one's interview of that number with a role: item (0: none) -> words. Returns how many changed.

    versions: of the notes as one read them, 0 for a new one. Raises CannotReview("not_assigned" | "over" | "item" | "meanwhile"), the last
    with the items that were saved meanwhile, from another window or tablet.
    """
    _mine(review, by)
    roles = {interview.id for interview in reads.plan().interviews}
    if role not in roles or not 1 <= number <= MOST_INTERVIEWS or set(said) - {0, *sheets.items_of(review)}:
        raise CannotReview("item")
    known = reads.heard(review.id, by, role, number)
    changed = {item: words.strip() for item, words in said.items() if words.strip() != (known[item].text or "" if item in known else "")}
    stale = [item for item in changed if (known[item].version if item in known else 0) != versions.get(item, 0)]
    if stale:
        raise CannotReview("meanwhile", stale)
    for item, words in changed.items():
        row = known.get(item)
        if row is None:
            row = InterviewNote(review_id=review.id, staff_id=by, role=role, number=number, item=item, version=1)
            db.session.add(row)
        row.text, row.saved_at = words or None, now
    if changed:
        record("review.heard", review, by, now, role=role, number=number, items=sorted(changed))
    try:
        db.session.commit()
    except StaleDataError as error:
        db.session.rollback()
        raise CannotReview("meanwhile", changed) from error
    return len(changed)


def see(
    review: Review, *, key: str, kind: str, what: str = "", text: str = "", at: datetime | None = None, by: int, now: datetime
) -> bool:
    """Keep one thing seen in a meeting; returns False where one's own note with this key is there already, and changes nothing.

    at: when it was tapped, by the tablet's clock; None means now.
    Raises CannotReview("not_assigned" | "over" | "item" | "time" | "no_words").
    """
    _mine(review, by)
    programme = content.load()
    steps = {"step": {step.id for step in programme.steps}, "technique": set(programme.techniques), "note": {""}}
    if kind not in SEEN or what not in steps[kind] or not 8 <= len(key) <= 64:
        raise CannotReview("item")
    if kind == "note" and not text.strip():
        raise CannotReview("no_words")
    if at is not None and not now - BACK <= at <= now + AHEAD:
        raise CannotReview("time")
    there = select(Observation.id).where(Observation.review_id == review.id, Observation.staff_id == by, Observation.key == key)
    if db.session.execute(there).scalar() is not None:
        return False
    db.session.add(Observation(
        review_id=review.id, staff_id=by, key=key, kind=kind, what=what, at=at or now, text=text.strip() or None, saved_at=now,
    ))
    record("review.seen", review, by, now, kind=kind)
    db.session.commit()
    return True


def unsee(review: Review, observation_id: int, *, by: int, now: datetime) -> None:
    """Take back one's own note of a meeting, tapped by mistake. Raises CannotReview("not_assigned" | "over" | "item")."""
    _mine(review, by)
    row = db.session.get(Observation, observation_id)
    if row is None or (row.review_id, row.staff_id) != (review.id, by):
        raise CannotReview("item")
    db.session.delete(row)
    record("review.unseen", review, by, now, kind=row.kind)
    db.session.commit()


def draw_people(review: Review, *, by: int, now: datetime) -> int:
    """Draw whom to ask for an interview, once for both assessors; returns how many. Somebody drawn stays drawn, later ones come after them.

    The order comes from the seed of the review, people who came seldom are among them, and the record keeps the seed.
    Raises CannotReview("not_assigned" | "over" | "nobody").
    """
    _mine(review, by)
    on = counted_on(now.astimezone(ZoneInfo(review.group.timezone)).date(), review.group.ended_on)
    size = next(each.people for each in reads.plan().interviews if each.id == PARTICIPANT)
    had = interviewees.drawn(review.id)
    known = {row.participant_id for row in had}
    agreed = interviewees.willing(review, on)
    chosen = draw(agreed, size, review.seed)
    fresh = [person for person in chosen if person.key not in known][: max(0, size - len(known & {person.key for person in agreed}))]
    if not fresh and not had:
        raise CannotReview("nobody")
    db.session.add_all(
        DrawnPerson(review_id=review.id, participant_id=person.key, place=place, low=person.low, drawn_at=now, by_id=by)
        for place, person in enumerate(fresh, len(had) + 1)
    )
    record("review.drawn", review, by, now, seed=str(review.seed), people=len(fresh), of=len(agreed))
    db.session.commit()
    return len(fresh)


def _mine(review: Review, by: int) -> None:
    db.session.refresh(review, with_for_update=True)
    if by not in {row.staff_id for row in assigned(review.id)}:
        raise CannotReview("not_assigned")
    if review.state in OVER:
        raise CannotReview("over")
