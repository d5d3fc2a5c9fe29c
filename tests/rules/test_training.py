"""Where a leader stands with training and supervision, by tables."""

from datetime import date, timedelta

import pytest

from imrgroups.rules.training import SUPERVISION_DAYS, Attended, standing

ON = date(2027, 1, 12)


def at(kind, days, minutes=60):
    return Attended(kind, ON - timedelta(days=days), minutes)


@pytest.mark.parametrize(("days", "due"), [(0, False), (SUPERVISION_DAYS, False), (SUPERVISION_DAYS + 1, True)])
def test_supervision_is_due_after_six_weeks_to_the_day(days, due):
    assert standing([at("supervision", days)], ON, year=2027).supervision_due is due


def test_who_never_had_supervision_is_due():
    stands = standing([], ON, year=2027)
    assert stands.supervision_due and stands.supervised_on is None and not stands.trained and not stands.follow_up_due


def test_what_lies_ahead_does_not_count():
    stands = standing([at("supervision", -1), at("training", -3), at("training", -4)], ON, year=2027)
    assert stands.supervision_due and stands.days == 0


@pytest.mark.parametrize(("rows", "trained"), [([1], False), ([1, 2], True), ([1, 2, 3], True)])
def test_two_days_before_the_group_are_enough(rows, trained):
    assert standing([at("training", day) for day in rows], ON, year=2027).trained is trained


@pytest.mark.parametrize(
    ("first", "follow_up", "due"),
    [(date(2026, 7, 12), None, True), (date(2026, 7, 13), None, False), (date(2026, 7, 12), date(2027, 1, 11), False)],
)
def test_the_day_after_six_months_is_due_six_months_after_the_first(first, follow_up, due):
    rows = [Attended("training", first)] + ([Attended("follow_up", follow_up)] if follow_up else [])
    assert standing(rows, ON, year=2027).follow_up_due is due


def test_a_year_counts_its_own_supervision_and_meetings():
    rows = [at("supervision", 5, 90), at("supervision", 20, 90), at("network", 6), at("leadership", 7), at("network", 300)]
    this, last = (standing(rows, ON, year=year) for year in (2027, 2026))
    assert (this.times, this.minutes, this.network, this.leadership) == (1, 90, 1, 1)
    assert (last.times, last.minutes, last.network, last.leadership) == (1, 90, 1, 0)


def test_the_scale_counts_from_the_first_time_and_a_certificate_from_the_newest():
    rows = [at("fidelity", 10), at("fidelity", 400), at("certification", 10), at("certification", 400)]
    stands = standing(rows, ON, year=2027)
    assert stands.scale_on == ON - timedelta(days=400) and stands.certified_on == ON - timedelta(days=10)
