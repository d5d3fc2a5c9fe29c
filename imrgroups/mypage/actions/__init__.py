"""The only writer of the sessions of participants and of the worksheets they fill in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm.exc import StaleDataError

from imrgroups import audit
from imrgroups.db import db
from imrgroups.enrolment.actions import cards
from imrgroups.enrolment.models import Card
from imrgroups.guest import Own
from imrgroups.mypage.models import FilledSheet, OwnSession
from imrgroups.people.models import Participant
from imrgroups.rules.refusal import Cannot

IDLE, IDLE_SHARED = timedelta(minutes=60), timedelta(minutes=20)
KEPT = timedelta(days=2)
LONGEST_ANSWER = 4000


class CannotKeep(Cannot):
    """Why what somebody wrote is not kept: `reason` is a short word for the screens to explain."""


@dataclass(frozen=True)
class Answers:
    """What stands on a sheet. values: by the name of the field; labels: what each filled field was called when it was written."""

    values: Mapping[str, str]
    labels: Mapping[str, str]


def open_page(card: Card, *, token_hash: bytes, on: date, by: int | None, now: datetime) -> None:
    """Somebody opened their own page with their card and code. on: the date where they are. by is None: they act themselves."""
    db.session.add(OwnSession(card_id=card.id, token_hash=token_hash, started_at=now, seen_at=now))
    card.used_on = on
    _record("own.signed_in", card.participant_id, by, now)
    db.session.commit()


def own_of(token_hash: bytes, *, started_after: datetime, now: datetime) -> Own | None:
    """Whose page a live session shows; None when it ended, was not used for too long, or the card ended. Two statements."""
    wanted = (
        select(OwnSession.seen_at, Card, Participant.language, Participant.shared_phone, Participant.large_print)
        .join(Card, Card.id == OwnSession.card_id).join(Participant, Participant.id == Card.participant_id)
        .where(
            OwnSession.token_hash == token_hash, OwnSession.ended_at.is_(None), OwnSession.started_at > started_after,
            Card.ended_at.is_(None),
        )
    )
    row = db.session.execute(wanted).first()
    if row is None or now - row.seen_at > (IDLE_SHARED if row.shared_phone else IDLE) or now.date() > cards.until(row.Card):
        return None
    return Own(row.Card.participant_id, row.seen_at, row.language, row.shared_phone, row.large_print)


def card_of_idle(token_hash: bytes) -> Card | None:
    """The card of a session that was not used for too long: it is neither signed out, nor did its card end."""
    wanted = select(Card).join(OwnSession, OwnSession.card_id == Card.id)
    wanted = wanted.where(OwnSession.token_hash == token_hash, OwnSession.ended_at.is_(None), Card.ended_at.is_(None))
    return db.session.execute(wanted).scalar()


def page_seen(*, token_hash: bytes, by: int | None, now: datetime) -> None:
    """Note that a page is in use; its idle time starts again."""
    db.session.execute(update(OwnSession).where(OwnSession.token_hash == token_hash).values(seen_at=now))
    db.session.commit()


def close_page(*, token_hash: bytes, by: int | None, now: datetime) -> None:
    """Sign out of one browser."""
    db.session.execute(update(OwnSession).where(OwnSession.token_hash == token_hash, OwnSession.ended_at.is_(None)).values(ended_at=now))
    db.session.commit()


def sweep_pages(now: datetime, dry_run: bool) -> int:
    """Forget sign-ins to own pages older than two days; returns how many."""
    old = OwnSession.started_at < now - KEPT
    count = db.session.execute(select(func.count()).select_from(OwnSession).where(old)).scalar_one()
    if not dry_run:
        db.session.execute(delete(OwnSession).where(old))
        db.session.commit()
    return count


def keep_sheet(
    participant_id: int, worksheet: str, *, edition: str, language: str, answers: Answers, shared: bool, version: int, by: int | None,
    now: datetime,
) -> FilledSheet:
    """Keep what somebody wrote on an edition of a worksheet, in place of what they wrote on it before; other editions stay.

    version: of the row the page was made from, 0 where there was none. by is None: they act themselves.
    Raises CannotKeep("long") when a field holds more than 4,000 characters, CannotKeep("stale") when it was saved elsewhere meanwhile.
    """
    if any(len(value) > LONGEST_ANSWER for value in answers.values.values()):
        raise CannotKeep("long")
    row = sheet(participant_id, worksheet, edition)
    if (row.version if row else 0) != version:
        raise CannotKeep("stale")
    if row is None:
        row = FilledSheet(participant_id=participant_id, worksheet=worksheet, edition=edition)
        db.session.add(row)
    filled = {name: value for name, value in answers.values.items() if value}
    told = {"values": filled, "labels": {name: answers.labels.get(name, "") for name in filled}}
    row.answers, row.language, row.shared, row.saved_at = json.dumps(told, ensure_ascii=False), language, shared, now
    if not shared:  # a sheet is kept to oneself in all its editions
        others = (FilledSheet.participant_id == participant_id, FilledSheet.worksheet == worksheet, FilledSheet.id != row.id)
        db.session.execute(update(FilledSheet).where(*others).values(shared=False))
    _record("own.sheet_kept", participant_id, by, now, worksheet=worksheet, shared=shared)
    try:
        db.session.commit()
    except StaleDataError as error:
        db.session.rollback()
        raise CannotKeep("stale") from error
    return row


def _record(action: str, participant_id: int, by: int | None, now: datetime, **detail: object) -> None:
    centre_id = db.session.execute(select(Participant.centre_id).where(Participant.id == participant_id)).scalar_one()
    audit.record(action, centre_id=centre_id, subject=f"participants/{participant_id}", by=by, now=now, detail=detail)


def sheet(participant_id: int, worksheet: str, edition: str) -> FilledSheet | None:
    """What somebody wrote on one edition of a worksheet."""
    mine = (FilledSheet.participant_id == participant_id, FilledSheet.worksheet == worksheet, FilledSheet.edition == edition)
    return db.session.execute(select(FilledSheet).where(*mine)).scalar()


def sheets(participant_id: int) -> list[FilledSheet]:
    """Everything somebody filled in, newest first; several editions of one worksheet are several."""
    wanted = select(FilledSheet).where(FilledSheet.participant_id == participant_id)
    return list(db.session.execute(wanted.order_by(FilledSheet.saved_at.desc(), FilledSheet.id)).scalars())


def answers_of(row: FilledSheet) -> Answers:
    """What stands on a sheet."""
    told = json.loads(row.answers)
    return Answers(told["values"], told["labels"])
