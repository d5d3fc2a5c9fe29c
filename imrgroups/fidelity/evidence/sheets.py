"""Rating sheets, read. The one door to another assessor's ratings is `shared`, and it opens when everybody has handed in."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from imrgroups.db import db
from imrgroups.fidelity.evidence.instruments import instrument_of
from imrgroups.fidelity.models import Consensus, Rating, Review, ReviewAssessor
from imrgroups.rules.fidelity.agreement import Agreement, Ratings, agreement

Sheet = Mapping[int, Rating]


def items_of(review: Review) -> tuple[int, ...]:
    """The numbers of the items this review rates."""
    return instrument_of(review).review(review.kind).items


def own(review_id: int, staff_id: int) -> Sheet:
    """What one assessor has put down so far, by item; for that assessor only."""
    wanted = select(Rating).where(Rating.review_id == review_id, Rating.staff_id == staff_id)
    return {row.item: row for row in db.session.execute(wanted).scalars()}


def shared(review: Review) -> Mapping[int, Sheet]:
    """The sheets of all assessors by staff key, in the order they were assigned; empty while one of them has not handed in."""
    wanted = select(ReviewAssessor.staff_id, ReviewAssessor.rated_at).where(
        ReviewAssessor.review_id == review.id, ReviewAssessor.unassigned_at.is_(None)
    )
    there = db.session.execute(wanted.order_by(ReviewAssessor.assigned_at, ReviewAssessor.staff_id)).all()
    if any(row.rated_at is None for row in there):
        return {}
    found: dict[int, dict[int, Rating]] = {row.staff_id: {} for row in there}
    for rating in db.session.execute(select(Rating).where(Rating.review_id == review.id, Rating.staff_id.in_(found))).scalars():
        found[rating.staff_id][rating.item] = rating
    return found


def scores(sheet: Sheet) -> Ratings:
    """The scores of a sheet by item."""
    return {item: rating.score for item, rating in sheet.items()}


def compared(sheets: Mapping[int, Sheet]) -> Agreement | None:
    """How two assessors agree; None where only one rated."""
    both = [scores(sheet) for sheet in sheets.values()]
    return agreement(*both) if len(both) == 2 else None


def differing(sheets: Mapping[int, Sheet]) -> tuple[int, ...]:
    """The items two assessors have to settle."""
    found = compared(sheets)
    return found.differing if found else ()


def settled(review_id: int) -> Mapping[int, Consensus]:
    """What was settled, by item."""
    return {row.item: row for row in db.session.execute(select(Consensus).where(Consensus.review_id == review_id)).scalars()}


@dataclass(frozen=True)
class Outcome:
    """What a review came to. scores: by item, None where not rated or not settled yet. open: items still to settle.

    sheets: of the assessors, by staff key; agreement: None where one rated alone.
    """

    scores: dict[int, int | None]
    open: tuple[int, ...]
    sheets: Mapping[int, Sheet]
    consensus: Mapping[int, Consensus]
    agreement: Agreement | None


def outcome(review: Review) -> Outcome | None:
    """What a review came to, once every assessor has handed in; None before."""
    sheets = shared(review)
    if not sheets:
        return None
    found, consensus = compared(sheets), settled(review.id)
    first = next(iter(sheets.values()))
    final = {
        item: consensus[item].score if item in consensus else first[item].score if item in first else None for item in items_of(review)
    }
    to_settle = tuple(item for item in (found.differing if found else ()) if item not in consensus)
    return Outcome(final | dict.fromkeys(to_settle), to_settle, sheets, consensus, found)
