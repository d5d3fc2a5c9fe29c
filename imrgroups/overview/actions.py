"""Import and export of whole centres, and the board of their groups; the only writer of this room."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Select, func, select

from imrgroups import audit
from imrgroups.db import db
from imrgroups.desk import reads
from imrgroups.desk.reads import MeetingLine
from imrgroups.enrolment.models import Enrolment, WaitingPlace
from imrgroups.groups.models import Group, Meeting
from imrgroups.overview.sheets import files, save, store
from imrgroups.overview.sheets.check import Bundle, Saved, check
from imrgroups.overview.sheets.files import Problem


@dataclass(frozen=True)
class Result:
    """What an import found and did. problems: errors and warnings by sheet and row. counts: "new", "changed", "same" rows by sheet."""

    problems: list[Problem]
    counts: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        """Whether nothing was written because something must be put right first."""
        return any(not problem.warning for problem in self.problems)


def import_bundle(path: Path, *, dry_run: bool = False, by: int | None, now: datetime) -> Result:
    """Import one .xlsx or a folder of .csv: everything is checked first, then all is written or nothing.

    dry_run: check and count, write nothing. Running it twice changes nothing twice; an empty cell never erases what is there.
    """
    tables, found = files.read(Path(path))
    bundle = Bundle(tables, found)
    keys = store.Keys()
    check(bundle, keys, Saved(keys, store.dump()), now)
    problems = sorted(bundle.problems, key=lambda problem: (problem.warning, problem.sheet, problem.row))
    if bundle.refused:
        db.session.rollback()
        return Result(problems)
    counts = {sheet: dict(count) for sheet, count in save.save(bundle, keys, now).items() if count}
    if dry_run:
        db.session.rollback()
        return Result(problems, counts)
    if any(count.get("new") or count.get("changed") for count in counts.values()):
        audit.record("centre.imported", centre_id=None, subject="import", by=by, now=now, detail=counts)
    db.session.commit()
    return Result(problems, counts)


def export_bundle(folder: Path, *, centre_ids: Collection[int] | None = None) -> dict[str, int]:
    """Write every sheet as CSV into a folder, of all centres or of some; returns the number of rows by sheet."""
    tables = store.dump(centre_ids)
    files.write_folder(Path(folder), tables)
    return {name: len(rows) for name, rows in tables.items()}


@dataclass(frozen=True)
class BoardLine:
    """One running group on the board: people in it now, meetings held and left, who waits, what comes next, and what is left to do."""

    group: Group
    people: int
    held: int
    planned: int
    waiting: int
    next: MeetingLine | None
    unfinished: list[MeetingLine]


def board(centre_ids: Collection[int], now: datetime) -> list[BoardLine]:
    """The running groups of these centres by name; a fixed number of statements, however many groups there are."""
    wanted = select(Group).where(Group.centre_id.in_(list(centre_ids)), Group.ended_on.is_(None)).order_by(Group.name)
    groups = list(db.session.execute(wanted).scalars())
    keys = [group.id for group in groups]
    people = _counted(select(Enrolment.group_id, func.count(func.distinct(Enrolment.participant_id))).where(
        Enrolment.group_id.in_(keys), Enrolment.joined_on <= now.date(), (Enrolment.left_on.is_(None)) | (Enrolment.left_on >= now.date())
    ).group_by(Enrolment.group_id))
    meetings = select(Meeting.group_id, func.count()).where(Meeting.group_id.in_(keys)).group_by(Meeting.group_id)
    states = {state: _counted(meetings.where(Meeting.state == state)) for state in ("held", "planned")}
    waiting = _counted(select(WaitingPlace.group_id, func.count()).where(
        WaitingPlace.group_id.in_(keys), WaitingPlace.state.in_(("waiting", "offered"))
    ).group_by(WaitingPlace.group_id))
    soon, unfinished = reads.around(keys, now)
    coming = {line.group_id: line for line in reversed(soon)}
    return [
        BoardLine(
            group, people.get(group.id, 0), states["held"].get(group.id, 0), states["planned"].get(group.id, 0), waiting.get(group.id, 0),
            coming.get(group.id), [line for line in unfinished if line.group_id == group.id],
        )
        for group in groups
    ]


def _counted(wanted: Select[tuple[int, int]]) -> dict[int, int]:
    return {row[0]: row[1] for row in db.session.execute(wanted)}
