"""Two records that nobody can quietly change: what was done (one chain per centre) and who looked at whom."""

import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    ForeignKey,
    Index,
    Insert,
    Integer,
    String,
    UniqueConstraint,
    Update,
    bindparam,
    column,
    insert,
    select,
    table,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from imrgroups import secret
from imrgroups.db import UTCDateTime, db, new_key, writing

WHOLE_PROGRAM = 0  # the chain of what belongs to no centre
REASON_HOURS = 4


class AuditEntry(db.Model):
    """One thing done. `detail` is JSON without any personal text; `mac` covers the entry and the one before it."""

    __tablename__ = "audit_entries"
    __table_args__ = (UniqueConstraint("centre_id", "number"), Index(None, "subject"))

    id: Mapped[int] = mapped_column(primary_key=True)
    centre_id: Mapped[int]
    number: Mapped[int]
    at: Mapped[datetime]
    by_id: Mapped[int | None]
    action: Mapped[str]
    subject: Mapped[str]
    detail: Mapped[str]
    mac: Mapped[str]


class AuditHead(db.Model):
    """The last link of a centre's chain; anchored outside (backup, print) it also proves that nothing was cut off."""

    __tablename__ = "audit_heads"

    centre_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
    mac: Mapped[str]


class AccessEntry(db.Model):
    """Somebody of staff saw a page about a person. It belongs to that person, who may ask for it."""

    __tablename__ = "access_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    staff_id: Mapped[int]
    participant_id: Mapped[int] = mapped_column(BigInteger, index=True)
    page: Mapped[str]
    reason_id: Mapped[int | None] = mapped_column(ForeignKey("access_reasons.id"))


class AccessReason(db.Model):
    """Why somebody without the everyday right opened clinical text of a group. Ends by itself after four hours."""

    __tablename__ = "access_reasons"
    __table_args__ = (Index(None, "group_id", "staff_id"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, default=new_key)
    staff_id: Mapped[int]
    group_id: Mapped[int]
    stated_at: Mapped[datetime]
    until_at: Mapped[datetime]
    reason_sealed: Mapped[bytes | None] = secret.sealed_column()
    reason = secret.Sealed()


def record(
    action: str, *, centre_id: int | None, subject: str, by: int | None, now: datetime, detail: dict[str, Any] | None = None,
    session: Session | None = None,
) -> None:
    """Add one entry to the chain of a centre, in the caller's transaction.

    action: domain word and verb, as "attendance.marked". subject: what it is about, as "meetings/12".
    by: staff key, None when the program acts by itself. detail: words, numbers and keys only, never a person's text.
    """
    session = session or db.session()
    centre = centre_id or WHOLE_PROGRAM
    number, before = _locked_head(session, centre)
    entry = {
        "centre_id": centre, "number": number + 1, "at": now.astimezone(UTC), "by_id": by, "action": action, "subject": subject,
        "detail": json.dumps(detail or {}, sort_keys=True, separators=(",", ":")),
    }
    mac = _mac(before, entry)
    connection = session.connection()
    connection.execute(_new_entry(), {**entry, "mac": mac})
    connection.execute(_next_head(), {"of": centre, "last": number + 1, "by": mac})


@lru_cache(maxsize=1)
def _new_entry() -> Insert:
    return insert(AuditEntry)


@lru_cache(maxsize=1)
def _next_head() -> Update:
    return update(AuditHead).where(AuditHead.centre_id == bindparam("of")).values(number=bindparam("last"), mac=bindparam("by"))


def _locked_head(session: Session, centre_id: int) -> tuple[int, str]:
    """Number and mac of the last link, locked until the transaction ends; a chain begins with an empty one, even when two begin at once."""
    wanted, of = _head(), {"of": centre_id}
    head = session.execute(wanted, of).first()
    if head is None:
        dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
        session.execute(dialect.insert(AuditHead).values(centre_id=centre_id, number=0, mac="").on_conflict_do_nothing())
        head = session.execute(wanted, of).one()
    return head.number, head.mac


@lru_cache(maxsize=1)
def _head() -> Any:
    return select(AuditHead.number, AuditHead.mac).where(AuditHead.centre_id == bindparam("of")).with_for_update()


def _mac(before: str, entry: dict[str, Any]) -> str:
    told = [before, entry["at"].isoformat(), *(entry[name] for name in ("centre_id", "number", "by_id", "action", "subject", "detail"))]
    return hmac.new(secret.ring().derive("audit"), json.dumps(told).encode(), hashlib.sha256).hexdigest()


def broken_links(centre_id: int, anchor: tuple[int, str] | None = None) -> list[int]:
    """The numbers of the entries of a centre's chain that were changed, moved, put in or taken out; empty when it is whole.

    anchor: number and mac of a head kept outside; without it a cut tail is only found by the head in the database.
    """
    told = ("centre_id", "number", "at", "by_id", "action", "subject", "detail")
    columns = [getattr(AuditEntry, name) for name in told]
    wrong, before, expected = [], "", 1
    rows = db.session.execute(select(*columns, AuditEntry.mac).where(AuditEntry.centre_id == centre_id).order_by(AuditEntry.number))
    macs = {}
    for row in rows:
        if row.number != expected or not hmac.compare_digest(row.mac, _mac(before, {name: getattr(row, name) for name in told})):
            wrong.append(row.number)
        before, expected = row.mac, row.number + 1
        macs[row.number] = row.mac
    head = db.session.execute(select(AuditHead.number, AuditHead.mac).where(AuditHead.centre_id == centre_id)).first()
    if head is None and macs:
        wrong.append(expected)  # a chain without its head: the next entry would begin a second one
    for number, mac in filter(None, [tuple(head) if head else None, anchor]):
        if macs.get(number) != mac or (head and number == head.number and number != expected - 1):
            wrong.append(number)
    return sorted(set(wrong))


@dataclass(frozen=True)
class Look:
    """What one page showed: the participants on it, by key, and the reason that opened it, if one had to be stated."""

    staff_id: int
    page: str
    participants: tuple[int, ...]
    reason_id: int | None = None


def write_looks(looks: Iterable[Look], now: datetime) -> None:
    """Write down who is about to see whom, on a connection of its own, before the page is sent.

    Raises whatever the database raises; the caller then refuses the page.
    """
    shown = [look for look in looks if look.participants]
    if not shown:
        return
    with writing(), db.engine.begin() as connection:
        for look in shown:
            told = {"at": now, "staff": look.staff_id, "people": look.participants, "page": look.page, "reason": look.reason_id}
            if connection.execute(_looks(), told).rowcount < len(set(look.participants)):
                raise LookupError("somebody on the page is not in the database")


@lru_cache(maxsize=1)
def _looks() -> Insert:
    """One statement however many people a page shows: a row for each, from the table they stand in."""
    person = table("participants", column("id", BigInteger))
    rows = select(
        bindparam("at", type_=UTCDateTime), bindparam("staff", type_=Integer), person.c.id, bindparam("page", type_=String),
        bindparam("reason", type_=BigInteger),
    ).where(person.c.id.in_(bindparam("people", expanding=True)))
    wanted = insert(AccessEntry).from_select(["at", "staff_id", "participant_id", "page", "reason_id"], rows)
    return wanted.execution_options(preserve_rowcount=True)  # PostgreSQL says -1 otherwise, and every page would be refused


def state_reason(*, group_ids: Iterable[int], reason: str, by: int, now: datetime, centre_id: int) -> int | None:
    """Open the clinical text of groups of a centre to somebody for four hours, with the reason they give; the leaders see it.

    Returns the key of the reason, of the last group's where there are several, and None without a group.

    Commits the caller's transaction: a second connection would wait for the write lock that this request holds.
    """
    key, until = None, now + timedelta(hours=REASON_HOURS)
    for group_id in group_ids:
        row = AccessReason(id=(key := new_key()), staff_id=by, group_id=group_id, stated_at=now, until_at=until)
        row.reason = reason
        db.session.add(row)
        record("access.reason_stated", centre_id=centre_id, subject=f"groups/{group_id}", by=by, now=now)
    db.session.commit()
    return key


def open_reason(connection: Connection | Session, *, staff_id: int, group_ids: Iterable[int], now: datetime) -> int | None:
    """The key of a reason that opens one of these groups to this person now, or None."""
    wanted = select(AccessReason.id).where(
        AccessReason.staff_id == staff_id, AccessReason.group_id.in_(list(group_ids)), AccessReason.until_at > now
    )
    return connection.execute(wanted.limit(1)).scalar()


def reasons_for(group_ids: Iterable[int]) -> list[AccessReason]:
    """The reasons stated for these groups, newest first; their leaders see who looked and why."""
    return list(db.session.execute(_reasons(), {"groups": list(group_ids)}).scalars())


@lru_cache(maxsize=1)
def _reasons() -> Any:
    these = AccessReason.group_id.in_(bindparam("groups", expanding=True))
    return select(AccessReason).where(these).order_by(AccessReason.stated_at.desc())
