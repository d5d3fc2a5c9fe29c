"""Questionnaires as data, when a module is over, and how answers of a few people are shown so that nobody can be recognised."""

from __future__ import annotations

from collections import Counter
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
    """How many gave one of these answers; several values where too few people gave each alone."""

    values: tuple[int, ...]
    people: int


@dataclass(frozen=True, slots=True)
class Said:
    """One answer. who: anything that is one for each person, None on a sheet without a name; occasion: nobody answers twice on one."""

    value: int
    who: object = None
    occasion: str = ""


def people(answers: Iterable[Said]) -> int:
    """How many people gave these answers at least: those known apart, or the most sheets on any one occasion where these are more."""
    answers = list(answers)
    known, at_once = {said.who for said in answers} - {None}, Counter(said.occasion for said in answers)
    return max(len(known), max(at_once.values(), default=0))


def shown(answers: Iterable[Said], values: Sequence[int], fewest: int) -> tuple[Cell, ...]:
    """The answers to one question with none shown alone that fewer than `fewest` people gave; empty where fewer answered at all.

    values: every answer, in order. An answer of a few people is joined with the next, or the one before; what nobody gave may stand alone
    as 0. The same person answering on several occasions counts as one.
    """
    answers = list(answers)
    if people(answers) < fewest:
        return ()
    cells: list[tuple[tuple[int, ...], list[Said]]] = [((value,), [said for said in answers if said.value == value]) for value in values]
    while any(given and people(given) < fewest for _values, given in cells):
        place = next(place for place, (_values, given) in enumerate(cells) if given and people(given) < fewest)
        other = place + 1 if place + 1 < len(cells) else place - 1
        first, second = sorted((place, other))
        cells[first : second + 1] = [(cells[first][0] + cells[second][0], cells[first][1] + cells[second][1])]
    return tuple(Cell(together, len(given)) for together, given in cells)
