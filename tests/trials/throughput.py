"""Throughput: two workers against a carrier that answers after 50 milliseconds."""

from unittest import mock

from imrgroups.db import db, writing
from imrgroups.outreach import actions
from imrgroups.outreach.actions import sending
from tests.trials import course, r1
from tests.trials.crowd import Crowd
from tests.trials.figures import Found
from tests.trials.places import place

WANTED, WANTED_SHORT = 100, 40  # a second; the short one runs beside other tests


def run(database: str, short: bool = False, seed: int = 1) -> Found:
    """Messages a second; the control sends one after the other."""
    wanted, count = (WANTED_SHORT, 120) if short else (WANTED, 1500)
    name, rate = _rate(database, count)
    with mock.patch.object(sending, "THREADS", 1):
        _name, slow = _rate("sqlite", count // 4)
    return Found("THROUGHPUT", name, {"messages_a_second": rate, "wanted": wanted, "messages": count, "workers": 2},
                 {"one_after_the_other_a_second": slow}, rate >= wanted, slow < wanted)


def _rate(database: str, count: int) -> tuple[str, float]:
    with place(database) as here:
        keys = course.build(here, count)
        with here.app.app_context(), writing():
            with mock.patch.object(db.session, "commit", db.session.flush):
                actions.queue(course.drafts(keys), by=None, now=course.START)
            db.session.commit()
            db.session.remove()
            db.engine.dispose()
        with course.stand(latency=0.05) as stand:
            crowd = Crowd(here, {"worker": (2, lambda: _worker(stand.port))})
            crowd.start()
            try:
                r1.drain(here, 120)
            finally:
                crowd.stop()
            book = stand.book()
        assert len(book["messages"]) == count
        return here.name, round(count / (book["last"] - book["first"]), 1)


def _worker(port: int) -> object:
    gateway = course.gateway(port)
    return lambda: sending.send_due(gateway, course.now())
