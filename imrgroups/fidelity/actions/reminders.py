"""Reminds assessors by text of what they have not done yet, each thing once."""

from datetime import datetime, timedelta

from sqlalchemy import select

from imrgroups.db import db
from imrgroups.fidelity.evidence import board
from imrgroups.fidelity.models import Review, ReviewAssessor
from imrgroups.groups.models import Group
from imrgroups.i18n import gettext, in_language
from imrgroups.outreach.actions import Draft, queue
from imrgroups.staff.models import Centre, Staff

LASTS = timedelta(days=3)  # a reminder that could not be sent by then is old news


def remind(now: datetime, dry_run: bool = False) -> int:
    """Tell assessors that a review opens, is due soon, or closes soon; returns how many are told.

    Whoever has no number reads it on their page Today.
    """
    waiting = board.reviews_needing_reminder(now)
    if dry_run or not waiting:
        return len(waiting)
    drafts = [draft for each in waiting if (draft := _draft(each, now))]
    for each in waiting:
        wanted = select(ReviewAssessor).where(ReviewAssessor.review_id == each.review_id, ReviewAssessor.staff_id == each.staff_id)
        db.session.execute(wanted).scalar_one().reminded_at = now
    queue(drafts, by=None, now=now)  # commits both
    return len(waiting)


def _draft(told: board.Reminder, now: datetime) -> Draft | None:
    wanted = select(Group.id, Group.centre_id, Centre.language).join(Centre).join(Review, Review.group_id == Group.id)
    group = db.session.execute(wanted.where(Review.id == told.review_id)).one()
    person = db.session.get_one(Staff, told.staff_id)
    if not person.phone:
        return None
    language = person.language or group.language
    return Draft(
        key=f"review/{told.review_id}/{told.staff_id}/{told.what}", occasion="staff", channel="text", language=language,
        text=text(told.what, language), centre_id=group.centre_id, due_at=now, expires_at=now + LASTS, to=person.phone, step=told.what,
        staff_id=told.staff_id, group_id=group.id,
    )


def text(what: str, language: str) -> str:
    """The words of a reminder, which name neither group nor centre."""
    with in_language(language):
        return {
            "opens": gettext("A review you assess is open now. It is on your page Today."),
            "due": gettext("A review you assess is due in a week. It is on your page Today."),
            "closes": gettext("A review you assess closes in a week. Please hand in your sheet. It is on your page Today."),
        }[what]
