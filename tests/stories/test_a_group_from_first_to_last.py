"""A group from its creation to its last meeting, over HTTP, as its coordinator and its two leaders live it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from imrgroups.audit import broken_links
from imrgroups.db import db
from imrgroups.groups.models import Group, Meeting
from imrgroups.notes.models import Signature
from imrgroups.people.models import Participant
from tests.stories.forms import form, forms, send

NAMES = ("Aase Brink", "Bjarne Falk", "Chen Li", "Ditte Nør", "Erol Demir", "Frida Lind")


def last_day(series):
    return max(meeting.meets_on for meeting in series)


def series_of(group_id):
    db.session.rollback()
    wanted = select(Meeting).where(Meeting.group_id == group_id).order_by(Meeting.meets_on, Meeting.number)
    return list(db.session.execute(wanted).scalars())


def given_a_group(nora, world):
    """When the coordinator fills in the form, she sees the whole series before anything is saved, then saves it."""
    sheet = form(nora.get("/groups/new"), "/groups/new")
    leaders = [world.staff["Dana"].id, world.staff["Lena"].id]
    wanted = sheet.filled(
        name="The Wednesday group", leaders=leaders, starts_on="2027-02-03", local_time="10:15", place="Room 4", step="look"
    )
    look = nora.post("/groups/new", data=wanted)
    assert look.status_code == 200 and "Wednesday 3 February" in look.text
    assert db.session.execute(select(func.count()).select_from(Group)).scalar() == 2
    page = send(nora, form(look, "/groups/new"), step="save")
    assert "The Wednesday group" in page.text
    return db.session.execute(select(Group.id).where(Group.name == "The Wednesday group")).scalar()


def given_its_people(dana, group_id):
    """A leader adds six people of the centre and gives each a place."""
    for name in NAMES:
        send(dana, form(dana.get("/people/new"), "/people/new"), name=name, language="da", channel="none")
        found = dana.post(f"/groups/{group_id}/people", data={"words": name})
        key = re.search(r'name="participant" value="(\d+)"', found.text)[1]
        send(dana, form(found, f"/groups/{group_id}/people/join"), participant=key, on="2027-02-03")
    return {row.name: row.id for row in db.session.execute(select(Participant)).scalars() if row.name in NAMES}


def when_they_talk_about_the_week(dana, meeting, people):
    """Homework from last time, homework for next time, and the goals."""
    homework = [sheet for sheet in forms(dana.get(f"/meetings/{meeting.id}/homework")) if "part" in sheet.fields]
    for sheet in homework:
        if sheet.fields["part"] == ["review"]:
            results = {name: "done" for name in sheet.fields if name.startswith("result-")}
            send(dana, sheet, **results)
        else:
            send(dana, sheet, **{f"own-{key}": "Notice one good hour" for key in people.values()})
    goals = form(dana.get(f"/meetings/{meeting.id}/goals"), f"/meetings/{meeting.id}/goals")
    send(dana, goals, **{name: "kept" for name in goals.fields if name.startswith("progress-")})


def when_they_meet(dana, lena, meeting, people, number, frozen):
    """A meeting: register, homework, goals, notes; one leader signs, the other countersigns."""
    frozen.move_to(meeting.starts_at + timedelta(minutes=70))
    away = list(people.values())[number % len(people)]
    page = dana.get(f"/meetings/{meeting.id}/attendance")
    register = form(page, f"/meetings/{meeting.id}/attendance", "version-")
    states = {f"state-{key}": "absent" if key == away and number % 4 == 0 else "present" for key in people.values()}
    leaders = list(dict.fromkeys(re.findall(r'type="checkbox" name="leader" value="(\d+)"', page.text)))
    send(dana, register, **states, leader=leaders)
    if number % 3 == 0:
        when_they_talk_about_the_week(dana, meeting, people)
    page = dana.get(f"/meetings/{meeting.id}/notes")
    notes, techniques = form(page, f"/meetings/{meeting.id}/notes"), re.findall(r'name="technique" value="([^"]+)"', page.text)[:2]
    steps = ["welcome", "teach"]
    send(dana, notes, step=steps, technique=techniques, do="sign", **{"text-group": f"Meeting {number}: a calm hour."})
    read = lena.get(f"/meetings/{meeting.id}/notes")
    send(lena, form(read, f"/meetings/{meeting.id}/notes", "version-group"), do="sign")


@pytest.mark.slow
def test_a_leader_runs_a_group_from_its_first_meeting_to_its_last(browser_as, world, frozen):
    nora, dana, lena = browser_as("Nora"), browser_as("Dana"), browser_as("Lena")
    group_id = given_a_group(nora, world)
    people = given_its_people(dana, group_id)
    assert len(people) == 6
    for key in people.values():
        send(
            dana,
            form(dana.get(f"/people/{key}/goals"), f"/people/{key}/goals"),
            text="A walk by the water every week",
            on="2027-02-03",
        )
    frozen.move_to(datetime(2027, 2, 1, 9, tzinfo=UTC))
    dana = browser_as("Dana")  # a session lasts hours, not weeks: whoever comes back on another day signs in again
    plan = series_of(group_id)
    whole = len(plan)

    # One meeting is cancelled, one is moved: what comes after follows, nothing is skipped.
    send(dana, form(dana.get(f"/meetings/{plan[4].id}/cancel"), "/cancel"), reason="the room is painted")
    moved = plan[6].meets_on + timedelta(days=1)
    send(dana, form(dana.get(f"/meetings/{plan[6].id}/move"), "/move"), on=moved.isoformat())

    kept = [meeting for meeting in series_of(group_id) if meeting.state != "cancelled"]
    assert len(kept) == whole - 1
    for number, meeting in enumerate(kept):
        frozen.move_to(meeting.starts_at + timedelta(minutes=70))
        dana, lena = browser_as("Dana"), browser_as("Lena")
        when_they_meet(dana, lena, meeting, people, number, frozen)

    held = [meeting for meeting in series_of(group_id) if meeting.state == "held"]
    assert len(held) == whole - 1
    page = dana.get(f"/groups/{group_id}").text
    assert "At least 11 meetings" in page and "6 of 6 (100 %)" in page
    taught = {topic.module for meeting in held for topic in meeting.topics}
    assert len(taught) == 11, "every module was taught"
    signed = db.session.execute(select(Signature.kind, func.count()).group_by(Signature.kind)).all()
    assert {kind: count for kind, count in signed} == {"signed": len(held), "countersigned": len(held)}

    frozen.move_to(datetime.combine(last_day(held), datetime.min.time(), UTC) + timedelta(days=1, hours=9))
    dana = browser_as("Dana")
    ended = send(
        dana, form(dana.get(f"/groups/{group_id}/end"), "/end"), on=last_day(held).isoformat(), reason="The nine months are over"
    )
    assert ended.status_code == 200
    certificate = dana.get(f"/groups/{group_id}/people/{people['Chen Li']}/certificate")
    assert certificate.data.startswith(b"%PDF")
    assert "of " in dana.get(f"/groups/{group_id}/fidelity").text
    assert broken_links(world.centres["North"].id) == []
