"""What people write back (stop, start, 1, 2, 3), and what must not stand in a text that lights up on a locked screen."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

COME, CANNOT, CALL_ME = 1, 2, 3

# Every word counts in every language: a person writes the word they know. The English ones are also what the carrier obeys by itself.
STOP_WORDS: Mapping[str, str] = {
    "en": "stop stopall unsubscribe cancel end quit revoke optout",
    "da": "stop stopp afmeld frameld afmelding",
    "sv": "stopp avsluta avanmäl avregistrera sluta",
    "he": "עצור עצרו עצרי הסר הסירו הפסק הפסיקו סטופ",
    "ar": "توقف توقفوا أوقف اوقف إيقاف ايقاف قف",
}
START_WORDS: Mapping[str, str] = {
    "en": "start unstop",
    "da": "start tilmeld",
    "sv": "start starta",
    "he": "התחל התחילו התחילי",
    "ar": "ابدأ ابدأوا ابدا بدء",
}
YES_WORDS: Mapping[str, str] = {"en": "yes yep ok okay", "da": "ja jep", "sv": "ja japp", "he": "כן", "ar": "نعم"}
NO_WORDS: Mapping[str, str] = {"en": "no nope", "da": "nej", "sv": "nej", "he": "לא", "ar": "لا"}
# Words round a stop, a start or a number that do not change what is meant.
FILLERS: Mapping[str, str] = {
    "en": "please thanks thank you text texts texting message messages messaging sms all now hi hello number nr me",
    "da": "tak venligst sms beskeder besked alle nu hej nummer nr mig",
    "sv": "tack snälla sms meddelanden meddelande alla nu hej nummer nr mig",
    "he": "תודה בבקשה הודעות שלום",
    "ar": "شكرا من فضلك رسائل مرحبا",
}


class Kind(StrEnum):
    """What a reply is: a stop, a start, one of the numbers offered, or words for a person to read."""

    STOP = "stop"
    START = "start"
    CHOICE = "choice"
    WORDS = "words"


class Concern(StrEnum):
    """Why a text may not go out as it is."""

    WORD = "word"
    TITLE = "title"
    NAME = "name"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Reply:
    """How a reply was read.

    choice: the number where kind is CHOICE. more: there are words beside the number, which a leader should read.
    maybe_stop: a stop word stands in a longer sentence; nothing is stopped, but a person should look at it today.
    """

    kind: Kind
    choice: int | None = None
    more: bool = False
    maybe_stop: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing in a text that must not be there, as it stands in it."""

    concern: Concern
    found: str


def _folded(text: str) -> str:
    """A text for comparing: one form of each letter and digit, no marks above letters of Hebrew and Arabic, no invisible marks."""
    composed = unicodedata.normalize("NFKC", text)
    kept = (char for char in composed if unicodedata.category(char) not in {"Mn", "Me", "Cf"})
    return "".join(str(unicodedata.digit(char)) if char.isdigit() else char for char in kept).casefold()


def _set(words: Mapping[str, str]) -> frozenset[str]:
    return frozenset(_folded(word) for listed in words.values() for word in listed.split())


_STOP, _START, _YES, _NO, _FILLERS = (_set(words) for words in (STOP_WORDS, START_WORDS, YES_WORDS, NO_WORDS, FILLERS))
_CLEAR_STOP = _STOP - {"cancel", "end", "quit", "sluta"}  # these are also everyday words


def reading(text: str, *, stopped: bool = False, yes_no: bool = True) -> Reply:
    """What a person meant by a text, read carefully: what is not certain is WORDS, and a person reads it.

    stopped: whether the person has stopped texts; only then is a lone "yes" a START, as it is for the carrier.
    yes_no: whether the question was one that yes (1) and no (2) answer.

    STOP and START: the word alone in any language we speak, whatever the case and punctuation, or with words of courtesy round it.
    A number counts alone, with courtesy, or before a full stop, comma, dash or new line and words without other numbers;
    "2 minutes late" is WORDS. "Help" is WORDS on purpose: it may be a cry for help.
    """
    folded = _folded(text)
    found = re.findall(r"[^\W_]+", folded)
    if not found:
        return Reply(Kind.WORDS)
    weighty = {word for word in found if word not in _FILLERS}
    if weighty and weighty <= _STOP and (weighty & _CLEAR_STOP or len(found) == 1):
        return Reply(Kind.STOP)
    if weighty and weighty <= _START:
        return Reply(Kind.START)
    if stopped and len(found) == 1 and found[0] == "yes":
        return Reply(Kind.START)
    maybe_stop = not _CLEAR_STOP.isdisjoint(found)
    if yes_no and found[0] in _YES | _NO and set(found[1:]) <= _FILLERS - _YES - _NO:
        return Reply(Kind.CHOICE, COME if found[0] in _YES else CANNOT)
    numbers = [word for word in found if word in {"1", "2", "3"}]
    if len(numbers) == 1 and weighty - _same(numbers[0], yes_no) == {numbers[0]}:
        return Reply(Kind.CHOICE, int(numbers[0]))
    if led := re.fullmatch(r"\s*([123])\s*(?:[.,;:!)–—-]|\n)([^\d]+)", folded):
        return Reply(Kind.CHOICE, int(led.group(1)), more=True, maybe_stop=maybe_stop)
    return Reply(Kind.WORDS, maybe_stop=maybe_stop)


def carrier_answers(text: str) -> bool:
    """Whether the carrier obeys this text by itself and confirms it too: an English stop or start word and nothing else.

    A confirmation of ours would come second, or be refused by the block that the carrier has just set.
    """
    return text.strip().casefold() in {*STOP_WORDS["en"].split(), *START_WORDS["en"].split()}


def _same(number: str, yes_no: bool) -> frozenset[str]:
    """The words that say the same as a number: "1 yes", "2 no"."""
    return {"1": _YES, "2": _NO}.get(number, frozenset()) if yes_no else frozenset()


# Beginnings of words that tell a stranger something: illness, treatment, the programme. A full stop closes a whole word.
FORBIDDEN: Mapping[str, str] = {
    "en": "psych schizo bipolar depress mania. manic. diagnos symptom medic pill. pills. dose. illness relapse. relapses. recovery. "
          "imr. mental patient. patients. therap treatment clinic hospital ward. wards. suicid drug. drugs. alcohol anxiety "
          "disorder hallucin delusion",
    "da": "psyk skizo depress mani. manisk diagnos symptom medicin pille tablet sygdom tilbagefald recovery. patient behandling "
          "behandler klinik sygehus indlagt indlæg udskrevet udskriv selvmord misbrug alkohol stoffer. angst lidelse hallucin "
          "vrangforestilling",
    "sv": "psyk schizo depress mani. manisk diagnos symtom medicin tablett sjukdom återfall patient behandling behandlare klinik "
          "sjukhus inlagd utskriven självmord missbruk alkohol droger. ångest hallucin vanföreställning",
    "he": "פסיכ סכיזו מחלה. מחלת דיכאון אבחון אבחנה תרופ כדור. כדורים. טיפול אשפוז מאושפז חולים. חולה. תסמינ התאבדות אלכוהול סמים. "
          "חרדה. החלמה.",
    "ar": "نفسي فصام اكتئاب تشخيص دواء. أدوية. الدواء. الأدوية. مرض المرض علاج العلاج مستشفى المستشفى انتكاس أعراض انتحار كحول "
          "مخدرات قلق. التعافي.",
}
_HEBREW_PREFIX = "[ובלמהשכ]{0,2}"  # and, in, to, from, the, that, as: written together with the word


def _pattern(lang: str, listed: str) -> re.Pattern[str]:
    before = rf"(?<!\w){_HEBREW_PREFIX}" if lang == "he" else r"(?<!\w)(?:[وبفلك]{0,2})" if lang == "ar" else r"(?<!\w)"
    stems = "|".join(
        re.escape(_folded(stem.removesuffix("."))) + (r"(?!\w)" if stem.endswith(".") else r"\w*") for stem in listed.split()
    )
    return re.compile(f"{before}(?:{stems})")


_FORBIDDEN = tuple(_pattern(lang, listed) for lang, listed in FORBIDDEN.items())
_ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+|(?<![\w@.])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|dk|se|no|il|eu|info|app|me|ly|gl|io)(?:/\S*)?(?!\w)",
    re.IGNORECASE,
)


def lint(text: str, *, titles: Iterable[str] = (), names: Iterable[str] = (), link: str = "") -> tuple[Finding, ...]:
    """What must not stand in a text to a participant; empty when it may go out.

    Words of illness, treatment and programme are looked for in every language we speak, whichever the text is in.
    titles: of modules, topics and handouts. names: of other people (whole names or first names). link: the beginning of the one
    address that is allowed, our own sign-in link.
    """
    folded = _folded(text)
    found = [Finding(Concern.WORD, match.group()) for pattern in _FORBIDDEN for match in pattern.finditer(folded)]
    for concern, phrases in ((Concern.TITLE, titles), (Concern.NAME, names)):
        for phrase in phrases:
            wanted = " ".join(_folded(phrase).split())
            if wanted and re.search(rf"(?<!\w){re.escape(wanted)}(?:s|['’]s)?(?!\w)", " ".join(folded.split())):
                found.append(Finding(concern, phrase))
    for address in _ADDRESS.findall(text):
        if not (link and address.startswith(link)):
            found.append(Finding(Concern.LINK, address))
    return tuple(dict.fromkeys(found))
