"""What the pages of several rooms show: one statement a list, columns instead of rows."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, String, and_, bindparam, cast, exists, func, literal_column, or_, select, union_all
from sqlalchemy.orm import aliased

from imrgroups.attendance.models import Apology, MakeUp, Mark
from imrgroups.db import db, fetch
from imrgroups.enrolment.models import Enrolment
from imrgroups.goals.models import FollowUp, Goal
from imrgroups.groups.models import Group, GroupLeader, Meeting, PlannedTopic
from imrgroups.homework.models import Assignment
from imrgroups.homework.models import Review as HomeworkReview
from imrgroups.i18n import curriculum
from imrgroups.library import content
from imrgroups.notes.models import HandoutGiven, MeetingNote, Signature, StepTaken, TechniqueUse, TopicTaught
from imrgroups.rules import attendance as rules
from imrgroups.staff.models import Centre, Staff

RECENT = timedelta(days=28)
TODAY, SOON = timedelta(hours=12), timedelta(days=7)  # what is coming: from the meetings of today that have begun


@dataclass(slots=True)
class MeetingLine:
    """One meeting in a list: where and when, its topics as (module, topic), and what is left to do about it.

    before, after: for a meeting by itself, the keys of those around it, cancelled ones left out.
    """

    id: int
    group_id: int
    group: str
    language: str
    number: int
    on: date
    at: time
    place: str
    state: str
    reason: str
    begins_at: datetime
    topics: list[tuple[str, str]] = field(default_factory=list)
    people: int = 0
    recorded: int = 0
    apologies: int = 0
    notes: int = 0
    signed: int = 0
    countersigned: int = 0
    before: int | None = None
    after: int | None = None

    @property
    def register_left(self) -> int:
        """How many people of the register nobody has recorded."""
        return max(self.people - self.recorded, 0)

    @property
    def to_do(self) -> list[str]:
        """What is left after the meeting: "register", "notes", "signature", "second_signature"."""
        if self.state == "cancelled":
            return []
        left = ["register"] if self.register_left else []
        if self.state == "held":
            if not self.notes:
                left.append("notes")
            elif not self.signed:
                left.append("signature")
            elif not self.countersigned:
                left.append("second_signature")
        return left


@lru_cache(maxsize=1)
def _lines() -> Select[Any]:
    belongs = and_(
        Enrolment.group_id == Meeting.group_id, Enrolment.joined_on <= Meeting.meets_on,
        or_(Enrolment.left_on.is_(None), Enrolment.left_on >= Meeting.meets_on),
    )
    people = select(func.count(func.distinct(Enrolment.participant_id))).where(belongs).correlate(Meeting).scalar_subquery()
    recorded = (
        select(func.count()).where(Mark.meeting_id == Meeting.id, Mark.state != "not_recorded", exists().where(
            belongs, Enrolment.participant_id == Mark.participant_id
        )).correlate(Meeting).scalar_subquery()
    )
    told = select(func.count()).where(Apology.meeting_id == Meeting.id).correlate(Meeting).scalar_subquery()
    notes = select(func.count()).where(MeetingNote.meeting_id == Meeting.id).correlate(Meeting).scalar_subquery()
    signatures = [
        select(func.count()).select_from(Signature).join(MeetingNote, MeetingNote.id == Signature.note_id)
        .where(MeetingNote.meeting_id == Meeting.id, Signature.kind == kind).correlate(Meeting).scalar_subquery()
        for kind in ("signed", "countersigned")
    ]
    token = cast(PlannedTopic.position, String) + ":" + PlannedTopic.module + "/" + PlannedTopic.topic
    topics = select(func.aggregate_strings(token, literal_column("' '"))).where(PlannedTopic.meeting_id == Meeting.id)
    return (
        select(
            Meeting.id, Meeting.group_id, Group.name, Group.language, Meeting.number, Meeting.meets_on, Meeting.local_time, Group.place,
            Meeting.state, Meeting.reason, Meeting.starts_at, topics.correlate(Meeting).scalar_subquery(), people, recorded, told, notes,
            *signatures,
        )
        .join(Group, Group.id == Meeting.group_id)
    )


@lru_cache(maxsize=1)
def _of_groups() -> Select[Any]:
    unrecorded = Meeting.state == "planned"  # of a day behind: however long ago it was
    return _lines().where(
        Meeting.group_id.in_(bindparam("groups", expanding=True)), Meeting.state != "cancelled", Meeting.starts_at < bindparam("last"),
        or_(Meeting.starts_at >= bindparam("first"), unrecorded),
    ).order_by(Meeting.starts_at, Meeting.id)


@lru_cache(maxsize=1)
def _of_one() -> Select[Any]:
    other = aliased(Meeting)
    others = select(other.id).where(other.group_id == Meeting.group_id, other.state != "cancelled", other.id != Meeting.id).limit(1)
    before = others.where(other.meets_on <= Meeting.meets_on).order_by(other.meets_on.desc(), other.number.desc())
    after = others.where(other.meets_on >= Meeting.meets_on).order_by(other.meets_on, other.number)
    around = (each.correlate(Meeting).scalar_subquery() for each in (before, after))
    return _lines().add_columns(*around).where(Meeting.id == bindparam("meeting"))


def _read(statement: Select[Any], **values: object) -> list[MeetingLine]:
    return [MeetingLine(*row[:11], _topics(row[11]), *row[12:]) for row in fetch(statement, **values).all()]


def _topics(tokens: str | None) -> list[tuple[str, str]]:
    """(module, topic) in order, of the tokens the database puts together: "1:stress/coping-with-it 0:relapses/"."""
    placed = sorted((int(place), topic) for place, _colon, topic in (token.partition(":") for token in (tokens or "").split()))
    return [(topic.partition("/")[0], topic.partition("/")[2]) for _place, topic in placed]


def around(group_ids: Collection[int], now: datetime) -> tuple[list[MeetingLine], list[MeetingLine]]:
    """Two lists from one reading: what is coming, and what is left to do, newest first.

    Left are the registers nobody has kept, and what the last four weeks still want (register, notes, signature).
    """
    lines = _read(_of_groups(), groups=list(group_ids), first=now - RECENT, last=now + SOON)
    past = [line for line in lines if line.begins_at < now - timedelta(hours=1)]
    return [line for line in lines if line.begins_at >= now - TODAY], [line for line in reversed(past) if line.to_do]


def meeting_line(meeting_id: int) -> MeetingLine:
    """One meeting with what is left to do, and the ones around it."""
    return _read(_of_one(), meeting=meeting_id)[0]


@dataclass(frozen=True, slots=True)
class GroupHead:
    """What stands at the top of a group's page. leaders: their names, in order."""

    id: int
    name: str
    starts_on: date
    local_time: time
    timezone: str
    place: str
    module_order: str
    ended_on: date | None
    end_reason: str
    leaders: list[str]


def group_head(group_id: int) -> GroupHead:
    """A group and who leads it, one row a leader. Raises IndexError where there is no such group."""
    rows = fetch(_head(), group=group_id).all()
    return GroupHead(*rows[0][:9], [row[9] for row in rows if row[9] is not None])


@lru_cache(maxsize=1)
def _head() -> Select[Any]:
    columns = (Group.id, Group.name, Group.starts_on, Group.local_time, Group.timezone, Group.place, Group.module_order, Group.ended_on)
    return (
        select(*columns, Group.end_reason, Staff.name).outerjoin(GroupLeader, GroupLeader.group_id == Group.id)
        .outerjoin(Staff, Staff.id == GroupLeader.staff_id).where(Group.id == bindparam("group")).order_by(Staff.name)
    )


def written_about(meeting_id: int) -> bool:
    """Whether anything is written of a meeting that only one that took place has: notes, what was taught and given, homework, goals."""
    kinds = (MeetingNote, TopicTaught, StepTaken, HandoutGiven, TechniqueUse, Assignment, FollowUp)
    rows = [select(kind.meeting_id).where(kind.meeting_id == meeting_id) for kind in kinds]
    reviewed = select(HomeworkReview.reviewed_meeting_id).where(HomeworkReview.reviewed_meeting_id == meeting_id)
    return db.session.execute(union_all(*rows, reviewed).limit(1)).first() is not None


def topic_titles(topics: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """(module title, topic title) of (module, topic) pairs in the page's language; the ids where the curriculum does not know them.

    Topic titles are those for shared screens: they name no illness.
    """
    programme, titles = content.load(), []
    for module_id, topic_id in topics:
        module = programme.modules.get(module_id)
        topic = next((found for found in module.topics if found.id == topic_id), None) if module else None
        titles.append((
            curriculum(module.title.source) if module else module_id, curriculum(topic.safe_title.source) if topic else topic_id
        ))
    return titles


def paper_of(group_id: int) -> Any:
    """The paper of a group's centre: "a4" or "letter"."""
    return db.session.execute(select(Centre.paper).join(Group, Group.centre_id == Centre.id).where(Group.id == group_id)).scalar_one()


def people_without_goal(group_ids: Collection[int], on: date) -> dict[int, int]:
    """How many people of each group have no active goal on a day; groups where everybody has one are left out."""
    return {row[0]: row[1] for row in fetch(_without_goal(), groups=list(group_ids), day=on)}


@lru_cache(maxsize=1)
def _without_goal() -> Select[Any]:
    has_goal = exists().where(Goal.participant_id == Enrolment.participant_id, Goal.group_id == Enrolment.group_id, Goal.state == "active")
    return (
        select(Enrolment.group_id, func.count(func.distinct(Enrolment.participant_id)))
        .join(Group, and_(Group.id == Enrolment.group_id, Group.ended_on.is_(None)))
        .where(
            Enrolment.group_id.in_(bindparam("groups", expanding=True)), Enrolment.joined_on <= bindparam("day"),
            or_(Enrolment.left_on.is_(None), Enrolment.left_on >= bindparam("day")), ~has_goal,
        )
        .group_by(Enrolment.group_id)
    )


def groups_by_id(group_ids: Collection[int]) -> dict[int, str]:
    """The names of groups by key."""
    return {row[0]: row[1] for row in fetch(_names(), groups=list(group_ids))}


@lru_cache(maxsize=1)
def _names() -> Select[Any]:
    return select(Group.id, Group.name).where(Group.id.in_(bindparam("groups", expanding=True)))


def running_groups(centre_ids: Collection[int]) -> set[int]:
    """The keys of the groups of these centres that have not ended."""
    return set(db.session.execute(select(Group.id).where(Group.centre_id.in_(centre_ids), Group.ended_on.is_(None))).scalars())


def missed_lately(group_ids: Collection[int], now: datetime) -> dict[int, list[tuple[int, int]]]:
    """(participant key, meetings missed in a row) by group, for people who missed the two latest meetings or more without a word."""
    marks: dict[tuple[int, int], list[rules.Mark]] = defaultdict(list)
    for group_id, person, state, apology, kind in fetch(_lately(), groups=list(group_ids), first=now - timedelta(days=70)).all():
        marks[group_id, person].append(_mark(state, apology is not None, kind))
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for (group_id, person), theirs in marks.items():
        count = rules.missed_in_a_row(theirs)
        if count >= 2:
            found[group_id].append((person, count))
    return dict(found)


@lru_cache(maxsize=128)
def _mark(state: str | None, apology: bool, kind: str | None) -> rules.Mark:
    """A mark of a held meeting, for a rule that only asks for their order; there are few, and many marks."""
    word = rules.MarkState(state or "not_recorded")
    return rules.Mark(date.min, word, apology=apology, make_up=rules.MakeUpKind(kind) if kind else None)


@lru_cache(maxsize=1)
def _lately() -> Select[Any]:
    """The latest weeks of everybody who was away twice or more in them; most people were not, and their weeks need no reading."""
    lately = (Meeting.group_id.in_(bindparam("groups", expanding=True)), Meeting.state == "held", Meeting.starts_at > bindparam("first"))
    away = (
        select(Mark.participant_id).join(Meeting, Meeting.id == Mark.meeting_id).where(*lately, Mark.state == "absent")
        .group_by(Mark.participant_id).having(func.count() >= 2)
    )
    return (
        select(Meeting.group_id, Enrolment.participant_id, Mark.state, Apology.id, MakeUp.kind)
        .join(Enrolment, and_(Enrolment.group_id == Meeting.group_id, Enrolment.left_on.is_(None), Enrolment.joined_on <= Meeting.meets_on))
        .join(Group, and_(Group.id == Meeting.group_id, Group.ended_on.is_(None)))
        .outerjoin(Mark, and_(Mark.meeting_id == Meeting.id, Mark.participant_id == Enrolment.participant_id))
        .outerjoin(Apology, and_(Apology.meeting_id == Meeting.id, Apology.participant_id == Enrolment.participant_id))
        .outerjoin(MakeUp, and_(MakeUp.meeting_id == Meeting.id, MakeUp.participant_id == Enrolment.participant_id))
        .where(*lately, Enrolment.participant_id.in_(away)).order_by(Meeting.starts_at)
    )
