"""Plans reviews, and says who assesses them and until when."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import func, select

from imrgroups import audit
from imrgroups.db import db
from imrgroups.fidelity.evidence import instruments, matching, sheets
from imrgroups.fidelity.models import Review, ReviewAssessor
from imrgroups.fidelity.models.reviews import KINDS, OVER
from imrgroups.groups.models import Group, Meeting
from imrgroups.rules.fidelity import reviews as rules
from imrgroups.rules.fidelity.matching import ASSESSORS, match
from imrgroups.rules.refusal import Cannot


class CannotReview(Cannot):
    """Why a change to a review is refused: `reason` is a short word for the screens to explain; `items` are those it is about."""

    def __init__(self, reason: str, items: Iterable[int] = ()) -> None:
        super().__init__(reason)
        self.items = list(items)


def plan_missing(
    *, now: datetime, by: int | None = None, groups: Iterable[int] | None = None, dry_run: bool = False
) -> list[Review]:
    """Give every group its mid-way and its final review, and move those nobody works on yet to where the first meeting now is.

    groups: only these, by key. A group that has ended gets none, nor does a running one a review whose time is past. Returns what is new.
    """
    scale = instruments.scale()
    known = {(row.group_id, row.kind): row for row in db.session.execute(select(Review)).scalars()}
    made = []
    for group, first_on in _first_meetings(groups):
        for kind in KINDS:
            due_on, row = scale.review(kind).due_on(first_on), known.get((group.id, kind))
            if row is not None:
                if row.state == "planned" and not row.due_chosen and row.due_on != due_on:
                    row.due_on = due_on
            elif group.ended_on is None and rules.window(due_on, scale).closes_on >= now.date():
                made.append(Review(group_id=group.id, kind=kind, due_on=due_on, instrument=scale.id, instrument_version=scale.version,
                                   created_at=now, state="planned"))
    db.session.add_all(made)
    db.session.flush()
    for review in made:
        record("review.planned", review, by, now, kind=review.kind, due=review.due_on.isoformat())
    if dry_run:
        db.session.rollback()
    else:
        db.session.commit()
    return made


def _first_meetings(groups: Iterable[int] | None) -> list[tuple[Group, date]]:
    """Groups with the date of their first meeting; where no meeting stands, the day they were to begin."""
    first = (
        select(Meeting.group_id, func.min(Meeting.meets_on).label("on")).where(Meeting.state != "cancelled").group_by(Meeting.group_id)
    ).subquery()
    wanted = select(Group, first.c.on).outerjoin(first, first.c.group_id == Group.id).order_by(Group.id)
    if groups is not None:
        wanted = wanted.where(Group.id.in_(list(groups)))
    return [(group, on or group.starts_on) for group, on in db.session.execute(wanted)]


def assign(
    review: Review, staff_id: int, *, by: int | None, now: datetime, reason: str = "", interviewing: bool = False
) -> ReviewAssessor:
    """Make somebody an assessor of a review. reason: why them, where a warning was given.

    Raises CannotReview("over" | "not_assessor" | "own_centre" | "leads" | "assigned" | "begun" | "full" | "needs_reason").
    """
    _open(review)
    wanted, everybody = matching.wanted(review), matching.candidates(now.date())
    person = next((candidate for candidate in everybody if candidate.staff == staff_id), None)
    if person is None:
        raise CannotReview("not_assessor")
    found = match(wanted, person, everybody)
    if found.bar is not None:
        raise CannotReview(found.bar)
    if review.state not in ("planned", "rating"):
        raise CannotReview("begun")
    if len(wanted.assigned) >= ASSESSORS:
        raise CannotReview("full")
    if found.doubts and not reason.strip():
        raise CannotReview("needs_reason")
    row = _row(review, staff_id)
    if row is None:
        row = ReviewAssessor(review_id=review.id, staff_id=staff_id)
        db.session.add(row)
    row.assigned_at, row.assigned_by_id, row.unassigned_at, row.unassigned_reason = now, by, None, None
    row.reason, row.interviewing = reason.strip() or None, interviewing
    record("review.assigned", review, by, now, staff=staff_id)
    db.session.commit()
    return row


def unassign(review: Review, staff_id: int, *, reason: str, by: int | None, now: datetime) -> None:
    """Somebody assesses a review no more; what they handed in stays.

    Raises CannotReview("over" | "not_assigned" | "no_reason" | "handed_in").
    """
    _open(review)
    row = _row(review, staff_id)
    if row is None or row.unassigned_at is not None:
        raise CannotReview("not_assigned")
    if not reason.strip():
        raise CannotReview("no_reason")
    if row.rated_at is not None:
        raise CannotReview("handed_in")
    row.unassigned_at, row.unassigned_reason = now, reason.strip()
    db.session.flush()
    advance(review)
    record("review.unassigned", review, by, now, staff=staff_id)
    db.session.commit()


def interview(review: Review, staff_id: int, *, interviewing: bool, by: int | None, now: datetime) -> None:
    """Say whether an assessor interviews, and so sees names. Raises CannotReview("over" | "not_assigned")."""
    _open(review)
    row = _row(review, staff_id)
    if row is None or row.unassigned_at is not None:
        raise CannotReview("not_assigned")
    row.interviewing = interviewing
    record("review.interviewing", review, by, now, staff=staff_id, interviewing=interviewing)
    db.session.commit()


def extend(review: Review, *, until_on: date, reason: str, by: int | None, now: datetime) -> None:
    """Keep a review open to its assessors for longer. Raises CannotReview("over" | "no_reason" | "not_later" | "too_long")."""
    _open(review)
    try:
        rules.check_extension(rules.window(review.due_on, instruments.instrument_of(review)), until_on, reason)
    except rules.BadReview as error:
        raise CannotReview(error.reason) from error
    review.extended_until_on, review.extended_reason = until_on, reason.strip()
    record("review.extended", review, by, now, until=until_on.isoformat())
    db.session.commit()


def reschedule(review: Review, *, due_on: date, by: int | None, now: datetime) -> None:
    """Choose another due date; it then no longer follows the first meeting. Raises CannotReview("over" | "begun" | "before_start")."""
    _open(review)
    if review.state != "planned":
        raise CannotReview("begun")
    [(_group, first_on)] = _first_meetings([review.group_id])
    try:
        rules.check_due(due_on, first_on)
    except rules.BadReview as error:
        raise CannotReview(error.reason) from error
    review.due_on, review.due_chosen = due_on, True
    record("review.rescheduled", review, by, now, due=due_on.isoformat())
    db.session.commit()


def call_off(review: Review, *, reason: str, by: int | None, now: datetime) -> None:
    """There will be no such review, and why. Raises CannotReview("over" | "no_reason" | "begun")."""
    _open(review)
    if not reason.strip():
        raise CannotReview("no_reason")
    if review.state != "planned":
        raise CannotReview("begun")
    review.state, review.called_off_reason, review.closed_at = "called_off", reason.strip(), now
    record("review.called_off", review, by, now)
    db.session.commit()


def assigned(review_id: int) -> list[ReviewAssessor]:
    """Who assesses a review now, in the order they were assigned."""
    wanted = select(ReviewAssessor).where(ReviewAssessor.review_id == review_id, ReviewAssessor.unassigned_at.is_(None))
    return list(db.session.execute(wanted.order_by(ReviewAssessor.assigned_at, ReviewAssessor.staff_id)).scalars())


def advance(review: Review) -> None:
    """Move a review on once every assessor has handed their sheet in: to consensus where they differ, else to the report. No commit."""
    there = assigned(review.id)
    if review.state not in ("planned", "rating") or not any(row.rated_at for row in there):
        return
    if any(row.rated_at is None for row in there):
        review.state = "rating"
    else:
        review.state = "consensus" if sheets.differing(sheets.shared(review)) else "report"


def sweep(now: datetime, dry_run: bool = False) -> int:
    """Plan what is missing, as a job; returns how many reviews are new, or would be."""
    return len(plan_missing(now=now, dry_run=dry_run))


def _row(review: Review, staff_id: int) -> ReviewAssessor | None:
    wanted = select(ReviewAssessor).where(ReviewAssessor.review_id == review.id, ReviewAssessor.staff_id == staff_id)
    return db.session.execute(wanted).scalar()


def _open(review: Review) -> None:
    if review.state in OVER:
        raise CannotReview("over")


def record(action: str, review: Review, by: int | None, now: datetime, **detail: object) -> None:
    """Add to the record of the group's centre what was done with a review. No commit."""
    centre = db.session.execute(select(Group.centre_id).where(Group.id == review.group_id)).scalar_one()
    audit.record(action, centre_id=centre, subject=f"reviews/{review.id}", by=by, now=now, detail=detail)
