"""One group's facts as they stood on a day: who received what, who is still there, which meetings are recent."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from imrgroups.rules.fidelity.facts import IN_THE_ROOM, MAKE_UPS, Enrolment, GroupFacts, Key
from imrgroups.rules.fidelity.scale import Windows


def in_order(keys: Iterable[Key]) -> tuple[Key, ...]:
    """The keys once each, numbers before words, so that the order of the rows never shows."""
    return tuple(sorted(set(keys), key=lambda key: (isinstance(key, str), key if isinstance(key, int) else 0, str(key))))


class Seen:
    """A group as it stood on `on`: nothing dated later is in here, except the plan.

    held: held meetings, oldest first, as keys. reference: the date of the last of them. received: for each person the meetings
    received, with the day each was (a make-up has its own). assigned, starters, current, enrolled (still in the group, starter or
    not): people. recent: the last held meetings. recent_from: the first of the recent days.
    """

    def __init__(self, facts: GroupFacts, on: date, windows: Windows) -> None:
        self.facts, self.on, self.windows = facts, on, windows
        ordered = {key: place for place, key in enumerate(in_order(meeting.key for meeting in facts.meetings))}
        once = {meeting.key: meeting for meeting in facts.meetings if meeting.state == "held" and meeting.on <= on}
        held = sorted(once.values(), key=lambda meeting: (meeting.on, meeting.number, ordered[meeting.key]))
        self.held = tuple(meeting.key for meeting in held)
        self.held_on = {meeting.key: meeting.on for meeting in held}
        self._dates = [meeting.on for meeting in held]
        self.first = self._dates[0] if held else None
        self.reference = self._dates[-1] if held else None
        self.recent = self.held[-windows.recent_meetings:]
        self.recent_from = self.reference - timedelta(days=windows.recent_days - 1) if self.reference else None
        self._enrol()
        self._receive()
        self.starters = tuple(person for person in self.assigned if self.received[person])
        self.enrolled = tuple(person for person in self.assigned if self._stays(person))
        self.current = tuple(person for person in self.enrolled if self.received[person])
        self.goals = {goal.key: goal.person for goal in facts.goals if goal.set_on <= on}

    def _enrol(self) -> None:
        self.stays: dict[Key, list[Enrolment]] = defaultdict(list)
        for row in self.facts.enrolments:
            if row.joined_on <= self.on:
                self.stays[row.person].append(row)
        for rows in self.stays.values():
            rows.sort(key=lambda row: (row.joined_on, row.left_on or date.max))
        self.assigned = in_order(self.stays)

    def _receive(self) -> None:
        self.room: dict[Key, set[Key]] = defaultdict(set)
        self.received: dict[Key, dict[Key, date]] = {person: {} for person in self.assigned}
        for mark in self.facts.marks:
            if mark.state in IN_THE_ROOM and (day := self.held_on.get(mark.meeting)):
                self.room[mark.meeting].add(mark.person)
                if mark.person in self.received:
                    self.received[mark.person][mark.meeting] = day
        for make_up in sorted(self.facts.make_ups, key=lambda row: row.on):
            if make_up.kind in MAKE_UPS and make_up.on <= self.on and make_up.meeting in self.held_on and make_up.person in self.received:
                self.received[make_up.person].setdefault(make_up.meeting, make_up.on)      # who came needs none; the first one counts

    def _stays(self, person: Key) -> bool:
        left_on = self.stays[person][-1].left_on
        return self.reference is not None and (left_on is None or left_on > self.reference)

    def recently(self, day: date | None) -> bool:
        """Whether the day lies in the recent days up to and including the last held meeting."""
        return bool(day and self.recent_from and self.reference and self.recent_from <= day <= self.reference)

    def held_between(self, first: date, last: date) -> int:
        """How many meetings were held from first to last, both included."""
        return bisect_right(self._dates, last) - bisect_left(self._dates, first)

    def while_enrolled(self, person: Key) -> tuple[Key, ...]:
        """The held meetings of a person's stays, first and last day included."""
        stays = self.stays[person]
        return tuple(key for key, day in self.held_on.items()
                     if any(row.joined_on <= day and (row.left_on is None or day <= row.left_on) for row in stays))
