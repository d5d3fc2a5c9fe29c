"""When a review is open, how long it may be kept open, and when somebody must be found for it."""

from datetime import date, timedelta

import pytest

from imrgroups.rules.fidelity import reviews
from imrgroups.rules.fidelity.reviews import Access, BadReview, Window
from tests.rules.fidelity_rows import SCALE

DUE = date(2027, 3, 3)
WINDOW = reviews.window(DUE, SCALE)


@pytest.mark.parametrize(("first_on", "kind", "due_on"), [
    (date(2026, 11, 3), "midway", date(2027, 3, 3)), (date(2026, 11, 3), "final", date(2027, 8, 3)),
    (date(2026, 10, 31), "midway", date(2027, 2, 28)), (date(2027, 10, 31), "midway", date(2028, 2, 29)),
    (date(2026, 12, 31), "midway", date(2027, 4, 30)), (date(2026, 5, 31), "final", date(2027, 2, 28)),
])
def test_reviews_are_due_four_and_nine_months_after_the_first_meeting(first_on, kind, due_on):
    assert SCALE.review(kind).due_on(first_on) == due_on


def test_the_window_is_two_weeks_before_to_four_weeks_after():
    assert Window(date(2027, 2, 17), date(2027, 3, 31)) == WINDOW


@pytest.mark.parametrize(("days", "access"), [
    (-400, Access.EARLY), (-15, Access.EARLY), (-14, Access.OPEN), (0, Access.OPEN), (28, Access.OPEN), (29, Access.OVER),
    (400, Access.OVER),
])
def test_assessors_look_inside_the_window_both_ends_included(days, access):
    assert WINDOW.access(DUE + timedelta(days=days)) is access


@pytest.mark.parametrize(("until", "closes"), [(27, 28), (28, 28), (29, 29), (60, 60)])
def test_an_extension_makes_the_window_longer_and_never_shorter(until, closes):
    extended = reviews.window(DUE, SCALE, DUE + timedelta(days=until))
    assert extended == Window(WINDOW.opens_on, DUE + timedelta(days=closes))


@pytest.mark.parametrize(("until", "reason", "word"), [
    (27, "ill", "not_later"), (28, "ill", "not_later"), (29, "ill", None), (118, "ill", None), (119, "ill", "too_long"),
    (40, "  ", "no_reason"),
])
def test_an_extension_needs_a_reason_a_later_day_and_an_end_in_sight(until, reason, word):
    until_on = DUE + timedelta(days=until)
    if word is None:
        reviews.check_extension(WINDOW, until_on, reason)
        return
    with pytest.raises(BadReview) as refused:
        reviews.check_extension(WINDOW, until_on, reason)
    assert refused.value.reason == word


@pytest.mark.parametrize(("due_on", "refused"), [
    (date(2026, 11, 2), True), (date(2026, 11, 3), True), (date(2026, 11, 4), False), (date(2030, 1, 1), False),
])
def test_a_review_comes_after_the_first_meeting(due_on, refused):
    if not refused:
        reviews.check_due(due_on, date(2026, 11, 3))
        return
    with pytest.raises(BadReview, match="before_start"):
        reviews.check_due(due_on, date(2026, 11, 3))


def test_assessors_are_to_be_found_from_the_ninth_week_and_as_long_before_the_final_review():
    first_on = date(2026, 11, 3)
    assert reviews.assign_from(first_on, "midway", SCALE) == date(2026, 12, 29) == first_on + timedelta(weeks=8)
    assert date(2027, 8, 3) - reviews.assign_from(first_on, "final", SCALE) == date(2027, 3, 3) - date(2026, 12, 29)


@pytest.mark.parametrize(("ended", "day"), [(None, 12), (date(2027, 1, 11), 11), (date(2027, 1, 13), 12)])
def test_evidence_of_a_group_that_ended_is_counted_for_its_last_day(ended, day):
    assert reviews.counted_on(date(2027, 1, 12), ended) == date(2027, 1, day)


OPENS, CLOSES = WINDOW.opens_on, WINDOW.closes_on


@pytest.mark.parametrize(("on", "reminded", "said"), [
    (OPENS - timedelta(days=1), None, ""), (OPENS, None, "opens"), (OPENS + timedelta(days=1), OPENS, ""),
    (DUE - timedelta(days=8), OPENS, ""), (DUE - timedelta(days=7), OPENS, "due"), (DUE, DUE - timedelta(days=7), ""),
    (DUE, None, "due"), (CLOSES - timedelta(days=7), DUE, "closes"), (CLOSES, CLOSES - timedelta(days=1), ""),
    (CLOSES, None, "closes"), (CLOSES + timedelta(days=1), None, ""),
])
def test_an_assessor_is_reminded_of_each_thing_once(on, reminded, said):
    assert reviews.reminder(WINDOW, DUE, on, reminded) == said
