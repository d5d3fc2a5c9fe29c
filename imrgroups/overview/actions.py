"""Import and export of whole centres; the only writer of this room."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from imrgroups import audit
from imrgroups.db import db
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
    check(bundle, keys, Saved(keys, store.dump()))
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
