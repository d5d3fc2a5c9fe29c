"""The curriculum's catalogues: the template made from the English, and each language brought up to date with it.

A translation is reviewed when its entry carries the translator comment `# reviewed: name date`. An entry whose English changed
becomes fuzzy and loses that comment: somebody has to read it again.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from io import BytesIO
from pathlib import Path
from typing import IO

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, read_po, unescape, write_po

from imrgroups.library.content.blocks import CurriculumError

REVIEWED = "reviewed:"
IDLE_HEADERS = tuple(
    f'"{header}'.encode()
    for header in (
        "POT-Creation-Date", "PO-Revision-Date: YEAR", "Last-Translator: FULL", "Report-Msgid-Bugs-To: EMAIL", "Language-Team: LANG",
        "Language-Team: da <LL", "Language-Team: sv <LL", "Language-Team: he <LL",
    )
)
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
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
    before: str = ""  # of a fuzzy entry: the English it was a translation of, where the catalogue knows it

    @property
    def usable(self) -> bool:
        """True when the page may show it."""
        return bool(self.said) and not self.fuzzy


def po_path(translations: Path, locale: str) -> Path:
    """Where the curriculum's catalogue of a language lies."""
    return translations / locale / "LC_MESSAGES" / "curriculum.po"


def entries(po: Path) -> Mapping[str, Entry]:
    """The entries of a catalogue by English source; empty when there is no such file."""
    return entries_of(_read(po)) if po.exists() else {}


def entries_of(catalogue: Catalog) -> dict[str, Entry]:
    """The entries of a catalogue that has been read, by English source."""
    return {
        str(message.id): Entry(str(message.string or ""), message.fuzzy, _reviewer(message), str(next(iter(message.previous_id), "")))
        for message in catalogue
        if message.id
    }


def _read(po: Path, locale: str | None = None) -> Catalog:
    with po.open("rb") as file:
        return read(file, po, locale)


def read(file: IO[bytes], name: str | Path, locale: str | None = None) -> Catalog:
    """A catalogue (PO) as it stands in a file. Raises CurriculumError with the name, the line and what to do."""
    try:
        catalogue = read_po(file, locale=locale, abort_invalid=True)
    except PoFileError as error:  # counts lines from 0
        raise CurriculumError(name, error.lineno + 1, "this line is not part of a catalogue (PO); mend or remove it") from None
    for message in catalogue:
        old = [comment for comment in message.user_comments if comment.startswith("|")]
        if old:  # Babel writes the English of before, wrapped like prose, and reads it back as a comment
            message.user_comments = [comment for comment in message.user_comments if comment not in old]
            message.previous_id = ["".join(unescape(part) for part in QUOTED.findall(" ".join(line.lstrip("| ") for line in old)))]
    return catalogue


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
        catalogue = current(made, translations, locale)
        write(catalogue, po_path(translations, locale))
        real = [message for message in catalogue if message.id]
        counts[locale] = {
            "entries": len(real),
            "untranslated": sum(1 for message in real if not message.string),
            "fuzzy": sum(1 for message in real if message.fuzzy),
            "obsolete": len(catalogue.obsolete),
        }
    return counts


def current(made: Catalog, translations: Path, locale: str) -> Catalog:
    """The catalogue of a language brought up to date with the template, in memory; translations of changed texts become fuzzy."""
    po = po_path(translations, locale)
    catalogue = _read(po, locale) if po.exists() else Catalog(locale=locale, project="imrgroups curriculum", version="1")
    before = {message.id: message.previous_id for message in catalogue if message.previous_id and message.fuzzy}
    catalogue.update(_copied(made), no_fuzzy_matching=True, update_header_comment=True)
    for message in catalogue:
        message.previous_id = before.get(message.id, []) if message.fuzzy else []
    _keep_changed(catalogue)
    return catalogue


def _copied(made: Catalog) -> Catalog:
    """The template once more: Babel puts its very messages into the catalogue, and a language must not write into that of the next."""
    copy = Catalog(project=made.project, version=made.version, header_comment=made.header_comment, charset=made.charset)
    for message in made:
        if message.id:
            copy[message.id] = message.clone()
    return copy


def _keep_changed(catalogue: Catalog) -> None:
    """Give each new text the translation of the old one it was changed from, marked fuzzy and with the old English beside it.

    Babel's own matching compares letters with every entry there is, which takes minutes; here words, with what has gone.
    """
    gone = Gone({str(message.id): str(message.string) for message in catalogue.obsolete.values() if message.string})
    for message in catalogue:
        if message.id and not message.string and (old := gone.closest(message.id)):
            message.string, message.previous_id = gone.said[old], [old]
            message.flags.add("fuzzy")


class Gone:
    """Translations of texts that are no longer in the curriculum, to find the one a new text was changed from."""

    def __init__(self, said: Mapping[str, str]) -> None:
        self.said = said
        self._words = [(source, frozenset(source.split())) for source in said]
        self._found: dict[str, str] = {}

    def closest(self, source: str) -> str:
        """The English of before that `source` was changed from; empty when none is alike enough."""
        if self._words and source not in self._found:
            self._found[source] = self._closest(source)
        return self._found.get(source, "")

    def _closest(self, source: str) -> str:
        words = frozenset(source.split())
        close = sorted(self._words, key=lambda old: len(words & old[1]) / len(words | old[1]), reverse=True)[:CANDIDATES]
        alike = [(SequenceMatcher(None, source.split(), old.split(), autojunk=False).ratio(), old) for old, _ in close]
        ratio, found = max(alike, key=lambda each: each[0], default=(0.0, ""))
        return found if ratio >= ALIKE else ""


def write(catalogue: Catalog, po: Path) -> None:
    """Write a catalogue whole or not at all."""
    data = written(catalogue)
    po.parent.mkdir(parents=True, exist_ok=True)
    half = po.with_suffix(f"{po.suffix}.half")
    half.write_bytes(data)
    os.replace(half, po)


def written(catalogue: Catalog) -> bytes:
    """A catalogue as a PO file, without header lines that say nothing or change when no text has changed."""
    catalogue.fuzzy = False  # of the header
    buffer = BytesIO()
    write_po(buffer, catalogue, width=120, include_previous=True)
    return b"\n".join(line for line in buffer.getvalue().split(b"\n") if not line.startswith(IDLE_HEADERS))
