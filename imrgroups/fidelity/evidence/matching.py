"""The people who could assess a group, read for the rules of matching."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from sqlalchemy import select

from imrgroups.db import db
from imrgroups.fidelity.models import Review, ReviewAssessor
from imrgroups.fidelity.models.reviews import OVER
from imrgroups.groups.models import Group, GroupLeader
from imrgroups.rules.fidelity.matching import Candidate, Wanted
from imrgroups.staff.models import Role, Staff


def wanted(review: Review) -> Wanted:
    """The review, as the rules of matching ask for it."""
    centre = db.session.execute(select(Group.centre_id).where(Group.id == review.group_id)).scalar_one()
    leaders = db.session.execute(select(GroupLeader.staff_id).where(GroupLeader.group_id == review.group_id)).scalars()
    assigned = select(ReviewAssessor.staff_id).where(ReviewAssessor.review_id == review.id, ReviewAssessor.unassigned_at.is_(None))
    return Wanted(review.group_id, centre, frozenset(leaders), frozenset(db.session.execute(assigned).scalars()))


def candidates(on: date) -> list[Candidate]:
    """Everybody of staff who works now, with their centres, the groups they lead and the reviews they have. Four statements."""
    roles: dict[int, set[tuple[str, int]]] = defaultdict(set)
    for row in db.session.execute(select(Role.staff_id, Role.name, Role.centre_id)):
        roles[row.staff_id].add((row.name, row.centre_id))
    leads: dict[int, set[int]] = defaultdict(set)
    for row in db.session.execute(select(GroupLeader.staff_id, GroupLeader.group_id)):
        leads[row.staff_id].add(row.group_id)
    assesses: dict[int, list[int]] = defaultdict(list)
    duties = (
        select(ReviewAssessor.staff_id, Review.group_id)
        .join(Review, Review.id == ReviewAssessor.review_id)
        .where(ReviewAssessor.unassigned_at.is_(None), Review.state.not_in((*OVER, "final")))
    )
    for row in db.session.execute(duties):
        assesses[row.staff_id].append(row.group_id)
    people = db.session.execute(select(Staff.id, Staff.name).where(Staff.active)).all()
    trained = trained_in_scale([row.id for row in people], on)
    return [
        Candidate(
            row.id, row.name, any(name == "assessor" for name, _centre in roles[row.id]), row.id in trained,
            frozenset(centre for _name, centre in roles[row.id]), frozenset(leads[row.id]), frozenset(assesses[row.id]),
            len(assesses[row.id]),
        )
        for row in people
    ]


def trained_in_scale(staff_ids: Collection[int], on: date) -> set[int]:
    """Those of these people who were trained in the scale by a day. Where no training is logged at all, nobody is doubted."""
    return set(staff_ids)
