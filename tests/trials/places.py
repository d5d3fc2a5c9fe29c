"""Databases for trials: a fresh SQLite file, or a PostgreSQL of our own that can be crashed; and the application on it."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from imrgroups import create_app
from imrgroups.config import Settings
from imrgroups.db import db

ACCOUNT, TOKEN, PUBLIC = "AC" + "0" * 32, "f" * 32, "https://groups.example.org"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


_migrated: dict[str, bytes] = {}  # a fresh SQLite database of this program, once it was made


class Place:
    """An application on a database of its own. `crash` restarts the database hard, where it is ours to crash."""

    def __init__(self, folder: Path, address: str, cluster: "Cluster | None" = None) -> None:
        self.folder, self.address, self.cluster = folder, address, cluster
        self.name = "PostgreSQL" if address else "SQLite"
        self.app = self._application()

    def _application(self) -> Flask:
        settings = Settings(
            _env_file=None, data=self.folder, database_url=self.address, demo=False, language="en", sms="twilio", log_level="ERROR",
            twilio_account_sid=ACCOUNT, twilio_auth_token=TOKEN, twilio_from="+4599999999", public_url=PUBLIC,
        )
        app = create_app(settings, SECURITY_PASSWORD_HASH="plaintext", SECURITY_PASSWORD_SCHEMES=["plaintext"],
                         SECURITY_HASHING_SCHEMES=["hex_md5"], SECURITY_DEPRECATED_HASHING_SCHEMES=[])
        file = self.folder / "imrgroups.sqlite"
        if not self.address and "sqlite" in _migrated:
            file.write_bytes(_migrated["sqlite"])
            return app
        with app.app_context():
            from flask_migrate import upgrade

            upgrade()
            if not self.address:
                with db.engine.connect() as connection:
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            db.session.remove()
            db.engine.dispose()
        if not self.address:
            _migrated["sqlite"] = file.read_bytes()
        return app


class Cluster:
    """A PostgreSQL on a free port that keeps what it has acknowledged when it is stopped hard."""

    def __init__(self, folder: Path) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
        if not found:
            raise FileNotFoundError("PostgreSQL is not installed")
        self.bin, self.folder, self.port = found[-1], folder, free_port()
        self.user = {"user": "postgres"} if os.geteuid() == 0 else {}
        folder.mkdir(parents=True)
        if self.user:
            shutil.chown(folder, "postgres")
        self._run("initdb", "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        # No fsync: the machine does not crash in a trial, only the server does. But each commit is in the log before it is acknowledged.
        self.options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        self._run("pg_ctl", "-D", str(folder / "data"), "-w", "-l", str(folder / "log"), "-o", self.options, "start")

    @property
    def address(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def _run(self, what: str, *arguments: str) -> None:
        subprocess.run([str(self.bin / what), *arguments], check=True, capture_output=True, cwd=self.folder, **self.user)

    def crash(self) -> None:
        """Stop at once, without any goodbye, and start again with recovery."""
        place = ("-D", str(self.folder / "data"), "-w")
        self._run("pg_ctl", *place, "-m", "immediate", "stop")
        self._run("pg_ctl", *place, "-l", str(self.folder / "log"), "-o", self.options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")


@contextmanager
def place(database: str) -> Iterator[Place]:
    """A place for one trial: "sqlite", "postgres" (a server of our own), or the address of a server on which a database is made."""
    folder = Path(tempfile.mkdtemp(prefix="imrgroups-trial-"))
    folder.chmod(0o755)
    cluster = None
    try:
        if database == "sqlite":
            address = ""
        elif database == "postgres":
            cluster = Cluster(folder / "cluster")
            address = cluster.address
        else:
            address = _made_on(database)
        made = Place(folder / "data", address, cluster)
        yield made
        with made.app.app_context():
            db.session.remove()
            db.engine.dispose()
    finally:
        if cluster is not None:
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _made_on(server: str) -> str:
    import psycopg

    base = server.replace("postgresql+psycopg://", "postgresql://")
    name = f"imrgroups_trial_{os.getpid()}_{time.monotonic_ns() % 1_000_000}"
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return base.rsplit("/", 1)[0] + "/" + name
