"""Backup and restore: everything comes back, on both databases, and a copy taken under load is of one moment."""

import contextvars
import json
import threading
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from imrgroups import audit, backup, create_app
from imrgroups.attendance import actions as attendance
from imrgroups.audit import AuditHead
from imrgroups.backup import CannotRestore
from imrgroups.config import Settings
from imrgroups.db import db, writing
from imrgroups.goals import actions as goals
from imrgroups.homework import actions as homework
from imrgroups.notes import actions as notes
from imrgroups.people import actions as people
from imrgroups.people.models import Participant
from imrgroups.staff import actions as staff
from imrgroups.staff.models import Centre
from tests.conftest import NOW


def everything() -> dict[str, list[tuple]]:
    """Every row of every table."""
    found = {table.name: sorted(map(tuple, db.session.execute(select(table))), key=repr) for table in backup.tables()}
    db.session.rollback()
    return found


@pytest.fixture
def lived(world):
    """The world after one meeting: marks, a goal that changed, homework, notes signed, somebody in hospital."""
    by, meeting, amal = world.staff["Dana"].id, world.meetings[8], world.people["Amal"]
    attendance.mark(meeting=meeting, marks={person.id: "present" for name, person in world.people.items() if name in ("Amal", "Bo", "Cy")},
                    versions={}, by=by, now=NOW)
    first = goals.set_goal(group_id=world.group.id, participant_id=amal.id, text="Svømme igen", on=meeting.meets_on, by=by, now=NOW)
    goals.add_step(first, text="Finde badetøjet", due_on=None, supporter_id=None, by=by, now=NOW)
    for words in ("Svømme hver uge", "Svømme to gange om ugen"):
        first = goals.change(first, text=words, on=meeting.meets_on, by=by, now=NOW)
    homework.agree(meeting, {amal.id: homework.Task("Læse arket – «højt» \U0001f642")}, by=by, now=NOW)
    notes.record(meeting, notes.MeetingRecord(texts={None: "En god time", amal.id: "=ikke en formel"}), by=by, now=NOW)
    notes.sign(meeting, by=by, now=NOW)
    people.admit(world.people["Bo"], on=NOW.date(), by=by, now=NOW)
    db.session.rollback()
    return world


@pytest.fixture
def other(tmp_path, template, app):
    """Another, empty SQLite database with the same key."""
    folder = tmp_path / "other"
    (folder / "keys").mkdir(parents=True)
    for name in ("imrgroups.sqlite", "keys/master.key"):
        (folder / name).write_bytes((template / name).read_bytes())
    return create_app(Settings(_env_file=None, data=folder, database_url="", demo=False))


def test_everything_comes_back_in_another_database(lived, app, other, tmp_path):
    before = everything()
    made = backup.write(tmp_path / "copy.zip", now=NOW)
    assert made.tables == {name: len(rows) for name, rows in before.items()} and made.rows > 100
    with other.app_context():
        assert backup.restore(tmp_path / "copy.zip").made_at == NOW
        assert everything() == before
        assert "Amal Haddad" in {person.name for person in db.session.execute(select(Participant)).scalars()}
        for centre in db.session.execute(select(Centre.id)).scalars():
            assert audit.broken_links(centre) == []
        db.session.remove()
        db.engine.dispose()


def test_everything_comes_back_in_its_own_database(lived, app, tmp_path):
    before = everything()
    backup.write(tmp_path / "copy.zip", now=NOW)
    people.create(people.PersonDetails("Somebody Later", "da"), centre_id=lived.centres["North"].id, by=None, now=NOW)
    assert everything() != before
    db.session.rollback()
    backup.restore(tmp_path / "copy.zip", replace=True)
    db.session.expire_all()
    assert everything() == before


def test_new_rows_get_keys_after_the_restored_ones(lived, app, tmp_path):
    backup.write(tmp_path / "copy.zip", now=NOW)
    db.session.rollback()
    backup.restore(tmp_path / "copy.zip", replace=True)
    db.session.expire_all()
    highest = db.session.execute(select(func.max(Centre.id))).scalar_one()
    made = staff.create_centre(staff.CentreDetails("WEST", "West", "Europe/Copenhagen", "DK", "da"), by=None, now=NOW)
    assert made.id == highest + 1


def test_the_key_is_not_in_it_and_texts_stay_sealed(lived, app, tmp_path):
    made = backup.write(tmp_path / "copy.zip", now=NOW)
    key = (tmp_path / "keys" / "master.key").read_bytes().strip()
    assert made.key_place.endswith("master.key") and (tmp_path / "copy.zip").stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(tmp_path / "copy.zip") as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
        manifest = json.loads(archive.read("manifest.json"))
    for word in (key, b"Haddad", "Svømme".encode(), b"Birkevej", b"20123456"):
        assert word not in content, word
    assert b"dana@north.example" in content, "what is not sealed is readable, so the search above can find something"
    heads = {row.centre_id: [row.centre_id, row.number, row.mac] for row in db.session.execute(select(AuditHead)).scalars()}
    assert manifest["audit_heads"] == [heads[centre] for centre in sorted(heads)]


def test_a_database_that_is_not_empty_is_left_alone(lived, app, tmp_path):
    backup.write(tmp_path / "copy.zip", now=NOW)
    before = everything()
    with pytest.raises(CannotRestore, match="not empty"):
        backup.restore(tmp_path / "copy.zip")
    assert everything() == before


def changed(path, to, **manifest):
    """A copy of a backup with other words in its manifest."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(to, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "manifest.json":
                data = json.dumps(json.loads(data) | manifest).encode()
            target.writestr(name, data)
    return to


@pytest.mark.parametrize(("manifest", "words"), [
    ({"revision": "0001_trust"}, "revision 0001_trust"), ({"format": 99}, "format 99"),
    ({"keys": ["beef"]}, "sealed with a key that is not here"),
])
def test_a_backup_that_does_not_fit_is_refused(lived, app, other, tmp_path, manifest, words):
    backup.write(tmp_path / "copy.zip", now=NOW)
    with other.app_context():
        with pytest.raises(CannotRestore, match=words):
            backup.restore(changed(tmp_path / "copy.zip", tmp_path / "wrong.zip", **manifest))
        assert not any(everything().values())
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("damage", ["not a zip", "half", "a table missing", "a row missing", "a row twice", "a column missing"])
def test_a_damaged_backup_changes_nothing(lived, app, tmp_path, damage):
    whole, bad = tmp_path / "copy.zip", tmp_path / "bad.zip"
    backup.write(whole, now=NOW)
    if damage in ("not a zip", "half"):
        bad.write_bytes(b"words" if damage == "not a zip" else whole.read_bytes()[: whole.stat().st_size // 2])
    else:
        with zipfile.ZipFile(whole) as source, zipfile.ZipFile(bad, "w") as target:
            for name in source.namelist():
                lines = source.read(name).splitlines(keepends=True)
                if name == "tables/participants.jsonl":
                    if damage == "a table missing":
                        continue
                    lines = {"a row missing": lines[:-1], "a row twice": [*lines, lines[-1]], "a column missing": [
                        json.dumps(json.loads(line)[:-1]).encode() + b"\n" for line in lines
                    ]}[damage]
                target.writestr(name, b"".join(lines))
    before = everything()
    with pytest.raises(CannotRestore, match="no whole backup"):
        backup.restore(bad, replace=True)
    db.session.expire_all()
    assert everything() == before


def test_tables_of_somebody_else_are_never_emptied(app, tmp_path):
    backup.write(tmp_path / "copy.zip", now=NOW)
    with db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE of_another_program (id INTEGER)"))
    try:
        with pytest.raises(CannotRestore, match="of_another_program"):
            backup.restore(tmp_path / "copy.zip", replace=True)
    finally:
        with db.engine.begin() as connection:
            connection.execute(text("DROP TABLE of_another_program"))


def test_a_backup_under_load_is_of_one_moment(lived, app, tmp_path):
    """Somebody marks and corrects without pause; in every copy marks, entries and heads belong together."""
    amal, meeting, by = lived.people["Amal"].id, lived.meetings[8].id, lived.staff["Dana"].id
    db.session.rollback()
    stop, saved, failed = threading.Event(), [], []

    def work() -> None:
        from imrgroups.groups.models import Meeting

        with app.app_context(), writing():
            try:
                while not stop.is_set():
                    state = "late" if len(saved) % 2 == 0 else "present"
                    row = db.session.get_one(Meeting, meeting)
                    attendance.mark(meeting=row, marks={amal: state}, versions={}, by=by, now=NOW + timedelta(seconds=len(saved)))
                    saved.append(state)
            except Exception as error:  # told below, in the test's own thread
                failed.append(error)
            finally:
                db.session.remove()

    def copy(number: int) -> None:
        with app.app_context():
            backup.write(tmp_path / f"{number}.zip", now=NOW)

    worker = threading.Thread(target=work)
    worker.start()
    try:
        for number in range(5):
            contextvars.Context().run(copy, number)  # outside `writing()`, as the command does it
    finally:
        stop.set()
        worker.join()
    assert not failed and len(saved) > 5
    seen = set()
    for number in range(5):
        with zipfile.ZipFile(tmp_path / f"{number}.zip") as archive:
            marks, entries, heads = (rows_of(archive, name) for name in ("marks", "audit_entries", "audit_heads"))
        mark = next(row for row in marks if row["meeting_id"] == meeting and row["participant_id"] == amal)
        mine = [row for row in entries if row["action"] == "attendance.marked"]
        assert mark["version"] == len(mine), "each change of the mark has its entry"
        for head in heads:
            assert head["number"] == max(row["number"] for row in entries if row["centre_id"] == head["centre_id"])
        seen.add(mark["version"])
    assert len(seen) > 1, "the copies are of different moments"


def rows_of(archive: zipfile.ZipFile, name: str) -> list[dict]:
    names, *rows = (json.loads(line) for line in archive.read(f"tables/{name}.jsonl").splitlines())
    return [dict(zip(names, row, strict=True)) for row in rows]


def test_every_table_of_the_database_is_in_a_backup(app):
    from sqlalchemy import inspect

    assert set(inspect(db.engine).get_table_names()) - {"alembic_version"} == {table.name for table in backup.tables()}


def test_the_helpers_of_this_test_see_a_difference(lived, app):
    before = everything()
    db.session.execute(text("UPDATE marks SET state = 'absent' WHERE state = 'present'"))
    assert everything() != before, "everything() rolls back, so the change is gone the next time"
    assert everything() == before
