"""Personal text at rest: sealed columns, the key file, and that nothing of anybody can be read in the files of the database."""

import base64
import os
import re
import secrets
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import CheckConstraint, String, select

from imrgroups import backup, secret
from imrgroups.db import db, new_key
from imrgroups.people import actions as people
from imrgroups.people.models import Participant, Supporter
from imrgroups.secret import Ring, Sealed, UnsafeKey, WrongKey, ring_from
from tests.conftest import NOW

MARKS = 40
# Text columns of tables about people that hold no personal text, each with what it holds instead.
HARMLESS = {
    "participants.code": "made by the program", "participants.language": "a language tag", "participants.phone_lookup": "a keyed hash",
    "supporters.code": "made by the program", "supporters.relation": "a word such as sister", "consents.how": "a word from a list",
    "goals.code": "made by the program", "assignments.choice": "the key of a suggested homework", "enrolments.left_reason": "from a list",
    "handouts_given.handout": "the key of a handout", "handouts_given.language": "a language tag",
    "handouts_given.version": "of the handout", "access_entries.page": "the name of a page",
    "messages.key": "made of keys", "call_tasks.key": "made of keys", "messages.step": "a word of the program",
    "messages.reason": "a word of the program", "messages.language": "a language tag", "messages.to_lookup": "a keyed hash",
    "cards.lookup": "a keyed hash", "filled_sheets.worksheet": "the key of a worksheet", "filled_sheets.version": "of the worksheet",
    "filled_sheets.language": "a language tag",
    **dict.fromkeys(
        (f"answer_sheets.{name}" for name in ("key", "instrument", "instrument_version", "occasion")), "a word of the program",
    ),
    "filled_sheets.edition": "of the worksheet",
    "messages.sid": "the carrier's name for it", "replies.sid": "the carrier's name for it", "replies.from_lookup": "a keyed hash",
}


def marker(number):
    return f"Zyxw{number:04d}Qvutsr"


def ring(count=1):
    return Ring([secrets.token_bytes(32) for _ in range(count)])


@pytest.mark.parametrize("words", ["", "Anders", "אברהם", "😀 کوردی", "x" * 100_000])
def test_what_is_sealed_opens_again_and_never_looks_the_same_twice(words):
    keys = ring()
    first, second = keys.seal(words, "participants.name.1"), keys.seal(words, "participants.name.1")
    assert first != second
    assert keys.open(first, "participants.name.1") == keys.open(second, "participants.name.1") == words


@pytest.mark.parametrize("place", ["participants.name.2", "participants.phone.1", "supporters.name.1"])
def test_a_value_moved_to_another_row_column_or_table_does_not_open(place):
    keys = ring()
    with pytest.raises(WrongKey):
        keys.open(keys.seal("Anders", "participants.name.1"), place)


@pytest.mark.parametrize("position", range(0, 45, 4))
def test_a_value_of_which_one_bit_changed_does_not_open(position):
    keys = ring()
    sealed = bytearray(keys.seal("Anders Holm", "participants.name.1"))
    sealed[position % len(sealed)] ^= 1
    with pytest.raises(WrongKey):
        keys.open(bytes(sealed), "participants.name.1")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01abcd", b"\x01abcd" + b"0" * 8, b"plain text that was never sealed"])
def test_what_was_never_sealed_does_not_open(sealed):
    with pytest.raises(WrongKey):
        ring().open(sealed, "participants.name.1")


def test_another_key_opens_nothing():
    sealed = ring().seal("Anders", "participants.name.1")
    with pytest.raises(WrongKey):
        ring().open(sealed, "participants.name.1")


def test_keys_can_be_exchanged_and_look_ups_outlive_it():
    old, new = secrets.token_bytes(32), secrets.token_bytes(32)
    before, after = Ring([old]), Ring([new, old])
    sealed = before.seal("Anders", "participants.name.1")
    assert after.open(sealed, "participants.name.1") == "Anders"
    assert after.open(after.seal("Bo", "participants.name.2"), "participants.name.2") == "Bo"
    assert before.lookup("+4520123456") == after.lookup("+4520123456")
    with pytest.raises(WrongKey):
        Ring([new]).open(sealed, "participants.name.1")


def test_a_look_up_needs_the_key_and_each_purpose_has_its_own():
    first, second = ring(), ring()
    assert first.lookup("+4520123456") != second.lookup("+4520123456")
    assert len({first.derive(purpose) for purpose in ("session", "audit", "lookup", "totp", "password")}) == 5


def test_the_key_file_is_made_at_first_need_for_its_owner_alone(tmp_path):
    first = ring_from("", tmp_path / "data")
    path = tmp_path / "data" / "keys" / "master.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [file.name for file in path.parent.iterdir()] == ["master.key"]
    assert len(base64.b64decode(path.read_text())) == 32
    second = ring_from("", tmp_path / "data")
    assert second.open(first.seal("Anders", "x.y.1"), "x.y.1") == "Anders"


def test_a_key_file_that_was_put_back_open_to_others_is_closed_again(tmp_path):
    ring_from("", tmp_path)
    path = tmp_path / "keys" / "master.key"
    path.chmod(0o644)
    ring_from("", tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_processes_that_begin_at_once_use_one_key(tmp_path):
    program = "import sys, pathlib; from imrgroups.secret import ring_from; print(ring_from('', pathlib.Path(sys.argv[1])).keys[0].id)"
    running = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert len({process.communicate()[0] for process in running}) == 1


WEAK = ["change-me", "CHANGEME", "secret", "dev", "password", "short", base64.b64encode(b"0" * 32).decode(), "æøå"]


@pytest.mark.parametrize("given", WEAK)
def test_a_known_or_weak_key_is_refused(tmp_path, given):
    with pytest.raises(UnsafeKey):
        ring_from(given, tmp_path)
    assert not (tmp_path / "keys").exists()


def test_an_empty_key_file_is_refused_and_not_made_anew(tmp_path):
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "master.key").write_text("\n")
    with pytest.raises(UnsafeKey, match="empty"):
        ring_from("", tmp_path)


def test_the_program_does_not_start_with_a_known_default(tmp_path):
    from imrgroups import create_app
    from imrgroups.config import Settings

    with pytest.raises(UnsafeKey):
        create_app(Settings(_env_file=None, data=tmp_path, key="change-me"))


def sealed_columns():
    """(model, name of the text) for every sealed column of the program."""
    backup.tables()  # every room's models are loaded, whichever tests ran before
    models = [mapper.class_ for mapper in db.Model.registry.mappers]
    return sorted(((model, name) for model in models for name, value in vars(model).items() if isinstance(value, Sealed)), key=str)


def test_every_sealed_text_has_its_column_and_every_sealed_column_its_text(app):
    texts = {(model.__tablename__, f"{name}_sealed") for model, name in sealed_columns()}
    every = [(table.name, column.name) for table in db.metadata.sorted_tables for column in table.columns]
    columns = {(table, column) for table, column in every if column.endswith("_sealed")}
    assert texts == columns and len(columns) >= 15


def test_a_text_column_of_a_table_about_people_is_sealed_or_known_to_be_harmless(app):
    unknown = []
    for table in backup.tables():
        about = {"participant_id", "supporter_id"} & set(table.columns.keys()) or table.name in ("participants", "supporters")
        words = {str(rule.name) for rule in table.constraints if isinstance(rule, CheckConstraint)}
        for column in table.columns if about else ():
            listed = any(name.endswith(f"{column.name}_word") for name in words)
            if isinstance(column.type, String) and not listed and f"{table.name}.{column.name}" not in HARMLESS:
                unknown.append(f"{table.name}.{column.name}")
    assert unknown == []


def fill(world):
    """People all of whose texts are marks; returns the marks."""
    marks = [marker(number) for number in range(MARKS * 4)]
    for number in range(MARKS):
        name, address, reach, know = marks[number * 4 : number * 4 + 4]
        phone = f"+4520{100000 + number}"
        marks.append(phone)
        details = people.PersonDetails(f"{name} Holm", "da", phone, "text", address, reach=reach)
        person = people.create(details, centre_id=world.centres["North"].id, by=None, now=NOW)
        row = people.add_supporter(person, people.SupporterDetails(name, "sister", phone, know), by=None, now=NOW)
        people.contact(row, on=world.today, kind="phone", about=know, by=None, now=NOW)
        people.finish_task(person, "strengths", outcome="done", text=reach, on=world.today, by=None, now=NOW)
    return marks


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and path.name != "master.key")


def test_nothing_of_anybody_can_be_read_in_the_files_of_the_database(world, app):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("the files of PostgreSQL are not ours to read here; the columns are the same")
    marks, folder = fill(world), app.config["DATA"]
    assert (folder / "imrgroups.sqlite-wal").stat().st_size > 0, "the log that is written ahead must be among what is searched"
    found = [mark for mark in marks if mark.encode() in everything_in(folder)]
    db.session.rollback()
    with sqlite3.connect(folder / "imrgroups.sqlite") as beside:
        beside.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        found += [mark for mark in marks if mark.encode() in everything_in(folder)]
        assert found == []
        beside.execute("CREATE TABLE control (name TEXT)")
        beside.execute("INSERT INTO control VALUES (?)", (marks[0],))
    beside.close()
    assert marks[0].encode() in everything_in(folder), "the control: a plain column would have been found"


def test_the_log_of_the_program_names_nobody(world, browser_as, caplog):
    with caplog.at_level("DEBUG"):
        client, amal = browser_as("Dana"), world.people["Amal"]
        client.post("/people", data={"words": "Amal Haddad"})
        client.post(f"/people/{amal.id}/edit", data={"name": "Amal Haddad", "phone": "+4520123456", "version": "0"})
    assert "Haddad" not in caplog.text and "20123456" not in caplog.text


def test_a_swap_of_two_rows_names_is_noticed(world):
    amal, bo = world.people["Amal"].id, world.people["Bo"].id
    sealed = {row.id: row.name_sealed for row in db.session.execute(select(Participant.id, Participant.name_sealed))}
    for key, value in ((amal, sealed[bo]), (bo, sealed[amal])):
        db.session.execute(Participant.__table__.update().where(Participant.id == key).values(name_sealed=value))
    db.session.commit()
    db.session.expire_all()
    for key in (amal, bo):
        with pytest.raises(WrongKey):
            _ = db.session.get_one(Participant, key).name
        with pytest.raises(WrongKey):
            Participant.name.open(Participant, key, sealed[bo if key == amal else amal])


def test_a_name_put_into_the_column_of_the_phone_is_noticed(world):
    person = world.people["Amal"]
    person.phone_sealed = person.name_sealed
    with pytest.raises(WrongKey):
        _ = person.phone


def test_a_text_can_be_emptied_and_needs_its_row_to_have_a_key(app):
    row = Supporter(participant_id=new_key(), code="S1")
    row.name = "Ole"
    assert row.name == "Ole" and b"Ole" not in row.name_sealed
    row.name = None
    assert row.name is None and row.name_sealed is None
    assert isinstance(Supporter.name, Sealed)


def test_random_keys_are_positive_and_fit_every_database(app):
    keys = {new_key() for _ in range(1000)}
    assert len(keys) == 1000 and all(0 < key < 2**62 for key in keys)


def test_no_key_means_no_reading(world):
    kept = secret.ring()
    try:
        secret.use(ring())
        with pytest.raises(WrongKey):
            _ = world.people["Amal"].name
        secret._ring.clear()
        with pytest.raises(WrongKey):
            secret.ring()
    finally:
        secret.use(kept)
    assert world.people["Amal"].name == "Amal Haddad"


def test_the_key_is_not_in_the_environment_of_the_test_nor_in_the_checkout():
    tracked = subprocess.run(["git", "ls-files", "*.key"], capture_output=True, text=True, cwd=Path(__file__).parent).stdout
    assert tracked == "" and not re.search(r"IMRGROUPS_KEY=\S", (Path(__file__).parent.parent / ".env.example").read_text())
    assert "IMRGROUPS_KEY" not in os.environ
