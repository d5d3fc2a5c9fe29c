"""R3, outage: the worker is off for an hour, a shift, three days; each message is sent in allowed hours or given up, and says why."""

from dataclasses import replace
from datetime import timedelta
from unittest import mock
from zoneinfo import ZoneInfo

from sqlalchemy import select

from imrgroups.db import db, writing
from imrgroups.outreach import actions
from imrgroups.outreach.actions import sending
from imrgroups.outreach.models import Message
from imrgroups.rules import outbox
from tests.fakes import FakeGateway
from tests.trials import course
from tests.trials.carrier import START
from tests.trials.figures import Found
from tests.trials.places import place

HERE = ZoneInfo("Europe/Copenhagen")


def run(database: str, short: bool = False, seed: int = 1) -> Found:
    """The promise for each outage; the control sends whatever is due at any hour."""
    count, step = (20, timedelta(hours=1)) if short else (150, timedelta(minutes=10))
    figures = {"messages": 0, "sent": 0, "expired": 0, "open": 0, "without_reason": 0, "at_night": 0, "after_their_time": 0}
    for hours in (8,) if short else (1, 8, 72):
        for name, value in _once(database, count, step, timedelta(hours=hours)).items():
            figures[name] += value
    with mock.patch.object(outbox, "verdict", lambda facts, now: outbox.Verdict(outbox.Do.SEND)):
        naive = _once("sqlite", count, step, timedelta(hours=8))
    bad = figures["open"] + figures["without_reason"] + figures["at_night"] + figures["after_their_time"]
    control = {"at_night": naive["at_night"], "after_their_time": naive["after_their_time"]}
    shown = "SQLite" if database == "sqlite" else "PostgreSQL"
    whole = figures["messages"] == figures["sent"] + figures["expired"]
    return Found("R3", shown, figures, control, whole and bad == 0, min(control.values()) > 0)


def _once(database: str, count: int, step: timedelta, outage: timedelta) -> dict[str, int]:
    with place(database) as here:
        keys = course.build(here, count)
        with here.app.app_context(), writing():
            week = timedelta(days=3)
            planned = [
                replace(
                    draft, key=f"own/{index}", occasion="own", question=False, meeting_id=None, group_id=None,
                    due_at=START + week * (index / count), expires_at=START + week * (index / count) + timedelta(hours=4 + index % 45),
                )
                for index, draft in enumerate(course.drafts(keys))
            ]
            actions.queue(planned, by=None, now=START)
            carrier, at = FakeGateway(START), START
            while at < START + timedelta(days=6):
                if not START + timedelta(hours=2) <= at < START + timedelta(hours=2) + outage:
                    carrier.now = at
                    sending.send_due(carrier, at)
                    sending.expire(at)
                at += step
            rows = {str(row.id): row for row in db.session.execute(select(Message)).scalars()}
            sent = [(rows[message.ref], when) for _sid, message, when in carrier.book]
            found = {
                "messages": len(rows), "sent": len(sent), "expired": sum(row.state == "expired" for row in rows.values()),
                "open": sum(row.state in ("pending", "sending") for row in rows.values()),
                "without_reason": sum(row.state == "expired" and not row.reason for row in rows.values()),
                "at_night": sum(not 9 <= when.astimezone(HERE).hour < 20 or when.astimezone(HERE).weekday() == 6 for _row, when in sent),
                "after_their_time": sum(when >= row.expires_at for row, when in sent),
            }
            db.session.remove()
            return found
