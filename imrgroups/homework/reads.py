"""Homework as a meeting's page shows it: what to talk about, what to agree on, and what the curriculum offers. One statement a list."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from imrgroups.attendance import figures
from imrgroups.attendance.figures import Line
from imrgroups.db import db
from imrgroups.goals.reads import fingerprint, supporters
from imrgroups.groups.models import Meeting
from imrgroups.homework import actions
from imrgroups.homework.models import Assignment
from imrgroups.i18n import curriculum, lazy_gettext
from imrgroups.library import content
from imrgroups.people.models import Participant
from imrgroups.staff.models import Staff

# How it went, as the person says on their own page.
SAID_WORDS = {"done": lazy_gettext("Done"), "partly": lazy_gettext("Partly"), "not_yet": lazy_gettext("Not yet")}
AWAY = ("absent", "excused", "hospital")


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice for the week, in the language of the page. supporter: whether somebody close can help with it."""

    id: str
    text: str
    minutes: int
    supporter: bool


@dataclass(slots=True)
class Earlier:
    """Homework agreed before, and how it went; `result` is empty while nobody talked about it. said: what the person told by themselves."""

    id: int
    on: date
    text: str
    helper: str = ""
    result: str = ""
    obstacle: str = ""
    by_id: int | None = None
    said: str = ""
    said_on: date | None = None

    @property
    def mark(self) -> str:
        """The fingerprint of what a page shows of how it went."""
        return fingerprint(self.result, self.obstacle)


@dataclass(slots=True)
class Agreed:
    """Homework agreed at this meeting. own: the text where it is not just the choice's; talked_about: it can no longer change."""

    text: str = ""
    choice: str = ""
    own: str = ""
    helper_id: int = 0
    helper: str = ""
    talked_about: bool = False
    by_id: int | None = None

    @property
    def mark(self) -> str:
        """The fingerprint of what a page shows of it."""
        return fingerprint(self.choice, self.own, str(self.helper_id))


@dataclass(slots=True)
class Row:
    """One person: the homework from before, the homework until next time, and who may help with it."""

    person: Line
    language: str
    earlier: Earlier | None = None
    agreed: Agreed = field(default_factory=Agreed)
    helpers: list[tuple[int, str]] = field(default_factory=list)

    @property
    def away(self) -> bool:
        """Whether the register says that the person was not there."""
        return self.person.state in AWAY


def words_of(choice: str, language: str) -> str:
    """What a choice of the curriculum says, in a person's language; "" for an id it does not know."""
    for module in content.load().modules.values():
        for each in module.homework:
            if each.id == choice:
                return curriculum(each.text.source, language)
    return ""


def choices(meeting: Meeting, also: Collection[str] = ()) -> list[Choice]:
    """The homework of the modules of a meeting, in the language of the page; also: ids chosen already, whatever their module."""
    modules = {topic.module for topic in meeting.topics}
    return [
        Choice(each.id, curriculum(each.text.source), each.minutes, each.supporter)
        for module in content.load().modules.values() for each in module.homework if module.id in modules or each.id in also
    ]


def rows(meeting: Meeting) -> list[Row]:
    """Everybody of the meeting's register with their homework. Six statements, however many people."""
    lines = figures.register(meeting)
    people = [line.id for line in lines]
    languages = dict(db.session.execute(select(Participant.id, Participant.language).where(Participant.id.in_(people))).all())
    before, now = actions.to_review(meeting), actions.agreed_at(meeting.id)
    named = {task.supporter_id for task in (*before.values(), *now.values()) if task.supporter_id is not None}
    helpers = supporters(people, also=named)
    names = {key: name for each in helpers.values() for key, name in each}
    days = _days({task.meeting_id for task in before.values()})
    return [
        Row(
            line, languages[line.id], _earlier(before[line.id], days, names) if line.id in before else None,
            _agreed(now[line.id], languages[line.id], names) if line.id in now else Agreed(), helpers.get(line.id, []),
        )
        for line in lines
    ]


def _days(meeting_ids: Collection[int]) -> dict[int, date]:
    return dict(db.session.execute(select(Meeting.id, Meeting.meets_on).where(Meeting.id.in_(meeting_ids))).all())


def _earlier(task: Assignment, days: dict[int, date], names: dict[int, str]) -> Earlier:
    said = task.review
    return Earlier(
        task.id, days[task.meeting_id], task.text, names.get(task.supporter_id or 0, ""), said.result if said else "",
        (said.obstacle or "") if said else "", said.by_id if said else None, task.said or "", task.said_on,
    )


def _agreed(task: Assignment, language: str, names: dict[int, str]) -> Agreed:
    own = "" if task.choice and task.text == words_of(task.choice, language) else task.text
    return Agreed(
        task.text, task.choice, own, task.supporter_id or 0, names.get(task.supporter_id or 0, ""), task.review is not None, task.by_id
    )


def staff_names(ids: Iterable[int | None]) -> dict[int | None, str]:
    """The names of staff by key."""
    wanted = select(Staff.id, Staff.name).where(Staff.id.in_([key for key in ids if key is not None]))
    return {row.id: row.name for row in db.session.execute(wanted)}
