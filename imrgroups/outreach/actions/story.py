"""The story of one person: what was sent, when, what came back, which calls were made; and which messages bring people back."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import CompoundSelect, bindparam, literal, or_, select, union_all

from imrgroups.attendance.models import Apology, Mark
from imrgroups.db import UTCDateTime, db, fetch
from imrgroups.groups.models import Meeting
from imrgroups.outreach.actions.calls import calls_of, replies_of
from imrgroups.outreach.models import Message, Reply
from imrgroups.rules import attendance as rules
from imrgroups.rules.ladder import came_again

WITHIN = 2
AWAY = "away"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. kind: "message", "reply" or "call"; name and state: words that outreach.words.screens explains."""

    at: datetime
    kind: str
    name: str
    state: str
    reason: str
    text: str


def story_of(person_id: int, limit: int = 30) -> list[Event]:
    """Messages, replies and calls of one person, newest first. Three statements."""
    wanted = select(Message).where(Message.participant_id == person_id).order_by(Message.due_at.desc()).limit(limit)
    found = [
        Event(row.sent_at or row.due_at, "message", row.occasion, row.state, row.reason, row.text or "")
        for row in db.session.execute(wanted).scalars()
    ]
    found += [Event(row.received_at, "reply", row.meaning, "", "", row.text or "") for row in replies_of(person_id)[:limit]]
    for row in calls_of(person_id)[:limit]:
        found.append(Event(row.done_at or row.created_at, "call", row.reason, row.outcome or "", "", row.note or ""))
    return sorted(found, key=lambda event: event.at, reverse=True)[:limit]


def brought_back(groups: Collection[int]) -> list[tuple[str, int, int]]:
    """(step, how many came to one of the next two meetings, how many were written to) of messages after a missed meeting, by step.

    Who was written to when fewer than two meetings were held since, and has not come yet, is not counted. Three statements.
    """
    wanted = select(Message.step, Message.participant_id, Message.meeting_id, Message.group_id).where(
        Message.occasion == "missed", Message.group_id.in_(groups), Message.state.in_(("sent", "delivered", "printed"))
    )
    sent = db.session.execute(wanted).all()
    held: dict[int, list[int]] = {}
    rows = select(Meeting.group_id, Meeting.id).where(Meeting.group_id.in_(groups), Meeting.state == "held").order_by(Meeting.starts_at)
    for group, meeting in db.session.execute(rows):
        held.setdefault(group, []).append(meeting)
    places = {meeting: place for meetings in held.values() for place, meeting in enumerate(meetings)}
    came = _came({person for _step, person, _meeting, _group in sent}, set(places))
    counts: dict[str, list[int]] = {}
    for step, person, meeting, group in sent:
        if meeting not in places:
            continue
        again = came_again(places[meeting], [places[key] for key in came.get(person, ()) if key in held[group]], WITHIN)
        if again or places[meeting] + WITHIN < len(held[group]):
            count = counts.setdefault(step, [0, 0])
            count[0] += again
            count[1] += 1
    return [(step, *counts[step]) for step in sorted(counts)]


def _came(persons: set[int | None], meetings: set[int]) -> dict[int, list[int]]:
    in_room = [state.value for state in rules.IN_ROOM]
    wanted = select(Mark.participant_id, Mark.meeting_id).where(Mark.participant_id.in_(persons), Mark.state.in_(in_room))
    found: dict[int, list[int]] = {}
    for person, meeting in db.session.execute(wanted):
        if meeting in meetings:
            found.setdefault(person, []).append(meeting)
    return found


@dataclass(frozen=True, slots=True)
class Beforehand:
    """Somebody who belongs to a meeting. said: "come", "cannot", "call_me" or "" for nothing heard; away_last: missed the one before."""

    id: int
    name: str
    said: str
    away_last: bool


def beforehand(meeting: int, group: int, on: date, people: Iterable[tuple[int, str]]) -> list[Beforehand]:
    """What these people, given as (key, name), said before a meeting, and who of them missed the last one. One statement."""
    said: dict[int, str] = {}
    away = set()
    for person, word, _at in sorted(fetch(_beforehand(), meeting=meeting, group=group, day=on).all(), key=lambda row: row[2]):
        if word == AWAY:
            away.add(person)
        else:
            said[person] = word
    return [Beforehand(key, name, said.get(key, ""), key in away) for key, name in people]


@lru_cache(maxsize=1)
def _beforehand() -> CompoundSelect[Any]:
    """Rows of (person, word, when said), in that order: an apology outlasts every answer to a reminder."""
    replies = (
        select(Reply.participant_id, Reply.meaning, Reply.received_at).join(Message, Message.id == Reply.message_id)
        .where(Message.meeting_id == bindparam("meeting"), or_(Message.occasion == "reminder", Message.occasion == "moved"))
    )
    last = (
        select(Meeting.id).where(Meeting.group_id == bindparam("group"), Meeting.state == "held", Meeting.meets_on < bindparam("day"))
        .order_by(Meeting.starts_at.desc()).limit(1).scalar_subquery()
    )
    never = literal(datetime.max.replace(tzinfo=UTC), UTCDateTime)
    told = select(Apology.participant_id, literal("cannot"), never).where(Apology.meeting_id == bindparam("meeting"))
    away = or_(Mark.state == "absent", Mark.state == "excused")
    missed = select(Mark.participant_id, literal(AWAY), never).where(Mark.meeting_id == last, away)
    return union_all(replies, told, missed)
