"""The programme as it is read from curriculum/: modules, topics, pages, homework, figures. Everything is frozen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from imrgroups.library.content.blocks import Block, Text


@dataclass(frozen=True, slots=True)
class Document:
    """A page of the curriculum. `locale` is the language it is shown in, `missing` the texts that stayed English.

    version: the programme's version and the first letters of the hash of what is shown, so that two texts never share one.
    """

    id: str
    kind: str  # handout, worksheet, guide, family, ward
    module: str
    module_title: Text
    title: Text
    blocks: tuple[Block, ...]
    version: str
    digest: str
    file: str
    locale: str = "en"
    missing: tuple[str, ...] = ()
    minutes: int | None = None
    shared_title: Text | None = None
    topic: str = ""

    @property
    def safe_title(self) -> Text:
        """The title for shared screens and binders: it names no illness."""
        return self.shared_title or self.title


@dataclass(frozen=True, slots=True)
class Handout(Document):
    """What participants get; one for each topic."""


@dataclass(frozen=True, slots=True)
class Worksheet(Document):
    """To fill in, on paper or on screen."""


@dataclass(frozen=True, slots=True)
class Guide(Document):
    """The leader's hour for one topic."""


@dataclass(frozen=True, slots=True)
class Sheet(Document):
    """A page for family and friends, or for ward staff."""


@dataclass(frozen=True, slots=True)
class Homework:
    """One choice for the week."""

    id: str
    minutes: int
    text: Text
    supporter: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing of the programme; its labels are translated, its picture is the same in every language."""

    id: str
    file: str
    svg: str
    title: Text | None
    labels: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement comes from; every key of the entry is kept."""

    title: str
    entry: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic of a module, with the handout and worksheets that belong to it."""

    id: str
    title: Text
    handout: str
    worksheets: tuple[str, ...]
    shared_title: Text | None = None

    @property
    def safe_title(self) -> Text:
        """The title for shared screens and binders: it names no illness."""
        return self.shared_title or self.title


@dataclass(frozen=True, slots=True)
class Module:
    """One module. Texts that are not written yet are absent from the mappings, never None."""

    id: str
    number: int
    folder: str
    title: Text
    sessions: int
    scale_topic: str | None
    skills: tuple[str, ...]
    topics: tuple[Topic, ...]
    sources: tuple[Source, ...] = ()
    handouts: Mapping[str, Handout] = field(default_factory=dict)
    worksheets: Mapping[str, Worksheet] = field(default_factory=dict)
    guides: Mapping[str, Guide] = field(default_factory=dict)  # by topic id
    sheets: Mapping[str, Sheet] = field(default_factory=dict)  # "family", "ward"
    figures: Mapping[str, Figure] = field(default_factory=dict)
    homework: tuple[Homework, ...] = ()

    def documents(self) -> Iterator[Document]:
        """Every page of the module: handouts, worksheets, family and ward sheet, guides."""
        for group in (self.handouts, self.worksheets, self.sheets, self.guides):
            yield from group.values()


@dataclass(frozen=True, slots=True)
class Step:
    """One of the eight steps of a meeting, with the fewest and most minutes."""

    id: str
    title: Text
    minutes: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Technique:
    """A way of teaching, in the family the fidelity scale counts it in."""

    id: str
    family: str
    title: Text


@dataclass(frozen=True, slots=True)
class Programme:
    """The whole curriculum. `entry` keeps programme.toml's other keys (months, exposure_minimum, quiet ...)."""

    id: str
    version: str
    modules: Mapping[str, Module]
    steps: tuple[Step, ...]
    techniques: Mapping[str, Technique]
    entry: Mapping[str, Any]
    root: Path
    _by_id: Mapping[str, Document] = field(default_factory=dict)
    _figures: Mapping[str, Figure] = field(default_factory=dict)

    def document(self, id: str) -> Document:
        """The handout, worksheet, family sheet, ward sheet or guide with this id. Raises KeyError."""
        return self._by_id[id]

    def find(self, id: str) -> Document | None:
        """document(id), or None while it has not been written."""
        return self._by_id.get(id)

    def documents(self) -> Iterator[Document]:
        """Every page, in the order of the modules."""
        for module in self.modules.values():
            yield from module.documents()

    def drawing(self, id: str) -> Figure | None:
        """The drawing with this id, whichever module it lies in; None when it has not been drawn (its description stands for it)."""
        return self._figures.get(id)

    def topic(self, module: str, topic: str) -> Topic:
        """One topic. Raises KeyError when module or topic is unknown."""
        for found in self.modules[module].topics:
            if found.id == topic:
                return found
        raise KeyError(f"{module}/{topic}")
