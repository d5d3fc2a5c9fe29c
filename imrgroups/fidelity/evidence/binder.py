"""Gathers everything a binder holds: a group's evidence as of a day, with pseudonyms for names. One statement a kind of row.

The content is plain data: `head` says what it is, every other part is a list of rows with a `key` that stays the same when it is gathered
again, so that two gatherings can be compared. Meetings are called M01, M02... by their number, people P01, P02..., those close to somebody
P01a, P01b...
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from imrgroups.attendance.models import LeaderPresent
from imrgroups.db import db
from imrgroups.enrolment import roster
from imrgroups.fidelity.evidence import count, group_facts
from imrgroups.fidelity.evidence.instruments import instrument_of
from imrgroups.fidelity.evidence.ledgers import Ledgers, Rows, in_order
from imrgroups.fidelity.evidence.people import pseudonyms
from imrgroups.fidelity.models import Review
from imrgroups.groups.models import GroupLeader, Meeting
from imrgroups.notes.models import TopicTaught
from imrgroups.people import actions as people
from imrgroups.people.models import Supporter
from imrgroups.rules.fidelity import Evidence, ItemEvidence
from imrgroups.rules.fidelity.agreement import printed
from imrgroups.rules.fidelity.binder import sample
from imrgroups.rules.fidelity.facts import GroupFacts, Key
from imrgroups.rules.fidelity.naming import Veil
from imrgroups.rules.fidelity.scale import Instrument
from imrgroups.staff.models import Staff

# The parts of a binder in the order of its contents list.
SECTIONS = (
    "items", "people", "meetings", "attendance", "make_ups", "notes", "goals", "follow_ups", "homework", "handouts", "contacts",
    "techniques", "training",
)
FORMAT = 1


class Gathering(Ledgers):
    """One reading of a group for one review, as of a day. `content` is the binder, `called` says which pseudonym is whose."""

    def __init__(self, review: Review, on: date, called: Mapping[int, str] | None = None) -> None:
        """Read everything; the same number of statements however many people or meetings there are.

        called: the pseudonyms of an earlier gathering, which are kept; who came to be known since gets the next numbers.
        """
        self.review, self.on, self.scale = review, on, instrument_of(review)
        facts = group_facts(review.group_id)
        self.found: Evidence = count(facts, on, self.scale)
        self.called = dict(called or {})
        for key in pseudonyms(review):
            self.called.setdefault(key, f"P{len(self.called) + 1:02}")
        self.staff = dict(db.session.execute(select(Staff.id, Staff.name)).all())
        rows = db.session.execute(
            select(Meeting.id, Meeting.number, Meeting.meets_on, Meeting.state).where(Meeting.group_id == review.group_id)
        ).all()
        self.meetings = {row.id: row for row in rows if row.meets_on <= on}
        self.label = {row.id: f"M{row.number:02}" for row in rows}
        self._close_ones()
        self.content = self._content(facts)

    def _close_ones(self) -> None:
        """Names to hide, and what supporters are called."""
        columns = (Supporter.id, Supporter.participant_id, Supporter.name_sealed)
        wanted = select(*columns).where(Supporter.participant_id.in_(list(self.called)))
        count_of: dict[int, int] = defaultdict(int)
        self.supporters = {}
        pairs = [(name, self.called[key]) for key, name in roster.names(self.called).items()]
        for row in db.session.execute(wanted.order_by(Supporter.participant_id, Supporter.code)):
            letter = "abcdefghijklmnopqrstuvwxyz"[min(count_of[row.participant_id], 25)]
            count_of[row.participant_id] += 1
            self.supporters[row.id] = f"{self.called[row.participant_id]}{letter}"
            pairs.append((Supporter.name.open(Supporter, row.id, row.name_sealed), self.supporters[row.id]))
        self.veil = Veil(pairs)

    def _content(self, facts: GroupFacts) -> dict[str, Any]:
        found, review = self.found, self.review
        recent = [meeting for meeting in found.held[-self.scale.windows.recent_meetings :] if isinstance(meeting, int)]
        held = [key for key in found.held if isinstance(key, int)]
        drawn = sample(review.seed, [self.called[key] for key in found.starters if key in self.called], self.scale.timing.sample_charts)
        mean = printed(found.mean)
        return {
            "head": {
                "format": FORMAT, "review": review.kind, "review_name": self.scale.review(review.kind).name,
                "group": review.group.code, "group_name": review.group.name,
                "centre": review.group.centre.name, "due_on": review.due_on.isoformat(), "on": self.on.isoformat(),
                "instrument": self.scale.id, "instrument_name": self.scale.name, "version": self.scale.version, "seed": review.seed,
                "sample": list(drawn), "reference": found.reference and found.reference.isoformat(),
                "recent_from": found.reference and (found.reference - timedelta(days=self.scale.windows.recent_days - 1)).isoformat(),
                "counts": {
                    "assigned": len(found.assigned), "starters": len(found.starters), "current": len(found.current),
                    "held": len(found.held), "no_longer_held": found.no_longer_held,
                },
                "mean": None if mean is None else str(mean), "rated": found.rated, "bands": dict(found.bands),
                "leaders": self._leaders(),
            },
            "items": [self._item(self.scale, item) for item in found.items if item.item in self.scale.review(review.kind).items],
            "people": self._people(facts, drawn),
            "meetings": self._meetings(held),
            **self.ledgers(recent),
        }

    def _leaders(self) -> list[str]:
        wanted = select(GroupLeader.staff_id).where(GroupLeader.group_id == self.review.group_id)
        self.leaders = list(db.session.execute(wanted).scalars())
        return sorted(self.staff[key] for key in self.leaders)

    def _who(self, keys: Iterable[Key], unit: str) -> list[str]:
        names: Mapping[Any, str] = self.called if unit == "people" else self.label
        told = [names.get(key, str(key)) for key in keys]
        return told if unit == "topics" else sorted(told)

    def _item(self, scale: Instrument, item: ItemEvidence) -> dict[str, Any]:
        entry, unit = scale.item(item.item), item.unit
        of = unit if unit in ("people", "topics") else "meetings"
        return {
            "key": f"{item.item:02}", "item": item.item, "id": item.id, "counts": entry.counting.counts, "name": entry.name,
            "definition": entry.definition, "unit": of,
            "value": item.value, "numerator": item.numerator, "denominator": item.denominator, "suggestion": item.suggestion,
            "forecast": item.forecast, "anchor": entry.anchor(item.suggestion) if item.suggestion else "", "anchors": list(entry.anchors),
            "assigned_numerator": item.assigned_numerator, "assigned_denominator": item.assigned_denominator, "planned": item.planned,
            "behind": self._who(item.behind, of), "missing": self._who(item.missing, of),
            "leaders": [
                {
                    "name": self.staff.get(use.leader, "") if isinstance(use.leader, int) else "",
                    "trained": self._who(use.trained, "meetings"), "present": use.present,
                }
                for use in item.leaders
            ],
        }

    def _people(self, facts: GroupFacts, drawn: Sequence[str]) -> Rows:
        stays: dict[Key, list[list[str | None]]] = defaultdict(list)
        for row in sorted(facts.enrolments, key=lambda row: row.joined_on):
            if row.joined_on <= self.on:
                left = row.left_on if row.left_on is not None and row.left_on <= self.on else None
                stays[row.person].append([row.joined_on.isoformat(), left and left.isoformat()])
        willing = people.has_consented([key for key in stays if isinstance(key, int)], "assessor_interview")
        starters, current = set(self.found.starters), set(self.found.current)
        return in_order(
            {
                "key": self.called[key], "stays": told, "starter": key in starters, "current": key in current, "interview": key in willing,
                "sampled": self.called[key] in drawn,
            }
            for key, told in stays.items() if isinstance(key, int)
        )

    def _meetings(self, held: Sequence[int]) -> Rows:
        topics = select(TopicTaught.meeting_id, TopicTaught.module, TopicTaught.topic).order_by(TopicTaught.position)
        taught = self._by_meeting(topics, TopicTaught)
        led = self._by_meeting(select(LeaderPresent.meeting_id, LeaderPresent.staff_id), LeaderPresent)
        return in_order(
            {
                "key": self.label[key], "on": row.meets_on.isoformat(), "state": row.state,
                "topics": [f"{module}/{topic}" if topic else module for _meeting, module, topic in taught[key]],
                "leaders": sorted(self.staff[leader] for _meeting, leader in led[key]),
            }
            for key, row in self.meetings.items() if row.state != "planned"
        )
