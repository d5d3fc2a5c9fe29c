"""What follows a missed meeting, and what ends it."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from imrgroups.rules import ladder
from imrgroups.rules.ladder import Planned, Since, Stop

ENDED = datetime(2027, 1, 12, 14, 30, tzinfo=UTC)
SOCIAL, STRESS = frozenset({"social-support"}), frozenset({"stress"})


@pytest.mark.parametrize(
    ("since", "why"),
    [
        (Since(), None), (Since(told_us=True), Stop.TOLD_US), (Since(answered=True), Stop.ANSWERED), (Since(came=True), Stop.CAME),
        (Since(made_up=True), Stop.MADE_UP), (Since(in_hospital=True), Stop.HOSPITAL), (Since(opted_out=True), Stop.OPTED_OUT),
        (Since(reached=True), Stop.REACHED), (Since(left=True), Stop.LEFT), (Since(in_hospital=True, told_us=True), Stop.HOSPITAL),
    ],
)
def test_the_ladder_stops_at_once(since, why):
    assert ladder.stopped(since) is why


@pytest.mark.parametrize(
    ("row", "told", "word"),
    [
        (1, False, "first"), (2, False, "second"), (3, False, "later"), (9, False, "later"),
        (0, True, "first_told"), (1, True, "first_told"), (2, True, "second_told"), (3, True, "later_told"),
    ],
)
def test_the_words_differ_by_how_often_and_by_what_was_said(row, told, word):
    assert ladder.step(row, told_us=told) == word


def test_nobody_is_told_they_were_missed_who_was_not():
    with pytest.raises(ValueError, match="nobody"):
        ladder.step(0, told_us=False)


@pytest.mark.parametrize(("after", "begins"), [(0, 2), (2, 2), (5, 5)])
def test_the_message_waits_two_hours_and_is_over_after_two_days(after, begins):
    now = ENDED + timedelta(hours=after)
    assert ladder.message_window(ENDED, now) == (ENDED + timedelta(hours=begins), ENDED + timedelta(hours=48))


@pytest.mark.parametrize(
    ("met", "on"),
    [
        (date(2027, 1, 12), date(2027, 1, 13)), (date(2027, 1, 16), date(2027, 1, 18)), (date(2027, 3, 24), date(2027, 3, 27)),
    ],
)
def test_the_call_is_the_next_day_that_is_no_day_of_rest(met, on):
    assert ladder.call_on(met, rests=[date(2027, 3, 25), date(2027, 3, 26)]) == on


def test_two_times_are_offered_before_the_next_module_begins():
    coming = [Planned(date(2027, 1, 19), time(14, 30), SOCIAL), Planned(date(2027, 1, 26), time(14, 30), STRESS)]
    assert ladder.slots(coming, SOCIAL) == ((date(2027, 1, 19), time(14)), (date(2027, 1, 26), time(14)))


def test_where_the_next_meeting_begins_a_new_module_both_times_are_before_it():
    coming = [Planned(date(2027, 1, 19), time(14, 30), STRESS), Planned(date(2027, 1, 26), time(14, 30), STRESS)]
    assert ladder.slots(coming, SOCIAL) == ((date(2027, 1, 19), time(13, 30)), (date(2027, 1, 19), time(14)))


def test_without_a_coming_meeting_nothing_is_offered():
    assert ladder.slots([], SOCIAL) == ()


@pytest.mark.parametrize(("attended", "again"), [([], False), ([3], False), ([4], True), ([5], True), ([6], False), ([2, 6], False)])
def test_who_comes_to_one_of_the_next_two_was_brought_back(attended, again):
    assert ladder.came_again(3, attended) is again
