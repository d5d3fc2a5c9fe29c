"""The only writer of marks, apologies, make-ups and of which leaders were there."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Date, Select, bindparam, delete, insert, or_, select, union
from sqlalchemy.orm import joinedload

from imrgroups import audit
from imrgroups.attendance.models import Apology, LeaderPresent, MakeUp, Mark, marks_of_meeting, new_mark, other_mark
from imrgroups.audit import AuditEntry
from imrgroups.db import db, fetch
from imrgroups.enrolment.models import Enrolment
from imrgroups.groups.models import Meeting
from imrgroups.people.models import HospitalStay, Participant
from imrgroups.rules import attendance as rules
from imrgroups.rules.attendance import MakeUpKind, MarkState
from imrgroups.staff.models import Staff


@dataclass(frozen=True)
class Clash:
    """One mark that somebody else changed since this page was opened: what is saved, by whom and when, and what was wanted."""

    participant_id: int
    saved: MarkState
    saved_by: str
    saved_by_id: int | None
    saved_at: datetime | None
    version: int
    wanted: MarkState


class Key(NamedTuple):
    """A meeting to be marked of which nothing but the key is known yet: its row is read when it is locked."""

    id: int


class Conflict(Exception):
    """The page was out of date for these people; nothing was saved."""

    def __init__(self, clashes: list[Clash]) -> None:
        super().__init__(f"{len(clashes)} marks changed meanwhile")
        self.clashes = clashes


def mark(*, meeting: Meeting | Key, marks: Mapping[int, str], versions: Mapping[int, int], by: int | None, now: datetime) -> int:
    """Save what happened, for several people at once; returns how many marks changed.

    marks: state by participant key. versions: the version each mark had on the page (0 where nothing was saved yet); a person left out
    is not checked. A planned meeting that has begun becomes held in the same commit. Saving the same again changes nothing.
    Raises CannotMark (see rules.attendance.check_open), Conflict when the page was out of date, ValueError for an unknown state.
    """
    wanted = {person: MarkState(state) for person, state in marks.items()}
    changed = _save(lock(meeting), wanted, versions, by, now)
    db.session.commit()
    return len(changed)


def mark_what_can(
    *, meeting: Meeting | Key, marks: Mapping[int, str], versions: Mapping[int, int], by: int | None, now: datetime
) -> tuple[int, list[Clash]]:
    """Save the marks that nobody changed meanwhile; returns how many changed, and the clashes, whose marks stay as they are.

    For a whole page at once, where one clash should not cost the rest. Raises CannotMark and ValueError as `mark`.
    """
    clashes: dict[int, Clash] = {}
    while True:
        wanted = {person: state for person, state in marks.items() if person not in clashes}
        try:
            return mark(meeting=meeting, marks=wanted, versions=versions, by=by, now=now), list(clashes.values())
        except Conflict as conflict:
            clashes |= {clash.participant_id: clash for clash in conflict.clashes}


def _save(
    meeting: Meeting, wanted: Mapping[int, MarkState], versions: Mapping[int, int], by: int | None, now: datetime
) -> dict[int, MarkState]:
    """What `mark` does, without the commit; the meeting is locked."""
    saved = {row.participant_id: row for row in fetch(marks_of_meeting(), meeting=meeting.id)}
    enrolled = enrolled_on(meeting.group_id, meeting.meets_on)
    for person in wanted:
        rules.check_open(
            meeting=meeting.state, starts_at=meeting.starts_at, now=now, enrolled=person in enrolled or person in saved,
        )
    _refuse_stale(wanted, versions, saved)
    changed = _write(meeting, wanted, saved, by, now)
    held = _hold(meeting, wanted)
    if changed or held:
        told = {"changed": {str(person): state.value for person, state in changed.items()}}
        note("attendance.marked", meeting, by, now, **told, **({"held": True} if held else {}))
    return changed


def undo(meeting: Meeting, participant_id: int, *, version: int, by: int | None, now: datetime) -> MarkState:
    """Put back the mark somebody had before its last change, and return it; undoing twice brings the change back.

    A meeting that became held by that one tap, with nothing recorded since, is planned again.
    Raises Conflict when the mark was changed since `version`, CannotMark as `mark`.
    """
    meeting = lock(meeting)
    entries = select(AuditEntry.action, AuditEntry.detail).where(AuditEntry.subject == f"meetings/{meeting.id}")
    history = [(row.action, json.loads(row.detail)) for row in db.session.execute(entries.order_by(AuditEntry.number.desc()))]
    person = str(participant_id)
    states = [detail["changed"][person] for action, detail in history if action == "attendance.marked" and person in detail["changed"]]
    before = MarkState(states[1]) if len(states) > 1 else MarkState.NOT_RECORDED
    alone = bool(history) and history[0][1].get("held") is True and list(history[0][1]["changed"]) == [person]
    _save(meeting, {participant_id: before}, {participant_id: version}, by, now)
    if alone and before not in rules.IN_ROOM:
        meeting.state = "planned"
    db.session.commit()
    return before


def lock(meeting: Meeting | Key) -> Meeting:
    """The meeting as it is now, with its group; whoever else writes about it waits."""
    return db.session.execute(_locked(), {"meeting": meeting.id}).scalar_one()


@lru_cache(maxsize=1)
def _locked() -> Select[tuple[Meeting]]:
    wanted = select(Meeting).options(joinedload(Meeting.group, innerjoin=True)).where(Meeting.id == bindparam("meeting"))
    return wanted.with_for_update(of=Meeting).execution_options(populate_existing=True)


def enrolled_on(group_id: int, on: date) -> set[int]:
    """The keys of the people who belong to a group on a day."""
    return set(fetch(_enrolled(), group=group_id, day=on).scalars())


@lru_cache(maxsize=1)
def _enrolled() -> Select[Any]:
    day = bindparam("day", type_=Date)
    return select(Enrolment.participant_id).where(
        Enrolment.group_id == bindparam("group"), Enrolment.joined_on <= day, or_(Enrolment.left_on.is_(None), Enrolment.left_on >= day)
    )


def _refuse_stale(wanted: Mapping[int, MarkState], versions: Mapping[int, int], saved: Mapping[int, Any]) -> None:
    stale = [
        row for person, state in wanted.items()
        if (row := saved.get(person)) is not None and row.state != state and versions.get(person, row.version) != row.version
    ]
    if not stale:
        return
    names = dict(db.session.execute(select(Staff.id, Staff.name).where(Staff.id.in_({row.marked_by_id for row in stale}))).all())
    clashes = [
        Clash(
            row.participant_id, MarkState(row.state), names.get(row.marked_by_id or 0, ""), row.marked_by_id, row.marked_at,
            row.version, wanted[row.participant_id],
        )
        for row in stale
    ]
    db.session.rollback()
    raise Conflict(clashes)


def _write(
    meeting: Meeting, wanted: Mapping[int, MarkState], saved: Mapping[int, Any], by: int | None, now: datetime
) -> dict[int, MarkState]:
    fresh = [
        {"meeting_id": meeting.id, "participant_id": person, "state": state.value, "version": 1, "marked_at": now, "marked_by_id": by}
        for person, state in wanted.items() if person not in saved and state is not MarkState.NOT_RECORDED
    ]
    other = {person: state for person, state in wanted.items() if person in saved and saved[person].state != state}
    connection = db.session.connection()
    if fresh:
        connection.execute(new_mark(), fresh)
    if other:
        connection.execute(other_mark(), [
            {"of": meeting.id, "person": person, "is": state.value, "number": saved[person].version + 1, "at": now, "by": by}
            for person, state in other.items()
        ])
    return {row["participant_id"]: MarkState(row["state"]) for row in fresh} | other


def _hold(meeting: Meeting, wanted: Mapping[int, MarkState]) -> bool:
    if meeting.state != "planned" or not any(state in rules.IN_ROOM for state in wanted.values()):
        return False
    meeting.state = "held"
    return True


def all_present(meeting: Meeting, *, by: int | None, now: datetime) -> int:
    """Mark everybody present who has no mark yet, did not tell us beforehand and is not in hospital; returns how many.

    Raises CannotMark.
    """
    on = meeting.meets_on
    told = select(Apology.participant_id).where(Apology.meeting_id == meeting.id)
    known = select(Mark.participant_id).where(Mark.meeting_id == meeting.id, Mark.state != "not_recorded")
    ill = select(HospitalStay.participant_id).where(
        HospitalStay.from_on <= on, or_(HospitalStay.to_on.is_(None), HospitalStay.to_on >= on)
    )
    people = enrolled_on(meeting.group_id, on)
    others = set(db.session.execute(union(told, known, ill.where(HospitalStay.participant_id.in_(people)))).scalars())
    rules.check_open(meeting=meeting.state, starts_at=meeting.starts_at, now=now)
    return mark(meeting=meeting, marks=dict.fromkeys(people - others, "present"), versions={}, by=by, now=now)


def present_leaders(meeting: Meeting, staff_ids: Iterable[int], *, by: int | None, now: datetime) -> None:
    """Say which leaders were there; saying it again replaces what was said. Raises CannotMark for a cancelled meeting or one to come."""
    wanted = set(staff_ids)
    meeting = lock(meeting)
    rules.check_open(meeting=meeting.state, starts_at=meeting.starts_at, now=now)
    there = set(db.session.execute(select(LeaderPresent.staff_id).where(LeaderPresent.meeting_id == meeting.id)).scalars())
    if gone := there - wanted:
        db.session.execute(delete(LeaderPresent).where(LeaderPresent.meeting_id == meeting.id, LeaderPresent.staff_id.in_(gone)))
    if new := wanted - there:
        db.session.execute(insert(LeaderPresent), [{"meeting_id": meeting.id, "staff_id": person} for person in sorted(new)])
    if gone or new:
        note("attendance.leaders", meeting, by, now, leaders=sorted(wanted))
    db.session.commit()


def apologise(meeting: Meeting, participant: Participant, *, told_on: date, text: str = "", by: int | None, now: datetime) -> Apology:
    """Somebody told us beforehand that they cannot come; telling again replaces day and words. Never changes the mark."""
    row = _apology(lock(meeting), participant)
    if row is None:
        row = Apology(meeting_id=meeting.id, participant_id=participant.id)
        db.session.add(row)
    row.told_on, row.text, row.by_id = told_on, text or None, by
    note("attendance.apology", meeting, by, now, participant=str(participant.id))
    db.session.commit()
    return row


def withdraw_apology(meeting: Meeting, participant: Participant, *, by: int | None, now: datetime) -> None:
    """Somebody will come after all; nothing happens where there was no apology."""
    row = _apology(meeting, participant)
    if row is not None:
        db.session.delete(row)
        note("attendance.apology_withdrawn", meeting, by, now, participant=str(participant.id))
    db.session.commit()


def _apology(meeting: Meeting, participant: Participant) -> Apology | None:
    return db.session.execute(select(Apology).where(Apology.meeting_id == meeting.id, Apology.participant_id == participant.id)).scalar()


def make_up(
    meeting: Meeting, participant: Participant, *, done_on: date, kind: str, minutes: int | None, leader_id: int | None,
    by: int | None, now: datetime,
) -> MakeUp:
    """A missed meeting was caught up; recording it again replaces it, so that it counts once.

    Raises CannotMakeUp (see rules.attendance.check_make_up), ValueError for an unknown kind.
    """
    word = MakeUpKind(kind)
    state = db.session.execute(select(Mark.state).where(Mark.meeting_id == meeting.id, Mark.participant_id == participant.id)).scalar()
    today = now.astimezone(ZoneInfo(meeting.group.timezone)).date()
    rules.check_make_up(
        meeting=meeting.state, state=MarkState(state or "not_recorded"), done_on=done_on, began=meeting.group.starts_on, today=today,
    )
    row = _make_up(lock(meeting), participant)
    if row is None:
        row = MakeUp(meeting_id=meeting.id, participant_id=participant.id)
        db.session.add(row)
    row.done_on, row.kind, row.minutes, row.leader_id = done_on, word.value, minutes, leader_id
    note("attendance.make_up", meeting, by, now, participant=str(participant.id), kind=word.value)
    db.session.commit()
    return row


def remove_make_up(meeting: Meeting, participant: Participant, *, by: int | None, now: datetime) -> None:
    """A make-up was recorded by mistake; nothing happens where there was none."""
    row = _make_up(meeting, participant)
    if row is not None:
        db.session.delete(row)
        note("attendance.make_up_removed", meeting, by, now, participant=str(participant.id))
    db.session.commit()


def _make_up(meeting: Meeting, participant: Participant) -> MakeUp | None:
    return db.session.execute(select(MakeUp).where(MakeUp.meeting_id == meeting.id, MakeUp.participant_id == participant.id)).scalar()


def note(action: str, meeting: Meeting, by: int | None, now: datetime, **detail: object) -> None:
    """Put down in the audit chain what was done about a meeting."""
    centre_id = meeting.group.centre_id
    audit.record(action, centre_id=centre_id, subject=f"meetings/{meeting.id}", by=by, now=now, detail=detail)
