"""A centre's spreadsheets: out, into an empty database, out again; and everything that is refused."""

import io
import zipfile
from datetime import UTC, date, datetime, time, timedelta

import openpyxl
import pytest
from sqlalchemy import LargeBinary, select, text

from imrgroups.attendance import actions as attendance
from imrgroups.db import Base, db
from imrgroups.enrolment import actions as enrolment
from imrgroups.goals import actions as goals
from imrgroups.groups import actions as groups
from imrgroups.groups.actions import closed
from imrgroups.homework import actions as homework
from imrgroups.homework.actions import Task
from imrgroups.notes import actions as notes
from imrgroups.notes.actions import Handed, MeetingRecord
from imrgroups.overview import actions
from imrgroups.overview.sheets import files
from imrgroups.overview.sheets.columns import escaped, unescaped
from imrgroups.overview.sheets.layout import BY_NAME, SHEETS
from imrgroups.people import actions as people
from imrgroups.people.models import Participant
from imrgroups.staff.actions import training

# Columns no sheet carries, each with its reason. Whole tables: what belongs to this installation, not to a centre's history.
NOT_CARRIED = {
    "audit_entries": "the record of this installation", "audit_heads": "the record of this installation",
    "access_entries": "who looked, here", "access_reasons": "who looked, here", "staff_sessions": "signed-in browsers",
    "sign_in_attempts": "throttling",
    "translation_edits": "texts of this installation, they travel as a PO file", "comments": "about texts of this installation",
    "translation_reviews": "of texts of this installation",
    "messages": "sent from here", "deliveries": "told to this installation", "replies": "came to this installation",
    "cards": "secrets of this installation", "own_sessions": "signed-in browsers", "calendar_feeds": "secrets of this installation",
    "filled_sheets": "a person's own words, which are theirs to print and in the backup",
    "deleted_people": "counts of this installation",
    **dict.fromkeys(
        ("reviews", "review_assessors", "ratings", "consensus", "reports", "report_signatures", "recommendations", "binders"),
        "belongs to two centres at once; a backup carries it",
    ),
    "call_tasks": "calls of this installation", "offered_slots": "offered from here",
    "number_states": "what this installation found out of numbers",
    **dict.fromkeys(("day_tasks", "interview_notes", "observations", "drawn_people"), "of assessors; a backup carries it"),
    **dict.fromkeys(("answer_sheets", "answers"), "what participants said in confidence; a backup carries it"),
    "staff.password": "secret", "staff.fs_uniquifier": "secret", "staff.tf_primary_method": "secret", "staff.tf_totp_secret": "secret",
    "staff.mf_recovery_codes": "secret", "staff.confirmed_at": "of Flask-Security", "staff.active": "follows from left_on",
    "own_words": "a person's own, they travel in a backup", "habits": "how this installation reminds",
    "participants.version": "counts changes here", "groups.version": "counts changes here", "meetings.version": "counts changes here",
    "marks.version": "counts changes here", "meeting_notes.version": "counts changes here",
    "participants.phone_lookup": "follows from phone", "meetings.starts_at": "follows from date and time",
    "planned_topics.position": "the order in the cell", "topics_taught.position": "the order in the cell",
}


@pytest.fixture
def history(world):
    """The small world with at least one row of every kind."""
    now, dana, lena = world.now, world.staff["Dana"].id, world.staff["Lena"].id
    group, amal, bo = world.group, world.people["Amal"], world.people["Bo"]
    first, second = world.meetings[1], world.meetings[2]
    by = {"by": dana, "now": now}
    closed.close(world.centres["North"], date(2027, 2, 15), date(2027, 2, 19), "Winter holiday", **by)
    people.consent(amal, "messages", given=True, on=date(2026, 11, 1), how="spoken", **by)
    people.finish_task(amal, "strengths", outcome="done", text="=good at chess", on=date(2026, 11, 1), **by)
    mother = people.add_supporter(
        amal, people.SupporterDetails("Rana Nasser", "mother", "+4520123457", "dates only", date(2026, 11, 2)), **by,
    )
    people.contact(mother, on=date(2026, 11, 20), kind="phone", about="'-told about the group", **by)
    people.admit(bo, on=date(2026, 11, 9), **by)
    people.discharge(bo, on=date(2026, 11, 20), **by)
    enrolment.wait(group, world.people["Freja"], on=date(2026, 12, 1), **by)
    attendance.mark(meeting=first, marks={amal.id: "present", bo.id: "late"}, versions={}, **by)
    attendance.mark(meeting=second, marks={amal.id: "present", bo.id: "hospital"}, versions={}, **by)
    attendance.present_leaders(first, [dana, lena], **by)
    attendance.apologise(second, world.people["Cy"], told_on=date(2026, 11, 9), text="@work", **by)
    attendance.make_up(second, bo, done_on=date(2026, 11, 18), kind="ward", minutes=20, leader_id=dana, **by)
    goal = goals.set_goal(group_id=group.id, participant_id=amal.id, text="+ cook for my sister\nevery week", on=date(2026, 11, 3), **by)
    goals.add_step(goal, text="Buy rice", due_on=date(2026, 11, 8), supporter_id=mother.id, **by)
    goals.tell_step(goal.steps[0], on=date(2026, 11, 9), by=None, now=now)
    new = goals.change(goal, text="Cook for my sister", on=date(2026, 11, 10), **by)
    goals.follow_up(second, {new.id: ("partly", "bought the rice")}, **by)
    homework.agree(first, {amal.id: Task("Call, \"once\"; or twice", supporter_id=mother.id)}, **by)
    homework.agree(second, {bo.id: Task("Walk by the lake")}, **by)
    homework.tell(homework.agreed_at(second.id)[bo.id], "partly", on=date(2026, 11, 12), by=None, now=now)
    homework.review(second, {homework.agreed_at(first.id)[amal.id].id: ("partly", "no time")}, **by)
    record = MeetingRecord(
        steps={"welcome": 3, "teach": None}, topics=[("recovery-strategies", "what-recovery-means"), ("recovery-strategies", "what-helps")],
        handouts=[Handed(amal.id, "recovery-what-it-means", "ar", "2026.11", "paper")], techniques=[("role-play", lena), ("hope", None)],
        texts={None: "A calm start.\r\nשלום", amal.id: "Amal spoke of her sister."}, versions={},
    )
    notes.record(first, record, **by)
    notes.sign(first, by=dana, now=now)
    notes.sign(first, by=lena, now=now)
    line = next(note for note in notes.notes_of(first.id) if note.participant_id)
    notes.amend(line, text="It was her aunt.", by=dana, now=now)
    for kind, note in (("supervision", "=goals, and how"), ("fidelity", "")):
        event = training.Event(kind, date(2026, 12, 9), 45, "A supervisor", note)
        training.attend(event, [dana, lena], centre_id=world.centres["North"].id, **by)
    groups.move(world.meetings[12], to_on=world.meetings[12].meets_on + timedelta(days=1), to_time=time(10, 5), **by)
    groups.cancel(world.meetings[13], reason="the room is painted", **by)
    return world


def empty_database():
    db.session.rollback()
    for table in reversed(Base.metadata.sorted_tables):
        db.session.execute(table.delete())
    db.session.commit()
    db.session.expunge_all()


def everything(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def write(folder, **sheets):
    folder.mkdir(exist_ok=True)
    for name, lines in sheets.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8-sig")
    return folder


def said(result):
    return [(problem.sheet, problem.row, problem.column) for problem in result.problems if not problem.warning]


def told(result):
    return [(problem.sheet, problem.row, problem.column) for problem in result.problems if problem.warning]


NOW = datetime(2027, 1, 12, 9, 0, tzinfo=UTC)
CENTRE = ["code,name,timezone,country,language", "N,North,Europe/Copenhagen,DK,da"]


def test_out_in_out_gives_the_same_bytes(history, tmp_path):
    actions.export_bundle(tmp_path / "one")
    empty_database()
    result = actions.import_bundle(tmp_path / "one", by=None, now=history.now)
    assert not result.refused, result.problems
    actions.export_bundle(tmp_path / "two")
    assert everything(tmp_path / "one") == everything(tmp_path / "two")


def test_every_sheet_of_the_history_has_a_row(history, tmp_path):
    counts = actions.export_bundle(tmp_path / "one")
    assert [name for name, count in counts.items() if not count] == []


def test_a_workbook_says_the_same_as_the_folder(history, tmp_path):
    from imrgroups.overview.sheets import store

    actions.export_bundle(tmp_path / "one")
    (tmp_path / "all.xlsx").write_bytes(files.workbook(store.dump()))
    empty_database()
    assert not actions.import_bundle(tmp_path / "all.xlsx", by=None, now=history.now).refused
    actions.export_bundle(tmp_path / "two")
    assert everything(tmp_path / "one") == everything(tmp_path / "two")


def test_importing_twice_changes_nothing_twice(history, tmp_path):
    actions.export_bundle(tmp_path / "one")
    empty_database()
    actions.import_bundle(tmp_path / "one", by=None, now=history.now)
    again = actions.import_bundle(tmp_path / "one", by=None, now=history.now + timedelta(days=1))
    assert all(set(count) <= {"same"} for count in again.counts.values()), again.counts
    actions.export_bundle(tmp_path / "two")
    assert everything(tmp_path / "one") == everything(tmp_path / "two")


def test_a_dry_run_writes_nothing(history, tmp_path):
    actions.export_bundle(tmp_path / "one")
    empty_database()
    result = actions.import_bundle(tmp_path / "one", dry_run=True, by=None, now=history.now)
    assert result.counts["marks"]["new"] > 0
    assert db.session.execute(text("select count(*) from centres")).scalar() == 0


def test_every_column_of_the_database_is_carried_or_named_here(app):
    carried = set()
    for sheet in SHEETS:
        carried |= {f"{sheet.model.__tablename__}.{column.attr}" for column in sheet.columns if column.attr}
    extra = {
        "roles": ("staff_id", "centre_id", "name"), "staff": ("email", "name", "language", "phone", "left_on"),
        "group_leaders": ("group_id", "staff_id"),
        "planned_topics": ("meeting_id", "module", "topic"), "topics_taught": ("meeting_id", "module", "topic"),
        "signatures": ("note_id", "staff_id", "kind", "signed_on", "signed_at"),
        "homework_reviews": ("assignment_id", "reviewed_meeting_id"),
        "amendments": ("note_id",), "groups": ("module_order",),
    }
    carried |= {f"{table}.{column}" for table, columns in extra.items() for column in columns}
    missing = []
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            name = f"{table.name}.{column.name.removesuffix('_sealed') if isinstance(column.type, LargeBinary) else column.name}"
            if column.name != "id" and name not in carried and table.name not in NOT_CARRIED and name not in NOT_CARRIED:
                missing.append(name)
    assert missing == []


def test_the_columns_of_the_first_format_stay_in_front():
    assert [column.name for column in BY_NAME["groups"].columns][:12] == (
        "code centre name language starts_on starts_at minutes place leaders module_order ended_on end_reason".split()
    )
    assert [column.name for column in BY_NAME["notes"].columns][:6] == "group number participant text signed_by signed_on".split()


def test_a_centre_takes_out_the_training_of_its_own_staff_alone(history, tmp_path):
    event = training.Event("fidelity", date(2026, 12, 9), 360)
    training.attend(event, [history.staff["Kim"].id], centre_id=history.centres["South"].id, by=None, now=history.now)
    actions.export_bundle(tmp_path / "one", centre_ids=[history.centres["South"].id])
    lines = (tmp_path / "one" / "training.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[:4] for line in lines] == [
        ["staff", "on", "kind", "hours"], ["kim@south.example", "2026-12-09", "fidelity", "6"],
    ]


@pytest.mark.parametrize("value", ["=1+1", "'=1", "''=1", "plain", "-", "@a", "+45", "'quoted'", "", "''"])
def test_the_apostrophe_goes_on_and_comes_off(value):
    assert unescaped(escaped(value)) == value
    assert escaped(value)[:1] not in set("=+-@")


@pytest.mark.parametrize(
    ("sheet", "line", "where"),
    [
        ("closed_weeks", "N,2026-13-01,2026-12-31,x", ("closed_weeks", 2, "from")),
        ("closed_weeks", "N,2026-12-31,2026-12-01,x", ("closed_weeks", 2, "to")),
        ("closed_weeks", "S,2026-12-01,2026-12-31,x", ("closed_weeks", 2, "centre")),
        ("participants", "P1,N,Åse,da,12,text,", ("participants", 2, "phone")),
        ("staff", "dana@example.org,Dana,N,leader,da,12", ("staff", 2, "phone")),
        ("participants", "P1,N,Åse,xx-yy-zz,,text,", ("participants", 2, "language")),
        ("participants", "P1,N,Åse,da,,pigeon,", ("participants", 2, "channel")),
        ("participants", ",N,Åse,da,,text,", ("participants", 2, "code")),
        ("participants", "P1,N,,da,,text,", ("participants", 2, "name")),
        ("participants", f"{'P' * 61},N,Bo,da,,,", ("participants", 2, "code")),
        ("training", "dana@example.org,2026-12-09,supervision,1.5,", ("training", 2, "staff")),
    ],
)
def test_a_bad_cell_is_named_and_nothing_is_written(app, tmp_path, sheet, line, where):
    header = ",".join(column.name for column in BY_NAME[sheet].columns[: line.count(",") + 1])
    folder = write(tmp_path / "in", centres=CENTRE, **{sheet: [header, line]})
    result = actions.import_bundle(folder, by=None, now=NOW)
    assert said(result) == [where]
    assert db.session.execute(text("select count(*) from centres")).scalar() == 0


@pytest.mark.parametrize(
    ("kind", "hours", "column"), [("holiday", "1.5", "kind"), ("network", "0.3", "hours"), ("network", "1/0", "hours")]
)
def test_training_is_one_of_the_known_kinds_in_quarters_of_an_hour(app, tmp_path, kind, hours, column):
    staff = ["email,name,centre,roles", "dana@example.org,Dana,N,leader"]
    lines = ["staff,on,kind,hours", f"dana@example.org,2026-12-09,{kind},{hours}"]
    result = actions.import_bundle(write(tmp_path / "in", centres=CENTRE, staff=staff, training=lines), by=None, now=NOW)
    assert said(result) == [("training", 2, column)]


def test_a_row_cut_short_is_named_cell_by_cell(app, tmp_path):
    people_lines = ["code,centre,name,language", "P1,N", "P2,N,Bo,da", "P 3,N,Bo,da", "P 4,N,Bo,da"]
    result = actions.import_bundle(write(tmp_path / "in", centres=CENTRE, participants=people_lines), by=None, now=NOW)
    cells = [(2, "language"), (2, "name"), (4, "code"), (5, "code")]
    assert sorted(said(result)) == [("participants", row, column) for row, column in cells]
    assert db.session.execute(text("select count(*) from centres")).scalar() == 0


def test_names_in_any_script_and_direction_marks_come_in_clean(app, tmp_path, frozen):
    people_lines = [
        "code,centre,name,language,phone,channel,consent_on", "P1,N,\u202eנועה לוי\u200f,he,+4520123456,text,2026-09-01",
        "P2,N,=SUM(A1),ar,,none,",
    ]
    result = actions.import_bundle(write(tmp_path / "in", centres=CENTRE, participants=people_lines), by=None, now=NOW)
    assert not result.refused, result.problems
    counts = actions.export_bundle(tmp_path / "out")
    lines = (tmp_path / "out" / "participants.csv").read_text(encoding="utf-8-sig")
    assert counts["participants"] == 2 and counts["consents"] == 1
    assert "נועה לוי" in lines and "\u202e" not in lines and "'=SUM(A1)" in lines


def test_every_phone_is_checked_by_the_country_of_its_centre_and_never_escaped(app, tmp_path, frozen):
    folder = write(
        tmp_path / "in", centres=[CENTRE[0] + ",phone", *(f"{line},20123456" for line in CENTRE[1:])],
        staff=["email,name,centre,roles,phone", "dana@example.org,Dana,N,leader,'20123457"],
        participants=["code,centre,name,language,phone", "P1,N,Bo,da,20123458"],
    )
    assert not actions.import_bundle(folder, by=None, now=NOW).refused
    actions.export_bundle(tmp_path / "out")
    for sheet, number in (("centres", "+4520123456"), ("staff", "+4520123457"), ("participants", "+4520123458")):
        assert f",{number}" in (tmp_path / "out" / f"{sheet}.csv").read_text(encoding="utf-8-sig")


def test_semicolons_and_missing_columns_are_read(app, tmp_path, frozen):
    people_lines = ["code;centre;name;language", "P1;N;Bo;da"]
    folder = write(tmp_path / "in", centres=[line.replace(",", ";") for line in CENTRE], participants=people_lines)
    assert not actions.import_bundle(folder, by=None, now=NOW).refused


def test_two_rows_with_one_key_and_references_to_nothing_are_refused(app, tmp_path, frozen):
    folder = write(
        tmp_path / "in", centres=CENTRE, participants=["code,centre,name,language", "P1,N,Bo,da", "P1,N,Bo,da"],
        marks=["group,number,participant,state", "G1,1,P1,present"],
    )
    assert said(actions.import_bundle(folder, by=None, now=NOW)) == [("marks", 2, "group"), ("participants", 3, "code")]


def test_a_sheet_without_its_header_is_an_error_and_a_header_alone_is_none(app, tmp_path, frozen):
    bad = write(tmp_path / "bad", centres=["N,North,Europe/Copenhagen,DK,da"])
    assert said(actions.import_bundle(bad, by=None, now=NOW)) == [("centres", 1, "")]
    good = write(tmp_path / "good", centres=CENTRE, staff=["email,name,centre,roles"])
    assert not actions.import_bundle(good, by=None, now=NOW).refused


@pytest.mark.parametrize("data", [b"PK\x03\x04 not a workbook", b"\xff\xfe\x00bad", b"code,name\n\"unclosed", b"a\0b"])
def test_files_that_are_no_tables_are_refused(app, tmp_path, data):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "centres.csv").write_bytes(data)
    (tmp_path / "in.xlsx").write_bytes(data)
    for path in (tmp_path / "in", tmp_path / "in.xlsx"):
        assert actions.import_bundle(path, by=None, now=NOW).refused


@pytest.mark.parametrize(("lines", "row"), [
    (['P1,N,"Bo,da'], 2), (["P1,N,Bo,da", 'P2,N,"Åse', "P3,N,Cy,da"], 3), (['P1,N,"Bo,da', 'P2,N,"Cy",da'], 2),
    (['P1,N,"Bo" Holm,da'], 2), (['P1,N,"two\nlines",da', 'P2,N,"Bo,da'], 3), ([f"P1,N,{'x' * 1_000_001},da"], 2),
])
def test_the_row_where_a_quotation_mark_stays_open_is_named(app, tmp_path, lines, row):
    folder = write(tmp_path / "in", centres=CENTRE, participants=["code,centre,name,language", *lines])
    result = actions.import_bundle(folder, by=None, now=NOW)
    assert said(result) == [("participants", row, "")] and "quotation mark" in result.problems[0].message


def zipped(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1016)


@pytest.mark.parametrize(("name", "data", "words"), [
    ("in.xlsx", OLE + "EncryptionInfo EncryptedPackage".encode("utf-16-le"), "without a password"),
    ("in.xls", OLE + "Workbook".encode("utf-16-le"), "save it as .xlsx"), ("in.xlsx", OLE, "save it as .xlsx"),
    ("in.ods", zipped(**{"content.xml": "<a/>"}), "OpenDocument"), ("in.zip", zipped(**{"centres.csv": "code"}), "Unpack it"),
    ("in.docx", zipped(**{"word/document.xml": "<a/>"}), "no .xlsx workbook"), ("centres.csv", b"code,name", "Import the folder"),
    ("in.xlsx", b"PK\x03\x04 cut off", "damaged"), ("in.xlsx", b"", "no .xlsx workbook"), ("in.pdf", b"%PDF-1.7", "no .xlsx workbook"),
])
def test_a_file_of_another_kind_is_named_with_what_to_do(app, tmp_path, name, data, words):
    (tmp_path / name).write_bytes(data)
    (problem,) = actions.import_bundle(tmp_path / name, by=None, now=NOW).problems
    assert problem.sheet == name and words in problem.message


@pytest.mark.parametrize("end", [200, -20])
def test_a_workbook_with_a_damaged_sheet_is_refused(history, tmp_path, end):
    from imrgroups.overview.sheets import store

    (tmp_path / "all.xlsx").write_bytes(files.workbook(store.dump()))
    with zipfile.ZipFile(tmp_path / "all.xlsx") as source, zipfile.ZipFile(tmp_path / "damaged.xlsx", "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name)[:end] if name.endswith("/sheet3.xml") else source.read(name))
    assert actions.import_bundle(tmp_path / "damaged.xlsx", by=None, now=history.now).refused


def test_rows_far_below_a_table_are_refused_and_not_left_out(history, tmp_path, monkeypatch):
    from imrgroups.overview.sheets import store

    (tmp_path / "all.xlsx").write_bytes(files.workbook(store.dump()))
    monkeypatch.setattr(files, "LINES", 20)
    assert said(actions.import_bundle(tmp_path / "all.xlsx", by=None, now=history.now)) == [("meetings", 0, "")]


def test_formulas_and_errors_of_a_workbook_are_refused_where_they_stand(app, tmp_path, frozen):
    book = openpyxl.Workbook()
    book.active.title = "centres"
    for line in (*CENTRE, 'S,="So"&"uth",Europe/Copenhagen,DK,da', "W,#REF!,Europe/Copenhagen,DK,da"):
        book.active.append(line.split(","))
    book.save(tmp_path / "in.xlsx")
    found = [(problem.row, problem.column) for problem in actions.import_bundle(tmp_path / "in.xlsx", by=None, now=NOW).problems]
    assert {(3, "B"), (4, "B")} <= set(found)


@pytest.mark.parametrize("name", ["=1+1", "+45", "-Bo", "@SUM(A1)"])
def test_text_that_begins_like_a_formula_is_kept_and_told(app, tmp_path, frozen, name):
    folder = write(tmp_path / "in", centres=CENTRE, participants=["code,centre,name,language", f"P1,N,{name},da", f"P2,N,'{name},da"])
    result = actions.import_bundle(folder, by=None, now=NOW)
    assert not result.refused and told(result) == [("participants", 2, "name")]
    names = [row.name for row in db.session.execute(select(Participant).order_by(Participant.code)).scalars()]
    assert names == [name, name]


def test_what_stands_twice_is_refused_or_told(history, tmp_path):
    group, dina = history.group.code, history.people["Dina"].code
    folder = write(tmp_path / "in", groups=["code,centre,name,module_order", f"{group},N,G,needs needs"])
    assert ("groups", 2, "module_order") in said(actions.import_bundle(folder, by=None, now=history.now))
    folder = write(tmp_path / "again", enrolments=["group,participant,joined_on,left_on", f"{group},{dina},2026-12-01,2027-12-24"])
    result = actions.import_bundle(folder, by=None, now=history.now)
    assert not result.refused and told(result) == [("enrolments", 2, "joined_on")]


def test_two_times_of_belonging_that_both_last_are_refused(history, tmp_path):
    group, dina, amal = history.group.code, history.people["Dina"].code, history.people["Amal"].code
    header = "group,participant,joined_on,left_on"
    folder = write(tmp_path / "in", enrolments=[header, f"{group},{dina},2026-12-01,", f"{group},{amal},2026-11-03,2026-11-20"])
    result = actions.import_bundle(folder, by=None, now=history.now)
    assert said(result) == [("enrolments", 2, "joined_on")] and "Put left_on into one of the two" in result.problems[0].message


def test_what_is_held_before_its_day_or_marked_where_nothing_was_held_is_told(history, tmp_path):
    group, amal, bo = history.group.code, history.people["Amal"].code, history.people["Bo"].code
    folder = write(
        tmp_path / "in",
        meetings=["group,number,date,starts_at,state", f"{group},98,2027-01-12,14:30,held", f"{group},99,2027-06-15,14:30,held"],
        marks=["group,number,participant,state", f"{group},13,{amal},absent", f"{group},13,{bo},not_recorded", f"{group},12,{bo},late"],
    )
    result = actions.import_bundle(folder, by=None, now=history.now)
    assert not result.refused, result.problems
    assert told(result) == [("marks", 2, "state"), ("marks", 4, "state"), ("meetings", 3, "state")]


@pytest.mark.parametrize(("line", "column"), [
    ("\u200eP1\u200f,N,Bo,da,", "code"), ("P\u200b1,N,Bo,da,", "code"),
    ("P1,N,Bo,da,9999-12-31", "consent_on"), ("P1,N,Bo,da,0001-01-01", "consent_on"),
])
def test_codes_with_what_cannot_be_seen_and_years_of_no_calendar_are_refused(app, tmp_path, frozen, line, column):
    folder = write(tmp_path / "in", centres=CENTRE, participants=["code,centre,name,language,consent_on", line])
    assert said(actions.import_bundle(folder, by=None, now=NOW)) == [("participants", 2, column)]


def test_what_is_unusual_is_a_warning(history, tmp_path):
    actions.export_bundle(tmp_path / "one")
    group, freja, dina = history.group.code, history.people["Freja"].code, history.people["Dina"].code
    folder = write(
        tmp_path / "in",
        marks=["group,number,participant,state", f"{group},1,{freja},present", f"{group},1,{dina},absent"],
        homework=["group,number,participant,text", f"{group},1,{dina},Walk"],
        meetings=["group,number,date,starts_at,state", f"{group},99,2027-05-17,14:30,planned"],
    )
    result = actions.import_bundle(folder, by=None, now=history.now)
    assert not result.refused
    unusual = {(problem.sheet, problem.column) for problem in result.problems}
    assert unusual == {("marks", "participant"), ("homework", "participant"), ("meetings", "date")}


def test_ten_megabytes_are_read_or_refused_in_words(app, tmp_path, frozen):
    lines = ["code,centre,name,language", *(f"P{number},N,{'x' * 21_000},da" for number in range(500))]
    result = actions.import_bundle(write(tmp_path / "in", centres=CENTRE, participants=lines), by=None, now=NOW)
    assert result.refused and len(said(result)) == 500


def test_reading_a_sheet_leaves_the_limits_of_other_readers_alone():
    import csv

    before = csv.field_size_limit()
    files.parse_csv(b"code,name\nN,North\n")
    assert csv.field_size_limit() == before
