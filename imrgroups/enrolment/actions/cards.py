"""The only writer of sign-in cards, and the way from a card to its link and back. Rooms that write messages ask `link` for an address."""

import secrets
from datetime import date, datetime

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import func, select, update

from imrgroups import audit, secret
from imrgroups.db import db
from imrgroups.enrolment.models import Card, Enrolment
from imrgroups.groups.models import Group
from imrgroups.people.models import Participant
from imrgroups.rules.card import good_until
from imrgroups.staff.models import SignInAttempt

LETTERS = "23456789abcdefghjkmnpqrstvwxyz"  # none that is taken for another when it is read from paper
LENGTH = 12


def make(person: Participant, *, on: date, by: int | None, now: datetime) -> Card:
    """Make a card for somebody; the one before stops working at once. on: the date where the person is."""
    _end(person, now)
    number = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    card = Card(participant_id=person.id, lookup=_lookup(number), made_on=on, by_id=by)
    card.number, card.code = number, f"{secrets.randbelow(10_000):04d}"
    db.session.add(card)
    _record("card.made", person, by, now)
    db.session.commit()
    return card


def end(person: Participant, *, by: int | None, now: datetime) -> None:
    """The card of somebody stops working at once."""
    _end(person, now)
    _record("card.ended", person, by, now)
    db.session.commit()


def _end(person: Participant, now: datetime) -> None:
    db.session.execute(update(Card).where(Card.participant_id == person.id, Card.ended_at.is_(None)).values(ended_at=now))


def _record(action: str, person: Participant, by: int | None, now: datetime) -> None:
    audit.record(action, centre_id=person.centre_id, subject=f"participants/{person.id}", by=by, now=now)


def of(person_id: int) -> Card | None:
    """The card somebody has now, whether or not its term is over."""
    return db.session.execute(select(Card).where(Card.participant_id == person_id, Card.ended_at.is_(None))).scalar()


def find(number: str) -> Card | None:
    """The card with this number, if it was not ended."""
    return db.session.execute(select(Card).where(Card.lookup == _lookup(number), Card.ended_at.is_(None))).scalar()


def _lookup(number: str) -> str:
    return secret.lookup(f"card {number}")


def tries_of(number: str) -> str:
    """What wrong codes for this number are counted by."""
    return secret.lookup(f"card code {number}")


def wrong_codes(card: Card, *, since: datetime) -> int:
    """How many wrong codes were tried with a card since an instant; they are forgotten after a day."""
    wanted = select(func.count()).where(SignInAttempt.subject == tries_of(card.number), SignInAttempt.at > since)
    return db.session.execute(wanted).scalar_one()


def until(card: Card) -> date:
    """The last day of a card; it moves when the person joins or leaves a group, or the group ends."""
    times = select(Enrolment.left_on, Group.ended_on).join(Group, Group.id == Enrolment.group_id)
    rows = db.session.execute(times.where(Enrolment.participant_id == card.participant_id))
    return good_until(card.made_on, [min(filter(None, row), default=None) for row in rows])


def token(card: Card) -> str:
    """What stands in the link of a card: its number, signed."""
    return str(_signer().dumps(card.number))


def number_in(told: str) -> str:
    """The number that a link's token carries; empty for one that we did not sign."""
    try:
        return str(_signer().loads(told))
    except BadSignature:
        return ""


def typed(number: str) -> str:
    """A card's number as it was typed from paper: without spaces and dashes, in small letters."""
    return "".join(letter for letter in number.lower() if letter.isalnum())


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(secret.ring().derive("card"))


def link(person_id: int, *, base: str, on: date) -> str:
    """The address that opens the own page of somebody with their code; empty where they have no card, or its term is over.

    base: the public address of the program, without a slash at its end. on: the date where the person is.
    The link names nobody and nothing, and stops working with the card.
    """
    card = of(person_id)
    return f"{base}/card/{token(card)}" if card is not None and on <= until(card) else ""
