"""P4, withdrawal: people take their yes back while their message is being claimed; none is called whose no was committed first."""

import json
import os
import random
import socket
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from unittest import mock

from sqlalchemy import event, select

from imrgroups.db import db, writing
from imrgroups.outreach import actions
from imrgroups.outreach.actions import gates, sending
from imrgroups.outreach.models import Message
from imrgroups.people import actions as people
from imrgroups.people.models import Participant
from imrgroups.sms import Outgoing
from tests.trials import course
from tests.trials.figures import Found
from tests.trials.places import Place, place


def run(database: str, short: bool = False, seed: int = 1) -> Found:
    """The promise; the control looks at consent in its planning and not again when it claims."""
    count = 30 if short else 1000
    figures = _race(database, count, seed, naive=False)
    control = _race("sqlite", min(count, 200), seed, naive=True)
    whole = figures["called"] + figures["stopped"] == count and (short or min(figures["called"], figures["stopped"]) > 0)
    after = {"called_after_no": control["called_after_no"]}
    return Found("P4", figures.pop("database"), figures, after, whole and figures["called_after_no"] == 0, after["called_after_no"] > 0)


class Quick:
    """A carrier that is there at once and only writes down who was called."""

    def __init__(self) -> None:
        self.called: list[str] = []

    def send(self, message: Outgoing) -> str:
        time.sleep(0.002)
        self.called.append(message.ref)
        return f"SM{message.ref}"


def _race(database: str, count: int, seed: int, *, naive: bool) -> dict:
    with place(database) as here, tempfile.TemporaryDirectory() as folder:
        keys = course.build(here, count)
        with here.app.app_context(), writing():
            with mock.patch.object(db.session, "commit", db.session.flush):
                actions.queue(course.drafts(keys, over=timedelta(seconds=count)), by=None, now=course.START)
            db.session.commit()
            persons = dict(db.session.execute(select(Message.id, Message.participant_id)).all())
            db.session.remove()
            db.engine.dispose()
        claims, noes = Path(folder) / "claims", Path(folder) / "noes"
        ours, theirs = socket.socketpair()  # a word to and fro before each race, so that both start together
        dice = random.Random(seed)
        starts = [(dice.uniform(0, 0.006), dice.uniform(0, 0.06)) for _race in range(count)]  # a claim takes longer than a no
        children = [_fork(here, lambda: _claim(claims, ours, starts, naive)), _fork(here, lambda: _withdraw(noes, theirs, starts))]
        codes = [os.waitpid(pid, 0)[1] for pid in children]
        assert codes == [0, 0], "a side of the race did not finish"
        committing = {persons[int(ref)]: at for ref, at in json.loads(claims.read_text()).items()}
        committed = {int(person): at for person, at in json.loads(noes.read_text()).items()}
        close = sum(abs(at - committed[person]) < 20_000_000 for person, at in committing.items())
        with here.app.app_context():
            states = list(db.session.execute(select(Message.state, Message.reason)).all())
            db.session.remove()
        return {
            "database": here.name, "races": count, "called": len(committing), "within_20_ms": close,
            "called_after_no": sum(at > committed[person] for person, at in committing.items()),
            "stopped": sum(row.state == "cancelled" and row.reason == "no_consent" for row in states),
        }


def _fork(here: Place, work: object) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        with here.app.app_context(), writing():
            work()
        os._exit(0)
    finally:
        os._exit(1)


def _claim(file: Path, other: socket.socket, starts: list[tuple[float, float]], naive: bool) -> None:
    """Send each message when its race starts; for each handed over, when the commit of its claim began."""
    carrier, began, committing = Quick(), [0], {}
    event.listen(db.engine, "commit", lambda _connection: began.__setitem__(0, time.monotonic_ns()))
    gates.quiet_hours("DK", course.START.year)  # read once, before the first race
    if naive:
        agreed = people.has_consented(db.session.execute(select(Participant.id)).scalars().all(), "messages")
        gates.people = mock.Mock(wraps=people, has_consented=lambda persons, what: agreed & set(persons))
        db.session.rollback()
    for index, (mine, _theirs) in enumerate(starts):
        other.send(b"x")
        time.sleep(mine)
        now = course.START + timedelta(seconds=index)
        for one in sending.claim(now):
            committing[one.outgoing.ref] = began[0]
            sending.settle(one, carrier.send(one.outgoing), now)
        other.recv(1)
    file.write_text(json.dumps({ref: committing[ref] for ref in carrier.called}))


def _withdraw(file: Path, other: socket.socket, starts: list[tuple[float, float]]) -> None:
    """Everybody says no when their race starts; for each, when that was surely committed."""
    wanted = select(Participant).join(Message, Message.participant_id == Participant.id).order_by(Message.due_at)
    persons = list(db.session.execute(wanted).scalars())
    committed = {}
    for person, (_theirs, mine) in zip(persons, starts, strict=True):
        db.session.rollback()
        other.recv(1)
        time.sleep(mine)
        people.consent(person, "messages", given=False, on=course.START.date(), how="in person", by=None, now=course.START)
        committed[person.id] = time.monotonic_ns()
        other.send(b"x")
    file.write_text(json.dumps(committed))
