"""The curriculum as data: load it, translate it, show it on screen and paper, check it. Needs neither Flask nor a database.

    programme = content.load()
    page = content.translate(programme.document("recovery-what-helps"), content.language(catalogue, "da"))
    content.html(page, programme, language)                    on screen
    pdf.render([content.printed(page, programme, language)])   on paper
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from imrgroups.config import curriculum_folder, translations_folder
from imrgroups.library.content import catalogues, checks, reading
from imrgroups.library.content.blocks import CurriculumError, Text, texts
from imrgroups.library.content.checks import Finding, Report, Row
from imrgroups.library.content.languages import ENGLISH, Language, from_po, language, translate, translated
from imrgroups.library.content.paper import cover, homework, module_pack, printed
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
from imrgroups.library.content.screen import Field, fields, html

__all__ = [
    "ENGLISH", "CurriculumError", "Document", "Field", "Figure", "Finding", "Guide", "Handout", "Homework", "Language", "Module",
    "Programme", "Report", "Row", "Sheet", "Source", "Step", "Technique", "Text", "Topic", "Worksheet", "check", "cover", "fields",
    "from_po", "homework", "html", "language", "listing", "load", "module_pack", "printed", "texts", "translate", "translated",
    "update_catalogues",
]

LOOK_AGAIN_SECONDS = 1.0  # how often a watched curriculum is looked at for changes

_loaded: dict[Path, tuple[Programme, int, float]] = {}
_lock = threading.Lock()


def load(path: Path | str | None = None, *, watch: bool = False) -> Programme:
    """The programme under `path` (default: the shipped curriculum), read once per process.

    watch: for development; a changed file is noticed within a second and everything is read again.
    Raises CurriculumError with file, line and what to do; further mistakes are its notes.
    """
    root = Path(path) if path else curriculum_folder()
    now = time.monotonic()
    with _lock:
        if root in _loaded:
            programme, stamp, looked = _loaded[root]
            if not watch or now - looked < LOOK_AGAIN_SECONDS:
                return programme
            if _stamp(root) == stamp:
                _loaded[root] = (programme, stamp, now)
                return programme
        stamp = _stamp(root)
        mistakes: list[CurriculumError] = []
        programme = reading.read(root, mistakes.append)
        if mistakes:
            for other in mistakes[1:]:
                mistakes[0].add_note(str(other))
            raise mistakes[0]
        _loaded[root] = (programme, stamp, now)
        return programme


def _stamp(root: Path) -> int:
    """A number that changes when a file is added, removed or saved."""
    return hash(tuple(sorted((str(path), path.stat().st_mtime_ns) for path in root.rglob("*") if path.is_file())))


def listing(path: Path | str | None = None) -> dict[str, Any]:
    """What `imrgroups curriculum list --json` prints: the modules in programme order, and the techniques. Reads no page.

    Raises CurriculumError.
    """
    mistakes: list[CurriculumError] = []
    programme = reading.read(Path(path) if path else curriculum_folder(), mistakes.append, pages=False)
    if mistakes:
        raise mistakes[0]
    modules = [
        {
            "id": module.id,
            "title": module.title.source,
            "sessions": module.sessions,
            "scale_topic": module.scale_topic,
            "topics": [topic.id for topic in module.topics],
            "handouts": [topic.handout for topic in module.topics],
            "worksheets": list(dict.fromkeys(sheet for topic in module.topics for sheet in topic.worksheets)),
        }
        for module in programme.modules.values()
    ]
    return {"modules": modules, "techniques": [{"id": each.id, "family": each.family} for each in programme.techniques.values()]}


def check(
    locales: Iterable[str] = checks.COMPLETE, *, path: Path | str | None = None, translations: Path | str | None = None
) -> Report:
    """A row for each file and language, and what must be mended (`report.findings`, empty when `report.ok`).

    Mistakes in the files are findings too; only an unreadable programme.toml raises CurriculumError.
    """
    return checks.check(Path(path) if path else curriculum_folder(), Path(translations) if translations else translations_folder(), locales)


def update_catalogues(
    locales: Iterable[str], *, path: Path | str | None = None, translations: Path | str | None = None
) -> Mapping[str, Mapping[str, int]]:
    """Write curriculum.pot from the English and bring each language's curriculum.po up to date; changed texts become fuzzy.

    Returns counts per language: entries, untranslated, fuzzy, obsolete. Raises CurriculumError.
    """
    folder = Path(translations) if translations else translations_folder()
    return catalogues.update(Path(path) if path else curriculum_folder(), folder, locales)
