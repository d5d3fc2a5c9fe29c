"""The dose ledger: person by topic by how they got it, and which handouts wait for those who missed."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import literal, select

from imrgroups.attendance.models import MakeUp, Mark
from imrgroups.db import db
from imrgroups.enrolment.models import Enrolment
from imrgroups.groups.models import Group, Meeting, PlannedTopic
from imrgroups.i18n import curriculum, lazy_gettext
from imrgroups.library import content
from imrgroups.notes.models import HandoutGiven, TopicTaught
from imrgroups.rules import attendance as rules
from imrgroups.rules.attendance import MakeUpKind, MarkState, Stay
from imrgroups.rules.exposure import Dose, dose, modules_received

WAY_WORDS = {
    Dose.GROUP: lazy_gettext("In the group"),
    Dose.WARD: lazy_gettext("On the ward"),
    Dose.ONE_TO_ONE: lazy_gettext("One to one"),
    Dose.HANDOUT_ONLY: lazy_gettext("Handout only"),
    Dose.NOT_YET: lazy_gettext("Not yet"),
}


@dataclass(frozen=True, slots=True)
class TopicDose:
    """One topic and how somebody got it. waits: taught while they belonged to the group, missed, and the handout not given yet."""

    key: str
    title: str
    way: Dose
    handout: str
    waits: bool

    @property
    def words(self) -> str:
        """The way, in the page's language."""
        return str(WAY_WORDS[self.way])


@dataclass(frozen=True, slots=True)
class ModuleDose:
    """One module. begun: at least one meeting of it was received; a handout alone begins nothing."""

    id: str
    title: str
    begun: bool
    topics: list[TopicDose]

    @property
    def got(self) -> int:
        """How many of its topics were received; a handout alone is not counted."""
        return sum(topic.way not in (Dose.NOT_YET, Dose.HANDOUT_ONLY) for topic in self.topics)


@dataclass(frozen=True, slots=True)
class PersonDose:
    """Everything somebody got of the programme, module by module. begun and total count modules."""

    participant_id: int
    modules: list[ModuleDose]

    @property
    def begun(self) -> int:
        """How many modules are begun."""
        return sum(module.begun for module in self.modules)

    @property
    def total(self) -> int:
        """How many modules the programme has for this person."""
        return len(self.modules)

    @property
    def waiting(self) -> list[tuple[str, str]]:
        """(id, title) of the handouts that wait for somebody who missed their topic."""
        missed = [topic for module in self.modules for topic in module.topics if topic.waits]
        pages = content.load().find
        return [(topic.handout, curriculum(page.safe_title.source) if (page := pages(topic.handout)) else topic.title) for topic in missed]


@dataclass(slots=True)
class _Belonging:
    """What is read of one person: stays, marks, handouts by topic, and the modules their groups go through."""

    modules: dict[str, None] = field(default_factory=dict)
    stays: dict[int, list[Stay]] = field(default_factory=lambda: defaultdict(list))
    handouts: set[str] = field(default_factory=set)
    states: dict[int, str] = field(default_factory=dict)
    made_up: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Held:
    id: int
    group_id: int
    on: date
    topics: tuple[str, ...]


def dose_of(participant_id: int) -> PersonDose:
    """How a person got each topic, in all their groups. Five statements."""
    return _read([Enrolment.participant_id == participant_id], [participant_id])[participant_id]


def ward_pages(participant_id: int) -> list[str]:
    """The ids of the pages for somebody on a ward: of each module with a missed topic the ward's own, then handouts and worksheets."""
    modules, found = content.load().modules, []
    for module in dose_of(participant_id).modules:
        missed = [topic.handout for topic in module.topics if topic.waits]
        known = modules.get(module.id)
        if not missed or known is None:
            continue
        if "ward" in known.sheets:
            found.append(known.sheets["ward"].id)
        for topic in known.topics:
            if topic.handout in missed:
                found += [topic.handout, *topic.worksheets]
    return list(dict.fromkeys(found))


def dose_of_group(group_id: int) -> dict[int, PersonDose]:
    """How each person who ever belonged to a group got each topic there, by participant key. Five statements, however many people."""
    return _read([Enrolment.group_id == group_id])


def _read(belongs: list[object], people: Iterable[int] = ()) -> dict[int, PersonDose]:
    found = {person: _Belonging() for person in people}
    wanted = (
        select(Enrolment.participant_id, Enrolment.group_id, Enrolment.joined_on, Enrolment.left_on, Group.module_order)
        .join(Group, Group.id == Enrolment.group_id).where(*belongs).order_by(Enrolment.joined_on.desc())  # type: ignore[arg-type]
    )
    for row in db.session.execute(wanted):
        person = found.setdefault(row.participant_id, _Belonging())
        person.modules |= dict.fromkeys(row.module_order.split())
        person.stays[row.group_id].append(Stay(row.joined_on, row.left_on))
    held = _held({group_id for person in found.values() for group_id in person.stays})
    _add_marks(found, [meeting.id for meeting in held])
    return {key: _ledger(key, person, held) for key, person in found.items()}


def _held(group_ids: Collection[int]) -> list[_Held]:
    """The held meetings of these groups with what was taught there: what the notes say, else the plan, which was kept to."""
    here = (Meeting.group_id.in_(group_ids), Meeting.state == "held")
    columns = (Meeting.id, Meeting.group_id, Meeting.meets_on)
    noted = (
        select(*columns, literal(0).label("source"), TopicTaught.position, TopicTaught.module, TopicTaught.topic)
        .join(TopicTaught, TopicTaught.meeting_id == Meeting.id).where(*here)
    )
    planned = (
        select(*columns, literal(1).label("source"), PlannedTopic.position, PlannedTopic.module, PlannedTopic.topic)
        .join(PlannedTopic, PlannedTopic.meeting_id == Meeting.id).where(*here)
    )
    topics: dict[tuple[date, int, int], dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in db.session.execute(noted.union_all(planned).order_by("source", "position")):
        key = f"{row.module}/{row.topic}" if row.topic else row.module
        topics[row.meets_on, row.id, row.group_id][row.source].append(key)
    return [_Held(id, group_id, on, tuple(by[min(by)])) for (on, id, group_id), by in sorted(topics.items(), key=lambda item: item[0])]


def _add_marks(found: dict[int, _Belonging], meeting_ids: list[int]) -> None:
    for model, kind, place in ((Mark, Mark.state, "states"), (MakeUp, MakeUp.kind, "made_up")):
        wanted = select(model.participant_id, model.meeting_id, kind.label("word")).where(
            model.participant_id.in_(found), model.meeting_id.in_(meeting_ids)
        )
        for row in db.session.execute(wanted):
            getattr(found[row.participant_id], place)[row.meeting_id] = row.word
    topic_of = {topic.handout: f"{module.id}/{topic.id}" for module in content.load().modules.values() for topic in module.topics}
    given = select(HandoutGiven.participant_id, HandoutGiven.handout).where(HandoutGiven.participant_id.in_(found)).distinct()
    for row in db.session.execute(given):
        if row.handout in topic_of:
            found[row.participant_id].handouts.add(topic_of[row.handout])


def _ledger(key: int, person: _Belonging, held: Iterable[_Held]) -> PersonDose:
    meetings = [meeting for meeting in held if meeting.group_id in person.stays]
    marks = [
        rules.Mark(
            meeting.on, MarkState(person.states.get(meeting.id, "not_recorded")), topics=meeting.topics,
            make_up=MakeUpKind(person.made_up[meeting.id]) if meeting.id in person.made_up else None,
        )
        for meeting in meetings
    ]
    taught = {
        topic for meeting in meetings if rules.is_enrolled(meeting.on, person.stays[meeting.group_id]) for topic in meeting.topics
    }
    programme, received = content.load(), modules_received(marks)
    modules = [programme.modules[id] for id in person.modules or programme.modules if id in programme.modules]
    ways = dose([f"{module.id}/{topic.id}" for module in modules for topic in module.topics], marks, person.handouts)
    return PersonDose(key, [
        ModuleDose(module.id, curriculum(module.title.source), module.id in received, [
            TopicDose(
                name, curriculum(topic.safe_title.source), ways[name], topic.handout, ways[name] is Dose.NOT_YET and name in taught
            )
            for topic in module.topics for name in (f"{module.id}/{topic.id}",)
        ])
        for module in modules
    ])
