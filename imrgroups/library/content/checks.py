"""Is the curriculum complete, readable and translated? One row for each file and language, and the findings that must be mended.

A finding is a limit passed, a part missing, or a text not translated. That nobody has reviewed a translation is only a remark.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePath
from typing import Any

from imrgroups.library.content import catalogues, parts, reading
from imrgroups.library.content.blocks import CurriculumError
from imrgroups.library.content.catalogues import Entry
from imrgroups.library.content.messages import Message
from imrgroups.library.content.programme import Programme
from imrgroups.library.extract import file_messages
from imrgroups.rules import readability

COMPLETE = ("en", "da")  # in other languages a module nobody has begun to translate is no finding
SAME_AT_MOST = 0.05  # share of entries that may equal their English
KINDS = {"handouts": "handout", "worksheets": "worksheet", "guide": "guide", "figures": "figure", "instruments": "instrument"}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to mend: where, in which language, and what to do."""

    file: str
    line: int
    locale: str
    what: str


@dataclass(frozen=True, slots=True)
class Row:
    """One file in one language. score: Flesch-Kincaid grade or LIX by `measure`, None where neither is measured."""

    file: str
    locale: str
    kind: str
    words: int = 0
    measure: str = ""
    score: float | None = None
    longest: int = 0
    missing: int = 0
    untranslated: int = 0
    fuzzy: int = 0
    unreviewed: int = 0
    begun: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """Rows and findings of a check. same: per language, the share of entries that equal their English."""

    rows: Sequence[Row]
    findings: Sequence[Finding]
    same: Mapping[str, float] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """True when there is nothing to mend."""
        return not self.findings

    def as_dict(self) -> dict[str, Any]:
        """The report as plain data, for JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    kind: str
    module: str
    messages: tuple[Message, ...]


def check(curriculum: Path, translations: Path, locales: Iterable[str] = COMPLETE) -> Report:
    """Check every file of the curriculum in each language. Raises CurriculumError only when programme.toml cannot be read."""
    mistakes: list[CurriculumError] = []
    programme = reading.read(curriculum, mistakes.append)
    files = list(_files(curriculum, mistakes))
    findings = [Finding(each.file, each.line, "en", each.what) for each in dict.fromkeys(mistakes)]
    broken = {finding.file for finding in findings}
    lacking = _lacking(programme, curriculum, broken)
    rows: list[Row] = []
    same: dict[str, float] = {}
    for locale in locales:
        if locale.split("_")[0] == "en":
            for file in files:
                missing = lacking.get(file.name, [])
                findings += [Finding(file.name, m.line, locale, m.what) for m in missing]
                rows.append(_row(file, locale, {}, findings, len(missing)))
        else:
            known = catalogues.entries(catalogues.po_path(translations, locale))
            begun = {file.module for file in files if _begun(file, known)}
            begun |= {""} if begun else set()  # the programme and the page words stand on every page
            rows += [_row(file, locale, known, findings, 0, _expected(file, locale, begun)) for file in files]
            same[locale] = _same(files, known)
            if same[locale] > SAME_AT_MOST:
                what = f"{same[locale]:.0%} of the entries equal their English; translate them (at most {SAME_AT_MOST:.0%})"
                findings.append(Finding(catalogues.po_path(translations, locale).name, 1, locale, what))
    return Report(rows, sorted(set(findings), key=lambda f: (f.locale != "en", f.locale, f.file, f.line)), same)


def _files(curriculum: Path, mistakes: list[CurriculumError]) -> Iterator[_File]:
    seen = {(mistake.file, mistake.line) for mistake in mistakes}
    for path in catalogues.sources(curriculum):
        name = reading.shown(path, curriculum) if path != catalogues.WORDS else path.name
        module = path.relative_to(curriculum).parts[1] if "modules" in path.parts and path != catalogues.WORDS else ""
        kind = KINDS.get(path.parent.name, path.stem)
        try:
            found = tuple(m for m in file_messages(str(path), path.read_text(encoding="utf-8")) if m.text.translatable)
        except CurriculumError as error:
            if (name, error.line) not in seen:
                mistakes.append(CurriculumError(name, error.line, error.what))
            found = ()
        yield _File(name, kind, module, found)


def _lacking(programme: Programme, curriculum: Path, broken: Collection[str]) -> dict[str, list[parts.Missing]]:
    """What is missing, by file. A file that is there but could not be read is not called missing: its own mistake has been told."""
    found = {document.file: list(parts.of_page(document, programme)) for document in programme.documents()}
    for module in programme.modules.values():
        folder = reading.shown(curriculum / "modules" / module.folder, curriculum)
        found[f"{folder}/module.toml"] = list(parts.of_module(module, programme))
        found[f"{folder}/homework.toml"] = list(parts.of_homework(module))
    def there(file: str, missing: parts.Missing) -> bool:
        return any(f"{'/'.join(PurePath(file).parts[:3])}/{word.strip(',')}" in broken for word in missing.what.split()[1:2])

    return {file: [each for each in missing if not there(file, each)] for file, missing in found.items() if file not in broken}


def _begun(file: _File, known: Mapping[str, Entry]) -> bool:
    """Whether somebody has begun to translate a page: a handout with more than its headings done."""
    return file.kind == "handout" and any(m.running and (entry := known.get(m.text.source)) and entry.usable for m in file.messages)


def _expected(file: _File, locale: str, begun: set[str]) -> bool:
    return locale in COMPLETE or (file.module in begun and file.kind != "instrument")


def _same(files: Sequence[_File], known: Mapping[str, Entry]) -> float:
    sources = {message.text.source for file in files for message in file.messages}
    said = [source for source in sources if source in known and known[source].usable]
    return sum(known[source].said == source for source in said) / len(said) if said else 0.0


def _row(
    file: _File, locale: str, known: Mapping[str, Entry], findings: list[Finding], missing: int, begun: bool = True
) -> Row:
    english = locale.split("_")[0] == "en"
    entries = {m.text.source: known.get(m.text.source) for m in file.messages} if not english else {}
    untranslated = [source for source, entry in entries.items() if entry is None or not entry.said]
    fuzzy = [source for source, entry in entries.items() if entry and entry.said and entry.fuzzy]
    unreviewed = sum(1 for entry in entries.values() if entry and entry.usable and not entry.reviewed)
    if begun:
        for left, what in ((untranslated, "not translated"), (fuzzy, "fuzzy: the English changed, read the translation again")):
            if left:
                line = next(m.text.line for m in file.messages if m.text.source == left[0])
                findings.append(Finding(file.name, line, locale, f"{len(left)} texts are {what}; the first is: {left[0][:60]}"))
    shown: list[tuple[Message, str]] = []
    for message in file.messages:
        entry = entries.get(message.text.source)
        if english or (entry and entry.usable):
            shown.append((message, entry.said if entry else message.text.source))
    for message, said in shown:
        if said.count("**") != message.text.source.count("**"):
            findings.append(Finding(file.name, message.text.line, locale, "the translation has lost or gained a ** mark"))
    counts = {"missing": missing, "untranslated": len(untranslated), "fuzzy": len(fuzzy), "unreviewed": unreviewed, "begun": begun}
    running = [(message, said.replace("**", "")) for message, said in shown if message.running]
    if file.kind not in readability.PARTICIPANT_KINDS | readability.STAFF_KINDS or not running:
        return Row(file.name, locale, file.kind, **counts)
    level = readability.level([said for _, said in running], locale)
    findings += _too_hard(file, locale, level, running)
    score = None if level.score is None else round(level.score, 1)
    return Row(file.name, locale, file.kind, level.words, level.measure, score, level.longest, **counts)


def _too_hard(file: _File, locale: str, level: readability.Level, running: Sequence[tuple[Message, str]]) -> Iterator[Finding]:
    limit = readability.limit(file.kind, locale)
    problems = readability.problems(level, limit)
    if readability.Problem.TOO_HARD in problems:
        name = {"grade": "grade", "lix": "LIX"}[limit.measure]
        yield Finding(file.name, 1, locale, f"{name} {level.score:.1f}, at most {limit.score:g}: use shorter sentences and plainer words")
    if readability.Problem.MANY_LONG_SENTENCES in problems:
        what = f"{level.over_15} of {level.sentences} sentences have more than {readability.LONG_SENTENCE} words; most should have fewer"
        yield Finding(file.name, 1, locale, what)
    if limit.longest is not None:
        for message, said in running:
            for sentence in readability.sentences(said, locale):
                if (count := len(readability.words(sentence))) > limit.longest:
                    what = f"a sentence of {count} words, at most {limit.longest}: {sentence[:70]}"
                    yield Finding(file.name, message.text.line, locale, what)
