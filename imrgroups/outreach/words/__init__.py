"""The words of every message: which there are, which comes next, and the finished text in the reader's language.

    step, facts = "first", Facts("Anna", "Dana", on=next_on, at=next_at, today=today)
    variant = choose("missed", step, used, seed=person.id)
    text = compose("missed", step, variant, facts, person.language, shared_phone=person.shared_phone)

compose() is for texts, spoken() for calls, letter() for paper. All need an application context. What does not fit is left out in a fixed
order, never cut: the person's own words, the phone number, the place, the hour of the next meeting, the next meeting, the first name, who
writes.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from zlib import crc32

from imrgroups.i18n import LOCALES, clock, day, direction, gettext, in_language, short_day, weekday
from imrgroups.outreach.words import letters, texts
from imrgroups.outreach.words.texts import STEPS, Step
from imrgroups.rules.replies import lint
from imrgroups.rules.texting import is_gsm7, normalise, size

__all__ = [
    "STEPS", "Facts", "Slot", "answers", "choose", "compose", "fits", "is_question", "letter", "letter_slip", "part_limit", "phone_in",
    "spoken", "steps", "variants",
]
NEAR = timedelta(days=6)
# Written in letters outside GSM-7; everything else fits one part unless a name brings such letters.
WIDE = frozenset({"he", "ar"})


@dataclass(frozen=True, slots=True)
class Slot:
    """One time offered for going over what was missed: local date and time, and where."""

    on: date
    at: time
    place: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a text may tell.

    first_name: of whom it is written to. sender: first name of who writes. on, at, place: the meeting it is about, for "missed" and
    "welcome_back" the next one, if any; local. today: the local date on which it is sent; within six days the weekday alone is enough.
    new_on, new_at: for "moved" the new time, for "cancelled" the meeting after it, if any. phone: of the centre, as people write it.
    own_words: what the person wrote for a hard week, told only where may_quote. about: for "invitation" the first name of whom it is about,
    where that person agreed. slots: for "make_up_offer", one or two. words: for "own" the leader's own text.
    """

    first_name: str = ""
    sender: str = ""
    on: date | None = None
    at: time | None = None
    place: str = ""
    today: date | None = None
    new_on: date | None = None
    new_at: time | None = None
    phone: str = ""
    own_words: str = ""
    may_quote: bool = False
    about: str = ""
    slots: tuple[Slot, ...] = ()
    words: str = ""


def steps(occasion: str) -> tuple[str, ...]:
    """The steps of an occasion: "plain", or such as "first", "second", "later", each also with "_told". Raises KeyError for no occasion."""
    return tuple(STEPS[occasion])


def variants(occasion: str, step: str) -> int:
    """How many texts a step has; they are numbered from 0."""
    return len(STEPS[occasion][step].bodies)


def answers(occasion: str, step: str) -> str:
    """How 1, 2 and 3 read: "come", "call", "slots", "slot", "supporter", "each_time", "how_often", "how_much"; "" for no question."""
    return STEPS[occasion][step].answer


def is_question(occasion: str, step: str) -> bool:
    """Whether the text asks for 1, 2 or 3: what Draft.question has to be."""
    return bool(answers(occasion, step))


def choose(occasion: str, step: str, used: Sequence[int], seed: int) -> int:
    """Which variant comes next: never the one sent last, and each once before one returns.

    used: the variants of this step sent to this person, oldest first. seed: spreads people over the variants, such as the person's key.
    The same arguments always give the same answer.
    """
    count = variants(occasion, step)
    times = Counter(variant for variant in used if variant < count)
    least = min((times[variant] for variant in range(count)), default=0)
    open_ones = [variant for variant in range(count) if times[variant] == least]
    fresh = [variant for variant in open_ones if not used or variant != used[-1]] or open_ones
    return fresh[crc32(f"{occasion}/{step}/{seed}/{len(used)}".encode()) % len(fresh)]


def part_limit(occasion: str, language: str) -> int:
    """How many parts a text may take: one, two in Hebrew, and three where a leader wrote it."""
    return 3 if occasion == "own" else 2 if language in WIDE else 1


def fits(text: str, occasion: str, language: str) -> bool:
    """Whether a text keeps to its parts. A name keeps its letters: where one is outside GSM-7, two short parts are allowed."""
    return size(text).parts <= max(part_limit(occasion, language), 1 if is_gsm7(text) else 2)


def compose(occasion: str, step: str, variant: int, facts: Facts, language: str, shared_phone: bool = False) -> str:
    """The finished text, normalised, in the language (English where we do not speak it).

    shared_phone: others read it too, so no first name, no place, nothing that tells why somebody writes.
    Raises KeyError for an occasion or step there is not, and where a fact the text needs is missing (ValueError).
    """
    chosen = STEPS[occasion][step]
    if shared_phone:
        facts = replace(facts, first_name="", place="", own_words="", slots=tuple(replace(slot, place="") for slot in facts.slots))
    spoken_in = language if language in LOCALES else "en"
    facts = replace(facts, phone=phone_in(facts.phone, spoken_in))
    with in_language(spoken_in):
        for body, short in _shorter(chosen, variant, facts, shared_phone, occasion):
            onward = _onward(chosen, variant, short, occasion, shared_phone)
            text = _joined(_greeting(chosen, short), body, onward, _answer(chosen, variant), _signed(short))
            if fits(text, occasion, spoken_in):
                break
    return text


def _shorter(chosen: Step, variant: int, facts: Facts, shared: bool, occasion: str) -> Iterator[tuple[str, Facts]]:
    """(body, facts) from everything there is to say down to the least."""
    signs_with_phone = shared or occasion == "invitation"
    least = replace(facts, phone=facts.phone if signs_with_phone else "")
    if quoting := _quoting(chosen, variant, facts):
        for onward in (least, replace(least, place=""), replace(least, place="", on=None)):
            yield quoting, onward
    bodies = chosen.shared if shared and chosen.shared else chosen.bodies
    template = str(bodies[variant % len(bodies)])
    for left_out in ("", "phone", "place", "at", "on", "first_name", "sender"):
        if left_out in ("at", "on") and not chosen.onward:
            continue
        if left_out and left_out in ("at", "on") and occasion == "cancelled":
            least = replace(least, **{f"new_{left_out}": None})
        elif left_out:
            least = replace(least, **{left_out: None if left_out in ("at", "on") else ""})
        if left_out == "place":
            least = replace(least, slots=tuple(replace(slot, place="") for slot in least.slots))
        yield template % _values(least, template, short=True), least


def _quoting(chosen: Step, variant: int, facts: Facts) -> str:
    """The person's own words in their frame, at every second variant; "" where they may not or should not be told."""
    words = " ".join(facts.own_words.split())
    words += "." if words[-1:].isalnum() else ""
    if not (chosen.quoting and words and facts.may_quote and variant % 2 == 0) or lint(words):
        return ""
    return str(chosen.quoting[variant // 2 % len(chosen.quoting)]) % {"quote": words}


def _values(facts: Facts, template: str, short: bool = False) -> dict[str, str]:
    """What stands in the places of a template. Raises ValueError where the template needs what the facts lack."""
    first, second = [*facts.slots, None, None][:2]
    values = {
        "when": _when(facts.on, facts.at, facts.place, facts.today),
        "old": clock(facts.at) if facts.new_on == facts.on else short_day(facts.on),
        "new": _when(facts.new_on, facts.new_at, facts.place, facts.today),
        "about": facts.about or str(texts.CLOSE_TO_YOU), "words": facts.words,
        **{
            name: _when(slot.on, slot.at, slot.place, facts.today, short) if slot else ""
            for name, slot in (("slot_1", first), ("slot_2", second))
        },
    }
    for name, value in values.items():
        if not value and f"%({name})s" in template:
            raise ValueError(f"a text needs {name}")
    return values


def _when(on: date | None, at: time | None, place: str, today: date | None, short: bool = False) -> str:
    """A day, its hour and where: "Tuesday at 14.30, Room 2"; with the date where the weekday alone could be another week's.

    short: "Tue 19 Jan at 14.30", where two of them have to fit.
    """
    if on is None:
        return ""
    near = today is not None and timedelta(0) <= on - today <= NEAR
    named = weekday(on) if near else short_day(on) if short else day(on)
    said = gettext("%(day)s at %(time)s", day=named, time=clock(at)) if at else named
    return f"{said}, {place}" if place else said


def _greeting(chosen: Step, facts: Facts) -> str:
    if not chosen.greets:
        return ""
    named, unnamed = texts.HELLO
    return str(named) % {"name": facts.first_name} if facts.first_name else str(unnamed)


def _onward(chosen: Step, variant: int, facts: Facts, occasion: str, shared: bool = False) -> str:
    """The sentence that names the next meeting, where the step has one; never on a shared phone after a missed one."""
    on, at = (facts.new_on, facts.new_at) if occasion == "cancelled" else (facts.on, facts.at)
    if not chosen.onward or on is None or (shared and occasion != "cancelled"):
        return ""
    return str(texts.ONWARD[variant % len(texts.ONWARD)]) % {"when": _when(on, at, facts.place, facts.today)}


def _answer(chosen: Step, variant: int) -> str:
    if not chosen.answer:
        return ""
    lines = texts.ANSWERS[chosen.answer]
    return str(lines[variant % len(lines)])


def phone_in(phone: str, language: str) -> str:
    """A number as a language writes it: where lines run from the right, groups parted by spaces would be read in the wrong order."""
    return phone.replace(" ", "-") if direction(language) == "rtl" else phone


def _joined(*parts: str) -> str:
    return normalise(" ".join(part for part in parts if part))


def _signed(facts: Facts) -> str:
    return ", ".join(part for part in (facts.sender, facts.phone) if part)


def spoken(occasion: str, step: str, variant: int, facts: Facts, language: str, shared_phone: bool = False) -> str:
    """The same message to be read aloud in a call: who it is from first, and keys instead of replies."""
    chosen = STEPS[occasion][step]
    if shared_phone:
        facts = replace(facts, first_name="", place="")
    with in_language(language):
        named, unnamed = texts.SPOKEN_HELLO
        hello = str(named if facts.first_name else unnamed) % {"name": facts.first_name, "sender": facts.sender}
        bodies = chosen.shared if shared_phone and chosen.shared else chosen.bodies
        template = str(bodies[variant % len(bodies)])
        keys = str(texts.SPOKEN_ANSWERS[chosen.answer]) if chosen.answer else ""
        return _joined(hello, template % _values(facts, template), _onward(chosen, variant, facts, occasion, shared_phone), keys)


def letter(occasion: str, step: str, variant: int, facts: Facts, language: str) -> str:
    """The same message as a letter: paragraphs with an empty line between them, from the greeting to who writes."""
    chosen, told = STEPS[occasion][step], replace(facts, today=None, phone=phone_in(facts.phone, language))
    with in_language(language):
        named, unnamed = letters.DEAR
        template = str(chosen.bodies[variant % len(chosen.bodies)])
        quote = _quoting(chosen, variant, told)
        parts = [
            str(named) % {"name": facts.first_name} if facts.first_name else str(unnamed),
            _joined(template % _values(told, template), _onward(chosen, variant, told, occasion)),
            quote,
            str(letters.MORE.get(f"{occasion}/{step}", letters.MORE.get(occasion, ""))),
            _joined(str(letters.ANSWER) if chosen.answer else "", str(letters.REACH) % {"phone": facts.phone} if facts.phone else ""),
            f"{letters.REGARDS}\n{facts.sender}",
        ]
        return "\n\n".join(normalise(part) for part in parts if part)


def letter_slip(occasion: str, step: str, language: str) -> tuple[str, ...]:
    """What stands beside the three boxes of a letter's reply slip, for 1, 2 and 3; empty where nothing is asked."""
    answer = answers(occasion, step)
    with in_language(language):
        return tuple(str(words) for words in letters.SLIPS[answer]) if answer else ()
