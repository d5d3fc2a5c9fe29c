"""How long a sign-in card is good for, as a table."""

from datetime import date

import pytest

from imrgroups.rules.card import good_until

MADE = date(2027, 1, 12)


@pytest.mark.parametrize(("ends", "last"), [
    ([], date(2028, 1, 12)),  # waits for a group
    ([None], date(2028, 1, 12)),  # the group goes on
    ([date(2027, 6, 1)], date(2027, 7, 1)),  # it ended, or they left
    ([date(2027, 2, 1), date(2027, 6, 1)], date(2027, 7, 1)),  # the later of two groups counts
    ([date(2027, 2, 1), None], date(2028, 1, 12)),  # came back
    ([date(2026, 6, 1)], date(2027, 2, 11)),  # made after the end: thirty days from then
    ([date(2027, 12, 31)], date(2028, 1, 12)),  # never longer than a year
])
def test_a_card_is_good_for_thirty_days_after_the_last_group_and_at_most_a_year(ends, last):
    assert good_until(MADE, ends) == last
