"""Questionnaires as data, when a module is over, and how answers of a few people are shown so that nobody can be recognised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Question:
    """One question. answers: words by value, the fullest first. fidelity_item: what of the fidelity scale it stands beside, if anything."""

    number: int
    id: str
    question: str
    answers: Mapping[int, str]
    fidelity_item: int | None


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """A questionnaire. days: how long after its occasion it is asked; fewest: with fewer answers nothing is shown."""

    id: str
    version: str
    name: str
    intro: str
    thanks: str
    days: int
    fewest: int
    questions: tuple[Question, ...]


class BadAnswers(ValueError):
    """Answers that no question has; the message names the question."""


def questionnaire(data: Mapping[str, Any]) -> Questionnaire:
    """A questionnaire from the parsed TOML of curriculum/instruments/pulse.toml. Raises KeyError for what is missing."""
    questions = tuple(
        Question(
            item["number"], item["id"], item["question"],
            {int(value): words for value, words in sorted(item["answers"].items(), key=lambda pair: -int(pair[0]))},
            item.get("fidelity_item"),
        )
        for item in data["items"]
    )
    return Questionnaire(
        data["id"], data["version"], data["screen_name"], data["intro"], data["thanks"], data["timing"]["days"], data["fewest_answers"],
        questions,
    )


def checked(of: Questionnaire, answers: Mapping[int, int]) -> dict[int, int]:
    """The answers (value by number of the question), once each question has such an answer. Raises BadAnswers."""
    known = {question.number: question for question in of.questions}
    for number, value in answers.items():
        if number not in known or value not in known[number].answers:
            raise BadAnswers(f"question {number} has no answer {value}")
    return dict(answers)


def over(taught: Iterable[tuple[str, date]], planned: Iterable[str], on: date, days: int) -> dict[str, date]:
    """The modules that are over by a day, with the date of their last meeting, at most so many days before.

    taught: (module, date) of meetings held; planned: modules that a coming meeting still has.
    """
    last: dict[str, date] = {}
    for module, day in taught:
        if day <= on:
            last[module] = max(day, last.get(module, day))
    going_on = set(planned)
    return {module: day for module, day in last.items() if module not in going_on and on - day <= timedelta(days=days)}


@dataclass(frozen=True, slots=True)
class Cell:
    """How many people gave one of these answers; several values where too few gave each alone."""

    values: tuple[int, ...]
    people: int


def shown(counts: Mapping[int, int], values: Sequence[int], fewest: int) -> tuple[Cell, ...]:
    """The answers to one question with no group of people under `fewest` shown alone; empty where fewer answered at all.

    counts: people by value. values: every answer, in order. An answer that a few gave is joined with the next, or the one before; what
    nobody gave may stand alone as 0.
    """
    if sum(counts.get(value, 0) for value in values) < fewest:
        return ()
    cells = [Cell((value,), counts.get(value, 0)) for value in values]
    while any(0 < cell.people < fewest for cell in cells):
        place = next(place for place, cell in enumerate(cells) if 0 < cell.people < fewest)
        other = place + 1 if place + 1 < len(cells) else place - 1
        first, second = sorted((place, other))
        cells[first : second + 1] = [Cell(cells[first].values + cells[second].values, cells[first].people + cells[second].people)]
    return tuple(cells)


def joined(parts: Iterable[Sequence[Cell]]) -> tuple[Cell, ...]:
    """Several tables of one question added up, so that the sum tells nothing its parts do not tell: what is joined in one stays joined.

    parts: what `shown` gave for each. Empty where every part is.
    """
    found: list[Cell] = []
    for cell in (cell for part in parts for cell in part):
        met = [each for each in found if set(each.values) & set(cell.values)]
        values = {value for each in (*met, cell) for value in each.values}
        found = [each for each in found if each not in met]
        found.append(Cell(tuple(sorted(values, reverse=True)), cell.people + sum(each.people for each in met)))
    return tuple(sorted(found, key=lambda each: each.values, reverse=True))
