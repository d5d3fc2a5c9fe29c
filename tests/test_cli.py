"""The command `imrgroups`: what it prints, what it refuses in one line, and that it runs and stops."""

import base64
import contextvars
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from imrgroups import create_app, serving
from imrgroups.cli import main, trouble
from imrgroups.config import Settings
from imrgroups.db import Base, db
from imrgroups.groups import series
from imrgroups.library import content
from tests.library import small

ROOT = Path(__file__).parent.parent
PASSWORD = "four words are enough"


@pytest.fixture
def home(tmp_path, template, postgres, monkeypatch):
    """A data folder of its own with an empty migrated database, named to the command by the environment."""
    (tmp_path / "keys").mkdir()
    for name in ("imrgroups.sqlite", "keys/master.key"):
        (tmp_path / name).write_bytes((template / name).read_bytes())
    (tmp_path / "locale").symlink_to(template / "locale")
    for name, value in {"DATA": str(tmp_path), "DATABASE_URL": postgres, "DEMO": "false", "LOG_LEVEL": "ERROR", "KEY": ""}.items():
        monkeypatch.setenv(f"IMRGROUPS_{name}", value)
    monkeypatch.chdir(tmp_path)
    if postgres:
        with serving.opened(create_app(Settings())), db.engine.begin() as connection:
            tables = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
            connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
    return tmp_path


def imrgroups(*arguments: str, input: str | None = None):
    """Run the command in this process, in a context of its own, as at a terminal nobody watches."""
    return contextvars.Context().run(CliRunner().invoke, main, arguments, input=input)


def refused(*arguments: str, input: str | None = None) -> str:
    """The one line with which a command was refused."""
    done = imrgroups(*arguments, input=input)
    assert done.exit_code == 1 and isinstance(done.exception, SystemExit), done.output
    assert "Traceback" not in done.output and done.stderr.startswith("Error: ") and done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def done(*arguments: str, input: str | None = None) -> str:
    """What a command that worked printed."""
    answer = imrgroups(*arguments, input=input)
    assert answer.exit_code == 0, answer.output
    return answer.stdout


def test_help_answers_without_loading_anything_heavy():
    code = "import sys; from imrgroups.cli import main; main(['--help'], standalone_mode=False); " \
           "print(sorted({'flask', 'sqlalchemy', 'rich', 'holidays', 'pydantic', 'alembic'} & set(sys.modules)), file=sys.stderr)"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stderr.strip() == "[]"
    expected = "run worker demo import export preview staff jobs curriculum db backup restore health".split()
    assert [command for command in expected if f"\n  {command} " not in ran.stdout] == []


def commands(group, path=()):
    for name, command in group.commands.items():
        yield (*path, name), command
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))


@pytest.mark.parametrize(("path", "command"), list(commands(main)), ids=lambda value: " ".join(value) if isinstance(value, tuple) else "")
def test_every_command_and_option_says_what_it_does(path, command):
    assert command.help and command.help.strip().endswith("."), path
    undescribed = [option.name for option in command.params if option.param_type_name == "option" and not option.help]
    assert set(undescribed) <= {"timezone", "language"}, undescribed


# -- Without a database


@pytest.fixture
def nowhere(tmp_path, monkeypatch):
    """A data folder that does not exist and must not come to exist."""
    monkeypatch.setenv("IMRGROUPS_DATA", str(tmp_path / "none"))
    monkeypatch.setenv("IMRGROUPS_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    monkeypatch.chdir(tmp_path)
    yield
    assert not (tmp_path / "none").exists()


def test_preview_prints_exactly_what_the_groups_room_plans(nowhere):
    from datetime import date
    from datetime import time as clock

    given = ("--starts-on", "2027-05-31", "--at", "14:30", "--timezone", "Europe/Copenhagen", "--country", "DK")
    said = json.loads(done("preview", *given, "--closed", "2027-07-05..2027-07-25", "--closed", "2027-12-20..2028-01-02", "--json"))
    closed = [(date(2027, 7, 5), date(2027, 7, 25)), (date(2027, 12, 20), date(2028, 1, 2))]
    assert said == series.preview(date(2027, 5, 31), clock(14, 30), "Europe/Copenhagen", "DK", closed)
    assert {skipped["date"]: skipped["why"] for skipped in said["skipped"]}["2027-07-12"] == "closed"
    table = done("preview", *given)
    assert "2027-06-07" in table and "recovery-strategies/what-recovery-means" in table


@pytest.mark.parametrize("order", [
    ("--order", "needs stress relapses"), ("--order", "needs,stress,relapses"), ("--order", "needs", "--order", "stress relapses"),
    ("--order", "needs", "stress", "relapses"),
])
def test_preview_takes_the_order_in_every_way_people_write_a_list(nowhere, order):
    given = ("--starts-on", "2027-05-31", "--at", "09:00", "--timezone", "Asia/Jerusalem", "--country", "il")
    said = json.loads(done("preview", *given, *order, "--json"))
    modules = [topic.split("/")[0] for meeting in said["meetings"] for topic in meeting["topics"]]
    assert list(dict.fromkeys(modules)) == ["needs", "stress", "relapses"]


@pytest.mark.parametrize(("changed", "words"), [
    ({"--timezone": "Europe/Nowhere"}, "unknown time zone"), ({"--country": "XX"}, "XX"),
    ({"--order": "needs needs"}, "needs stands twice"), ({"--order": "cooking"}, "cooking stands twice in the order, or is no module"),
    ({"--closed": "2027-07-20..2027-07-01"}, "ends before it begins"),
])
def test_preview_says_in_one_line_what_it_cannot_read(nowhere, changed, words):
    given = {"--starts-on": "2027-05-31", "--at": "14:30", "--timezone": "Europe/Copenhagen", "--country": "DK"} | changed
    assert words in refused("preview", *(word for pair in given.items() for word in pair))


@pytest.mark.parametrize("given", [
    ("--starts-on", "2027-02-30"), ("--starts-on", "9999-12-31"), ("--at", "25:00"), ("--closed", "July"), ("--order", " "), ("stray",),
])
def test_preview_explains_its_use_for_words_that_are_no_dates(nowhere, given):
    whole = ("--starts-on", "2027-05-31", "--at", "14:30", "--timezone", "Europe/Copenhagen", "--country", "DK")
    answer = imrgroups("preview", *whole, *given)
    assert answer.exit_code == 2 and "Usage:" in answer.stderr


def test_curriculum_list_is_the_listing_of_the_library(nowhere):
    assert json.loads(done("curriculum", "list", "--json")) == content.listing()
    assert "recovery-strategies" in done("curriculum", "list")


def test_curriculum_check_fails_when_something_must_be_mended(nowhere, monkeypatch):
    finding = content.Finding("modules/01/handout.md", 12, "en", "Shorten this sentence")
    for findings, code in (((), 0), ((finding,), 1)):
        report = content.Report((content.Row("a.md", "en", "handout", 120),), findings)
        monkeypatch.setattr(content, "check", lambda *_, report=report: report)
        for given in ((), ("--json",), ("en", "da")):
            answer = imrgroups("curriculum", "check", *given)
            assert answer.exit_code == code, answer.output
            assert ("Shorten this sentence" in answer.output) == bool(findings)
    assert json.loads(imrgroups("curriculum", "check", "--json").stdout)["findings"][0]["line"] == 12


# -- What stands in the way of a start


@pytest.mark.parametrize("command", ["run", "worker"])
@pytest.mark.parametrize("key", ["change-me", "secret", "c2hvcnQ="])
def test_a_known_or_short_key_is_refused(home, monkeypatch, command, key):
    monkeypatch.setenv("IMRGROUPS_KEY", key)
    monkeypatch.setenv("IMRGROUPS_PORT", str(free_port()))
    assert "IMRGROUPS_KEY" in refused(command)


def test_wsgi_refuses_a_known_key(home, monkeypatch):
    command, environment = [sys.executable, "-c", "import wsgi"], {**os.environ, "IMRGROUPS_KEY": "change-me"}
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert ran.returncode != 0 and "CannotStart: IMRGROUPS_KEY is a known default" in ran.stderr.splitlines()[-1]


def with_a_person(home):
    """Somebody's name is in the database, sealed with the key of this folder."""
    (home / "in").mkdir()
    (home / "in" / "centres.csv").write_text("code,name,timezone,country,language\nN,North,Europe/Copenhagen,DK,da\n")
    (home / "in" / "participants.csv").write_text("code,centre,name,language\nP1,N,Bo,da\n")
    done("import", "in")


@pytest.mark.parametrize("command", [("run",), ("worker",), ("export", "out"), ("import", "in", "--dry-run"), ("backup",), ("demo",)])
def test_the_key_of_another_installation_is_told_with_what_to_do(home, monkeypatch, command):
    monkeypatch.setenv("IMRGROUPS_PORT", str(free_port()))
    with_a_person(home)
    (home / "keys" / "master.key").write_bytes(base64.b64encode(os.urandom(32)))
    said = refused(*command)
    assert f"not in {home / 'keys' / 'master.key'}. Put back the key" in said


def test_wsgi_tells_of_the_key_of_another_installation(home, monkeypatch):
    with_a_person(home)
    environment = {**os.environ, "IMRGROUPS_KEY": base64.b64encode(os.urandom(32)).decode()}
    ran = subprocess.run([sys.executable, "-c", "import wsgi"], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert ran.returncode != 0 and "which is not in IMRGROUPS_KEY. Put back the key" in ran.stderr.splitlines()[-1]


@pytest.mark.parametrize("command", [("run",), ("worker",), ("export", "out"), ("db", "upgrade")])
def test_a_key_file_that_is_gone_is_told_and_not_made_anew_beside_a_database(home, monkeypatch, command):
    monkeypatch.setenv("IMRGROUPS_DATABASE_URL", "")
    monkeypatch.setenv("IMRGROUPS_PORT", str(free_port()))
    (home / "keys" / "master.key").unlink()
    assert f"The key file {home / 'keys' / 'master.key'} is gone" in refused(*command)
    assert not list((home / "keys").iterdir())


def test_a_busy_port_is_named_with_the_way_out(home, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"Port {port} " in (said := refused("run", "--port", str(port))) and f"IMRGROUPS_PORT={port + 1}" in said


@pytest.mark.parametrize("command", [("run",), ("demo",), ("db", "upgrade"), ("backup",)])
def test_a_data_folder_that_cannot_be_is_named(home, monkeypatch, command):
    (home / "file").write_text("")
    monkeypatch.setenv("IMRGROUPS_DATA", str(home / "file" / "data"))
    monkeypatch.setenv("IMRGROUPS_PORT", str(free_port()))
    assert "IMRGROUPS_DATA" in refused(*command)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_read_only_data_folder_is_named(home, monkeypatch):
    (home / "shut").mkdir(mode=0o500)
    monkeypatch.setenv("IMRGROUPS_DATA", str(home / "shut"))
    assert "IMRGROUPS_DATA" in refused("db", "upgrade")


WRONG_SETTINGS = [
    ("PORT", "eighty", "a whole number from 0 to 65535"), ("PORT", "99999", "a whole number from 0 to 65535"),
    ("THREADS", "0", "a whole number from 1 to 64"), ("IDLE_MINUTES", "0", "a whole number of 1 or more"),
    ("SESSION_HOURS", "1.5", "a whole number of 1 or more"), ("RETENTION_YEARS", "5", "a whole number of 10 or more"),
    ("MFA", "sometimes", "one of these words: 'off', 'optional', 'required'"), ("DEMO", "perhaps", "true or false"),
    ("LANGUAGE", "tlh", "one of these words: 'en', 'da', 'sv', 'he'"), ("SMS", "pigeon", "one of these words: 'log', 'twilio'"),
    ("LOG_LEVEL", "LOUD", "one of these words: 'DEBUG', 'INFO', 'WARNING', 'ERROR'"),
]


@pytest.mark.parametrize(("name", "value", "wanted"), WRONG_SETTINGS)
def test_a_setting_that_cannot_be_read_is_named_with_what_it_must_be(home, monkeypatch, name, value, wanted):
    monkeypatch.setenv(f"IMRGROUPS_{name}", value)
    assert refused("db", "upgrade") == f"Error: IMRGROUPS_{name} is '{value}', but must be {wanted}.\n"


@pytest.mark.parametrize("command", [
    ("run",), ("worker",), ("demo",), ("import", "."), ("export", "out"), ("backup",), ("health",), ("evidence", "G1"),
    ("jobs", "once", "plan-missed"), ("centre", "add", "N", "North"),
])
def test_every_command_tells_of_a_wrong_setting(home, monkeypatch, command):
    monkeypatch.setenv("IMRGROUPS_THREADS", "many")
    monkeypatch.setenv("IMRGROUPS_DEMO", "perhaps")
    said = refused(*command)
    assert "IMRGROUPS_DEMO is 'perhaps', but must be true or false. IMRGROUPS_THREADS is 'many'" in said


def test_wsgi_tells_of_a_wrong_setting_in_its_last_line(home):
    environment = {**os.environ, "IMRGROUPS_PORT": "eighty"}
    ran = subprocess.run([sys.executable, "-c", "import wsgi"], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert "IMRGROUPS_PORT is 'eighty', but must be a whole number" in ran.stderr.splitlines()[-1] and "pydantic" not in ran.stderr


def test_an_empty_setting_is_one_that_was_not_set(home, monkeypatch):
    for name in ("PORT", "THREADS", "MFA", "DEMO", "LOG_LEVEL"):
        monkeypatch.setenv(f"IMRGROUPS_{name}", "")
    assert Settings(_env_file=None).port == 8000


def test_a_carrier_without_its_account_names_what_it_needs_and_no_secret(home, monkeypatch):
    monkeypatch.setenv("IMRGROUPS_SMS", "twilio")
    monkeypatch.setenv("IMRGROUPS_TWILIO_AUTH_TOKEN", "hush")
    said = refused("db", "upgrade")
    assert said.startswith("Error: IMRGROUPS_SMS=twilio also needs IMRGROUPS_TWILIO_ACCOUNT_SID") and "hush" not in said


@pytest.mark.parametrize(("url", "words"), [
    ("not an address", "IMRGROUPS_DATABASE_URL"), ("oracle9://x", "IMRGROUPS_DATABASE_URL"),
    ("postgresql://somebody:hush@127.0.0.1:1/none?connect_timeout=1", "cannot be used"),
])
def test_a_database_that_cannot_be_reached_is_told_without_its_password(home, monkeypatch, url, words):
    monkeypatch.setenv("IMRGROUPS_DATABASE_URL", url)
    said = refused("db", "upgrade")
    assert words in said and "hush" not in said


def test_a_database_that_is_not_there_yet_is_set_up_by_whichever_command_comes_first(home, monkeypatch):
    monkeypatch.setenv("IMRGROUPS_DATABASE_URL", "")
    (home / "imrgroups.sqlite").unlink()
    assert "rows in" in done("export", "out") and not (home / "imrgroups.sqlite").exists()
    assert "Imported" in done("import", "out")
    assert done("db", "upgrade").count("\n") == 1


@pytest.mark.parametrize(("command", "code"), [
    (("import", "in", "--dry-run"), 0), (("jobs", "once", "plan-missed", "--dry-run"), 0), (("export", "out"), 0), (("evidence", "G1"), 1),
    (("health",), 1), (("health", "--json"), 1), (("backup",), 1),
])
def test_what_only_looks_leaves_nothing_where_there_is_no_database_yet(tmp_path, monkeypatch, command, code):
    for name, value in {"DATA": str(tmp_path / "none"), "DATABASE_URL": "", "DEMO": "false", "KEY": ""}.items():
        monkeypatch.setenv(f"IMRGROUPS_{name}", value)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "centres.csv").write_text("code,name,timezone,country,language\nN,North,Europe/Copenhagen,DK,da\n")
    answer = imrgroups(*command)
    assert answer.exit_code == code and (code == 0 or isinstance(answer.exception, SystemExit)), answer.output
    assert not (tmp_path / "none").exists()
    (tmp_path / "none").mkdir()
    assert imrgroups(*command).exit_code == code and not list((tmp_path / "none").iterdir())


def test_a_database_of_an_older_version_asks_for_the_upgrade(home, monkeypatch):
    monkeypatch.setenv("IMRGROUPS_DATABASE_URL", "")
    with serving.opened(create_app(Settings())), db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0009_notes'"))
    assert "imrgroups db upgrade" in refused("export", "out")


def test_a_database_of_a_newer_version_is_told(home, monkeypatch):
    monkeypatch.setenv("IMRGROUPS_DATABASE_URL", "")
    with serving.opened(create_app(Settings())), db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999_from_the_future'"))
    assert "newer imrgroups" in refused("db", "upgrade")


# -- Centres, staff, data


def test_a_new_centre_gets_its_first_person_who_can_sign_in(home):
    assert "added" in done("centre", "add", "NORD", "Center Nord")
    said = done("staff", "add", "Mia@Nord.example", "Mia Nord", "--centre", "NORD", "--role", "administrator", "--role", "leader",
                input=f"{PASSWORD}\n{PASSWORD}\n")
    assert "mia@nord.example" in said and PASSWORD not in said
    with serving.opened(create_app(Settings(), WTF_CSRF_ENABLED=False)) as app:
        answer = app.test_client().post("/sign-in", data={"email": "mia@nord.example", "password": PASSWORD})
    assert answer.status_code == 302 and answer.location.endswith("/today")
    again = ("staff", "add", "mia@nord.example", "Mia", "--centre", "NORD", "--role", "leader", "--password-stdin")
    assert "already signs in" in refused(*again, input=PASSWORD)


@pytest.mark.parametrize(("arguments", "input", "words"), [
    (("staff", "add", "no address", "X", "--centre", "NORD", "--role", "leader", "--password-stdin"), PASSWORD, "is no address"),
    (("staff", "add", "x@nord.example", "X", "--centre", "SYD", "--role", "leader", "--password-stdin"), PASSWORD, "There are: NORD"),
    (("staff", "add", "x@nord.example", "X", "--centre", "NORD", "--role", "leader", "--password-stdin"), "short", "12 characters"),
    (("centre", "add", "NORD", "Again"), None, "already"), (("centre", "add", "SYD", "X", "--timezone", "Mars/Base"), None, "Mars/Base"),
    (("centre", "add", "SYD", "X", "--country", "XX"), None, "XX"), (("export", "out", "--centre", "SYD"), None, "There are: NORD"),
    (("jobs", "once", "make-coffee"), None, "end-old-sessions"), (("jobs", "once", "end-old-sessions", "--now", "soon"), None, "soon"),
])
def test_what_cannot_be_done_is_told_in_one_line(home, arguments, input, words):
    done("centre", "add", "NORD", "Center Nord")
    assert words in refused(*arguments, input=input)


def test_two_passwords_that_differ_are_asked_again(home):
    done("centre", "add", "NORD", "Center Nord")
    typed = f"{PASSWORD}\nother\n{PASSWORD}\n{PASSWORD}\n"
    answer = imrgroups("staff", "add", "a@nord.example", "A", "--centre", "NORD", "--role", "leader", input=typed)
    assert answer.exit_code == 0 and "do not match" in answer.output


def test_jobs_are_listed_and_tried(home):
    assert "end-old-sessions" in done("jobs", "list")
    assert "0 would be done" in done("jobs", "once", "end-old-sessions", "--now", "2027-01-12T09:00", "--dry-run")
    assert "0 done" in done("jobs", "once", "end-old-sessions", "--now", "2027-01-12T09:00+01:00")


def test_what_is_exported_can_be_imported_and_changes_nothing(home):
    done("centre", "add", "NORD", "Center Nord")
    assert "rows in" in done("export", "out") and (home / "out" / "centres.csv").exists()
    assert "only a check" in done("import", "out", "--dry-run")
    assert "Imported" in done("import", "out")
    done("export", "again", "--centre", "NORD")
    assert (home / "out" / "centres.csv").read_bytes() == (home / "again" / "centres.csv").read_bytes()


def test_an_import_that_is_refused_lists_every_row_and_writes_nothing(home):
    (home / "in").mkdir()
    rows = ("code,name,timezone,country,language", "SYD,Syd,Mars/Base,DK,da", "VEST,Vest,Europe/Copenhagen,ZZ,da")
    (home / "in" / "centres.csv").write_text("\n".join(rows) + "\n")
    answer = imrgroups("import", "in")
    assert answer.exit_code == 1 and "Nothing was written: 2 to put right first" in answer.stderr
    assert all(word in answer.stdout for word in ("centres", "timezone", "country", "2", "3"))
    done("export", "out")
    assert (home / "out" / "centres.csv").read_text("utf-8-sig").count("\n") == 1


def test_a_backup_is_restored_into_an_empty_database(home, monkeypatch):
    done("centre", "add", "NORD", "Center Nord")
    said = done("backup", "copy.zip")
    assert "master.key" in said and "another safe place" in said
    assert "not empty" in refused("restore", "copy.zip")
    done("centre", "add", "SYD", "Center Syd")
    assert "are back" in done("restore", "copy.zip", "--replace")
    assert "There are: NORD" in refused("export", "out", "--centre", "SYD")
    assert "backups" in done("backup")
    assert len(list((home / "backups").glob("imrgroups-*.zip"))) == 1


def test_health_of_a_program_that_does_not_run_is_bad(home):
    answer = imrgroups("health")
    assert answer.exit_code == 1 and "imrgroups worker" in answer.stdout
    found = {"ok": False, "database": True, "worker": False, "disk": True, "messages": True}
    assert json.loads(imrgroups("health", "--json").stdout) == found


def test_the_demonstration_is_not_built_over_a_real_centre(home):
    done("centre", "add", "NORD", "Center Nord")
    assert "not empty" in refused("demo", "--as-of", "2027-01-12")


# -- Running for real


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


def start(port: int, *arguments: str, **settings: str) -> subprocess.Popen:
    environment = {**os.environ, "IMRGROUPS_PORT": str(port), **{f"IMRGROUPS_{name}": value for name, value in settings.items()}}
    command = [sys.executable, "-P", "-m", "imrgroups", *arguments]
    return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def page(port: int, path: str, seconds: float = 60) -> tuple[int, str]:
    """Status and text of a page, asked for until somebody answers."""
    for _try in range(int(seconds * 5)):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=seconds) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            time.sleep(0.2)
    raise AssertionError("nobody answers")


def end(process: subprocess.Popen, how: signal.Signals) -> str:
    process.send_signal(how)
    said, _none = process.communicate(timeout=30)
    return said


def test_a_mistake_in_the_curriculum_stops_the_start_with_file_and_line(tmp_path, monkeypatch):
    page = small.FILES[small.HANDOUT_FILE].replace("::: example", "::: exampel")
    monkeypatch.setattr(content, "curriculum_folder", lambda: small.write(tmp_path, {small.HANDOUT_FILE: page}))
    with pytest.raises(content.CurriculumError) as stopped:
        serving.steady()
    assert trouble.words(stopped.value).startswith(f"curriculum/{small.HANDOUT_FILE}:13: there is no container `exampel`")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_run_serves_web_and_worker_until_it_is_told_to_stop(home):
    port = free_port()
    process = start(port, "run")
    try:
        assert page(port, "/")[0] == 200
        for _try in range(100):
            status, said = page(port, "/health")
            if status == 200:
                break
            time.sleep(0.1)
        assert status == 200 and json.loads(said)["ok"]
        assert done("health").count("ok ") == 4
    finally:
        said = end(process, signal.SIGTERM)
    assert process.returncode == 0 and said.startswith(f"imrgroups is starting at http://127.0.0.1:{port}\n") and "Stopped." in said
    assert "INFO" not in said and "alembic" not in said and "Traceback" not in said


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_the_worker_alone_beats_until_ctrl_c(home):
    process = start(0, "worker")
    try:
        for _try in range(300):
            if (home / "worker.beat").exists():
                break
            time.sleep(0.1)
        assert done("health").count("ok ") == 4
    finally:
        said = end(process, signal.SIGINT)
    assert process.returncode == 0 and "Stopped." in said and "Traceback" not in said


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_the_first_page_answers_while_the_demonstration_fills_and_a_killed_one_is_built_anew(home, postgres):
    from imrgroups import demo

    port, seen = free_port(), []
    for how in (signal.SIGKILL, signal.SIGTERM):
        process = start(port, "run", DEMO="true", DATABASE_URL=postgres)
        try:
            for _try in range(300):
                status, said = page(port, "/")
                assert status == 200
                if "demo-progress" in said and "Mette Kjeldsen" in said:
                    break
                time.sleep(0.1)
            seen.append(said)
        finally:
            said = end(process, how)
        assert "Traceback" not in said
        with serving.opened(create_app(Settings(demo=True))):
            assert demo.state() is demo.State.HALF
            assert db.session.execute(text("SELECT count(*) FROM centres")).scalar() == 3
    assert all("demo-progress" in said for said in seen)
