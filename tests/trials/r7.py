"""R7, inbound: the web was down for two hours; polling finds every reply, and none counts twice, whatever the carrier tells again later."""

import time
from datetime import timedelta

from sqlalchemy import func, select

from imrgroups.attendance.models import Apology
from imrgroups.db import db, writing
from imrgroups.outreach import actions
from imrgroups.outreach.actions import sending
from imrgroups.outreach.models import CallTask, Reply
from imrgroups.sms import Incoming
from tests.fakes import FakeGateway
from tests.trials import course
from tests.trials.crowd import Crowd
from tests.trials.figures import Found
from tests.trials.places import place

WORDS = ("1", "2", "3", "Tak for sidst")


def run(database: str, short: bool = False, seed: int = 1) -> Found:
    """Two workers poll at the same time, then the carrier brings everything once more; the control asks only for the last five minutes."""
    count = 40 if short else 200
    with place(database) as here, course.stand() as stand:
        keys = course.build(here, count)
        with here.app.app_context(), writing():
            actions.queue(course.drafts(keys), by=None, now=course.START)
            sending.send_due(FakeGateway(course.START), course.now())
            db.session.remove()
            db.engine.dispose()
        for index in range(count):
            stand.incoming(f"SMIN{index:030d}", course.number(index), WORDS[index % len(WORDS)])
        late = timedelta(hours=2)  # the web comes back two hours after they came in
        crowd = Crowd(here, {"worker": (2, lambda: _poller(stand.port, late))}, seed)
        crowd.start()
        try:
            _wait(here, count)
        finally:
            crowd.stop()
        with here.app.app_context(), writing():
            gateway = course.gateway(stand.port)
            again = actions.poll(gateway, course.now() + late)
            for index in range(count):
                text = Incoming(f"SMIN{index:030d}", course.number(index), WORDS[index % len(WORDS)], course.now())
                again += actions.receive(text, course.now() + late)
            found = {
                "replies": count, "found": _count(Reply), "again": again, "apologies": _count(Apology), "calls": _count(CallTask),
                "to_read": db.session.execute(select(func.count()).select_from(Reply).where(Reply.needs_reading)).scalar(),
            }
            recent = len(gateway.inbound(course.now() + late - timedelta(minutes=5)))
            db.session.remove()
    each = count // len(WORDS)
    held = found["found"] == count and again == 0 and found["apologies"] == found["calls"] == found["to_read"] == each
    return Found("R7", here.name, found, {"last_five_minutes_found": recent}, held, recent < count)


def _poller(port: int, late: timedelta) -> object:
    gateway = course.gateway(port)
    return lambda: actions.poll(gateway, course.now() + late)


def _wait(here: object, count: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        time.sleep(0.3)
        with here.app.app_context():
            found = _count(Reply)
            db.session.remove()
            db.engine.dispose()
        if found >= count:
            return


def _count(model: type) -> int:
    return db.session.execute(select(func.count()).select_from(model)).scalar_one()
