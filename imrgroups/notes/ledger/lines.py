"""Lines to begin a person's note with, made of what was tapped, and what to look at again before a note is signed."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from imrgroups.enrolment.roster import Person
from imrgroups.goals import reads as goals
from imrgroups.goals.reads import Round
from imrgroups.groups.models import Meeting
from imrgroups.homework import reads as homework
from imrgroups.homework.reads import Row
from imrgroups.i18n import curriculum, gettext
from imrgroups.library import content

# What Hebrew and Arabic write onto the front of a name ("and", "to", "in"...), and the endings of a name's own case elsewhere.
_BEFORE = "[\u05d5\u05d4\u05d1\u05dc\u05de\u05e9\u05db\u0648\u0641\u0628\u0643\u0644]?"
_AFTER = "(?:['\u2019]?s|['\u2019])?"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something to look at in one text: key of the person (None: the group's text), "name" or "same", and whose name or line it is."""

    participant_id: int | None
    kind: str
    other_id: int


def suggestions(meeting: Meeting) -> dict[int, str]:
    """A line for each person of whom something was tapped: how they came, what was said of goals, how homework went, what comes next."""
    said = {each.person.id: each for each in goals.goal_round(meeting)}
    return {row.person.id: line for row in homework.rows(meeting) if (line := _line(row, said.get(row.person.id)))}


def _line(row: Row, goal_round: Round | None) -> str:
    came = {
        "present": gettext("Was there."), "late": gettext("Came late."), "left_early": gettext("Left early."),
        "excused": gettext("Had told us they could not come."), "absent": gettext("Was not there."), "hospital": gettext("In hospital."),
    }
    parts = [came[row.person.state]] if row.person.state in came else []
    progress = {
        "kept": gettext("Goal: kept to it."), "partly": gettext("Goal: partly."), "not_yet": gettext("Goal: not yet."),
        "changed": gettext("Goal: changed."),
    }
    for entry in goal_round.entries if goal_round else ():
        if entry.progress:
            parts.append(" ".join(filter(None, (progress[entry.progress], _sentence(entry.words)))))
    went = {
        "done": gettext("Homework: done."), "partly": gettext("Homework: partly done."), "not_done": gettext("Homework: not done."),
        "not_applicable": gettext("Homework: did not fit."),
    }
    if row.earlier and row.earlier.result:
        parts.append(" ".join(filter(None, (went[row.earlier.result], _sentence(row.earlier.obstacle)))))
    if row.agreed.text:
        parts.append(gettext("Until next time: %(task)s", task=_sentence(row.agreed.own or _choice(row.agreed.choice) or row.agreed.text)))
    return " ".join(parts)


def _choice(choice: str) -> str:
    """A choice of the curriculum in the language of the page, in which the note is written."""
    found = (each for module in content.load().modules.values() for each in module.homework if each.id == choice)
    return next((curriculum(each.text.source) for each in found), "")


def _sentence(text: str) -> str:
    words = " ".join(text.split())
    return words[:1].upper() + words[1:] + ("" if not words or words[-1] in ".!?\u2026" else ".")


def doubts(
    texts: Mapping[int | None, str], people: Iterable[Person], offered: Callable[[], Mapping[int, str]] = dict
) -> list[Doubt]:
    """What to look at: a line that names another person of the group, a group text that names anybody, two lines in the same words.

    texts: by participant key, None for the group's text. people: everybody who ever belonged to the group.
    offered: the lines that were offered (see `suggestions`), asked for only when lines are alike: those may well be the same for many.
    """
    known = {person.id: person for person in people}
    names = {id: {word for word in re.split(r"[\s\-.]+", person.name) if len(word) > 1} for id, person in known.items()}
    found = []
    for key, text in texts.items():
        own = names.get(key, set()) if key is not None else set()
        for id in known:
            if id != key and any(_names(word, text) for word in names[id] - own):
                found.append(Doubt(key, "name", id))
    alike: dict[str, list[int]] = defaultdict(list)
    for key, text in texts.items():
        if key is not None and text:
            alike[" ".join(text.split()).casefold()].append(key)
    twins = {key: keys[0] if key != keys[0] else keys[1] for keys in alike.values() if len(keys) > 1 for key in keys}
    ready = offered() if twins else {}
    return found + [Doubt(key, "same", other) for key, other in twins.items() if texts[key] != ready.get(key)]


def _names(word: str, text: str) -> bool:
    """Whether a text holds a name as it is written: "Bo" is a name, "bo" is a Danish verb."""
    return re.search(rf"(?<!\w){_BEFORE}{re.escape(word)}{_AFTER}(?!\w)", text) is not None
