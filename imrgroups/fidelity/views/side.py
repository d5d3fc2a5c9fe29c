"""A coordinator's groups side by side, as they would be assessed today."""

from flask import Response, render_template, request

from imrgroups import auth, config
from imrgroups.auth import policy
from imrgroups.fidelity import evidence
from imrgroups.fidelity.evidence import course
from imrgroups.fidelity.evidence.course import Side
from imrgroups.fidelity.views import spreadsheet
from imrgroups.fidelity.views.addresses import bp
from imrgroups.i18n import number
from imrgroups.rules.fidelity.agreement import printed
from imrgroups.staff import actions as staff


@bp.get("/fidelity")
@policy("overview.see")
def side_by_side() -> str:
    """One row a group: the items, the mean and its band; by centre, running or ended."""
    centres, centre, state, rows = _asked()
    return render_template(
        "fidelity/side.html", centres=centres, centre=centre, state=state, rows=rows, scale=evidence.scale(), printed=printed,
        band_name=evidence.band_name,
    )


@bp.get("/fidelity.csv")
@policy("overview.see")
def side_sheet() -> Response:
    """The same as a table to take along, with the version of the scale and the day of the data."""
    _centres, _centre, _state, rows = _asked()
    scale = evidence.scale()
    head = ["centre", "group", "date", "instrument", "version", "meetings_held", "starters", "assigned",
            *(f"item_{item.number}" for item in scale.items if item.counting.unit != "assessor"), "mean", "rated", "band_system", "band"]
    lines = [
        [row.centre, row.name, row.on.isoformat(), scale.id, scale.version, len(row.found.held), len(row.found.starters),
         len(row.found.assigned), *(item.suggestion for item in row.found.items if item.unit != "assessor"),
         number(float(printed(row.found.mean) or 0), 2) if row.found.mean is not None else None, row.found.rated, row.bands, row.band]
        for row in rows
    ]
    return spreadsheet.answer(f"fidelity-groups-{config.now().date().isoformat()}", head, lines)


def _asked() -> tuple[dict[int, str], int, str, list[Side]]:
    """One's centres by key, the one chosen (0: all), the state chosen, and the groups."""
    ties = auth.me()
    centres = {centre.id: centre.name for centre in staff.centres(ties.centres("coordinator") if ties else ())}
    chosen, state = request.args.get("centre", ""), request.args.get("state", course.RUNNING)
    centre = int(chosen) if chosen.isascii() and chosen.isdecimal() and len(chosen) < 19 and int(chosen) in centres else 0
    state = state if state in (course.RUNNING, course.ENDED) else ""
    return centres, centre, state, course.side_by_side([centre] if centre else centres, config.now(), state)
