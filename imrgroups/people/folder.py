"""What the pages about people show, read at once: who may be seen in the list, where they are, and how far an intake is.

Groups, waiting places, goals and make-ups belong to rooms to the right. They are read here as rows, by name of table, because imports
only point to the left; a test holds that every column named here exists.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import BigInteger, Date, Integer, Select, and_, column, exists, or_, select, table

from imrgroups.audit import AuditEntry
from imrgroups.auth import Ties
from imrgroups.db import db
from imrgroups.people import actions
from imrgroups.people.models import CONSENTS, INTAKE_TASKS, IntakeTask, Participant, Supporter
from imrgroups.staff.models import Staff

PAGE = 50

groups = table(
    "groups", column("id", Integer), column("name"), column("centre_id", Integer), column("module_order"), column("ended_on", Date)
)
enrolments = table(
    "enrolments", column("group_id", Integer), column("participant_id", BigInteger), column("joined_on", Date), column("left_on", Date)
)
waiting = table(
    "waiting_places", column("group_id", Integer), column("participant_id", BigInteger), column("since_on", Date), column("state"),
    column("offered_on", Date),
)
goals = table("goals", column("participant_id", BigInteger))
meetings = table("meetings", column("id", Integer), column("group_id", Integer), column("meets_on", Date), column("state"))
planned_topics = table("planned_topics", column("meeting_id", Integer), column("module"))
make_ups = table("make_ups", column("meeting_id", Integer), column("participant_id", BigInteger))
own_words = table("own_words", column("participant_id", BigInteger), column("changed_at"))
ELSEWHERE = (groups, enrolments, waiting, goals, meetings, planned_topics, make_ups, own_words)
OPEN = ("waiting", "offered")


@dataclass(slots=True)
class Line:
    """One person of the list: groups they are in, were in, or wait for (by name), and how many intake tasks are dealt with."""

    id: int
    code: str
    name: str
    language: str
    now_in: list[str] = field(default_factory=list)
    was_in: list[str] = field(default_factory=list)
    waits_for: list[str] = field(default_factory=list)
    namesake: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """A place somebody waits for: the group, since when, and when it was offered, if it was."""

    group_id: int
    group: str
    since_on: date
    offered_on: date | None


@dataclass(frozen=True, slots=True)
class Task:
    """One task of the intake. state: done, not_now, started, todo or not_needed; on: the day it was dealt with, where one is known."""

    name: str
    state: str
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody saved a person's details while they were being changed here: who, when, and (field, saved, typed) where they differ."""

    by: str
    at: datetime | None
    differences: list[tuple[str, str, str]]


def _seen_by(ties: Ties) -> Select[tuple[int]]:
    """The keys of the people the list may show: all of a coordinator's centres; for a leader those of own groups and those in no group."""
    is_in = exists().where(enrolments.c.participant_id == Participant.id)
    waits = exists().where(waiting.c.participant_id == Participant.id, waiting.c.state.in_(OPEN))
    own = list(ties.groups)
    led = or_(
        is_in.where(enrolments.c.group_id.in_(own)),
        waits.where(waiting.c.group_id.in_(own)),
    )
    leads_at = Participant.centre_id.in_(ties.centres("leader"))
    return select(Participant.id).where(
        or_(Participant.centre_id.in_(ties.centres("coordinator")), and_(leads_at, led), and_(leads_at, ~is_in, ~waits))
    )


def people(ties: Ties, on: date, *, group_id: int | None = None, show: str = "") -> list[Line]:
    """The people this person of staff may see, by name and then code.

    group_id: only those in that group, or waiting for it. show: "waiting" only those who wait, "none" only those in no group.
    """
    seen = _seen_by(ties)
    columns = (Participant.id, Participant.code, Participant.name_sealed, Participant.language)
    rows = db.session.execute(select(*columns).where(Participant.id.in_(seen))).all()
    names = {row.id: Participant.name.open(Participant, row.id, row.name_sealed) or row.code for row in rows}
    lines = {row.id: Line(row.id, row.code, names[row.id], row.language) for row in rows}
    members: set[int] = set()
    belongs = select(enrolments, groups.c.name, groups.c.ended_on).join(groups, groups.c.id == enrolments.c.group_id)
    for row in db.session.execute(belongs.where(enrolments.c.participant_id.in_(seen)).order_by(enrolments.c.joined_on)):
        present = (row.left_on is None or row.left_on >= on) and (row.ended_on is None or row.ended_on >= on)
        told = lines[row.participant_id].now_in if present else lines[row.participant_id].was_in
        told.extend([] if row.name in told else [row.name])
        members.update([row.participant_id] if row.group_id == group_id else [])
    waits = select(waiting, groups.c.name).join(groups, groups.c.id == waiting.c.group_id).where(waiting.c.state.in_(OPEN))
    for row in db.session.execute(waits.where(waiting.c.participant_id.in_(seen))):
        lines[row.participant_id].waits_for.append(row.name)
        members.update([row.participant_id] if row.group_id == group_id else [])
    listed = sorted(lines.values(), key=lambda line: (line.name.casefold(), line.code))
    for before, after in zip(listed, listed[1:], strict=False):
        if before.name.casefold() == after.name.casefold():
            before.namesake = after.namesake = True
    return [line for line in listed if _wanted(line, group_id, show, members)]


def _wanted(line: Line, group_id: int | None, show: str, members: set[int]) -> bool:
    if group_id is not None:
        return line.id in members
    return {"waiting": bool(line.waits_for), "none": not line.now_in}.get(show, True)


def search(lines: Iterable[Line], words: str) -> list[Line]:
    """Those whose name holds every word typed, in any order and any case, or whose code is what was typed."""
    wanted = words.casefold().split()
    return [line for line in lines if all(word in line.name.casefold() for word in wanted) or line.code.casefold() == words.casefold()]


def groups_for(ties: Ties) -> list[tuple[int, str]]:
    """The groups to choose from in the list: those led, and all of a coordinator's centres; running ones first, then by name."""
    wanted = select(groups.c.id, groups.c.name).where(
        or_(groups.c.id.in_(list(ties.groups)), groups.c.centre_id.in_(ties.centres("coordinator")))
    )
    return [(row.id, row.name) for row in db.session.execute(wanted.order_by(groups.c.ended_on.is_not(None), groups.c.name))]


def places(person_id: int) -> list[Waiting]:
    """The places a person waits for, or was offered."""
    wanted = select(waiting, groups.c.name).join(groups, groups.c.id == waiting.c.group_id)
    rows = db.session.execute(wanted.where(waiting.c.participant_id == person_id, waiting.c.state.in_(OPEN)).order_by(waiting.c.since_on))
    return [Waiting(row.group_id, row.name, row.since_on, row.offered_on) for row in rows]


def current_group(person_id: int, on: date) -> int | None:
    """The group somebody is in on a day, the newest where there are several, or None."""
    wanted = select(enrolments.c.group_id).where(
        enrolments.c.participant_id == person_id, or_(enrolments.c.left_on.is_(None), enrolments.c.left_on >= on)
    )
    return db.session.execute(wanted.order_by(enrolments.c.joined_on.desc()).limit(1)).scalar()


def missed_at_the_start(person_id: int) -> tuple[int, int]:
    """For somebody who joined late: (meetings of the group's first module held before they came, how many of them were made up)."""
    first = (
        select(enrolments.c.group_id, enrolments.c.joined_on, groups.c.module_order)
        .join(groups, groups.c.id == enrolments.c.group_id).where(enrolments.c.participant_id == person_id)
        .order_by(enrolments.c.joined_on).limit(1)
    )
    row = db.session.execute(first).first()
    if row is None or not row.module_order:
        return 0, 0
    of_module = exists().where(planned_topics.c.meeting_id == meetings.c.id, planned_topics.c.module == row.module_order.split()[0])
    caught_up = exists().where(make_ups.c.meeting_id == meetings.c.id, make_ups.c.participant_id == person_id)
    wanted = select(caught_up).where(
        meetings.c.group_id == row.group_id, meetings.c.state != "cancelled", meetings.c.meets_on < row.joined_on, of_module
    )
    made_up = list(db.session.execute(wanted).scalars())
    return len(made_up), sum(made_up)


def tasks(person: Participant) -> list[Task]:
    """The tasks of a person's intake in their order; what the data already shows counts as done, whatever was said before."""
    said = actions.intake(person.id)
    answered = {row.what for row in actions.consents_of(person.id)}
    missed, made_up = missed_at_the_start(person.id)
    supporters = select(Supporter.id).where(Supporter.participant_id == person.id, Supporter.ended_on.is_(None))
    shown = {
        "goal": bool(db.session.execute(select(goals.c.participant_id).where(goals.c.participant_id == person.id).limit(1)).first()),
        "supporter": bool(db.session.execute(supporters.limit(1)).first()),
        "consents": answered >= set(CONSENTS),
        "reach": reachable(person),
        "module_one": 0 < missed <= made_up,
    }
    begun = {"consents": bool(answered), "module_one": 0 < made_up < missed}
    needless = {"module_one": not missed}
    return [_task(name, said.get(name), shown.get(name, False), begun.get(name, False), needless.get(name, False)) for name in INTAKE_TASKS]


def _task(name: str, said: IntakeTask | None, shown: bool, begun: bool, needless: bool) -> Task:
    if said is not None and said.outcome == "done":
        return Task(name, "done", said.done_on)
    if shown:
        return Task(name, "done")
    if needless:
        return Task(name, "not_needed")
    if said is not None:
        return Task(name, "not_now", said.done_on)
    return Task(name, "started" if begun else "todo")


def has_own_words(person_id: int) -> bool:
    """Whether somebody said why they come, or what they would like to hear in a hard week; that is asked and never needed."""
    wanted = select(own_words.c.participant_id).where(own_words.c.participant_id == person_id)
    return db.session.execute(wanted.limit(1)).first() is not None


def progress(listed: Iterable[Task]) -> tuple[int, int]:
    """(tasks done, tasks that are needed)."""
    needed = [task for task in listed if task.state != "not_needed"]
    return sum(task.state == "done" for task in needed), len(needed)


def reachable(person: Participant) -> bool:
    """Whether the way chosen to reach somebody can work: a phone for texts and calls, an address for letters."""
    needs = {"text": person.phone, "call": person.phone, "letter": person.address}
    return bool(needs.get(person.channel))


def conflict(person: Participant, typed: actions.PersonDetails) -> Conflict:
    """What is stored of a person beside what was typed on a page that had become old."""
    wanted = select(AuditEntry.by_id, AuditEntry.at).where(
        AuditEntry.subject == f"participants/{person.id}", AuditEntry.action.in_(("participant.edited", "participant.created"))
    )
    last = db.session.execute(wanted.order_by(AuditEntry.at.desc(), AuditEntry.id.desc()).limit(1)).first()
    differences = [
        (name, str(saved), str(value)) for name, value in vars(typed).items() if (saved := getattr(person, name) or "") != (value or "")
    ]
    return Conflict(staff_names().get(last.by_id, "") if last else "", last.at if last else None, differences)


def staff_names() -> dict[int, str]:
    """The names of all staff by key, also of those who left: what they did stays under their name."""
    return {row.id: row.name for row in db.session.execute(select(Staff.id, Staff.name))}
