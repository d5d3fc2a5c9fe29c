"""Plain reads about people: hospital stays, namesakes, how many there are."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from imrgroups.db import db
from imrgroups.people.models import HospitalStay, Participant


def hospital_stays(person_id: int) -> list[HospitalStay]:
    """The hospital stays of a person, newest first."""
    wanted = select(HospitalStay).where(HospitalStay.participant_id == person_id).order_by(HospitalStay.from_on.desc())
    return list(db.session.execute(wanted).scalars())


def in_hospital(person_ids: Iterable[int], on: date, session: Session | None = None) -> set[int]:
    """Those of these people who are in hospital on a day."""
    wanted = select(HospitalStay.participant_id).where(
        HospitalStay.participant_id.in_(list(person_ids)), HospitalStay.from_on <= on,
        or_(HospitalStay.to_on.is_(None), HospitalStay.to_on >= on),
    )
    return set((session or db.session()).execute(wanted).scalars())


def namesakes(name: str, centre_id: int, but: int | None = None) -> list[str]:
    """The codes of the others of a centre who have this name, whatever its case; the screens show codes beside such names."""
    wanted = select(Participant.id, Participant.code, Participant.name_sealed).where(Participant.centre_id == centre_id)
    return sorted(
        row.code for row in db.session.execute(wanted)
        if row.id != but and Participant.name.open(Participant, row.id, row.name_sealed).casefold() == name.casefold()
    )


def count(centre_id: int) -> int:
    """How many people a centre has."""
    return db.session.execute(select(func.count()).select_from(Participant).where(Participant.centre_id == centre_id)).scalar_one()
