"""The database: one `db`, its column types, and transactions that never meet "database is locked"."""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, cast

from flask import Flask, request
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, BindParameter, CheckConstraint, CursorResult, DateTime, Engine, MetaData, bindparam, event, false, true
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression
from sqlalchemy.sql.selectable import CompoundSelect, Select
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
Question = Select[Any] | CompoundSelect[Any]
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_writing: ContextVar[bool] = ContextVar("imrgroups_writing", default=False)


class UTCDateTime(TypeDecorator[datetime]):
    """An instant. Refuses naive values on the way in; always aware UTC on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the instant as the database keeps it; raise ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the instant, aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Every table of the program. The registry carries the type map: Flask-SQLAlchemy refuses one on the class."""

    registry = registry(metadata=MetaData(naming_convention=NAMES), type_annotation_map={datetime: UTCDateTime})


db = SQLAlchemy(model_class=Base, engine_options={"pool_pre_ping": False, "pool_use_lifo": True})
migrate = Migrate(render_as_batch=True, compare_type=True)


def new_key() -> int:
    """A random key of 62 bits, made before the row is written, so that sealed columns can name it."""
    return secrets.randbits(62) | 1


class RandomKey:
    """A row whose key is random and known before it is written; needed wherever a column is sealed."""

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False, sort_order=-1)

    def __init__(self, **values: Any) -> None:
        self.id = values.pop("id", None) or new_key()
        super().__init__(**values)


def one_of(column: str, values: Iterable[str], *, empty: bool = False) -> CheckConstraint:
    """A CHECK that keeps `column` within short lower-case words (a StrEnum or a tuple); `empty` allows NULL."""
    words = ", ".join(f"'{word}'" for word in values)
    rule = f"{column} IN ({words})"
    return CheckConstraint(f"{column} IS NULL OR {rule}" if empty else rule, name=f"{column}_word")


@contextmanager
def writing() -> Iterator[None]:
    """Inside, every transaction takes the write lock when it begins (SQLite: BEGIN IMMEDIATE).

    A deferred transaction that reads and then writes fails at once with "database is locked" when somebody else wrote in
    between, whatever the timeout. Requests with an unsafe method, jobs and commands run inside this.
    """
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


def fetch(statement: Question, **values: Any) -> CursorResult[Any]:
    """Run a statement that was built once, with its values; rows of columns come back, without the ORM's share of the work.

    Lists of one or none, which most are (a leader's one group), cost no more than a single value.
    """
    short = [(name, len(value)) for name, value in values.items() if type(value) is list and len(value) < 2]
    if short:
        statement = _shortened(statement, tuple(short))
        values |= {name: values[name][0] for name, count in short if count}
    return db.session.connection().execute(statement, values)


@lru_cache(maxsize=512)
def _shortened(statement: Question, lists: tuple[tuple[str, int], ...]) -> Question:
    """The statement with `= value` in place of `IN (list of one)`, and "false" for a list of none; a list is written out at every run."""
    counts = dict(lists)

    def replaced(element: Any, **_told: Any) -> Any:
        if not isinstance(element, BinaryExpression) or element.operator not in (operators.in_op, operators.not_in_op):
            return None
        listed, within = element.right, element.operator is operators.in_op
        if not isinstance(listed, BindParameter) or listed.key not in counts:
            return None
        if not counts[listed.key]:
            return false() if within else true()
        value = bindparam(listed.key, type_=listed.type)
        return element.left == value if within else element.left != value

    found: Any = visitors.replacement_traverse(statement, {}, replaced)
    return cast(Question, found)


def prepare(engine: Engine) -> None:
    """Set SQLite up for several writers: explicit BEGIN, foreign keys, write-ahead log, a long wait. Other databases need nothing."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=15000", "cache_size=-2000"):
            connection.execute(f"PRAGMA {pragma}")

    def begin(connection: Any) -> None:
        connection.execute("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")

    # Asked of the driver: a page begins two transactions, and as statements of SQLAlchemy they would cost ten times as much.
    engine.dialect.do_begin = begin  # type: ignore[assignment]


def init_app(app: Flask) -> None:
    """Bind the database to the app, prepare its engine, and let requests that may write take the write lock from the start."""
    app.before_request(lambda: _writing.set(request.method not in SAFE_METHODS) and None)
    app.teardown_request(lambda _error: _writing.set(False) and None)
    db.init_app(app)
    migrate.init_app(app, db, directory=str(app.config["MIGRATIONS"]))
    with app.app_context():
        prepare(db.engine)
