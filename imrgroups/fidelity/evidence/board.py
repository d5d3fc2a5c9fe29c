"""Reviews as lists show them: by the day they are due, with who assesses them and what is missing."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from imrgroups.db import db
from imrgroups.fidelity.evidence.access import window_of
from imrgroups.fidelity.evidence.instruments import instrument_of
from imrgroups.fidelity.models import Review, ReviewAssessor
from imrgroups.fidelity.models.reviews import OVER
from imrgroups.groups.models import Group, Meeting
from imrgroups.i18n import lazy_gettext
from imrgroups.rules.fidelity.matching import ASSESSORS
from imrgroups.rules.fidelity.reviews import Access, Window, assign_from, reminder
from imrgroups.staff.models import Centre, Staff

STATES = {
    "planned": lazy_gettext("Not begun"), "rating": lazy_gettext("Being rated"), "consensus": lazy_gettext("Differences to settle"),
    "report": lazy_gettext("Report being written"), "final": lazy_gettext("Report is final"), "closed": lazy_gettext("Closed"),
    "called_off": lazy_gettext("Called off"),
}


@dataclass(frozen=True)
class Assessor:
    """One assessor of a review: key, name, where they work, whether they interview, and when they handed their sheet in."""

    id: int
    name: str
    interviewing: bool
    rated_at: datetime | None


@dataclass(frozen=True)
class Line:
    """One review in a list. called: from its day on it counts as late that assessors are missing; today: the date at its group."""

    id: int
    group_id: int
    group: str
    centre: str
    kind: str
    name: str
    state: str
    due_on: date
    window: Window
    today: date
    called: bool
    assessors: tuple[Assessor, ...]

    @property
    def missing(self) -> int:
        """How many assessors are still to be found; none once the first sheet is in."""
        return max(0, ASSESSORS - len(self.assessors)) if self.state == "planned" else 0

    @property
    def said(self) -> str:
        """Its state in words."""
        return str(STATES[self.state])

    @property
    def access(self) -> Access:
        """Whether its assessors may look today."""
        return self.window.access(self.today)

    @property
    def done(self) -> bool:
        """Whether nothing is left to do about it."""
        return self.state in ("final", *OVER)


def lines(now: datetime, *, centre_ids: Collection[int] = (), review_ids: Collection[int] = (), group_id: int = 0) -> list[Line]:
    """The reviews of these centres, or these reviews, or those of one group; by the day they are due. Two statements."""
    first = (
        select(Meeting.group_id, func.min(Meeting.meets_on).label("on")).where(Meeting.state != "cancelled").group_by(Meeting.group_id)
    ).subquery()
    wanted = (
        select(
            Review.id, Review.group_id, Review.kind, Review.state, Review.due_on, Review.extended_until_on, Review.instrument,
            Review.instrument_version, Group.name, Group.starts_on, Group.timezone, Centre.name.label("centre"), first.c.on,
        )
        .join(Group, Group.id == Review.group_id).join(Centre, Centre.id == Group.centre_id)
        .outerjoin(first, first.c.group_id == Group.id)
        .where(Group.centre_id.in_(list(centre_ids)) | Review.id.in_(list(review_ids)) | (Group.id == group_id))
        .order_by(Review.due_on, Group.name, Review.id)
    )
    rows = db.session.execute(wanted).all()
    people = _assessors([row.id for row in rows])
    found = []
    for row in rows:
        scale, today = instrument_of(row), now.astimezone(ZoneInfo(row.timezone)).date()
        found.append(Line(
            row.id, row.group_id, row.name, row.centre, row.kind, scale.review(row.kind).name, row.state, row.due_on, window_of(row), today,
            assign_from(row.on or row.starts_on, row.kind, scale) <= today, tuple(people.get(row.id, ())),
        ))
    return found


def _assessors(review_ids: Collection[int]) -> dict[int, list[Assessor]]:
    wanted = (
        select(ReviewAssessor.review_id, Staff.id, Staff.name, ReviewAssessor.interviewing, ReviewAssessor.rated_at)
        .join(Staff, Staff.id == ReviewAssessor.staff_id)
        .where(ReviewAssessor.review_id.in_(list(review_ids)), ReviewAssessor.unassigned_at.is_(None))
        .order_by(ReviewAssessor.assigned_at, Staff.id)
    )
    found: dict[int, list[Assessor]] = defaultdict(list)
    for row in db.session.execute(wanted):
        found[row.review_id].append(Assessor(row.id, row.name, row.interviewing, row.rated_at))
    return found


@dataclass(frozen=True)
class Reminder:
    """Somebody to be reminded of a review. what: "opens", "due", "closes" for an assessor; "assessors" for a coordinator of the centre."""

    review_id: int
    staff_id: int
    what: str
    due_on: date


def reviews_needing_reminder(now: datetime) -> list[Reminder]:
    """The assessors who have not handed in and have something new to hear today; said so once `reminded_at` is set. One statement."""
    wanted = (
        select(
            Review.id, Review.due_on, Review.extended_until_on, Review.instrument, Review.instrument_version, Group.timezone,
            ReviewAssessor.staff_id, ReviewAssessor.reminded_at,
        )
        .join(ReviewAssessor, ReviewAssessor.review_id == Review.id).join(Group, Group.id == Review.group_id)
        .where(ReviewAssessor.unassigned_at.is_(None), ReviewAssessor.rated_at.is_(None), Review.state.in_(("planned", "rating")))
        .order_by(Review.due_on, ReviewAssessor.staff_id)
    )
    found = []
    for row in db.session.execute(wanted):
        zone = ZoneInfo(row.timezone)
        reminded = row.reminded_at.astimezone(zone).date() if row.reminded_at else None
        if what := reminder(window_of(row), row.due_on, now.astimezone(zone).date(), reminded):
            found.append(Reminder(row.id, row.staff_id, what, row.due_on))
    return found
