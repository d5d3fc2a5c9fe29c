"""Evidence for the fidelity scale: a group's rows read from the database, one statement a kind, and counted by rules.fidelity."""

from datetime import date
from typing import Any

from sqlalchemy import Select, select

from imrgroups.attendance.models import LeaderPresent, MakeUp, Mark
from imrgroups.db import db
from imrgroups.enrolment.models import Enrolment
from imrgroups.fidelity.evidence.instruments import scale
from imrgroups.goals.models import FollowUp, Goal, Step
from imrgroups.groups.models import Meeting, PlannedTopic
from imrgroups.homework.models import Assignment
from imrgroups.i18n import ngettext
from imrgroups.library import content
from imrgroups.notes.models import HandoutGiven, TechniqueUse, TopicTaught
from imrgroups.people.models import Supporter, SupporterContact
from imrgroups.rules import fidelity
from imrgroups.rules.fidelity import Evidence
from imrgroups.rules.fidelity import facts as rows
from imrgroups.rules.fidelity.scale import Instrument

__all__ = ["as_json", "count", "found", "group_facts", "next_step", "scale"]
def found(group_id: int, on: date) -> Evidence:
    """The thirteen items of a group as of a day, by the shipped scale; people, meetings and leaders behind them appear by their keys."""
    return count(group_facts(group_id), on, scale())


def count(recorded: rows.GroupFacts, on: date, instrument: Instrument) -> Evidence:
    """The same of facts that were read already, so that several days cost one reading."""
    return fidelity.evidence(recorded, on, instrument)


def as_json(group: str, seen: Evidence) -> dict[str, Any]:
    """The numbers as `imrgroups evidence --json` prints them, without anybody's key."""
    return fidelity.as_json(seen, group)


def next_step(item: fidelity.ItemEvidence) -> str:
    """The cheapest next point of an item in words; empty where there is none."""
    if not item.next:
        return ""
    if item.unit == "people":
        return ngettext("%(num)s more person would move this up.", "%(num)s more people would move this up.", item.next)
    if item.unit == "topics":
        return ngettext("%(num)s more topic would move this up.", "%(num)s more topics would move this up.", item.next)
    return ngettext("%(num)s more meeting with it would move this up.", "%(num)s more meetings with it would move this up.", item.next)


def group_facts(group_id: int) -> rows.GroupFacts:
    """Everything recorded about one group, on any day; the rules leave out what came after the day asked for."""
    here = Meeting.group_id == group_id
    goals = _read(rows.Goal, select(Goal.id, Goal.participant_id, Goal.set_on).where(Goal.group_id == group_id))
    return rows.GroupFacts(
        meetings=_read(rows.Meeting, select(Meeting.id, Meeting.meets_on, Meeting.state, Meeting.number).where(here)),
        enrolments=_read(
            rows.Enrolment, select(Enrolment.participant_id, Enrolment.joined_on, Enrolment.left_on).where(Enrolment.group_id == group_id)
        ),
        marks=_read(
            rows.Mark, select(Mark.participant_id, Mark.meeting_id, Mark.state).join(Meeting, Meeting.id == Mark.meeting_id).where(here)
        ),
        make_ups=_read(
            rows.MakeUp,
            select(MakeUp.participant_id, MakeUp.meeting_id, MakeUp.done_on, MakeUp.kind)
            .join(Meeting, Meeting.id == MakeUp.meeting_id)
            .where(here),
        ),
        taught=_topics(TopicTaught, group_id),
        planned=_topics(PlannedTopic, group_id),
        handouts=_handouts(group_id),
        goals=goals,
        steps=[
            rows.Step(goal, due, done, supporter is not None)
            for goal, due, done, supporter in db.session.execute(
                select(Step.goal_id, Step.due_on, Step.done_on, Step.supporter_id)
                .join(Goal, Goal.id == Step.goal_id)
                .where(Goal.group_id == group_id)
            )
        ],
        follow_ups=_read(
            rows.FollowUp,
            select(FollowUp.goal_id, FollowUp.meeting_id).join(Goal, Goal.id == FollowUp.goal_id).where(Goal.group_id == group_id),
        ),
        homework=[
            rows.Homework(person, meeting, supporter is not None)
            for person, meeting, supporter in db.session.execute(
                select(Assignment.participant_id, Assignment.meeting_id, Assignment.supporter_id)
                .join(Meeting, Meeting.id == Assignment.meeting_id)
                .where(here)
            )
        ],
        contacts=_contacts(group_id),
        techniques=_techniques(group_id),
        leaders=_read(
            rows.LeaderPresent,
            select(LeaderPresent.meeting_id, LeaderPresent.staff_id).join(Meeting, Meeting.id == LeaderPresent.meeting_id).where(here),
        ),
    )


def _read(row: Any, wanted: Select[Any]) -> list[Any]:
    return [row(*values) for values in db.session.execute(wanted)]


def _topics(model: Any, group_id: int) -> list[rows.Taught]:
    modules = content.load().modules
    wanted = select(model.meeting_id, model.module).join(Meeting, Meeting.id == model.meeting_id).where(Meeting.group_id == group_id)
    return [
        rows.Taught(meeting, module, modules[module].scale_topic, modules[module].skills)
        for meeting, module in db.session.execute(wanted.distinct())
        if module in modules
    ]


def _handouts(group_id: int) -> list[rows.Handout]:
    module_of = {topic.handout: module.id for module in content.load().modules.values() for topic in module.topics}
    wanted = (
        select(HandoutGiven.participant_id, HandoutGiven.meeting_id, HandoutGiven.handout)
        .join(Meeting, Meeting.id == HandoutGiven.meeting_id)
        .where(Meeting.group_id == group_id)
    )
    return [
        rows.Handout(person, meeting, module_of[handout]) for person, meeting, handout in db.session.execute(wanted) if handout in module_of
    ]


def _contacts(group_id: int) -> list[rows.Contact]:
    people = select(Enrolment.participant_id).where(Enrolment.group_id == group_id)
    wanted = (
        select(Supporter.participant_id, SupporterContact.contact_on)
        .join(Supporter, Supporter.id == SupporterContact.supporter_id)
        .where(Supporter.participant_id.in_(people))
    )
    return _read(rows.Contact, wanted)


def _techniques(group_id: int) -> list[rows.Technique]:
    techniques = content.load().techniques
    wanted = (
        select(TechniqueUse.meeting_id, TechniqueUse.technique, TechniqueUse.staff_id)
        .join(Meeting, Meeting.id == TechniqueUse.meeting_id)
        .where(Meeting.group_id == group_id)
    )
    return [
        rows.Technique(meeting, techniques[technique].family, leader)
        for meeting, technique, leader in db.session.execute(wanted)
        if technique in techniques
    ]
