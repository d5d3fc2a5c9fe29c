"""Finished reviews together: what each came to, read in bulk, and the table that published studies print."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from imrgroups.db import db
from imrgroups.fidelity.models import Consensus, Rating, Review, ReviewAssessor
from imrgroups.groups.models import Group
from imrgroups.rules.fidelity.agreement import Ratings, Reviewed
from imrgroups.staff.models import Centre

FINISHED = ("final", "closed")


@dataclass(frozen=True)
class Finished:
    """One finished review and its final scores by item; None where an item is not rated. running: its group goes on."""

    id: int
    group: str
    centre_id: int
    centre: str
    kind: str
    due_on: date
    version: str
    running: bool
    scores: Ratings

    @property
    def reviewed(self) -> Reviewed:
        """What the rules count."""
        return Reviewed(self.kind, self.scores)


def finished(centre_ids: Collection[int]) -> list[Finished]:
    """The finished reviews of groups of these centres by the day they were due, mid-way and final. Three statements.

    A score that two assessors settled on counts as settled; else both gave the same, and the first sheet is read.
    """
    wanted = (
        select(
            Review.id, Review.kind, Review.due_on, Review.instrument_version, Group.name, Group.centre_id,
            Group.ended_on, Centre.name.label("centre"),
        )
        .join(Group, Group.id == Review.group_id).join(Centre, Centre.id == Group.centre_id)
        .where(Group.centre_id.in_(list(centre_ids)), Review.state.in_(FINISHED)).order_by(Review.due_on, Review.id)
    )
    rows = db.session.execute(wanted).all()
    scores = _scores([row.id for row in rows])
    return [
        Finished(
            row.id, row.name, row.centre_id, row.centre, row.kind, row.due_on, row.instrument_version, row.ended_on is None,
            scores.get(row.id, {}),
        )
        for row in rows
    ]


def _scores(review_ids: Collection[int]) -> dict[int, dict[int, int | None]]:
    found: dict[int, dict[int, int | None]] = defaultdict(dict)
    sheets = (
        select(Rating.review_id, Rating.item, Rating.score)
        .join(ReviewAssessor, (ReviewAssessor.review_id == Rating.review_id) & (ReviewAssessor.staff_id == Rating.staff_id))
        .where(Rating.review_id.in_(review_ids), ReviewAssessor.unassigned_at.is_(None), ReviewAssessor.rated_at.is_not(None))
        .order_by(ReviewAssessor.assigned_at, ReviewAssessor.staff_id)
    )
    for review, item, score in db.session.execute(sheets):
        found[review].setdefault(item, score)
    settled = select(Consensus.review_id, Consensus.item, Consensus.score).where(Consensus.review_id.in_(review_ids))
    for review, item, score in db.session.execute(settled):
        found[review][item] = score
    return found
