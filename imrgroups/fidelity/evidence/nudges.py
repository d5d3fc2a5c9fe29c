"""Advice that is still to be acted on, as the leaders' pages show it week by week."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, or_, select

from imrgroups.db import fetch
from imrgroups.fidelity.models import Recommendation, Review
from imrgroups.groups.models import Group
from imrgroups.staff.models import Staff


@dataclass(frozen=True)
class Nudge:
    """One open piece of advice. late: the day it was to be done has passed."""

    id: int
    review_id: int
    group_id: int
    group: str
    text: str
    owner: str
    due_on: date
    late: bool


def nudges(group_ids: Collection[int], on: date) -> list[Nudge]:
    """The open advice of final reports about these groups, the most urgent first. One statement."""
    return [
        Nudge(
            row.id, row.review_id, row.group_id, row.name, Recommendation.text.open(Recommendation, row.id, row.text_sealed), row.owner,
            row.due_on, row.due_on < on,
        )
        for row in fetch(_open(), groups=list(group_ids), day=on)
    ]


@lru_cache(maxsize=1)
def _open() -> Select[Any]:
    return (
        select(
            Recommendation.id, Recommendation.review_id, Recommendation.text_sealed, Recommendation.due_on, Review.group_id, Group.name,
            Staff.name.label("owner"),
        )
        .join(Review, Review.id == Recommendation.review_id).join(Group, Group.id == Review.group_id)
        .join(Staff, Staff.id == Recommendation.owner_id)
        .where(
            Review.group_id.in_(bindparam("groups", expanding=True)), Recommendation.state == "open",
            or_(Review.state == "final", Review.state == "closed"),
            Group.ended_on.is_(None) | (Group.ended_on >= bindparam("day")),
        )
        .order_by(Recommendation.due_on, Recommendation.id)
    )
