"""Files: one .xlsx or a folder of .csv, in and out. Everything is text here; columns.py gives it meaning."""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import zip_longest
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from imrgroups.overview.sheets.layout import BY_NAME, SHEETS, Sheet

LINES = 200_000  # more rows than any centre has; a file with more is a mistake


@dataclass(frozen=True)
class Problem:
    """Something about one row. row: as the spreadsheet counts, 1 is the header; 0 is the whole sheet. A warning does not stop an import."""

    sheet: str
    row: int
    column: str
    message: str
    warning: bool = False


class BadRow(Exception):
    """A row of a CSV file that cannot be taken apart; row: its number, where a cell that runs over several lines begins."""

    def __init__(self, row: int, said: str) -> None:
        self.row = row
        if "limit" in said:
            super().__init__("A cell in this row is longer than a million letters. Close its quotation mark (\"), or shorten it")
        else:
            super().__init__(
                "A quotation mark (\") at the beginning of a cell in this row is not closed, or text follows the one that closes it. Close "
                "it at the end of the cell, and write two (\"\") for one that belongs to the text"
            )


Rows = list[tuple[int, dict[str, str]]]


def read(path: Path) -> tuple[dict[str, Rows], list[Problem]]:
    """The cells of every sheet as (row number, text by column), and what is wrong with the files themselves."""
    if not path.exists():
        return {}, [Problem(path.name, 0, "", "There is no such file or folder")]
    tables, problems = _folder(path) if path.is_dir() else _workbook(path)
    found = {}
    for name, cells in tables.items():
        if name not in BY_NAME:
            known = ", ".join(sheet.name for sheet in SHEETS)
            problems.append(Problem(name, 0, "", f"This sheet is not known. The sheets are: {known}"))
            continue
        found[name] = _rows(BY_NAME[name], cells, problems)
    return found, problems


def _rows(sheet: Sheet, cells: list[list[str]], problems: list[Problem]) -> Rows:
    header = [cell.strip().lower() for cell in cells[0]] if cells else []
    while header and not header[-1]:
        header.pop()
    known = {column.name for column in sheet.columns}
    if not header or not set(header) & known:
        names = ",".join(column.name for column in sheet.columns)
        problems.append(Problem(sheet.name, 1, "", f"The first row must be the header: {names}"))
        return []
    for name in header:
        if name not in known:
            problems.append(Problem(sheet.name, 1, name, "This column is not known; take it out or correct its name"))
        elif header.count(name) > 1:
            problems.append(Problem(sheet.name, 1, name, "This column stands twice"))
    for column in sheet.columns:
        if column.needed and column.name not in header:
            problems.append(Problem(sheet.name, 1, column.name, "This column is missing"))
    rows = []
    for number, line in enumerate(cells[1:], 2):
        texts = [cell.strip() for cell in line]
        if not any(texts):
            continue
        if any(texts[len(header):]):
            problems.append(Problem(sheet.name, number, "", "This row has more cells than the header"))
        rows.append((number, dict(zip_longest(header, texts[: len(header)], fillvalue=""))))
    return rows


def _folder(path: Path) -> tuple[dict[str, list[list[str]]], list[Problem]]:
    tables, problems = {}, []
    for file in sorted(path.glob("*.csv")):
        try:
            tables[file.stem.lower()] = parse_csv(file.read_bytes())
        except UnicodeDecodeError:
            problems.append(Problem(file.stem, 0, "", "The file is not UTF-8. Save it as “CSV UTF-8” and try again"))
        except BadRow as error:
            problems.append(Problem(file.stem, error.row, "", str(error)))
        except ValueError as error:
            problems.append(Problem(file.stem, 0, "", f"The file cannot be read as CSV: {error}"))
    if not tables and not problems:
        problems.append(Problem(path.name, 0, "", "The folder holds no .csv file"))
    return tables, problems


def parse_csv(data: bytes) -> list[list[str]]:
    """The cells of a CSV file, comma or semicolon, with or without byte order mark. Raises UnicodeDecodeError, BadRow, ValueError."""
    text = data.decode("utf-8-sig")
    if "\0" in text:
        raise ValueError("it holds binary data")
    first = text.split("\n", 1)[0]
    before = csv.field_size_limit(1_000_000)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",", strict=True)
        rows = []
        for row in reader:
            rows.append(row)
    except csv.Error as error:
        raise BadRow(len(rows) + 1, str(error)) from error
    finally:
        csv.field_size_limit(before)  # it holds for the whole process; others read with their own
    if len(rows) > LINES:
        raise ValueError(f"it has more than {LINES} rows")
    return rows


def _no_workbook(path: Path) -> str:
    """What a file is that is no .xlsx workbook, and what to do; empty for one that may be."""
    with path.open("rb") as file:
        data = file.read(4_000_000)
    if data.startswith(b"\xd0\xcf\x11\xe0"):  # a compound file: what Excel wrote before 2007, and what it wraps around a locked workbook
        if "EncryptedPackage".encode("utf-16-le") in data:
            return "The workbook is locked with a password. Open it, save a copy without a password, and import the copy"
        return "This is an old .xls workbook. Open it and save it as .xlsx (“Excel Workbook”)"
    if data.startswith(b"PK"):
        try:
            with zipfile.ZipFile(path) as archive:
                names = archive.namelist()
        except (zipfile.BadZipFile, OSError, ValueError):
            return ""
        if "content.xml" in names:
            return "This is an OpenDocument spreadsheet. Open it and save it as .xlsx"
        if any(name.lower().endswith(".csv") for name in names):
            return "This is a ZIP of CSV files. Unpack it into a folder, and import the folder"
        return "" if "xl/workbook.xml" in names else "This is no .xlsx workbook. Save it as .xlsx, or give a folder of .csv files"
    if path.suffix.lower() == ".csv":
        return f"This is one CSV file. Import the folder it lies in ({path.absolute().parent}), with one file a sheet"
    return "The file is no .xlsx workbook. Save it as .xlsx, or give a folder of .csv files"


def _workbook(path: Path) -> tuple[dict[str, list[list[str]]], list[Problem]]:
    import openpyxl

    if other := _no_workbook(path):
        return {}, [Problem(path.name, 0, "", other)]
    damaged = (zipfile.BadZipFile, zlib.error, ParseError, KeyError, OSError, ValueError)
    try:
        book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()), read_only=True, data_only=False)  # whatever its name ends with
    except (*damaged, openpyxl.utils.exceptions.InvalidFileException):
        return {}, [Problem(path.name, 0, "", "This workbook is damaged. Open it, save it again as .xlsx and try once more")]
    tables, problems = {}, []
    for page in book.worksheets:
        name = page.title.strip().lower()
        try:
            page.reset_dimensions()
            cells = [[_cell(cell, name, problems) for cell in line] for line in page.iter_rows(max_row=LINES + 1)]
        except damaged:
            problems.append(Problem(name, 0, "", "This sheet cannot be read. Open the file, save it again and try once more"))
            continue
        if len(cells) > LINES:
            problems.append(Problem(name, 0, "", f"It has more than {LINES} rows. Delete what stands far below the table"))
        elif name in BY_NAME or any(any(line) for line in cells):
            tables[name] = cells
    book.close()
    return tables, problems


def _cell(cell: Any, sheet: str, problems: list[Problem]) -> str:
    """The text of a cell; one with a formula or an error is a problem, because what it shows is not in the file or is no value."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type in ("f", "e"):
        what = "a formula" if cell.data_type == "f" else "an error"
        problems.append(Problem(sheet, cell.row, cell.column_letter, f"This cell holds {what}. Write its value instead"))
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() and value.tzinfo is None else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def csv_text(sheet: Sheet, rows: Iterable[Mapping[str, str]], delimiter: str = ",") -> bytes:
    """A sheet as CSV: UTF-8 with byte order mark, LF, header first."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    names = [column.name for column in sheet.columns]
    writer.writerow(names)
    writer.writerows([row.get(name, "") for name in names] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def write_folder(folder: Path, tables: Mapping[str, list[dict[str, str]]]) -> None:
    """Write one .csv a sheet into a folder, each file whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    for sheet in SHEETS:
        part = folder / f".{sheet.name}.part"
        part.write_bytes(csv_text(sheet, tables[sheet.name]))
        part.replace(folder / f"{sheet.name}.csv")


def workbook(tables: Mapping[str, list[dict[str, str]]]) -> bytes:
    """All sheets as one .xlsx; every cell is text, so that nothing is taken for a formula or a date."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    for sheet in SHEETS:
        page = book.create_sheet(sheet.name)
        names = [column.name for column in sheet.columns]
        page.append(names)
        for row in tables[sheet.name]:
            page.append([_text_cell(page, row.get(name, "")) for name in names])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _text_cell(page: object, text: str) -> object:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    cell = WriteOnlyCell(page, value=ILLEGAL_CHARACTERS_RE.sub("", text) or None)
    if text:
        cell.data_type = "s"
    return cell
