"""Whether a meeting took place, where the marks do not say it."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, select

from imrgroups.attendance.actions import Key, lock, note
from imrgroups.attendance.models import LeaderPresent, MakeUp, Mark
from imrgroups.db import db
from imrgroups.groups.models import Meeting
from imrgroups.rules import attendance as rules
from imrgroups.rules.attendance import CannotMark


def hold(meeting: Meeting, *, by: int | None, now: datetime) -> None:
    """Say that a meeting took place although nobody is marked as having come. Raises CannotMark."""
    meeting = lock(meeting)
    rules.check_open(meeting=meeting.state, starts_at=meeting.starts_at, now=now)
    if meeting.state == "planned":
        meeting.state = "held"
        note("meeting.held", meeting, by, now)
    db.session.commit()


def not_held(meeting: Meeting | Key, *, written: Callable[[int], bool], by: int | None, now: datetime) -> None:
    """Say that a meeting recorded as held did not take place: it is planned again, and no leader was there.

    written: whether other rooms hold anything of the meeting with this key; asked once nobody else can write of it.
    Raises CannotMark("was_there" | "written"), and as `mark` for one that was cancelled.
    """
    meeting = lock(meeting)
    rules.check_open(meeting=meeting.state, starts_at=meeting.starts_at, now=now)
    here = select(Mark.participant_id).where(Mark.meeting_id == meeting.id, Mark.state.in_(rules.IN_ROOM)).limit(1)
    caught_up = select(MakeUp.id).where(MakeUp.meeting_id == meeting.id).limit(1)
    if db.session.execute(here).scalar() is not None:
        raise CannotMark("was_there")
    if written(meeting.id) or db.session.execute(caught_up).scalar() is not None:
        raise CannotMark("written")
    if meeting.state == "held":
        meeting.state = "planned"
        db.session.execute(delete(LeaderPresent).where(LeaderPresent.meeting_id == meeting.id))
        note("meeting.not_held", meeting, by, now)
    db.session.commit()
