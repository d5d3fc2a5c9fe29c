"""The curriculum's catalogues: the template made from the English, and each language brought up to date with it.

A translation is reviewed when its entry carries the translator comment `# reviewed: name date`. An entry whose English changed
becomes fuzzy and loses that comment: somebody has to read it again.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po, write_po

from imrgroups.library.content.blocks import CurriculumError

REVIEWED = "reviewed:"
IDLE_HEADERS = tuple(
    f'"{header}'.encode()
    for header in (
        "POT-Creation-Date", "PO-Revision-Date: YEAR", "Last-Translator: FULL", "Report-Msgid-Bugs-To: EMAIL", "Language-Team: LANG",
        "Language-Team: da <LL", "Language-Team: sv <LL", "Language-Team: he <LL",
    )
)
ALIKE = 0.6  # share of words two texts have in common for one to be a changed form of the other
CANDIDATES = 3
WORDS = Path(__file__).parent / "words.toml"
HEADER = "# Texts of the programme's handouts, worksheets, guides and figures.\n# English source; see docs/curriculum-format.md."


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a catalogue: what is said, and how far it can be trusted."""

    said: str
    fuzzy: bool
    reviewed: str  # "name date", empty while nobody has

    @property
    def usable(self) -> bool:
        """True when the page may show it."""
        return bool(self.said) and not self.fuzzy


def po_path(translations: Path, locale: str) -> Path:
    """Where the curriculum's catalogue of a language lies."""
    return translations / locale / "LC_MESSAGES" / "curriculum.po"


def entries(po: Path) -> Mapping[str, Entry]:
    """The entries of a catalogue by English source; empty when there is no such file."""
    if not po.exists():
        return {}
    return {
        str(message.id): Entry(str(message.string or ""), message.fuzzy, _reviewer(message))
        for message in _read(po)
        if message.id
    }


def _read(po: Path, locale: str | None = None) -> Catalog:
    try:
        with po.open("rb") as file:
            return read_po(file, locale=locale, abort_invalid=True)
    except PoFileError as error:  # counts lines from 0
        raise CurriculumError(po, error.lineno + 1, "this line is not part of a catalogue (PO); mend or remove it") from None


def _reviewer(message: Message) -> str:
    for comment in message.user_comments:
        if comment.strip().lower().startswith(REVIEWED):
            return comment.strip()[len(REVIEWED) :].strip()
    return ""


def sources(curriculum: Path) -> list[Path]:
    """Every file with translatable text: the programme, module by module as participants meet it, instruments, the page words."""
    files = [curriculum / "programme.toml"]
    for module in sorted((curriculum / "modules").glob("*/")):
        files.append(module / "module.toml")
        for pattern in ("handouts/*.md", "worksheets/*.md", "homework.toml", "family.md", "ward.md", "guide/*.md", "figures/*.svg"):
            files += sorted(module.glob(pattern))
    files += sorted((curriculum / "instruments").glob("*.toml"))
    return [file for file in files if file.exists()] + [WORDS]


def template(curriculum: Path) -> Catalog:
    """Every translatable text of the curriculum as a catalogue without translations. Raises CurriculumError."""
    from imrgroups.library.extract import file_messages, named

    catalogue = Catalog(project="imrgroups curriculum", version="1", header_comment=HEADER, charset="utf-8")
    for path in sources(curriculum):
        try:
            file = path.relative_to(curriculum.parent).as_posix()
        except ValueError:
            file = path.name
        for kind, text, _ in file_messages(str(path), path.read_text(encoding="utf-8")):
            if text.translatable:
                catalogue.add(text.source, locations=[(file, text.line)], auto_comments=[f"{named(file)}: {kind}"])
    return catalogue


def update(curriculum: Path, translations: Path, locales: Iterable[str]) -> Mapping[str, Mapping[str, int]]:
    """Write curriculum.pot and bring each language's curriculum.po up to date, making the file where there is none.

    Returns for each locale how many entries there are, and how many are untranslated, fuzzy and obsolete.
    """
    made = template(curriculum)
    write(made, translations / "curriculum.pot")
    counts = {}
    for locale in locales:
        po = po_path(translations, locale)
        catalogue = _read(po, locale) if po.exists() else Catalog(locale=locale, project="imrgroups curriculum", version="1")
        catalogue.update(made, no_fuzzy_matching=True, update_header_comment=True)
        _keep_changed(catalogue)
        write(catalogue, po)
        real = [message for message in catalogue if message.id]
        counts[locale] = {
            "entries": len(real),
            "untranslated": sum(1 for message in real if not message.string),
            "fuzzy": sum(1 for message in real if message.fuzzy),
            "obsolete": len(catalogue.obsolete),
        }
    return counts


def _keep_changed(catalogue: Catalog) -> None:
    """Give each new text the translation of the old one it was changed from, marked fuzzy and with the old English beside it.

    Babel's own matching compares letters with every entry there is, which takes minutes; here words, with what has gone.
    """
    gone = [(message, frozenset(message.id.split())) for message in catalogue.obsolete.values() if message.string]
    for message in catalogue:
        if not message.id or message.string:
            continue
        words = frozenset(message.id.split())
        close = sorted(gone, key=lambda old: len(words & old[1]) / len(words | old[1]), reverse=True)[:CANDIDATES]
        alike = [(SequenceMatcher(None, message.id.split(), old.id.split(), autojunk=False).ratio(), old) for old, _ in close]
        ratio, old = max(alike, key=lambda each: each[0], default=(0.0, None))
        if old is not None and ratio >= ALIKE:
            message.string, message.previous_id = old.string, [old.id]
            message.flags.add("fuzzy")


def write(catalogue: Catalog, po: Path) -> None:
    """Write a catalogue whole or not at all, without header lines that say nothing or change when no text has changed."""
    catalogue.fuzzy = False  # of the header
    buffer = BytesIO()
    write_po(buffer, catalogue, width=120, include_previous=True)
    kept = [line for line in buffer.getvalue().split(b"\n") if not line.startswith(IDLE_HEADERS)]
    po.parent.mkdir(parents=True, exist_ok=True)
    half = po.with_suffix(f"{po.suffix}.half")
    half.write_bytes(b"\n".join(kept))
    os.replace(half, po)
