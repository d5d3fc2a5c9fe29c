"""How hard a text is to read: words, sentences, Flesch-Kincaid grade (en), LIX (da, sv), and the limits we hold to."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

LONG_SENTENCE = 15  # words; most sentences should have this many or fewer
LONG_WORD = 6  # letters; LIX counts the words that have more

# Never the end of a sentence, whatever follows.
INSIDE: Mapping[str, frozenset[str]] = {
    "en": frozenset("e.g i.e mr mrs ms dr prof st vs no approx fig p pp tel".split()),
    "da": frozenset(
        "f.eks bl.a ca kl dvs pga mht ift jf fx hr fr dr nr tlf s inkl ekskl vedr evt f.x d pr max min p.g.a d.v.s".split()
    ),
    "sv": frozenset("t.ex bl.a ca kl dvs pga jfr dr nr tel s ev fr.o.m t.o.m d.v.s p.g.a resp inkl exkl ung s.k".split()),
}
# May also close a sentence: they do when a capital follows.
CLOSING: Mapping[str, frozenset[str]] = {
    "en": frozenset("etc a.m p.m jr sr".split()),
    "da": frozenset("osv mv mm m.m m.v o.l o.lign mfl m.fl etc d.d".split()),
    "sv": frozenset("osv mm m.m m.fl o.d o.dyl etc e.d f.m e.m".split()),
}

WORD = re.compile(r"\d+(?:[.,:]\d+)*[^\W\d_]*|[^\W_]+(?:['’׳״\-\u2010\u2011.][^\W_]+)*")
STOP = re.compile(r"[.!?…؟۔]+[\"'’”»)\]]*(?=\s|$)")
OPENING = "\"'‘’“”„«»([–—- "

# English words whose syllables the rules below get wrong, by their number.
SYLLABLES = {
    1: "priest pier tier prayer aren't weren't",
    2: "ruined fibre every tired choir naive senior ok mr mrs dr vs evening business wednesday poem poet ruin fluid lion cashier "
       "soldier frontier leo noah zoe create react hundred naked sacred wicked crooked cafe maybe eyebrow argue chaos duet neon "
       "science giant rhythm neil chocolate reuse vineyard",
    3: "wherever heroin loneliness forever reinforce australian imr businesses area idea video stereo recipe element behaviour "
       "behavior familiar suicide theatre poetry creative creating created creates reacted reaction reacting museum whoever "
       "interesting vegetable karate sesame parliament genuine valium simile mosaic helium resume",
    4: "diabetes european reality cooperate catastrophe apostrophe ideally behavioural behavioral camaraderie realistic suicidal",
    5: "creativity",
}
EXCEPTIONS = {word: count for count, listed in SYLLABLES.items() for word in listed.split()}

# First halves of compounds: the silent e in the middle would be counted otherwise.
COMPOUND = re.compile(
    r"(some|home|life|there|where|care|side|time|house|safe|like|fire|phone|smoke|note|game|name|wine|bike|guide|gate|else|frame|base|fore|before|every|"
    r"bed|half|one|under|over|grand|any)([a-z]{3,})"
)
SILENT_MIDDLE = re.compile(r"[aeiouy][^aeiouy]e(?:ly|ful|fully|less|lessly|ness|ment|ments|ty)$|lvements?$|[^aeiouy]ge(?:ment|ments)$")
SILENT_END = re.compile(r"(?<![aeiouy])(?<![bcdfgkptsz]l)(?<!tr)e$")
SILENT_ES = re.compile(r"(?<![aeiouyscgzx])(?<!ch)(?<!sh)(?<![bcdfgkptsz]l)(?<!tr)es$")
SILENT_ED = re.compile(r"(?<![aeiouytd])(?<![bcdfgkptsz]l)ed$")
SILENT_S = re.compile(r"(?<![cgsxz]e)(?<!s)s$")
SILENT_UE = re.compile(r"[gq]ues?$")
# Neighbouring vowels that are spoken apart.
APART = re.compile(
    r"(?<![ctsg])ia(?!ge)|[ct]ia(?:t|lity)|tios?$|coo(?=rd|pera)|(?<![tscgx])(?<!ll)(?<!ni)io(?!n$|ns$)|[^lt]iu|iet|(?<![ct])ien[ct]|"
    r"(?<=[^aeiouy])i(?:er|ers|est)$|(?<![qg])ua[lrt]|(?<![qg])ue[ln]|[eou]ing|ying$|ying(?=ly)|[aeou]y[aou]|[aeou]ye(?!d?$|s$)|(?:is|as)ms?$|[dst]n't$|eity|uous|eol|eog"
)


@dataclass(frozen=True, slots=True)
class Level:
    """How hard one text is: counts, the score and its name ("grade", "lix" or "" where only length is measured)."""

    words: int
    sentences: int
    longest: int
    over_15: int
    over_20: int
    measure: str
    score: float | None


@dataclass(frozen=True, slots=True)
class Limit:
    """The highest score and the longest sentence (words) a kind of text may have; None means no limit."""

    measure: str
    score: float | None
    longest: int | None
    most_short: bool


class Problem(StrEnum):
    """Why a text is too hard."""

    TOO_HARD = "too_hard"
    SENTENCE_TOO_LONG = "sentence_too_long"
    MANY_LONG_SENTENCES = "many_long_sentences"


MEASURES: Mapping[str, str] = {"en": "grade", "da": "lix", "sv": "lix"}
PARTICIPANT_KINDS = frozenset({"handout", "worksheet", "family", "homework"})
STAFF_KINDS = frozenset({"guide", "ward"})
HIGHEST: Mapping[tuple[bool, str], float] = {(True, "grade"): 6.0, (True, "lix"): 30.0, (False, "grade"): 9.0, (False, "lix"): 40.0}


def language(locale: str) -> str:
    """The language part of a locale: "da_DK" and "da-DK" give "da"."""
    return re.split(r"[-_]", locale.strip().lower(), maxsplit=1)[0]


def words(text: str) -> list[str]:
    """The words of a text in order; hyphenated words, contractions and numbers such as 7.30 are one word each."""
    bare = "".join(c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c) != "Mn")
    return WORD.findall(bare)


def sentences(text: str, locale: str = "en") -> list[str]:
    """The sentences of a text in order, each with at least one word.

    text: paragraphs and list items with an empty line between them; a sentence never runs over an empty line.
    Abbreviations, initials, ordinals ("5. januar") and a quotation inside a sentence ("Are you in?" she asked) do not end one.
    """
    found: list[str] = []
    for block in re.split(r"\n\s*\n", text):
        block = " ".join(block.split())
        start = 0
        for stop in STOP.finditer(block):
            if _ends(block, stop, language(locale)):
                found.append(block[start : stop.end()].strip())
                start = stop.end()
        found.append(block[start:].strip())
    return [sentence for sentence in found if words(sentence)]


def _ends(block: str, stop: re.Match[str], lang: str) -> bool:
    following = block[stop.end() :].lstrip(OPENING)
    if not following:
        return True
    if following[0].islower():
        return False
    if stop.group().rstrip("\"'’”»)]") != ".":
        return True
    before = re.search(r"\S+$", block[: stop.start()])
    token = before.group().lstrip(OPENING) if before else ""
    if len(token) == 1 and token.isalpha() and token.isupper() and token != "I":
        return False
    if token.isdigit() and following[0].isdigit():
        return False
    if token.lower() in INSIDE.get(lang, frozenset()):
        # "There is no." ends; "no. 5" does not.
        return lang == "en" and token.lower() == "no" and not following[0].isdigit()
    if token.lower() in CLOSING.get(lang, frozenset()):
        return following[0].isupper()
    return True


def syllables(word: str) -> int:
    """How many syllables an English word has when spoken, at least 1; numbers are counted as they are read."""
    plain = unicodedata.normalize("NFKD", word.replace("’", "'"))
    plain = "".join(c for c in plain if unicodedata.category(c) != "Mn")
    if "-" in plain or "." in plain:
        return sum(syllables(part) for part in re.split(r"[-.]", plain) if part) or 1
    if any(c.isdigit() for c in plain):
        return max(1, sum(_spoken(int(part)) if part.isdigit() else syllables(part) for part in re.findall(r"\d+|[^\W\d_]+", plain)))
    if plain.isupper() and 1 < len(plain) <= 4 and not re.search(r"[AEIOUY]", plain):
        return len(plain) + 2 * plain.count("W")
    return _count(plain.lower())


def _count(word: str) -> int:
    for form in (word, word.removesuffix("'s"), SILENT_S.sub("", word)):
        if form in EXCEPTIONS:
            return EXCEPTIONS[form]
    if (compound := COMPOUND.fullmatch(word.removesuffix("'s"))) and re.search(r"[aeiouy]", compound.group(2)):
        return _count(compound.group(1)) + _count(compound.group(2))
    apart = len(APART.findall(word))
    word = word.replace("'", "")
    count = len(re.findall(r"[aeiouy]+", word)) + apart
    for silent in (SILENT_MIDDLE, SILENT_END, SILENT_ES, SILENT_ED, SILENT_UE):
        if silent.search(word):
            count -= 1
    return max(1, count)


def _spoken(number: int) -> int:
    """Syllables of a whole number read aloud; above 9999 digit by digit."""
    small = (2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 3, 1, 2, 2, 2, 2, 3, 2, 2)
    if number < 20:
        return small[number]
    if number < 100:
        tens = 3 if number // 10 == 7 else 2
        return tens + (small[number % 10] if number % 10 else 0)
    if number < 1000:
        return small[number // 100] + 2 + (_spoken(number % 100) if number % 100 else 0)
    if number < 10000:
        return _spoken(number // 1000) + 2 + (_spoken(number % 1000) if number % 1000 else 0)
    return sum(small[int(digit)] for digit in str(number))


def grade(text: str) -> float | None:
    """The Flesch-Kincaid grade of an English text, None when it has no words.

    Source: Kincaid 1975: 0.39 words per sentence + 11.8 syllables per word - 15.59.
    """
    found = words(text)
    if not found:
        return None
    per_sentence = len(found) / len(sentences(text, "en"))
    return 0.39 * per_sentence + 11.8 * sum(map(syllables, found)) / len(found) - 15.59


def lix(text: str, locale: str = "da") -> float | None:
    """LIX of a text: words per sentence plus the percentage of words of more than six letters; None without words.

    A colon does not end a sentence here, so our figure is never lower than that of a counter that says it does.
    Source: Björnsson 1968.
    """
    found = words(text)
    if not found:
        return None
    long = sum(1 for word in found if sum(c.isalnum() for c in word) > LONG_WORD)
    return len(found) / len(sentences(text, locale)) + 100 * long / len(found)


def level(text: str | Iterable[str], locale: str = "en") -> Level:
    """How hard a text is in its language.

    text: one string with empty lines between paragraphs and list items, or an iterable of such blocks.
    score is the Flesch-Kincaid grade for English, LIX for Danish and Swedish, None elsewhere and for an empty text.
    """
    whole = text if isinstance(text, str) else "\n\n".join(text)
    lengths = [len(words(sentence)) for sentence in sentences(whole, locale)]
    measure = MEASURES.get(language(locale), "")
    score = grade(whole) if measure == "grade" else lix(whole, locale) if measure == "lix" else None
    return Level(
        words=sum(lengths), sentences=len(lengths), longest=max(lengths, default=0),
        over_15=sum(n > LONG_SENTENCE for n in lengths), over_20=sum(n > 20 for n in lengths), measure=measure, score=score,
    )


def limit(kind: str, locale: str = "en") -> Limit:
    """What a kind of text may be at most in a language.

    kind: handout, worksheet, family, homework (read by participants), guide or ward (read by staff). Raises ValueError for another.
    Where no formula is known (he, ar) staff texts get a longest sentence instead of a score.
    """
    if kind not in PARTICIPANT_KINDS | STAFF_KINDS:
        raise ValueError(f"unknown kind of text: {kind!r}")
    easy = kind in PARTICIPANT_KINDS
    measure = MEASURES.get(language(locale), "")
    longest = 20 if easy else None if measure else 30
    return Limit(measure, HIGHEST.get((easy, measure)), longest, most_short=easy)


def problems(found: Level, allowed: Limit) -> list[Problem]:
    """Why a text is over its limit, hardest reason first; empty when it is not. A score equal to the limit is allowed."""
    reasons = []
    if allowed.score is not None and found.score is not None and round(found.score, 1) > allowed.score:
        reasons.append(Problem.TOO_HARD)
    if allowed.longest is not None and found.longest > allowed.longest:
        reasons.append(Problem.SENTENCE_TOO_LONG)
    if allowed.most_short and 2 * found.over_15 > found.sentences:
        reasons.append(Problem.MANY_LONG_SENTENCES)
    return reasons
