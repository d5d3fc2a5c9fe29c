"""The only writer of the closed days of a centre."""

from datetime import date, datetime, timedelta

from imrgroups import audit
from imrgroups.db import db
from imrgroups.groups import series
from imrgroups.groups.actions import CannotPlan
from imrgroups.groups.models import ClosedWeek
from imrgroups.staff.models import Centre

LONGEST = timedelta(days=366)
FARTHEST = timedelta(days=5 * 366)  # a year that is further from today is a slip of the finger


def close(centre: Centre, from_on: date, to_on: date, reason: str, *, by: int | None, now: datetime) -> ClosedWeek:
    """Close a centre for days, both included; groups planned before keep their meetings.

    Raises CannotPlan("ends_before" | "too_long" | "too_far" | "closed_already").
    """
    if to_on < from_on:
        raise CannotPlan("ends_before")
    if to_on - from_on >= LONGEST:
        raise CannotPlan("too_long")
    if abs(from_on - now.date()) > FARTHEST:
        raise CannotPlan("too_far")
    if any(row.from_on == from_on for row in series.closed_weeks(centre.id)):
        raise CannotPlan("closed_already")
    row = ClosedWeek(centre_id=centre.id, from_on=from_on, to_on=to_on, reason=reason)
    db.session.add(row)
    audit.record("centre.closed", centre_id=centre.id, subject=f"centres/{centre.id}", by=by, now=now, detail={"from": from_on.isoformat()})
    db.session.commit()
    return row


def reopen(row: ClosedWeek, *, by: int | None, now: datetime) -> None:
    """The closed days are open after all; nothing is planned into them by itself."""
    first = {"from": row.from_on.isoformat()}
    audit.record("centre.reopened", centre_id=row.centre_id, subject=f"centres/{row.centre_id}", by=by, now=now, detail=first)
    db.session.delete(row)
    db.session.commit()
