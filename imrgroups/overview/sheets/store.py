"""Rows of the database as rows of sheets, and back: references become keys, keys become references."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from imrgroups.db import db
from imrgroups.enrolment.models import Enrolment
from imrgroups.goals.models import Goal
from imrgroups.groups.models import Group, Meeting
from imrgroups.homework.models import Assignment, Review
from imrgroups.notes.models import MeetingNote, Signature, TopicTaught
from imrgroups.overview.sheets.layout import SHEETS, Sheet
from imrgroups.people.models import Consent, Participant, Supporter
from imrgroups.staff.models import Centre, Staff


class Keys:
    """Codes and keys of everything sheets can name; `ids` by sheet and code, `codes` by sheet and key, meetings by (group, number)."""

    def __init__(self) -> None:
        self.ids: dict[str, dict[Any, int]] = {}
        self.codes: dict[str, dict[int, Any]] = {}
        for sheet, model, column in (
            ("centres", Centre, Centre.code), ("staff", Staff, Staff.email), ("groups", Group, Group.code),
            ("participants", Participant, Participant.code), ("supporters", Supporter, Supporter.code), ("goals", Goal, Goal.code),
        ):
            self.load(sheet, {code: key for key, code in db.session.execute(select(model.id, column))})
        groups = self.codes["groups"]
        meetings = db.session.execute(select(Meeting.id, Meeting.group_id, Meeting.number))
        self.load("meetings", {(groups[row.group_id], row.number): row.id for row in meetings})

    def load(self, sheet: str, ids: Mapping[Any, int]) -> None:
        """Remember the codes of one sheet."""
        self.ids[sheet] = dict(ids)
        self.codes[sheet] = {key: code for code, key in ids.items()}

    def add(self, sheet: str, code: Any, key: int) -> None:
        """Remember one more."""
        self.ids[sheet][code] = key
        self.codes[sheet][key] = code


def dump(centre_ids: Collection[int] | None = None) -> dict[str, list[dict[str, str]]]:
    """Every sheet's rows as text, sorted by key; of some centres only when their keys are given."""
    keys = Keys()
    tables = {}
    for sheet in SHEETS:
        rows = _ROWS.get(sheet.name, _plain)(sheet, keys)
        texts = [(tuple(_sortable(row.get(name)) for name in sheet.key), _texts(sheet, row)) for row in rows]
        tables[sheet.name] = [text for _key, text in sorted(texts, key=lambda pair: (pair[0], sorted(pair[1].items())))]
    return tables if centre_ids is None else _only(tables, {keys.codes["centres"][key] for key in centre_ids})


def _sortable(value: Any) -> tuple[str, str]:
    return ("", "") if value is None else ("n", f"{value:09d}") if isinstance(value, int) else ("t", str(value))


def _texts(sheet: Sheet, row: Mapping[str, Any]) -> dict[str, str]:
    return {column.name: "" if row.get(column.name) in (None, "", ()) else column.kind.write(row[column.name]) for column in sheet.columns}


def value_of(column: Any, row: Any, keys: Keys) -> Any:
    """What a column shows of a database row."""
    value = getattr(row, column.attr)
    if value is None or not column.refers:
        return value
    code = keys.codes[column.refers][value]
    return code[1] if column.refers == "meetings" else code


def _plain(sheet: Sheet, keys: Keys) -> list[dict[str, Any]]:
    found = []
    for row in db.session.execute(select(sheet.model)).scalars():
        values = {column.name: value_of(column, row, keys) for column in sheet.columns if column.attr}
        if sheet.columns[:1] and any(column.attr == "meeting_id" for column in sheet.columns):
            values["group"] = keys.codes["meetings"][row.meeting_id][0]
        found.append(values)
    return found


def _staff(sheet: Sheet, keys: Keys) -> list[dict[str, Any]]:
    people = db.session.execute(select(Staff).options(selectinload(Staff.roles))).scalars()
    return [
        {
            "email": person.email, "name": person.name, "centre": keys.codes["centres"][centre], "roles": tuple(person.roles_at(centre)),
            "language": person.language, "phone": person.phone, "left_on": person.left_on,
        }
        for person in people for centre in sorted({role.centre_id for role in person.roles})
    ]


def _groups(sheet: Sheet, keys: Keys) -> list[dict[str, Any]]:
    leaders = {
        group.code: tuple(sorted(person.email for person in group.leaders))
        for group in db.session.execute(select(Group).options(selectinload(Group.leaders))).scalars()
    }
    rows = _plain(sheet, keys)
    orders = dict(db.session.execute(select(Group.code, Group.module_order)).all())
    return [{**row, "leaders": leaders[row["code"]], "module_order": tuple(orders[row["code"]].split())} for row in rows]


def _participants(sheet: Sheet, keys: Keys) -> list[dict[str, Any]]:
    newest: dict[str, Consent] = {}
    for row in db.session.execute(select(Consent).where(Consent.what == "messages").order_by(Consent.recorded_at)).scalars():
        newest[keys.codes["participants"][row.participant_id]] = row
    consented = {code: row.told_on for code, row in newest.items() if row.given}
    return [{**row, "consent_on": consented.get(row["code"])} for row in _plain(sheet, keys)]


def _meetings(sheet: Sheet, keys: Keys) -> list[dict[str, Any]]:
    taught = defaultdict(list)
    for topic in db.session.execute(select(TopicTaught).order_by(TopicTaught.position)).scalars():
        taught[topic.meeting_id].append(topic_word(topic))
    found = []
    for row in db.session.execute(select(Meeting).options(selectinload(Meeting.topics))).scalars():
        planned = tuple(topic_word(topic) for topic in row.topics)
        values = {column.name: value_of(column, row, keys) for column in sheet.columns if column.attr}
        found.append({**values, "topics": tuple(taught[row.id]) if row.state == "held" else planned, "planned": planned})
    return found


def topic_word(topic: Any) -> str:
    """"module/topic", or "module" where the topic is not known."""
    return f"{topic.module}/{topic.topic}" if topic.topic else str(topic.module)


def _marks(sheet: Sheet, keys: Keys) -> list[dict[str, Any]]:
    """Stored marks, and `not_recorded` for whoever belonged to the group on the day of a held meeting and has none."""
    rows = _plain(sheet, keys)
    there = {(row["group"], row["number"], row["participant"]) for row in rows}
    groups, people = keys.codes["groups"], keys.codes["participants"]
    wanted = (
        select(Meeting.group_id, Meeting.number, Enrolment.participant_id)
        .join(Enrolment, (Enrolment.group_id == Meeting.group_id) & (Enrolment.joined_on <= Meeting.meets_on))
        .where(Meeting.state == "held", (Enrolment.left_on.is_(None)) | (Enrolment.left_on >= Meeting.meets_on))
    )
    for group, number, person in db.session.execute(wanted):
        key = (groups[group], number, people[person])
        if key not in there:
            there.add(key)
            rows.append({"group": key[0], "number": number, "participant": key[2], "state": "not_recorded"})
    return rows


def _reviews(sheet: Sheet, keys: Keys) -> list[dict[str, Any]]:
    wanted = select(Assignment, Review).join(Review, Review.assignment_id == Assignment.id)
    found = []
    for row, review in db.session.execute(wanted):
        group, number = keys.codes["meetings"][row.meeting_id]
        later = keys.codes["meetings"].get(review.reviewed_meeting_id or 0)
        found.append({
            "group": group, "number": number, "participant": keys.codes["participants"][row.participant_id], "result": review.result,
            "obstacle": review.obstacle, "reviewed_number": later[1] if later else None, "by": keys.codes["staff"].get(review.by_id or 0),
        })
    return found


def _notes(sheet: Sheet, keys: Keys) -> list[dict[str, Any]]:
    signatures: dict[int, dict[str, Signature]] = defaultdict(dict)
    for row in db.session.execute(select(Signature)).scalars():
        signatures[row.note_id][row.kind] = row
    found = []
    for note in db.session.execute(select(MeetingNote)).scalars():
        values = {column.name: value_of(column, note, keys) for column in sheet.columns if column.attr}
        values["group"] = keys.codes["meetings"][note.meeting_id][0]
        for kind, signature in signatures[note.id].items():
            values[f"{kind}_by"] = keys.codes["staff"][signature.staff_id]
            values[f"{kind}_on"], values[f"{kind}_at"] = signature.signed_on, signature.signed_at
        found.append(values)
    return found


def _amendments(sheet: Sheet, keys: Keys) -> list[dict[str, Any]]:
    notes = {row.id: row for row in db.session.execute(select(MeetingNote.id, MeetingNote.meeting_id, MeetingNote.participant_id))}
    found = []
    for row in db.session.execute(select(sheet.model)).scalars():
        note = notes[row.note_id]
        group, number = keys.codes["meetings"][note.meeting_id]
        person = keys.codes["participants"].get(note.participant_id or 0)
        found.append({
            "group": group, "number": number, "participant": person, "amended_at": row.amended_at, "text": row.text,
            "by": keys.codes["staff"].get(row.by_id or 0),
        })
    return found


_ROWS = {
    "staff": _staff, "groups": _groups, "participants": _participants, "meetings": _meetings, "marks": _marks, "reviews": _reviews,
    "notes": _notes, "amendments": _amendments,
}


def people_of(tables: Mapping[str, list[dict[str, str]]]) -> list[int]:
    """The keys of the participants these sheets show."""
    codes = [row["code"] for row in tables["participants"]]
    return list(db.session.execute(select(Participant.id).where(Participant.code.in_(codes))).scalars())


OWNERS = ("centres", "groups", "participants", "supporters", "goals")


def _only(tables: dict[str, list[dict[str, str]]], centres: set[str]) -> dict[str, list[dict[str, str]]]:
    """The rows that belong to these centres, following references from sheet to sheet in their order."""
    kept: dict[str, set[str]] = {"centres": centres}
    for sheet in SHEETS:
        own = [
            (column.name, column.refers) for column in sheet.columns
            if (column.refers in OWNERS and column.name != "follows") or column.name == "staff"
        ]
        tables[sheet.name] = [
            row for row in tables[sheet.name]
            if (sheet.name != "centres" or row["code"] in centres)
            and all(not row[name] or row[name] in kept[target] for name, target in own)
        ]
        kept.setdefault(sheet.name, set()).update(row.get("code", row.get("email", "")) for row in tables[sheet.name])
    return tables
