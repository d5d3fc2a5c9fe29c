"""What somebody believes about a meeting that was moved or cancelled, and how they are told while it still helps."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

TEXT_LEAD = timedelta(hours=2)  # later than that before a meeting, people are on their way: a leader calls
LETTER_LEAD = timedelta(days=4)  # a letter is printed, and then takes its way
LETTER_PRINTED = timedelta(days=3)  # not printed by then, it would not come in time
STUCK = timedelta(hours=2)
TOLD = frozenset({"sending", "sent", "delivered", "printed", "unknown"})


@dataclass(frozen=True, slots=True)
class Plan:
    """When a meeting is, or that it is off: starts_at None."""

    starts_at: datetime | None


class Way(StrEnum):
    """How somebody hears of a change."""

    NOTHING = ""
    MESSAGE = "message"
    CALL = "call"


def way(
    *, believes: Plan, truth: Plan, channel: str, due_at: datetime, now: datetime, planned: datetime | None = None, state: str = ""
) -> Way:
    """How to tell one person.

    believes: what they know of the meeting; truth: what holds. channel: "text", "call" or "letter", "" where no message reaches them.
    due_at: when a message could go out. planned, state: of the message that tells this, if there is one.
    A call takes the place of a message that would come too late, that waits too long, or that nobody has printed.
    """
    if believes == truth or state in TOLD:
        return Way.NOTHING
    ahead = [moment for moment in (believes.starts_at, truth.starts_at) if moment is not None and moment > now]
    acts_at = min(ahead, default=due_at + LETTER_LEAD)
    if not channel:
        return Way.CALL
    if not state:
        return Way.MESSAGE if due_at + (LETTER_LEAD if channel == "letter" else TEXT_LEAD) <= acts_at else Way.CALL
    if state == "pending" and planned is not None:
        late = now + LETTER_PRINTED > acts_at if channel == "letter" else now > planned + STUCK
        return Way.CALL if late else Way.NOTHING
    return Way.NOTHING  # what could not be delivered has its own call
