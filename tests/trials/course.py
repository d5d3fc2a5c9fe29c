"""What trials share: people with messages due, a clock that runs from a Tuesday morning, the official client aimed at the stand-in."""

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from typing import Any
from unittest import mock
from urllib.parse import urlencode, urlsplit

from imrgroups import sms
from imrgroups.db import db, writing
from imrgroups.enrolment import actions as enrolment
from imrgroups.groups import actions as groups
from imrgroups.groups import series
from imrgroups.outreach import actions
from imrgroups.people import actions as people
from imrgroups.staff import actions as staff
from tests.trials.carrier import START
from tests.trials.places import ACCOUNT, PUBLIC, TOKEN, Place, free_port

BEGAN = float(os.environ.get("IMRGROUPS_TRIAL_BEGAN") or time.monotonic())


def now() -> datetime:
    """The trial's present: it runs from START at the pace of the clock on the wall, the same in every process."""
    return START + timedelta(seconds=time.monotonic() - BEGAN)


def number(index: int) -> str:
    return f"+45{20_000_000 + index}"


def build(place: Place, count: int) -> dict[str, int]:
    """One centre and one group that meets this evening, and so many people in it who agreed to messages; returns the keys."""
    before = START - timedelta(weeks=12)
    with place.app.app_context(), writing():
        with mock.patch.object(db.session, "commit", db.session.flush):  # thousands of people at one commit
            centre = staff.create_centre(
                staff.CentreDetails("NORTH", "North", "Europe/Copenhagen", "DK", "da", phone="+4538640000"), by=None, now=before
            )
            leader = staff.add_staff(
                email="dana@north.example", name="Dana", roles=[(centre.id, "leader")], password="four words are enough", by=None,
                now=before,
            )
            details = groups.GroupDetails(
                "Tuesday", "da", date(2026, 11, 3), clock_time(19, 30), "Europe/Copenhagen", 60, "Room 2", series.default_order(), 8
            )
            group = groups.create(details, centre_id=centre.id, leaders=[leader.id], by=None, now=before)
            for index in range(count):
                person = people.create(
                    people.PersonDetails(f"Person {index}", "da", number(index), "text"), centre_id=centre.id, by=None, now=before,
                    code=f"P{index:05d}",
                )
                people.consent(person, "messages", given=True, on=before.date(), how="in person", by=None, now=before)
                enrolment.join(group, person, on=details.starts_on, by=None, now=before)
        db.session.commit()
        meeting = next(row for row in series_of(group.id) if row.starts_at > START)
        keys = {"centre": centre.id, "group": group.id, "meeting": meeting.id, "leader": leader.id}
        db.session.remove()
        db.engine.dispose()
    return keys


def series_of(group_id: int) -> list[Any]:
    from sqlalchemy import select

    from imrgroups.groups.models import Meeting

    return list(db.session.execute(select(Meeting).where(Meeting.group_id == group_id).order_by(Meeting.starts_at)).scalars())


def drafts(keys: dict[str, int], *, over: timedelta = timedelta(0), count: int | None = None) -> list[actions.Draft]:
    """A reminder for everybody, due one after the other within `over`; all have the same words, as reminders do."""
    from sqlalchemy import select

    from imrgroups.groups.models import Meeting
    from imrgroups.people.models import Participant

    meeting = db.session.get_one(Meeting, keys["meeting"])
    found = list(db.session.execute(select(Participant).order_by(Participant.code).limit(count)).scalars())
    return [
        actions.Draft(
            key=actions.reminder_key(meeting.id, person.id, meeting.starts_at), occasion="reminder", channel="text", language="da",
            text="Hej. Vi ses i dag kl. 19.30. Svar 1 hvis du kommer, 2 hvis du ikke kan, 3 hvis vi skal ringe. Dana", question=True,
            centre_id=keys["centre"], group_id=keys["group"], meeting_id=meeting.id, participant_id=person.id, to=person.phone,
            due_at=START + over * (index / max(1, len(found))), expires_at=meeting.starts_at,
        )
        for index, person in enumerate(found)
    ]


def gateway(port: int, timeout: float = sms.TIMEOUT_SECONDS, wrap: Callable[..., None] | None = None) -> sms.TwilioGateway:
    """The real gateway with the official client, which reaches the stand-in on this machine in place of Twilio."""
    from twilio.http.http_client import TwilioHttpClient

    class Here(TwilioHttpClient):
        def request(self, method: str, url: str, *given: Any, **named: Any) -> Any:
            if wrap is not None:
                wrap(method, url)
            split = urlsplit(url)
            here = f"http://127.0.0.1:{port}{split.path}" + (f"?{split.query}" if split.query else "")
            return super().request(method, here, *given, **named)

    return sms.TwilioGateway(ACCOUNT, TOKEN, sender="+4599999999", public_url=PUBLIC, http_client=Here(timeout=timeout))


class Stand:
    """The stand-in, as a process of its own, so that nothing that is killed takes it along."""

    def __init__(self, **told: float) -> None:
        self.port = free_port()
        arguments = [f"--{name}={value}" for name, value in {"began": BEGAN, "account": ACCOUNT, **told}.items()]
        self.process = subprocess.Popen([sys.executable, "-m", "tests.trials.carrier", str(self.port), *arguments])
        until = time.monotonic() + 20
        while True:
            try:
                self.book()
                break
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)

    def _ask(self, method: str, path: str, body: str = "") -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body)
        told = json.loads(connection.getresponse().read())
        connection.close()
        return told

    def book(self) -> dict[str, Any]:
        return self._ask("GET", "/book")

    def calm(self) -> None:
        self._ask("POST", "/book/calm")

    def incoming(self, sid: str, sender: str, text: str) -> None:
        self._ask("POST", "/book/incoming", urlencode({"Sid": sid, "From": sender, "To": "+4599999999", "Body": text}))

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def stand(**told: float) -> Iterator[Stand]:
    one = Stand(**told)
    try:
        yield one
    finally:
        one.stop()
