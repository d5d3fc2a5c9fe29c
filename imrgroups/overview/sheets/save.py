"""Values into database rows: found by their key, made where there is none, changed only where they differ. Nothing here commits."""

import secrets
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from imrgroups.db import db
from imrgroups.groups import series
from imrgroups.groups.models import Group, Meeting, PlannedTopic
from imrgroups.homework.models import Assignment, Review
from imrgroups.notes.models import Amendment, MeetingNote, Signature, TopicTaught
from imrgroups.overview.sheets.check import Bundle
from imrgroups.overview.sheets.layout import SHEETS, Sheet
from imrgroups.overview.sheets.store import Keys, topic_word, value_of
from imrgroups.people.models import Consent
from imrgroups.rules.calendar import instant
from imrgroups.secret import lookup
from imrgroups.staff.models import Centre, Role, Staff

Counts = dict[str, Counter[str]]


def save(bundle: Bundle, keys: Keys, now: datetime) -> Counts:
    """Write every sheet in order; returns how many rows were "new", "changed" and "same" by sheet. An empty cell never erases anything."""
    counts: Counts = {}
    for sheet in SHEETS:
        rows = [row for _number, row in bundle.rows[sheet.name]]
        counts[sheet.name] = Counter()
        if rows:
            _SAVERS.get(sheet.name, _plain)(sheet, rows, keys, counts[sheet.name], now)
            db.session.flush()
        if sheet.name == "consents":
            _consented([row for _number, row in bundle.rows["participants"]], keys)
    return counts


def _resolve(sheet: Sheet, row: dict[str, Any], keys: Keys) -> dict[str, Any]:
    values = {}
    for column in sheet.columns:
        if not column.attr:
            continue
        value = row[column.name]
        if value is not None and column.refers:
            value = keys.ids[column.refers][(row["group"], value) if column.refers == "meetings" else value]
        values[column.attr] = value
    return values


def _key_of(sheet: Sheet, found: Any, keys: Keys) -> tuple[Any, ...]:
    shown = {column.name: value_of(column, found, keys) for column in sheet.columns if column.attr and column.name in sheet.key}
    if "group" in sheet.key and "group" not in shown:
        shown["group"] = keys.codes["meetings"][found.meeting_id][0]
    return tuple(shown[name] for name in sheet.key)


def _plain(
    sheet: Sheet, rows: list[dict[str, Any]], keys: Keys, count: Counter[str], now: datetime, extra: Any = None
) -> dict[tuple[Any, ...], Any]:
    there = {_key_of(sheet, found, keys): found for found in db.session.execute(select(sheet.model)).scalars()}
    coded = sheet.key == ("code",)
    for row in rows:
        key = tuple(row[name] for name in sheet.key)
        values = _resolve(sheet, row, keys) | (extra(row) if extra else {})
        found = there.get(key)
        if found is None:
            found = there[key] = _make(sheet, values)
            db.session.add(found)
            count["new"] += 1
        else:
            count["changed" if _change(found, values) else "same"] += 1
        if coded:
            db.session.flush()
            keys.add(sheet.name, row["code"], found.id)
    db.session.flush()
    return there


def _make(sheet: Sheet, values: dict[str, Any]) -> Any:
    defaults = {column.attr: column.default for column in sheet.columns if column.attr}
    return sheet.model(**{name: defaults.get(name) if value is None else value for name, value in values.items()})


def _change(found: Any, values: dict[str, Any]) -> bool:
    changed = {name: value for name, value in values.items() if value is not None and getattr(found, name) != value}
    for name, value in changed.items():
        setattr(found, name, value)
    return bool(changed)


def _staff(sheet: Sheet, rows: list[dict[str, Any]], keys: Keys, count: Counter[str], now: datetime) -> None:
    there = {person.email: person for person in db.session.execute(select(Staff).options(selectinload(Staff.roles))).scalars()}
    for row in rows:
        person, centre = there.get(row["email"]), keys.ids["centres"][row["centre"]]
        new = person is None
        if person is None:
            person = there[row["email"]] = Staff(email=row["email"], name=row["name"], fs_uniquifier=secrets.token_hex(16))
            db.session.add(person)
        changed = _change(person, {
            "name": row["name"], "language": row["language"], "phone": row["phone"], "left_on": row["left_on"],
            "active": False if row["left_on"] else None,
        })
        if set(person.roles_at(centre)) != set(row["roles"]):
            person.roles = [role for role in person.roles if role.centre_id != centre or role.name in row["roles"]]
            held = set(person.roles_at(centre))
            person.roles += [Role(centre_id=centre, name=name) for name in row["roles"] if name not in held]
            changed = True
        count["new" if new else "changed" if changed else "same"] += 1
        db.session.flush()
        keys.add("staff", person.email, person.id)


def _groups(sheet: Sheet, rows: list[dict[str, Any]], keys: Keys, count: Counter[str], now: datetime) -> None:
    centres = {centre.id: centre for centre in db.session.execute(select(Centre)).scalars()}
    known = set(keys.ids["groups"])

    def extra(row: dict[str, Any]) -> dict[str, Any]:
        order = row["module_order"] or (() if row["code"] in known else series.default_order())
        zone = row["timezone"] or (None if row["code"] in known else centres[keys.ids["centres"][row["centre"]]].timezone)
        return {"module_order": " ".join(order) or None, "timezone": zone}

    there = _plain(sheet, rows, keys, count, now, extra)
    staff = {person.email: person for person in db.session.execute(select(Staff)).scalars()}
    for row in rows:
        group = there[row["code"],]
        wanted = [staff[email] for email in row["leaders"] or ()]
        if wanted and {person.id for person in group.leaders} != {person.id for person in wanted}:
            group.leaders = wanted


def _participants(sheet: Sheet, rows: list[dict[str, Any]], keys: Keys, count: Counter[str], now: datetime) -> None:
    known = set(keys.ids["participants"])

    def extra(row: dict[str, Any]) -> dict[str, Any]:
        return {
            "phone_lookup": lookup(row["phone"]) if row["phone"] else None,
            "created_at": row["created_at"] or (None if row["code"] in known else now),
        }

    _plain(sheet, rows, keys, count, now, extra)


def _consented(rows: list[dict[str, Any]], keys: Keys) -> None:
    """The day of consent that stands beside a person's name, where no sheet of consents says it in full."""
    given = select(Consent.participant_id, Consent.told_on).where(Consent.what == "messages", Consent.given)
    yes = {(row.participant_id, row.told_on) for row in db.session.execute(given)}
    for row in rows:
        person = keys.ids["participants"][row["code"]]
        if row["consent_on"] and (person, row["consent_on"]) not in yes:
            at = datetime.combine(row["consent_on"], time(12), UTC)
            db.session.add(Consent(participant_id=person, what="messages", given=True, told_on=row["consent_on"], recorded_at=at))
    db.session.flush()


def _meetings(sheet: Sheet, rows: list[dict[str, Any]], keys: Keys, count: Counter[str], now: datetime) -> None:
    groups = {group.code: group for group in db.session.execute(select(Group)).scalars()}

    def extra(row: dict[str, Any]) -> dict[str, Any]:
        group = groups[row["group"]]
        at = row["starts_at"] or group.local_time
        return {"local_time": at, "starts_at": instant(row["date"], at, group.timezone)}

    there = _plain(sheet, rows, keys, count, now, extra)
    for (group, number), meeting in there.items():
        keys.add("meetings", (group, number), meeting.id)
    taught: dict[int, list[str]] = {}
    for topic in db.session.execute(select(TopicTaught).order_by(TopicTaught.position)).scalars():
        taught.setdefault(topic.meeting_id, []).append(topic_word(topic))
    for row in rows:
        meeting: Meeting = there[row["group"], row["number"]]
        if row["topics"] and meeting.state == "held" and taught.get(meeting.id, []) != list(row["topics"]):
            for old in db.session.execute(select(TopicTaught).where(TopicTaught.meeting_id == meeting.id)).scalars():
                db.session.delete(old)
            db.session.flush()
            db.session.add_all(TopicTaught(meeting_id=meeting.id, **part) for part in _parts(row["topics"]))
        planned = row["planned"] or row["topics"]
        if planned and [topic_word(topic) for topic in meeting.topics] != list(planned):
            meeting.topics.clear()
            db.session.flush()
            meeting.topics = [PlannedTopic(**part) for part in _parts(planned)]


def _parts(topics: Iterable[str]) -> list[dict[str, Any]]:
    return [{"position": place, "module": word.partition("/")[0], "topic": word.partition("/")[2]} for place, word in enumerate(topics, 1)]


def _reviews(sheet: Sheet, rows: list[dict[str, Any]], keys: Keys, count: Counter[str], now: datetime) -> None:
    there = {
        (row.meeting_id, row.participant_id): row
        for row in db.session.execute(select(Assignment).options(joinedload(Assignment.review))).scalars()
    }
    for row in rows:
        assignment = there[keys.ids["meetings"][row["group"], row["number"]], keys.ids["participants"][row["participant"]]]
        later = keys.ids["meetings"].get((row["group"], row["reviewed_number"]))
        values = {
            "result": row["result"], "obstacle": row["obstacle"], "reviewed_meeting_id": later, "by_id": keys.ids["staff"].get(row["by"]),
        }
        if assignment.review is None:
            db.session.add(Review(assignment_id=assignment.id, **values))
            count["new"] += 1
        else:
            count["changed" if _change(assignment.review, values) else "same"] += 1


def _notes(sheet: Sheet, rows: list[dict[str, Any]], keys: Keys, count: Counter[str], now: datetime) -> None:
    there = _plain(sheet, rows, keys, count, now)
    known = {(row.note_id, row.kind): row for row in db.session.execute(select(Signature)).scalars()}
    for row in rows:
        note: MeetingNote = there[tuple(row[name] for name in sheet.key)]
        for kind in ("signed", "countersigned"):
            if not row[f"{kind}_by"]:
                continue
            values = {"staff_id": keys.ids["staff"][row[f"{kind}_by"]], "signed_on": row[f"{kind}_on"], "signed_at": row[f"{kind}_at"]}
            if (note.id, kind) in known:
                _change(known[note.id, kind], values)
            else:
                db.session.add(Signature(note_id=note.id, kind=kind, **values))


def _amendments(sheet: Sheet, rows: list[dict[str, Any]], keys: Keys, count: Counter[str], now: datetime) -> None:
    notes = {(note.meeting_id, note.participant_id): note.id for note in db.session.execute(select(MeetingNote)).scalars()}
    there = {(row.note_id, row.amended_at): row for row in db.session.execute(select(Amendment)).scalars()}
    for row in rows:
        note = notes[keys.ids["meetings"][row["group"], row["number"]], keys.ids["participants"].get(row["participant"])]
        if (note, row["amended_at"]) in there:
            count["same"] += 1
            continue
        db.session.add(Amendment(note_id=note, amended_at=row["amended_at"], text=row["text"], by_id=keys.ids["staff"].get(row["by"])))
        count["new"] += 1


_SAVERS: dict[str, Any] = {
    "staff": _staff, "groups": _groups, "participants": _participants, "meetings": _meetings, "reviews": _reviews, "notes": _notes,
    "amendments": _amendments,
}
