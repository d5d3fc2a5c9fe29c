"""The only writer of calendar feeds: secret addresses at which a calendar reads somebody's meetings."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from imrgroups import audit
from imrgroups.db import db
from imrgroups.mypage.models import CalendarFeed
from imrgroups.secret import lookup


@dataclass(frozen=True)
class Owner:
    """Whose calendar it is: one of the two keys."""

    staff_id: int | None = None
    participant_id: int | None = None

    @property
    def subject(self) -> str:
        """Whom the audit entry is about."""
        return f"participants/{self.participant_id}" if self.participant_id else f"staff/{self.staff_id}"


def make(owner: Owner, *, by: int | None, now: datetime) -> str:
    """Make a feed in place of the one before, and return its secret, which is shown once and never kept."""
    _end(owner, now)
    token = secrets.token_urlsafe(32)
    db.session.add(CalendarFeed(token_hash=_hash(token), staff_id=owner.staff_id, participant_id=owner.participant_id, made_at=now))
    audit.record("calendar.made", centre_id=None, subject=owner.subject, by=by, now=now)
    db.session.commit()
    return token


def end(owner: Owner, *, by: int | None, now: datetime) -> None:
    """The address of somebody's calendar stops working at once."""
    _end(owner, now)
    audit.record("calendar.ended", centre_id=None, subject=owner.subject, by=by, now=now)
    db.session.commit()


def _end(owner: Owner, now: datetime) -> None:
    db.session.execute(update(CalendarFeed).where(*_of(owner)).values(ended_at=now))


def _of(owner: Owner) -> tuple[object, ...]:
    mine = CalendarFeed.participant_id == owner.participant_id if owner.participant_id else CalendarFeed.staff_id == owner.staff_id
    return mine, CalendarFeed.ended_at.is_(None)


def made_at(owner: Owner) -> datetime | None:
    """Since when somebody has a calendar address; None where they have none."""
    return db.session.execute(select(CalendarFeed.made_at).where(*_of(owner))).scalar()  # type: ignore[arg-type]


def owner_of(token: str) -> Owner | None:
    """Whose feed has this secret, if it was not ended."""
    wanted = select(CalendarFeed.staff_id, CalendarFeed.participant_id)
    row = db.session.execute(wanted.where(CalendarFeed.token_hash == _hash(token), CalendarFeed.ended_at.is_(None))).first()
    return Owner(*row) if row else None


def _hash(token: str) -> bytes:
    return lookup(f"calendar {token}").encode()
