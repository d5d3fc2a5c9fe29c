"""What a meeting's page tells of what people said before it."""

from datetime import timedelta

from imrgroups.attendance import actions as attendance
from imrgroups.enrolment import roster
from imrgroups.outreach.actions import story
from tests.outreach.test_planning import held


def test_a_meeting_tells_who_cannot_come_and_who_was_away_last_time(browser_as, world):
    held(world, 9, Dina="absent")
    meeting, later = world.meetings[10], world.now + timedelta(days=1)
    attendance.apologise(meeting, world.people["Amal"], told_on=world.today, by=None, now=later)
    people = [(one.id, one.name) for one in roster.roster(world.group.id, meeting.meets_on)]
    found = story.beforehand(meeting.id, world.group.id, meeting.meets_on, people)
    told = {one.name.split()[0]: (one.said, one.away_last) for one in found}
    assert told == {"Amal": ("cannot", False), "Bo": ("", False), "Cy": ("", False), "Dina": ("", True), "Ejnar": ("", False)}
    page = browser_as("Dana").get(f"/meetings/{meeting.id}").text
    assert "What people said beforehand" in page and "away last time" in page and "Nothing heard" in page
