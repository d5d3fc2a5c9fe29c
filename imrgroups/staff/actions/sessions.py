"""The only writer of staff sessions and of tries to sign in."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from imrgroups import audit
from imrgroups.db import db
from imrgroups.staff.models import SignInAttempt, StaffSession


def open_session(*, staff_id: int, token_hash: bytes, device: str, by: int, now: datetime) -> None:
    """Write down that a browser signed in."""
    db.session.add(StaffSession(staff_id=staff_id, token_hash=token_hash, device=device, started_at=now, seen_at=now))
    audit.record("staff.signed_in", centre_id=None, subject=f"staff/{staff_id}", by=by, now=now)
    db.session.commit()


def session_seen(*, token_hash: bytes, by: int, now: datetime) -> None:
    """Note that a browser is in use; its idle time starts again."""
    db.session.execute(update(StaffSession).where(StaffSession.token_hash == token_hash).values(seen_at=now))
    db.session.commit()


def end_session(*, token_hash: bytes, by: int, now: datetime) -> None:
    """End the session of one browser."""
    end(StaffSession.token_hash == token_hash, now)
    db.session.commit()


def end_sessions(*, staff_id: int, by: int, now: datetime, but: bytes | None = None) -> None:
    """End every session of a person, except the one with the token hash `but`."""
    condition = StaffSession.staff_id == staff_id
    end(condition if but is None else condition & (StaffSession.token_hash != but), now)
    audit.record("staff.sessions_ended", centre_id=None, subject=f"staff/{staff_id}", by=by, now=now)
    db.session.commit()


def end(condition: object, now: datetime) -> None:
    """End the live sessions that fit a condition; the caller commits."""
    db.session.execute(update(StaffSession).where(condition, StaffSession.ended_at.is_(None)).values(ended_at=now))  # type: ignore[arg-type]


def sessions_of(staff_id: int, *, after: datetime) -> list[StaffSession]:
    """The live sessions of a person that were seen after an instant, newest first."""
    wanted = select(StaffSession).where(StaffSession.staff_id == staff_id, StaffSession.ended_at.is_(None), StaffSession.seen_at > after)
    return list(db.session.execute(wanted.order_by(StaffSession.started_at.desc())).scalars())


def begin_tries(subjects: Mapping[str, int], *, since: datetime, by: int | None, now: datetime) -> list[int] | None:
    """Put down a try for each subject (a keyed hash) before its secret is checked, so that tries at the same time count each other.

    subjects: how many tries each may have had since an instant, this one included. Returns the keys of the tries, to be forgotten when the
    secret was right; None, with nothing put down, when a subject had too many: waiting always helps, trying on never makes it longer.
    """
    rows = [SignInAttempt(subject=subject, at=now) for subject in subjects]
    db.session.add_all(rows)
    db.session.commit()
    keys = [row.id for row in rows]
    counted = select(SignInAttempt.subject, func.count()).where(SignInAttempt.subject.in_(list(subjects)), SignInAttempt.at > since)
    if any(count > subjects[subject] for subject, count in db.session.execute(counted.group_by(SignInAttempt.subject))):
        forget_tries(keys, by=by, now=now)
        return None
    return keys


def forget_tries(keys: list[int], *, by: int | None, now: datetime) -> None:
    """The secret was right: these tries do not count."""
    db.session.execute(delete(SignInAttempt).where(SignInAttempt.id.in_(keys)))
    db.session.commit()


def sweep_attempts(now: datetime, dry_run: bool) -> int:
    """Forget failed sign-ins older than a day; returns how many."""
    old = SignInAttempt.at < now - timedelta(days=1)
    count = db.session.execute(select(func.count()).select_from(SignInAttempt).where(old)).scalar_one()
    if not dry_run:
        db.session.execute(delete(SignInAttempt).where(old))
        db.session.commit()
    return count


def sweep_sessions(now: datetime, dry_run: bool) -> int:
    """End sessions that started more than a day ago; the limits of every request are tighter. Returns how many."""
    old = (StaffSession.started_at < now - timedelta(days=1)) & StaffSession.ended_at.is_(None)
    count = db.session.execute(select(func.count()).select_from(StaffSession).where(old)).scalar_one()
    if not dry_run:
        end(old, now)
        db.session.commit()
    return count
