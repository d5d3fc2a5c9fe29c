"""What participants answered after the modules beside what staff recorded, in counts that point at nobody."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from imrgroups.fidelity import evidence
from imrgroups.fidelity.evidence.instruments import instrument_of
from imrgroups.fidelity.models import Review
from imrgroups.outcomes import voice


def heard(review: Review, on: date, now: datetime) -> dict[str, Any]:
    """Both as of a day, in the shapes of JSON; words are the English of the questionnaire, which pages translate.

    questions: each with its item of the scale, what staff recorded for that item (numerator, denominator), and cells: answers, people.
    """
    told = voice.together(review.group_id, min(now, _end(on, review.group.timezone)))
    found = evidence.count(evidence.group_facts(review.group_id), on, instrument_of(review))
    return {
        "version": voice.pulse().version, "fewest": voice.pulse().fewest, "asked": told.asked, "answered": told.answered,
        "questions": [
            {
                "question": each.question.question, "item": each.question.fidelity_item, "recorded": _recorded(found, each.question),
                "cells": [
                    {"answers": [each.question.answers[value] for value in cell.values], "people": cell.people} for cell in each.cells
                ],
            }
            for each in told.told
        ],
    }


def _recorded(found: evidence.Evidence, question: voice.Question) -> list[int] | None:
    if question.fidelity_item is None:
        return None
    item = found.item(question.fidelity_item)
    return [item.numerator or 0, item.denominator or 0]


def _end(on: date, zone: str) -> datetime:
    return datetime.combine(on + timedelta(days=1), time(), ZoneInfo(zone))
