"""The days on which evidence is shown over time."""

from datetime import date

import pytest

from imrgroups.rules.fidelity.course import month_ends


@pytest.mark.parametrize(("first", "on", "expected"), [
    (date(2026, 11, 3), date(2027, 1, 12), [date(2026, 11, 30), date(2026, 12, 31), date(2027, 1, 12)]),
    (date(2027, 1, 31), date(2027, 3, 1), [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 1)]),
    (date(2028, 2, 1), date(2028, 2, 29), [date(2028, 2, 29)]),
    (date(2027, 1, 12), date(2027, 1, 12), [date(2027, 1, 12)]),
    (date(2027, 1, 12), date(2027, 1, 11), []),
])
def test_the_last_day_of_each_month_and_the_day_asked(first, on, expected):
    assert month_ends(first, on) == expected
