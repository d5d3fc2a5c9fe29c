"""Backup and restore: one zip that both databases write and read, taken while the program runs.

manifest.json names the revision, the tables with their rows, the heads of the audit chains and the keys that sealed the texts (never
the keys themselves); tables/<name>.jsonl has one row a line: names first, then values. Sealed columns stay sealed.
"""

import base64
import json
import os
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from flask import current_app
from sqlalchemy import Column, Connection, Table, TypeDecorator, delete, func, insert, inspect, select, text, update
from sqlalchemy.exc import DataError, IntegrityError

from imrgroups import secret
from imrgroups.audit import AuditHead
from imrgroups.db import Base, db, writing
from imrgroups.roof import ROOMS
from imrgroups.serving import newest_revision

FORMAT = 1
AT_ONCE = 500


class CannotRestore(Exception):
    """Why a backup is not read, in a line for the person at the terminal."""


@dataclass(frozen=True)
class Copy:
    """A backup that was written or read: where it lies, when it was taken, the rows of each table, and where the key is kept."""

    path: Path
    made_at: datetime
    tables: dict[str, int] = field(default_factory=dict)
    key_place: str = ""

    @property
    def rows(self) -> int:
        """All rows together."""
        return sum(self.tables.values())


def tables() -> list[Table]:
    """Every table of the program, those that others refer to first."""
    for room in ROOMS:
        if find_spec(f"imrgroups.{room}.models"):
            import_module(f"imrgroups.{room}.models")
    return list(Base.metadata.sorted_tables)


def place(now: datetime) -> Path:
    """Where a backup goes that nobody named a file for."""
    return Path(current_app.config["DATA"]) / "backups" / f"imrgroups-{now:%Y-%m-%d-%H%M%S}.zip"


def write(path: Path, *, now: datetime) -> Copy:
    """Write a backup, in one snapshot of the database whatever others write meanwhile; a file of that name is replaced at the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    counts: dict[str, int] = {}
    try:
        with db.engine.connect() as plain, open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            connection = plain
            if plain.dialect.name != "sqlite":  # SQLite's own transaction is a snapshot from its first read
                connection = plain.execution_options(isolation_level="REPEATABLE READ", stream_results=True)
            chains = select(AuditHead.centre_id, AuditHead.number, AuditHead.mac).order_by(AuditHead.centre_id)
            heads = [list(row) for row in connection.execute(chains)]
            revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                for table in tables():
                    with archive.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as lines:
                        counts[table.name] = _write_table(connection, table, lines)
                manifest = {
                    "format": FORMAT, "revision": revision, "made_at": now.isoformat(), "tables": counts, "audit_heads": heads,
                    "keys": [key.id for key in secret.ring().keys],
                }
                archive.writestr("manifest.json", json.dumps(manifest, indent=2))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    given = current_app.config["SETTINGS"].key.get_secret_value()
    return Copy(path, now, counts, "IMRGROUPS_KEY" if given else str(Path(current_app.config["DATA"]) / "keys" / "master.key"))


def _write_table(connection: Connection, table: Table, lines: IO[bytes]) -> int:
    count = 0
    lines.write(_line([column.name for column in table.columns]))
    for row in connection.execute(select(table).order_by(*table.primary_key.columns).execution_options(yield_per=AT_ONCE)):
        lines.write(_line([_plain(value) for value in row]))
        count += 1
    return count


def _line(values: list[Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, date | time) else value


def restore(path: Path, *, replace: bool = False) -> Copy:
    """Read a backup into an empty database of the same revision, all of it or nothing; needs an application context.

    replace: whatever is in the database is deleted in the same transaction. Raises CannotRestore.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = json.loads(archive.read("manifest.json"))
            if manifest["format"] != FORMAT:
                raise CannotRestore(f"{path} has format {manifest['format']}, and this program reads format {FORMAT}.")
            _fits(path, manifest)
            with writing(), db.engine.begin() as connection:
                if replace:
                    empty(connection)
                elif full := occupied(connection):
                    raise CannotRestore(
                        f"The database is not empty ({full} has rows). Use an empty one, or --replace to delete everything in it first."
                    )
                for table in tables():
                    _read_table(connection, table, archive, manifest["tables"][table.name])
                _reset_sequences(connection)
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError, EOFError, IntegrityError, DataError) as error:
        raise CannotRestore(f"{path} is no whole backup of imrgroups. Nothing was changed. ({type(error).__name__})") from error
    return Copy(path, datetime.fromisoformat(manifest["made_at"]), manifest["tables"])


def _fits(path: Path, manifest: dict[str, Any]) -> None:
    newest = newest_revision()
    if manifest["revision"] != newest:
        raise CannotRestore(
            f"{path} was made at revision {manifest['revision']}, and this program is at {newest}. Restore it with the version that made "
            "it, then upgrade."
        )
    here = {key.id for key in secret.ring().keys}
    if missing := set(manifest["keys"]) - here:
        raise CannotRestore(
            f"{path} was sealed with a key that is not here ({', '.join(sorted(missing))}). Put the key kept with it into the data folder "
            "(keys/master.key) or into IMRGROUPS_KEY, then try again."
        )


def occupied(connection: Connection) -> str:
    """The name of a table that has rows; empty when none has."""
    return next((table.name for table in tables() if connection.execute(select(table).limit(1)).first()), "")


def empty(connection: Connection) -> None:
    """Delete every row of every table, in the caller's transaction."""
    unknown = set(inspect(connection).get_table_names()) - {table.name for table in tables()} - {"alembic_version"}
    if unknown:
        raise CannotRestore(f"The database holds tables that are not of this program ({', '.join(sorted(unknown))}). Nothing was deleted.")
    for table in reversed(tables()):
        connection.execute(delete(table))


def _read_table(connection: Connection, table: Table, archive: zipfile.ZipFile, expected: int) -> None:
    own = {key.parent.name: key.column.name for key in table.foreign_keys if key.column.table is table}
    count, later = 0, []
    with archive.open(f"tables/{table.name}.jsonl") as lines:
        names = json.loads(lines.readline())
        columns = [table.columns[name] for name in names]
        if set(names) != set(table.columns.keys()):
            raise ValueError(table.name)
        for rows in _batches(lines, columns):
            for row in rows:
                if found := {name: row[name] for name in own if row[name] is not None}:
                    later.append(({column.name: row[column.name] for column in table.primary_key.columns}, found))
                    row.update(dict.fromkeys(found))
            connection.execute(insert(table), rows)
            count += len(rows)
    for key, found in later:  # a row that follows another of its table can only name it when that one is there
        connection.execute(update(table).where(*(table.columns[name] == value for name, value in key.items())).values(found))
    if count != expected:
        raise ValueError(table.name)


def _batches(lines: IO[bytes], columns: Sequence[Column[Any]]) -> Iterator[list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    for line in lines:
        values = json.loads(line)
        rows.append({column.name: _typed(column, value) for column, value in zip(columns, values, strict=True)})
        if len(rows) == AT_ONCE:
            yield rows
            rows = []
    if rows:
        yield rows


def _typed(column: Column[Any], value: Any) -> Any:
    if value is None:
        return None
    own = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    kind = own.python_type
    if kind is bytes:
        return base64.b64decode(value, validate=True)
    return kind.fromisoformat(value) if kind in (date, datetime, time) else value


def _reset_sequences(connection: Connection) -> None:
    """Let PostgreSQL go on counting after the highest key; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables():
        column = table.autoincrement_column
        if column is None:
            continue
        sequence = connection.execute(select(func.pg_get_serial_sequence(f'"{table.name}"', column.name))).scalar()
        if sequence:
            highest = select(func.max(column)).scalar_subquery()
            connection.execute(select(func.setval(sequence, func.coalesce(highest, 1), highest.is_not(None))))
