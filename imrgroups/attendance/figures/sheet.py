"""The register on paper, and as a spreadsheet out and in."""

import csv
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from imrgroups.attendance.figures.register import Line
from imrgroups.attendance.figures.words import STATE_NAMES
from imrgroups.forms import clean, one_line
from imrgroups.groups.models import Meeting
from imrgroups.i18n import LOCALES, apart, clock, day, direction, gettext, in_language, language, lazy_gettext
from imrgroups.pdf import Paragraph, PrintDocument, Table, Ticks
from imrgroups.rules.attendance import MarkState

MAX_ROWS = 500
MAX_UNPACKED = 60 * 1024 * 1024
HEADS = {
    "group": lazy_gettext("Group"), "number": lazy_gettext("Meeting number"), "participant": lazy_gettext("Code"),
    "name": lazy_gettext("Name"), "state": lazy_gettext("Mark"), "version": lazy_gettext("Version"),
}


def printed(meeting: Meeting, lines: Sequence[Line], leaders: Sequence[tuple[str, bool]]) -> PrintDocument:
    """The register as a sheet of paper, in the order of the screen; what is saved stands on it as a cross."""
    states = [state for state in STATE_NAMES if state is not MarkState.NOT_RECORDED]
    rows = [[_on_paper(line), *("X" if line.state is state else "" for state in states)] for line in lines]
    group, at = meeting.group, f"{day(meeting.meets_on)} {clock(meeting.local_time)}"
    blocks: list[Any] = [
        Paragraph(", ".join(part for part in (at, group.place) if part)),
        Table(
            [gettext("Name"), *(str(STATE_NAMES[state]) for state in states)], rows, widths=[1.7, *(1.0 for _ in states)], row_mm=9,
            small=True,
        ),
    ]
    if leaders:
        there = [place for place, (_name, present) in enumerate(leaders) if present]
        blocks += [Paragraph(gettext("Leaders who were there"), keep=True), Ticks([apart(name) for name, _present in leaders], there)]
    footer = [group.name, gettext("Meeting %(number)s", number=meeting.number)]
    return PrintDocument(
        gettext("Attendance"), language(), blocks, above=f"{group.name}, {footer[1]}", footer=footer, page_word=gettext("Page"),
    )


def _on_paper(line: Line) -> str:
    told = gettext("told us: cannot come") if line.told_on else gettext("in hospital") if line.in_hospital else ""
    return f"{apart(line.label)} ({told})" if told else apart(line.label)


def _rows(meeting: Meeting, lines: Sequence[Line]) -> list[list[str | int]]:
    return [
        [_out(meeting.group.code), meeting.number, _out(line.code), _out(line.name), str(STATE_NAMES[line.state]), line.version]
        for line in lines
    ]


def _out(text: str) -> str:
    """A text as a cell: an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def _in(cell: Any) -> str:
    text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else "" if cell is None else str(cell)
    text = one_line(text)
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text


def as_csv(meeting: Meeting, lines: Sequence[Line]) -> bytes:
    """The register as CSV, with the separator the language's spreadsheets expect."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";" if language() == "da" else ",", lineterminator="\n")
    writer.writerows([[str(head) for head in HEADS.values()], *_rows(meeting, lines)])
    return file.getvalue().encode("utf-8-sig")


def as_xlsx(meeting: Meeting, lines: Sequence[Line]) -> bytes:
    """The register as a workbook; the marks can be chosen from a list in each cell."""
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    sheet = book.active
    sheet.title, sheet.freeze_panes = gettext("Attendance")[:31], "A2"
    sheet.sheet_view.rightToLeft = direction() == "rtl"
    for row in [[str(head) for head in HEADS.values()], *_rows(meeting, lines)]:
        sheet.append(row)
    for cell, width in zip(sheet[1], (10, 16, 10, 30, 20, 10), strict=True):
        cell.font = Font(bold=True)
        sheet.column_dimensions[cell.column_letter].width = width
    words = ",".join(str(name) for name in STATE_NAMES.values())
    choose = DataValidation(type="list", formula1=f'"{words}"', allow_blank=True, showErrorMessage=False)
    choose.add(f"E2:E{max(len(lines), 1) + 1}")
    sheet.add_data_validation(choose)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something to put right in a sheet. row: as the spreadsheet numbers it, 0 for the whole file."""

    row: int
    what: str

    def __str__(self) -> str:
        return gettext("Row %(row)s: %(what)s", row=self.row, what=self.what) if self.row else self.what


@dataclass(frozen=True, slots=True)
class Filled:
    """What a sheet says: the mark and version of each person, the row each stands in, and what has to be put right first."""

    marks: dict[int, MarkState]
    versions: dict[int, int]
    rows: dict[int, int]
    mistakes: list[Mistake]


def read_sheet(name: str, data: bytes, meeting: Meeting, lines: Sequence[Line]) -> Filled:
    """What a filled-in spreadsheet (.xlsx or .csv) says about a meeting. An empty mark leaves what is saved as it is."""
    found = Filled({}, {}, {}, [])
    try:
        cells = _cells(name, data)
    except Exception:  # whatever a broken or strange file makes its reader raise, the answer is the same
        found.mistakes.append(Mistake(0, gettext("This file cannot be read. Save it as .xlsx or .csv, without a password, and try again.")))
        return found
    places = _places(cells[0]) if cells else {}
    if not {"participant", "state"} <= set(places):
        found.mistakes.append(Mistake(0, gettext("The first row must hold the headings. Download the sheet again and fill that one in.")))
        return found
    if len(cells) > MAX_ROWS:
        many = gettext("This sheet has more than %(most)s rows. Keep only the rows of this meeting.", most=MAX_ROWS)
        found.mistakes.append(Mistake(0, many))
        return found
    by_code = {line.code.casefold(): line for line in lines}
    for number, row in enumerate(cells[1:], 2):
        if any(cell not in (None, "") for cell in row):
            _read_row(number, {key: _in(row[place]) if place < len(row) else "" for key, place in places.items()}, meeting, by_code, found)
    return found


def _read_row(number: int, said: Mapping[str, str], meeting: Meeting, by_code: Mapping[str, Line], found: Filled) -> None:
    line = by_code.get(said["participant"].casefold())
    word = said["state"].casefold()
    state, version = words().get(word), said.get("version", "")
    what, here = "", (meeting.group.code, str(meeting.number))
    said_group, said_number = said.get("group") or here[0], said.get("number") or here[1]
    if (said_group.casefold(), said_number) != (here[0].casefold(), here[1]):
        what = gettext(
            "this is meeting %(number)s of group %(group)s. Put it in on the page of that meeting.", number=said_number, group=said_group
        )
    elif line is None:
        what = gettext("“%(code)s” is nobody's code at this meeting. Copy the code from the register.", code=said["participant"])
    elif line.id in found.rows:
        what = gettext("%(code)s stands in row %(row)s already. Keep one of the two.", code=line.code, row=found.rows[line.id])
    elif said.get("name") and said["name"].casefold() != one_line(line.name).casefold():
        what = gettext("the code %(code)s belongs to another name. Check that rows did not get mixed up.", code=line.code)
    elif word and state is None:
        names = ", ".join(str(name) for name in STATE_NAMES.values())
        what = gettext("“%(word)s” is not a mark. Write one of these: %(names)s.", word=said["state"][:40], names=names)
    elif version and not (version.isascii() and version.isdigit() and len(version) < 10):
        what = gettext("leave the version as it was when you downloaded the sheet.")
    if what:
        found.mistakes.append(Mistake(number, what))
    elif line is not None:
        found.rows[line.id] = number
        untouched = state is MarkState.NOT_RECORDED and version and int(version) != line.version
        if state is not None and not untouched:
            found.marks[line.id] = state
            if version:
                found.versions[line.id] = int(version)


def _cells(name: str, data: bytes) -> list[Sequence[Any]]:
    if data[:2] != b"PK":
        if b"\x00" in data[:4096] and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            raise ValueError(f"{name} is no text")
        return _csv_cells(data)
    from openpyxl import load_workbook

    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        if sum(each.file_size for each in packed.infolist()) > MAX_UNPACKED:
            raise ValueError("the workbook is too big when unpacked")
    book = load_workbook(io.BytesIO(data), read_only=True)
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        return list(sheet.iter_rows(max_row=MAX_ROWS + 2, max_col=20, values_only=True))
    except IndexError as error:
        raise ValueError("the workbook has no sheet") from error
    finally:
        book.close()


def _csv_cells(data: bytes) -> list[Sequence[Any]]:
    encodings = ["utf-16"] if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        head = text.partition("\n")[0]
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(";,\t", key=head.count))
        return [row for row, _number in zip(rows, range(MAX_ROWS + 2), strict=False)]
    raise ValueError("the file is in no known alphabet")


def _places(head: Iterable[Any]) -> dict[str, int]:
    """Which column holds what: by the stored words, or by the headings of any language of the screens."""
    known: dict[str, str] = {}
    for code in LOCALES:
        with in_language(code):
            known |= {str(label).casefold(): key for key, label in HEADS.items()}
    known |= {key: key for key in HEADS}
    found: dict[str, int] = {}
    for place, cell in enumerate(head):
        key = known.get(clean("" if cell is None else str(cell)).casefold())
        if key:
            found.setdefault(key, place)
    return found


def words() -> dict[str, MarkState]:
    """Every word for a mark a sheet may use: those of all languages of the screens, the page's own first, and the stored words."""
    return _words(language())


@lru_cache(maxsize=16)
def _words(locale: str) -> dict[str, MarkState]:
    known: dict[str, MarkState] = {}
    for code in [*(other for other in LOCALES if other != locale), locale]:
        with in_language(code):
            known |= {str(name).casefold(): state for state, name in STATE_NAMES.items()}
    return known | {state.value: state for state in MarkState}
