"""What every test stands on: an application with an empty migrated database, frozen time, no network."""

import os
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import text

from imrgroups import create_app
from imrgroups.config import Settings
from imrgroups.db import Base, db, writing

NOW = datetime(2027, 1, 12, 9, 0, tzinfo=UTC)  # a Tuesday
POSTGRES = os.environ.get("IMRGROUPS_TEST_DATABASE_URL", "")
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")


class Browser(FlaskClient):
    """A client whose every request has an application context and a database session of its own, as on a server.

    Without this Flask would lend the request the context of the test: who is signed in would stick to `g` from one request to the
    next. The test's own transaction ends first, so that it does not hold the write lock and then sees what the request wrote.
    """

    def open(self, *args, **kwargs):
        db.session.rollback()
        with self.application.app_context(), writing():
            return super().open(*args, **kwargs)


@pytest.fixture(autouse=True)
def no_network(monkeypatch, request):
    """Refuse every connection but those to this machine."""
    real = socket.socket.connect

    def connect(self, address):
        host = address[0] if isinstance(address, tuple) else ""
        if host and host not in ("127.0.0.1", "::1", "localhost"):
            raise RuntimeError("a test tried to reach the network")
        return real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture
def frozen():
    """Time stands still at NOW; move it with `frozen.move_to(...)`."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture(scope="session")
def template(tmp_path_factory) -> Path:
    """A migrated empty SQLite database, made once and copied for each test."""
    folder = tmp_path_factory.mktemp("template")
    app = create_app(Settings(_env_file=None, data=folder, database_url="", demo=False))
    with app.app_context():
        from flask_migrate import upgrade

        upgrade()
        with db.engine.connect() as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        db.session.remove()
        db.engine.dispose()
    return folder


@pytest.fixture(scope="session")
def postgres(tmp_path_factory) -> str:
    """The address of a PostgreSQL database of this test process, migrated once; "" when the tests run on SQLite."""
    if not POSTGRES:
        return ""
    import psycopg

    base = POSTGRES.replace("postgresql+psycopg://", "postgresql://")
    name = f"imrgroups_test_{WORKER or 'main'}"
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
    address = base.rsplit("/", 1)[0] + "/" + name
    app = create_app(Settings(_env_file=None, data=tmp_path_factory.mktemp("pg"), database_url=address, demo=False))
    with app.app_context():
        from flask_migrate import upgrade

        upgrade()
        db.session.remove()
        db.engine.dispose()
    return address


@pytest.fixture
def app(tmp_path, template, postgres):
    """The application on a database of its own, inside an application context that may write."""
    if not postgres:
        (tmp_path / "imrgroups.sqlite").write_bytes((template / "imrgroups.sqlite").read_bytes())
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "master.key").write_bytes((template / "keys" / "master.key").read_bytes())
    (tmp_path / "locale").symlink_to(template / "locale")
    settings = Settings(_env_file=None, data=tmp_path, database_url=postgres, demo=False, language="en")
    app = create_app(
        settings, TESTING=True, WTF_CSRF_ENABLED=False, SECURITY_PASSWORD_HASH="plaintext", SECURITY_HASHING_SCHEMES=["hex_md5"],
        SECURITY_DEPRECATED_HASHING_SCHEMES=[], SECURITY_PASSWORD_SCHEMES=["plaintext"],
    )
    app.test_client_class = Browser
    if postgres:
        with app.app_context(), db.engine.begin() as connection:
            tables = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
            connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
    with app.app_context(), writing():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Path:
    """Where the first test that asks for the world leaves a copy of its SQLite database for the others."""
    return tmp_path_factory.mktemp("world") / "imrgroups.sqlite"


@pytest.fixture
def world(app, frozen, built, postgres):
    """The small named world of tests/world.py."""
    from tests.world import build, find

    if postgres:
        return build(NOW)
    file = Path(db.engine.url.database)
    if built.exists():
        db.engine.dispose()
        file.write_bytes(built.read_bytes())
        return find(NOW)
    world = build(NOW)
    with db.engine.connect() as connection:
        connection.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    built.write_bytes(file.read_bytes())
    return world


@pytest.fixture
def browser_as(app, world):
    """Sign somebody in by name: `client = browser_as("Dana")`; without a name nobody is signed in."""
    from tests.world import sign_in

    def open_browser(name: str = ""):
        client = app.test_client()
        if name:
            sign_in(client, world.staff[name])
        return client

    return open_browser


@pytest.fixture
def statements(app):
    """Count SQL: `with statements() as said: ...`, then `said` lists the statements in order."""
    from contextlib import contextmanager

    from sqlalchemy import event

    @contextmanager
    def listen():
        said: list[str] = []

        def hear(_connection, _cursor, statement, *_rest):
            said.append(statement)

        event.listen(db.engine, "before_cursor_execute", hear)
        try:
            yield said
        finally:
            event.remove(db.engine, "before_cursor_execute", hear)

    return listen
