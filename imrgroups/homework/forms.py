"""Homework as it comes from the page: only what the page changed is taken, so that what others saved meanwhile stays."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from imrgroups.forms import clean
from imrgroups.goals.reads import fingerprint
from imrgroups.homework.actions import Task
from imrgroups.homework.reads import Row, words_of
from imrgroups.i18n import gettext, lazy_gettext

RESULT_WORDS = {
    "done": lazy_gettext("Done"),
    "partly": lazy_gettext("Partly done"),
    "not_done": lazy_gettext("Not done"),
    "not_applicable": lazy_gettext("Did not fit"),
}
LENGTH = 600


def refusals() -> dict[str, str]:
    """What to do, for each reason an action refuses."""
    return {
        "reviewed": gettext("Homework that was talked about stays as it was. Open the page again to see it"),
        "supporter": gettext("Choose a helper from the list of this person"),
        "result": gettext("Choose one of the answers"),
        "other_group": gettext("One of these is not of this group. Open the page again"),
        "cancelled": gettext("This meeting was cancelled. Nothing is agreed here"),
        "not_yet": gettext("This meeting has not begun. You can write here from two hours before it"),
    }


@dataclass(slots=True)
class Filled:
    """What a page changed. typed: what its fields hold, by person, to show them again. missing and clashing: rows to put right."""

    results: dict[int, tuple[str, str]] = field(default_factory=dict)
    tasks: dict[int, Task] = field(default_factory=dict)
    typed: dict[int, tuple[str, ...]] = field(default_factory=dict)
    missing: list[Row] = field(default_factory=list)
    clashing: list[Row] = field(default_factory=list)


def reviewed(form: Mapping[str, Any], rows: Iterable[Row], me: int) -> Filled:
    """How the homework went, by assignment key."""
    filled = Filled()
    for row in rows:
        task = row.earlier
        if task is None or f"was-result-{task.id}" not in form:
            continue
        said = (form.get(f"result-{task.id}", ""), clean(form.get(f"obstacle-{task.id}"))[:LENGTH])
        filled.typed[row.person.id] = said
        if fingerprint(*said) in (form[f"was-result-{task.id}"], task.mark):
            continue
        filled.results[task.id] = said
        if said[1] and not said[0]:
            filled.missing.append(row)
        if task.by_id not in (None, me) and task.mark != form[f"was-result-{task.id}"]:
            filled.clashing.append(row)
    return filled


def agreed(form: Mapping[str, Any], rows: Iterable[Row], me: int) -> Filled:
    """What people agreed to do, by participant key. With do=same, whoever has nothing yet and was not away gets the same choice."""
    filled = Filled()
    same = form.get("same", "") if form.get("do") == "same" else ""
    for row in rows:
        key = row.person.id
        if row.agreed.talked_about or f"was-{key}" not in form:
            continue
        choice, own, helper = form.get(f"choice-{key}", ""), clean(form.get(f"own-{key}"))[:LENGTH], form.get(f"helper-{key}", "0")
        if same and not choice and not own and not row.away:
            choice = same
        typed = (choice, own, helper)
        filled.typed[key] = typed
        if fingerprint(*typed) in (form[f"was-{key}"], row.agreed.mark):
            continue
        text = own or words_of(choice, row.language)
        filled.tasks[key] = Task(text, choice if text else "", int(helper) or None if helper.isdigit() else None)
        if not text and helper != "0":
            filled.missing.append(row)
        if row.agreed.by_id not in (None, me) and row.agreed.mark != form[f"was-{key}"]:
            filled.clashing.append(row)
    return filled
