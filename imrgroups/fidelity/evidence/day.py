"""The assessor's day, read: the checklist, one's own interview notes and what one saw. Nobody reads another assessor's."""

import tomllib
from functools import lru_cache

from sqlalchemy import func, select

from imrgroups.config import curriculum_folder
from imrgroups.db import db
from imrgroups.fidelity.models import DayTask, InterviewNote, Observation
from imrgroups.rules.fidelity.day import Day
from imrgroups.rules.fidelity.day import day as read_day


@lru_cache(maxsize=1)
def plan() -> Day:
    """The day as the curriculum describes it, read once. Raises BadInstrument naming the entry that is wrong."""
    return read_day(tomllib.loads((curriculum_folder() / "instruments" / "assessor-day.toml").read_text(encoding="utf-8")))


def done(review_id: int) -> set[str]:
    """The tasks that are done."""
    return set(db.session.execute(select(DayTask.task).where(DayTask.review_id == review_id)).scalars())


def heard(review_id: int, staff_id: int, role: str, number: int) -> dict[int, InterviewNote]:
    """One's own notes of one interview, by item."""
    wanted = select(InterviewNote).where(
        InterviewNote.review_id == review_id, InterviewNote.staff_id == staff_id, InterviewNote.role == role, InterviewNote.number == number
    )
    return {row.item: row for row in db.session.execute(wanted).scalars()}


def interviews(review_id: int, staff_id: int) -> dict[str, int]:
    """How many interviews one has notes of, by role: the highest number."""
    wanted = (
        select(InterviewNote.role, func.max(InterviewNote.number))
        .where(InterviewNote.review_id == review_id, InterviewNote.staff_id == staff_id).group_by(InterviewNote.role)
    )
    return {role: number for role, number in db.session.execute(wanted)}


def seen(review_id: int, staff_id: int) -> list[Observation]:
    """What one saw, by the time it was tapped."""
    wanted = select(Observation).where(Observation.review_id == review_id, Observation.staff_id == staff_id)
    return list(db.session.execute(wanted.order_by(Observation.at, Observation.saved_at)).scalars())
