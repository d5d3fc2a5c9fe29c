"""Centres, the people who work there, their roles, and the sessions they are signed in with."""

from datetime import date, datetime

from flask_security import AsaList, RoleMixin, UserMixin
from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from imrgroups.db import RandomKey, db, one_of
from imrgroups.secret import Sealed, sealed_column

ROLES = ("leader", "coordinator", "assessor", "administrator")
BANDS = ("danish", "mchugo")
PAPERS = ("a4", "letter")
TRAINING_KINDS = ("training", "follow_up", "refresher", "supervision", "network", "leadership", "fidelity", "certification")


class Centre(db.Model):
    """A mental health centre. Its country decides public holidays, its zone the date of today."""

    __tablename__ = "centres"
    __table_args__ = (one_of("bands", BANDS), one_of("paper", PAPERS))

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    timezone: Mapped[str]
    country: Mapped[str]
    language: Mapped[str]
    bands: Mapped[str] = mapped_column(default="danish")
    paper: Mapped[str] = mapped_column(default="a4")
    phone: Mapped[str] = mapped_column(default="")


class Role(db.Model, RoleMixin):  # type: ignore[misc]
    """What one person of staff may be at one centre; the permission table is in auth.py."""

    __tablename__ = "roles"
    __table_args__ = (one_of("name", ROLES), UniqueConstraint("staff_id", "centre_id", "name"))

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"))
    centre_id: Mapped[int] = mapped_column(ForeignKey("centres.id"), index=True)
    name: Mapped[str]

    centre: Mapped[Centre] = relationship()


class Staff(db.Model, UserMixin):  # type: ignore[misc]
    """A person who works at one or more centres and signs in. The fields below the line belong to Flask-Security.

    phone: where they asked to be told by text that somebody wants a call; empty for no texts.
    """

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    language: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)
    left_on: Mapped[date | None]
    # -- Flask-Security
    password: Mapped[str | None]
    fs_uniquifier: Mapped[str] = mapped_column(unique=True)
    tf_primary_method: Mapped[str | None]
    tf_totp_secret: Mapped[str | None]
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))
    confirmed_at: Mapped[datetime | None]

    roles: Mapped[list[Role]] = relationship(cascade="all, delete-orphan")

    def roles_at(self, centre_id: int) -> list[str]:
        """The names of the roles at one centre, in the order of ROLES."""
        held = {role.name for role in self.roles if role.centre_id == centre_id}
        return [name for name in ROLES if name in held]


class Training(RandomKey, db.Model):
    """One person took part in one thing that keeps the programme true: a training day, supervision, a network meeting, certification."""

    __tablename__ = "trainings"
    __table_args__ = (one_of("kind", TRAINING_KINDS), UniqueConstraint("staff_id", "attended_on", "kind"))

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    attended_on: Mapped[date]
    kind: Mapped[str]
    minutes: Mapped[int] = mapped_column(default=0)
    led_by: Mapped[str] = mapped_column(default="")
    note_sealed: Mapped[bytes | None] = sealed_column()
    note = Sealed()
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class StaffSession(db.Model):
    """One signed-in browser. Listed on the account page, and ended there or by signing out; `token_hash` is of the cookie's token."""

    __tablename__ = "staff_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    device: Mapped[str] = mapped_column(default="")
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SignInAttempt(db.Model):
    """A failed sign-in, counted by a keyed hash of the address typed and of where it came from; never the address itself."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (Index(None, "subject", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str]
    at: Mapped[datetime]
