"""Freezes the evidence of a review, opens it again and notices a changed byte, and deletes it when its time is over."""

import hmac
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from imrgroups import audit
from imrgroups.audit import AuditEntry
from imrgroups.db import db
from imrgroups.fidelity.evidence.access import window_of
from imrgroups.fidelity.evidence.binder import SECTIONS, Gathering
from imrgroups.fidelity.evidence.instruments import instrument_of
from imrgroups.fidelity.models import Binder, Report, Review
from imrgroups.fidelity.models.reviews import OVER
from imrgroups.rules.fidelity import binder as rules
from imrgroups.rules.refusal import Cannot
from imrgroups.secret import WrongKey


class CannotBind(Cannot):
    """Why a binder is not frozen or closed: `reason` is a short word for the screens to explain."""


@dataclass(frozen=True)
class Opened:
    """A binder as it was read. whole: the bytes are those that were frozen. content: None when closed, or when nothing can be read."""

    whole: bool
    data: bytes = b""
    content: dict[str, Any] | None = None
    called: dict[int, str] | None = None


def of_review(review_id: int) -> Binder | None:
    """The binder of a review, or None where nothing was frozen yet."""
    wanted = select(Binder).where(Binder.review_id == review_id).options(joinedload(Binder.review))
    return db.session.execute(wanted).scalar()


def freeze(review: Review, *, on: date, by: int | None, now: datetime) -> Binder:
    """Take the evidence of a group as of a day and store it whole, sealed, with its hash; once a review.

    Raises CannotBind("over" | "frozen" | "to_come" | "before_start").
    """
    if review.state in OVER:
        raise CannotBind("over")
    if of_review(review.id) is not None:
        raise CannotBind("frozen")
    if on > now.astimezone(ZoneInfo(review.group.timezone)).date():
        raise CannotBind("to_come")
    gathered = Gathering(review, on)
    if not gathered.found.held:
        raise CannotBind("before_start")
    gathered.content["head"] |= {"frozen_at": now.isoformat(), "frozen_by": gathered.staff.get(by or 0, "")}
    data = rules.canonical(gathered.content)
    binder = Binder(
        review_id=review.id, data_on=on, frozen_at=now, frozen_by_id=by, instrument=review.instrument,
        instrument_version=review.instrument_version, seed=review.seed, sha256=rules.fingerprint(data), size=len(data),
        counts=json.dumps(rules.counts(gathered.content, SECTIONS)),
    )
    binder.content, binder.called = data.decode(), json.dumps(gathered.called)
    db.session.add(binder)
    _record("binder.frozen", review, by, now, sha256=binder.sha256, on=on.isoformat())
    db.session.commit()
    return binder


def opened(binder: Binder) -> Opened:
    """Read a binder, and compare its bytes with the hash beside it and with the one in the audit chain."""
    if binder.content_sealed is None:
        return Opened(whole=True)
    try:
        data = binder.content.encode()
        called = {int(key): str(name) for key, name in json.loads(binder.called).items()}
    except WrongKey:
        return Opened(whole=False)
    told = rules.fingerprint(data)
    whole = all(hmac.compare_digest(told, hash_of) for hash_of in (binder.sha256, _recorded(binder)))
    return Opened(whole, data, json.loads(data), called)


def _recorded(binder: Binder) -> str:
    wanted = select(AuditEntry.detail).where(AuditEntry.subject == f"reviews/{binder.review_id}", AuditEntry.action == "binder.frozen")
    detail = db.session.execute(wanted).scalar()
    return str(json.loads(detail).get("sha256", "")) if detail else ""


def additions(binder: Binder, frozen: Opened) -> tuple[rules.Difference, ...]:
    """What was written after the freeze about the time before it; the frozen content is only compared. Empty where it cannot be read."""
    if frozen.content is None:
        return ()
    return rules.differences(frozen.content, Gathering(binder.review, binder.data_on, frozen.called).content, SECTIONS)


def closes_on(binder: Binder) -> date:
    """The day a binder closes by itself."""
    review = binder.review
    final_at = db.session.execute(select(Report.final_at).where(Report.review_id == review.id)).scalar()
    final_on = final_at.astimezone(ZoneInfo(review.group.timezone)).date() if final_at else None
    return rules.closes_on(window_of(review).closes_on, final_on, instrument_of(review).timing.binder_kept_days)


def may_close(binder: Binder, now: datetime) -> bool:
    """Whether nobody needs it any more: the report is final, or assessors may no longer look."""
    today = now.astimezone(ZoneInfo(binder.review.group.timezone)).date()
    return binder.review.state in ("final", *OVER) or today > window_of(binder.review).closes_on


def close(binder: Binder, *, by: int | None, now: datetime) -> None:
    """Delete the copies in a binder; the hash, the times and the counts stay as its receipt.

    Raises CannotBind("closed", or "open" while the report is not final and assessors may still look).
    """
    if binder.closed_at is not None:
        raise CannotBind("closed")
    if not may_close(binder, now):
        raise CannotBind("open")
    _empty(binder, by, now)
    db.session.commit()


def sweep(now: datetime, dry_run: bool) -> int:
    """Close every binder whose time is over; returns how many."""
    wanted = select(Binder).where(Binder.closed_at.is_(None)).options(joinedload(Binder.review).joinedload(Review.group))
    due = [
        binder for binder in db.session.execute(wanted).scalars()
        if closes_on(binder) < now.astimezone(ZoneInfo(binder.review.group.timezone)).date()
    ]
    if not dry_run:
        for binder in due:
            _empty(binder, None, now)
        db.session.commit()
    return len(due)


def _empty(binder: Binder, by: int | None, now: datetime) -> None:
    binder.content = binder.called = None
    binder.closed_at, binder.closed_by_id = now, by
    _record("binder.closed", binder.review, by, now, sha256=binder.sha256)


def _record(action: str, review: Review, by: int | None, now: datetime, **detail: object) -> None:
    audit.record(action, centre_id=review.group.centre_id, subject=f"reviews/{review.id}", by=by, now=now, detail=detail)
