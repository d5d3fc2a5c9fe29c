"""The participants' voice, read: the three questions, and what people answered, in counts that never point at anybody."""

import tomllib
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import select

from imrgroups.config import curriculum_folder
from imrgroups.db import db
from imrgroups.library import content
from imrgroups.outcomes.models import Answer, AnswerSheet
from imrgroups.rules.outcomes import Cell, Question, Questionnaire, joined, questionnaire, shown

PULSE = "pulse"
PATIENCE = timedelta(days=7)  # so long after it was asked a sheet may still be answered


@lru_cache(maxsize=1)
def pulse() -> Questionnaire:
    """The three questions after a module, read once."""
    return questionnaire(tomllib.loads((curriculum_folder() / "instruments" / f"{PULSE}.toml").read_text(encoding="utf-8")))


@dataclass(frozen=True)
class Told:
    """One question: how many answered it, and the answers as far as they may be shown."""

    question: Question
    answered: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Voice:
    """What people answered after one module (or after all: module ""). asked: people; answered: sheets, those of paper among them.

    waiting: answers may still come in, so none is shown: who reads the page twice must not see what was added by whom.
    """

    module: str
    title: str
    asked: int
    answered: int
    told: tuple[Told, ...]
    waiting: bool = False


@dataclass
class _Counts:
    asked: int = 0
    waiting: bool = False
    sheets: set[int] = field(default_factory=set)
    values: dict[int, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))


def voices(group_id: int, now: datetime) -> list[Voice]:
    """Every module of a group that people were asked about by then, in the order of the programme. Two statements."""
    counted = _counted(group_id, now)
    modules = [module for module in content.load().modules.values() if module.id in counted]
    return [_voice(module.id, module.title.source, counted[module.id]) for module in modules]


def together(group_id: int, now: datetime) -> Voice:
    """The modules of a group together, of those whose answers are shown: the sum tells nothing that they do not tell one by one."""
    parts = [part for part in voices(group_id, now) if not part.waiting]
    told = []
    for place, question in enumerate(pulse().questions):
        cells = joined(part.told[place].cells for part in parts)
        told.append(Told(question, sum(cell.people for cell in cells), cells))
    return Voice("", "", sum(part.asked for part in parts), sum(part.answered for part in parts), tuple(told))


def open_sheets(person_id: int, now: datetime) -> list[AnswerSheet]:
    """The sheets somebody can still answer, newest first; for their own page."""
    wanted = select(AnswerSheet).where(
        AnswerSheet.participant_id == person_id, AnswerSheet.instrument == PULSE, AnswerSheet.closed_at.is_(None),
        AnswerSheet.asked_at >= now - PATIENCE,
    )
    return list(db.session.execute(wanted.order_by(AnswerSheet.asked_at.desc())).scalars())


def _counted(group_id: int, now: datetime) -> dict[str, _Counts]:
    """What was asked and answered by then, by module."""
    here = (AnswerSheet.group_id == group_id, AnswerSheet.instrument == PULSE, AnswerSheet.asked_at <= now)
    found: dict[str, _Counts] = defaultdict(_Counts)
    columns = (AnswerSheet.occasion, AnswerSheet.participant_id, AnswerSheet.asked_at, AnswerSheet.closed_at)
    for occasion, person, asked_at, closed_at in db.session.execute(select(*columns).where(*here)):
        found[occasion].asked += person is not None
        found[occasion].waiting |= now - asked_at <= PATIENCE and (closed_at is None or closed_at > now)
    answers = select(AnswerSheet.occasion, AnswerSheet.id, Answer.question, Answer.value).join(Answer, Answer.sheet_id == AnswerSheet.id)
    for occasion, sheet, question, value in db.session.execute(answers.where(*here, Answer.answered_at <= now)):
        found[occasion].sheets.add(sheet)
        found[occasion].values[question][value] += 1
    return found


def _voice(module: str, title: str, counts: _Counts) -> Voice:
    of = pulse()
    told = tuple(
        Told(question, sum(counts.values[question.number].values()),
             () if counts.waiting else shown(counts.values[question.number], tuple(question.answers), of.fewest))
        for question in of.questions
    )
    return Voice(module, title, counts.asked, len(counts.sheets), told, counts.waiting)
