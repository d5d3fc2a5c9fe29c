"""Hides the names of a group's people in running text: each becomes the pseudonym of that person."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping

SHORT = 3  # first names up to here are also words ("bo", "liv"): they count as names only when written with a capital
GENITIVE = r"(?:['’]?s|['’])?"  # "Amals", "Amal's", "Jens'"
PREFIXES = {"HEBREW": "[ובלמהכש]{0,2}", "ARABIC": "[وفبكل]{0,2}"}  # written together with the name: "and", "to", "with"


class Veil:
    """The names of some people and what they are called instead. `hide(text)` does it; made once, used for many texts."""

    def __init__(self, people: Mapping[str, str] | Iterable[tuple[str, str]]) -> None:
        """people: whole name -> pseudonym, or such pairs where two people have one name."""
        called: dict[str, list[str]] = defaultdict(list)
        for name, pseudonym in people.items() if isinstance(people, Mapping) else people:
            for form in _forms(_composed(name)):
                if pseudonym not in called[form]:
                    called[form].append(pseudonym)
        self._called = {form: "/".join(sorted(pseudonyms)) for form, pseudonyms in called.items()}
        loose = [form for form in self._called if len(form) > SHORT]
        strict = [form for form in self._called if len(form) <= SHORT]
        self._patterns = [_pattern(loose, re.IGNORECASE), _pattern([*strict, *(form.upper() for form in strict)], 0)]
        self._folded = {form.casefold(): pseudonym for form, pseudonym in self._called.items()}

    def hide(self, text: str) -> str:
        """The text with every first name, last name and whole name replaced; an s of possession stays."""
        found = _composed(text)
        for pattern in self._patterns:
            if pattern is not None:
                found = pattern.sub(self._replaced, found)
        return found

    def found(self, text: str) -> tuple[str, ...]:
        """The names in a text as they are written there, each once. A single name counts only with a capital: "hans" is not Hans."""
        matches = (match["name"] for pattern in self._patterns if pattern is not None for match in pattern.finditer(_composed(text)))
        names = (" ".join(name.split()) for name in matches)
        return tuple(dict.fromkeys(name for name in names if " " in name or name[:1] != name[:1].lower() or name.upper() == name.lower()))

    def _replaced(self, match: re.Match[str]) -> str:
        name = " ".join(match["name"].split()).casefold()
        return f"{match['before'] or ''}{self._folded[name]}{match['after'] or ''}"


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _forms(name: str) -> list[str]:
    """Every way a name is written: whole, first, last, first with an initial, the parts of a double name."""
    words = name.split()
    if not words:
        return []
    parts = [part for word in words for part in word.split("-") if word[:1].isupper() or not word[:1].islower()]
    singles = [word for word in (*words, *parts) if len(word) > 1 and not word[:1].islower()] or words[:1]
    initials = [f"{words[0]} {words[-1][0]}.", f"{words[0]} {words[-1][0]}"] if len(words) > 1 else []
    ends = [f"{words[0]} {words[-1]}"] if len(words) > 2 else []
    singles = [single for single in singles if len(single) > 2 or single == words[0]]
    return list(dict.fromkeys([" ".join(words), *ends, *initials, *singles]))


def _pattern(forms: list[str], flags: int) -> re.Pattern[str] | None:
    """Finds any of the forms as whole words, the longest first, with what may stand against them."""
    if not forms:
        return None
    written = [r"\s+".join(re.escape(word) for word in form.split()) for form in sorted(set(forms), key=lambda form: (-len(form), form))]
    scripts = {unicodedata.name(form[0], "").split()[0] for form in forms}
    before = "|".join(PREFIXES[script] for script in sorted(scripts) if script in PREFIXES)
    prefix = f"(?P<before>{before})" if before else "(?P<before>)"
    return re.compile(rf"(?<!\w){prefix}(?P<name>{'|'.join(written)})(?P<after>{GENITIVE})(?!\w)", flags)
