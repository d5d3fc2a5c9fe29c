"""R4, daylight saving: every weekly slot of ten years, across both changes of the clock."""

from tests.rules.test_calendar import ten_years
from tests.trials.figures import Found


def run(database: str, short: bool = False, seed: int = 1) -> Found:
    """The proof of the rules, told as a figure; its control, a week of 168 hours, must move meetings."""
    figures, naive = ten_years()
    bad = figures["missing"] + figures["double"] + figures["wrong"]
    return Found("R4", "no database", figures, {"moved_by_hours": naive}, bad == 0, naive > 0)
