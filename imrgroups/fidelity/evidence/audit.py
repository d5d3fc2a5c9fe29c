"""The gap audit of a group: what is missing, read from the database; and which groups it is shown for today."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, select

from imrgroups.db import db, fetch
from imrgroups.fidelity.evidence import count, group_facts, scale
from imrgroups.fidelity.evidence.instruments import instrument_of
from imrgroups.fidelity.models import Binder, Report, Review
from imrgroups.fidelity.models.reviews import OVER
from imrgroups.groups.models import Group, GroupLeader, Meeting
from imrgroups.notes.models import MeetingNote, Signature
from imrgroups.rules.fidelity.gaps import SIGNED, Gap, audited_from, gaps
from imrgroups.rules.fidelity.reviews import window
from imrgroups.rules.training import Attended, standing
from imrgroups.staff.actions import training


@dataclass(frozen=True)
class Due:
    """A review whose gaps are worth mending now: of which group, what it is called (English), and when it is due."""

    group_id: int
    review_id: int
    name: str
    due_on: date


@dataclass(frozen=True)
class Draft:
    """The draft of a report that the leaders of a group can answer until a day."""

    review_id: int
    group: str
    until_on: date


def due(group_ids: Iterable[int], today: date) -> dict[int, Due]:
    """By group, the review that comes soon enough for the gap audit and is not frozen yet. One statement."""
    return ahead(group_ids, today)[0]


def ahead(group_ids: Iterable[int], today: date) -> tuple[dict[int, Due], list[Draft]]:
    """What `due` says, and the drafts nobody has answered that can still be answered, the most urgent first. One statement."""
    found, drafts = {}, []
    for row in fetch(_reviews(), groups=list(group_ids)):
        if row.report == "with_leaders" and row.answered_at is None and row.answer_due_on >= today:
            drafts.append(Draft(row.id, row.name, row.answer_due_on))
        instrument = instrument_of(row)
        opened = audited_from(row.due_on, instrument) <= today <= window(row.due_on, instrument, row.extended_until_on).closes_on
        if opened and row.state != "final" and row.binder is None:
            found[row.group_id] = Due(row.group_id, row.id, instrument.review(row.kind).name, row.due_on)
    return found, sorted(drafts, key=lambda draft: (draft.until_on, draft.review_id))


@lru_cache(maxsize=1)
def _reviews() -> Select[Any]:
    return (
        select(
            Review.id, Review.group_id, Review.kind, Review.due_on, Review.extended_until_on, Review.instrument, Review.instrument_version,
            Review.state, Group.name, Binder.id.label("binder"), Report.state.label("report"), Report.answered_at, Report.answer_due_on,
        )
        .join(Group, Group.id == Review.group_id).outerjoin(Binder, Binder.review_id == Review.id)
        .outerjoin(Report, Report.review_id == Review.id)
        .where(Review.group_id.in_(bindparam("groups", expanding=True)), *(Review.state != over for over in OVER))
        .order_by(Review.due_on.desc())
    )


def missing(group_id: int, on: date) -> tuple[Gap, ...]:
    """Everything that is missing of a group as of a day; the same number of statements however large the group."""
    facts, instrument = group_facts(group_id), scale()
    leaders = list(db.session.execute(select(GroupLeader.staff_id).where(GroupLeader.group_id == group_id)).scalars())
    attended: dict[int, list[Attended]] = {leader: [] for leader in leaders}
    for row in training.log(leaders, until=on):
        attended[row.staff_id].append(Attended(row.kind, row.attended_on, row.minutes))
    stands = {leader: standing(rows, on, year=on.year) for leader, rows in attended.items()}
    return gaps(
        facts, count(facts, on, instrument), instrument, notes=_notes(group_id),
        supervised={leader: not each.supervision_due for leader, each in stands.items()},
        trained={leader: each.trained for leader, each in stands.items()},
    )


def _notes(group_id: int) -> dict[Any, str]:
    """How far the notes of each meeting are: as far as the note that is least far."""
    signed = select(Signature.note_id).where(Signature.kind == SIGNED).scalar_subquery()
    wanted = (
        select(MeetingNote.meeting_id, MeetingNote.id.in_(signed).label("whole")).join(Meeting, Meeting.id == MeetingNote.meeting_id)
        .where(Meeting.group_id == group_id)
    )
    whole: dict[int, list[bool]] = defaultdict(list)
    for meeting, done in db.session.execute(wanted):
        whole[meeting].append(bool(done))
    return {meeting: SIGNED if all(done) else "unsigned" for meeting, done in whole.items()}
