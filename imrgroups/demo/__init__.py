"""The demonstration: an invented history of three centres in the shape of the published Danish trial, built only through actions.

That it was begun and finished stands in the audit chain of the whole program; a start that finds it begun and not finished (the
program was killed) empties the database and builds it anew, unless somebody real is in it.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from pathlib import Path

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from imrgroups import audit, config
from imrgroups.audit import AuditEntry
from imrgroups.db import db, writing
from imrgroups.demo import course, learning, places, trial
from imrgroups.staff import actions as staff
from imrgroups.staff.models import Centre, Staff

BEGUN, FINISHED = "demonstration.begun", "demonstration.finished"
LOCK = "demonstration.lock"


class CannotBuild(Exception):
    """Why the demonstration is not built, in a line for the person at the terminal."""


class Stopped(Exception):
    """The program ends before the demonstration is whole; the next start builds it anew."""


class State(StrEnum):
    """What the database holds: nothing, a whole demonstration, half of one, or something else."""

    EMPTY = "empty"
    WHOLE = "whole"
    HALF = "half"
    OTHER = "other"


class Progress:
    """How far the demonstration is, in meetings. seen: called as (count, total) whenever that changes."""

    def __init__(self, total: int = 0, seen: Callable[[int, int], None] | None = None) -> None:
        self.count, self.total, self.done, self.failed = 0, total, False, False
        self._seen, self._stop = seen, threading.Event()

    def stop(self) -> None:
        """Ask the builder to end soon."""
        self._stop.set()

    def begin(self, total: int) -> None:
        """It starts, and there are so many meetings."""
        self.total = total
        if self._seen:
            self._seen(0, total)

    def step(self, breath: float, *, meeting: bool) -> None:
        """Count a meeting, let others write for `breath` seconds, and raise Stopped when asked to end."""
        if meeting:
            self.count = min(self.count + 1, self.total)
            if self._seen:
                self._seen(self.count, self.total)
        if self._stop.is_set() or (breath and self._stop.wait(breath)):
            raise Stopped


def state() -> State:
    """What the database holds now; needs an application context."""
    marks = select(AuditEntry.action).where(AuditEntry.centre_id == audit.WHOLE_PROGRAM, AuditEntry.action.in_((BEGUN, FINISHED)))
    newest = db.session.execute(marks.order_by(AuditEntry.number.desc()).limit(1)).scalar()
    if newest == FINISHED:
        return State.WHOLE
    real_staff = select(Staff.id).where(~Staff.email.endswith(staff.DEMONSTRATION_DOMAIN))
    real_centre = select(Centre.id).where(Centre.code.not_in([centre.code for centre in places.CENTRES]))
    if any(db.session.execute(wanted.limit(1)).first() for wanted in (real_staff, real_centre)):
        return State.OTHER
    if newest == BEGUN:
        return State.HALF
    return State.OTHER if db.session.execute(select(Centre.id).limit(1)).first() else State.EMPTY


def build(
    app: Flask, progress: Progress, *, as_of: date | None = None, scale: trial.Scale = trial.WHOLE, breath: float = 0.0
) -> None:
    """Build the demonstration as it looks on `as_of` (today when None); needs an application context and `writing()`.

    scale: less than the whole, for tests. breath: seconds to let others write between two steps.
    Raises CannotBuild when the database holds something else, or another process is building; Stopped when progress was told to stop.
    """
    with _alone(Path(app.config["DATA"])):
        found = state()
        db.session.rollback()
        if found is State.WHOLE:
            raise CannotBuild("The demonstration is here already. For a new one choose another data folder with IMRGROUPS_DATA.")
        if found is State.OTHER:
            raise CannotBuild("The database is not empty. The demonstration is only built where there is no centre and no staff yet.")
        if found is State.HALF:
            _clear()
        _remember(BEGUN)
        _play(trial.plan(as_of or config.today(places.ZONE), scale), progress, breath)
        _remember(FINISHED)
        progress.done = True


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the lock of the builder, which the system gives back when a process is killed. Raises CannotBuild when another has it."""
    with (folder / LOCK).open("a+b") as file:
        try:
            if os.name == "nt":
                import msvcrt

                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CannotBuild("The demonstration is being built by another process just now.") from error
        yield


def _clear() -> None:
    from imrgroups import backup

    db.session.remove()
    with db.engine.begin() as connection:
        backup.empty(connection)


def _remember(action: str) -> None:
    with writing(), Session(db.engine) as session, session.begin():
        audit.record(action, centre_id=None, subject="demonstration", by=None, now=config.now(), session=session)


def _play(whole: trial.Trial, progress: Progress, breath: float) -> None:
    """Let all groups live side by side: what comes first in time is done first."""
    progress.begin(sum(len(group.held) for group in whole.groups))
    cast = places.open_centres(whole)
    todo = [
        (step.at, group.code, number, step)
        for group in whole.groups for number, step in enumerate(course.steps(group, cast, whole.as_of))
    ]
    todo += [(step.at, "", number, step) for number, step in enumerate(learning.steps(whole, cast))]
    todo.sort(key=lambda entry: entry[:3])
    for at, _code, _number, step in todo:
        step.do(at)
        progress.step(breath, meeting=step.meeting)
