"""The only writer of what was done at a meeting, of notes, signatures and amendments."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert, select

from imrgroups import audit
from imrgroups.db import db
from imrgroups.groups import actions as groups
from imrgroups.groups.models import Meeting
from imrgroups.library import content
from imrgroups.notes.models import MEDIA, Amendment, HandoutGiven, MeetingNote, Signature, StepTaken, TechniqueUse, TopicTaught
from imrgroups.rules.refusal import Cannot


class CannotNote(Cannot):
    """Why a note is refused: `reason` is a short word for the screens to explain."""

    def __init__(self, reason: str, people: Iterable[int | None] = ()) -> None:
        """Keep the reason and, for "stale" and "signed" texts, whose lines they are (None: the group's)."""
        super().__init__(reason)
        self.people = list(people)


@dataclass(frozen=True)
class Handed:
    """One handout one person got."""

    participant_id: int
    handout: str
    language: str
    version: str
    medium: str = "paper"


@dataclass(frozen=True)
class MeetingRecord:
    """What was done at a meeting. A part that is None is left as it is; every other part replaces what was recorded.

    steps: minutes (or None) by step id. topics: (module, topic), the topic may be empty. techniques: (technique, leader key or None).
    texts: words by participant key, None for the group's text; an empty text takes an unsigned note back.
    versions: the version each text had on the page (0 for a new one).
    """

    steps: Mapping[str, int | None] | None = None
    topics: Sequence[tuple[str, str]] | None = None
    handouts: Sequence[Handed] | None = None
    techniques: Sequence[tuple[str, int | None]] | None = None
    texts: Mapping[int | None, str] | None = None
    versions: Mapping[int | None, int] | None = None


def record(meeting: Meeting, said: MeetingRecord, *, by: int | None, now: datetime) -> None:
    """Save what was done at a meeting, all of it or nothing.

    When other topics were taught than planned, the plan of this meeting becomes what was taught and later topics re-flow. Once anything is
    signed, steps, topics, techniques and signed texts stay as they are; handouts can still be given to those who missed them.
    Raises CannotNote("cancelled" | "not_held" | "step" | "minutes" | "topic" | "handout" | "technique" | "medium" | "signed" | "stale").
    """
    meeting = _lock(meeting)
    if meeting.state != "held":
        raise CannotNote("cancelled" if meeting.state == "cancelled" else "not_held")
    _check(said)
    signed = _signed(meeting)
    if signed and _changes_signed_parts(meeting, said):
        raise CannotNote("signed")
    if said.texts is not None:
        _write(meeting, said.texts, said.versions or {}, signed, by, now)
    if said.steps is not None:
        _replace(StepTaken, meeting, [{"step": step, "minutes": minutes} for step, minutes in said.steps.items()])
    if said.topics is not None:
        _teach(meeting, list(dict.fromkeys(said.topics)), now)
    if said.handouts is not None:
        once = {(handed.participant_id, handed.handout): handed for handed in said.handouts}
        _replace(HandoutGiven, meeting, [vars(handed) for handed in once.values()])
    if said.techniques is not None:
        used = dict.fromkeys(said.techniques)
        _replace(TechniqueUse, meeting, [{"technique": technique, "staff_id": leader} for technique, leader in used])
    parts = [name for name, part in vars(said).items() if part is not None and name != "versions"]
    _record("notes.recorded", meeting, by, now, parts=parts)
    db.session.commit()


def _lock(meeting: Meeting) -> Meeting:
    """The meeting, locked so that two leaders who save at once come one after the other."""
    wanted = select(Meeting).where(Meeting.id == meeting.id).with_for_update().execution_options(populate_existing=True)
    return db.session.execute(wanted).scalar_one()


def _signed(meeting: Meeting) -> set[int]:
    return set(db.session.execute(select(Signature.note_id).join(MeetingNote).where(MeetingNote.meeting_id == meeting.id)).scalars())


def _changes_signed_parts(meeting: Meeting, said: MeetingRecord) -> bool:
    here = {
        StepTaken: select(StepTaken.step, StepTaken.minutes), TopicTaught: select(TopicTaught.module, TopicTaught.topic),
        TechniqueUse: select(TechniqueUse.technique, TechniqueUse.staff_id),
    }
    saved = {model: set(db.session.execute(wanted.where(model.meeting_id == meeting.id))) for model, wanted in here.items()}
    return (
        said.steps is not None and set(said.steps.items()) != saved[StepTaken]
        or said.topics is not None and set(said.topics) != saved[TopicTaught]
        or said.techniques is not None and set(said.techniques) != saved[TechniqueUse]
    )


def _check(said: MeetingRecord) -> None:
    programme = content.load()
    steps = {step.id for step in programme.steps}
    for step, minutes in (said.steps or {}).items():
        if step not in steps:
            raise CannotNote("step")
        if minutes is not None and not 0 <= minutes <= 240:
            raise CannotNote("minutes")
    for module, topic in said.topics or ():
        if module not in programme.modules or (topic and topic not in {found.id for found in programme.modules[module].topics}):
            raise CannotNote("topic")
    known = {topic.handout for module in programme.modules.values() for topic in module.topics}
    for handed in said.handouts or ():
        if handed.handout not in known:
            raise CannotNote("handout")
        if handed.medium not in MEDIA:
            raise CannotNote("medium")
    if any(technique not in programme.techniques for technique, _leader in said.techniques or ()):
        raise CannotNote("technique")


def _replace(model: type, meeting: Meeting, rows: list[dict[str, object]]) -> None:
    db.session.execute(delete(model).where(model.meeting_id == meeting.id))  # type: ignore[attr-defined]
    if rows:
        db.session.execute(insert(model), [{"meeting_id": meeting.id, **row} for row in rows])


def _teach(meeting: Meeting, topics: list[tuple[str, str]], now: datetime) -> None:
    rows = [{"position": place, "module": module, "topic": topic} for place, (module, topic) in enumerate(topics, 1)]
    _replace(TopicTaught, meeting, rows)
    if topics and topics != [(planned.module, planned.topic) for planned in meeting.topics]:
        groups.set_topics(meeting, topics)
        groups.reflow_open(meeting.group, now)


def _write(
    meeting: Meeting, texts: Mapping[int | None, str], versions: Mapping[int | None, int], signed: set[int], by: int | None, now: datetime
) -> None:
    known = {note.participant_id: note for note in notes_of(meeting.id)}
    changed = {person: text for person, text in texts.items() if text != (known[person].text if person in known else "")}
    if kept := [person for person in changed if person in known and known[person].id in signed]:
        raise CannotNote("signed", kept)
    now_at = {person: known[person].version if person in known else 0 for person in changed}
    if stale := [person for person, version in now_at.items() if versions.get(person, version) != version]:
        raise CannotNote("stale", stale)
    for person, text in changed.items():
        note = known.get(person)
        if not text:
            db.session.delete(note)
            continue
        if note is None:
            note = MeetingNote(meeting_id=meeting.id, participant_id=person, version=0)
            db.session.add(note)
        note.text, note.version, note.written_at, note.by_id = text, note.version + 1, now, by


def sign(meeting: Meeting, *, by: int, now: datetime, seen: Mapping[int | None, int] | None = None) -> str:
    """Stand by all notes of a meeting: the first leader signs, another countersigns. Returns "signed" or "countersigned".

    seen: the version of each text that the signer has read, by participant key (None: the group's); left out, they stand by what is there.
    A note written after the first signature is signed by whoever comes next.
    Raises CannotNote("no_notes" | "own_signature" | "complete" | "stale").
    """
    meeting = _lock(meeting)
    notes = {note.id: note for note in notes_of(meeting.id)}
    if not notes:
        raise CannotNote("no_notes")
    if seen is not None:
        if unread := [note.participant_id for note in notes.values() if seen.get(note.participant_id) != note.version]:
            raise CannotNote("stale", unread)
    kinds: dict[int, dict[str, int]] = {note: {} for note in notes}
    for row in signatures_of(notes):
        kinds[row.note_id][row.kind] = row.staff_id
    made = [
        Signature(note_id=note, staff_id=by, kind=kind, signed_on=_today(meeting, now), signed_at=now)
        for note, has in kinds.items() if (kind := next_signature(has, by))
    ]
    if not made:
        raise CannotNote("complete" if all(len(has) == 2 for has in kinds.values()) else "own_signature")
    db.session.add_all(made)
    kind = "countersigned" if any(row.kind == "countersigned" for row in made) else "signed"
    _record(f"notes.{kind}", meeting, by, now)
    db.session.commit()
    return kind


def next_signature(has: Mapping[str, int], by: int) -> str:
    """The signature somebody can put under a note that `has` these (staff key by kind): "signed", "countersigned", or "" for none."""
    if "signed" not in has:
        return "signed" if has.get("countersigned") != by else ""
    return "countersigned" if "countersigned" not in has and has["signed"] != by else ""


def _today(meeting: Meeting, now: datetime) -> date:
    return now.astimezone(ZoneInfo(meeting.group.timezone)).date()


def amend(note: MeetingNote, *, text: str, by: int | None, now: datetime) -> Amendment:
    """Add to, or put right, a signed note; the note itself stays as it was. Raises CannotNote("not_signed" | "no_words")."""
    if not text:
        raise CannotNote("no_words")
    if not db.session.execute(select(Signature.id).where(Signature.note_id == note.id)).first():
        raise CannotNote("not_signed")
    row = Amendment(note_id=note.id, amended_at=now, by_id=by)
    row.text = text
    db.session.add(row)
    _record("notes.amended", db.session.get_one(Meeting, note.meeting_id), by, now, note=str(note.id))
    db.session.commit()
    return row


def notes_of(meeting_id: int) -> list[MeetingNote]:
    """The notes of a meeting: the group's text and one line a person."""
    return list(db.session.execute(select(MeetingNote).where(MeetingNote.meeting_id == meeting_id)).scalars())


def signatures_of(note_ids: Iterable[int]) -> list[Signature]:
    """The signatures under these notes."""
    return list(db.session.execute(select(Signature).where(Signature.note_id.in_(list(note_ids)))).scalars())


def amendments_of(note_ids: Iterable[int]) -> list[Amendment]:
    """The amendments to these notes, oldest first."""
    return list(db.session.execute(select(Amendment).where(Amendment.note_id.in_(list(note_ids))).order_by(Amendment.amended_at)).scalars())


def _record(action: str, meeting: Meeting, by: int | None, now: datetime, **detail: object) -> None:
    audit.record(action, centre_id=meeting.group.centre_id, subject=f"meetings/{meeting.id}", by=by, now=now, detail=detail)
