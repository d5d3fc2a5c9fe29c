"""The only writer of training days, supervision and meetings, one row a person; and who has which training."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from imrgroups import audit
from imrgroups.db import db
from imrgroups.i18n import lazy_gettext
from imrgroups.rules.refusal import Cannot
from imrgroups.staff.models import TRAINING_KINDS, Role, Training

TRAINING_WORDS = {
    "training": lazy_gettext("Training day before the first group"),
    "follow_up": lazy_gettext("Training day after six months"),
    "refresher": lazy_gettext("Refresher day"),
    "supervision": lazy_gettext("Supervision"),
    "network": lazy_gettext("Network meeting across centres"),
    "leadership": lazy_gettext("Leadership meeting"),
    "fidelity": lazy_gettext("Training in the fidelity scale"),
    "certification": lazy_gettext("Certification"),
}


class CannotLog(Cannot):
    """Why something is not put down: `reason` is a short word for the screens to explain."""


@dataclass(frozen=True)
class Event:
    """A training day, a supervision or a meeting. minutes: how long; led_by: in plain words who; note: without anybody's name."""

    kind: str
    on: date
    minutes: int = 0
    led_by: str = ""
    note: str = ""


def attend(event: Event, staff_ids: Iterable[int], *, centre_id: int, by: int | None, now: datetime) -> int:
    """Put down that these people of a centre took part; who has it already keeps it as it is. Returns how many are new.

    Raises CannotLog("kind" | "minutes" | "nobody" | "not_here" | "to_come").
    """
    people = sorted(set(staff_ids))
    if event.kind not in TRAINING_KINDS:
        raise CannotLog("kind")
    if not 0 <= event.minutes <= 24 * 60 or event.minutes % 15:
        raise CannotLog("minutes")
    if not people:
        raise CannotLog("nobody")
    if event.on > now.date():
        raise CannotLog("to_come")
    here = select(Role.staff_id).where(Role.centre_id == centre_id, Role.staff_id.in_(people))
    if set(db.session.execute(here).scalars()) != set(people):
        raise CannotLog("not_here")
    there = select(Training.staff_id).where(
        Training.kind == event.kind, Training.attended_on == event.on, Training.staff_id.in_(people)
    )
    new = [person for person in people if person not in set(db.session.execute(there).scalars())]
    for person in new:
        row = Training(
            staff_id=person, kind=event.kind, attended_on=event.on, minutes=event.minutes, led_by=event.led_by, by_id=by
        )
        row.note = event.note or None
        db.session.add(row)
    detail = {"kind": event.kind, "on": event.on.isoformat(), "people": new}
    audit.record("training.logged", centre_id=centre_id, subject=f"centres/{centre_id}", by=by, now=now, detail=detail)
    db.session.commit()
    return len(new)


def take_back(row: Training, *, centre_id: int, by: int | None, now: datetime) -> None:
    """Take back what was put down by mistake; that it was there stays in the record."""
    detail = {"kind": row.kind, "on": row.attended_on.isoformat(), "people": [row.staff_id]}
    audit.record("training.taken_back", centre_id=centre_id, subject=f"centres/{centre_id}", by=by, now=now, detail=detail)
    db.session.delete(row)
    db.session.commit()


def log(staff_ids: Collection[int], *, until: date | None = None) -> list[Training]:
    """What these people took part in, newest first; up to a day when one is given."""
    wanted = select(Training).where(Training.staff_id.in_(list(staff_ids)))
    if until is not None:
        wanted = wanted.where(Training.attended_on <= until)
    return list(db.session.execute(wanted.order_by(Training.attended_on.desc(), Training.kind, Training.staff_id)).scalars())


def trained_in_scale(staff_ids: Collection[int], on: date) -> set[int]:
    """Those of these people who were trained in the fidelity scale by a day: the assessors with training."""
    wanted = select(Training.staff_id).where(
        Training.kind == "fidelity", Training.attended_on <= on, Training.staff_id.in_(list(staff_ids))
    )
    return set(db.session.execute(wanted).scalars())
