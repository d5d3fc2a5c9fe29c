"""The curriculum folder to a Programme: TOML, pages, figures, and what refers to what."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from imrgroups.library.content import parse
from imrgroups.library.content.blocks import CurriculumError, Text, read_toml
from imrgroups.library.content.figures import read_figure
from imrgroups.library.content.programme import (
    Document,
    Figure,
    Guide,
    Handout,
    Homework,
    Module,
    Programme,
    Sheet,
    Source,
    Step,
    Technique,
    Topic,
    Worksheet,
)

FAMILIES = ("motivational", "educational", "cognitive_behavioural", "coping_skills", "relapse_prevention", "behavioural_tailoring")
SKILLS = ("coping_skills", "relapse_prevention", "behavioural_tailoring")
WANTED: Mapping[str, tuple[str, ...]] = {
    "handout": ("id", "title", "minutes"),
    "worksheet": ("id", "title", "minutes"),
    "guide": ("topic", "title"),
    "family": ("id", "title"),
    "ward": ("id", "title"),
}


class Toml:
    """A TOML file that knows its lines, so that a mistake in a value can be pointed at."""

    def __init__(self, path: Path, root: Path) -> None:
        self.file = shown(path, root)
        try:
            self.source = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise CurriculumError(self.file, 1, "this file is missing; add it") from None
        except UnicodeDecodeError:
            raise CurriculumError(self.file, 1, "save this file as UTF-8") from None
        self.data = read_toml(self.source, self.file)

    def line(self, needle: str, nth: int = 0, after: int = 0) -> int:
        """The line of the nth place from line `after` on where `needle` stands as a key or a value; 1 when it stands nowhere."""
        lines = enumerate(self.source.splitlines(), 1)
        places = [n for n, line in lines if n >= after and re.search(rf"(?<![\w-]){re.escape(needle)}(?![\w-])", line)]
        return places[min(nth, len(places) - 1)] if places else 1

    def fail(self, needle: str, what: str, nth: int = 0, after: int = 0) -> CurriculumError:
        return CurriculumError(self.file, self.line(needle, nth, after), what)

    def get(self, table: Mapping[str, Any], key: str, kind: type, near: str) -> Any:
        """table[key], checked to be a `kind`."""
        value = table.get(key)
        if key not in table:
            raise self.fail(near, f"`{key}` is missing for {near}; add it")
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            names = {str: "words between quotes", int: "a whole number", list: "a list", bool: "true or false"}
            raise self.fail(key, f"`{key}` of {near} should be {names[kind]}", after=self.line(near))
        return value

    def text(self, table: Mapping[str, Any], key: str, near: str) -> Text:
        value = " ".join(self.get(table, key, str, near).split())
        return Text(value, self.line(value))


def shown(path: Path, root: Path) -> str:
    """The path as messages show it: from the folder that holds curriculum/."""
    try:
        return path.relative_to(root.parent).as_posix()
    except ValueError:
        return path.as_posix()


def read(root: Path, fail: Callable[[CurriculumError], None], *, pages: bool = True) -> Programme:
    """The programme under `root`. `fail` gets every mistake; what it concerns is left out and reading goes on.

    pages: False reads the TOML only (enough for a listing).
    Raises CurriculumError when programme.toml itself cannot be read.
    """
    toml = Toml(root / "programme.toml", root)
    data = toml.data
    steps = tuple(_step(toml, each) for each in toml.get(data, "steps", list, "the programme"))
    techniques = {each.id: each for each in (_technique(toml, raw) for raw in toml.get(data, "techniques", list, "the programme"))}
    version = toml.get(data, "version", str, "the programme")
    folders = _folders(root, toml, fail)
    modules: dict[str, Module] = {}
    for number, id in enumerate(toml.get(data, "modules", list, "the programme"), start=1):
        if id not in folders:
            if not any((root / "modules").glob(f"*-{id}/module.toml")):  # else that file has been told of
                fail(toml.fail(id, f"there is no folder modules/NN-{id} with a module.toml of that id"))
            continue
        try:
            module = _module(folders[id], number, root)
        except CurriculumError as error:
            fail(error)
            continue
        modules[id] = _with_pages(module, root, version, fail) if pages else module
    return _indexed(Programme(data.get("id", "imr"), version, modules, steps, techniques, data, root), fail)


def _folders(root: Path, toml: Toml, fail: Callable[[CurriculumError], None]) -> dict[str, Path]:
    found = {}
    for path in sorted((root / "modules").glob("*/module.toml")):
        try:
            id = Toml(path, root).data.get("id")
        except CurriculumError as error:
            fail(error)
            continue
        if id not in toml.data["modules"]:
            fail(CurriculumError(shown(path, root), 1, f"add `{id}` to modules in programme.toml, or remove the folder"))
        found[id] = path.parent
    return found


def _step(toml: Toml, raw: Mapping[str, Any]) -> Step:
    id = toml.get(raw, "id", str, "a step")
    minutes = toml.get(raw, "minutes", list, id)
    if len(minutes) != 2 or not all(isinstance(m, int) for m in minutes):
        raise toml.fail(id, f"`minutes` of {id} should be two whole numbers, fewest and most")
    return Step(id, toml.text(raw, "title", id), (minutes[0], minutes[1]))


def _technique(toml: Toml, raw: Mapping[str, Any]) -> Technique:
    id = toml.get(raw, "id", str, "a technique")
    family = toml.get(raw, "family", str, id)
    if family not in FAMILIES:
        raise toml.fail(family, f"`{family}` is no family of techniques; use one of {', '.join(FAMILIES)}")
    return Technique(id, family, toml.text(raw, "title", id))


def _module(folder: Path, number: int, root: Path) -> Module:
    toml = Toml(folder / "module.toml", root)
    data = toml.data
    id = toml.get(data, "id", str, "the module")
    skills = toml.get(data, "skills", list, id) if "skills" in data else []
    for skill in skills:
        if skill not in SKILLS:
            raise toml.fail(skill, f"`{skill}` is no skill; use one of {', '.join(SKILLS)}")
    topics = tuple(_topic(toml, raw) for raw in toml.get(data, "topics", list, id))
    twice = [topic.id for i, topic in enumerate(topics) if topic.id in {t.id for t in topics[:i]}]
    if twice:
        raise toml.fail(twice[0], f"the topic id `{twice[0]}` stands twice; topic ids are unique in their module", 1)
    sources = tuple(Source(toml.get(raw, "title", str, "a source"), raw) for raw in data.get("sources", []))
    title, sessions = toml.text(data, "title", id), toml.get(data, "sessions", int, id)
    return Module(id, number, folder.name, title, sessions, data.get("scale_topic") or None, tuple(skills), topics, sources)


def _topic(toml: Toml, raw: Mapping[str, Any]) -> Topic:
    id = toml.get(raw, "id", str, "a topic")
    shared = toml.text(raw, "shared_title", id) if "shared_title" in raw else None
    worksheets = toml.get(raw, "worksheets", list, id) if "worksheets" in raw else []
    return Topic(id, toml.text(raw, "title", id), toml.get(raw, "handout", str, id), tuple(worksheets), shared)


def _with_pages(module: Module, root: Path, version: str, fail: Callable[[CurriculumError], None]) -> Module:
    folder = root / "modules" / module.folder
    by_handout = {topic.handout: topic.id for topic in module.topics}

    def each(pattern: str, make: Callable[[Path], Any]) -> list[Any]:
        found = []
        for path in sorted(folder.glob(pattern)):
            try:
                found.append(make(path))
            except CurriculumError as error:
                fail(error)
        return found

    def of(cls: type[Document], kind: str) -> Callable[[Path], Document]:
        return lambda path: read_document(cls, kind, path, root, module, version, by_handout)

    in_order = {topic.handout: i for i, topic in enumerate(module.topics)}
    handouts = sorted(each("handouts/*.md", of(Handout, "handout")), key=lambda d: in_order.get(d.id, 99))
    topic_order = {topic.id: i for i, topic in enumerate(module.topics)}
    guides = sorted(each("guide/*.md", of(Guide, "guide")), key=lambda d: topic_order.get(d.topic, 99))
    sheets = each("family.md", of(Sheet, "family")) + each("ward.md", of(Sheet, "ward"))
    homework = each("homework.toml", lambda path: _homework(path, root))
    return replace(
        module,
        handouts={d.id: d for d in handouts},
        worksheets={d.id: d for d in each("worksheets/*.md", of(Worksheet, "worksheet"))},
        guides={d.topic: d for d in guides},
        sheets={d.kind: d for d in sheets},
        figures={f.id: f for f in each("figures/*.svg", lambda path: read_figure(path, shown(path, root)))},
        homework=homework[0] if homework else (),
    )


def read_document(
    cls: type[Document], kind: str, path: Path, root: Path, module: Module, version: str, by_handout: Mapping[str, str]
) -> Document:
    """One page of a module. Raises CurriculumError."""
    file = shown(path, root)
    try:
        source = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise CurriculumError(file, 1, "save this file as UTF-8") from None
    page = parse.page(source, file)
    front = page.front
    for key in WANTED[kind]:
        if key not in front or not front[key].source:
            raise CurriculumError(file, 1, f"add `{key}: ...` to the front matter")
    known = {*WANTED[kind], "shared_title"} if kind == "handout" else set(WANTED[kind])
    for key in front:
        if key not in known:
            raise CurriculumError(file, front[key].line, f"a {kind} has no `{key}` in its front matter; use {', '.join(sorted(known))}")
    minutes = front.get("minutes")
    if minutes and not minutes.source.isdigit():
        raise CurriculumError(file, minutes.line, f"write minutes as a whole number, not `{minutes.source}`")
    topic = front["topic"].source if kind == "guide" else by_handout.get(front["id"].source, "")
    id = f"guide-{module.id}-{topic}" if kind == "guide" else front["id"].source
    if kind in ("family", "ward") and id != f"{kind}-{module.id}":
        raise CurriculumError(file, front["id"].line, f"the id of this page is `{kind}-{module.id}`")
    if not parse.NAME.match(id):
        raise CurriculumError(file, front["id"].line, f"an id is lower-case words joined by hyphens, not `{id}`")
    digest = hashlib.sha256(source.encode()).hexdigest()
    return cls(
        id=id,
        kind=kind,
        module=module.id,
        module_title=module.title,
        title=front["title"],
        blocks=page.blocks,
        version=f"{version}-{digest[:6]}",
        digest=digest,
        file=file,
        minutes=int(minutes.source) if minutes else None,
        shared_title=front.get("shared_title") or next((t.shared_title for t in module.topics if t.id == topic), None),
        topic=topic,
    )


def _homework(path: Path, root: Path) -> tuple[Homework, ...]:
    toml = Toml(path, root)
    found: dict[str, Homework] = {}
    for raw in toml.get(toml.data, "homework", list, "this file"):
        id = toml.get(raw, "id", str, "a homework")
        if id in found:
            raise toml.fail(id, f"the homework id `{id}` stands twice; choose another", 1)
        minutes, supporter = toml.get(raw, "minutes", int, id), toml.get({"supporter": False} | raw, "supporter", bool, id)
        found[id] = Homework(id, minutes, toml.text(raw, "text", id), supporter)
    return tuple(found.values())


def _indexed(programme: Programme, fail: Callable[[CurriculumError], None]) -> Programme:
    """The programme with its look-ups by id; an id used twice is a mistake, the first one counts."""
    by_id: dict[str, Document] = {}
    for document in programme.documents():
        if document.id in by_id:
            fail(CurriculumError(document.file, 1, f"the id `{document.id}` is used already in {by_id[document.id].file}; choose another"))
        else:
            by_id[document.id] = document
    figures: dict[str, Figure] = {}
    for module in programme.modules.values():
        for figure in module.figures.values():
            if figure.id in figures:
                fail(CurriculumError(figure.file, 1, f"the figure `{figure.id}` exists already in {figures[figure.id].file}"))
            figures.setdefault(figure.id, figure)
    return replace(programme, _by_id=by_id, _figures=figures)
