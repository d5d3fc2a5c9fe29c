"""What becomes of a message: whether it may go out now, what a carrier's answer means, and which news counts.

Source of the codes: the carrier's published error list; of the way (intent, lease, reconcile) the trials in docs/trials.md.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LEASE = timedelta(seconds=120)  # far longer than a call may take, so that nobody else takes a message that is on its way
QUESTION_OPEN = timedelta(hours=72)
MOST_UNANSWERED = 6  # calls whose answer was lost and whose message was never found: then something lies, and a person decides
STILL_ASKED = timedelta(days=4)  # so long after its time the carrier is asked about a message that is left to a person


class Do(StrEnum):
    """What to do with a message that is due."""

    SEND = "send"
    WAIT = "wait"
    CANCEL = "cancelled"
    EXPIRE = "expired"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of a message and its recipient now. over: a short word when its occasion is over ("came", "moved"), else empty.

    allowed_at: the next instant outside quiet hours, now or later. consented: to messages, or a supporter's yes; staff need none.
    in_hospital counts for everything but a welcome back. answer: a reply to what somebody wrote themselves (they stopped, they started).
    """

    expires_at: datetime
    allowed_at: datetime
    consented: bool = True
    stopped: bool = False
    unreachable: bool = False
    in_hospital: bool = False
    welcome: bool = False
    answer: bool = False
    over: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do, why in one word, and for WAIT until when."""

    do: Do
    reason: str = ""
    until: datetime | None = None


def verdict(facts: Facts, now: datetime) -> Verdict:
    """Whether a message that is due may go out at this instant; asked again in the transaction that claims it."""
    if facts.over:
        return Verdict(Do.CANCEL, facts.over)
    if facts.stopped and not facts.answer:
        return Verdict(Do.CANCEL, "stopped")
    if not facts.consented and not facts.answer:
        return Verdict(Do.CANCEL, "no_consent")
    if facts.unreachable:
        return Verdict(Do.CANCEL, "no_texts")
    if facts.in_hospital and not facts.welcome:
        return Verdict(Do.CANCEL, "hospital")
    if now >= facts.expires_at or facts.allowed_at >= facts.expires_at:
        return Verdict(Do.EXPIRE, "too_late")
    if facts.allowed_at > now:
        return Verdict(Do.WAIT, "quiet", facts.allowed_at)
    return Verdict(Do.SEND)


class Then(StrEnum):
    """What a refusal of the carrier asks for."""

    OPTED_OUT = "opted_out"  # the carrier itself blocks the number: our consent record says no too
    NO_TEXTS = "no_texts"  # a landline, no such number, out of use: flagged, and somebody calls or asks
    LATER = "later"  # switched off or out of reach: once more, later
    BUSY = "busy"  # too many at once: wait and go on
    PERSON = "person"  # anything else: a person decides


_CODES = {
    21610: Then.OPTED_OUT,
    21211: Then.NO_TEXTS, 21614: Then.NO_TEXTS, 30006: Then.NO_TEXTS, 21217: Then.NO_TEXTS, 21214: Then.NO_TEXTS, 30005: Then.NO_TEXTS,
    30003: Then.LATER,
    20429: Then.BUSY, 429: Then.BUSY,
}


def meaning(code: int | None) -> Then:
    """What an error code of the carrier asks for; a code we do not know is for a person."""
    return _CODES.get(code or 0, Then.PERSON)


class Look(StrEnum):
    """What to do with a message that nobody settled, after the carrier was asked about it."""

    ADOPT = "sent"
    AGAIN = "pending"
    EXPIRE = "expired"
    PERSON = "unknown"
    WAIT = "wait"


def looked(found: bool | None, *, unanswered: int, with_person: bool, in_time: bool) -> Look:
    """What follows from asking the carrier about a message that may have gone out or not.

    found: None where the carrier could not be asked. unanswered: calls for it whose answer was lost. with_person: left to a person already.
    in_time: its time is not over. While it lasts, a silent carrier is asked again and again; only then is it a person's to decide. What
    the carrier does not have was not sent, so sending it again is no double; but after so many lost answers we do not believe the list.
    """
    if found:
        return Look.ADOPT
    if found is None:
        return Look.WAIT if in_time or with_person else Look.PERSON
    if unanswered >= MOST_UNANSWERED:
        return Look.WAIT if with_person else Look.PERSON
    return Look.AGAIN if in_time else Look.EXPIRE


def again_after(attempts: int) -> timedelta:
    """How long to wait before the next attempt, after so many (1 or more): 30 s, 1, 2, 4... minutes, at most half an hour."""
    return timedelta(seconds=min(30 * 2 ** min(attempts - 1, 6), 1800))


# News of a message by rank; news of a lower or the same rank never changes what a higher one said.
_RANKS = {
    "accepted": 0, "scheduled": 0, "queued": 0, "initiated": 0, "ringing": 0, "sending": 0, "in-progress": 0, "sent": 1,
    "delivered": 2, "read": 2, "completed": 2, "undelivered": 2, "failed": 2, "busy": 2, "no-answer": 2, "canceled": 2,
}
FAILURES = ("undelivered", "failed", "busy", "no-answer", "canceled")
_STATES = {"delivered": "delivered", "read": "delivered", "completed": "delivered", "failed": "failed", "canceled": "failed"}


def state_of(status: str) -> str:
    """Our word for the carrier's: "sent" while it is on its way, then "delivered", "undelivered" or "failed".

    Raises ValueError for a word the carrier does not have.
    """
    rank = _RANKS.get(status)
    if rank is None:
        raise ValueError(f"unknown status: {status!r}")
    return _STATES.get(status, "undelivered") if rank == 2 else "sent"


def is_news(state: str, status: str) -> bool:
    """Whether a status moves a message in this state forward. Raises ValueError for a word the carrier does not have."""
    fresh = state_of(status)
    if state in ("delivered", "undelivered", "failed"):
        return False
    return state != fresh or fresh != "sent"
