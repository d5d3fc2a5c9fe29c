"""The only writer of participants, those close to them, consents and hospital stays."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from imrgroups import audit
from imrgroups.db import db
from imrgroups.people.actions.lookups import count, hospital_stays, in_hospital, namesakes
from imrgroups.people.models import (
    CHANNELS,
    CONSENTS,
    INTAKE_TASKS,
    OUTCOMES,
    Consent,
    HospitalStay,
    IntakeTask,
    Participant,
    Supporter,
    SupporterContact,
)
from imrgroups.rules.refusal import Cannot
from imrgroups.secret import lookup

__all__ = ["count", "hospital_stays", "in_hospital", "namesakes"]


class CannotChangePerson(Cannot):
    """Why a change to a person is refused: `reason` is a short word for the screens to explain."""


@dataclass(frozen=True)
class PersonDetails:
    """What can be said of a participant. phone: E.164 or empty; channel: how messages reach them; reach: in plain words when and how."""

    name: str
    language: str
    phone: str = ""
    channel: str = "none"
    address: str = ""
    large_print: bool = False
    shared_phone: bool = False
    reach: str = ""


def create(details: PersonDetails, *, centre_id: int, by: int | None, now: datetime, code: str = "") -> Participant:
    """Create a participant of a centre; without a code the next free one is made (P001...).

    Raises CannotChangePerson("code_taken" | "no_name" | "channel").
    """
    if code and db.session.execute(select(Participant.id).where(Participant.code == code)).first():
        raise CannotChangePerson("code_taken")
    person = Participant(centre_id=centre_id, code=code or _next_code(Participant, "P"), created_at=now)
    _fill(person, details)
    db.session.add(person)
    db.session.flush()
    _record("participant.created", person, by, now)
    db.session.commit()
    return person


def edit(person: Participant, details: PersonDetails, *, version: int, by: int | None, now: datetime) -> None:
    """Change a participant. Raises CannotChangePerson("stale") when somebody changed them since `version` was read."""
    if person.version != version:
        raise CannotChangePerson("stale")
    _fill(person, details)
    _record("participant.edited", person, by, now)
    try:
        db.session.commit()
    except StaleDataError as error:
        db.session.rollback()
        raise CannotChangePerson("stale") from error


def _fill(person: Participant, details: PersonDetails) -> None:
    if not details.name:
        raise CannotChangePerson("no_name")
    if details.channel not in CHANNELS:
        raise CannotChangePerson("channel")
    person.name, person.language, person.channel = details.name, details.language, details.channel
    person.phone, person.address, person.reach = details.phone or None, details.address or None, details.reach or None
    person.phone_lookup = lookup(details.phone) if details.phone else None
    person.large_print, person.shared_phone = details.large_print, details.shared_phone


def _next_code(model: type[Participant] | type[Supporter], letter: str) -> str:
    codes = db.session.execute(select(model.code).where(model.code.like(f"{letter}%"))).scalars()
    highest = max((int(code[1:]) for code in codes if code[1:].isdigit()), default=0)
    return f"{letter}{highest + 1:03d}"


def _record(action: str, person: Participant, by: int | None, now: datetime, **detail: object) -> None:
    audit.record(action, centre_id=person.centre_id, subject=f"participants/{person.id}", by=by, now=now, detail=detail)


def finish_task(
    person: Participant, task: str, *, outcome: str, text: str | None = None, on: date, by: int | None, now: datetime
) -> None:
    """Say that a task of the intake is dealt with ("done" or "not_now"); saying it again replaces what was said.

    text: what was found out; None leaves what stands there. Raises CannotChangePerson("task") for a word that is no task or no outcome.
    """
    if task not in INTAKE_TASKS or outcome not in OUTCOMES:
        raise CannotChangePerson("task")
    row = db.session.execute(select(IntakeTask).where(IntakeTask.participant_id == person.id, IntakeTask.task == task)).scalar()
    if row is None:
        row = IntakeTask(participant_id=person.id, task=task)
        db.session.add(row)
    row.outcome, row.done_on, row.by_id = outcome, on, by
    if text is not None:
        row.text = text or None
    _record("participant.intake", person, by, now, task=task, outcome=outcome)
    db.session.commit()


def intake(person_id: int) -> dict[str, IntakeTask]:
    """The tasks of the intake that were dealt with, by task."""
    rows = db.session.execute(select(IntakeTask).where(IntakeTask.participant_id == person_id)).scalars()
    return {row.task: row for row in rows}


def consent(person: Participant, what: str, *, given: bool, on: date, how: str, by: int | None, now: datetime) -> None:
    """Record a yes or a no; earlier answers stay. Raises CannotChangePerson("consent") for a thing nobody is asked."""
    if what not in CONSENTS:
        raise CannotChangePerson("consent")
    answer_together([person], what, given=given, on=on, how=how, by=by, now=now)
    db.session.commit()


def answer_together(
    persons: Iterable[Participant], what: str, *, given: bool, on: date | None = None, how: str, by: int | None, now: datetime
) -> None:
    """Record the same answer of several people, for the caller to commit. on: now's date in UTC where it is left out.

    Their rows are locked first: a message that is being claimed meanwhile either was claimed before this, or sees it.
    """
    keys = sorted(person.id for person in persons)
    wanted = select(Participant).where(Participant.id.in_(keys)).order_by(Participant.id).with_for_update()
    for person in db.session.execute(wanted).scalars():
        told = on or now.date()
        db.session.add(Consent(participant_id=person.id, what=what, given=given, told_on=told, recorded_at=now, how=how, by_id=by))
        _record("participant.consent", person, by, now, what=what, given=given)


def consents_of(person_id: int) -> list[Consent]:
    """Every answer of a person, newest first."""
    wanted = select(Consent).where(Consent.participant_id == person_id).order_by(Consent.recorded_at.desc(), Consent.told_on.desc())
    return list(db.session.execute(wanted).scalars())


def has_consented(person_ids: Iterable[int], what: str) -> set[int]:
    """Those of these people whose newest answer is yes."""
    newest: dict[int, bool] = {}
    wanted = select(Consent).where(Consent.participant_id.in_(list(person_ids)), Consent.what == what)
    for row in db.session.execute(wanted.order_by(Consent.recorded_at, Consent.told_on)).scalars():
        newest[row.participant_id] = row.given
    return {person for person, given in newest.items() if given}


@dataclass(frozen=True)
class SupporterDetails:
    """What can be said of a supporter. may_know: in plain words; consented_on: when the participant said yes to contact, or None."""

    name: str
    relation: str = ""
    phone: str = ""
    may_know: str = ""
    consented_on: date | None = None


def add_supporter(person: Participant, details: SupporterDetails, *, by: int | None, now: datetime, code: str = "") -> Supporter:
    """Add somebody close to a participant. Raises CannotChangePerson("code_taken" | "no_name" | "there_already").

    The person's row is locked first: of two clicks at once, the second one sees what the first one added.
    """
    db.session.execute(select(Participant.id).where(Participant.id == person.id).with_for_update())
    if code and db.session.execute(select(Supporter.id).where(Supporter.code == code)).first():
        raise CannotChangePerson("code_taken")
    row = Supporter(participant_id=person.id, code=code or _next_code(Supporter, "S"))
    _fill_supporter(row, details)
    _refuse_twice(person, row)
    db.session.add(row)
    _record("supporter.added", person, by, now, supporter=row.code)
    db.session.commit()
    return row


def _refuse_twice(person: Participant, row: Supporter) -> None:
    present = db.session.execute(select(Supporter).where(Supporter.participant_id == person.id, Supporter.ended_on.is_(None))).scalars()
    alike = [each for each in present if each.relation.casefold() == row.relation.casefold()]
    if (row.name or "").casefold() in {(each.name or "").casefold() for each in alike}:
        raise CannotChangePerson("there_already")


def edit_supporter(row: Supporter, details: SupporterDetails, *, by: int | None, now: datetime) -> None:
    """Change a supporter. Raises CannotChangePerson("no_name")."""
    _fill_supporter(row, details)
    _record("supporter.edited", row.participant, by, now, supporter=row.code)
    db.session.commit()


def _fill_supporter(row: Supporter, details: SupporterDetails) -> None:
    if not details.name:
        raise CannotChangePerson("no_name")
    row.name, row.relation, row.consented_on = details.name, details.relation, details.consented_on
    row.phone, row.may_know = details.phone or None, details.may_know or None


def end_supporter(row: Supporter, *, on: date, by: int | None, now: datetime) -> None:
    """A supporter is no longer one; earlier contacts stay."""
    row.ended_on = on
    _record("supporter.ended", row.participant, by, now, supporter=row.code)
    db.session.commit()


def contact(row: Supporter, *, on: date, kind: str, about: str, by: int | None, now: datetime) -> SupporterContact:
    """Record a contact with a supporter."""
    made = SupporterContact(supporter_id=row.id, contact_on=on, kind=kind, by_id=by)
    made.about = about or None
    db.session.add(made)
    _record("supporter.contacted", row.participant, by, now, supporter=row.code, kind=kind)
    db.session.commit()
    return made


def remove_contact(made: SupporterContact, *, by: int | None, now: datetime) -> None:
    """Take back a contact that was put down by mistake; that it was there stays in the record."""
    row = db.session.get_one(Supporter, made.supporter_id)
    _record("supporter.contact_removed", row.participant, by, now, supporter=row.code, kind=made.kind)
    db.session.delete(made)
    db.session.commit()


def contacts_of(person_id: int) -> list[SupporterContact]:
    """The contacts with all supporters of a person, newest first."""
    wanted = select(SupporterContact).join(Supporter).where(Supporter.participant_id == person_id)
    return list(db.session.execute(wanted.order_by(SupporterContact.contact_on.desc())).scalars())


def participant_of_supporter(key: int) -> int | None:
    """The key of the participant a supporter belongs to, or None."""
    return db.session.execute(select(Supporter.participant_id).where(Supporter.id == key)).scalar()


def admit(person: Participant, *, on: date, until: date | None = None, by: int | None, now: datetime) -> HospitalStay:
    """Somebody is in hospital from a day on; with `until` a stay that is over is put down at once.

    Raises CannotChangePerson("already_in_hospital" | "before_admission"); stays of one person never overlap.
    """
    if until is not None and until < on:
        raise CannotChangePerson("before_admission")
    if any((stay.to_on is None or stay.to_on >= on) and (until is None or stay.from_on <= until) for stay in hospital_stays(person.id)):
        raise CannotChangePerson("already_in_hospital")
    stay = HospitalStay(participant_id=person.id, from_on=on, to_on=until)
    db.session.add(stay)
    _record("participant.admitted", person, by, now)
    db.session.commit()
    return stay


def remove_stay(person: Participant, stay: HospitalStay, *, by: int | None, now: datetime) -> None:
    """Take back a stay that was put down by mistake; that it was there stays in the record."""
    _record("participant.stay_removed", person, by, now, first=stay.from_on.isoformat())
    db.session.delete(stay)
    db.session.commit()


def discharge(person: Participant, *, on: date, by: int | None, now: datetime) -> None:
    """The stay that lasts ends on a day. Raises CannotChangePerson("not_in_hospital" | "before_admission")."""
    wanted = select(HospitalStay).where(HospitalStay.participant_id == person.id, HospitalStay.to_on.is_(None))
    stay = db.session.execute(wanted.order_by(HospitalStay.from_on.desc())).scalar()
    if stay is None:
        raise CannotChangePerson("not_in_hospital")
    if on < stay.from_on:
        raise CannotChangePerson("before_admission")
    stay.to_on = on
    _record("participant.discharged", person, by, now)
    db.session.commit()
