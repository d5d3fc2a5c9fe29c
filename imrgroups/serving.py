"""Running: the database brought up to date, web and worker in one process, and how to see that both are well."""

import ctypes
import gc
import logging
import shutil
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask, current_app
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError, OperationalError, ProgrammingError

from imrgroups import config, jobs, secret
from imrgroups.auth import public
from imrgroups.cli.door import CannotStart, address
from imrgroups.db import db, writing
from imrgroups.library import content

CONNECTIONS = 2000  # so many slow visitors may hang on before anybody is turned away
BEAT_LATE = timedelta(seconds=100)  # three ticks of the worker
FREE_BYTES = 200_000_000
M_ARENA_MAX = -8  # of malloc.h
QUIET = ("alembic", "apscheduler", "waitress.queue")


@dataclass(frozen=True)
class Health:
    """Whether the database answers and is up to date, the worker ticks, the disk has room, and messages go out in time."""

    database: bool
    worker: bool
    disk: bool
    messages: bool

    @property
    def ok(self) -> bool:
        """Whether everything is well."""
        return self.database and self.worker and self.disk and self.messages


def init_app(app: Flask) -> None:
    """Add /health, open to anybody: nothing but whether things are well."""

    @app.get("/health")
    @public
    def health() -> tuple[dict[str, bool], int]:
        found = health_now(config.now())
        return {"ok": found.ok, **asdict(found)}, 200 if found.ok else 503


def health_now(now: datetime) -> Health:
    """How the program is at an instant; needs an application context."""
    from imrgroups.outreach.actions import sending

    folder = Path(current_app.config["DATA"])
    beat = jobs.beat_at(folder)
    messages = False
    try:
        database = current_revision() == newest_revision()
        messages = database and not sending.overdue(now)
    except Exception:
        current_app.logger.error("the database does not answer")
        database = False
    finally:
        db.session.rollback()
    try:
        disk = shutil.disk_usage(folder).free > FREE_BYTES
    except OSError:  # the folder is gone
        disk = False
    return Health(database, beat is not None and now - beat < BEAT_LATE, disk, messages)


def newest_revision() -> str:
    """The revision of the database that this program is written for; needs an application context."""
    if "imrgroups.revision" not in current_app.extensions:
        from alembic.script import ScriptDirectory

        found = ScriptDirectory(str(current_app.config["MIGRATIONS"])).get_current_head()
        current_app.extensions["imrgroups.revision"] = found or ""
    return str(current_app.extensions["imrgroups.revision"])


def current_revision() -> str:
    """The revision the database is at. Raises what the database raises where it was never set up."""
    return str(db.session.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def upgrade() -> None:
    """Bring the database to the newest revision, without a word when it is there already; needs an application context."""
    from flask_migrate import upgrade

    hush()
    try:
        upgrade()
    except SystemExit as error:  # Flask-Migrate's way to say that a revision cannot be found
        raise CannotStart("The database was made by a newer imrgroups. Start that version, or use another database.") from error
    finally:
        db.session.remove()


@contextmanager
def opened(app: Flask) -> Iterator[Flask]:
    """The application's context; every connection to the database is closed when it ends."""
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def hush() -> None:
    """Keep what libraries say in passing off the terminal; their warnings and errors stay."""
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)


def run(settings: config.Settings, taken: socket.socket, say: Callable[[str], None]) -> None:
    """Serve web and worker until Ctrl+C or SIGTERM.

    taken: the socket to answer on. say: gets each line for the terminal. Raises CannotStart, secret.UnsafeKey.
    """
    from waitress.server import create_server

    from imrgroups import create_app

    _few_arenas()
    app = create_app(settings)
    with opened(app):
        upgrade()
        keys_fit()
    steady()
    server = create_server(
        app, sockets=[taken], threads=settings.threads, connection_limit=CONNECTIONS, ident="imrgroups", clear_untrusted_proxy_headers=True,
        **({"trusted_proxy": settings.trusted_proxy, "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"}}
           if settings.trusted_proxy else {}),
    )
    with _ending_on_sigterm(), worker(app), demonstration(app, settings, say):
        say(f"Ready. Open {address(settings)} in a browser. Stop with Ctrl+C.")
        server.run()  # returns on Ctrl+C
        server.close()
    with opened(app):
        pass  # leaves no connection open
    say("Stopped.")


@contextmanager
def worker(app: Flask) -> Iterator[jobs.Clockwork]:
    """The worker ticks inside."""
    hush()
    clockwork = jobs.Clockwork(app)
    clockwork.start()
    try:
        yield clockwork
    finally:
        clockwork.stop()


def work(settings: config.Settings, say: Callable[[str], None]) -> None:
    """Run the worker alone until Ctrl+C or SIGTERM. Raises CannotStart when the database is not set up or of another version."""
    from imrgroups import create_app

    app = create_app(settings)
    with opened(app):
        ready()
    steady()
    try:
        with _ending_on_sigterm(), worker(app):
            say("The worker is running. Stop with Ctrl+C.")
            threading.Event().wait()
    except (KeyboardInterrupt, SystemExit):
        pass
    say("Stopped.")


def ready() -> None:
    """See that the database fits this program, and set up one that is still empty; needs an application context.

    Raises CannotStart for a database of an older or newer program.
    """
    try:
        found = current_revision()
    except (ProgrammingError, OperationalError) as error:
        absent = isinstance(error, ProgrammingError) or "no such table" in str(error.orig)  # PostgreSQL says it by its class
        db.session.remove()
        if not absent:
            raise
        upgrade()
        found = current_revision()
    finally:
        db.session.remove()
    newest = newest_revision()
    if found != newest:
        raise CannotStart(f"The database is at revision {found or 'none'}, not {newest}. First: imrgroups db upgrade")
    keys_fit()


def keys_fit() -> None:
    """See that the names in the database were sealed with keys that are here. Raises secret.WrongKey, which says what to do."""
    from imrgroups.people.models import Participant

    try:
        wanted = select(func.substr(Participant.name_sealed, 2, 4)).where(Participant.name_sealed.is_not(None)).distinct()
        used = db.session.execute(wanted).scalars().all()
    except DatabaseError:  # not set up yet, or it does not answer: others tell
        return
    finally:
        db.session.remove()
    for id in map(bytes, used):
        if id not in secret.ring().by_id:
            raise secret.WrongKey(secret.ring().stranger("participants", id))


@contextmanager
def demonstration(app: Flask, settings: config.Settings, say: Callable[[str], None]) -> Iterator[None]:
    """In demonstration mode an empty database fills inside, in the background; leaving stops that."""
    from imrgroups import demo

    if not settings.demo:
        yield
        return
    with app.app_context():
        state = demo.state()
        db.session.remove()
    if state not in (demo.State.EMPTY, demo.State.HALF):
        yield
        return
    progress = demo.Progress()
    app.extensions["imrgroups.demo"] = progress
    thread = threading.Thread(target=_demonstrate, args=(app, progress), name="demonstration", daemon=True)
    thread.start()
    say("The demonstration is being built. You can look around at once.")
    try:
        yield
    finally:
        progress.stop()
        thread.join(10)


def _demonstrate(app: Flask, progress: Any) -> None:
    from imrgroups import demo

    with app.app_context(), writing():
        try:
            demo.build(app, progress, breath=0.01)
        except demo.Stopped:
            pass
        except Exception as error:
            progress.failed = True
            app.logger.error("the demonstration could not be built: %s", type(error).__name__)
        finally:
            progress.done = True
            db.session.remove()
            steady()


def steady() -> None:
    """Take what is loaded out of the garbage collector's sight and let it look less often: it makes most of the slowest pages."""
    content.load()  # raises CurriculumError: a mistake in a text stops the start, never a page in a meeting
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 25, 100)


def _few_arenas() -> None:
    """Let glibc keep two stores of memory instead of eight a processor: threads come and go, and each would keep what it once used."""
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries have none
        if mallopt is not None:
            mallopt(M_ARENA_MAX, 2)


@contextmanager
def _ending_on_sigterm() -> Iterator[None]:
    def end(*_: Any) -> None:
        raise SystemExit(0)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
