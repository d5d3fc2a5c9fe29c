"""The only writer of groups and meetings; closed days of a centre are in `closed`."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.exc import StaleDataError

from imrgroups import audit
from imrgroups.db import db
from imrgroups.groups import series
from imrgroups.groups.models import Group, Meeting, PlannedTopic
from imrgroups.rules.calendar import instant, outside
from imrgroups.rules.refusal import Cannot
from imrgroups.staff.models import Centre, Staff


class CannotPlan(Cannot):
    """Why a change to a group or its series is refused: `reason` is a short word for the screens to explain."""


@contextmanager
def _stale_is_refused() -> Iterator[None]:
    """Somebody else changed the same row meanwhile: nothing is written, and the reason is "stale"."""
    try:
        yield
    except StaleDataError as error:
        db.session.rollback()
        raise CannotPlan("stale") from error


@dataclass(frozen=True)
class GroupDetails:
    """What can be said of a group. local_time: as the clock shows it at `timezone` (IANA); minutes: length; module_order: module ids."""

    name: str
    language: str
    starts_on: date
    local_time: time
    timezone: str
    minutes: int
    place: str
    module_order: tuple[str, ...]
    capacity: int = 10


def create(
    details: GroupDetails, *, centre_id: int, leaders: Iterable[int], by: int | None, now: datetime, code: str = "", meetings: bool = True
) -> Group:
    """Create a group with its series of meetings and their topics; without a code the next free one is made (G01...).

    meetings: False leaves the series empty, for history that is imported meeting by meeting.
    Raises CannotPlan("code_taken" | "modules" | "minutes" | "capacity" | "time_zone" | "no_leader" | "leader").
    """
    if code and db.session.execute(select(Group.id).where(Group.code == code)).first():
        raise CannotPlan("code_taken")
    _check(details)
    centre = db.session.get_one(Centre, centre_id)
    group = Group(centre_id=centre_id, code=code or series.next_code(), **_columns(details))
    group.leaders = _leaders(leaders)
    db.session.add(group)
    db.session.flush()
    if meetings:
        planned = series.build(details.starts_on, details.local_time, details.timezone, centre.country, series.closed_weeks(centre_id))
        for slot in planned.slots:
            db.session.add(Meeting(group_id=group.id, number=slot.number, meets_on=slot.on, local_time=slot.at, starts_at=slot.starts_at))
        db.session.flush()
        reflow_open(group, now)
    _record("group.created", group, by, now)
    db.session.commit()
    return group


@_stale_is_refused()
def edit(group: Group, details: GroupDetails, *, leaders: Iterable[int], version: int, by: int | None, now: datetime) -> None:
    """Change a group. Its first date stays (meetings are moved one by one); a new time of day moves every meeting still to come.

    Raises CannotPlan("stale") when somebody changed the group since `version` was read, and as `create`.
    """
    if group.version != version:
        raise CannotPlan("stale")
    _check(details)
    time_before, zone_before, order_before = group.local_time, group.timezone, group.module_order
    for name, value in _columns(details).items():
        if name != "starts_on":
            setattr(group, name, value)
    group.leaders = _leaders(leaders)
    if (time_before, zone_before) != (group.local_time, group.timezone):
        for meeting in _open(group):
            if meeting.starts_at <= now:
                continue
            if meeting.local_time == time_before:
                meeting.local_time = group.local_time
            meeting.starts_at = instant(meeting.meets_on, meeting.local_time, group.timezone)
    if order_before != group.module_order:
        reflow_open(group, now)
    _record("group.edited", group, by, now)
    db.session.commit()


def _columns(details: GroupDetails) -> dict[str, object]:
    return {**vars(details), "module_order": " ".join(details.module_order)}


def _check(details: GroupDetails) -> None:
    if not details.module_order or not series.known(details.module_order):
        raise CannotPlan("modules")
    if not 15 <= details.minutes <= 240:
        raise CannotPlan("minutes")
    if not 1 <= details.capacity <= 30:
        raise CannotPlan("capacity")
    try:
        instant(details.starts_on, details.local_time, details.timezone)
    except ValueError as error:
        raise CannotPlan("time_zone") from error


def _leaders(ids: Iterable[int]) -> list[Staff]:
    wanted = set(ids)
    found = list(db.session.execute(select(Staff).where(Staff.id.in_(wanted))).scalars())
    if not wanted or len(found) != len(wanted):
        raise CannotPlan("leader" if wanted else "no_leader")
    return found


def _record(action: str, group: Group, by: int | None, now: datetime, **detail: object) -> None:
    audit.record(action, centre_id=group.centre_id, subject=f"groups/{group.id}", by=by, now=now, detail=detail)


def _replan(action: str, group: Group, by: int | None, now: datetime, **detail: object) -> list[str]:
    db.session.flush()
    left_out = reflow_open(group, now)
    _record(action, group, by, now, **detail)
    db.session.commit()
    return left_out


def _open(group: Group) -> list[Meeting]:
    wanted = select(Meeting).where(Meeting.group_id == group.id, Meeting.state == "planned").order_by(Meeting.meets_on, Meeting.number)
    return list(db.session.execute(wanted.options(selectinload(Meeting.topics))).scalars())


def reflow_open(group: Group, now: datetime) -> list[str]:
    """Give the meetings to come their topics anew after what was taken; returns the ids of modules that no longer fit. No commit.

    A meeting that has begun keeps its topics, recorded or not (adr/0006).
    """
    open_meetings = [meeting for meeting in _open(group) if meeting.starts_at > now or not meeting.topics]
    plan = series.flow(group.modules, series.covered(group.id, now), len(open_meetings))
    for meeting, portion in zip(open_meetings, plan.portions, strict=True):
        wanted = [(portion.module, topic) for topic in portion.topics] if portion.module else []
        if [(topic.module, topic.topic) for topic in meeting.topics] != wanted:
            set_topics(meeting, wanted)
    db.session.flush()
    return list(plan.left_out)


def set_topics(meeting: Meeting, topics: Iterable[tuple[str, str]]) -> None:
    """Replace the planned topics of a meeting by (module, topic) pairs. No commit."""
    if meeting.topics:
        meeting.topics.clear()
        db.session.flush()
    meeting.topics = [PlannedTopic(position=place, module=module, topic=topic) for place, (module, topic) in enumerate(topics, 1)]


@_stale_is_refused()
def move(
    meeting: Meeting, *, to_on: date, to_time: time | None = None, beyond: bool = False, by: int | None, now: datetime
) -> list[str]:
    """Move an open meeting to another day or time; later topics re-flow. Returns the modules that no longer fit.

    beyond: whether it may lie after the months of the programme. Raises CannotPlan("held" | "cancelled"), and as `add_meeting`.
    """
    group = meeting.group
    _still_open(meeting)
    _check_day(group, to_on, beyond, meeting.id)
    if meeting.meets_on != to_on:
        meeting.moved_from_on = None if to_on == meeting.moved_from_on else meeting.moved_from_on or meeting.meets_on
    meeting.meets_on, meeting.local_time = to_on, to_time or meeting.local_time
    meeting.starts_at = instant(meeting.meets_on, meeting.local_time, group.timezone)
    return _replan("meeting.moved", group, by, now, meeting=meeting.number, to=to_on.isoformat())


@_stale_is_refused()
def cancel(meeting: Meeting, *, reason: str, by: int | None, now: datetime) -> list[str]:
    """Cancel an open meeting with a reason; its topics go on to the next ones. Returns the modules that no longer fit.

    Raises CannotPlan("held" | "cancelled" | "no_reason").
    """
    _still_open(meeting)
    if not reason:
        raise CannotPlan("no_reason")
    _take_out(meeting, reason)
    return _replan("meeting.cancelled", meeting.group, by, now, meeting=meeting.number)


@_stale_is_refused()
def restore(meeting: Meeting, *, by: int | None, now: datetime) -> list[str]:
    """Plan a cancelled meeting again. Raises CannotPlan("not_cancelled" | "day_taken" | "ended")."""
    if meeting.state != "cancelled":
        raise CannotPlan("not_cancelled")
    _check_day(meeting.group, meeting.meets_on, True, meeting.id)
    meeting.state, meeting.reason = "planned", ""
    return _replan("meeting.restored", meeting.group, by, now, meeting=meeting.number)


def _take_out(meeting: Meeting, reason: str) -> None:
    meeting.state, meeting.reason = "cancelled", reason
    set_topics(meeting, [])


def _still_open(meeting: Meeting) -> None:
    if meeting.state != "planned":
        raise CannotPlan(meeting.state)


def _check_day(group: Group, on: date, beyond: bool, but: int = 0) -> None:
    if group.ended_on is not None and on > group.ended_on:
        raise CannotPlan("ended")
    reason = outside(on, starts_on=group.starts_on, ends_on=series.ends_on(group), last_on=series.last_on(group))
    if reason and not (beyond and reason == "after_end"):
        raise CannotPlan(reason)
    if series.meets_on(group.id, on) not in (None, but):
        raise CannotPlan("day_taken")


def add_meeting(
    group: Group, *, on: date, at: time | None = None, beyond: bool = False, by: int | None, now: datetime
) -> Meeting:
    """Add an open meeting; it gets the next free number, and topics re-flow.

    beyond: whether it may lie after the months of the programme.
    Raises CannotPlan("day_taken" | "before_start" | "after_end" | "too_late" | "ended").
    """
    _check_day(group, on, beyond)
    highest = db.session.execute(select(func.max(Meeting.number)).where(Meeting.group_id == group.id)).scalar() or 0
    at = at or group.local_time
    meeting = Meeting(group_id=group.id, number=highest + 1, meets_on=on, local_time=at, starts_at=instant(on, at, group.timezone))
    db.session.add(meeting)
    _replan("meeting.added", group, by, now, meeting=meeting.number)
    return meeting


@_stale_is_refused()
def reorder(group: Group, order: Iterable[str], *, by: int | None, now: datetime) -> list[str]:
    """Change the order of the modules; open meetings get their topics anew. Returns what no longer fits. Raises CannotPlan("modules")."""
    wanted = list(order)
    if not wanted or not series.known(wanted):
        raise CannotPlan("modules")
    group.module_order = " ".join(wanted)
    return _replan("group.reordered", group, by, now, order=group.module_order)


@_stale_is_refused()
def end(group: Group, *, on: date, reason: str, by: int | None, now: datetime) -> None:
    """End a group: open meetings after that day are cancelled, those still to come before it share the topics. Nobody has to leave it.

    Raises CannotPlan("ended" | "before_start" | "after_last").
    """
    if group.ended_on is not None:
        raise CannotPlan("ended")
    if on < group.starts_on:
        raise CannotPlan("before_start")
    if on > max(series.last_on(group), now.date()):
        raise CannotPlan("after_last")
    group.ended_on, group.end_reason = on, reason
    open_meetings = _open(group)
    for meeting in open_meetings:
        if meeting.meets_on > on:
            _take_out(meeting, reason)
    if any(meeting.state == "planned" and meeting.starts_at > now for meeting in open_meetings):
        reflow_open(group, now)
    _record("group.ended", group, by, now)
    db.session.commit()


@_stale_is_refused()
def resume(group: Group, *, by: int | None, now: datetime) -> None:
    """The group goes on after all. Meetings that its end cancelled stay so until they are restored. Raises CannotPlan("not_ended")."""
    if group.ended_on is None:
        raise CannotPlan("not_ended")
    group.ended_on, group.end_reason = None, ""
    _record("group.resumed", group, by, now)
    db.session.commit()
