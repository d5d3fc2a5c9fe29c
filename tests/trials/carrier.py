"""A stand-in for the carrier: speaks Twilio's API over HTTP on this machine, keeps a book of what it took, and lies when told to.

python3 -m tests.trials.carrier PORT [--seed 1] [--faults 300] [--rate 0.3] [--latency 0.05] [--slow 0.8] [--began MONOTONIC]
"""

import argparse
import json
import random
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

# lost, late, broken and garbled take the message and tell nothing useful; down and reset take nothing; busy says to come again.
KINDS = ("lost", "late", "broken", "garbled", "down", "reset", "busy")
START = datetime(2027, 1, 12, 9, 0, tzinfo=UTC)  # a Tuesday in January, ten in the morning in Copenhagen
MESSAGE = {
    "num_segments": "1", "direction": "outbound-api", "price": None, "error_message": None, "num_media": "0", "messaging_service_sid": None,
    "error_code": None, "price_unit": "USD", "api_version": "2010-04-01",
}
CALL = {
    "parent_call_sid": None, "phone_number_sid": None, "start_time": None, "end_time": None, "duration": None, "price": None,
    "price_unit": "USD", "direction": "outbound-api", "answered_by": None, "api_version": "2010-04-01", "forwarded_from": None,
    "group_sid": None, "caller_name": None, "queue_time": "0", "trunk_sid": None,
}


class Book:
    """What the carrier really has."""

    def __init__(self, told: argparse.Namespace) -> None:
        self.told, self.lock, self.random = told, threading.Lock(), random.Random(told.seed)
        self.messages: list[dict[str, Any]] = []
        self.calls: list[dict[str, Any]] = []
        self.faults: dict[str, int] = {}
        self.listings_refused, self.first, self.last = 0, 0.0, 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=time.monotonic() - self.told.began)

    def mood(self) -> str:
        """What happens to the next message."""
        with self.lock:
            self.first = self.first or time.monotonic()
            if sum(self.faults.values()) >= self.told.faults or self.random.random() >= self.told.rate:
                return "ok"
            kind = KINDS[sum(self.faults.values()) % len(KINDS)]
            self.faults[kind] = self.faults.get(kind, 0) + 1
            return kind

    def refuses_listing(self) -> bool:
        with self.lock:
            if sum(self.faults.values()) >= self.told.faults or self.random.random() >= self.told.rate / 2:
                return False
            self.listings_refused += 1
            return True

    def take(self, kind: str, form: dict[str, str]) -> dict[str, Any]:
        """Write a message or call down; Twilio's dates have whole seconds."""
        with self.lock:
            at, shelf = format_datetime(self.now()), self.messages if kind == "Messages" else self.calls
            sid = f"{'SM' if kind == 'Messages' else 'CA'}{len(shelf):032x}"
            uri = f"/2010-04-01/Accounts/{self.told.account}/{kind}/{sid}.json"
            row = {"sid": sid, "account_sid": self.told.account, "to": form.get("To", ""), "status": "queued", "date_created": at,
                   "date_updated": at, "uri": uri, "from": form.get("From") or None,
                   "_ref": form.get("StatusCallback", "").rsplit("/", 1)[-1]}
            if kind == "Messages":
                row |= MESSAGE | {"body": form.get("Body", ""), "date_sent": None, "subresource_uris": {"media": uri[:-5] + "/Media.json"}}
            else:
                row |= CALL | {"to_formatted": form.get("To", ""), "from_formatted": form.get("From", ""), "subresource_uris": {}}
            shelf.append(row)
            self.last = time.monotonic()
            return shown(row)


def shown(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if not name.startswith("_")}


class Carrier(BaseHTTPRequestHandler):
    """One connection, kept open."""

    protocol_version = "HTTP/1.1"
    book: Book

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        data = self.rfile.read(length)
        if len(data) < length:
            return self._hang_up()  # the sender was killed in the middle of a word: no carrier takes half a message
        body = data.decode()
        form = {name: values[0] for name, values in parse_qs(body, keep_blank_values=True).items()}
        if self.path == "/book/calm":
            self.book.told.faults = 0
            return self._answer(200, {})
        if self.path == "/book/incoming":
            row = self.book.take("Messages", {"To": form["To"], "From": form["From"], "Body": form["Body"]})
            self.book.messages[-1] |= {"direction": "inbound", "status": "received", "sid": form["Sid"], "messaging_service_sid": None}
            return self._answer(200, row)
        kind = self.path.split("/")[-1].removesuffix(".json")
        mood = self.book.mood()
        time.sleep(self.book.told.slow if mood == "late" else self.book.told.latency)
        if mood == "busy":
            return self._answer(429, {"code": 20429, "message": "Too Many Requests", "more_info": "", "status": 429})
        if mood == "down":
            return self._answer(503, {"code": 20503, "message": "Service unavailable", "more_info": "", "status": 503})
        if mood == "reset":
            return self._hang_up()
        row = self.book.take(kind, form)
        if mood == "lost":
            return self._hang_up()
        if mood == "broken":
            return self._answer(500, {"code": 20500, "message": "Internal server error", "more_info": "", "status": 500})
        return self._answer(201, "<html>Bad gateway</html>" if mood == "garbled" else row)

    def do_GET(self) -> None:
        split = urlsplit(self.path)
        if split.path == "/book":
            book = self.book
            told = {"messages": book.messages, "calls": book.calls, "faults": book.faults, "listings_refused": book.listings_refused}
            return self._answer(200, {**told, "first": book.first, "last": book.last})
        if self.book.refuses_listing():
            return self._answer(503, {"code": 20503, "message": "Service unavailable", "more_info": "", "status": 503})
        wanted = {name: values[0] for name, values in parse_qs(split.query).items()}
        kind = split.path.split("/")[-1].removesuffix(".json").lower()
        with self.book.lock:
            rows = [row for row in getattr(self.book, kind) if wanted.get("To") in (None, row["to"])]
        uri = self.path.partition("?")[0]
        page = {"first_page_uri": uri, "end": len(rows), "previous_page_uri": None, "uri": uri, "page_size": max(1, len(rows)), "start": 0,
                "next_page_uri": None, "page": 0}
        return self._answer(200, {kind: [shown(row) for row in reversed(rows)], **page})

    def _answer(self, status: int, what: Any) -> None:
        data = what.encode() if isinstance(what, str) else json.dumps(what).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
        except OSError:
            self.close_connection = True  # whoever asked is gone

    def _hang_up(self) -> None:
        self.close_connection = True

    def log_message(self, *_told: Any) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    daemon_threads, request_queue_size = True, 128

    def handle_error(self, *_told: Any) -> None:
        """A sender that was killed is no error of the carrier."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    for name, kind, value in (("seed", int, 1), ("faults", int, 0), ("rate", float, 0.0), ("latency", float, 0.0), ("slow", float, 0.8),
                              ("began", float, 0.0), ("account", str, "AC" + "0" * 32)):
        parser.add_argument(f"--{name}", type=kind, default=value)
    told = parser.parse_args()
    Carrier.book = Book(told)
    Server(("127.0.0.1", told.port), Carrier).serve_forever()


if __name__ == "__main__":
    main()
