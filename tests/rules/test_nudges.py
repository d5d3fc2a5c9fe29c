"""On which day a nudge between two meetings comes."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imrgroups.rules.nudges import in_time, nudge_on

MET = date(2027, 1, 12)


@pytest.mark.parametrize(("days", "after"), [(7, 3), (14, 7), (28, 14), (5, 2), (4, 2), (3, None), (2, None), (1, None), (0, None)])
def test_a_nudge_comes_in_the_middle_and_not_between_meetings_that_are_near(days, after):
    assert nudge_on(MET, MET + timedelta(days=days)) == (None if after is None else MET + timedelta(days=after))


@given(st.integers(4, 100))
def test_it_is_always_after_the_one_meeting_and_clear_of_the_reminder_of_the_next(days):
    following = MET + timedelta(days=days)
    on = nudge_on(MET, following)
    assert on is not None and MET < on and in_time(on, following)


def test_what_quiet_days_push_to_the_day_of_the_reminder_is_too_late():
    assert in_time(date(2027, 1, 17), date(2027, 1, 19)) and not in_time(date(2027, 1, 18), date(2027, 1, 19))
