"""A group with three months behind it: registers, notes with names in them, goals, homework, handouts, contacts, supervision."""

from datetime import date

import pytest

from imrgroups.attendance import actions as attendance
from imrgroups.fidelity import actions as fidelity
from imrgroups.goals import actions as goals
from imrgroups.homework import actions as homework
from imrgroups.homework.actions import Task
from imrgroups.notes import actions as notes
from imrgroups.notes.actions import Handed, MeetingRecord
from imrgroups.people import actions as people
from imrgroups.staff import actions as staff
from imrgroups.staff.actions import training
from tests.world import PASSWORD

REGULARS = ("Amal", "Bo", "Cy", "Dina")


@pytest.fixture
def lived(world):
    """The small world after seven meetings of the Tuesday group. Only the seventh note is not countersigned; the eighth is unrecorded."""
    dana, lena = world.staff["Dana"].id, world.staff["Lena"].id
    by = {"by": dana, "now": world.now}
    meetings, group = world.meetings, world.group
    key = {name: person.id for name, person in world.people.items()}
    event = training.Event("supervision", date(2026, 12, 9), 90, "Ulla", "How Amal sets goals")
    training.attend(event, [dana, lena], centre_id=world.centres["North"].id, by=None, now=world.now)
    sister = people.add_supporter(
        world.people["Amal"], people.SupporterDetails("Rana Nasser", "sister", "", "dates", date(2026, 11, 2)), **by
    )
    people.contact(sister, on=date(2027, 1, 4), kind="phone", about="about homework", **by)
    people.consent(world.people["Amal"], "assessor_interview", given=True, on=date(2026, 11, 1), how="spoken", **by)
    goal = goals.set_goal(group_id=group.id, participant_id=key["Amal"], text="Cook with Rana", on=date(2026, 11, 3), **by)
    goals.add_step(goal, text="Ask Rana Nasser", due_on=date(2026, 11, 20), supporter_id=sister.id, **by)
    goals.set_goal(group_id=group.id, participant_id=key["Bo"], text="Walk on my own", on=date(2026, 11, 10), **by)
    for number in range(1, 8):
        meeting = meetings[number]
        attendance.mark(meeting=meeting, marks={key[name]: "present" for name in REGULARS[: 3 if number % 2 else 4]}, versions={}, **by)
        attendance.present_leaders(meeting, [dana, lena], **by)
        given = [Handed(key[name], "recovery-what-it-means", "da", "2026.11", "paper") for name in REGULARS[:2]]
        record = MeetingRecord(
            steps={"welcome": 3}, topics=[("recovery-strategies", "what-recovery-means")], handouts=given if number == 1 else [],
            techniques=[("role-play", lena)] if number > 2 else [], versions={},
            texts={None: f"Amal and Bo led meeting {number}.", key["Amal"]: "Amals goal"},
        )
        notes.record(meeting, record, **by)
        notes.sign(meeting, by=dana, now=world.now)
        if number < 7:
            notes.sign(meeting, by=lena, now=world.now)
    goals.follow_up(meetings[6], {goal.id: ("partly", "Bo lent a pot")}, **by)
    homework.agree(meetings[5], {key["Amal"]: Task("Call Rana", supporter_id=sister.id)}, **by)
    homework.review(meetings[6], {homework.agreed_at(meetings[5].id)[key["Amal"]].id: ("done", "")}, **by)
    return world


@pytest.fixture
def review(lived):
    """The mid-way review of the Tuesday group, rated by Kim of South, who interviews, and by Mia, who does not; open from 17 February."""
    made = next(row for row in fidelity.plan_missing(now=lived.now) if row.group_id == lived.group.id and row.kind == "midway")
    lived.staff["Mia"] = staff.add_staff(
        email="mia@south.example", name="Mia", roles=[(lived.centres["South"].id, "assessor")], password=PASSWORD, by=None, now=lived.now
    )
    for name in ("Kim", "Mia"):
        fidelity.assign(made, lived.staff[name].id, by=lived.staff["Nora"].id, now=lived.now, interviewing=name == "Kim")
    return made
