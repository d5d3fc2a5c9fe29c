"""A binder to take along: one ZIP with the PDF, the frozen bytes, a ledger a part as CSV, and the hashes of all of them."""

import csv
import io
import json
import zipfile
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from imrgroups.fidelity.evidence.binder import SECTIONS
from imrgroups.i18n import gettext
from imrgroups.rules.fidelity.binder import fingerprint

JSON_NAME = "binder.json"


def archive(data: bytes, content: Mapping[str, Any], *, pdf: bytes, frozen_at: datetime, delimiter: str) -> bytes:
    """The ZIP. data: the frozen bytes, as they are. Opens anywhere, without the program and without a network."""
    files = {"binder.pdf": pdf, JSON_NAME: data}
    files |= {f"ledgers/{section}.csv": table(content[section], delimiter) for section in SECTIONS}
    sums = "".join(f"{fingerprint(made)}  {name}\n" for name, made in files.items())
    files["SHA256SUMS"] = sums.encode()
    files["README.txt"] = _read_me(content, fingerprint(data)).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, made in files.items():
            packed.writestr(zipfile.ZipInfo(name, frozen_at.timetuple()[:6]), made, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def table(rows: list[dict[str, Any]], delimiter: str = ",") -> bytes:
    """Rows as CSV that spreadsheets open as they are; lists become JSON in one cell."""
    heads = list(dict.fromkeys(name for row in rows for name in row)) or ["key"]
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows([_cell(row.get(name)) for name in heads] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> str:
    """One cell; an apostrophe before what a spreadsheet would take for a formula."""
    if value is None or value == []:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def _read_me(content: Mapping[str, Any], sha256: str) -> str:
    head = content["head"]
    lines = [
        gettext("Binder: %(group)s", group=head["group_name"]), "",
        gettext("binder.pdf is for reading, binder.json is the frozen evidence, ledgers/ holds the same as tables."),
        gettext("To check that nothing was changed: sha256sum -c SHA256SUMS. The frozen evidence has this hash:"), sha256, "",
        gettext("This is confidential. Delete it when the review is over."), "",
    ]
    return "\n".join(lines)
