"""What was recorded of a meeting, with who stands by it."""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select

from imrgroups.db import db
from imrgroups.groups.models import Meeting
from imrgroups.notes.actions import Handed, next_signature
from imrgroups.notes.models import Amendment, HandoutGiven, MeetingNote, Signature, StepTaken, TechniqueUse, TopicTaught
from imrgroups.staff.models import Staff


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature. at is None for history that came with a day only."""

    kind: str
    staff_id: int
    by: str
    on: date
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Amended:
    """One amendment, readable beside the note it belongs to."""

    text: str
    by: str
    at: datetime


@dataclass(slots=True)
class NoteLine:
    """One text of a meeting: the group's (no participant) or one person's line."""

    id: int
    participant_id: int | None
    text: str
    version: int
    by_id: int | None
    by: str
    signatures: list[Signed] = field(default_factory=list)
    amendments: list[Amended] = field(default_factory=list)

    @property
    def signed(self) -> bool:
        """Whether anybody stands by it; from then on it is only amended."""
        return bool(self.signatures)


@dataclass(slots=True)
class Recorded:
    """What was recorded: minutes by step, (module, topic) in order, handouts, (technique, leader) pairs, and texts by participant key."""

    steps: dict[str, int | None]
    topics: list[tuple[str, str]]
    handouts: list[Handed]
    techniques: list[tuple[str, int | None]]
    notes: dict[int | None, NoteLine]

    @property
    def signed(self) -> bool:
        """Whether anything is signed: steps, topics and techniques then stay as they are."""
        return any(note.signed for note in self.notes.values())

    @property
    def complete(self) -> bool:
        """Whether two leaders stand by every text."""
        return bool(self.notes) and all(len(note.signatures) == 2 for note in self.notes.values())

    def can_sign(self, staff_id: int) -> bool:
        """Whether there is a text that this leader can still sign or countersign."""
        return any(next_signature({each.kind: each.staff_id for each in note.signatures}, staff_id) for note in self.notes.values())


def recorded(meeting: Meeting) -> Recorded:
    """Everything recorded of a meeting. Seven statements."""
    here = meeting.id
    steps = select(StepTaken.step, StepTaken.minutes).where(StepTaken.meeting_id == here)
    topics = select(TopicTaught.module, TopicTaught.topic).where(TopicTaught.meeting_id == here).order_by(TopicTaught.position)
    handouts = select(
        HandoutGiven.participant_id, HandoutGiven.handout, HandoutGiven.language, HandoutGiven.version, HandoutGiven.medium
    ).where(HandoutGiven.meeting_id == here).order_by(HandoutGiven.id)
    techniques = select(TechniqueUse.technique, TechniqueUse.staff_id).where(TechniqueUse.meeting_id == here).order_by(TechniqueUse.id)
    return Recorded(
        dict(db.session.execute(steps).all()),
        [(row.module, row.topic) for row in db.session.execute(topics)],
        [Handed(*row) for row in db.session.execute(handouts)],
        [(row.technique, row.staff_id) for row in db.session.execute(techniques)],
        _notes(here),
    )


def _notes(meeting_id: int) -> dict[int | None, NoteLine]:
    columns = (MeetingNote.id, MeetingNote.participant_id, MeetingNote.text_sealed, MeetingNote.version, MeetingNote.by_id, Staff.name)
    wanted = select(*columns).outerjoin(Staff, Staff.id == MeetingNote.by_id).where(MeetingNote.meeting_id == meeting_id)
    notes = {
        row.id: NoteLine(
            row.id, row.participant_id, MeetingNote.text.open(MeetingNote, row.id, row.text_sealed), row.version, row.by_id, row.name or ""
        )
        for row in db.session.execute(wanted)
    }
    signatures = (
        select(Signature.note_id, Signature.kind, Signature.staff_id, Staff.name, Signature.signed_on, Signature.signed_at)
        .join(Staff, Staff.id == Signature.staff_id).join(MeetingNote, MeetingNote.id == Signature.note_id)
        .where(MeetingNote.meeting_id == meeting_id).order_by(Signature.kind.desc())  # "signed" before "countersigned"
    )
    for row in db.session.execute(signatures):
        notes[row.note_id].signatures.append(Signed(*row[1:]))
    amendments = (
        select(Amendment.id, Amendment.note_id, Amendment.text_sealed, Staff.name, Amendment.amended_at)
        .outerjoin(Staff, Staff.id == Amendment.by_id).join(MeetingNote, MeetingNote.id == Amendment.note_id)
        .where(MeetingNote.meeting_id == meeting_id).order_by(Amendment.amended_at, Amendment.id)
    )
    for row in db.session.execute(amendments):
        text = Amendment.text.open(Amendment, row.id, row.text_sealed)
        notes[row.note_id].amendments.append(Amended(text, row.name or "", row.amended_at))
    return {note.participant_id: note for note in notes.values()}
