"""Binders: bytes, samples that anybody can draw again, what came later, when they close; and names hidden in text."""

import hashlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from imrgroups.rules.fidelity.binder import canonical, closes_on, counts, differences, fingerprint, sample
from imrgroups.rules.fidelity.naming import Veil

PEOPLE = [f"P{number:02}" for number in range(1, 24)]


def test_the_same_content_gives_the_same_bytes_whatever_the_order_it_was_made_in():
    one, other = {"b": [{"key": "å", "n": 1}], "a": None}, {"a": None, "b": [{"n": 1, "key": "å"}]}
    assert canonical(one) == canonical(other) == '{"a":null,"b":[{"key":"å","n":1}]}'.encode()
    assert fingerprint(canonical(one)) == hashlib.sha256(canonical(other)).hexdigest()


def test_a_sample_is_drawn_again_from_the_seed_alone():
    by_hand = sorted(PEOPLE, key=lambda name: hashlib.sha256(f"77 {name}".encode()).hexdigest())[:10]
    assert sample(77, PEOPLE, 10) == tuple(sorted(by_hand))
    assert sample(77, reversed(PEOPLE), 10) == sample(77, PEOPLE, 10) != sample(78, PEOPLE, 10)


@pytest.mark.parametrize("count", [0, 1, 9, 10])
def test_everybody_is_in_the_sample_where_there_are_no_more(count):
    assert sample(5, PEOPLE[:count], 10) == tuple(PEOPLE[:count])


@given(some.integers(min_value=0), some.sets(some.sampled_from(PEOPLE)), some.integers(min_value=1, max_value=12))
def test_a_sample_has_its_size_and_only_people_who_were_there(seed, people, size):
    drawn = sample(seed, people, size)
    assert set(drawn) <= people and len(drawn) == len(set(drawn)) == min(size, len(people))


def test_a_sample_is_fair():
    drawn = [name for seed in range(600) for name in sample(seed, PEOPLE[:20], 10)]
    assert all(240 <= drawn.count(name) <= 360 for name in PEOPLE[:20])


@pytest.mark.parametrize(
    ("final", "day"), [(None, date(2027, 4, 28)), (date(2027, 3, 20), date(2027, 4, 17)), (date(2027, 5, 1), date(2027, 5, 29))]
)
def test_a_binder_closes_after_the_final_report_or_else_after_the_review_was_open(final, day):
    assert closes_on(date(2027, 3, 31), final, 28) == day


def test_what_came_later_is_told_apart():
    before = {"marks": [{"key": "M1/P01", "mark": "present"}, {"key": "M1/P02", "mark": "late"}, {"key": "M1/P03", "mark": "absent"}]}
    after = {"marks": [{"key": "M1/P01", "mark": "present"}, {"key": "M1/P02", "mark": "present"}, {"key": "M1/P04", "mark": "absent"}]}
    found = differences(before, after, ["marks"])
    assert [(each.key, each.kind) for each in found] == [("M1/P02", "changed"), ("M1/P03", "gone"), ("M1/P04", "added")]
    assert differences(before, before, ["marks"]) == ()
    assert counts(before, ["marks", "goals"]) == {"marks": 3, "goals": 0}


VEIL = Veil({
    "Amal Haddad": "P01", "Bo Lind": "P02", "Jens Holm": "P03", "Anne-Marie Østergaard": "P04", "Noor Al-Khatib": "P05",
    "נועה לוי": "P06", "أمل حداد": "P07", "Åse Skov": "P08", "Liv": "P09",
})


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Amal told of her sister.", "P01 told of her sister."),
        ("Amal Haddad came late.", "P01 came late."),
        ("We asked Amal   Haddad.", "We asked P01."),
        ("Amal H. laughed, and Amal H", "P01 laughed, and P01"),
        ("Haddad was quiet", "P01 was quiet"),
        ("Amals goal, Amal's goal and Haddads goal", "P01s goal, P01's goal and P01s goal"),
        ("amal, AMAL and AMALS", "P01, P01 and P01S"),
        ("Amalie is somebody else", "Amalie is somebody else"),
        ("the Amalfi coast", "the Amalfi coast"),
        ("Bo vil bo alene", "P02 vil bo alene"),
        ("BO kom", "P02 kom"),
        ("Bos plan", "P02s plan"),
        ("Linds plan", "P02s plan"),
        ("Jens' plan og Jens's plan", "P03' plan og P03's plan"),
        ("Anne-Marie, Anne and Marie", "P04, P04 and P04"),
        ("Østergaards hund", "P04s hund"),
        ("Noor Al-Khatib; Khatib", "P05; P05"),
        ("נועה אמרה ולנועה היה טוב", "P06 אמרה ולP06 היה טוב"),
        ("شكرا لأمل وأمل", "شكرا لP07 وP07"),
        ("A\u030ase kom", "P08 kom"),
        ("Liv fortalte om sit liv", "P09 fortalte om sit liv"),
        ("(Amal)/Bo: \u201cJens\u201d", "(P01)/P02: \u201cP03\u201d"),
        ("", ""),
    ],
)
def test_names_become_pseudonyms(text, hidden):
    assert VEIL.hide(text) == hidden


def test_two_people_of_one_first_name_are_both_named_and_told_apart_by_the_whole():
    veil = Veil([("Anders Holm", "P02"), ("Anders Ravn", "P01")])
    assert veil.hide("Anders and Anders Ravn, Anders H.") == "P01/P02 and P01, P02"


def test_two_people_of_one_whole_name_are_both_named():
    assert Veil([("Anders Holm", "P02"), ("Anders Holm", "P01")]).hide("Anders Holm") == "P01/P02"


def test_nobody_to_hide_leaves_the_text_alone():
    assert Veil({}).hide("Amal") == "Amal" and Veil({"": "P01"}).hide("Amal") == "Amal"


@given(some.text(max_size=60))
def test_any_text_can_be_hidden_and_hiding_twice_changes_nothing_more(text):
    once = VEIL.hide(text)
    assert VEIL.hide(once) == once


@pytest.mark.parametrize(("text", "names"), [
    ("Amal Haddad was glad", ("Amal Haddad",)), ("amal haddad", ("amal haddad",)), ("Amals goal, and Bo's", ("Amal", "Bo")),
    ("the amal", ()), ("bo", ()), ("P01 and Boris", ()), ("", ()), ("וליאור", ("ליאור",)),
])
def test_names_in_a_text_are_found_as_they_are_written(text, names):
    assert Veil({"Amal Haddad": "P01", "Bo Lind": "P02", "ליאור": "P03"}).found(text) == names
