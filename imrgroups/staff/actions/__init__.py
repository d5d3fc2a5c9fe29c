"""The only writer of centres, staff, roles and sessions."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import holidays
from flask_security import hash_password
from sqlalchemy import delete, func, select, update

from imrgroups import audit
from imrgroups.auth import Scope
from imrgroups.db import db
from imrgroups.i18n import LOCALES
from imrgroups.staff.models import ROLES, Centre, Role, SignInAttempt, Staff, StaffSession

DEMONSTRATION_DOMAIN = "@demonstration.example"


class CannotChangeStaff(Exception):
    """Why a change to a centre or to staff is refused: `reason` is a short word for the screens to explain."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class CentreDetails:
    """What can be said of a centre. country: two letters; timezone: IANA name; language: of its letters and new groups."""

    code: str
    name: str
    timezone: str
    country: str
    language: str
    bands: str = "danish"
    paper: str = "a4"
    phone: str = ""


def create_centre(details: CentreDetails, *, by: int | None, now: datetime) -> Centre:
    """Create a centre. Raises CannotChangeStaff("code_taken" | "timezone" | "country")."""
    _check(details)
    if db.session.execute(select(Centre.id).where(Centre.code == details.code)).first():
        raise CannotChangeStaff("code_taken")
    centre = Centre(**vars(details))
    db.session.add(centre)
    db.session.flush()
    audit.record("centre.created", centre_id=centre.id, subject=f"centres/{centre.id}", by=by, now=now)
    db.session.commit()
    return centre


def edit_centre(centre: Centre, details: CentreDetails, *, by: int | None, now: datetime) -> None:
    """Change a centre; its code stays. Raises CannotChangeStaff("timezone" | "country")."""
    _check(details)
    for name, value in vars(details).items():
        if name != "code":
            setattr(centre, name, value)
    audit.record("centre.edited", centre_id=centre.id, subject=f"centres/{centre.id}", by=by, now=now)
    db.session.commit()


def _check(details: CentreDetails) -> None:
    if details.timezone not in available_timezones():
        raise CannotChangeStaff("timezone")
    if details.country not in holidays.list_supported_countries(include_aliases=False):
        raise CannotChangeStaff("country")


def add_staff(
    *, email: str, name: str, roles: Iterable[tuple[int, str]], by: int | None, now: datetime, password: str | None = None, language: str = ""
) -> Staff:
    """Add a person of staff with (centre, role) pairs; without a password they cannot sign in yet.

    Raises CannotChangeStaff("email_taken" | "role").
    """
    email = email.strip().lower()
    if db.session.execute(select(Staff.id).where(Staff.email == email)).first():
        raise CannotChangeStaff("email_taken")
    person = Staff(email=email, name=name, language=language, fs_uniquifier=_uniquifier(), password=hash_password(password) if password else None)
    db.session.add(person)
    db.session.flush()
    _give(person, roles)
    _record("staff.added", person, by, now)
    db.session.commit()
    return person


def edit_staff(
    person: Staff, *, name: str, centre_id: int, roles: Iterable[str], by: int | None, now: datetime, language: str = "", phone: str = ""
) -> None:
    """Change a person's name and their roles at one centre; roles at other centres stay. Ends their sessions when roles change."""
    before = set(person.roles_at(centre_id))
    person.name, person.language, person.phone = name, language, phone
    person.roles = [role for role in person.roles if role.centre_id != centre_id]
    db.session.flush()
    _give(person, [(centre_id, role) for role in roles])
    if before != set(roles):
        _end(StaffSession.staff_id == person.id, now)
    _record("staff.edited", person, by, now, roles=sorted(roles), centre=centre_id)
    db.session.commit()


def leave(person: Staff, *, on: date, by: int | None, now: datetime) -> None:
    """A person stops working here: cannot sign in, sessions end, what they did stays under their name."""
    person.active, person.left_on = False, on
    _end(StaffSession.staff_id == person.id, now)
    _record("staff.left", person, by, now)
    db.session.commit()


def come_back(person: Staff, *, by: int | None, now: datetime) -> None:
    """A person who left works here again."""
    person.active, person.left_on = True, None
    _record("staff.came_back", person, by, now)
    db.session.commit()


def set_password(person: Staff, password: str, *, by: int | None, now: datetime) -> None:
    """Set a new password and end every session. Raises CannotChangeStaff("short_password") under 12 characters."""
    if len(password) < 12:
        raise CannotChangeStaff("short_password")
    person.password, person.fs_uniquifier = hash_password(password), _uniquifier()
    _end(StaffSession.staff_id == person.id, now)
    _record("staff.password_set", person, by, now)
    db.session.commit()


def choose_language(person: Staff, code: str, *, by: int | None, now: datetime) -> None:
    """Keep the language a person likes their screens in; a word that is no language of ours is taken as none."""
    person.language = code if code in LOCALES else ""
    _record("staff.language", person, by, now, language=person.language)
    db.session.commit()


def _uniquifier() -> str:
    import secrets

    return secrets.token_hex(16)


def _give(person: Staff, roles: Iterable[tuple[int, str]]) -> None:
    for centre_id, name in dict.fromkeys(roles):
        if name not in ROLES:
            raise CannotChangeStaff("role")
        person.roles.append(Role(centre_id=centre_id, name=name))
    db.session.flush()


def _record(action: str, person: Staff, by: int | None, now: datetime, **detail: object) -> None:
    centres = sorted({role.centre_id for role in person.roles}) or [None]
    for centre_id in centres:
        audit.record(action, centre_id=centre_id, subject=f"staff/{person.id}", by=by, now=now, detail=detail)


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
    _end(StaffSession.token_hash == token_hash, now)
    db.session.commit()


def end_sessions(*, staff_id: int, by: int, now: datetime, but: bytes | None = None) -> None:
    """End every session of a person, except the one with the token hash `but`."""
    condition = StaffSession.staff_id == staff_id
    _end(condition if but is None else condition & (StaffSession.token_hash != but), now)
    audit.record("staff.sessions_ended", centre_id=None, subject=f"staff/{staff_id}", by=by, now=now)
    db.session.commit()


def _end(condition: object, now: datetime) -> None:
    db.session.execute(update(StaffSession).where(condition, StaffSession.ended_at.is_(None)).values(ended_at=now))  # type: ignore[arg-type]


def sessions_of(staff_id: int, *, after: datetime) -> list[StaffSession]:
    """The live sessions of a person that were seen after an instant, newest first."""
    wanted = select(StaffSession).where(StaffSession.staff_id == staff_id, StaffSession.ended_at.is_(None), StaffSession.seen_at > after)
    return list(db.session.execute(wanted.order_by(StaffSession.started_at.desc())).scalars())


def failed_sign_ins(subject: str, *, since: datetime) -> int:
    """How many sign-ins of this subject (a keyed hash) failed since an instant."""
    wanted = select(func.count()).select_from(SignInAttempt).where(SignInAttempt.subject == subject, SignInAttempt.at > since)
    return db.session.execute(wanted).scalar_one()


def count_failed_sign_in(subjects: list[str], *, now: datetime) -> None:
    """Count a failed sign-in for each subject."""
    db.session.add_all([SignInAttempt(subject=subject, at=now) for subject in subjects])
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
        _end(old, now)
        db.session.commit()
    return count


def scope_of_centre(centre_id: int) -> Scope | None:
    """Where a centre belongs: to itself."""
    found = db.session.execute(select(Centre.id).where(Centre.id == centre_id)).first()
    return Scope(centre_id) if found else None


def centres(ids: Iterable[int] | None = None) -> list[Centre]:
    """Centres by name: those with these keys, or all."""
    wanted = select(Centre).order_by(Centre.name)
    return list(db.session.execute(wanted if ids is None else wanted.where(Centre.id.in_(list(ids)))).scalars())


def staff_of(centre_ids: Iterable[int], *, role: str | None = None, present: bool = True) -> list[Staff]:
    """The staff of these centres by name, optionally with one role, and only those still working there unless `present` is False."""
    wanted = select(Staff).join(Role).where(Role.centre_id.in_(list(centre_ids)))
    if role:
        wanted = wanted.where(Role.name == role)
    if present:
        wanted = wanted.where(Staff.active)
    return list(db.session.execute(wanted.distinct().order_by(Staff.name)).scalars())


def demonstration_staff() -> list[Staff]:
    """The invented staff of the demonstration, by name."""
    return list(db.session.execute(select(Staff).where(Staff.email.endswith(DEMONSTRATION_DOMAIN), Staff.active).order_by(Staff.name)).scalars())


def today_at(centre: Centre, now: datetime) -> date:
    """The date at a centre at an instant."""
    return now.astimezone(ZoneInfo(centre.timezone)).date()
