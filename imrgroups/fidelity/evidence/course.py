"""A group's items over time, and many groups side by side; each reads everything once, however many days or groups there are."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from imrgroups.db import db
from imrgroups.fidelity import evidence
from imrgroups.groups.models import Group
from imrgroups.rules.fidelity import Evidence
from imrgroups.rules.fidelity.course import month_ends
from imrgroups.rules.fidelity.facts import GroupFacts
from imrgroups.rules.fidelity.reviews import counted_on
from imrgroups.staff.models import Centre

RUNNING, ENDED = "running", "ended"


def months(facts: GroupFacts, on: date) -> list[Evidence]:
    """The evidence at the end of each month since the first held meeting, and on the day asked; empty before it."""
    held = [meeting.on for meeting in facts.meetings if meeting.state == "held"]
    scale = evidence.scale()
    return [evidence.count(facts, day, scale) for day in (month_ends(min(held), on) if held else [])]


@dataclass(frozen=True)
class Side:
    """One group beside the others: the day its evidence is of, the evidence, and the bands its centre chose."""

    id: int
    name: str
    centre_id: int
    centre: str
    bands: str
    ended: bool
    on: date
    found: Evidence

    @property
    def band(self) -> str | None:
        """The word of the band in the centre's system."""
        return self.found.bands.get(self.bands)


def side_by_side(centre_ids: Collection[int], now: datetime, state: str = "") -> list[Side]:
    """The groups of these centres, by centre and name, the running ones first; state: "running", "ended" or "" for all.

    An ended group is counted as of its last day. As many statements as for one group.
    """
    wanted = (
        select(Group.id, Group.name, Group.centre_id, Centre.name.label("centre"), Centre.bands, Group.ended_on, Group.timezone)
        .join(Centre, Centre.id == Group.centre_id).where(Group.centre_id.in_(list(centre_ids)))
        .order_by(Centre.name, Group.ended_on.is_not(None), Group.starts_on.desc(), Group.name)
    )
    if state:
        wanted = wanted.where(Group.ended_on.is_(None) if state == RUNNING else Group.ended_on.is_not(None))
    groups = db.session.execute(wanted).all()
    facts, scale = evidence.facts_of([row.id for row in groups]), evidence.scale()
    found = []
    for row in groups:
        on = counted_on(now.astimezone(ZoneInfo(row.timezone)).date(), row.ended_on)
        found.append(Side(
            row.id, row.name, row.centre_id, row.centre, row.bands, row.ended_on is not None, on, evidence.count(facts[row.id], on, scale),
        ))
    return found
