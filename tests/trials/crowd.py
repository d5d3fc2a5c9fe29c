"""Processes that do the program's work and may be killed at any moment: they are forked, so that the next one is there at once."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest import mock

from imrgroups.db import db, writing
from imrgroups.rules import outbox
from tests.trials.places import Place

SCALE = 20  # a trial's carrier gives up after half a second, not ten, and a lease lasts six, not 120: one hour takes three minutes


@contextmanager
def hurry() -> Iterator[None]:
    """Inside, every length of the outbox is shorter, in this process and all it forks."""
    slow = outbox.again_after
    with (
        mock.patch.object(outbox, "LEASE", outbox.LEASE / SCALE),
        mock.patch.object(outbox, "again_after", lambda attempts: slow(attempts) / SCALE),
    ):
        yield


class Crowd:
    """So many processes of each kind; each runs its function in an endless loop, with a transaction of its own each time."""

    def __init__(self, place: Place, kinds: dict[str, tuple[int, Callable[[], Callable[[], None]]]], seed: int = 1) -> None:
        self.place, self.kinds, self.random = place, kinds, random.Random(seed)
        self.alive: dict[int, str] = {}
        self.killed: dict[str, int] = {}

    def start(self) -> None:
        for kind, (count, _make) in self.kinds.items():
            for _one in range(count):
                self.fork(kind)

    def fork(self, kind: str) -> None:
        pid = os.fork()
        if pid:
            self.alive[pid] = kind
            return
        try:
            self._live(self.kinds[kind][1])
        finally:
            os._exit(1)

    def _live(self, make: Callable[[], Callable[[], None]]) -> None:
        with self.place.app.app_context(), writing():
            work = make()
            while True:
                try:
                    work()
                except Exception:  # a database that is starting again, a deadlock: the next round tries anew, as the next tick would
                    time.sleep(0.05)
                finally:
                    try:
                        db.session.remove()
                    except Exception:
                        db.engine.dispose()
                time.sleep(0.02)

    def kill_one(self) -> None:
        """Kill one at random without warning, and put another in its place."""
        pid = self.random.choice(sorted(self.alive))
        kind = self._end(pid)
        self.killed[kind] = self.killed.get(kind, 0) + 1
        self.fork(kind)

    def _end(self, pid: int) -> str:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return self.alive.pop(pid)

    def stop(self) -> None:
        for pid in list(self.alive):
            self._end(pid)
