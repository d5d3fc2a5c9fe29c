"""The ledgers of a binder: attendance, notes, goals, homework, handouts, contacts, techniques, training. One statement a kind of row."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from imrgroups.attendance.models import MakeUp, Mark
from imrgroups.db import db
from imrgroups.fidelity.models import Review
from imrgroups.goals.models import FollowUp, Goal, Step
from imrgroups.groups.models import Meeting
from imrgroups.homework.models import Assignment
from imrgroups.homework.models import Review as Heard
from imrgroups.notes.models import Amendment, HandoutGiven, MeetingNote, Signature, TechniqueUse
from imrgroups.people.models import SupporterContact
from imrgroups.rules.fidelity.naming import Veil
from imrgroups.staff.actions import training

Rows = list[dict[str, Any]]


class Ledgers:
    """What is read of one group up to a day, under pseudonyms.

    called: participant key -> pseudonym. supporters: supporter key -> what they are called. staff: staff key -> name. leaders: keys of the
    group's leaders. meetings: the meetings up to the day, by key; label: what each is called. veil: hides names in running text.
    """

    review: Review
    on: date
    called: Mapping[int, str]
    supporters: dict[int, str]
    staff: dict[int, str]
    leaders: list[int]
    meetings: dict[int, Any]
    label: dict[int, str]
    veil: Veil

    def ledgers(self, recent: Sequence[int]) -> dict[str, Rows]:
        """Every ledger by its section. recent: the meetings whose notes are in."""
        return {
            "attendance": self._attendance(),
            "make_ups": self._make_ups(),
            "notes": self._notes(recent),
            "goals": self._goals(),
            "follow_ups": self._follow_ups(),
            "homework": self._homework(),
            "handouts": self._handouts(),
            "contacts": self._contacts(),
            "techniques": self._techniques(),
            "training": self._training(),
        }

    def _by_meeting(self, wanted: Any, model: Any) -> dict[int, list[Any]]:
        found: dict[int, list[Any]] = defaultdict(list)
        for row in db.session.execute(wanted.join(Meeting, Meeting.id == model.meeting_id).where(self._here())):
            found[row[0]].append(row)
        return found

    def _here(self) -> Any:
        return (Meeting.group_id == self.review.group_id) & (Meeting.meets_on <= self.on) & (Meeting.state == "held")

    def _attendance(self) -> Rows:
        wanted = select(Mark.meeting_id, Mark.participant_id, Mark.state, Mark.marked_at).join(Meeting).where(self._here())
        return in_order(
            {"key": f"{self.label[row.meeting_id]}/{self.called[row.participant_id]}", "meeting": self.label[row.meeting_id],
             "person": self.called[row.participant_id], "mark": row.state, "at": _at(row.marked_at)}
            for row in db.session.execute(wanted) if row.participant_id in self.called
        )

    def _make_ups(self) -> Rows:
        wanted = select(MakeUp.meeting_id, MakeUp.participant_id, MakeUp.done_on, MakeUp.kind, MakeUp.minutes).join(Meeting)
        return in_order(
            {"key": f"{self.label[row.meeting_id]}/{self.called[row.participant_id]}", "meeting": self.label[row.meeting_id],
             "person": self.called[row.participant_id], "on": row.done_on.isoformat(), "kind": row.kind, "minutes": row.minutes}
            for row in db.session.execute(wanted.where(self._here(), MakeUp.done_on <= self.on)) if row.participant_id in self.called
        )

    def _notes(self, recent: Sequence[int]) -> Rows:
        notes = list(db.session.execute(select(MeetingNote).where(MeetingNote.meeting_id.in_(recent))).scalars())
        keys = [note.id for note in notes]
        signed: dict[int, Rows] = defaultdict(list)
        for row in db.session.execute(select(Signature).where(Signature.note_id.in_(keys)).order_by(Signature.kind.desc())).scalars():
            signed[row.note_id].append({"kind": row.kind, "by": self.staff[row.staff_id], "on": row.signed_on.isoformat()})
        added: dict[int, Rows] = defaultdict(list)
        for later in db.session.execute(select(Amendment).where(Amendment.note_id.in_(keys)).order_by(Amendment.amended_at)).scalars():
            added[later.note_id].append({"at": _at(later.amended_at), "text": self.veil.hide(later.text)})
        found = []
        for note in notes:
            person = self.called.get(note.participant_id or 0, "")
            found.append({
                "key": f"{self.label[note.meeting_id]}/{person}", "meeting": self.label[note.meeting_id], "person": person,
                "text": self.veil.hide(note.text or ""), "written_at": _at(note.written_at), "signatures": signed[note.id],
                "amendments": added[note.id],
            })
        return in_order(found)

    def _goals(self) -> Rows:
        goals = list(db.session.execute(
            select(Goal).where(Goal.group_id == self.review.group_id, Goal.set_on <= self.on).order_by(Goal.set_on, Goal.code)
        ).scalars())
        steps: dict[int, Rows] = defaultdict(list)
        of_goals = select(Step).join(Goal).where(Goal.group_id == self.review.group_id).order_by(Step.number)
        for step in db.session.execute(of_goals).scalars():
            steps[step.goal_id].append({
                "text": self.veil.hide(step.text or ""), "due_on": _day(step.due_on),
                "done_on": _day(step.done_on if step.done_on and step.done_on <= self.on else None),
                "supporter": self.supporters.get(step.supporter_id or 0, ""),
            })
        place: dict[int, int] = defaultdict(int)
        self.goal_keys: dict[int, str] = {}
        found = []
        for goal in goals:
            person = self.called.get(goal.participant_id)
            if person is None:
                continue
            place[goal.participant_id] += 1
            self.goal_keys[goal.id] = f"{person}/{place[goal.participant_id]}"
            found.append({
                "key": self.goal_keys[goal.id], "person": person, "set_on": goal.set_on.isoformat(),
                "text": self.veil.hide(goal.text or ""), "steps": steps[goal.id],
                "state": goal.state if goal.closed_on is None or goal.closed_on <= self.on else "active",
            })
        return in_order(found)

    def _follow_ups(self) -> Rows:
        wanted = select(FollowUp).join(Meeting, Meeting.id == FollowUp.meeting_id).where(self._here())
        return in_order(
            {"key": f"{self.label[row.meeting_id]}/{self.goal_keys[row.goal_id]}", "meeting": self.label[row.meeting_id],
             "goal": self.goal_keys[row.goal_id], "progress": row.progress, "text": self.veil.hide(row.text or "")}
            for row in db.session.execute(wanted).scalars() if row.goal_id in self.goal_keys
        )

    def _homework(self) -> Rows:
        wanted = (
            select(Assignment, Heard).outerjoin(Heard, Heard.assignment_id == Assignment.id)
            .join(Meeting, Meeting.id == Assignment.meeting_id)
        )
        found = []
        for row, heard in db.session.execute(wanted.where(self._here())):
            told = heard is not None and (heard.reviewed_meeting_id is None or heard.reviewed_meeting_id in self.meetings)
            if row.participant_id in self.called:
                found.append({
                    "key": f"{self.label[row.meeting_id]}/{self.called[row.participant_id]}", "meeting": self.label[row.meeting_id],
                    "person": self.called[row.participant_id], "text": self.veil.hide(row.text or ""),
                    "supporter": self.supporters.get(row.supporter_id or 0, ""), "result": heard.result if told else None,
                    "obstacle": self.veil.hide(heard.obstacle or "") if told else "",
                })
        return in_order(found)

    def _handouts(self) -> Rows:
        wanted = select(
            HandoutGiven.meeting_id, HandoutGiven.participant_id, HandoutGiven.handout, HandoutGiven.language, HandoutGiven.medium,
            HandoutGiven.version,
        ).join(Meeting, Meeting.id == HandoutGiven.meeting_id)
        return in_order(
            {"key": f"{self.label[row.meeting_id]}/{self.called[row.participant_id]}/{row.handout}", "meeting": self.label[row.meeting_id],
             "person": self.called[row.participant_id], "handout": row.handout, "language": row.language, "medium": row.medium,
             "version": row.version}
            for row in db.session.execute(wanted.where(self._here())) if row.participant_id in self.called
        )

    def _contacts(self) -> Rows:
        wanted = (
            select(SupporterContact.supporter_id, SupporterContact.contact_on, SupporterContact.kind, SupporterContact.by_id)
            .where(SupporterContact.supporter_id.in_(list(self.supporters)), SupporterContact.contact_on <= self.on)
            .order_by(SupporterContact.contact_on, SupporterContact.kind)
        )
        return _numbered(
            {"key": f"{self.supporters[row.supporter_id]}/{row.contact_on.isoformat()}/{row.kind}",
             "with": self.supporters[row.supporter_id], "on": row.contact_on.isoformat(), "kind": row.kind,
             "by": self.staff.get(row.by_id or 0, "")}
            for row in db.session.execute(wanted)
        )

    def _techniques(self) -> Rows:
        wanted = select(TechniqueUse.meeting_id, TechniqueUse.technique, TechniqueUse.staff_id).join(
            Meeting, Meeting.id == TechniqueUse.meeting_id
        )
        return in_order(
            {"key": f"{self.label[row.meeting_id]}/{row.technique}/{self.staff.get(row.staff_id or 0, '')}",
             "meeting": self.label[row.meeting_id], "technique": row.technique, "leader": self.staff.get(row.staff_id or 0, "")}
            for row in db.session.execute(wanted.where(self._here()))
        )

    def _training(self) -> Rows:
        return in_order(
            {"key": f"{self.staff[row.staff_id]}/{row.attended_on.isoformat()}/{row.kind}", "name": self.staff[row.staff_id],
             "on": row.attended_on.isoformat(), "kind": row.kind, "minutes": row.minutes, "led_by": row.led_by,
             "note": self.veil.hide(row.note or "")}
            for row in training.log(self.leaders, until=self.on)
        )


def in_order(rows: Iterable[dict[str, Any]]) -> Rows:
    return sorted(rows, key=lambda row: row["key"])


def _numbered(rows: Iterable[dict[str, Any]]) -> Rows:
    """Rows whose keys may be alike (two calls on one day): the second gets "/2"."""
    seen: dict[str, int] = defaultdict(int)
    found = []
    for row in rows:
        seen[row["key"]] += 1
        found.append({**row, "key": row["key"] if seen[row["key"]] == 1 else f"{row['key']}/{seen[row['key']]}"})
    return in_order(found)


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _at(value: datetime | None) -> str | None:
    return value.isoformat() if value else None
