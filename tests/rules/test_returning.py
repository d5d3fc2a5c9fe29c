"""Came again within two meetings."""

import pytest

from imrgroups.rules.returning import came_again


@pytest.mark.parametrize(("afterwards", "came"), [
    ([], None),
    ([False], None),
    ([True], True),
    ([False, True], True),
    ([False, False], False),
    ([False, False, True], False),
    ([None, False, None, True], True),
    ([None, None], None),
    ([False, None], None),
])
def test_came_again_within_two_meetings(afterwards, came):
    assert came_again(afterwards) is came
