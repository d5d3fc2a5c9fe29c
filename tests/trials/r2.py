"""R2, double start: four webs with a worker inside and two workers alone, all planning and sending the same thousand messages at once."""

from collections import Counter

from sqlalchemy import func, select, update

from imrgroups.db import db
from imrgroups.outreach import actions
from imrgroups.outreach.actions import sending
from imrgroups.outreach.models import Message
from tests.trials import course, r1
from tests.trials.crowd import Crowd
from tests.trials.figures import Found
from tests.trials.places import place


def run(database: str, short: bool = False, seed: int = 1) -> Found:
    """The promise; then the naive worker, which reads what is due and marks it when it is sent."""
    count = 40 if short else 1000
    figures = _once(database, count, seed, lambda gateway: sending.send_due(gateway, course.now()))
    naive = _once("sqlite", min(count, 200), seed, _naive)
    held = figures["rows"] == figures["sends"] == count and figures["doubled"] == 0
    return Found("R2", figures.pop("database"), figures, {"doubled": naive["doubled"]}, held, naive["doubled"] > 0)


def _naive(gateway: course.sms.Gateway) -> None:
    rows = list(db.session.execute(select(Message).where(Message.state == "pending").limit(20)).scalars())
    ready = [(row.id, sending._outgoing(row, course.now())) for row in rows]
    db.session.rollback()
    for key, outgoing in ready:
        gateway.send(outgoing)
        db.session.execute(update(Message).where(Message.id == key).values(state="sent"))
        db.session.commit()


def _once(database: str, count: int, seed: int, work: object) -> dict:
    with place(database) as here:
        keys = course.build(here, count)
        with here.app.app_context():
            planned = course.drafts(keys)
            db.session.remove()
            db.engine.dispose()
        with course.stand(latency=0.02) as stand:

            def make() -> object:
                gateway = course.gateway(stand.port)
                actions.queue(planned, by=None, now=course.now())
                return lambda: work(gateway)

            crowd = Crowd(here, {"web": (4, make), "worker": (2, make)}, seed)
            crowd.start()
            try:
                r1.drain(here, 120, count)
            finally:
                crowd.stop()
            taken = Counter(row["to"] for row in stand.book()["messages"])
        with here.app.app_context():
            rows = db.session.execute(select(func.count()).select_from(Message)).scalar()
            db.session.remove()
            db.engine.dispose()
        doubled = sum(taken.values()) - len(taken)
        return {"database": here.name, "rows": rows, "sends": sum(taken.values()), "doubled": doubled, "processes": 6}
