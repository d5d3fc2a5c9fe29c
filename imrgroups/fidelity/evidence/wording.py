"""What the rows of a binder are called on screens and paper."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from imrgroups.attendance.figures.words import KIND_NAMES, STATE_NAMES
from imrgroups.i18n import curriculum, day, full_day, gettext, lazy_gettext, ngettext, percent, short_day, when
from imrgroups.library import content
from imrgroups.rules.attendance import MakeUpKind, MarkState

SECTION_NAMES = {
    "items": lazy_gettext("The items of the scale"),
    "people": lazy_gettext("People of the group"),
    "meetings": lazy_gettext("Meetings, topics and who led"),
    "attendance": lazy_gettext("Attendance"),
    "make_ups": lazy_gettext("What was caught up"),
    "notes": lazy_gettext("Notes of the last meetings"),
    "goals": lazy_gettext("Goal sheets"),
    "follow_ups": lazy_gettext("Follow-up of goals"),
    "homework": lazy_gettext("Homework"),
    "handouts": lazy_gettext("Handouts given"),
    "contacts": lazy_gettext("Contacts with those close to people"),
    "techniques": lazy_gettext("Techniques"),
    "training": lazy_gettext("Training and supervision of the leaders"),
}
PROGRESS_NAMES = {
    "kept": lazy_gettext("Kept to it"), "partly": lazy_gettext("Partly"), "not_yet": lazy_gettext("Not yet"),
    "changed": lazy_gettext("Goal changed"),
}
GOAL_NAMES = {
    "active": lazy_gettext("Working on it"), "reached": lazy_gettext("Reached"), "changed": lazy_gettext("Changed"),
    "dropped": lazy_gettext("Let go"),
}
RESULT_NAMES = {
    "done": lazy_gettext("Done"), "partly": lazy_gettext("Partly done"), "not_done": lazy_gettext("Not done"),
    "not_applicable": lazy_gettext("Did not fit"),
}
CONTACT_NAMES = {
    "phone": lazy_gettext("Phone call"), "meeting": lazy_gettext("Meeting"), "text": lazy_gettext("Text message"),
    "letter": lazy_gettext("Letter"), "visit": lazy_gettext("Visit"), "other": lazy_gettext("Other"),
}
MEDIUM_NAMES = {
    "paper": lazy_gettext("On paper"), "screen": lazy_gettext("On a screen"), "text": lazy_gettext("By text message"),
    "letter": lazy_gettext("By letter"),
}
MEETING_NAMES = {"held": lazy_gettext("Held"), "cancelled": lazy_gettext("Cancelled")}


def mark(word: str) -> str:
    """A mark in words."""
    return str(STATE_NAMES[MarkState(word)])


def make_up(word: str) -> str:
    """A make-up in words."""
    return str(KIND_NAMES[MakeUpKind(word)])


def on(value: str | None, *, short: bool = False, full: bool = False) -> str:
    """A date of the content (ISO) with its weekday; empty stays empty. full: always with the year."""
    return "" if not value else (full_day if full else short_day if short else day)(date.fromisoformat(value))


def counted(row: Mapping[str, Any]) -> str:
    """What an item's number is, in words: a share with its denominator, people in the room, topics."""
    if row["denominator"] is not None:
        share = percent(row["numerator"], row["denominator"])
        if row["assigned_denominator"] is None:
            return share
        assigned = percent(row["assigned_numerator"], row["assigned_denominator"])
        return f"{share}; {gettext('of all assigned: %(share)s', share=assigned)}"
    if row["value"] is None:
        return ""
    if row["counts"] == "group_size":
        return ngettext("at most %(num)s person in the room", "at most %(num)s people in the room", row["value"])
    return ngettext("%(num)s topic taught", "%(num)s topics taught", row["value"])


def at(value: str | None, zone: str) -> str:
    """An instant of the content (ISO) as day and time; empty stays empty."""
    return "" if not value else when(datetime.fromisoformat(value), zone)


def topic(word: str) -> str:
    """"module/topic", or "module", by its titles; the word itself where the curriculum no longer knows it."""
    module_id, _slash, topic_id = word.partition("/")
    module = content.load().modules.get(module_id)
    if module is None:
        return word
    found = next((each for each in module.topics if each.id == topic_id), None)
    title = curriculum(module.title.source)
    return f"{title}: {curriculum(found.safe_title.source)}" if found else title


def scale_topic(word: str) -> str:
    """One of the nine topics of the scale by the title of the module that teaches it."""
    module = next((each for each in content.load().modules.values() if each.scale_topic == word), None)
    return curriculum(module.title.source) if module else word


def handout(word: str) -> str:
    """A handout by its title."""
    found = content.load().find(word)
    return curriculum(found.safe_title.source) if found else word


def technique(word: str) -> str:
    """A technique by its name."""
    found = content.load().techniques.get(word)
    return curriculum(found.title.source) if found else word


def yes(value: bool) -> str:
    """Yes or no."""
    return gettext("Yes") if value else gettext("No")
