"""The only writer of homework and of how it went."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Date, Select, Subquery, bindparam, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from imrgroups import audit
from imrgroups.db import db, fetch
from imrgroups.enrolment.models import Enrolment
from imrgroups.groups.models import Meeting
from imrgroups.homework.models import RESULTS, SAID, Assignment, Review
from imrgroups.people.models import Supporter
from imrgroups.rules import attendance as rules
from imrgroups.rules.refusal import Cannot

DAY = bindparam("day", type_=Date)


class CannotAgree(Cannot):
    """Why homework is refused: `reason` is a short word for the screens to explain."""


@dataclass(frozen=True)
class Task:
    """What one person agreed to do. choice: the id of the curriculum's homework it came from, or empty; supporter_id: who helps."""

    text: str
    choice: str = ""
    supporter_id: int | None = None


def agree(meeting: Meeting, tasks: Mapping[int, Task], *, by: int | None, now: datetime) -> int:
    """Agree on homework at a meeting, by participant key; saying it again replaces it, an empty text takes it back. Returns how many stand.

    Raises CannotAgree("reviewed") when homework that was already talked about would be taken back or changed, CannotAgree("supporter") for
    one who belongs to somebody else, CannotAgree("cancelled" | "not_yet"). All or nothing.
    """
    meeting = _begun(meeting, now)
    wanted = select(Assignment).where(Assignment.meeting_id == meeting.id, Assignment.participant_id.in_(list(tasks))).options(
        joinedload(Assignment.review)
    )
    known = {row.participant_id: row for row in db.session.execute(wanted).scalars()}
    _check_supporters(tasks)
    if any((row := known.get(person)) and row.review and row.text != task.text for person, task in tasks.items()):
        raise CannotAgree("reviewed")
    for person, task in tasks.items():
        row = known.get(person)
        if not task.text:
            if row is not None:
                db.session.delete(row)
            continue
        if row is None:
            row = Assignment(meeting_id=meeting.id, participant_id=person)
            db.session.add(row)
        if row.text != task.text:
            row.said = row.said_on = None  # it was said of something else
        row.text, row.choice, row.supporter_id, row.by_id = task.text, task.choice, task.supporter_id, by
    _record("homework.agreed", meeting, by, now, people=sorted(str(person) for person, task in tasks.items() if task.text))
    db.session.commit()
    return sum(1 for task in tasks.values() if task.text)


def _check_supporters(tasks: Mapping[int, Task]) -> None:
    named = {task.supporter_id: person for person, task in tasks.items() if task.supporter_id is not None}
    if named:
        owners = dict(db.session.execute(select(Supporter.id, Supporter.participant_id).where(Supporter.id.in_(list(named)))).all())
        if any(task.supporter_id is not None and owners.get(task.supporter_id) != person for person, task in tasks.items()):
            raise CannotAgree("supporter")


def _begun(meeting: Meeting, now: datetime) -> Meeting:
    """The meeting, locked so that two leaders who save at once come one after the other."""
    meeting = db.session.execute(select(Meeting).where(Meeting.id == meeting.id).with_for_update()).scalar_one()
    if reason := rules.why_closed(meeting=meeting.state, starts_at=meeting.starts_at, now=now):
        raise CannotAgree(reason)
    return meeting


def review(meeting: Meeting, results: Mapping[int, tuple[str, str]], *, by: int | None, now: datetime) -> int:
    """Write down at a meeting how earlier homework went: (result, obstacle) by assignment key. Returns how many stand.

    Saying it again replaces it, an empty result takes it back. All or nothing.
    Raises CannotAgree("result" | "other_group" | "cancelled" | "not_yet").
    """
    meeting = _begun(meeting, now)
    wanted = (
        select(Assignment).join(Meeting, Meeting.id == Assignment.meeting_id)
        .where(Assignment.id.in_(list(results)), Meeting.group_id == meeting.group_id)
        .options(joinedload(Assignment.review))
    )
    known = {row.id: row for row in db.session.execute(wanted).scalars()}
    if any(result and result not in RESULTS for result, _obstacle in results.values()):
        raise CannotAgree("result")
    if not set(results) <= set(known):
        raise CannotAgree("other_group")
    for key, (result, obstacle) in results.items():
        row = known[key].review
        if result:
            row = row or Review(assignment_id=key)
            row.result, row.obstacle, row.reviewed_meeting_id, row.by_id = result, obstacle or None, meeting.id, by
            db.session.add(row)
        elif row is not None:
            db.session.delete(row)
    _record("homework.reviewed", meeting, by, now, results={str(key): result for key, (result, _obstacle) in results.items()})
    db.session.commit()
    return sum(1 for result, _obstacle in results.values() if result)


def tell(task: Assignment, said: str, *, on: date, by: int | None, now: datetime) -> None:
    """Keep how homework went as the person says between two meetings; an empty word takes it back. Leaders see it when they talk about it.

    by is None for the person themselves. Raises CannotAgree("result"), and CannotAgree("reviewed") once it was talked about at a meeting.
    """
    if said and said not in SAID:
        raise CannotAgree("result")
    if task.review is not None:
        raise CannotAgree("reviewed")
    task.said, task.said_on = said or None, on if said else None
    meeting = db.session.get_one(Meeting, task.meeting_id)
    _record("homework.told", meeting, by, now, person=str(task.participant_id), said=said)
    db.session.commit()


def _record(action: str, meeting: Meeting, by: int | None, now: datetime, **detail: object) -> None:
    audit.record(action, centre_id=meeting.group.centre_id, subject=f"meetings/{meeting.id}", by=by, now=now, detail=detail)


def agreed_at(meeting_id: int) -> dict[int, Assignment]:
    """The homework agreed at a meeting, by participant key."""
    wanted = select(Assignment).where(Assignment.meeting_id == meeting_id).options(joinedload(Assignment.review))
    return {row.participant_id: row for row in db.session.execute(wanted).scalars()}


def to_review(meeting: Meeting) -> dict[int, Assignment]:
    """The homework to talk about at a meeting, by participant key: each person's latest from an earlier meeting of the group.

    What was already talked about at another meeting is left out.
    """
    theirs = select(Assignment.participant_id).join(Meeting, Meeting.id == Assignment.meeting_id)
    latest = _latest(theirs.where(Meeting.group_id == bindparam("group")))
    wanted = select(Assignment).join(latest, latest.c.id == Assignment.id).options(joinedload(Assignment.review))
    rows = db.session.execute(wanted, {"group": meeting.group_id, "day": meeting.meets_on}).scalars()
    return {row.participant_id: row for row in rows if row.review is None or row.review.reviewed_meeting_id == meeting.id}


def _latest(people: Select[Any]) -> Subquery:
    """The key of the homework each of these people agreed to last before a day in a group; NULL for those without any."""
    each, mine = people.distinct().subquery(), aliased(Assignment)
    last = (
        select(mine.id).join(Meeting, Meeting.id == mine.meeting_id)
        .where(mine.participant_id == each.c.participant_id, Meeting.group_id == bindparam("group"), Meeting.meets_on < DAY)
        .order_by(Meeting.meets_on.desc(), Meeting.number.desc()).limit(1)
    )
    return select(last.correlate(each).scalar_subquery().label("id")).select_from(each).subquery()


def talked_about(meeting_id: int, group_id: int, on: date) -> tuple[int, int]:
    """(talked about, all) of the homework to talk about at a meeting: as in `to_review`, of whoever belongs to the group on that day."""
    row = fetch(_talked_about(), meeting=meeting_id, group=group_id, day=on).one()
    return row[0], row[1]


@lru_cache(maxsize=1)
def _talked_about() -> Select[Any]:
    latest = _latest(select(Enrolment.participant_id).where(
        Enrolment.group_id == bindparam("group"), Enrolment.joined_on <= DAY, or_(Enrolment.left_on.is_(None), Enrolment.left_on >= DAY)
    ))
    return (
        select(func.count(Review.id), func.count()).select_from(latest).join(Assignment, Assignment.id == latest.c.id)
        .outerjoin(Review, Review.assignment_id == Assignment.id)
        .where(or_(Review.id.is_(None), Review.reviewed_meeting_id == bindparam("meeting")))
    )


def homework_of(person_id: int) -> list[tuple[Meeting, Assignment]]:
    """All homework of a person with the meeting it was agreed at, newest first."""
    wanted = (
        select(Meeting, Assignment).join(Assignment, Assignment.meeting_id == Meeting.id).where(Assignment.participant_id == person_id)
        .options(joinedload(Assignment.review)).order_by(Meeting.meets_on.desc())
    )
    return [(row[0], row[1]) for row in db.session.execute(wanted)]
