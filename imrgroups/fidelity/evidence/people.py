"""Who is called what in a review: pseudonyms for assessors, names for those who interview."""

import hashlib
from collections.abc import Mapping

from sqlalchemy import func, select

from imrgroups.db import db
from imrgroups.enrolment import roster
from imrgroups.enrolment.models import Enrolment
from imrgroups.fidelity.models import Review, ReviewAssessor


def pseudonyms(review: Review) -> dict[int, str]:
    """P01, P02... by participant key, for everybody who ever belonged to the group: by the day they joined, then as the seed shuffles.

    Who joins later comes last, so that nobody's pseudonym changes while a review goes on.
    """
    wanted = (
        select(Enrolment.participant_id, func.min(Enrolment.joined_on).label("since"))
        .where(Enrolment.group_id == review.group_id)
        .group_by(Enrolment.participant_id)
    )
    rows = sorted(db.session.execute(wanted), key=lambda row: (row.since, _shuffled(review.seed, row.participant_id)))
    return {row.participant_id: f"P{number:02}" for number, row in enumerate(rows, 1)}


def _shuffled(seed: int, key: int) -> str:
    return hashlib.sha256(f"{seed}.{key}".encode()).hexdigest()


def called(review: Review, staff_id: int) -> Mapping[int, str]:
    """What an assessor may call the people of the group: pseudonyms, or pseudonyms with names while they interview."""
    known = pseudonyms(review)
    if not interviews(review, staff_id):
        return known
    names = roster.names(known)
    return {key: f"{pseudonym} {names[key]}" for key, pseudonym in known.items()}


def interviews(review: Review, staff_id: int) -> bool:
    """Whether somebody interviews for this review, and so may see names."""
    wanted = select(ReviewAssessor.interviewing).where(
        ReviewAssessor.review_id == review.id, ReviewAssessor.staff_id == staff_id, ReviewAssessor.unassigned_at.is_(None)
    )
    return bool(db.session.execute(wanted).scalar())
