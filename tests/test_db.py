"""The database: instants with their zone, transactions that begin as writers, and rules the columns keep."""

import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlalchemy import bindparam, event, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm.exc import StaleDataError

from imrgroups.db import UTCDateTime, db, fetch, one_of, writing
from imrgroups.people.models import Participant
from imrgroups.staff.models import Centre, SignInAttempt
from tests.conftest import NOW

TYPE, SQLITE, POSTGRES = UTCDateTime(), sqlite.dialect(), postgresql.dialect()


@pytest.mark.parametrize("dialect", [SQLITE, POSTGRES], ids=["sqlite", "postgresql"])
def test_an_instant_without_a_zone_is_refused(dialect):
    with pytest.raises(ValueError, match="time zone"):
        TYPE.process_bind_param(datetime(2027, 1, 12, 9, 0), dialect)  # noqa: DTZ001
    assert TYPE.process_bind_param(None, dialect) is None and TYPE.process_result_value(None, dialect) is None


def test_the_refusal_holds_where_a_row_is_written(app):
    db.session.add(SignInAttempt(subject="x", at=datetime(2027, 1, 12)))  # noqa: DTZ001
    with pytest.raises(StatementError):
        db.session.commit()


@given(some.datetimes(datetime(1901, 1, 1), datetime(2199, 1, 1), timezones=some.timezones()))  # noqa: DTZ001
def test_an_instant_comes_back_as_the_same_instant_in_utc(at):
    for dialect in (SQLITE, POSTGRES):
        back = TYPE.process_result_value(TYPE.process_bind_param(at, dialect), dialect)
        assert back.tzinfo is UTC and back.timestamp() == at.timestamp()


def test_an_instant_survives_the_database(app):
    for hours, zone in ((0, UTC), (5, ZoneInfo("Asia/Kolkata")), (9, timezone(timedelta(hours=-3)))):
        db.session.add(SignInAttempt(subject=str(hours), at=(NOW + timedelta(hours=hours, microseconds=7)).astimezone(zone)))
    db.session.commit()
    db.session.expire_all()
    stored = {row.subject: row.at for row in db.session.execute(select(SignInAttempt)).scalars()}
    assert stored == {str(hours): NOW + timedelta(hours=hours, microseconds=7) for hours in (0, 5, 9)}
    assert all(at.tzinfo is not None for at in stored.values())


@contextmanager
def transactions():
    """How transactions began, in the words SQLite was sent."""
    seen = []

    def listen(connection, *_):
        connection.set_trace_callback(lambda said: seen.append(said.strip()) if said.startswith("BEGIN") else None)

    event.listen(db.engine, "checkout", listen)
    try:
        yield seen
    finally:
        event.remove(db.engine, "checkout", listen)


def begins(client, method, path, **extra):
    """How the transactions of a request began."""
    with transactions() as seen:
        client.open(path, method=method, **extra)
    return seen


def test_a_request_that_may_write_takes_the_write_lock_when_it_begins_and_one_that_reads_does_not(world, browser_as):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL locks rows")
    client = browser_as("Dana")
    assert begins(client, "GET", "/account") == ["BEGIN"]
    assert begins(client, "HEAD", "/account") == ["BEGIN"]
    for method, path in (("POST", "/account/language"), ("POST", "/people/new"), ("PUT", "/account"), ("DELETE", "/account")):
        assert set(begins(client, method, path)) <= {"BEGIN IMMEDIATE"}, path
    assert begins(client, "POST", "/account/language", data={"language": "da"})[0] == "BEGIN IMMEDIATE"
    looked = begins(client, "GET", f"/people/{world.people['Bo'].id}/intake")
    assert looked == ["BEGIN", "BEGIN IMMEDIATE"], "the page reads, the access log writes on its own"


def test_inside_writing_every_transaction_is_immediate_and_outside_none(app):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL locks rows")
    db.session.rollback()
    from imrgroups.db import _writing

    token = _writing.set(False)
    try:
        with transactions() as seen:
            with db.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
            with writing(), db.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
            with db.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
    finally:
        _writing.reset(token)
    assert seen == ["BEGIN", "BEGIN IMMEDIATE", "BEGIN"]


INSERT = text("INSERT INTO sign_in_attempts (subject, at) VALUES (:subject, '2027-01-12 09:00:00')")


def read_then_write(app, rounds, locked):
    """As a request does: read somebody, then write something."""
    with app.app_context():
        for number in range(rounds):
            try:
                with db.engine.begin() as connection:
                    connection.execute(text("SELECT count(*) FROM centres")).scalar()
                    connection.execute(INSERT, {"subject": str(number)})
            except Exception as error:
                locked.append(type(error).__name__)


@pytest.mark.parametrize("careful", [True, False], ids=["as we do", "the control"])
def test_four_writers_at_once_never_meet_a_locked_database(app, careful):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL locks rows")
    db.session.rollback()
    locked: list[str] = []

    def work():
        if careful:
            with writing():
                read_then_write(app, 30, locked)
        else:
            from imrgroups.db import _writing

            _writing.set(False)
            read_then_write(app, 30, locked)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.engine.connect() as connection:
        written = connection.execute(text("SELECT count(*) FROM sign_in_attempts")).scalar()
    assert written == 120 - len(locked)
    assert (locked == []) is careful, f"{len(locked)} of 120 were refused"


@pytest.mark.parametrize("of", [[], ["Bo"], ["Bo", "Cy"]], ids=["none", "one", "two"])
@pytest.mark.parametrize("within", [True, False], ids=["in", "not in"])
def test_a_list_of_any_length_finds_the_same_and_a_short_one_is_not_written_out(world, statements, of, within):
    listed, everybody = bindparam("people", expanding=True), {row.id for row in world.people.values()}
    these = Participant.id.in_(listed) if within else Participant.id.not_in(listed)
    again = select(Participant.id).where(these)
    keys = [world.people[name].id for name in of]
    with statements() as said:
        found = set(fetch(select(Participant.id).where(these, Participant.id.in_(again)), people=keys).scalars())
    assert found & everybody == ({*keys} if within else everybody - {*keys})
    assert ("IN (?" in said[-1] or "IN (%" in said[-1]) is (len(of) > 1)


def test_sqlite_is_set_up_for_several_writers(app):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("settings of SQLite")
    asked = {name: db.session.execute(text(f"PRAGMA {name}")).scalar() for name in ("foreign_keys", "journal_mode", "busy_timeout")}
    assert asked == {"foreign_keys": 1, "journal_mode": "wal", "busy_timeout": 15000}


def test_a_row_that_refers_to_nothing_is_refused(app):
    row = Participant(centre_id=424242, code="P1", language="da", created_at=NOW)
    row.name = "Nobody's"
    db.session.add(row)
    with pytest.raises(IntegrityError):
        db.session.commit()


@pytest.mark.parametrize(("column", "value"), [("bands", "swiss"), ("paper", "a5")])
def test_a_word_that_is_not_in_the_list_is_refused_by_the_database(app, column, value):
    details = {"code": "X", "name": "X", "timezone": "Europe/Copenhagen", "country": "DK", "language": "da", column: value}
    db.session.add(Centre(**details))
    with pytest.raises(IntegrityError):
        db.session.commit()


def test_a_rule_of_words_says_what_it_allows():
    assert str(one_of("state", ("a", "b")).sqltext) == "state IN ('a', 'b')"
    assert str(one_of("state", ("a",), empty=True).sqltext) == "state IS NULL OR state IN ('a')"


def test_every_constraint_has_a_name_a_migration_can_call_it_by(app):
    for table in db.metadata.sorted_tables:
        assert all(rule.name for rule in table.constraints), table.name


def test_a_version_column_refuses_a_second_writer_of_the_same_row(world):
    row = world.people["Bo"]
    _ = row.language
    db.session.execute(Participant.__table__.update().where(Participant.id == row.id).values(version=99))
    row.language = "he"
    with pytest.raises(StaleDataError):
        db.session.flush()
