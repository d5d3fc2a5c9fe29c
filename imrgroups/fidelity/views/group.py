"""If assessed today: every item of the scale for one group, what is behind each number, how it changed, and the cheapest next point."""

from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from babel.dates import format_date
from flask import Response, render_template
from sqlalchemy import Row, Select, bindparam, select

from imrgroups import auth, config, i18n
from imrgroups.auth import policy
from imrgroups.db import fetch
from imrgroups.enrolment import roster
from imrgroups.fidelity import evidence
from imrgroups.fidelity.evidence import course, steps
from imrgroups.fidelity.views import charts, spreadsheet
from imrgroups.fidelity.views.addresses import bp
from imrgroups.groups.models import Group
from imrgroups.i18n import curriculum, gettext, language
from imrgroups.rules.fidelity.agreement import printed
from imrgroups.rules.fidelity.reviews import counted_on
from imrgroups.staff.models import Centre

MONTH = timedelta(days=28)


@bp.get("/groups/<int:group_id>/fidelity")
@policy("group.see", of="group")
def group(group_id: int) -> str:
    """The thirteen items as they stand today, and four weeks ago."""
    row, on = _group(group_id)
    facts, scale = evidence.group_facts(group_id), evidence.scale()
    now, before = (evidence.count(facts, day, scale) for day in (on, on - MONTH))
    names = roster.names({key for item in now.items if item.unit == "people" for key in (*item.behind, *item.missing)})
    people = dict(sorted(names.items(), key=lambda one: one[1].casefold()))
    meetings = {each.key: each.on for each in facts.meetings}
    without = {key for item in now.items if item.unit == "meetings" for key in item.missing}
    auth.looked_at(*people)
    return render_template(
        "fidelity/group.html", group=row, scale=scale, found=now, lines=list(zip(now.items, scale.items, before.items, strict=True)), on=on,
        then=on - MONTH, mean=printed(now.mean), mean_before=printed(before.mean), band=evidence.band_name(now, row.bands), people=people,
        days={key: i18n.day(meetings[key]) for key in without}, meetings=meetings,
        next_steps=steps.next_steps(now, people),
    )


@bp.get("/groups/<int:group_id>/fidelity/change.svg")
@policy("group.see", of="group")
def change_chart(group_id: int) -> Response:
    """The suggestions four weeks ago and now, as bars."""
    _row, on = _group(group_id)
    facts, scale = evidence.group_facts(group_id), evidence.scale()
    now, before = (evidence.count(facts, day, scale) for day in (on, on - MONTH))
    items = [item.item for item in now.items if item.unit != "assessor"]
    return charts.bars([str(item) for item in items], {
        gettext("Four weeks before"): [before.item(item).suggestion for item in items],
        gettext("Now"): [now.item(item).suggestion for item in items],
    })


@bp.get("/groups/<int:group_id>/fidelity/months")
@policy("group.see", of="group")
def months(group_id: int) -> str:
    """Every item and the mean at the end of each month of the group's life."""
    row, on = _group(group_id)
    return render_template(
        "fidelity/months.html", group=row, on=on, scale=evidence.scale(), points=course.months(evidence.group_facts(group_id), on),
        printed=printed,
    )


@bp.get("/groups/<int:group_id>/fidelity/months.svg")
@policy("group.see", of="group")
def months_chart(group_id: int) -> Response:
    """The mean at the end of each month, as a line."""
    _row, on = _group(group_id)
    points = course.months(evidence.group_facts(group_id), on)
    means = [float(point.mean) if point.mean is not None else None for point in points]
    return charts.lines([format_date(point.on, "MMM", locale=language()) for point in points], {gettext("Suggested mean"): means})


@bp.get("/groups/<int:group_id>/fidelity.csv")
@policy("group.see", of="group")
def group_sheet(group_id: int) -> Response:
    """The items of a group as a table to take along, with the version of the scale and the day of the data."""
    row, on = _group(group_id)
    scale = evidence.scale()
    found = evidence.count(evidence.group_facts(group_id), on, scale)
    head = ["group", "date", "instrument", "version", "item", "name", "value", "numerator", "denominator", "suggestion", "forecast", "next"]
    lines = [
        [row.name, on.isoformat(), scale.id, scale.version, item.item, curriculum(scale.item(item.item).name), item.value, item.numerator,
         item.denominator, item.suggestion, "yes" if item.forecast else "no", item.next]
        for item in found.items
    ]
    return spreadsheet.answer(f"fidelity-{group_id}-{on.isoformat()}", head, lines)


def _group(group_id: int) -> tuple[Row[Any], date]:
    """A group (id, name, bands of its centre), and the day its evidence is asked for: today, or its last day."""
    row = fetch(_head(), group=group_id).one()
    return row, counted_on(config.today(row.timezone), row.ended_on)


@lru_cache(maxsize=1)
def _head() -> Select[Any]:
    columns = (Group.id, Group.name, Group.timezone, Group.ended_on, Centre.bands)
    return select(*columns).join(Centre, Centre.id == Group.centre_id).where(Group.id == bindparam("group"))
