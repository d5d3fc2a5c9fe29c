"""Whom to ask for an interview: people who agreed, drawn by the seed of the review, and how often each came."""

from datetime import date

from sqlalchemy import select

from imrgroups.db import db
from imrgroups.fidelity import evidence
from imrgroups.fidelity.evidence.instruments import instrument_of
from imrgroups.fidelity.models import Review
from imrgroups.fidelity.models.day import DrawnPerson
from imrgroups.people import actions as people
from imrgroups.rules.fidelity.draw import Willing
from imrgroups.rules.fidelity.seen import Seen


def willing(review: Review, on: date) -> list[Willing]:
    """Everybody of the group, still in it or not, whose newest answer about interviews is yes, with the meetings they received."""
    seen = Seen(evidence.group_facts(review.group_id), on, instrument_of(review).windows)
    assigned = [key for key in seen.assigned if isinstance(key, int)]
    agreed = sorted(people.has_consented(assigned, "assessor_interview"))
    return [Willing(key, len(seen.received[key]), len(seen.while_enrolled(key))) for key in agreed]


def drawn(review_id: int) -> list[DrawnPerson]:
    """The people drawn for a review, in the order in which they are asked."""
    wanted = select(DrawnPerson).where(DrawnPerson.review_id == review_id).order_by(DrawnPerson.place)
    return list(db.session.execute(wanted).scalars())
