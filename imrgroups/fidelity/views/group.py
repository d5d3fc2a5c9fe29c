"""If assessed today: every item of the scale for one group, with what is behind each number and the cheapest next point."""

from datetime import date, timedelta

from flask import render_template
from sqlalchemy import select

from imrgroups import auth, config
from imrgroups.auth import policy
from imrgroups.db import db
from imrgroups.enrolment import roster
from imrgroups.fidelity import evidence
from imrgroups.fidelity.views.addresses import bp
from imrgroups.groups.models import Group, Meeting
from imrgroups.rules.fidelity.agreement import printed


@bp.get("/groups/<int:group_id>/fidelity")
@policy("group.see", of="group")
def group(group_id: int) -> str:
    """The thirteen items as they stand today, and four weeks ago."""
    row = db.session.get_one(Group, group_id)
    today = config.today(row.timezone)
    on = min(today, row.ended_on) if row.ended_on else today
    facts, scale = evidence.group_facts(group_id), evidence.scale()
    now, before = (evidence.count(facts, day, scale) for day in (on, on - timedelta(days=28)))
    people = roster.names({key for item in now.items if item.unit == "people" for key in (*item.behind, *item.missing)})
    auth.looked_at(*people)
    return render_template(
        "fidelity/group.html",
        group=row,
        scale=scale,
        found=now,
        before=before,
        on=on,
        mean=printed(now.mean),
        mean_before=printed(before.mean),
        band=now.bands.get(row.centre.bands),
        people=people,
        meetings=_meetings(group_id),
        next_step=evidence.next_step,
    )


def _meetings(group_id: int) -> dict[int, date]:
    return {row.id: row.meets_on for row in db.session.execute(select(Meeting.id, Meeting.meets_on).where(Meeting.group_id == group_id))}
