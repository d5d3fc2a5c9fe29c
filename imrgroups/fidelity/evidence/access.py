"""What the permission table needs to know of reviews: where one belongs and until when it is open, and which are somebody's."""

from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, select

from imrgroups import config
from imrgroups.auth import Opening, Scope
from imrgroups.db import fetch
from imrgroups.fidelity.evidence.instruments import instrument_of
from imrgroups.fidelity.models import Review, ReviewAssessor
from imrgroups.fidelity.models.reviews import OVER
from imrgroups.groups.models import Group
from imrgroups.rules.fidelity.reviews import Window, window


def window_of(review: Any) -> Window:
    """When a review (the row, or columns of the same names) is open to its assessors."""
    return window(review.due_on, instrument_of(review), review.extended_until_on)


def scope_of_review(review_id: int) -> Scope | None:
    """Where a review belongs: to its group, the centre of the group, and the assessors while it is open."""
    row = fetch(_review(), review=review_id).first()
    if row is None:
        return None
    days = window_of(row)
    return Scope(
        row.centre_id, frozenset({row.group_id}),
        review=Opening(review_id, days.opens_on, days.closes_on, config.today(row.timezone), writing=row.state == "report"),
    )


@lru_cache(maxsize=1)
def _review() -> Select[Any]:
    return (
        select(
            Review.group_id, Review.state, Review.due_on, Review.extended_until_on, Review.instrument, Review.instrument_version,
            Group.centre_id, Group.timezone,
        )
        .join(Group, Group.id == Review.group_id)
        .where(Review.id == bindparam("review"))
    )


def reviews_of(staff_id: int) -> frozenset[int]:
    """The reviews somebody is assigned to that are not over."""
    return frozenset(fetch(_assigned(), staff=staff_id).scalars())


@lru_cache(maxsize=1)
def _assigned() -> Select[Any]:
    return (
        select(ReviewAssessor.review_id)
        .join(Review, Review.id == ReviewAssessor.review_id)
        .where(ReviewAssessor.staff_id == bindparam("staff"), ReviewAssessor.unassigned_at.is_(None), Review.state.not_in(OVER))
    )
