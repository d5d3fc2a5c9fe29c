"""The words of messages: which comes next, how they are put together, and what is left out where there is no room."""

from dataclasses import replace
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imrgroups.outreach import words
from imrgroups.outreach.models import OCCASIONS
from imrgroups.outreach.words import STEPS, Facts, Slot, choose, compose, letter, letter_slip, spoken, steps, variants

TODAY = date(2027, 1, 12)
FACTS = Facts("Anna", "Dana", date(2027, 1, 19), time(14, 30), "Room 2", TODAY)
EVERY = [(occasion, step) for occasion in STEPS for step in steps(occasion)]


def test_every_occasion_of_the_outbox_has_its_words():
    assert set(STEPS) == set(OCCASIONS)


@pytest.mark.parametrize("occasion", ["missed", "reminder", "nudge"])
def test_what_is_sent_often_has_at_least_six_texts_a_step(occasion):
    for step in steps(occasion):
        assert variants(occasion, step) >= 6
        assert len(STEPS[occasion][step].shared) >= 6


@given(st.sampled_from(EVERY), st.integers(0, 2**63), st.integers(1, 25))
def test_a_text_never_comes_twice_running_and_each_comes_before_one_returns(which, seed, rounds):
    used: list[int] = []
    for _ in range(rounds):
        used.append(choose(*which, used, seed))
        assert used == used[:-1] + [choose(*which, used[:-1], seed)]
    count = variants(*which)
    if count > 1:
        assert all(first != second for first, second in zip(used, used[1:], strict=False))
    for start in range(0, len(used) - count + 1, count):
        assert sorted(used[start : start + count]) == list(range(count))


def test_people_do_not_all_get_the_same_first_text():
    assert len({choose("missed", "first", [], seed) for seed in range(50)}) == 6


def test_variants_that_are_no_more_are_forgotten():
    assert choose("moved", "plain", [7, 9], 1) in (0, 1)


def test_a_reminder_tells_who_what_when_where_and_one_thing_to_do(app, frozen):
    assert compose("reminder", "plain", 0, replace(FACTS, on=date(2027, 1, 13)), "en") == (
        "Hi Anna. See you Wednesday at 14.30, Room 2. Reply 1 if you come, 2 if you can't, 3 if we should call. Dana"
    )


def test_another_weeks_weekday_is_told_with_its_date(app, frozen):
    assert "Tuesday 19 January at 14.30" in compose("missed", "first", 0, FACTS, "en")


def test_after_the_last_meeting_no_next_one_is_promised(app, frozen):
    assert compose("missed", "first", 0, replace(FACTS, on=None, at=None), "en") == (
        "Hi Anna. We missed you and hope you are all right. Reply 3 if you want a call. Dana"
    )


def test_what_does_not_fit_is_left_out_in_order_and_never_cut(app, frozen):
    texts = [compose("reminder", "back", 2, replace(FACTS, place="x" * length), "en") for length in (5, 60)]
    assert "x" * 5 in texts[0]
    assert "x" not in texts[1] and "Anna" in texts[1]
    long_name = compose("reminder", "back", 2, replace(FACTS, first_name="Anna" * 20), "en")
    assert long_name.startswith("Hello. ") and long_name.endswith("Dana")
    long_sender = compose("reminder", "back", 2, replace(FACTS, sender="Dana" * 40), "en")
    assert long_sender.endswith("call.")


def test_a_name_keeps_its_letters_even_where_the_text_takes_two_parts(app, frozen):
    text = compose("missed", "first", 0, replace(FACTS, first_name="Łucja", place=""), "da")
    assert "Łucja" in text


@pytest.mark.parametrize(("change", "said"), [
    ({}, True),
    ({"may_quote": False}, False),
    ({"own_words": ""}, False),
    ({"own_words": "Take the medicine and breathe"}, False),
    ({"own_words": "See www.example.com"}, False),
    ({"own_words": "It passes, " * 20}, False),
], ids=["agreed", "not agreed", "nothing written", "a word for a locked screen", "a link", "too long"])
def test_own_words_are_quoted_only_where_agreed_harmless_and_short(app, frozen, change, said):
    facts = replace(FACTS, **{"own_words": "It passes. Go out", "may_quote": True, **change})
    text = compose("missed", "second", 0, facts, "en")
    assert ('"It passes. Go out."' in text) is said
    assert "It passes, It" not in text
    assert "It passes" not in compose("missed", "first", 0, facts, "en")
    assert "It passes" not in compose("missed", "second", 1, facts, "en"), "every second text is ours"
    assert "It passes" not in compose("missed", "second", 0, facts, "en", shared_phone=True)


@pytest.mark.parametrize("which", EVERY, ids="/".join)
def test_on_a_shared_phone_no_text_tells_the_name_or_the_place(app, frozen, which):
    facts = replace(FULL, own_words="It passes", may_quote=True)
    for variant in range(variants(*which)):
        text = compose(*which, variant, facts, "en", shared_phone=True)
        assert "Anna" not in text and "Room" not in text and "missed" not in text and "are home" not in text


FULL = replace(
    FACTS, new_on=date(2027, 1, 20), new_at=time(10), phone="38 64 00 00", about="Amal", words="Shall we talk tomorrow?",
    slots=(Slot(date(2027, 1, 14), time(10), "Room 1"), Slot(date(2027, 1, 15), time(13), "Room 1")),
)


def test_a_meeting_moved_within_the_day_tells_the_old_hour(app, frozen):
    text = compose("moved", "plain", 0, replace(FULL, new_on=FULL.on, new_at=time(16)), "en")
    assert "We have a new time: Tuesday 19 January at 16.00, Room 2, not 14.30." in text


def test_two_times_of_another_week_fit_into_one_text_with_name_and_sender(app, frozen):
    far = (Slot(date(2027, 2, 24), time(14, 30)), Slot(date(2027, 2, 25), time(14, 30)))
    for language in ("en", "da", "sv", "he"):
        for variant in (0, 1):
            text = compose("make_up_offer", "two", variant, replace(FULL, slots=far), language)
            assert words.fits(text, "make_up_offer", language) and "Anna" in text and text.endswith("Dana"), text


def test_a_fact_that_the_text_needs_is_asked_for(app, frozen):
    with pytest.raises(ValueError, match="when"):
        compose("reminder", "plain", 0, Facts("Anna", "Dana"), "en")
    with pytest.raises(ValueError, match="slot_2"):
        compose("make_up_offer", "two", 0, replace(FULL, slots=FULL.slots[:1]), "en")


def test_a_language_we_do_not_speak_gets_english(app, frozen):
    assert compose("reminder", "plain", 0, FACTS, "so") == compose("reminder", "plain", 0, FACTS, "en")


def test_a_call_says_press_and_never_reply(app, frozen):
    for occasion, step in EVERY:
        for variant in range(variants(occasion, step)):
            said = spoken(occasion, step, variant, FULL, "en")
            assert said.startswith("Hello Anna. This is a greeting from Dana.")
            assert not (words.is_question(occasion, step) and "eply" in said)
            assert ("ress 1" in said or "ress 3" in said) is words.is_question(occasion, step)


def test_a_letter_has_room_and_boxes_to_tick(app, frozen):
    text = letter("missed", "second", 0, replace(FULL, own_words="It passes", may_quote=True), "en")
    assert text.startswith("Dear Anna,\n\nYour chair is still here.")
    assert '\n\nYou once wrote: "It passes." We think of you.\n\n' in text
    assert text.endswith("Warm regards,\nDana")
    assert letter_slip("missed", "second", "en") == ("I will come next time", "I cannot come next time", "Please call me")
    assert letter_slip("cancelled", "plain", "en") == ()
