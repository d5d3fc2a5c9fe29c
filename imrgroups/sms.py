"""The carrier of texts and calls: one small door, three ways through it (the log, Twilio, and a fake in tests)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol
from xml.sax.saxutils import escape, quoteattr

from imrgroups import config

TIMEOUT_SECONDS = 10  # Twilio's default is none: a call would hang as long as the carrier likes
MOST_LISTED = 200
VOICES = {"da": "da-DK", "sv": "sv-SE", "en": "en-GB", "he": "he-IL"}
# What a webhook may carry. Anything else makes the signature ambiguous ("Body=STOP" and "BodyS=TOP" are signed alike).
FIELDS = frozenset(
    word for line in (
        "AccountSid ApiVersion Body MessageSid SmsSid SmsMessageSid SmsStatus MessageStatus MessagingServiceSid NumMedia NumSegments",
        "From FromCity FromState FromZip FromCountry To ToCity ToState ToZip ToCountry ErrorCode ErrorMessage RawDlrDoneDate ChannelPrefix",
        "OptOutType CallSid CallStatus CallDuration Duration Direction Digits FinishedOnKey msg Timestamp CallbackSource SequenceNumber",
        "Called CalledCity CalledState CalledZip CalledCountry Caller CallerCity CallerState CallerZip CallerCountry StirVerstat",
        "SipResponseCode AnsweredBy",
    ) for word in line.split()
)


class Refused(Exception):
    """The carrier says no: `code` is its error code. Nothing was sent."""

    def __init__(self, code: int | None) -> None:
        super().__init__(f"refused with {code}")
        self.code = code


class Unsure(Exception):
    """No answer, or one that says nothing: the message may have gone out or not."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One text or call. ref: our opaque key of it; valid_seconds: after so long the carrier gives up by itself (1 to 36,000)."""

    ref: str
    to: str
    text: str
    channel: str = "text"
    language: str = "en"
    valid_seconds: int = 14_400
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Incoming:
    """One text that came in. sender: E.164; received_at: aware."""

    sid: str
    sender: str
    text: str
    received_at: datetime


class Gateway(Protocol):
    """What a carrier can do."""

    def send(self, message: Outgoing) -> str:
        """Hand over one text or call; returns the carrier's name for it. Raises Refused, Unsure."""

    def find(self, message: Outgoing, since: datetime) -> list[str]:
        """The carrier's names of what was handed over to this number since an instant with the same words, oldest first. Raises Unsure."""

    def inbound(self, since: datetime) -> list[Incoming]:
        """Texts that came in since an instant, oldest first. Raises Unsure."""


class LogGateway:
    """Sends nothing: what would have gone out stands on the page of messages. For demonstrations and for trying things out."""

    def send(self, message: Outgoing) -> str:
        """A name made of our own key."""
        return f"log-{message.ref}"

    def find(self, message: Outgoing, since: datetime) -> list[str]:
        """What send() would have answered: nothing is ever lost on the way to the log."""
        return [f"log-{message.ref}"]

    def inbound(self, since: datetime) -> list[Incoming]:
        """Nothing comes in."""
        return []


class TwilioGateway:
    """Texts by Twilio's Messages, calls by its Calls. Twilio has no key against doubles, so nothing here ever tries twice by itself."""

    def __init__(
        self, account: str, token: str, *, sender: str = "", service: str = "", public_url: str = "", http_client: Any = None
    ) -> None:
        from twilio.http.http_client import TwilioHttpClient
        from twilio.rest import Client

        self.client = Client(account, token, http_client=http_client or TwilioHttpClient(timeout=TIMEOUT_SECONDS))
        self.sender, self.service, self.public_url = sender, service, public_url.rstrip("/")

    def send(self, message: Outgoing) -> str:
        """The sid of the text or call. Raises Refused for an answer of 4xx, Unsure for anything else that is no answer."""
        return str(self._asked(self._call if message.channel == "call" else self._text, message).sid)

    def _text(self, message: Outgoing) -> Any:
        where: dict[str, Any] = {"messaging_service_sid": self.service} if self.service else {"from_": self.sender}
        if self.public_url:
            where["status_callback"] = f"{self.public_url}/carrier/status/{message.ref}"
        seconds = max(1, min(message.valid_seconds, 36_000))
        return self.client.messages.create(to=message.to, body=message.text, validity_period=seconds, **where)

    def _call(self, message: Outgoing) -> Any:
        told: dict[str, Any] = {"twiml": twiml(message, self.public_url)}
        if self.public_url:
            told |= {"status_callback": f"{self.public_url}/carrier/status/{message.ref}", "timeout": 30}
        return self.client.calls.create(to=message.to, from_=self.sender, **told)

    def find(self, message: Outgoing, since: datetime) -> list[str]:
        """Oldest first. Calls have no words, so every call to the number since then is one of them."""
        listed = self._asked(self._listed, message, since)
        found = [row for row in listed if message.channel == "call" or row.body == message.text]
        return [str(row.sid) for row in sorted(found, key=_made) if _made(row) >= since - timedelta(seconds=1)]

    def _listed(self, message: Outgoing, since: datetime) -> Sequence[Any]:
        if message.channel == "call":
            return self.client.calls.list(to=message.to, start_time_after=since - timedelta(days=1), limit=MOST_LISTED)
        return self.client.messages.list(to=message.to, date_sent_after=since - timedelta(days=1), limit=MOST_LISTED)

    def inbound(self, since: datetime) -> list[Incoming]:
        """Oldest first; of our number, or of all the account's where a messaging service sends."""
        ours = {} if self.service else {"to": self.sender}
        rows = self._asked(lambda: self.client.messages.list(date_sent_after=since, limit=5 * MOST_LISTED, **ours))
        found = [row for row in rows if str(row.direction) == "inbound" and _made(row) >= since]
        return [Incoming(str(row.sid), str(row.from_), row.body or "", _made(row)) for row in sorted(found, key=_made)]

    def _asked(self, what: Any, *given: Any) -> Any:
        from requests import RequestException
        from twilio.base.exceptions import TwilioException, TwilioRestException

        try:
            return what(*given)
        except TwilioRestException as error:
            if 400 <= error.status < 500:
                raise Refused(error.code or error.status) from None
            raise Unsure from None
        except (TwilioException, RequestException, OSError, ValueError, TypeError, KeyError):  # no answer, or one that is no answer
            raise Unsure from None


def _made(row: Any) -> datetime:
    at = row.date_created or row.date_sent if hasattr(row, "date_sent") else row.date_created
    return at if at else datetime.min.replace(tzinfo=UTC)


def twiml(message: Outgoing, public_url: str) -> str:
    """What a call says, twice, in the person's language; where it asks something, one key answers it."""
    voice = quoteattr(VOICES.get(message.language, "en-GB"))
    said = f"<Say language={voice}>{escape(message.text)}</Say>"
    if message.asks and public_url:
        address = quoteattr(f"{public_url.rstrip('/')}/carrier/voice/{message.ref}")
        return f'<Response><Gather numDigits="1" timeout="8" action={address}>{said}<Pause length="1"/>{said}</Gather></Response>'
    return f'<Response>{said}<Pause length="1"/>{said}</Response>'


def is_genuine(token: str, address: str, fields: dict[str, str], signature: str | None) -> bool:
    """Whether a webhook was signed by Twilio for this address of ours; fields it never sends make it false."""
    from twilio.request_validator import RequestValidator

    if not token or not signature or not FIELDS.issuperset(fields):
        return False
    return bool(RequestValidator(token).validate(address, fields, signature))


def gateway(settings: config.Settings) -> Gateway:
    """The carrier of the settings; in demonstration mode always the log, whatever stands there."""
    if settings.demo or settings.sms == "log":
        return LogGateway()
    return _twilio(
        settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value(), settings.twilio_from,
        settings.twilio_messaging_service_sid, settings.public_url,
    )


@lru_cache(maxsize=4)
def _twilio(account: str, token: str, sender: str, service: str, public_url: str) -> TwilioGateway:
    return TwilioGateway(account, token, sender=sender, service=service, public_url=public_url)
