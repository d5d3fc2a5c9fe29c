"""The coordinator's overview: every group of the centre side by side, and its spreadsheets to take along."""

import io
import zipfile

from flask import Blueprint, Response, abort, render_template, send_file
from werkzeug.wrappers import Response as AnyResponse

from imrgroups import auth, config
from imrgroups.auth import policy
from imrgroups.db import db
from imrgroups.i18n import language
from imrgroups.overview import actions
from imrgroups.overview.sheets import files, store
from imrgroups.overview.sheets.layout import SHEETS
from imrgroups.staff import actions as staff
from imrgroups.staff.models import Centre

bp = Blueprint("overview", __name__)


@bp.get("/overview")
@policy("overview.see")
def index() -> str:
    """The groups of one's centres with what is left to do in each, and their figures with denominators."""
    ties = auth.me()
    centres = staff.centres(ties.centres("coordinator") if ties else ())
    rows = actions.board([centre.id for centre in centres], config.now())
    return render_template("overview/index.html", centres=centres, rows=rows)


@bp.get("/centres/<int:centre_id>/export.<any(xlsx, zip):kind>")
@policy("centre.export", of="centre")
def export(centre_id: int, kind: str) -> Response | AnyResponse:
    """Everything of a centre as one workbook, or as a ZIP of CSV files (semicolons on Danish screens)."""
    centre = db.session.get(Centre, centre_id) or abort(404)
    tables = store.dump([centre_id])
    auth.looked_at(*store.people_of(tables))
    name = f"imrgroups-{centre.code}-{config.today(centre.timezone).isoformat()}.{kind}"
    if kind == "xlsx":
        return send_file(io.BytesIO(files.workbook(tables)), as_attachment=True, download_name=name)
    delimiter = ";" if language() == "da" else ","
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for sheet in SHEETS:
            archive.writestr(f"{sheet.name}.csv", files.csv_text(sheet, tables[sheet.name], delimiter))
    out.seek(0)
    return send_file(out, as_attachment=True, download_name=name, mimetype="application/zip")
