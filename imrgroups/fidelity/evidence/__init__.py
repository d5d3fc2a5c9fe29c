"""Evidence for the fidelity scale: a group's rows read from the database, one statement a kind, and counted by rules.fidelity."""

from collections import defaultdict
from collections.abc import Callable, Collection
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, select

from imrgroups.attendance.models import LeaderPresent, MakeUp, Mark
from imrgroups.db import fetch
from imrgroups.enrolment.models import Enrolment
from imrgroups.fidelity.evidence.instruments import scale
from imrgroups.goals.models import FollowUp, Goal, Step
from imrgroups.groups.models import Meeting, PlannedTopic
from imrgroups.homework.models import Assignment
from imrgroups.library import content
from imrgroups.notes.models import HandoutGiven, TechniqueUse, TopicTaught
from imrgroups.people.actions import retention
from imrgroups.people.models import Supporter, SupporterContact
from imrgroups.rules import fidelity
from imrgroups.rules.fidelity import Evidence
from imrgroups.rules.fidelity import facts as rows
from imrgroups.rules.fidelity.scale import Instrument

__all__ = ["as_json", "band_name", "count", "facts_of", "found", "group_facts", "scale"]


def found(group_id: int, on: date) -> Evidence:
    """The thirteen items of a group as of a day, by the shipped scale; people, meetings and leaders behind them appear by their keys."""
    return count(group_facts(group_id), on, scale())


def count(recorded: rows.GroupFacts, on: date, instrument: Instrument) -> Evidence:
    """The same of facts that were read already, so that several days cost one reading."""
    return fidelity.evidence(recorded, on, instrument)


def as_json(group: str, seen: Evidence) -> dict[str, Any]:
    """The numbers as `imrgroups evidence --json` prints them, without anybody's key."""
    return fidelity.as_json(seen, group)


def band_name(seen: Evidence, system: str) -> str:
    """The name of the band a group's mean falls into, in English; empty where there is no mean."""
    word = seen.bands.get(system)
    bands = next((each.bands for each in scale().band_systems if each.id == system), ())
    return next((band.name for band in bands if band.word == word), "")


def group_facts(group_id: int) -> rows.GroupFacts:
    """Everything recorded about one group, on any day; the rules leave out what came after the day asked for."""
    return facts_of([group_id])[group_id]


def facts_of(group_ids: Collection[int]) -> dict[int, rows.GroupFacts]:
    """The same of many groups by key, in as many statements as of one."""
    ids, made_by, kinds = list(group_ids), _makers(), dict[str, dict[int, list[Any]]]()
    for kind, wanted in _statements().items():
        kinds[kind] = found = defaultdict(list)
        row = made_by[kind]
        for group, *values in fetch(wanted, groups=ids).all():
            made = row(*values)
            if made is not None:
                found[group].append(made)
    gone = retention.deleted_of(ids)
    return {
        key: rows.GroupFacts(**{kind: by_group.get(key, []) for kind, by_group in kinds.items()}, no_longer_held=gone.get(key, 0))
        for key in ids
    }


@lru_cache(maxsize=1)
def _statements() -> dict[str, Select[Any]]:
    """One statement a kind of facts; the first column is the group."""
    groups = bindparam("groups", expanding=True)

    def at_meetings(model: Any, *columns: Any) -> Select[Any]:
        wanted = select(Meeting.group_id, *columns).select_from(model).join(Meeting, Meeting.id == model.meeting_id)
        return wanted.where(Meeting.group_id.in_(groups))

    def of_goals(model: Any, *columns: Any) -> Select[Any]:
        return select(Goal.group_id, *columns).select_from(model).join(Goal, Goal.id == model.goal_id).where(Goal.group_id.in_(groups))

    meeting = (Meeting.group_id, Meeting.id, Meeting.meets_on, Meeting.state, Meeting.number)
    stay = (Enrolment.group_id, Enrolment.participant_id, Enrolment.joined_on, Enrolment.left_on)
    return {
        "meetings": select(*meeting).where(Meeting.group_id.in_(groups)),
        "enrolments": select(*stay).where(Enrolment.group_id.in_(groups)),
        "marks": at_meetings(Mark, Mark.participant_id, Mark.meeting_id, Mark.state),
        "make_ups": at_meetings(MakeUp, MakeUp.participant_id, MakeUp.meeting_id, MakeUp.done_on, MakeUp.kind),
        "taught": at_meetings(TopicTaught, TopicTaught.meeting_id, TopicTaught.module).distinct(),
        "planned": at_meetings(PlannedTopic, PlannedTopic.meeting_id, PlannedTopic.module).distinct(),
        "handouts": at_meetings(HandoutGiven, HandoutGiven.participant_id, HandoutGiven.meeting_id, HandoutGiven.handout),
        "goals": select(Goal.group_id, Goal.id, Goal.participant_id, Goal.set_on).where(Goal.group_id.in_(groups)),
        "steps": of_goals(Step, Step.goal_id, Step.due_on, Step.done_on, Step.supporter_id),
        "follow_ups": of_goals(FollowUp, FollowUp.goal_id, FollowUp.meeting_id),
        "homework": at_meetings(Assignment, Assignment.participant_id, Assignment.meeting_id, Assignment.supporter_id)
        .where(Assignment.supporter_id.is_not(None)),  # the scale counts the helpers only, and they are few
        "contacts": (
            select(Enrolment.group_id, Supporter.participant_id, SupporterContact.contact_on)
            .join(Supporter, Supporter.participant_id == Enrolment.participant_id)
            .join(SupporterContact, SupporterContact.supporter_id == Supporter.id).where(Enrolment.group_id.in_(groups)).distinct()
        ),
        "techniques": at_meetings(TechniqueUse, TechniqueUse.meeting_id, TechniqueUse.technique, TechniqueUse.staff_id),
        "leaders": at_meetings(LeaderPresent, LeaderPresent.meeting_id, LeaderPresent.staff_id),
    }


def _makers() -> dict[str, Callable[..., Any]]:
    """What makes a fact of a row of each kind; None of a row that counts for nothing."""
    return {
        "meetings": rows.Meeting, "enrolments": rows.Enrolment, "marks": rows.Mark, "make_ups": rows.MakeUp, "taught": _topic(),
        "planned": _topic(), "handouts": _handout(), "goals": rows.Goal, "steps": _step, "follow_ups": rows.FollowUp,
        "homework": _homework, "contacts": rows.Contact, "techniques": _technique(), "leaders": rows.LeaderPresent,
    }


def _topic() -> Callable[..., rows.Taught | None]:
    modules = content.load().modules

    def made(meeting: int, module: str) -> rows.Taught | None:
        return rows.Taught(meeting, module, modules[module].scale_topic, modules[module].skills) if module in modules else None

    return made


def _handout() -> Callable[..., rows.Handout | None]:
    module_of = {topic.handout: module.id for module in content.load().modules.values() for topic in module.topics}

    def made(person: int, meeting: int, handout: str) -> rows.Handout | None:
        return rows.Handout(person, meeting, module_of[handout]) if handout in module_of else None

    return made


def _technique() -> Callable[..., rows.Technique | None]:
    techniques = content.load().techniques

    def made(meeting: int, technique: str, leader: int | None) -> rows.Technique | None:
        return rows.Technique(meeting, techniques[technique].family, leader) if technique in techniques else None

    return made


def _step(goal: int, due_on: date | None, done_on: date | None, supporter: int | None) -> rows.Step:
    return rows.Step(goal, due_on, done_on, supporter is not None)


def _homework(person: int, meeting: int, supporter: int | None) -> rows.Homework:
    return rows.Homework(person, meeting, supporter is not None)
