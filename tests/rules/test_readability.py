"""How hard a text is: a table of words, of sentences, and the limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imrgroups.rules import readability as r

TABLE = {
    1: "a I the be home make tried asked used walked whole friend voice eyes breathes clothes sleep stress good year hour moved "
       "scared you've don't can't named shared called lived past week through thoughts health strength true months goals helped "
       "seemed dreams talks texts league pressed fridge",
    2: "people table little handled settled changes voices wanted needed lonely hopeful something sometimes someone homework "
       "lifestyle trying being going doing quiet diet trial happy worries every evening business changing didn't isn't doesn't "
       "couldn't lion hundred struggled moment symptoms problems leader illness doctor support relapse relapsed purpose therefore "
       "household notice noticed partner partners special social taken shaping houses nurses nervous patient player beyond royal "
       "sister worried today before careful careless movement basement likely safely seeing saying pattern practice practise warning "
       "dinner choices reaching between because almost rhythm autumn question answers neighbour coffee weekend itself himself "
       "ourselves themselves really maybe kitchen person table's",
    3: "happiness easier earlier happier medicine family however radio period serious various previous video idea area December "
       "everything everyone anyone possible terrible usual diary studying familiar November continue opinion behaviour completely "
       "diseases recover recovered consider remember another suicide audience important supporter together yesterday tomorrow "
       "exercise difficult appetite hospital energy several addiction forever understand relapses animal anything",
    4: "recovery experience everybody anybody definitely usually appreciate material psychiatry ability society anxiety variety "
       "reality information January medication situation vulnerable community February necessary particular diagnosis understanding "
       "overcoming",
    5: "immediately individual possibility understandable schizophrenia",
    6: "responsibility vulnerability",
}
PAIRS = [(word, count) for count, line in TABLE.items() for word in line.split()]


@pytest.mark.parametrize(("word", "count"), PAIRS)
def test_syllables_of(word, count):
    assert r.syllables(word) == count


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("7", 2), ("12", 1), ("70", 3), ("105", 4), ("2026", 6), ("7.30", 4), ("12345", 5),
        ("SMS", 3), ("one-to-one", 3), ("café", 2), ("x", 1), ("anyone's", 3), ("elsewhere", 2), ("wherever", 3), ("ruined", 2),
    ],
)
def test_syllables_of_numbers_letters_and_hyphens(word, count):
    assert r.syllables(word) == count


@pytest.mark.parametrize(
    ("locale", "text", "expected"),
    [
        ("en", "Come at ten. Bring a friend.", ["Come at ten.", "Bring a friend."]),
        ("en", "Try a thing, e.g. Tai chi. It may help.", ["Try a thing, e.g. Tai chi.", "It may help."]),
        ("en", "Dr. Amin came. She sat.", ["Dr. Amin came.", "She sat."]),
        ("en", "Tea, cake, etc. We laughed.", ["Tea, cake, etc.", "We laughed."]),
        ("en", "We meet at 2 p.m. on Tuesdays. Come.", ["We meet at 2 p.m. on Tuesdays.", "Come."]),
        ("en", "Sleep is 7.5 hours. Good.", ["Sleep is 7.5 hours.", "Good."]),
        ("en", "“Are you in?” she asked. “Yes.”", ["“Are you in?” she asked.", "“Yes.”"]),
        ("en", 'He said "No." Then he left.', ['He said "No."', "Then he left."]),
        ("en", "Say no. It is fine.", ["Say no.", "It is fine."]),
        ("en", "See no. 5 now. Go.", ["See no. 5 now.", "Go."]),
        ("en", "J. Olsen and I. We talked.", ["J. Olsen and I.", "We talked."]),
        ("en", "Wait … what? Yes!", ["Wait … what?", "Yes!"]),
        ("en", "One thing\n\nTwo things", ["One thing", "Two things"]),
        ("en", "A line\nthat goes on.", ["A line that goes on."]),
        ("en", "...\n\n–\n\nWell.", ["Well."]),
        ("da", "Kom kl. 14.30 tirsdag den 5. januar. Tag, f.eks. Ida med.",
         ["Kom kl. 14.30 tirsdag den 5. januar.", "Tag, f.eks. Ida med."]),
        ("da", "Det er bl.a. Lises idé. Ca. 10 kom.", ["Det er bl.a. Lises idé.", "Ca. 10 kom."]),
        ("da", "Te, kage osv. Vi grinede.", ["Te, kage osv.", "Vi grinede."]),
        ("sv", "Ta t.ex. Anna med. Klart!", ["Ta t.ex. Anna med.", "Klart!"]),
        ("he", "שלום לכם. מה שלומכם?", ["שלום לכם.", "מה שלומכם?"]),
        ("ar", "أهلا بكم. كيف حالكم؟ جيد", ["أهلا بكم.", "كيف حالكم؟", "جيد"]),
    ],
)
def test_sentences(locale, text, expected):
    assert r.sentences(text, locale) == expected


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("don’t one-to-one 7.30 f.eks. ja", 5), ("yes/no", 2), ("", 0), ("— … !", 0), ("16:00 16.00, 3", 3), ("ten (10) men", 3),
        ("שָׁלוֹם לָכֶם", 2), ("أهلاً بكم", 2),
    ],
)
def test_words(text, count):
    assert len(r.words(text)) == count


def test_the_grade_is_kincaids_formula():
    # 6 words, 1 sentence, 6 syllables
    assert r.grade("The cat sat on the mat.") == pytest.approx(0.39 * 6 + 11.8 - 15.59)
    # 7 words, 2 sentences, 13 syllables
    assert r.grade("Recovery is different. I can walk today.") == pytest.approx(0.39 * 3.5 + 11.8 * (4 + 1 + 3 + 1 + 1 + 1 + 2) / 7 - 15.59)
    assert r.grade(" ") is None


def test_lix_is_words_a_sentence_and_the_share_of_long_words():
    # 8 words in 2 sentences, one of more than six letters
    assert r.lix("Jeg går en tur. Det er mandag formiddag.") == pytest.approx(4 + 100 / 8)
    assert r.lix("sekser") == pytest.approx(1)
    assert r.lix("") is None


def test_a_level_counts_long_sentences_over_blocks():
    found = r.level([" ".join(["go"] * 16) + ".", " ".join(["go"] * 21), "Go."])
    assert (found.words, found.sentences, found.longest, found.over_15, found.over_20, found.measure) == (38, 3, 21, 2, 1, "grade")
    assert r.problems(found, r.limit("handout")) == [r.Problem.SENTENCE_TOO_LONG, r.Problem.MANY_LONG_SENTENCES]
    assert r.problems(found, r.limit("guide")) == []


@pytest.mark.parametrize(
    ("kind", "locale", "expected"),
    [
        ("handout", "en", ("grade", 6.0, 20, True)), ("family", "da_DK", ("lix", 30.0, 20, True)), ("homework", "he", ("", None, 20, True)),
        ("worksheet", "sv", ("lix", 30.0, 20, True)), ("guide", "en-GB", ("grade", 9.0, None, False)),
        ("ward", "da", ("lix", 40.0, None, False)), ("guide", "ar", ("", None, 30, False)),
    ],
)
def test_limits(kind, locale, expected):
    found = r.limit(kind, locale)
    assert (found.measure, found.score, found.longest, found.most_short) == expected


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="poster"):
        r.limit("poster")


@pytest.mark.parametrize(("score", "hard"), [(6.0, False), (6.04, False), (6.06, True)])
def test_the_limit_itself_is_allowed_to_one_decimal(score, hard):
    found = r.Level(words=10, sentences=1, longest=10, over_15=0, over_20=0, measure="grade", score=score)
    assert (r.Problem.TOO_HARD in r.problems(found, r.limit("handout"))) is hard


def test_hard_english_is_graded_harder_than_plain_english():
    hard = "Individual psychopharmacological adherence interventions necessitate comprehensive interdisciplinary collaboration."
    assert r.grade(hard) > 20 > 3 > r.grade("Take your time. It is fine to rest. We can talk next week.")


@given(st.text(max_size=300).map(lambda text: " ".join(text.split())))
def test_any_text_is_measured_and_no_word_is_lost(text):
    assert sum(len(r.words(sentence)) for sentence in r.sentences(text)) == len(r.words(text))
    level = r.level(text)
    assert level.words >= level.longest >= 0
    assert (level.score is None) == (level.words == 0)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzæøåÉ’'-7", min_size=1, max_size=25))
def test_every_word_has_a_syllable(word):
    assert r.syllables(word) >= 1
