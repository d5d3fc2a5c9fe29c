"""The sheets: their columns in order, their keys, and the rows they fill. New columns and sheets are only ever added at the end."""

from dataclasses import dataclass
from typing import Any

from imrgroups.attendance.models import Apology, LeaderPresent, MakeUp, Mark
from imrgroups.enrolment.models import WAITING_STATES, Enrolment, WaitingPlace
from imrgroups.goals.models import GOAL_STATES, PROGRESS, FollowUp, Goal, Step
from imrgroups.groups.models import MEETING_STATES, ClosedWeek, Group, Meeting
from imrgroups.homework.models import RESULTS, SAID, Assignment, Review
from imrgroups.library import content
from imrgroups.notes.models import MEDIA, Amendment, HandoutGiven, MeetingNote, StepTaken, TechniqueUse
from imrgroups.overview.sheets.columns import (
    CODE,
    COUNTRY,
    DATE,
    EMAIL_ADDRESS,
    HOURS,
    INSTANT,
    LANGUAGE,
    PHONE,
    TEXT,
    TIME,
    YES,
    ZONE,
    Column,
    Kind,
    Unreadable,
    number,
    several,
    word,
)
from imrgroups.people.models import (
    CHANNELS,
    CONSENTS,
    CONTACT_KINDS,
    INTAKE_TASKS,
    OUTCOMES,
    Consent,
    HospitalStay,
    IntakeTask,
    Participant,
    Supporter,
    SupporterContact,
)
from imrgroups.rules.attendance import MakeUpKind, MarkState
from imrgroups.staff.models import BANDS, PAPERS, ROLES, TRAINING_KINDS, Centre, Role, Training

COUNT = number(1, 999)
MINUTES = number(0, 600)


@dataclass(frozen=True)
class Sheet:
    """One sheet: the model its rows fill, and the columns that together name a row."""

    name: str
    model: Any
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """The column of that name. Raises KeyError."""
        return {column.name: column for column in self.columns}[name]


def _known(kind: str) -> Kind:
    """A word the curriculum knows: module, topic ("module" or "module/topic"), handout, technique or step; read when it is needed."""

    def read(text: str) -> str:
        programme = content.load()
        words = {
            "module": set(programme.modules),
            "topic": {f"{id}/{topic.id}" for id, module in programme.modules.items() for topic in module.topics}.union(programme.modules),
            "handout": {topic.handout for module in programme.modules.values() for topic in module.topics},
            "technique": set(programme.techniques),
            "step": {step.id for step in programme.steps},
        }[kind]
        return word(words).read(text) if text.lower() in words else _unknown(kind)

    return Kind(read)


def _unknown(kind: str) -> str:
    raise Unreadable(f"The curriculum has no such {kind}. See: imrgroups curriculum list")


def _staff(name: str, attr: str) -> Column:
    return Column(name, EMAIL_ADDRESS, attr, refers="staff")


MEETING = (Column("group", CODE, "", True, "groups"), Column("number", COUNT, "meeting_id", True, "meetings"))
PERSON = Column("participant", CODE, "participant_id", True, "participants")

SHEETS: tuple[Sheet, ...] = (
    Sheet("centres", Centre, ("code",), (
        Column("code", CODE, "code", True), Column("name", TEXT, "name", True), Column("timezone", ZONE, "timezone", True),
        Column("country", COUNTRY, "country", True), Column("language", LANGUAGE, "language", True),
        Column("bands", word(BANDS), "bands", default="danish"), Column("paper", word(PAPERS), "paper", default="a4"),
        Column("phone", PHONE, "phone", default=""),
    )),
    Sheet("staff", Role, ("email", "centre"), (
        Column("email", EMAIL_ADDRESS, needed=True), Column("name", TEXT, needed=True), Column("centre", CODE, "", True, "centres"),
        Column("roles", several(word(ROLES)), needed=True), Column("language", LANGUAGE), Column("phone", PHONE), Column("left_on", DATE),
    )),
    Sheet("closed_weeks", ClosedWeek, ("centre", "from"), (
        Column("centre", CODE, "centre_id", True, "centres"), Column("from", DATE, "from_on", True), Column("to", DATE, "to_on", True),
        Column("reason", TEXT, "reason", default=""),
    )),
    Sheet("groups", Group, ("code",), (
        Column("code", CODE, "code", True), Column("centre", CODE, "centre_id", True, "centres"), Column("name", TEXT, "name", True),
        Column("language", LANGUAGE, "language", True), Column("starts_on", DATE, "starts_on", True),
        Column("starts_at", TIME, "local_time", True), Column("minutes", number(1, 600), "minutes", default=60),
        Column("place", TEXT, "place", default=""), Column("leaders", several(EMAIL_ADDRESS), "", False, "staff"),
        Column("module_order", several(_known("module"))), Column("ended_on", DATE, "ended_on"),
        Column("end_reason", TEXT, "end_reason", default=""), Column("timezone", ZONE, "timezone"),
        Column("capacity", number(1, 99), "capacity", default=10),
    )),
    Sheet("participants", Participant, ("code",), (
        Column("code", CODE, "code", True), Column("centre", CODE, "centre_id", True, "centres"), Column("name", TEXT, "name", True),
        Column("language", LANGUAGE, "language", True), Column("phone", PHONE, "phone"),
        Column("channel", word(CHANNELS), "channel", default="none"), Column("consent_on", DATE), Column("address", TEXT, "address"),
        Column("large_print", YES, "large_print", default=False), Column("shared_phone", YES, "shared_phone", default=False),
        Column("reach", TEXT, "reach"), Column("created_at", INSTANT, "created_at"),
    )),
    Sheet("supporters", Supporter, ("code",), (
        Column("code", CODE, "code", True), PERSON, Column("relation", TEXT, "relation", default=""),
        Column("consented_on", DATE, "consented_on"), Column("name", TEXT, "name"), Column("phone", PHONE, "phone"),
        Column("may_know", TEXT, "may_know"), Column("ended_on", DATE, "ended_on"),
    )),
    Sheet("contacts", SupporterContact, ("supporter", "on", "kind", "about"), (
        Column("supporter", CODE, "supporter_id", True, "supporters"), Column("on", DATE, "contact_on", True),
        Column("kind", word(CONTACT_KINDS), "kind", True), Column("about", TEXT, "about"), _staff("by", "by_id"),
    )),
    Sheet("consents", Consent, ("participant", "what", "recorded_at"), (
        PERSON, Column("what", word(CONSENTS), "what", True), Column("given", YES, "given", True), Column("told_on", DATE, "told_on", True),
        Column("recorded_at", INSTANT, "recorded_at", True), Column("how", TEXT, "how", default=""), _staff("by", "by_id"),
    )),
    Sheet("intake", IntakeTask, ("participant", "task"), (
        PERSON, Column("task", word(INTAKE_TASKS), "task", True), Column("outcome", word(OUTCOMES), "outcome", True),
        Column("text", TEXT, "text"), Column("done_on", DATE, "done_on", True), _staff("by", "by_id"),
    )),
    Sheet("hospital_stays", HospitalStay, ("participant", "from"), (
        PERSON, Column("from", DATE, "from_on", True), Column("to", DATE, "to_on"),
    )),
    Sheet("enrolments", Enrolment, ("group", "participant", "joined_on"), (
        Column("group", CODE, "group_id", True, "groups"), PERSON, Column("joined_on", DATE, "joined_on", True),
        Column("left_on", DATE, "left_on"), Column("left_reason", TEXT, "left_reason", default=""),
    )),
    Sheet("waiting", WaitingPlace, ("group", "participant"), (
        Column("group", CODE, "group_id", True, "groups"), PERSON, Column("since_on", DATE, "since_on", True),
        Column("state", word(WAITING_STATES), "state", default="waiting"), Column("offered_on", DATE, "offered_on"),
        Column("answered_on", DATE, "answered_on"),
    )),
    Sheet("meetings", Meeting, ("group", "number"), (
        Column("group", CODE, "group_id", True, "groups"), Column("number", COUNT, "number", True), Column("date", DATE, "meets_on", True),
        Column("starts_at", TIME, "local_time"), Column("state", word(MEETING_STATES), "state", default="planned"),
        Column("topics", several(_known("topic"))), Column("reason", TEXT, "reason", default=""),
        Column("planned", several(_known("topic"))), Column("moved_from_on", DATE, "moved_from_on"),
    )),
    Sheet("led", LeaderPresent, ("group", "number", "leader"), (*MEETING, Column("leader", EMAIL_ADDRESS, "staff_id", True, "staff"))),
    Sheet("marks", Mark, ("group", "number", "participant"), (
        *MEETING, PERSON, Column("state", word(list(MarkState)), "state", True), Column("marked_at", INSTANT, "marked_at"),
        _staff("marked_by", "marked_by_id"),
    )),
    Sheet("apologies", Apology, ("group", "number", "participant"), (
        *MEETING, PERSON, Column("told_on", DATE, "told_on", True), Column("text", TEXT, "text"), _staff("by", "by_id"),
    )),
    Sheet("makeups", MakeUp, ("group", "number", "participant"), (
        *MEETING, PERSON, Column("done_on", DATE, "done_on", True), Column("kind", word(list(MakeUpKind)), "kind", True),
        Column("minutes", MINUTES, "minutes"), _staff("leader", "leader_id"),
    )),
    Sheet("goals", Goal, ("code",), (
        Column("code", CODE, "code", True), Column("group", CODE, "group_id", True, "groups"), PERSON,
        Column("set_on", DATE, "set_on", True),
        Column("text", TEXT, "text", True), Column("state", word(GOAL_STATES), "state", default="active"),
        Column("closed_on", DATE, "closed_on"), Column("follows", CODE, "follows_id", False, "goals"), _staff("by", "by_id"),
    )),
    Sheet("steps", Step, ("goal", "number"), (
        Column("goal", CODE, "goal_id", True, "goals"), Column("number", COUNT, "number", True), Column("text", TEXT, "text", True),
        Column("due_on", DATE, "due_on"), Column("done_on", DATE, "done_on"),
        Column("supporter", CODE, "supporter_id", False, "supporters"), Column("said_on", DATE, "said_on"),
    )),
    Sheet("followups", FollowUp, ("goal", "group", "number"), (
        Column("goal", CODE, "goal_id", True, "goals"), *MEETING, Column("progress", word(PROGRESS), "progress", True),
        Column("text", TEXT, "text"), _staff("by", "by_id"),
    )),
    Sheet("homework", Assignment, ("group", "number", "participant"), (
        *MEETING, PERSON, Column("text", TEXT, "text", True), Column("supporter", CODE, "supporter_id", False, "supporters"),
        Column("choice", TEXT, "choice", default=""), _staff("by", "by_id"), Column("said", word(SAID), "said"),
        Column("said_on", DATE, "said_on"),
    )),
    Sheet("reviews", Review, ("group", "number", "participant"), (
        Column("group", CODE, "", True, "groups"), Column("number", COUNT, "", True, "meetings"),
        Column("participant", CODE, "", True, "participants"), Column("result", word(RESULTS), "result", True),
        Column("obstacle", TEXT, "obstacle"), Column("reviewed_number", COUNT), _staff("by", "by_id"),
    )),
    Sheet("handouts", HandoutGiven, ("group", "number", "participant", "handout"), (
        *MEETING, PERSON, Column("handout", _known("handout"), "handout", True), Column("language", LANGUAGE, "language"),
        Column("medium", word(MEDIA), "medium", default="paper"), Column("version", TEXT, "version", default=""),
    )),
    Sheet("techniques", TechniqueUse, ("group", "number", "technique", "leader"), (
        *MEETING, Column("technique", _known("technique"), "technique", True), _staff("leader", "staff_id"),
    )),
    Sheet("steps_taken", StepTaken, ("group", "number", "step"), (
        *MEETING, Column("step", _known("step"), "step", True), Column("minutes", MINUTES, "minutes"),
    )),
    Sheet("notes", MeetingNote, ("group", "number", "participant"), (
        *MEETING, Column("participant", CODE, "participant_id", False, "participants"), Column("text", TEXT, "text", True),
        _staff("signed_by", ""), Column("signed_on", DATE), Column("signed_at", INSTANT), _staff("countersigned_by", ""),
        Column("countersigned_on", DATE), Column("countersigned_at", INSTANT), Column("written_at", INSTANT, "written_at"),
        _staff("by", "by_id"),
    )),
    Sheet("amendments", Amendment, ("group", "number", "participant", "amended_at"), (
        Column("group", CODE, "", True, "groups"), Column("number", COUNT, "", True, "meetings"),
        Column("participant", CODE, "", False, "participants"), Column("amended_at", INSTANT, "amended_at", True),
        Column("text", TEXT, "text", True), _staff("by", "by_id"),
    )),
    Sheet("training", Training, ("staff", "on", "kind"), (
        Column("staff", EMAIL_ADDRESS, "staff_id", True, "staff"), Column("on", DATE, "attended_on", True),
        Column("kind", word(TRAINING_KINDS), "kind", True), Column("hours", HOURS, "minutes", default=0), Column("note", TEXT, "note"),
        Column("led_by", TEXT, "led_by", default=""), _staff("by", "by_id"),
    )),
)
BY_NAME = {sheet.name: sheet for sheet in SHEETS}
