"""The only writer of centres, staff and roles; sessions and failed sign-ins are written in sessions.py beside this."""

import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo, available_timezones

import holidays
from flask_security import hash_password
from sqlalchemy import select

from imrgroups import audit
from imrgroups.auth import Scope
from imrgroups.db import db
from imrgroups.i18n import LOCALES
from imrgroups.rules.refusal import Cannot
from imrgroups.staff.actions import sessions
from imrgroups.staff.actions.sessions import (
    begin_tries,
    end_session,
    end_sessions,
    forget_tries,
    open_session,
    session_seen,
    sessions_of,
    sweep_attempts,
    sweep_sessions,
)
from imrgroups.staff.models import ROLES, Centre, Role, Staff, StaffSession

__all__ = [
    "begin_tries", "end_session", "end_sessions", "forget_tries", "open_session", "session_seen", "sessions_of", "sweep_attempts",
    "sweep_sessions",
]

DEMONSTRATION_DOMAIN = "@demonstration.example"
PASSWORD_LENGTH = 12
MANAGERS = frozenset({"coordinator", "administrator"})


class CannotChangeStaff(Cannot):
    """Why a change to a centre or to staff is refused: `reason` is a short word for the screens to explain."""


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
    """Create a centre; the administrator who does so administers it. Raises CannotChangeStaff("code_taken" | "timezone" | "country")."""
    _check(details)
    if db.session.execute(select(Centre.id).where(Centre.code == details.code)).first():
        raise CannotChangeStaff("code_taken")
    centre = Centre(**vars(details))
    db.session.add(centre)
    db.session.flush()
    if by is not None and any(role == "administrator" for _centre, role in _roles_of(by)):
        db.session.add(Role(staff_id=by, centre_id=centre.id, name="administrator"))
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


def may_change(by: int | None, person: Staff) -> bool:
    """Whether `by` may set name, password and second step of a colleague, or let them leave.

    Only where they manage every centre the colleague works at, and administer every one the colleague administers; never for oneself, who
    has an own page. None is the program itself (commands, import), which may.
    """
    if by is None:
        return True
    theirs = {role.centre_id for role in person.roles}
    managed = {centre for centre, role in _roles_of(by) if role in MANAGERS}
    return bool(theirs) and theirs <= managed and person.id != by and _above(by, person)


def may_change_roles(by: int | None, person: Staff, centre_id: int) -> bool:
    """Whether `by` may change what a colleague may do at one centre; only administrators change administrators."""
    return by is None or (any((centre_id, role) in _roles_of(by) for role in MANAGERS) and _above(by, person))


def _above(by: int, person: Staff) -> bool:
    return all((role.centre_id, "administrator") in _roles_of(by) for role in person.roles if role.name == "administrator")


def _roles_of(staff_id: int) -> set[tuple[int, str]]:
    return {(row.centre_id, row.name) for row in db.session.execute(select(Role.centre_id, Role.name).where(Role.staff_id == staff_id))}


def _check_administrators(by: int | None, centre_id: int, before: Iterable[str], after: Iterable[str]) -> None:
    changed = "administrator" in set(before) ^ set(after)
    if changed and by is not None and (centre_id, "administrator") not in _roles_of(by):
        raise CannotChangeStaff("administrator")


def add_staff(
    *, email: str, name: str, roles: Iterable[tuple[int, str]], by: int | None, now: datetime, password: str | None = None,
    language: str = "",
) -> Staff:
    """Add a person of staff with (centre, role) pairs; without a password they cannot sign in yet.

    Raises CannotChangeStaff("email_taken" | "role" | "administrator" | "short_password").
    """
    email, roles = email.strip().lower(), list(roles)
    if db.session.execute(select(Staff.id).where(Staff.email == email)).first():
        raise CannotChangeStaff("email_taken")
    for centre_id, role in roles:
        _check_administrators(by, centre_id, [], [role])
    person = Staff(email=email, name=name, language=language, fs_uniquifier=secrets.token_hex(16))
    person.password = _hashed(password) if password else None
    db.session.add(person)
    db.session.flush()
    _give(person, roles)
    _record("staff.added", person, by, now)
    db.session.commit()
    return person


def edit_staff(
    person: Staff, *, name: str, centre_id: int, roles: Iterable[str], by: int | None, now: datetime, language: str = "", phone: str = ""
) -> None:
    """Change a person's name and their roles at one centre; roles at other centres stay. Ends their sessions when roles change.

    Raises CannotChangeStaff("not_yours" | "administrator" | "own_role" | "role").
    """
    before, after = set(person.roles_at(centre_id)), set(roles)
    if not may_change_roles(by, person, centre_id) or (name != person.name and not may_change(by, person) and by != person.id):
        raise CannotChangeStaff("not_yours")
    _check_administrators(by, centre_id, before, after)
    if by == person.id and before & MANAGERS and not after & MANAGERS:
        raise CannotChangeStaff("own_role")
    person.name, person.language, person.phone = name, language, phone
    person.roles = [role for role in person.roles if role.centre_id != centre_id]
    db.session.flush()
    _give(person, [(centre_id, role) for role in after])
    if before != after:
        sessions.end(StaffSession.staff_id == person.id, now)
    _record("staff.edited", person, by, now, roles=sorted(after), centre=centre_id)
    db.session.commit()


def leave(person: Staff, *, on: date, by: int | None, now: datetime) -> None:
    """A person stops working here: cannot sign in, sessions end, what they did stays under their name.

    Raises CannotChangeStaff("not_yours").
    """
    _must_hold(by, person)
    person.active, person.left_on = False, on
    sessions.end(StaffSession.staff_id == person.id, now)
    _record("staff.left", person, by, now)
    db.session.commit()


def come_back(person: Staff, *, by: int | None, now: datetime) -> None:
    """A person who left works here again. Raises CannotChangeStaff("not_yours")."""
    _must_hold(by, person)
    person.active, person.left_on = True, None
    _record("staff.came_back", person, by, now)
    db.session.commit()


def set_password(person: Staff, password: str, *, by: int | None, now: datetime) -> None:
    """Set a new password and end every session. Raises CannotChangeStaff("short_password" | "not_yours")."""
    _must_hold(by, person)
    person.password, person.fs_uniquifier = _hashed(password), secrets.token_hex(16)
    sessions.end(StaffSession.staff_id == person.id, now)
    _record("staff.password_set", person, by, now)
    db.session.commit()


def reset_two_factor(person: Staff, *, by: int | None, now: datetime) -> None:
    """Ask for no code any more, for somebody who lost phone and recovery codes; sessions end. Raises CannotChangeStaff("not_yours")."""
    _must_hold(by, person)
    person.tf_primary_method = person.tf_totp_secret = person.mf_recovery_codes = None
    sessions.end(StaffSession.staff_id == person.id, now)
    _record("staff.two_factor_reset", person, by, now)
    db.session.commit()


def _must_hold(by: int | None, person: Staff) -> None:
    if not may_change(by, person):
        raise CannotChangeStaff("not_yours")


def _hashed(password: str) -> str:
    """The hash of a password in the one spelling of Unicode that the sign-in form also brings it to: an "å" has two."""
    if len(password) < PASSWORD_LENGTH:
        raise CannotChangeStaff("short_password")
    return str(hash_password(unicodedata.normalize("NFKD", password)))


def note(action: str, person: Staff, *, by: int, now: datetime) -> None:
    """Put into the record what somebody did with their own account; the caller's transaction carries it."""
    _record(action, person, by, now)


def choose_language(person: Staff, code: str, *, by: int | None, now: datetime) -> None:
    """Keep the language a person likes their screens in; a word that is no language of ours is taken as none."""
    person.language = code if code in LOCALES else ""
    _record("staff.language", person, by, now, language=person.language)
    db.session.commit()


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
    wanted = select(Staff).where(Staff.email.endswith(DEMONSTRATION_DOMAIN), Staff.active)
    return list(db.session.execute(wanted.order_by(Staff.name)).scalars())


def find_staff(email: str) -> Staff | None:
    """Whoever signs in with an address."""
    return db.session.execute(select(Staff).where(Staff.email == email.strip().lower())).scalar()


def today_at(centre: Centre, now: datetime) -> date:
    """The date at a centre at an instant."""
    return now.astimezone(ZoneInfo(centre.timezone)).date()
