"""The cheapest next point of an item in words: what it takes, who is meant, and where one can do something about it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import CompoundSelect, bindparam, select, union

from imrgroups.db import fetch
from imrgroups.i18n import apart, gettext, ngettext
from imrgroups.people.models import IntakeTask, Supporter, short_name
from imrgroups.rules.fidelity import Evidence, ItemEvidence

NAMED = 3  # so many people are named; a longer list helps nobody


@dataclass(frozen=True)
class NextStep:
    """words: a sentence or two. who: the first person meant, as a key; at: the last meeting meant; 0 where there is none."""

    words: str
    who: int = 0
    at: int = 0


def next_steps(found: Evidence, names: Mapping[Any, str]) -> dict[int, NextStep]:
    """The next step of each item that has one, by item number. names: of the people behind the evidence. One statement."""
    lonely = [key for key in found.item(5).missing if isinstance(key, int)] if found.item(5).next else []
    unasked = set(lonely) - _asked(lonely)
    return {item.item: _step(item, found, names, unasked) for item in found.items if item.next}


def _asked(person_ids: Collection[int]) -> set[int]:
    """Those of these people who named somebody close, or were asked at the intake."""
    return set(fetch(_named_or_asked(), people=list(person_ids)).scalars())


@lru_cache(maxsize=1)
def _named_or_asked() -> CompoundSelect[Any]:
    people = bindparam("people", expanding=True)
    named = select(Supporter.participant_id).where(Supporter.participant_id.in_(people), Supporter.ended_on.is_(None))
    asked = select(IntakeTask.participant_id).where(IntakeTask.participant_id.in_(people), IntakeTask.task == "supporter")
    return union(named, asked)


def _step(item: ItemEvidence, found: Evidence, names: Mapping[Any, str], unasked: Collection[int]) -> NextStep:
    said = _takes(item)
    if item.unit != "people":
        missing = set(item.missing) if item.unit == "meetings" else set()
        return NextStep(said, at=next((int(key) for key in reversed(found.held) if key in missing), 0))
    current = set(found.current)
    here = [key for key in item.missing if key in current] or list(item.missing)
    first = sorted((key for key in here if key in unasked), key=lambda key: names.get(key, "")) if item.item == 5 else []
    if first:
        who = _names(first, names)
        said = f"{said} " + ngettext("%(names)s has not been asked yet.", "%(names)s have not been asked yet.", len(first), names=who)
    elif here:
        here = sorted(here, key=lambda key: names.get(key, ""))
        begin = gettext("You could begin with: %(names)s", names=_names(here, names))
        said = f"{said} {begin}"
    meant = (first or here)[:1]
    return NextStep(said, who=int(meant[0]) if meant else 0)


def _takes(item: ItemEvidence) -> str:
    scores = {"old": item.suggestion, "new": (item.suggestion or 0) + 1}
    if item.unit == "people":
        if item.item == 5:
            return ngettext(
                "One more person with somebody close involved would move this from %(old)s to %(new)s or higher.",
                "%(num)s more people with somebody close involved would move this from %(old)s to %(new)s or higher.",
                item.next or 0, **scores,
            )
        return ngettext(
            "One more person would move this from %(old)s to %(new)s or higher.",
            "%(num)s more people would move this from %(old)s to %(new)s or higher.", item.next or 0, **scores,
        )
    if item.unit == "topics":
        return ngettext(
            "One more topic would move this from %(old)s to %(new)s.", "%(num)s more topics would move this from %(old)s to %(new)s.",
            item.next or 0, **scores,
        )
    return ngettext(
        "One more meeting with it would move this from %(old)s to %(new)s or higher.",
        "%(num)s more meetings with it would move this from %(old)s to %(new)s or higher.", item.next or 0, **scores,
    )


def _names(keys: Collection[Any], names: Mapping[Any, str]) -> str:
    shown = [apart(short_name(names[key])) for key in list(keys)[:NAMED] if key in names]
    more = len(keys) - len(shown)
    listed = ", ".join(shown)
    return f"{listed} " + ngettext("and %(num)s more", "and %(num)s more", more) if more > 0 else listed
