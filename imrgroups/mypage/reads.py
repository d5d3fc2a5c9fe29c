"""What somebody's own page shows, in the language of the page: meetings to come, pages of topics taught, worksheets and what is on them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, or_, select

from imrgroups.db import db
from imrgroups.enrolment import roster
from imrgroups.enrolment.models import Card, Enrolment
from imrgroups.fidelity.models import Review, ReviewAssessor
from imrgroups.groups.models import Group, GroupLeader, Meeting, PlannedTopic
from imrgroups.i18n import curriculum, language
from imrgroups.library import content
from imrgroups.library.content.shelf import Page, opened
from imrgroups.mypage import actions
from imrgroups.mypage.actions import Answers
from imrgroups.mypage.actions.feeds import Owner
from imrgroups.mypage.models import FilledSheet
from imrgroups.notes import ledger
from imrgroups.people.models import Participant
from imrgroups.rules.exposure import Dose
from imrgroups.staff.actions import DEMONSTRATION_DOMAIN
from imrgroups.staff.models import Role, Staff

LASTS = timedelta(hours=2)  # a meeting stays the next one while it goes on
BEHIND = timedelta(days=31)  # a calendar hears so long of what was cancelled
SHOWN_OF_DEMONSTRATION = 4


@dataclass(slots=True)
class Coming:
    """One meeting to come; topics have the titles for shared screens. state: "planned" or "cancelled"."""

    id: int
    on: date
    at: time
    place: str
    state: str
    moved_from: date | None
    topics: list[str] = field(default_factory=list)


def coming(participant_id: int, now: datetime) -> list[Coming]:
    """The meetings to come of somebody's groups, soonest first; called off ones are among them. Two statements."""
    wanted = (
        select(Meeting.id, Meeting.meets_on, Meeting.local_time, Group.place, Meeting.state, Meeting.moved_from_on)
        .join(Group, Group.id == Meeting.group_id).join(Enrolment, Enrolment.group_id == Group.id)
        .where(
            Enrolment.participant_id == participant_id, Enrolment.joined_on <= Meeting.meets_on,
            or_(Enrolment.left_on.is_(None), Enrolment.left_on >= Meeting.meets_on),
            or_(Group.ended_on.is_(None), Group.ended_on >= Meeting.meets_on),
            Meeting.state.in_(("planned", "cancelled")), Meeting.starts_at > now - LASTS,
        )
        .order_by(Meeting.starts_at, Meeting.id)
    )
    found = {row.id: Coming(*row) for row in db.session.execute(wanted)}
    topics = select(PlannedTopic.meeting_id, PlannedTopic.module, PlannedTopic.topic).where(PlannedTopic.meeting_id.in_(found))
    for meeting_id, module, topic in db.session.execute(topics.order_by(PlannedTopic.meeting_id, PlannedTopic.position)):
        if title := _title(module, topic):
            found[meeting_id].topics.append(title)
    return list(found.values())


def _title(module_id: str, topic_id: str) -> str:
    module = content.load().modules.get(module_id)
    topic = next((each for each in module.topics if topic_id in ("", each.id)), None) if module else None
    return curriculum(topic.safe_title.source) if topic else ""


@dataclass(frozen=True, slots=True)
class Taught:
    """One topic the group has had, with its pages by (id, title)."""

    title: str
    handout: tuple[str, str] | None
    worksheets: tuple[tuple[str, str], ...]


def taught(participant_id: int) -> list[Taught]:
    """The topics somebody's groups have had while they belonged to them, also those they missed, in the order of the modules."""
    programme, found = content.load(), []
    for module in ledger.dose_of(participant_id).modules:
        for topic, dose in zip(programme.modules[module.id].topics, module.topics, strict=True):
            if dose.waits or dose.way is not Dose.NOT_YET:
                sheets = tuple((id, title) for id in topic.worksheets if (title := page_title(id)))
                handout = (topic.handout, page_title(topic.handout))
                found.append(Taught(dose.title, handout if handout[1] else None, sheets))
    return found


def page_title(id: str) -> str:
    """The title of a page for screens others may see, in the language of the page; empty where it is not written."""
    found = content.load().find(id)
    return curriculum(found.safe_title.source) if found else ""


def page(id: str, spoken: str) -> Page:
    """A page of the curriculum in the person's language, else in that of the screen, else in English. Raises KeyError."""
    return opened().best(id, *dict.fromkeys((language(), spoken) if spoken == "en" else (spoken, language())))


@dataclass(frozen=True, slots=True)
class Filled:
    """A worksheet as somebody sees it. values: what its fields hold; version: of the row, 0 where there is none yet.

    earlier: what they wrote on other editions and cannot see in the fields, as (day, [(label, words)]).
    """

    page: Page
    edition: str
    values: Mapping[str, str]
    version: int
    shared: bool
    saved_at: datetime | None
    earlier: list[tuple[datetime, list[tuple[str, str]]]]

    @property
    def fields(self) -> dict[str, str]:
        """What each field is called, by its name."""
        return {each.name: each.label for each in content.fields(self.page.document)}


def filled(participant_id: int, worksheet: str, spoken: str) -> Filled:
    """A worksheet with what somebody wrote on it; words on an older edition are taken over where their field is still there.

    Raises KeyError for an unknown page.
    """
    shown, edition = page(worksheet, spoken), content.load().document(worksheet).version
    rows = [row for row in actions.sheets(participant_id) if row.worksheet == worksheet]
    names = {each.name for each in content.fields(shown.document)}
    current = next((row for row in rows if row.edition == edition), None)
    latest = current or next(iter(rows), None)
    values = {name: value for name, value in actions.answers_of(latest).values.items() if name in names} if latest else {}
    earlier = []
    for row in rows:
        answers = actions.answers_of(row)
        lost = [pair for name, pair in _pairs(answers).items() if values.get(name) != answers.values[name]]
        if lost and row is not current:
            earlier.append((row.saved_at, lost))
    return Filled(
        shown, edition, values, current.version if current else 0, latest.shared if latest else False, latest.saved_at if latest else None,
        earlier,
    )


def _pairs(answers: Answers) -> dict[str, tuple[str, str]]:
    return {name: (answers.labels.get(name) or name, value) for name, value in answers.values.items()}


def written(row: FilledSheet) -> list[tuple[str, str]]:
    """(what the field was called, what was written) in the order of the sheet; a tick has no words of its own."""
    return [(label, "" if value == "1" else value) for label, value in _pairs(actions.answers_of(row)).values()]


def newest_sheets(participant_id: int) -> list[tuple[FilledSheet, str]]:
    """The worksheets somebody filled in, each once with its title, the one saved last first."""
    found: dict[str, FilledSheet] = {}
    for row in actions.sheets(participant_id):
        found.setdefault(row.worksheet, row)
    return [(row, page_title(row.worksheet) or row.worksheet) for row in found.values()]


@dataclass(frozen=True, slots=True)
class Dated:
    """Something in a calendar. key: names it for good; sequence: grows with each change; begins, ends: local times with their zone."""

    key: str
    begins: datetime
    ends: datetime
    place: str
    sequence: int
    cancelled: bool


@dataclass(frozen=True, slots=True)
class OwnCalendar:
    """What a feed holds, in the language of its owner."""

    language: str
    events: list[Dated]


def calendar_of(owner: Owner, now: datetime) -> OwnCalendar | None:
    """What the calendar of somebody holds, from a month ago on; None for staff who no longer work here. Two statements.

    Whoever leads: the meetings of their groups. A participant: those of the days they belong to the group.
    """
    if owner.participant_id:
        spoken = db.session.execute(select(Participant.language).where(Participant.id == owner.participant_id)).scalar()
        belongs = (
            Enrolment.group_id == Meeting.group_id, Enrolment.participant_id == owner.participant_id,
            Enrolment.joined_on <= Meeting.meets_on, or_(Enrolment.left_on.is_(None), Enrolment.left_on >= Meeting.meets_on),
        )
        mine = select(Enrolment.id).where(*belongs).exists()
    else:
        spoken = db.session.execute(select(Staff.language).where(Staff.id == owner.staff_id, Staff.active)).scalar()
        mine = Meeting.group_id.in_(select(GroupLeader.group_id).where(GroupLeader.staff_id == owner.staff_id))
    return None if spoken is None else OwnCalendar(spoken, _meetings(mine, now))


def _meetings(mine: ColumnElement[bool], now: datetime) -> list[Dated]:
    wanted = (
        select(Meeting.id, Meeting.starts_at, Meeting.version, Meeting.state, Group.minutes, Group.place, Group.timezone)
        .join(Group, Group.id == Meeting.group_id)
        .where(mine, Meeting.starts_at > now - BEHIND, or_(Group.ended_on.is_(None), Group.ended_on >= Meeting.meets_on))
        .order_by(Meeting.starts_at, Meeting.id)
    )
    found = []
    for row in db.session.execute(wanted):
        begins, ends = (at.astimezone(ZoneInfo(row.timezone)) for at in (row.starts_at, row.starts_at + timedelta(minutes=row.minutes)))
        found.append(Dated(f"meeting {row.id}", begins, ends, row.place, row.version, row.state == "cancelled"))
    return found


def of_demonstration() -> list[tuple[int, str, str]]:
    """(key, first name, language) of some invented people who have a card, for the first page of a demonstration."""
    invented = select(Role.centre_id).join(Staff, Staff.id == Role.staff_id).where(Staff.email.endswith(DEMONSTRATION_DOMAIN))
    wanted = (
        select(Participant).join(Card, Card.participant_id == Participant.id)
        .where(Card.ended_at.is_(None), Participant.centre_id.in_(invented)).order_by(Participant.code).limit(SHOWN_OF_DEMONSTRATION)
    )
    return [(person.id, person.first_name, person.language) for person in db.session.execute(wanted).scalars()]


def parted_for_demonstration(people: list[Staff]) -> tuple[list[Staff], list[Staff]]:
    """Those with whom to look around first (of the first group that runs its leaders, coordinator and assessors), and everybody else."""
    group = db.session.execute(select(Group.id, Group.centre_id).where(Group.ended_on.is_(None)).order_by(Group.id).limit(1)).first()
    if group is None:
        return [], people
    wanted = (
        select(GroupLeader.staff_id).where(GroupLeader.group_id == group.id).order_by(GroupLeader.staff_id),
        select(Role.staff_id).where(Role.name == "coordinator", Role.centre_id == group.centre_id),
        select(ReviewAssessor.staff_id).join(Review, Review.id == ReviewAssessor.review_id)
        .where(Review.group_id == group.id, ReviewAssessor.unassigned_at.is_(None)).order_by(ReviewAssessor.id),
    )
    first = list(dict.fromkeys(key for statement in wanted for key in db.session.execute(statement).scalars()))
    named = {person.id: person for person in people}
    return [named[key] for key in first if key in named], [person for person in people if person.id not in first]


def group_now(participant_id: int, today: date) -> tuple[Group | None, date | None]:
    """The group somebody belongs to today or will, and None; else None and the last day in their last group, if there was one."""
    last: date | None = None
    for group, enrolment in roster.groups_of(participant_id):
        over = min(filter(None, (enrolment.left_on, group.ended_on)), default=None)
        if over is None or over >= today:
            return group, None
        last = max(filter(None, (last, over)))
    return None, last
