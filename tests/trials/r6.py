"""R6, callbacks: news of messages shuffled, doubled and late; each message ends as the carrier really ended it, each code does its work."""

import random
from datetime import timedelta
from unittest import mock

from sqlalchemy import func, select

from imrgroups.db import db, writing
from imrgroups.outreach import actions
from imrgroups.outreach.models import CallTask, Message, NumberState
from imrgroups.people import actions as people
from imrgroups.rules import outbox
from tests.trials import course
from tests.trials.carrier import START
from tests.trials.figures import Found
from tests.trials.places import place

# how it really ended, its code -> our state, reason, number flagged, a call to make, consent left
ENDS = {
    ("delivered", None): ("delivered", "", False, False, True), ("undelivered", None): ("undelivered", "person", False, True, True),
    ("undelivered", 30003): ("pending", "out_of_reach", False, False, True),
    ("undelivered", 30006): ("undelivered", "no_texts", True, True, True),
    ("failed", 30007): ("failed", "person", False, True, True), ("failed", 21610): ("failed", "opted_out", False, False, False),
    ("failed", 21614): ("failed", "no_texts", True, True, True), ("undelivered", 30005): ("undelivered", "no_texts", True, True, True),
}


def run(database: str, short: bool = False, seed: int = 1) -> Found:
    """The promise; the control believes whatever came last."""
    count, dice = 80 if short else 5000, random.Random(seed)
    with place(database) as here:
        keys = course.build(here, count)
        with here.app.app_context(), writing():
            planned = course.drafts(keys)
            with mock.patch.object(db.session, "commit", db.session.flush):
                actions.queue(planned, by=None, now=START)
            for index, row in enumerate(db.session.execute(select(Message).order_by(Message.id)).scalars()):
                row.state, row.sid, row.sent_at, row.attempts = "sent", f"SM{index:032x}", START, 1
            db.session.commit()
            wrong = naive = told = 0
            wanted = select(Message.id, Message.sid, Message.to_lookup, Message.participant_id)
            listed = db.session.execute(wanted.order_by(Message.id)).all()
            for message in listed:
                end = dice.choice(list(ENDS))
                true = [("queued", None), ("sent", None), end]
                news = true + [dice.choice(true) for _again in range(dice.randrange(4))]
                dice.shuffle(news)
                for status, code in news:
                    actions.news(message.sid, message.id if dice.random() < 0.5 else None, status, code, START + timedelta(minutes=1))
                told += len(news)
                wrong += not _is_right(message, ENDS[end])
                naive += outbox.state_of(news[-1][0]) != outbox.state_of(end[0])
            db.session.remove()
            database = here.name
    figures = {"sequences": count, "told": told, "wrong_ends": wrong}
    return Found("R6", database, figures, {"last_one_wins_wrong": naive}, wrong == 0, naive > 0)


def _is_right(message: object, end: tuple) -> bool:
    db.session.rollback()
    row = db.session.execute(select(Message.state, Message.reason).where(Message.id == message.id)).one()
    flagged = db.session.execute(select(NumberState.unreachable_at).where(NumberState.lookup == message.to_lookup)).scalar() is not None
    calls = db.session.execute(select(func.count()).select_from(CallTask).where(CallTask.participant_id == message.participant_id)).scalar()
    agrees = bool(people.has_consented([message.participant_id], "messages"))
    return (row.state, row.reason, flagged, calls == 1, agrees) == end and calls <= 1
