"""Writes rating sheets and what two assessors settle on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from imrgroups.db import db
from imrgroups.fidelity.actions.reviews import CannotReview, advance, record
from imrgroups.fidelity.evidence import sheets
from imrgroups.fidelity.models import Consensus, Rating, Review, ReviewAssessor
from imrgroups.rules.fidelity.agreement import BadRating, checked


@dataclass(frozen=True)
class Given:
    """What an assessor put down for one item. score: 1 to 5, or None; not_rated: why there is none; pinned: evidence as it read."""

    score: int | None = None
    not_rated: str = ""
    justification: str = ""
    pinned: str = ""

    @property
    def missing(self) -> bool:
        """Whether something must still be written before the sheet can be handed in."""
        return not self.not_rated if self.score is None else not self.justification


def save(review: Review, said: Mapping[int, Given], *, by: int, now: datetime) -> int:
    """Keep what an assessor has put down so far, the items given; returns how many changed. Nobody else reads it before all handed in.

    Raises CannotReview("not_assigned" | "handed_in" | "over" | "score" | "item").
    """
    _sheet_of(review, by)
    _check(review, {item: one.score for item, one in said.items()})
    changed = _write(review, said, by, now)
    if changed:
        record("review.rated", review, by, now, items=sorted(changed))
    db.session.commit()
    return len(changed)


def hand_in(review: Review, said: Mapping[int, Given] | None = None, *, by: int, now: datetime) -> None:
    """Save and close one's own sheet; after the last one the review moves on.

    Raises CannotReview as `save`, and CannotReview("incomplete") with the items that lack a score with its reason, or why they have none.
    """
    mine = _sheet_of(review, by)
    _check(review, {item: one.score for item, one in (said or {}).items()})
    _write(review, said or {}, by, now)
    db.session.flush()
    there = sheets.own(review.id, by)
    lacking = [item for item in sheets.items_of(review) if item not in there or given(there[item]).missing]
    if lacking:
        db.session.rollback()
        raise CannotReview("incomplete", lacking)
    mine.rated_at = now
    db.session.flush()
    advance(review)
    record("review.handed_in", review, by, now)
    db.session.commit()


def take_back(review: Review, *, by: int, now: datetime) -> None:
    """Open one's own sheet again, while the other assessor has not handed in and so has seen nothing.

    Raises CannotReview("not_assigned" | "not_handed_in" | "shared").
    """
    mine = _assessor(review, by)
    if mine.rated_at is None:
        raise CannotReview("not_handed_in")
    if sheets.shared(review):
        raise CannotReview("shared")
    mine.rated_at, review.state = None, "planned"
    record("review.taken_back", review, by, now)
    db.session.commit()


def settle(review: Review, decided: Mapping[int, tuple[int | None, str]], *, by: int, now: datetime) -> None:
    """Put down what the assessors settled on: item -> (score or None for not rated, why). The last one opens the report.

    Raises CannotReview("not_assigned" | "over" | "hidden" | "score" | "item" | "no_reason" | "reported"), the last three with items.
    """
    _assessor(review, by)
    _check(review, {item: score for item, (score, _reason) in decided.items()})
    if review.state not in ("consensus", "report"):
        raise CannotReview("reported" if review.state in ("final", "closed") else "hidden")
    differing = sheets.differing(sheets.shared(review))
    if strange := [item for item in decided if item not in differing]:
        raise CannotReview("item", strange)
    if silent := [item for item, (_score, reason) in decided.items() if not reason.strip()]:
        raise CannotReview("no_reason", silent)
    known = sheets.settled(review.id)
    for item, (score, reason) in decided.items():
        row = known.get(item)
        if row is None:
            row = Consensus(review_id=review.id, item=item)
            db.session.add(row)
        row.score, row.reason, row.settled_at, row.by_id = score, reason.strip(), now, by
    db.session.flush()
    found = sheets.outcome(review)
    if found is not None and not found.open:
        review.state = "report"
    record("review.settled", review, by, now, items=sorted(decided))
    db.session.commit()


def _check(review: Review, scores: Mapping[int, object]) -> None:
    if review.state in ("closed", "called_off"):
        raise CannotReview("over")
    items = sheets.items_of(review)
    if strange := [item for item in scores if item not in items]:
        raise CannotReview("item", strange)
    wrong = []
    for item, score in scores.items():
        try:
            checked({item: score}, items)
        except BadRating:
            wrong.append(item)
    if wrong:
        raise CannotReview("score", wrong)


def _write(review: Review, said: Mapping[int, Given], by: int, now: datetime) -> list[int]:
    known, changed = sheets.own(review.id, by), []
    for item, one in said.items():
        row = known.get(item)
        if row is not None and given(row) == one or row is None and one == Given():
            continue
        if row is None:
            row = Rating(review_id=review.id, staff_id=by, item=item, version=0)
            db.session.add(row)
        row.score, row.not_rated = one.score, (one.not_rated or None) if one.score is None else None
        row.justification, row.pinned = one.justification or None, one.pinned or None
        row.saved_at, row.version = now, row.version + 1
        changed.append(item)
    return changed


def given(row: Rating) -> Given:
    """What a row says, as it was given."""
    return Given(row.score, row.not_rated or "", row.justification or "", row.pinned or "")


def _sheet_of(review: Review, by: int) -> ReviewAssessor:
    """The assessor's row, while their sheet is still theirs to write."""
    mine = _assessor(review, by)
    if mine.rated_at is not None:
        raise CannotReview("handed_in")
    return mine


def _assessor(review: Review, by: int) -> ReviewAssessor:
    """The assessor's row, locked, so that two who hand in at once come one after the other."""
    db.session.refresh(review, with_for_update=True)
    wanted = select(ReviewAssessor).where(
        ReviewAssessor.review_id == review.id, ReviewAssessor.staff_id == by, ReviewAssessor.unassigned_at.is_(None)
    )
    row = db.session.execute(wanted).scalar()
    if row is None:
        raise CannotReview("not_assigned")
    return row
