"""The only writer of homework and of how it went."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from imrgroups import audit
from imrgroups.db import db
from imrgroups.groups.models import Meeting
from imrgroups.homework.models import RESULTS, Assignment, Review


class CannotAgree(Exception):
    """Why homework is refused: `reason` is a short word for the screens to explain."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Task:
    """What one person agreed to do. choice: the id of the curriculum's homework it came from, or empty; supporter_id: who helps."""

    text: str
    choice: str = ""
    supporter_id: int | None = None


def agree(meeting: Meeting, tasks: Mapping[int, Task], *, by: int | None, now: datetime) -> int:
    """Agree on homework at a meeting, by participant key; saying it again replaces it, an empty text takes it back. Returns how many stand.

    Raises CannotAgree("reviewed") when homework that was already talked about would be taken back or changed.
    """
    wanted = select(Assignment).where(Assignment.meeting_id == meeting.id, Assignment.participant_id.in_(tasks)).options(
        joinedload(Assignment.review)
    )
    known = {row.participant_id: row for row in db.session.execute(wanted).scalars()}
    for person, task in tasks.items():
        row = known.get(person)
        if row is not None and row.review is not None and row.text != task.text:
            raise CannotAgree("reviewed")
        if not task.text:
            if row is not None:
                db.session.delete(row)
            continue
        if row is None:
            row = Assignment(meeting_id=meeting.id, participant_id=person)
            db.session.add(row)
        row.text, row.choice, row.supporter_id, row.by_id = task.text, task.choice, task.supporter_id, by
    _record("homework.agreed", meeting, by, now, people=sorted(str(person) for person, task in tasks.items() if task.text))
    db.session.commit()
    return sum(1 for task in tasks.values() if task.text)


def review(meeting: Meeting, results: Mapping[int, tuple[str, str]], *, by: int | None, now: datetime) -> int:
    """Write down at a meeting how earlier homework went: (result, obstacle) by assignment key; saying it again replaces it.

    Returns how many. Raises CannotAgree("result" | "other_group").
    """
    wanted = (
        select(Assignment).join(Meeting, Meeting.id == Assignment.meeting_id)
        .where(Assignment.id.in_(results), Meeting.group_id == meeting.group_id)
        .options(joinedload(Assignment.review))
    )
    known = {row.id: row for row in db.session.execute(wanted).scalars()}
    for key, (result, obstacle) in results.items():
        if result not in RESULTS:
            raise CannotAgree("result")
        if key not in known:
            raise CannotAgree("other_group")
        row = known[key].review or Review(assignment_id=key)
        row.result, row.obstacle, row.reviewed_meeting_id, row.by_id = result, obstacle or None, meeting.id, by
        db.session.add(row)
    _record("homework.reviewed", meeting, by, now, results={str(key): result for key, (result, _obstacle) in results.items()})
    db.session.commit()
    return len(results)


def _record(action: str, meeting: Meeting, by: int | None, now: datetime, **detail: object) -> None:
    audit.record(action, centre_id=meeting.group.centre_id, subject=f"meetings/{meeting.id}", by=by, now=now, detail=detail)


def agreed_at(meeting_id: int) -> dict[int, Assignment]:
    """The homework agreed at a meeting, by participant key."""
    wanted = select(Assignment).where(Assignment.meeting_id == meeting_id).options(joinedload(Assignment.review))
    return {row.participant_id: row for row in db.session.execute(wanted).scalars()}


def to_review(meeting: Meeting) -> dict[int, Assignment]:
    """The homework to talk about at a meeting, by participant key: each person's latest from an earlier meeting of the group."""
    earlier = (
        select(Assignment).join(Meeting, Meeting.id == Assignment.meeting_id)
        .where(Meeting.group_id == meeting.group_id, Meeting.meets_on < meeting.meets_on)
        .options(joinedload(Assignment.review))
        .order_by(Meeting.meets_on)
    )
    latest = {row.participant_id: row for row in db.session.execute(earlier).scalars()}
    return {person: row for person, row in latest.items() if row.review is None or row.review.reviewed_meeting_id == meeting.id}


def homework_of(person_id: int) -> list[tuple[Meeting, Assignment]]:
    """All homework of a person with the meeting it was agreed at, newest first."""
    wanted = (
        select(Meeting, Assignment).join(Assignment, Assignment.meeting_id == Meeting.id).where(Assignment.participant_id == person_id)
        .options(joinedload(Assignment.review)).order_by(Meeting.meets_on.desc())
    )
    return [(row[0], row[1]) for row in db.session.execute(wanted)]
