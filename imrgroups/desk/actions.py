"""The only writer of receipts: a tap that was carried out is not carried out twice."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from imrgroups.db import db
from imrgroups.desk.models import Receipt

KEPT = timedelta(days=2)


def answered(key: str) -> str | None:
    """What was answered to the tap with this key, or None when it is new."""
    return db.session.execute(select(Receipt.answer).where(Receipt.key == key)).scalar() if key else None


def keep_receipt(key: str, *, answer: str, by: int, now: datetime) -> None:
    """Put down, in the transaction of the action that follows, that this tap is being carried out."""
    if key:
        db.session.add(Receipt(key=key, staff_id=by, at=now, answer=answer))


def sweep_receipts(now: datetime, dry_run: bool) -> int:
    """Forget the keys of taps older than two days; returns how many."""
    old = Receipt.at < now - KEPT
    count = db.session.execute(select(func.count()).select_from(Receipt).where(old)).scalar_one()
    if not dry_run:
        db.session.execute(delete(Receipt).where(old))
        db.session.commit()
    return count
