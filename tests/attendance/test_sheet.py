"""The register as a spreadsheet: what goes out comes back, and every mistake names its row and what to do."""

import csv
import io
import re

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from imrgroups import pdf
from imrgroups.attendance import actions, figures
from imrgroups.attendance.figures import sheet
from imrgroups.attendance.models import Mark
from imrgroups.db import db
from imrgroups.enrolment import actions as enrolment
from imrgroups.i18n import LOCALES, in_language
from imrgroups.people import actions as people

HEAD = ["group", "number", "participant", "name", "state", "version"]


@pytest.fixture
def dana(browser_as):
    return browser_as("Dana")


@pytest.fixture
def last(world):
    return world.meetings[8]


@pytest.fixture
def filled(world, last):
    """Rows of a sheet by first name: `filled(Amal="late")`; further columns from `more`."""

    def rows(head=HEAD, more=(), **states):
        body = [["G01", 8, world.people[name].code, world.people[name].name, state, 0] for name, state in states.items()]
        return [head, *body, *more]

    return rows


def as_csv(rows, delimiter=","):
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue().encode("utf-8-sig")


def as_xlsx(rows):
    book, file = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def put_in(client, meeting_id, data, name="register.csv"):
    form = {"sheet": (io.BytesIO(data), name)}
    return client.post(f"/meetings/{meeting_id}/attendance/sheet", data=form, content_type="multipart/form-data")


def states(meeting_id):
    rows = db.session.execute(select(Mark.participant_id, Mark.state).where(Mark.meeting_id == meeting_id))
    return dict(rows.all())


def mistakes(last, data, name="register.csv"):
    return [(found.row, found.what) for found in sheet.read_sheet(name, data, last, figures.register(last)).mistakes]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_was_downloaded_and_filled_in_is_saved(world, dana, last, kind):
    meeting_id, amal, bo = last.id, world.people["Amal"].id, world.people["Bo"].id
    data = dana.get(f"/meetings/{meeting_id}/attendance.{kind}").data
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    else:
        rows = [list(row) for row in load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True)]
    assert [row[3] for row in rows] == ["Name", "Amal Haddad", "Bo Lind", "Cy Frost", "Dina Møller", "Ejnar Skov"]
    rows[1][4], rows[2][4], rows[3][4] = "Present", "In hospital", ""
    answer = put_in(dana, meeting_id, as_csv(rows) if kind == "csv" else as_xlsx(rows), f"x.{kind}")
    assert answer.status_code == 303
    assert states(meeting_id) == {amal: "present", bo: "hospital"}


def test_a_group_of_ten_with_three_leaders_prints_on_one_page(app, last):
    lines = (figures.register(last) * 2)[:10]
    for code in LOCALES:
        with in_language(code):
            data = pdf.render([sheet.printed(last, lines, [("Lena Holm", True), ("Dana Bech", False), ("Kim Ager", False)])])
        assert b"/Type/Pages/Count 1/" in data, code


def test_putting_the_same_sheet_in_twice_changes_nothing_twice(world, dana, last, filled):
    meeting_id, amal, data = last.id, world.people["Amal"].id, as_csv(filled(Amal="late"))
    for _time in range(2):
        assert put_in(dana, meeting_id, data).status_code == 303
    assert db.session.get(Mark, (meeting_id, amal)).version == 1


@pytest.mark.parametrize("word", ["left_early", "Left early", "LEFT EARLY", " left  early "])
def test_a_mark_may_be_written_as_people_write_it(app, world, last, filled, word):
    found = sheet.read_sheet("a.csv", as_csv(filled(Amal=word)), last, figures.register(last))
    assert (found.marks, found.mistakes) == ({world.people["Amal"].id: "left_early"}, [])


def test_the_danish_download_uses_semicolons_and_every_separator_comes_back(app, world, last, filled):
    with in_language("da"):
        assert sheet.as_csv(last, figures.register(last)).decode("utf-8-sig").splitlines()[0].count(";") == 5
    for delimiter in ",;\t":
        found = sheet.read_sheet("a.csv", as_csv(filled(Amal="late", Bo="absent"), delimiter), last, figures.register(last))
        assert list(found.marks.values()) == ["late", "absent"] and not found.mistakes


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_whatever_alphabet_the_program_saved_the_csv_in(app, last, filled, encoding):
    data = as_csv(filled(Dina="late")).decode("utf-8-sig").encode(encoding)
    assert mistakes(last, data) == []


@pytest.mark.parametrize("name", ["=1+2 Hansen", "+45 Bo", "-Ida", "@nna Bo"])
def test_a_name_that_looks_like_a_formula_goes_out_with_an_apostrophe_and_comes_back(world, dana, last, name):
    person = people.create(people.PersonDetails(name, "da"), centre_id=world.group.centre_id, by=None, now=world.now)
    enrolment.join(world.group, person, on=world.group.starts_on, by=None, now=world.now)
    lines = figures.register(last)
    for data, kind in ((sheet.as_csv(last, lines), "csv"), (sheet.as_xlsx(last, lines), "xlsx")):
        assert sheet.read_sheet(f"a.{kind}", data, last, lines).mistakes == []
    cells = [cell for row in load_workbook(io.BytesIO(sheet.as_xlsx(last, lines))).active.iter_rows() for cell in row]
    assert [cell for cell in cells if cell.data_type == "f"] == []
    assert f"'{name}" in [cell.value for cell in cells]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({4: "presnt"}, "“presnt” is not a mark. Write one of these: Present, Late,"),
        ({4: "=A1"}, "“=A1” is not a mark."),
        ({2: "P999"}, "“P999” is nobody's code at this meeting."),
        ({2: ""}, "“” is nobody's code at this meeting."),
        ({2: "P002"}, "P002 stands in row 2 already."),
        ({3: "Bo Lind"}, "belongs to another name. Check that rows did not get mixed up."),
        ({1: 7}, "this is meeting 7 of group G01. Put it in on the page of that meeting."),
        ({0: "G02"}, "this is meeting 8 of group G02."),
        ({5: "x"}, "leave the version as it was"),
        ({5: "²"}, "leave the version as it was"),
        ({5: "9" * 30}, "leave the version as it was"),
    ],
)
def test_a_mistake_names_its_row_and_what_to_do(app, world, last, filled, change, said):
    rows = filled(Bo="late", Amal="present")
    for place, value in change.items():
        rows[2][place] = value
    [(row, what)] = mistakes(last, as_csv(rows))
    assert row == 3 and said in what


def test_with_one_mistake_nothing_at_all_is_saved(world, dana, last, filled):
    meeting_id = last.id
    answer = put_in(dana, meeting_id, as_xlsx(filled(Amal="present", Bo="prsent", Cy="late", Dina="laate")), "x.xlsx")
    assert answer.status_code == 422
    assert "Row 3: “prsent” is not a mark." in answer.text and "Row 5: “laate” is not a mark." in answer.text
    assert "<title>Error: " in answer.text and "Nothing was saved yet" in answer.text
    assert states(meeting_id) == {}


def test_a_sheet_older_than_a_saved_mark_asks_which_is_right_where_it_can_be_answered(world, dana, last, filled):
    meeting_id, amal, bo = last.id, world.people["Amal"].id, world.people["Bo"].id
    data = as_csv(filled(Bo="present", Amal="present"))
    actions.mark(meeting=last, marks={amal: "late"}, versions={}, by=world.staff["Lena"].id, now=world.now)
    answer = put_in(dana, meeting_id, data)
    assert answer.status_code == 409 and "Everything else is saved." in answer.text
    assert "Lena saved “late” for Amal just now. You chose “present”. Which is right?" in answer.text
    assert states(meeting_id) == {amal: "late", bo: "present"}
    choice = re.search(r'name="choice" value="(present \d+)"', answer.text)[1]
    assert dana.post(f"/meetings/{meeting_id}/attendance/{amal}", data={"choice": choice}).status_code == 303
    assert states(meeting_id) == {amal: "present", bo: "present"}


def test_a_row_nobody_filled_in_does_not_fight_with_what_was_saved_since(world, dana, last, filled):
    meeting_id, amal, bo = last.id, world.people["Amal"].id, world.people["Bo"].id
    actions.mark(meeting=last, marks={amal: "late"}, versions={}, by=None, now=world.now)
    assert put_in(dana, meeting_id, as_csv(filled(Amal="Not recorded", Bo="absent"))).status_code == 303
    assert states(meeting_id) == {amal: "late", bo: "absent"}


LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(900) + "EncryptedPackage".encode("utf-16-le")  # .xlsx with a password


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "a.csv", "The first row must hold the headings"),
        (b"1,2,3\n4,5,6\n", "a.csv", "The first row must hold the headings"),
        (b"PK\x03\x04 not a workbook", "a.xlsx", "This file cannot be read"), (LOCKED, "a.xlsx", "without a password"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a.csv", "This file cannot be read"),
        (b"participant,state\n" + b"P001,late\n" * 501, "a.csv", "more than 500 rows"),
        (b'participant,state\n"P001,' + b"x" * 200_000, "a.csv", "This file cannot be read"),
    ],
)
def test_a_file_that_is_no_register_is_refused_whole(app, last, data, name, said):
    [(row, what)] = mistakes(last, data, name)
    assert row == 0 and said in what


def test_a_workbook_that_is_huge_when_unpacked_is_not_opened(app, last, filled, monkeypatch):
    monkeypatch.setattr(sheet, "MAX_UNPACKED", 1000)
    [(_row, what)] = mistakes(last, as_xlsx(filled(Amal="late")), "a.xlsx")
    assert "This file cannot be read" in what


def test_without_a_file_the_page_says_what_to_choose(dana, last):
    answer = dana.post(f"/meetings/{last.id}/attendance/sheet", data={})
    assert answer.status_code == 422 and "Choose the file you filled in" in answer.text


def test_a_sheet_for_a_meeting_to_come_is_refused_in_words(world, dana, filled):
    rows = filled(Amal="present")
    rows[1][1] = 12
    answer = put_in(dana, world.meetings[12].id, as_csv(rows))
    assert answer.status_code == 422 and "The register opens two hours before" in answer.text
