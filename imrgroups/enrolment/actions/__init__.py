"""The only writer of enrolments and of the waiting list."""

from datetime import date, datetime, timedelta

from sqlalchemy import select

from imrgroups import audit
from imrgroups.db import db
from imrgroups.enrolment.models import Enrolment, WaitingPlace
from imrgroups.groups import series
from imrgroups.groups.models import Group
from imrgroups.people.models import Participant
from imrgroups.rules.refusal import Cannot


class CannotEnrol(Cannot):
    """Why joining, leaving or waiting is refused: `reason` is a short word for the screens to explain."""


def _record(action: str, group: Group, by: int | None, now: datetime, participant_id: int) -> None:
    audit.record(
        action, centre_id=group.centre_id, subject=f"groups/{group.id}", by=by, now=now, detail={"participant": str(participant_id)}
    )


def join(group: Group, participant: Participant, *, on: date, by: int | None, now: datetime) -> Enrolment:
    """Somebody joins from a day on; the series stays as it is.

    Raises CannotEnrol("already_in" | "other_centre" | "before_start" | "after_last" | "ended").
    """
    if participant.centre_id != group.centre_id:
        raise CannotEnrol("other_centre")
    if group.ended_on is not None and on > group.ended_on:
        raise CannotEnrol("ended")
    if on < group.starts_on:
        raise CannotEnrol("before_start")
    if on > series.last_on(group):
        raise CannotEnrol("after_last")
    rows = select(Enrolment).where(Enrolment.group_id == group.id, Enrolment.participant_id == participant.id)
    if any(row.left_on is None or row.left_on >= on for row in db.session.execute(rows).scalars()):
        raise CannotEnrol("already_in")
    enrolment = Enrolment(group_id=group.id, participant_id=participant.id, joined_on=on)
    db.session.add(enrolment)
    place = db.session.execute(
        select(WaitingPlace).where(WaitingPlace.group_id == group.id, WaitingPlace.participant_id == participant.id)
    ).scalar()
    if place is not None and place.state != "accepted":
        place.state, place.answered_on = "accepted", on
    _record("group.joined", group, by, now, participant.id)
    db.session.commit()
    return enrolment


def leave(enrolment: Enrolment, *, on: date, reason: str, by: int | None, now: datetime) -> None:
    """Somebody leaves or pauses; `on` is their last day. Raises CannotEnrol("left" | "before_joining" | "after_last")."""
    if enrolment.left_on is not None:
        raise CannotEnrol("left")
    if on < enrolment.joined_on:
        raise CannotEnrol("before_joining")
    if on > max(series.last_on(enrolment.group), now.date()):
        raise CannotEnrol("after_last")
    enrolment.left_on, enrolment.left_reason = on, reason
    _record("group.left", enrolment.group, by, now, enrolment.participant_id)
    db.session.commit()


def come_back(enrolment: Enrolment, *, on: date, by: int | None, now: datetime) -> Enrolment:
    """Somebody who left or paused belongs again from a day on; from the day after the last one it is as if they had not left.

    Returns the row that counts now. Raises CannotEnrol("already_in" | "before_start" | "after_last" | "ended").
    """
    group = enrolment.group
    if enrolment.left_on is None:
        raise CannotEnrol("already_in")
    if on > enrolment.left_on + timedelta(days=1):
        return join(group, enrolment.participant, on=on, by=by, now=now)
    if group.ended_on is not None and on > group.ended_on:
        raise CannotEnrol("ended")
    others = select(Enrolment.id).where(
        Enrolment.group_id == group.id, Enrolment.participant_id == enrolment.participant_id, Enrolment.joined_on > enrolment.joined_on
    )
    if db.session.execute(others).first():
        raise CannotEnrol("already_in")
    enrolment.left_on, enrolment.left_reason = None, ""
    _record("group.came_back", group, by, now, enrolment.participant_id)
    db.session.commit()
    return enrolment


def wait(group: Group, participant: Participant, *, on: date, by: int | None, now: datetime) -> WaitingPlace:
    """Put somebody on a group's waiting list; asking again after a no counts as new.

    Raises CannotEnrol("already_in" | "other_centre" | "waiting" | "ended").
    """
    if participant.centre_id != group.centre_id:
        raise CannotEnrol("other_centre")
    if group.ended_on is not None and on > group.ended_on:
        raise CannotEnrol("ended")
    mine = (Enrolment.group_id == group.id, Enrolment.participant_id == participant.id, Enrolment.left_on.is_(None))
    if db.session.execute(select(Enrolment.id).where(*mine)).first():
        raise CannotEnrol("already_in")
    place = db.session.execute(
        select(WaitingPlace).where(WaitingPlace.group_id == group.id, WaitingPlace.participant_id == participant.id)
    ).scalar()
    if place is not None and place.state in ("waiting", "offered"):
        raise CannotEnrol("waiting")
    if place is None:
        place = WaitingPlace(group_id=group.id, participant_id=participant.id)
        db.session.add(place)
    place.since_on, place.state, place.offered_on, place.answered_on = on, "waiting", None, None
    _record("group.waiting", group, by, now, participant.id)
    db.session.commit()
    return place


def offer(place: WaitingPlace, *, on: date, by: int | None, now: datetime) -> None:
    """Offer a place to somebody who waits. Raises CannotEnrol("not_waiting")."""
    if place.state != "waiting":
        raise CannotEnrol("not_waiting")
    place.state, place.offered_on = "offered", on
    _record("group.offered", db.session.get_one(Group, place.group_id), by, now, place.participant_id)
    db.session.commit()


def answer_offer(place: WaitingPlace, *, accepted: bool, on: date, by: int | None, now: datetime) -> Enrolment | None:
    """The answer to an offer, or a change of mind before one; a yes is followed by joining from that day, at the earliest the first.

    Raises CannotEnrol("not_waiting"), and as `join`.
    """
    if place.state not in ("waiting", "offered"):
        raise CannotEnrol("not_waiting")
    group = db.session.get_one(Group, place.group_id)
    if accepted:
        return join(group, place.participant, on=max(on, group.starts_on), by=by, now=now)
    place.state, place.answered_on = "declined", on
    _record("group.offer_declined", group, by, now, place.participant_id)
    db.session.commit()
    return None
