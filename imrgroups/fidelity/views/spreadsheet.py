"""Tables to take along: CSV as a spreadsheet program opens it, with a byte order mark, and semicolons on Danish screens."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

from flask import Response

from imrgroups.i18n import language

FORMULA = re.compile(r"[=+\-@\t\r]")


def answer(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """The table as a file; text that a spreadsheet would take for a formula gets one apostrophe before it."""
    out = io.StringIO()
    table = csv.writer(out, delimiter=";" if language() == "da" else ",")
    table.writerow(head)
    table.writerows([_cell(value) for value in row] for row in rows)
    return Response(
        out.getvalue().encode("utf-8-sig"), mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def _cell(value: object) -> object:
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value
