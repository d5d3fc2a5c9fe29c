"""The days after a missed meeting: calls to make, an offer of two times, and when all of that ends."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from imrgroups.attendance.models import Apology, MakeUp, Mark
from imrgroups.db import db
from imrgroups.groups.models import Meeting, PlannedTopic
from imrgroups.outreach import words
from imrgroups.outreach.actions import planning
from imrgroups.outreach.actions.gates import ENDS, quiet_hours
from imrgroups.outreach.actions.outbox import plan, put_call
from imrgroups.outreach.actions.recipients import Recipient, Sweep, known
from imrgroups.outreach.models import CallTask, NumberState, OfferedSlot, Reply
from imrgroups.people.models import Consent, Participant
from imrgroups.rules import attendance as rules
from imrgroups.rules import ladder
from imrgroups.rules.calendar import instant
from imrgroups.rules.ladder import Since
from imrgroups.rules.texting import next_allowed

WINDOW = timedelta(days=9)  # Easter and Christmas may lie between a meeting and the day of the call
REACHED = ("reached_comes", "reached_cannot", "reached_other")
BEFORE_SLOT = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Missed:
    """One person who missed one meeting without a word, as far as the ladder still goes on."""

    meeting: Any
    to: Recipient
    today: Any


def plan_calls(now: datetime, dry_run: bool = False, *, by: int | None = None) -> int:
    """Put a call on a leader's list the day after a missed meeting, and take off what is no longer needed; returns how many are new."""
    if not dry_run:
        close_calls(now, by=by)
    made = 0
    told = _called_about_the_end()
    for missed in _open(now, "missed", over=True):
        if (missed.to.group_id, missed.to.id) in told:
            continue  # they are called already, to hear that the group ends
        rests = quiet_hours(missed.to.country, missed.meeting.meets_on.year)
        on = ladder.call_on(missed.meeting.meets_on, list(rests.holidays), rests.rest_days)
        if missed.today < on:
            continue
        task = CallTask(
            key=f"call/{missed.meeting.id}/{missed.to.id}", participant_id=missed.to.id, group_id=missed.to.group_id,
            meeting_id=missed.meeting.id, staff_id=missed.to.leader_id, reason="missed", due_on=on, created_at=now,
        )
        if dry_run:
            made += not _has_call(task.key)
        else:
            made += put_call(task, missed.to.centre_id, by, now)
    db.session.commit()
    return made


def _called_about_the_end() -> set[tuple[int | None, int]]:
    """(group, person) of the calls that wait in which somebody hears that the group ends."""
    ends = (CallTask.reason == "changed", CallTask.key.like(f"news/cancelled/{ENDS}%"), CallTask.done_at.is_(None))
    return {(group, person) for group, person in db.session.execute(select(CallTask.group_id, CallTask.participant_id).where(*ends))}


def _has_call(key: str) -> bool:
    return db.session.execute(select(CallTask.id).where(CallTask.key == key)).scalar() is not None


def close_calls(now: datetime, *, by: int | None = None) -> int:
    """Take calls about missed meetings off the lists that are no longer needed: the person came, answered, told us...; returns how many."""
    wanted = select(CallTask).where(CallTask.done_at.is_(None), CallTask.reason == "missed", CallTask.meeting_id.is_not(None))
    tasks = list(db.session.execute(wanted).scalars())
    meetings = {row.id: row for row in planning.held_by_key({task.meeting_id for task in tasks}, now)}
    found = since(list(meetings.values()), {task.participant_id for task in tasks})
    closed = 0
    for task in tasks:
        meeting = meetings.get(task.meeting_id)
        if meeting is None or ladder.stopped(found.get((meeting.id, task.participant_id), Since())) is not None:
            task.outcome, task.done_at = "not_needed", now
            closed += 1
    db.session.commit()
    return closed


def plan_offers(now: datetime, dry_run: bool = False, *, by: int | None = None) -> int:
    """Offer two times for catching up on the third day after a missed meeting that nobody has spoken with them about; returns how many."""
    made = 0
    open_ones = list(_open(now, "make_up_offer"))
    sweep = Sweep.of({missed.to.group_id for missed in open_ones}, now, "make_up_offer")
    coming = planning.next_meetings({missed.to.group_id for missed in open_ones}, now)
    modules = _modules([missed.meeting.id for missed in open_ones] + [one.id for rows in coming.values() for one in rows])
    there = known(_offer_key(missed) for missed in open_ones)
    for missed in open_ones:
        due = instant(missed.meeting.meets_on + timedelta(days=ladder.OFFER_AFTER_DAYS), ladder.OFFER_AT, missed.to.zone)
        if not missed.to.reachable or missed.to.channel == "letter" or now < due or _offer_key(missed) in there:
            continue
        rows = [
            ladder.Planned(one.meets_on, one.local_time, modules.get(one.id, frozenset())) for one in coming.get(missed.to.group_id, [])
        ]
        made += _offer(missed, ladder.slots(rows, modules.get(missed.meeting.id, frozenset())), sweep, now, dry_run, by)
    db.session.commit()
    return made


def _offer_key(missed: Missed) -> str:
    return f"offer/{missed.meeting.id}/{missed.to.id}"


def _offer(missed: Missed, times: Sequence[tuple[Any, Any]], sweep: Sweep, now: datetime, dry_run: bool, by: int | None) -> int:
    to = missed.to
    due = next_allowed(now, to.zone, quiet_hours(to.country, now.year))
    if not times:
        return 0
    until = min(due + timedelta(days=ladder.OFFER_OPEN_DAYS), instant(*times[0], to.zone) - BEFORE_SLOT)
    if until <= due or dry_run:
        return int(until > due)
    told = sweep.facts(to, slots=tuple(words.Slot(on, at, to.place) for on, at in times))
    step = "two" if len(times) == 2 else "one"
    made = plan(sweep.draft(
        to, key=_offer_key(missed), occasion="make_up_offer", step=step, facts=told, due_at=due, expires_at=until,
        meeting_id=missed.meeting.id,
    ), by, now)
    for number, (on, at) in enumerate(times, 1):
        slot = OfferedSlot(meeting_id=missed.meeting.id, participant_id=to.id, staff_id=to.leader_id, number=number, on=on, at=at)
        db.session.add(slot)
    return made


def _open(now: datetime, occasion: str, over: bool = False) -> Iterable[Missed]:
    """Who missed a meeting lately without a word, where nothing has ended the ladder yet; over: also in groups that have ended."""
    met = planning.held_since(now - WINDOW, now, over)
    marks = _missed([meeting.id for meeting in met])
    meetings = [meeting for meeting in met if any(key == meeting.id for key, _person in marks)]
    sweep = Sweep.of({meeting.group_id for meeting in meetings}, now, occasion, over)
    found = since(meetings, {person for _meeting, person in marks})
    for meeting in meetings:
        for to in sweep.by_group.get(meeting.group_id, ()):
            if (meeting.id, to.id) in marks and ladder.stopped(found.get((meeting.id, to.id), Since())) is None:
                yield Missed(meeting, to, now.astimezone(ZoneInfo(to.zone)).date())


def _missed(meetings: Sequence[int]) -> set[tuple[int, int]]:
    wanted = select(Mark.meeting_id, Mark.participant_id).where(Mark.meeting_id.in_(meetings), Mark.state == "absent")
    return {(meeting, person) for meeting, person in db.session.execute(wanted)}


def since(meetings: Sequence[Any], persons: set[int]) -> dict[tuple[int, int], Since]:
    """What is known of each of these people since each of these meetings, by (meeting, person). A statement a kind of fact."""
    first = min((meeting.starts_at for meeting in meetings), default=None)
    if first is None:
        return {}
    keys = [meeting.id for meeting in meetings]
    told, made_up = planning.pairs(Apology, keys), planning.pairs(MakeUp, keys)
    answers = _latest(
        select(Reply.participant_id, func.max(Reply.received_at)).where(Reply.participant_id.in_(persons)).group_by(Reply.participant_id)
    )
    calls = _latest(
        select(CallTask.participant_id, func.max(CallTask.done_at))
        .where(CallTask.participant_id.in_(persons), CallTask.outcome.in_(REACHED)).group_by(CallTask.participant_id)
    )
    came, outs, missed = _came(meetings, persons), _opted_out(persons), _missed(keys)
    later_told = _told_since(persons)
    return {
        (meeting.id, person): Since(
            told_us=(meeting.id, person) in told or later_told.get(person, first) > meeting.starts_at,
            answered=answers.get(person, first) > meeting.starts_at,
            # The mark may have been put right meanwhile: then there is nothing to call about either.
            came=came.get((meeting.group_id, person), first) > meeting.starts_at or (meeting.id, person) not in missed,
            made_up=(meeting.id, person) in made_up, reached=calls.get(person, first) > meeting.starts_at,
            opted_out=outs.get(person, first) > meeting.starts_at,
        )
        for meeting in meetings for person in persons
    }


def _latest(wanted: Any) -> dict[int, datetime]:
    return {person: at for person, at in db.session.execute(wanted) if at is not None}


def _came(meetings: Sequence[Any], persons: set[int]) -> dict[tuple[int, int], datetime]:
    in_room = [state.value for state in rules.IN_ROOM]
    wanted = (
        select(Meeting.group_id, Mark.participant_id, func.max(Meeting.starts_at)).join(Mark, Mark.meeting_id == Meeting.id)
        .where(
            Meeting.group_id.in_({meeting.group_id for meeting in meetings}), Mark.participant_id.in_(persons), Mark.state.in_(in_room),
            Meeting.starts_at >= min(meeting.starts_at for meeting in meetings),
        )
        .group_by(Meeting.group_id, Mark.participant_id)
    )
    return {(group, person): at for group, person, at in db.session.execute(wanted)}


def _told_since(persons: set[int]) -> dict[int, datetime]:
    """When each person's latest apology is about: one for a coming meeting means they are in touch."""
    wanted = select(Apology.participant_id, func.max(Meeting.starts_at)).join(Meeting, Meeting.id == Apology.meeting_id)
    return _latest(wanted.where(Apology.participant_id.in_(persons)).group_by(Apology.participant_id))


def _opted_out(persons: set[int]) -> dict[int, datetime]:
    """When each person last said no to messages, or stopped their number."""
    no = select(Consent.participant_id, func.max(Consent.recorded_at)).where(
        Consent.participant_id.in_(persons), Consent.what == "messages", Consent.given.is_(False)
    )
    found = _latest(no.group_by(Consent.participant_id))
    stops = select(Participant.id, NumberState.stopped_at).join(NumberState, NumberState.lookup == Participant.phone_lookup)
    for person, at in db.session.execute(stops.where(Participant.id.in_(persons), NumberState.stopped_at.is_not(None))):
        found[person] = max(at, found.get(person, at))
    return found


def _modules(meetings: Sequence[int]) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = {}
    wanted = select(PlannedTopic.meeting_id, PlannedTopic.module).where(PlannedTopic.meeting_id.in_(meetings))
    for meeting, module in db.session.execute(wanted):
        found.setdefault(meeting, set()).add(module)
    return {meeting: frozenset(modules) for meeting, modules in found.items()}
