"""What people write back, and what must not be read on a locked screen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imrgroups.rules.replies import START_WORDS, STOP_WORDS, Concern, Kind, Reply, lint, reading


@pytest.mark.parametrize("word", sorted({word for listed in STOP_WORDS.values() for word in listed.split()}))
@pytest.mark.parametrize("shape", ["{}", " {}. ", "{}!!!", "“{}”", "\u200f{}\u200e"])
def test_stop_alone_is_a_stop_in_every_language(word, shape):
    for cased in (word, word.upper(), word.title()):
        assert reading(shape.format(cased)) == Reply(Kind.STOP)


@pytest.mark.parametrize("word", sorted({word for listed in START_WORDS.values() for word in listed.split()}))
def test_start_alone_is_a_start(word):
    assert reading(f"{word.upper()}.") == Reply(Kind.START)


@pytest.mark.parametrize(
    "text",
    [
        "Stop please",
        "STOP TEXTING ME",
        "please stop",
        "Stop tak",
        "stop alle beskeder",
        "Stopp tack",
        "ＳＴＯＰ",
        "stop stop",
        "Stop 🛑",
        "הסר בבקשה",
        "עֲצוֹר",
        "avanma\u0308l",
        "st\u00adop",
    ],
)
def test_a_stop_with_courtesy_is_a_stop(text):
    assert reading(text).kind is Kind.STOP


@pytest.mark.parametrize(
    ("text", "maybe"),
    [
        ("I cannot stop thinking", True),
        ("The bus stop was closed", True),
        ("stop it", True),
        ("I quit my job today", False),
        ("please cancel", False),
        ("In the end I came", False),
        ("Stopped smoking!", False),
        ("Jeg er stoppet op", False),
        ("unstoppable", False),
        ("help", False),
        ("hjælp mig", False),
        ("", False),
        ("👍", False),
        ("...", False),
    ],
)
def test_what_is_not_certain_is_left_to_a_person(text, maybe):
    assert reading(text) == Reply(Kind.WORDS, maybe_stop=maybe)


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("1", 1),
        ("2", 2),
        ("3", 3),
        (" 1. ", 1),
        ("(2)", 2),
        ("Nr. 3", 3),
        ("1 tak", 1),
        ("hi 2 thanks", 2),
        ("1 ja", 1),
        ("nej, 2", 2),
        ("１", 1),
        ("٢", 2),
        ("2️⃣", 2),
        ("③", 3),
        ("yes", 1),
        ("JA!", 1),
        ("Ja tak", 1),
        ("nej", 2),
        ("No thank you", 2),
        ("כן", 1),
        ("לא", 2),
        ("نعم", 1),
        ("לא תודה", 2),
    ],
)
def test_a_number_or_a_clear_yes_is_a_choice(text, choice):
    assert reading(text) == Reply(Kind.CHOICE, choice)


@pytest.mark.parametrize(
    ("text", "choice"), [("2. I am ill", 2), ("2, er syg", 2), ("1 - glæder mig", 1), ("3\nring efter frokost", 3), ("2) syg idag", 2)]
)
def test_words_after_the_number_are_kept_for_the_leader(text, choice):
    assert reading(text) == Reply(Kind.CHOICE, choice, more=True)


@pytest.mark.parametrize(
    "text",
    [
        "2 minutes late",
        "10",
        "12",
        "2.30",
        "1 or 2?",
        "1 og 3",
        "1 1",
        "4",
        "0",
        "kl 2 er fint",
        "yes but later",
        "ja og nej",
        "1,5 time",
        "²³",
    ],
)
def test_a_number_that_is_no_answer_is_words(text):
    assert reading(text) == Reply(Kind.WORDS)


def test_yes_starts_only_those_who_stopped_and_answers_only_what_was_asked():
    assert reading("Yes", stopped=True) == Reply(Kind.START)
    assert reading("ja", stopped=True) == Reply(Kind.CHOICE, 1)
    assert reading("yes", yes_no=False) == Reply(Kind.WORDS)
    assert reading("1", yes_no=False) == Reply(Kind.CHOICE, 1)
    assert reading("2, but stop by at three") == Reply(Kind.CHOICE, 2, more=True, maybe_stop=True)


@given(st.text(max_size=80))
def test_any_text_is_read(text):
    found = reading(text)
    assert (found.choice in (1, 2, 3)) == (found.kind is Kind.CHOICE)


@pytest.mark.parametrize(
    "text",
    [
        "Hi Amal, we meet Tuesday 5 January at 14.00 at the library. Answer 1 to come, 2 if you cannot.",
        "Hej Bo, vi ses tirsdag den 5. januar kl. 14 i Havehuset. Svar 1: jeg kommer, 2: jeg kan ikke.",
        "Hej Cy, vi ses tisdag kl 14 i biblioteket. Svara 1 om du kommer.",
        "שלום דנה, ניפגש ביום שלישי בשעה 14:00. השיבו 1 אם תגיעו.",
        "مرحبا أمل، نلتقي يوم الثلاثاء الساعة 14. أجب 1 إذا كنت ستأتي.",
        "We missed you today. The next time is in the garden house, toward the harbour.",
    ],
)
def test_neutral_texts_pass(text):
    assert lint(text) == ()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Your IMR group", "imr"),
        ("the Psychiatric centre", "psychiatric"),
        ("Bring your medicine", "medicine"),
        ("on the ward", "ward"),
        ("Husk din medicin", "medicin"),
        ("Distriktet, psykiatrien", "psykiatrien"),
        ("Du er indlagt", "indlagt"),
        ("om din sjukdom", "sjukdom"),
        ("על התרופות שלך", "התרופות"),
        ("בטיפול", "בטיפול"),
        ("عن المرض", "المرض"),
        ("Medicin i svensk text, din Återfall", "återfall"),
        ("schizo\u00adphrenia", "schizophrenia"),
    ],
)
def test_words_of_illness_are_found_in_every_language(text, word):
    assert word in {finding.found for finding in lint(text) if finding.concern is Concern.WORD}


def test_titles_names_and_foreign_links_are_found():
    found = lint(
        "Hi Bo, bring Recovery  strategies. Mia's place, www.shop.com and https://our.example/x/ab and bit.ly/zz",
        titles=["Recovery strategies", "Needs"],
        names=["Mia", "Bob", ""],
        link="https://our.example/x/",
    )
    assert [(one.concern, one.found) for one in found] == [
        (Concern.WORD, "recovery"),
        (Concern.TITLE, "Recovery strategies"),
        (Concern.NAME, "Mia"),
        (Concern.LINK, "www.shop.com"),
        (Concern.LINK, "bit.ly/zz"),
    ]
    assert lint("See https://our.example/x/ab kl. 14.30 i dag.Hej", link="https://our.example/x/") == ()
    assert [one.concern for one in lint("See https://our.example/x/ab")] == [Concern.LINK]
