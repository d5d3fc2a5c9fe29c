"""How somebody hears that a meeting is moved or off: every line of the table."""

from datetime import UTC, datetime, timedelta

import pytest

from imrgroups.rules.changes import Plan, Way, way

NOW = datetime(2027, 1, 12, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OLD, NEW, OFF = Plan(NOW + 7 * DAY), Plan(NOW + 8 * DAY), Plan(None)


@pytest.mark.parametrize(
    ("believes", "truth", "channel", "due", "state", "planned", "found"),
    [
        (OLD, OLD, "text", NOW, "", None, Way.NOTHING),
        (OLD, NEW, "text", NOW, "", None, Way.MESSAGE),
        (OLD, OFF, "text", NOW, "", None, Way.MESSAGE),
        (OFF, NEW, "call", NOW, "", None, Way.MESSAGE),
        (OFF, OFF, "", NOW, "", None, Way.NOTHING),
        (OLD, NEW, "", NOW, "", None, Way.CALL),
        (OLD, NEW, "letter", NOW, "", None, Way.MESSAGE),
        (Plan(NOW + 3 * DAY), NEW, "letter", NOW, "", None, Way.CALL),
        (Plan(NOW + 3 * DAY), OFF, "letter", NOW, "", None, Way.CALL),
        (Plan(NOW + HOUR), NEW, "text", NOW, "", None, Way.CALL),
        (NEW, Plan(NOW + HOUR), "text", NOW, "", None, Way.CALL),
        (Plan(NOW + 12 * HOUR), OFF, "text", NOW + 11 * HOUR, "", None, Way.CALL),
        (Plan(NOW - HOUR), NEW, "text", NOW, "", None, Way.MESSAGE),
        (OLD, NEW, "text", NOW, "sent", NOW, Way.NOTHING),
        (OLD, NEW, "text", NOW, "pending", NOW - HOUR, Way.NOTHING),
        (OLD, NEW, "text", NOW, "pending", NOW - 3 * HOUR, Way.CALL),
        (OLD, NEW, "letter", NOW, "pending", NOW - 3 * DAY, Way.NOTHING),
        (Plan(NOW + 2 * DAY), NEW, "letter", NOW, "pending", NOW - DAY, Way.CALL),
        (OLD, NEW, "text", NOW, "failed", NOW, Way.NOTHING),
    ],
)
def test_news_goes_by_message_while_it_helps_and_by_a_call_otherwise(believes, truth, channel, due, state, planned, found):
    assert way(believes=believes, truth=truth, channel=channel, due_at=due, now=NOW, planned=planned, state=state) is found
