"""The cost of a sweep does not grow with history: with the settled messages of 10 groups, and of 10,000."""

import statistics
import time
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import func, insert, select

from imrgroups.db import db, new_key, writing
from imrgroups.outreach import actions
from imrgroups.outreach.actions import sending
from imrgroups.outreach.models import Message
from tests.fakes import FakeGateway
from tests.trials import course
from tests.trials.carrier import START
from tests.trials.figures import Found
from tests.trials.places import Place, place

A_GROUP, MOST = 30, 1.3  # settled messages of one group; how much longer a sweep may take


def run(database: str, short: bool = False, seed: int = 1) -> Found:
    """Median times of a sweep with twenty messages due, and of one with none; the control counts without an index.

    Both databases take turns, so that whatever else the machine does slows both.
    """
    groups = 300 if short else 10_000
    with place(database) as little, place(database) as much:
        places = {10: little, groups: much}
        for count, here in places.items():
            _fill(here, count)
        found: dict[int, dict[str, list[float]]] = {count: {"full": [], "empty": [], "naive": []} for count in places}
        for _round in range(21):
            for count, here in places.items():
                _round_of(here, found[count])
        for count, here in places.items():
            _naive(here, found[count])
    times = {count: {what: statistics.median(took[1:]) for what, took in each.items()} for count, each in found.items()}
    ratios = {what: round(times[groups][what] / times[10][what], 2) for what in times[10]}
    naive = ratios.pop("naive")
    figures = {"groups": groups, **{f"{what}_ratio": ratio for what, ratio in ratios.items()},
               **{f"{what}_ms": round(times[groups][what] * 1000, 2) for what in ratios}}
    return Found("SWEEP", little.name, figures, {"without_index_ratio": naive}, max(ratios.values()) <= MOST, naive > MOST)


def _fill(here: Place, groups: int) -> None:
    keys = course.build(here, 20)
    with here.app.app_context(), writing():
        actions.queue(course.drafts(keys), by=None, now=START)
        person = db.session.execute(select(Message.participant_id).limit(1)).scalar_one()
        _history(keys, person, groups * A_GROUP)
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.exec_driver_sql("ANALYZE")
        db.session.remove()


def _round_of(here: Place, times: dict[str, list[float]]) -> None:
    with here.app.app_context(), writing():
        _time(times["full"], lambda: sending.send_due(FakeGateway(START), START))
        _time(times["empty"], lambda: (sending.send_due(FakeGateway(START), START), sending.reconcile(FakeGateway(START), START),
                                       sending.expire(START), sending.overdue(START)))
        # By the index: a reset that read all of history would push the sweep's own pages out of memory.
        again = Message.__table__.update().where(Message.state == "sent").values(state="pending", sid=None, sent_at=None)
        db.session.execute(again)
        db.session.commit()
        db.session.remove()


def _naive(here: Place, times: dict[str, list[float]]) -> None:
    with here.app.app_context():
        naive = select(func.count()).select_from(Message).where(Message.state + "" == "pending")
        for _round in range(5):
            _time(times["naive"], lambda: (db.session.execute(naive).scalar(), db.session.rollback()))
        db.session.remove()


def _time(found: list[float], work: Callable[[], object]) -> None:
    began = time.perf_counter()
    work()
    found.append(time.perf_counter() - began)


def _history(keys: dict[str, int], person: int, count: int) -> None:
    """So many messages that are over, to a tenth as many numbers."""
    fixed = {
        "centre_id": keys["centre"], "group_id": keys["group"], "meeting_id": None, "participant_id": person, "occasion": "missed",
        "step": "first", "variant": 0, "question": False, "channel": "text", "language": "da", "state": "delivered", "reason": "",
        "attempts": 1,
    }
    for first in range(0, count, 5000):
        rows = []
        for index in range(first, min(first + 5000, count)):
            at = START - timedelta(minutes=index % 400_000 + 10_000)
            rows.append({
                **fixed, "id": new_key(), "key": f"old/{index}", "to_lookup": f"old-{index // 10}", "due_at": at,
                "expires_at": at + timedelta(hours=8), "created_at": at, "sent_at": at, "settled_at": at, "attempted_at": at,
                "sid": f"OLD{index}",
            })
        db.session.execute(insert(Message), rows)
    db.session.commit()
