"""The assessor's day as frozen data: a checklist in phases, and how many people of each role to talk with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from imrgroups.rules.fidelity.scale import Origin
from imrgroups.rules.fidelity.tables import Table

CONFIDENCE = ("verified", "inferred", "remembered", "unsure", "decided")


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do, in a phase."""

    id: str
    phase: str
    text: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Interview:
    """How many people of a role (a role of the scale) to talk with, and how to begin."""

    id: str
    people: int
    text: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Day:
    """The whole day. phases: names by id, in order."""

    version: str
    phases: Mapping[str, str]
    tasks: tuple[Task, ...]
    interviews: tuple[Interview, ...]


def day(data: Mapping[str, Any]) -> Day:
    """The checked day from the parsed TOML of curriculum/instruments/assessor-day.toml. Raises BadInstrument that names the place."""
    top = Table("instrument", data)
    version, sources = top.text("version"), top.mapping("sources")
    for key in ("id", "name", "language"):
        top.text(key)
    phases = {table.text("id"): table.text("name") for table in top.tables("phases")}
    made = Day(
        version, phases,
        tuple(
            Task(table.text("id"), table.choice("phase", tuple(phases)), table.text("text"), _origin(table, sources, version))
            for table in top.tables("tasks")
        ),
        tuple(
            Interview(table.text("id"), table.whole("people", least=1), table.text("text"), _origin(table, sources, version))
            for table in top.tables("interviews")
        ),
    )
    top.unique("tasks", [task.id for task in made.tasks])
    top.unique("interviews", [interview.id for interview in made.interviews])
    top.closed()
    return made


def _origin(table: Table, sources: Mapping[str, Any], version: str) -> Origin:
    made = Origin(
        table.text("version", version), table.choice("source", tuple(sources)), table.choice("confidence", CONFIDENCE),
        table.text("note", ""),
    )
    table.closed()
    return made
