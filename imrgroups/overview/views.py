"""The coordinator's overview: every group of the centre side by side, and its spreadsheets to take along."""

import io
import zipfile

from flask import Blueprint, abort, g, render_template, request, send_file
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from imrgroups import audit, auth, config
from imrgroups.auth import policy
from imrgroups.db import db
from imrgroups.forms import clean
from imrgroups.groups.models import Group
from imrgroups.i18n import language
from imrgroups.overview import actions
from imrgroups.overview.sheets import files, store
from imrgroups.overview.sheets.layout import SHEETS
from imrgroups.staff import actions as staff
from imrgroups.staff.models import Centre

bp = Blueprint("overview", __name__)
Answer = AnyResponse | tuple[str, int]
REASON_LENGTH = 10


@bp.get("/overview")
@policy("overview.see")
def index() -> str:
    """The groups of one's centres with what is left to do in each, and their figures with denominators."""
    ties = auth.me()
    centres = staff.centres(ties.centres("coordinator") if ties else ())
    rows = actions.board([centre.id for centre in centres], config.now())
    return render_template("overview/index.html", centres=centres, rows=rows)


@bp.route("/centres/<int:centre_id>/export", methods=["GET", "POST"])
@policy("centre.export", of="centre")
def export(centre_id: int) -> Answer:
    """Everything of a centre as one workbook, or as a ZIP of CSV files (semicolons on Danish screens), for a reason that is recorded.

    The files hold what is written of groups one does not lead; so the reason is that for reading them, and the leaders see it.
    """
    centre = db.session.get(Centre, centre_id) or abort(404)
    reason, kind = clean(request.form.get("reason")), request.form.get("kind", "xlsx")
    if request.method == "GET" or len(reason) < REASON_LENGTH:
        refused = request.method == "POST"
        return render_template("overview/export.html", centre=centre, text=reason, refused=refused), 422 if refused else 200
    groups = list(db.session.execute(select(Group.id).where(Group.centre_id == centre_id)).scalars())
    g.reason_id = audit.state_reason(group_ids=groups, reason=reason, by=auth.staff_id(), now=config.now(), centre_id=centre_id)
    return _everything(centre, "zip" if kind == "zip" else "xlsx")


def _everything(centre: Centre, kind: str) -> AnyResponse:
    tables = store.dump([centre.id])
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
