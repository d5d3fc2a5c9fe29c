"""What is true of messages at the moment they are claimed: consent, hospital, quiet hours, and whether their occasion is over."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, or_, select

from imrgroups.attendance.models import Apology, MakeUp, Mark
from imrgroups.db import db
from imrgroups.enrolment.models import Enrolment
from imrgroups.groups import series
from imrgroups.groups.models import Group, Meeting
from imrgroups.homework.models import Assignment, Review
from imrgroups.library import content
from imrgroups.outreach.models import CallTask, Habit, Message, NumberState, Reply
from imrgroups.people import actions as people
from imrgroups.people.models import Participant, Supporter
from imrgroups.rules.outbox import Facts
from imrgroups.rules.texting import Quiet, next_allowed, quiet
from imrgroups.staff.models import Centre

ANSWERS = frozenset({"stopped", "started", "ask_again"})  # to what somebody has just written themselves
MISSED = frozenset({"absent", "excused"})  # the marks of a meeting that was missed
ENDED = ("ended", "last")  # steps of "cancelled" that tell of the end of a group, not of one meeting
ENDS = "ended/"  # in the key of such news, before its meeting: "cancelled/ended/<meeting>/<person>"
OF_A_GROUP = frozenset({"reminder", "missed", "make_up_offer", "moved", "cancelled", "nudge"})


def facts_of(rows: Sequence[Message], now: datetime) -> dict[int, Facts]:
    """The facts of each message, by key; one statement a kind, however many messages. Locks the people, so that consent holds."""
    persons = {row.participant_id for row in rows if row.participant_id}
    _lock(persons)
    yes = people.has_consented(persons, "messages")
    allowed, today = _hours({row.centre_id for row in rows}, now)
    away = {centre: people.in_hospital(persons, day) for centre, day in today.items()}
    numbers = _numbers({row.to_lookup for row in rows if row.to_lookup})
    over = _over(rows, today, now)
    supporters = _supporters({row.supporter_id for row in rows if row.supporter_id})
    found = {}
    for row in rows:
        number = numbers.get(row.to_lookup or "")
        found[row.id] = Facts(
            expires_at=row.expires_at, allowed_at=allowed[row.centre_id], over=over.get(row.id, ""),
            consented=_agreed(row, yes, supporters), stopped=number is not None and number.stopped_at is not None,
            unreachable=number is not None and number.unreachable_at is not None and row.channel == "text",
            in_hospital=row.participant_id in away[row.centre_id], welcome=row.occasion == "welcome_back", answer=row.occasion in ANSWERS,
        )
    return found


def _agreed(row: Message, yes: set[int], supporters: set[int]) -> bool:
    if row.participant_id is not None:
        return row.participant_id in yes
    return row.supporter_id is None or row.supporter_id in supporters


def _lock(persons: set[int]) -> None:
    """Hold these people's rows until the claim is committed; who withdraws consent waits for it, or was first."""
    wanted = select(Participant.id).where(Participant.id.in_(persons)).order_by(Participant.id).with_for_update(read=True)
    db.session.execute(wanted).all()


def _hours(centres: set[int], now: datetime) -> tuple[dict[int, datetime], dict[int, date]]:
    """(the next instant at which each centre may send, the date of today there)."""
    allowed, today = {}, {}
    for key, country, zone in db.session.execute(select(Centre.id, Centre.country, Centre.timezone).where(Centre.id.in_(centres))):
        today[key] = now.astimezone(ZoneInfo(zone)).date()
        allowed[key] = next_allowed(now, zone, quiet_hours(country, today[key].year))
    return allowed, today


@lru_cache(maxsize=64)
def quiet_hours(country: str, year: int) -> Quiet:
    """The quiet hours of a country, with the public holidays of a year and its neighbours."""
    holidays = frozenset(series.public_holidays(country, year - 1, year + 1))
    return quiet(content.load().entry.get("quiet", {}), country=country, holidays=holidays)


def _numbers(lookups: set[str]) -> dict[str, NumberState]:
    wanted = select(NumberState).where(NumberState.lookup.in_(lookups))
    return {row.lookup: row for row in db.session.execute(wanted).scalars()}


def _supporters(keys: set[int]) -> set[int]:
    wanted = select(Supporter.id).where(Supporter.id.in_(keys), Supporter.consented_on.is_not(None), Supporter.ended_on.is_(None))
    return set(db.session.execute(wanted).scalars())


def _over(rows: Sequence[Message], today: dict[int, date], now: datetime) -> dict[int, str]:
    """Why the occasion of a message is over, by its key; those whose occasion stands are left out."""
    about = [row for row in rows if row.meeting_id is not None]
    meetings = _meetings({row.meeting_id for row in about})
    persons = {row.participant_id for row in rows if row.participant_id}
    keys = set(meetings)
    marks = _by_pair(Mark, keys, persons, Mark.state)
    told = _by_pair(Apology, keys, persons, Apology.told_on)
    made_up = _by_pair(MakeUp, keys, persons, MakeUp.done_on)
    stays = _stays({row.group_id for row in rows if row.group_id}, persons, now)
    nudges = [row for row in rows if row.occasion == "nudge"]
    found = _nudges_over(nudges) if nudges else {}
    found |= _seen_to([row for row in rows if row.occasion == "staff"])
    for row in rows:
        pair, meeting = (row.meeting_id, row.participant_id), meetings.get(row.meeting_id)
        reason = (
            _left(row, stays, meeting, today[row.centre_id])
            or _over_of(row, meeting, marks.get(pair), pair in told, pair in made_up, now)
        )
        if reason:
            found[row.id] = reason
    return found


def _left(row: Message, stays: dict[tuple[int | None, int | None], Any], meeting: Any, today: date) -> str:
    """Whether the person has left or the group has ended, so that what the message speaks of will not be: "left", "ended" or ""."""
    if row.occasion not in OF_A_GROUP or row.group_id is None or row.participant_id is None:
        return ""
    stay = stays.get((row.group_id, row.participant_id))
    if stay is None or (stay.left_on is not None and stay.left_on < today):
        return "left"
    if row.occasion == "cancelled" and row.step in ENDED:
        return "" if stay.ended_on is not None else "changed"
    if stay.ended_on is not None and not stay.comes:
        return "ended"
    if stay.left_on is None:
        return ""
    about_a_day = row.occasion in ("reminder", "moved", "cancelled") and meeting is not None
    return "left" if (stay.left_on < meeting.meets_on if about_a_day else not stay.comes) else ""


def _over_of(row: Message, meeting: Any, mark: str | None, told: bool, made_up: bool, now: datetime) -> str:
    if meeting is None:
        return ""
    if row.occasion == "reminder":
        if meeting.state != "planned" or row.key != reminder_key(row.meeting_id, row.participant_id, meeting.starts_at):
            return "changed"
        return "begun" if meeting.starts_at <= now else "told_us" if told else ""
    if row.occasion in ("missed", "make_up_offer"):
        return "made_up" if made_up else "came" if mark not in MISSED else ""
    if row.occasion == "moved":
        return "changed" if meeting.state != "planned" or not row.key.endswith(f"/{int(meeting.starts_at.timestamp())}") else ""
    return "changed" if row.occasion == "cancelled" and meeting.state != "cancelled" else ""


def nudge_key(meeting_id: int | None, person_id: int | None) -> str:
    """The key of the nudge for homework agreed at a meeting: one a person and meeting, as homework is."""
    return f"nudge/{meeting_id}/{person_id}"


def _nudges_over(rows: Sequence[Message]) -> dict[int, str]:
    """Why there is nothing left to nudge about: the person told us how it went, or does not want nudges (or that homework) any more."""
    meetings, persons = {row.meeting_id for row in rows}, {row.participant_id for row in rows}
    wanted = (
        select(Assignment.meeting_id, Assignment.participant_id, or_(Assignment.said.is_not(None), Review.id.is_not(None)))
        .join(Habit, and_(Habit.participant_id == Assignment.participant_id, Habit.nudges))
        .outerjoin(Review, Review.assignment_id == Assignment.id)
        .where(Assignment.meeting_id.in_(meetings), Assignment.participant_id.in_(persons))
    )
    told = {(meeting, person): told for meeting, person, told in db.session.execute(wanted)}
    reasons = {None: "not_wanted", True: "told_us", False: ""}
    return {row.id: reason for row in rows if (reason := reasons[told.get((row.meeting_id, row.participant_id))])}


def _seen_to(rows: Sequence[Message]) -> dict[int, str]:
    """Texts to staff about what somebody has seen to by now: a call that was made, a reply that was read."""
    about = {row.id: row.key.split("/") for row in rows}  # staff/<kind>/<what it is about>/<to whom>
    calls, replies = ({int(key[2]) for key in about.values() if key[1] == kind} for kind in ("call", "inbox"))
    if not calls | replies:
        return {}
    open_calls = set(db.session.execute(select(CallTask.id).where(CallTask.id.in_(calls), CallTask.done_at.is_(None))).scalars())
    unread = set(db.session.execute(select(Reply.id).where(Reply.id.in_(replies), Reply.needs_reading)).scalars())
    return {row: "seen_to" for row, key in about.items() if int(key[2]) not in open_calls | unread}


def reminder_key(meeting_id: int | None, person_id: int | None, starts_at: datetime) -> str:
    """The key of a reminder: a meeting that is moved needs a new one, and the old one is over."""
    return f"reminder/{meeting_id}/{person_id}/{int(starts_at.timestamp())}"


def moved_key(meeting_id: int, person_id: int, starts_at: datetime) -> str:
    """The key of the news that a meeting was moved to this instant."""
    return f"moved/{meeting_id}/{person_id}/{int(starts_at.timestamp())}"


def _meetings(keys: set[int | None]) -> dict[int | None, Any]:
    wanted = select(Meeting.id, Meeting.state, Meeting.starts_at, Meeting.meets_on).where(Meeting.id.in_(keys))
    return {row.id: row for row in db.session.execute(wanted)}


def _by_pair(model: Any, meetings: set[int | None], persons: set[int], value: Any) -> dict[tuple[int | None, int | None], Any]:
    wanted = select(model.meeting_id, model.participant_id, value).where(model.meeting_id.in_(meetings), model.participant_id.in_(persons))
    return {(meeting, person): found for meeting, person, found in db.session.execute(wanted)}


def _stays(groups: set[int], persons: set[int], now: datetime) -> dict[tuple[int | None, int | None], Any]:
    """By (group, person) the time of belonging that counts now: left_on, ended_on of the group, and whether a meeting of theirs comes."""
    mine = or_(Enrolment.left_on.is_(None), Enrolment.left_on >= Meeting.meets_on)
    to_come = select(Meeting.id).where(Meeting.group_id == Enrolment.group_id, Meeting.state == "planned", Meeting.starts_at > now, mine)
    wanted = (
        select(Enrolment.group_id, Enrolment.participant_id, Enrolment.left_on, Group.ended_on, to_come.exists().label("comes"))
        .join(Group, Group.id == Enrolment.group_id)
        .where(Enrolment.group_id.in_(groups), Enrolment.participant_id.in_(persons)).order_by(Enrolment.joined_on)
    )
    return {(row.group_id, row.participant_id): row for row in db.session.execute(wanted)}
