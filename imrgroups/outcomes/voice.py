"""The participants' voice, read: the three questions, and what people answered, in counts that never point at anybody."""

import tomllib
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import func, select

from imrgroups.config import curriculum_folder
from imrgroups.db import db
from imrgroups.library import content
from imrgroups.outcomes.models import Answer, AnswerSheet
from imrgroups.rules.outcomes import Cell, Question, Questionnaire, questionnaire, shown

PULSE = "pulse"


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
    """What people answered after one module (or after all: module ""). asked: people; answered: sheets, those of paper among them."""

    module: str
    title: str
    asked: int
    answered: int
    told: tuple[Told, ...]


def voices(group_id: int) -> list[Voice]:
    """Every module of a group that people were asked about, in the order of the programme. Two statements."""
    asked, answered, counts = _counted(group_id)
    modules = [module for module in content.load().modules.values() if module.id in asked]
    return [_voice(module.id, module.title.source, asked[module.id], answered[module.id], counts[module.id]) for module in modules]


def together(group_id: int) -> Voice:
    """The answers after all modules of a group together."""
    asked, answered, counts = _counted(group_id)
    whole: dict[int, Counter[int]] = defaultdict(Counter)
    for each in counts.values():
        for question, values in each.items():
            whole[question].update(values)
    return _voice("", "", sum(asked.values()), sum(answered.values()), whole)


def open_sheets(person_id: int) -> list[AnswerSheet]:
    """The sheets somebody can still answer, newest first; for their own page."""
    wanted = select(AnswerSheet).where(AnswerSheet.participant_id == person_id, AnswerSheet.closed_at.is_(None))
    return list(db.session.execute(wanted.order_by(AnswerSheet.asked_at.desc())).scalars())


def _counted(group_id: int) -> tuple[Counter[str], Counter[str], dict[str, dict[int, Counter[int]]]]:
    here = (AnswerSheet.group_id == group_id, AnswerSheet.instrument == PULSE)
    asked: Counter[str] = Counter()
    for occasion, people in db.session.execute(
        select(AnswerSheet.occasion, func.count(AnswerSheet.participant_id)).where(*here).group_by(AnswerSheet.occasion)
    ):
        asked[occasion] = people
    answered: Counter[str] = Counter()
    counts: dict[str, dict[int, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
    seen = set()
    columns = (AnswerSheet.id, AnswerSheet.occasion, Answer.question, Answer.value)
    wanted = select(*columns).join(Answer, Answer.sheet_id == AnswerSheet.id).where(*here)
    for sheet, occasion, question, value in db.session.execute(wanted):
        counts[occasion][question][value] += 1
        answered[occasion] += sheet not in seen
        seen.add(sheet)
    return asked, answered, counts


def _voice(module: str, title: str, asked: int, answered: int, counts: dict[int, Counter[int]]) -> Voice:
    of = pulse()
    told = tuple(
        Told(question, sum(counts[question.number].values()), shown(counts[question.number], tuple(question.answers), of.fewest))
        for question in of.questions
    )
    return Voice(module, title, asked, answered, told)
