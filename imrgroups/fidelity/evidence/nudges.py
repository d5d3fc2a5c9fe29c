"""What waits for the leaders of a group: a draft to answer while there is time, and advice, week by week until it is acted on."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from imrgroups.db import db
from imrgroups.fidelity.models import Recommendation, Report, Review
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
    wanted = (
        select(
            Recommendation.id, Recommendation.review_id, Recommendation.text_sealed, Recommendation.due_on, Review.group_id, Group.name,
            Staff.name.label("owner"),
        )
        .join(Review, Review.id == Recommendation.review_id).join(Group, Group.id == Review.group_id)
        .join(Staff, Staff.id == Recommendation.owner_id)
        .where(
            Review.group_id.in_(list(group_ids)), Recommendation.state == "open", Review.state.in_(("final", "closed")),
            Group.ended_on.is_(None) | (Group.ended_on >= on),
        )
        .order_by(Recommendation.due_on, Recommendation.id)
    )
    return [
        Nudge(
            row.id, row.review_id, row.group_id, row.name, Recommendation.text.open(Recommendation, row.id, row.text_sealed), row.owner,
            row.due_on, row.due_on < on,
        )
        for row in db.session.execute(wanted)
    ]


@dataclass(frozen=True)
class Draft:
    """The draft of a report that the leaders of a group can answer until a day."""

    review_id: int
    group: str
    until_on: date


def drafts(group_ids: Collection[int], on: date) -> list[Draft]:
    """The drafts about these groups that nobody has answered yet and that can still be answered, the most urgent first. One statement."""
    wanted = (
        select(Report.review_id, Group.name, Report.answer_due_on)
        .join(Review, Review.id == Report.review_id).join(Group, Group.id == Review.group_id)
        .where(
            Review.group_id.in_(list(group_ids)), Report.state == "with_leaders", Report.answered_at.is_(None), Report.answer_due_on >= on,
        )
        .order_by(Report.answer_due_on, Report.id)
    )
    return [Draft(*row) for row in db.session.execute(wanted)]
