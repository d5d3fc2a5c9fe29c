"""R1, effectively once: senders, web and planners killed at random, a carrier that lies, a database that crashes; none lost or doubled."""

import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

from sqlalchemy import select, update

from imrgroups.db import db
from imrgroups.outreach import actions
from imrgroups.outreach.actions import sending
from imrgroups.outreach.models import Message
from tests.trials import course
from tests.trials.crowd import Crowd, hurry
from tests.trials.figures import Found
from tests.trials.places import ACCOUNT, PUBLIC, TOKEN, place

TIMEOUT = 0.5
FULL = SimpleNamespace(messages=1000, kills=200, faults=300, crashes=10, rate=0.45, over=100)
SHORT = SimpleNamespace(messages=40, kills=10, faults=14, crashes=0, rate=0.6, over=3)
FINAL = ("sent", "delivered")


def run(database: str, short: bool = False, seed: int = 1) -> Found:
    """The promise, then two naive senders under the same conditions."""
    size = SHORT if short else FULL
    less = {"messages": min(size.messages, 300), "kills": max(6, size.kills // 4), "crashes": 0, "over": max(2, size.over // 4)}
    small = SimpleNamespace(**{**vars(size), **less})
    with hurry():
        figures = _once(database, size, seed, {"sender": (2, _sender), "web": (1, None), "planner": (1, None)})
        replay = _once("sqlite", small, seed, {"sender": (2, _replaying)})
        first = _once("sqlite", small, seed, {"sender": (2, _marking_first)})
    expected = size.messages
    held = figures["sent_once"] == expected and figures["lost"] == figures["doubled"] == figures["not_final"] == 0
    held = held and figures["kills"] >= size.kills and figures["faults"] >= size.faults
    return Found(
        "R1", "SQLite" if database == "sqlite" else "PostgreSQL", figures,
        {"replay_doubled": replay["doubled"], "mark_first_lost": first["lost"]}, held, replay["doubled"] > 0 and first["lost"] > 0,
    )


def _sender_of(work: Callable[..., None], port: int) -> Callable[[], Callable[[], None]]:
    def make() -> Callable[[], None]:
        gateway = course.gateway(port, TIMEOUT)
        return lambda: work(gateway)

    return make


def _sender(gateway: course.sms.Gateway) -> None:
    sending.send_due(gateway, course.now())
    sending.reconcile(gateway, course.now())


def _replaying(gateway: course.sms.Gateway) -> None:
    """The first naive way: what has no answer when its lease ends is simply sent again."""
    sending.send_due(gateway, course.now())
    late = (Message.state == "sending", Message.lease_until_at <= course.now())
    db.session.execute(update(Message).where(*late).values(state="pending").execution_options(synchronize_session=False))
    db.session.commit()


def _marking_first(gateway: course.sms.Gateway) -> None:
    """The second naive way: written down as sent, then sent, whatever comes of it."""
    for claimed in sending.claim(course.now(), batch=10):
        db.session.execute(update(Message).where(Message.id == claimed.id).values(state="sent", sent_at=course.now(), lease_until_at=None))
        db.session.commit()
        try:
            gateway.send(claimed.outgoing)
        except Exception:  # noqa: S110 (that is the naive way)
            pass


def _web_of(port: int, app: object) -> Callable[[], Callable[[], None]]:
    """The web: takes in, signed, what the carrier tells of its messages, twice and in any order."""

    def make() -> Callable[[], None]:
        from twilio.request_validator import RequestValidator

        client, signer = app.test_client(), RequestValidator(TOKEN)
        stand = SimpleNamespace(port=port)
        told: set[str] = set()

        def work() -> None:
            for row in course.Stand._ask(stand, "GET", "/book")["messages"]:
                if row["sid"] in told:
                    continue
                news = random.choice((["sent", "delivered"], ["delivered", "sent", "sent"], ["delivered", "delivered"], ["sent"]))
                for status in news:
                    path = f"/carrier/status/{row['_ref']}"
                    form = {"MessageSid": row["sid"], "AccountSid": ACCOUNT, "MessageStatus": status}
                    signature = signer.compute_signature(PUBLIC + path, form)
                    if client.post(path, data=form, headers={"X-Twilio-Signature": signature}).status_code != 204:
                        return
                told.add(row["sid"])

        return work

    return make


def _once(database: str, size: SimpleNamespace, seed: int, kinds: dict[str, tuple[int, Callable | None]]) -> dict[str, int]:
    with place(database) as here:
        keys = course.build(here, size.messages)
        over = timedelta(seconds=size.over)
        offset = timedelta(seconds=time.monotonic() - course.BEGAN)
        with here.app.app_context(), course.writing():
            planned = [_later(draft, offset) for draft in course.drafts(keys, over=over)]
            actions.queue(planned, by=None, now=course.now())
            db.session.remove()
            db.engine.dispose()
        with course.stand(faults=size.faults, rate=size.rate, latency=0.03, slow=TIMEOUT * 1.6, seed=seed) as stand:
            makers = {}
            for kind, (count, work) in kinds.items():
                if kind == "web":
                    makers[kind] = (count, _web_of(stand.port, here.app))
                elif kind == "planner":
                    makers[kind] = (count, lambda: lambda: actions.queue(random.sample(planned, 10), by=None, now=course.now()))
                else:
                    makers[kind] = (count, _sender_of(work, stand.port))
            crowd = Crowd(here, makers, seed)
            crowd.start()
            try:
                crashes = _trouble(crowd, here, size)
                drain(here, 120 if "web" in kinds else 20)
            finally:
                crowd.stop()
            return _count(here, stand.book(), crowd, crashes, size)


def _later(draft: actions.Draft, offset: timedelta) -> actions.Draft:
    from dataclasses import replace

    return replace(draft, due_at=draft.due_at + offset)


def _trouble(crowd: Crowd, here: object, size: SimpleNamespace) -> int:
    """Kill and crash while there is work, as often as the trial wants."""
    crashes, began = 0, time.monotonic()
    for kill in range(size.kills):
        wanted = began + size.over * (kill + 1) / size.kills
        time.sleep(max(0.01, wanted - time.monotonic() + crowd.random.uniform(-0.1, 0.1)))
        crowd.kill_one()
        if here.cluster is not None and crashes < size.crashes and (kill + 1) % max(1, size.kills // size.crashes) == 0:
            here.cluster.crash()
            crashes += 1
    return crashes


def drain(here: object, seconds: float, rows: int = 0) -> None:
    """Let those who live finish what is open, once so many rows are there; naive ones leave some open for ever."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(0.5)
        with here.app.app_context():
            states = Counter(db.session.execute(select(Message.state)).scalars())
            db.session.remove()
            db.engine.dispose()
        if states.total() >= rows and not states["pending"] and not states["sending"]:
            return


def _count(here: object, book: dict, crowd: Crowd, crashes: int, size: SimpleNamespace) -> dict[str, int]:
    taken = Counter(row["to"] for row in book["messages"])
    with here.app.app_context():
        rows = db.session.execute(select(Message.to_lookup, Message.state, Message.sid, Message.attempts)).all()
        db.session.remove()
        db.engine.dispose()
    states = Counter(row.state for row in rows)
    return {
        "messages": len(rows), "sent_once": sum(1 for count in taken.values() if count == 1),
        "doubled": sum(count - 1 for count in taken.values()), "lost": size.messages - len(taken),
        "not_final": sum(count for state, count in states.items() if state not in FINAL), "states": dict(states),
        "kills": sum(crowd.killed.values()), "killed": dict(crowd.killed), "faults": sum(book["faults"].values()), "kinds": book["faults"],
        "listings_refused": book["listings_refused"], "database_crashes": crashes, "most_attempts": max(row.attempts for row in rows),
    }
