"""What every page of the curriculum must have (docs/curriculum-format.md), and what it refers to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import NamedTuple

from imrgroups.library.content import blocks as b
from imrgroups.library.content.messages import of_document
from imrgroups.library.content.programme import Document, Module, Programme
from imrgroups.rules import readability

LEAST_WORDS = 350
HEADINGS = ("Your turn", "In short")
HOUR = (45, 66)  # minutes of the eight steps together
FAMILIES = ("motivational", "educational", "cognitive_behavioural")
ONE_OF = ("role-play", "modelling")
LEAST_QUESTIONS = 3
GUIDE_PARTS = ("point", "questions", "goal", "supporter", "one-to-one", "ward", "facts")
DIFFICULT = ("upset", "unwell", "disagrees")
LEAST_HOMEWORK = 6
LEAST_WITH_SUPPORTER = 2
HOMEWORK_MINUTES = (2, 30)


class Missing(NamedTuple):
    """A part that is not there, or not as it should be: the line to look at and what to do."""

    line: int
    what: str


def of_page(document: Document, programme: Programme) -> Iterator[Missing]:
    """What a page lacks."""
    if document.kind in ("handout", "worksheet") and PurePath(document.file).stem != document.id:
        yield Missing(2, f"name the file {document.id}.md, as its id")
    for block in document.blocks:
        if isinstance(block, b.FigureBlock) and programme.drawing(block.figure) is None:
            line = next((text.line - 1 for text in b.texts(block)), 1)
            yield Missing(line, f"draw figures/{block.figure}.svg, or name another figure")
    match document.kind:
        case "handout":
            yield from _handout(document)
        case "worksheet" if not any(isinstance(block, b.Write | b.Grid | b.Tick) for block in document.blocks):
            yield Missing(1, "add something to fill in: ::: write, ::: grid or ::: tick")
        case "guide":
            yield from _guide(document, programme)


def _handout(document: Document) -> Iterator[Missing]:
    words = sum(len(readability.words(message.text.source)) for message in of_document(document) if message.running)
    if words < LEAST_WORDS:
        yield Missing(1, f"write {LEAST_WORDS - words} words more; a handout has {LEAST_WORDS} or more")
    if not document.blocks or not isinstance(document.blocks[0], b.Paragraph):
        yield Missing(1, "open with a paragraph that says why this matters")
    for kind, name in ((b.Example, "example"), (b.Write, "write")):
        if not any(isinstance(block, kind) for block in document.blocks):
            yield Missing(1, f"add a ::: {name}")
    headings = {block.text.source for block in document.blocks if isinstance(block, b.Heading)}
    yield from (Missing(1, f"add the heading ### {name}") for name in HEADINGS if name not in headings)


def _guide(document: Document, programme: Programme) -> Iterator[Missing]:
    if document.topic not in {topic.id for topic in programme.modules[document.module].topics}:
        yield Missing(2, f"there is no topic `{document.topic}` in module.toml")
    yield from _steps(document, programme)
    yield from _exercises(document, programme)
    found = {(part.kind, part.name): part for part in document.blocks if isinstance(part, b.Part)}
    wanted = [(kind, "") for kind in GUIDE_PARTS] + [("difficult", name) for name in DIFFICULT]
    yield from (Missing(1, f"add ::: {kind} {name}".rstrip()) for kind, name in wanted if (kind, name) not in found)
    if questions := found.get(("questions", "")):
        count = sum(len(block.items) for block in questions.blocks if isinstance(block, b.ListBlock))
        if count < LEAST_QUESTIONS:
            yield Missing(questions.line, f"give {LEAST_QUESTIONS} questions or more, as a list")


def _steps(document: Document, programme: Programme) -> Iterator[Missing]:
    steps = [block for block in document.blocks if isinstance(block, b.StepBlock)]
    wanted = [step.id for step in programme.steps]
    for step in steps:
        if step.step not in wanted:
            yield Missing(step.line, f"there is no step `{step.step}`; use one of {', '.join(wanted)}")
    if [step.step for step in steps if step.step in wanted] != wanted:
        yield Missing(steps[0].line if steps else 1, f"give the eight steps once each, in order: {', '.join(wanted)}")
    minutes = sum(step.minutes for step in steps)
    if steps and not HOUR[0] <= minutes <= HOUR[1]:
        yield Missing(steps[0].line, f"the steps take {minutes} minutes together; make it {HOUR[0]} to {HOUR[1]}")


def _exercises(document: Document, programme: Programme) -> Iterator[Missing]:
    exercises = [block for block in document.blocks if isinstance(block, b.Exercise)]
    for exercise in exercises:
        if exercise.technique not in programme.techniques:
            yield Missing(exercise.line, f"there is no technique `{exercise.technique}`; see programme.toml")
    named = {exercise.technique for exercise in exercises}
    families = {programme.techniques[id].family for id in named if id in programme.techniques}
    yield from (Missing(1, f"add an exercise of the {family} family") for family in FAMILIES if family not in families)
    if not named & set(ONE_OF):
        yield Missing(1, f"add an exercise {' or '.join(ONE_OF)}")


def of_module(module: Module, programme: Programme) -> Iterator[Missing]:
    """What a module lacks as a whole; lines are those of module.toml."""
    for topic in module.topics:
        line = topic.title.line
        if topic.handout not in module.handouts:
            yield Missing(line, f"write handouts/{topic.handout}.md for the topic {topic.id}")
        if topic.id not in module.guides:
            yield Missing(line, f"write guide/{topic.id}.md")
        for sheet in topic.worksheets:
            page = programme.find(sheet)
            if page is None or page.kind != "worksheet":
                yield Missing(line, f"write worksheets/{sheet}.md, or take it from the topic {topic.id}")
    known = {topic.handout for topic in module.topics}
    yield from (Missing(1, f"no topic gives out handouts/{id}.md; name it in a topic") for id in module.handouts if id not in known)
    yield from (Missing(1, f"write {kind}.md") for kind in ("family", "ward") if kind not in module.sheets)
    if not module.sources:
        yield Missing(1, "add [[sources]]: where the facts come from")
    if not module.homework:
        yield Missing(1, "write homework.toml")


def of_homework(module: Module) -> Iterator[Missing]:
    """What homework.toml lacks."""
    if len(module.homework) < LEAST_HOMEWORK:
        yield Missing(1, f"give {LEAST_HOMEWORK} choices or more, not {len(module.homework)}")
    if sum(each.supporter for each in module.homework) < LEAST_WITH_SUPPORTER:
        yield Missing(1, f"give at least {LEAST_WITH_SUPPORTER} choices with supporter = true")
    for each in module.homework:
        if not HOMEWORK_MINUTES[0] <= each.minutes <= HOMEWORK_MINUTES[1]:
            yield Missing(each.text.line, f"{each.id} takes {each.minutes} minutes; make it {HOMEWORK_MINUTES[0]} to {HOMEWORK_MINUTES[1]}")
