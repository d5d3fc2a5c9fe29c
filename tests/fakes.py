"""A carrier in memory that does what real ones do: accepts, refuses, loses its answer, is down. Its signature is tested."""

from dataclasses import dataclass, field
from datetime import datetime

from imrgroups.sms import Incoming, Outgoing, Refused, Unsure


@dataclass
class FakeGateway:
    """`book` is what the carrier really has: (sid, message, when). `moods`: what happens to the next sends, then "ok" for good.

    Moods: "ok"; "lost" (accepted, no answer comes back); "down" (not accepted, no answer); a number (refused with that code).
    """

    now: datetime
    moods: list[str | int] = field(default_factory=list)
    book: list[tuple[str, Outgoing, datetime]] = field(default_factory=list)
    came_in: list[Incoming] = field(default_factory=list)
    reachable: bool = True

    @property
    def texts(self) -> list[str]:
        return [message.text for _sid, message, _at in self.book]

    def send(self, message: Outgoing) -> str:
        mood = self.moods.pop(0) if self.moods else "ok"
        if isinstance(mood, int):
            raise Refused(mood)
        if mood == "down":
            raise Unsure
        sid = f"SM{len(self.book):032d}"
        self.book.append((sid, message, self.now))
        if mood == "lost":
            raise Unsure
        return sid

    def find(self, message: Outgoing, since: datetime) -> list[str]:
        if not self.reachable:
            raise Unsure
        return [sid for sid, sent, at in self.book if sent.to == message.to and sent.text == message.text and at >= since]

    def inbound(self, since: datetime) -> list[Incoming]:
        if not self.reachable:
            raise Unsure
        return [text for text in self.came_in if text.received_at >= since]
