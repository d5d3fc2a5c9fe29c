"""The notes of a meeting between page and record: what the fields hold, what the page changed, and what to put right."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from imrgroups.attendance import figures
from imrgroups.attendance.figures import Leader, Line
from imrgroups.enrolment import roster
from imrgroups.enrolment.roster import Person
from imrgroups.forms import clean
from imrgroups.goals.reads import fingerprint
from imrgroups.groups.models import Meeting
from imrgroups.i18n import gettext, lazy_gettext
from imrgroups.library import content
from imrgroups.notes import ledger
from imrgroups.notes.actions import Handed, MeetingRecord
from imrgroups.notes.ledger import Editions, Recorded
from imrgroups.notes.models import MEDIA
from imrgroups.rules.attendance import IN_ROOM

FAMILY_WORDS = {
    "motivational": lazy_gettext("Motivation"),
    "educational": lazy_gettext("Teaching"),
    "cognitive_behavioural": lazy_gettext("Cognitive and behavioural"),
    "coping_skills": lazy_gettext("Coping skills"),
    "relapse_prevention": lazy_gettext("Relapse prevention"),
    "behavioural_tailoring": lazy_gettext("Behavioural tailoring"),
}
MEDIUM_WORDS = {
    "paper": lazy_gettext("On paper"),
    "screen": lazy_gettext("On screen"),
    "text": lazy_gettext("By text message"),
    "letter": lazy_gettext("By letter"),
}
LENGTH = 4000
PARTS = ("steps", "topics", "handouts", "techniques")


def refusals() -> dict[str, str]:
    """What to do, for each reason an action refuses."""
    return {
        "cancelled": gettext("This meeting was cancelled. There is nothing to note"),
        "not_held": gettext("Keep the register first. Notes are for meetings that took place"),
        "signed": gettext("These notes are signed. Add an amendment instead"),
        "no_notes": gettext("Write a text for the group or a line for somebody before you sign"),
        "own_signature": gettext("You have signed already. Another leader countersigns"),
        "complete": gettext("Two leaders have signed. There is nothing left to sign"),
        "no_words": gettext("Write what you want to add or put right"),
        "not_signed": gettext("This text is not signed yet. Change it directly"),
    }


@dataclass(slots=True)
class Known:
    """What a page of notes stands on. everybody: who ever belonged to the group; their names are looked for in the texts."""

    meeting: Meeting
    lines: list[Line]
    leaders: list[Leader]
    recorded: Recorded
    everybody: dict[int, Person]
    editions: Editions

    @property
    def keys(self) -> list[int | None]:
        """Whose texts there are: the group's (None), then one a person of the register, then others who have a line already."""
        people = [line.id for line in self.lines]
        return [None, *people, *(key for key in self.recorded.notes if key is not None and key not in people)]

    @property
    def labels(self) -> dict[int, str]:
        """What each person is called on the page."""
        return {key: person.room_name for key, person in self.everybody.items()} | {line.id: line.label for line in self.lines}

    def version(self, key: int | None) -> int:
        """The version of a text as it is saved; 0 where there is none."""
        return self.recorded.notes[key].version if key in self.recorded.notes else 0


def known(meeting: Meeting) -> Known:
    """Everything a page of notes stands on. Eleven statements, however many people."""
    everybody = {person.id: person for person in roster.roster(meeting.group_id)}
    return Known(meeting, figures.register(meeting), figures.leaders(meeting), ledger.recorded(meeting), everybody, Editions())


@dataclass(slots=True)
class Sheet:
    """What the fields of the page hold. steps: minutes as typed, by step. handouts: "person:handout". techniques: "technique:leader"."""

    steps: dict[str, str] = field(default_factory=dict)
    topics: list[str] = field(default_factory=list)
    handouts: list[str] = field(default_factory=list)
    media: dict[int, str] = field(default_factory=dict)
    languages: dict[int, str] = field(default_factory=dict)
    techniques: list[str] = field(default_factory=list)
    texts: dict[int | None, str] = field(default_factory=dict)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The topics as (module, topic)."""
        return [(module, topic) for module, _slash, topic in (name.partition("/") for name in self.topics)]

    def handouts_of_topics(self) -> list[str]:
        """The ids of the handouts of these topics, and of others that were given."""
        modules = content.load().modules
        today = [topic.handout for module, name in self.pairs if module in modules for topic in modules[module].topics if topic.id == name]
        return list(dict.fromkeys([*today, *(ticked.partition(":")[2] for ticked in self.handouts)]))


def part(sheet: Sheet, name: str) -> list[str]:
    """One part of a sheet as a list of words: what the page remembers of it, to tell later what was changed."""
    return [f"{step}:{minutes}" for step, minutes in sheet.steps.items()] if name == "steps" else list(getattr(sheet, name))


def saved(known: Known) -> Sheet:
    """The page as it is saved."""
    done = known.recorded
    sheet = Sheet(
        {step: "" if minutes is None else str(minutes) for step, minutes in done.steps.items()},
        [f"{module}/{topic}" if topic else module for module, topic in done.topics],
        [f"{handed.participant_id}:{handed.handout}" for handed in done.handouts],
        techniques=[f"{technique}:{leader or 0}" for technique, leader in done.techniques],
        texts={key: done.notes[key].text if key in done.notes else "" for key in known.keys},
    )
    return _with_ways(known, sheet)


def opened(known: Known) -> Sheet:
    """The page as it opens: what is saved, and the topics of the plan ticked beforehand while nobody has said what was taught."""
    sheet = saved(known)
    if not sheet.topics and not known.recorded.signed:
        sheet.topics = [f"{topic.module}/{topic.topic}" if topic.topic else topic.module for topic in known.meeting.topics]
        sheet = _with_ways(known, sheet)
    return sheet


def _with_ways(known: Known, sheet: Sheet) -> Sheet:
    """Fill in on what, and in which language, each person got handouts, or would get those of today."""
    common, group = known.editions.in_all(sheet.handouts_of_topics()), known.meeting.group.language
    for key, person in known.everybody.items():
        first = next((handed for handed in known.recorded.handouts if handed.participant_id == key), None)
        sheet.media[key] = first.medium if first else "paper"
        sheet.languages[key] = first.language if first else next((code for code in (person.language, group) if code in common), "en")
    return sheet


def typed(known: Known, form: MultiDict[str, str]) -> Sheet:
    """The page as it was sent. Minutes without a tick are a tick; parts the page did not have are as they are saved."""
    sheet, before = Sheet(), saved(known)
    ticked = form.getlist("step")
    for step in content.load().steps:
        minutes = clean(form.get(f"minutes-{step.id}"))
        if step.id in ticked or minutes:
            sheet.steps[step.id] = minutes
    sheet.topics = list(dict.fromkeys(filter(None, [*form.getlist("topic"), form.get("more", "")])))
    sheet.handouts, sheet.techniques = form.getlist("handout"), form.getlist("technique")
    for name in PARTS:
        if f"was-{name}" not in form:
            setattr(sheet, name, getattr(before, name))
    for key in known.everybody:
        sheet.media[key] = form.get(f"medium-{key}", before.media[key])
        sheet.languages[key] = form.get(f"language-{key}", before.languages[key])
    for key in known.keys:
        name = _name(key)
        sheet.texts[key] = clean(form[f"text-{name}"])[:LENGTH] if f"text-{name}" in form else before.texts[key]
    return sheet


def _name(key: int | None) -> str:
    return "group" if key is None else str(key)


def fill(known: Known, sheet: Sheet, what: str) -> None:
    """Fill in what a button offers, to be looked at and saved: all "steps", "handouts" for those who were there, "lines" to begin with."""
    if what == "steps":
        sheet.steps |= {step.id: "" for step in content.load().steps if step.id not in sheet.steps}
    elif what == "handouts":
        there = [line.id for line in known.lines if line.state in IN_ROOM]
        wanted = [f"{key}:{handout}" for key in there for handout in sheet.handouts_of_topics()]
        sheet.handouts = list(dict.fromkeys([*sheet.handouts, *wanted]))
    elif what == "lines":
        for key, line in ledger.suggestions(known.meeting).items():
            if not sheet.texts.get(key) and key not in known.recorded.notes:
                sheet.texts[key] = line


def merged(now: Iterable[str], was: Iterable[str], here: Iterable[str]) -> list[str]:
    """What a list becomes when one page made `was` into `now` while others made it `here`: both changes are kept."""
    now, was, here = list(now), list(was), list(here)
    return [word for word in here if word in now or word not in was] + [word for word in now if word not in here and word not in was]


def record_of(known: Known, sheet: Sheet, form: Mapping[str, Any]) -> tuple[MeetingRecord, dict[str, str]]:
    """What to record of a sent page, and (id of a field -> what to do) for what cannot be. Parts the page did not change are None."""
    before = saved(known)
    lists = {
        name: merged(part(sheet, name), form[f"was-{name}"].split(), part(before, name)) for name in PARTS if f"was-{name}" in form
    }
    changed = {name: words for name, words in lists.items() if words != part(before, name)}
    steps = dict(word.split(":", 1) for word in changed.get("steps", ()))
    wrong = {
        f"minutes-{step}": gettext("Write the minutes as a whole number, 0 to 240")
        for step, minutes in steps.items() if minutes and not _is_minutes(minutes)
    }
    texts = {
        key: text for key, text in sheet.texts.items()
        if f"was-text-{_name(key)}" in form and text != before.texts[key] and fingerprint(text) != form[f"was-text-{_name(key)}"]
    }
    return MeetingRecord(
        steps={step: int(minutes) if minutes else None for step, minutes in steps.items()} if "steps" in changed and not wrong else None,
        topics=Sheet(topics=changed["topics"]).pairs if "topics" in changed else None,
        handouts=_handouts(known, sheet, before, lists["handouts"]) if "handouts" in lists else None,
        techniques=_techniques(known, before, changed["techniques"]) if "techniques" in changed else None,
        texts=texts or None,
        versions={key: int(version) for key in texts if (version := form.get(f"version-{_name(key)}", "")).isdigit()},
    ), wrong


def _is_minutes(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) <= 240


def _techniques(known: Known, before: Sheet, words: list[str]) -> list[tuple[str, int | None]]:
    allowed = {str(leader.id) for leader in known.leaders}
    found = [word.partition(":") for word in words if word in before.techniques or word.partition(":")[2] in allowed]
    return [(technique, int(leader) or None) for technique, _colon, leader in found]


def _handouts(known: Known, sheet: Sheet, before: Sheet, ticked: list[str]) -> list[Handed] | None:
    """The handouts to record, or None when nothing changes. What was recorded keeps its language and version, which is what they got."""
    old = {f"{handed.participant_id}:{handed.handout}": handed for handed in known.recorded.handouts}
    found = []
    for word in ticked:
        person, _colon, handout = word.partition(":")
        key = int(person) if person.isdigit() else 0
        reader = known.everybody.get(key)
        if reader is None or (sheet.media[key], sheet.languages[key]) == (before.media[key], before.languages[key]):
            if word in old:
                found.append(old[word])
                continue
        if reader is not None and sheet.media[key] in MEDIA:
            language, version = known.editions.edition(handout, sheet.languages[key], reader.language, known.meeting.group.language)
            found.append(Handed(key, handout, language, version, sheet.media[key]))
    return found if found != known.recorded.handouts else None


def seen_by(known: Known, said: MeetingRecord, form: Mapping[str, Any]) -> dict[int | None, int]:
    """The version of each text that whoever sent this page has read: that of the page, and one more where the page changed it."""
    versions = {key: form.get(f"version-{_name(key)}", "") for key in known.keys}
    return {key: int(version) + (key in (said.texts or {})) for key, version in versions.items() if version.isdigit()}


def take_over(known: Known, sheet: Sheet, form: Mapping[str, Any], keys: Iterable[int | None]) -> None:
    """Show what others saved in texts that the page itself has not changed, so that the next save does not put the old words back."""
    for key in keys:
        if fingerprint(sheet.texts.get(key, "")) == form.get(f"was-text-{_name(key)}", fingerprint("")):
            sheet.texts[key] = known.recorded.notes[key].text if key in known.recorded.notes else ""


def remembered(known: Known, form: Mapping[str, Any], again: Iterable[int | None] = ()) -> dict[str, str]:
    """What the page keeps in hidden fields: what was saved when it was opened. again: texts of which it has now read the saved one."""
    before, read = saved(known), list(again)
    kept = {f"was-{name}": form.get(f"was-{name}", " ".join(part(before, name))) for name in PARTS}
    for key in known.keys:
        name = _name(key)
        fresh = {f"was-text-{name}": fingerprint(before.texts[key]), f"version-{name}": str(known.version(key))}
        kept |= fresh if key in read else {field: form.get(field, value) for field, value in fresh.items()}
    return kept
