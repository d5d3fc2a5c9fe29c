"""The participants' voice, read: the three questions, and what people answered, in counts that never point at anybody."""

import tomllib
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import select

from imrgroups.config import curriculum_folder
from imrgroups.db import db
from imrgroups.library import content
from imrgroups.outcomes.models import Answer, AnswerSheet
from imrgroups.rules.outcomes import Cell, Question, Questionnaire, Said, questionnaire, shown

PULSE = "pulse"
PATIENCE = timedelta(days=7)  # so long after it was asked a sheet may still be answered


@lru_cache(maxsize=1)
def pulse() -> Questionnaire:
    """The three questions after a module, read once."""
    return questionnaire(tomllib.loads((curriculum_folder() / "instruments" / f"{PULSE}.toml").read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Told:
    """One question, with the answers as far as they may be shown."""

    question: Question
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Module:
    """A module people were asked about. asked: people; answered: sheets, those of paper among them; waiting: more may still come in."""

    id: str
    title: str
    asked: int
    answered: int
    waiting: bool


@dataclass(frozen=True)
class Voice:
    """What people answered after the modules together; one module alone has too few answers to show.

    asked, answered: of the modules counted. Those that wait are not: who reads twice must not see what was added by whom.
    """

    asked: int
    answered: int
    told: tuple[Told, ...]
    modules: tuple[Module, ...]


def together(group_id: int, now: datetime) -> Voice:
    """What the people of a group answered by then, and the modules in the order of the programme. Two statements."""
    sheets = _sheets(group_id, now)
    asked = {module.id: [sheet for sheet in sheets.values() if sheet.occasion == module.id] for module in content.load().modules.values()}
    given = _answers(group_id, now)
    modules = tuple(
        Module(
            id, content.load().modules[id].title.source, sum(sheet.participant_id is not None for sheet in here),
            sum(sheet.id in given for sheet in here), any(_waits(sheet, now) for sheet in here),
        )
        for id, here in asked.items() if here
    )
    closed = [module for module in modules if not module.waiting]
    counted = {id: sheet for id, sheet in sheets.items() if sheet.occasion in {module.id for module in closed}}
    of, told = pulse(), []
    for question in of.questions:
        said = [
            Said(given[id][question.number], sheet.participant_id, sheet.occasion)
            for id, sheet in counted.items() if question.number in given.get(id, ())
        ]
        told.append(Told(question, shown(said, tuple(question.answers), of.fewest)))
    return Voice(sum(module.asked for module in closed), sum(module.answered for module in closed), tuple(told), modules)


def open_sheets(person_id: int, now: datetime) -> list[AnswerSheet]:
    """The sheets somebody can still answer, newest first; for their own page."""
    wanted = select(AnswerSheet).where(
        AnswerSheet.participant_id == person_id, AnswerSheet.instrument == PULSE, AnswerSheet.closed_at.is_(None),
        AnswerSheet.asked_at >= now - PATIENCE,
    )
    return list(db.session.execute(wanted.order_by(AnswerSheet.asked_at.desc())).scalars())


def _sheets(group_id: int, now: datetime) -> dict[int, Any]:
    columns = (AnswerSheet.id, AnswerSheet.occasion, AnswerSheet.participant_id, AnswerSheet.asked_at, AnswerSheet.closed_at)
    wanted = select(*columns).where(AnswerSheet.group_id == group_id, AnswerSheet.instrument == PULSE, AnswerSheet.asked_at <= now)
    return {row.id: row for row in db.session.execute(wanted)}


def _answers(group_id: int, now: datetime) -> dict[int, dict[int, int]]:
    """The value by question by sheet."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    wanted = select(Answer.sheet_id, Answer.question, Answer.value).join(AnswerSheet, AnswerSheet.id == Answer.sheet_id)
    for sheet, question, value in db.session.execute(wanted.where(AnswerSheet.group_id == group_id, Answer.answered_at <= now)):
        found[sheet][question] = value
    return found


def _waits(sheet: Any, now: datetime) -> bool:
    return bool(now - sheet.asked_at <= PATIENCE and (sheet.closed_at is None or sheet.closed_at > now))
