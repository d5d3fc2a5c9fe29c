"""The people a group is for, those close to them, and what they agreed to."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from imrgroups.db import RandomKey, db, one_of
from imrgroups.secret import Sealed, sealed_column

CHANNELS = ("text", "call", "letter", "none")
CONTACT_KINDS = ("phone", "meeting", "text", "letter", "visit", "other")
CONSENTS = ("messages", "assessor_interview", "research")
INTAKE_TASKS = ("orientation", "strengths", "goal", "supporter", "consents", "language", "reach", "module_one")
OUTCOMES = ("done", "not_now")


class Participant(RandomKey, db.Model):
    """A person of a centre, whether waiting, in a group, or finished."""

    __tablename__ = "participants"
    __table_args__ = (one_of("channel", CHANNELS),)

    centre_id: Mapped[int] = mapped_column(ForeignKey("centres.id"), index=True)
    code: Mapped[str] = mapped_column(unique=True)
    name_sealed: Mapped[bytes | None] = sealed_column()
    name = Sealed()
    phone_sealed: Mapped[bytes | None] = sealed_column()
    phone = Sealed()
    phone_lookup: Mapped[str | None] = mapped_column(index=True)
    address_sealed: Mapped[bytes | None] = sealed_column()
    address = Sealed()
    language: Mapped[str]
    channel: Mapped[str] = mapped_column(default="none")
    large_print: Mapped[bool] = mapped_column(default=False)
    shared_phone: Mapped[bool] = mapped_column(default=False)
    reach_sealed: Mapped[bytes | None] = sealed_column()
    reach = Sealed()
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    supporters: Mapped[list["Supporter"]] = relationship(back_populates="participant", order_by="Supporter.code")

    @property
    def first_name(self) -> str:
        """The first word of the name; what a text or a shared screen may show."""
        return self.name.split()[0] if self.name else self.code

    @property
    def room_name(self) -> str:
        """First name and initial, for screens that others in the room can see."""
        return short_name(self.name or self.code)


def short_name(name: str) -> str:
    """First name and the initial of the last: "Anders Holm" -> "Anders H."."""
    words = name.split()
    return f"{words[0]} {words[-1][0]}." if len(words) > 1 else name


def told_apart(people: Iterable[tuple[int, str, str]]) -> dict[int, str]:
    """The whole name of each of these people (key, name, code), with the code behind it where two have the same."""
    known = {key: (name, code) for key, name, code in people}
    same = Counter(name.casefold() for name, _code in known.values())
    return {key: name if same[name.casefold()] == 1 else f"{name} ({code})" for key, (name, code) in known.items()}


class IntakeTask(RandomKey, db.Model):
    """One task of the intake that somebody has dealt with: what was found out, or that the person would rather wait."""

    __tablename__ = "intake_tasks"
    __table_args__ = (one_of("task", INTAKE_TASKS), one_of("outcome", OUTCOMES), UniqueConstraint("participant_id", "task"))

    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"))
    task: Mapped[str]
    outcome: Mapped[str]
    text_sealed: Mapped[bytes | None] = sealed_column()
    text = Sealed()
    done_on: Mapped[date]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class Supporter(RandomKey, db.Model):
    """Somebody close to a participant (a significant other), and what that person may know."""

    __tablename__ = "supporters"

    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), index=True)
    code: Mapped[str] = mapped_column(unique=True)
    name_sealed: Mapped[bytes | None] = sealed_column()
    name = Sealed()
    relation: Mapped[str] = mapped_column(default="")
    phone_sealed: Mapped[bytes | None] = sealed_column()
    phone = Sealed()
    may_know_sealed: Mapped[bytes | None] = sealed_column()
    may_know = Sealed()
    consented_on: Mapped[date | None]
    ended_on: Mapped[date | None]

    participant: Mapped[Participant] = relationship(back_populates="supporters")


class SupporterContact(RandomKey, db.Model):
    """A contact between staff and a supporter; item 5 of the fidelity scale counts these."""

    __tablename__ = "supporter_contacts"
    __table_args__ = (one_of("kind", CONTACT_KINDS),)

    supporter_id: Mapped[int] = mapped_column(ForeignKey("supporters.id"), index=True)
    contact_on: Mapped[date] = mapped_column(index=True)
    kind: Mapped[str]
    about_sealed: Mapped[bytes | None] = sealed_column()
    about = Sealed()
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class Consent(RandomKey, db.Model):
    """A yes or a no: to what, who recorded it, when, and how it was given. The newest row of a kind holds; older ones stay."""

    __tablename__ = "consents"
    __table_args__ = (one_of("what", CONSENTS),)

    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"), index=True)
    what: Mapped[str]
    given: Mapped[bool]
    told_on: Mapped[date]
    recorded_at: Mapped[datetime]
    how: Mapped[str] = mapped_column(default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class HospitalStay(db.Model):
    """A stay in hospital, first and last day included; `to_on` is empty while it lasts."""

    __tablename__ = "hospital_stays"
    __table_args__ = (UniqueConstraint("participant_id", "from_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id"))
    from_on: Mapped[date]
    to_on: Mapped[date | None]


class DeletedPeople(db.Model):
    """How many people of a group were deleted when their time was over; all that is left of them. `newest_on`: of the last of them."""

    __tablename__ = "deleted_people"

    group_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    people: Mapped[int]
    newest_on: Mapped[date]
