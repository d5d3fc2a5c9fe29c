"""The world that other tests stand on is what its description says."""

from datetime import date

from imrgroups.db import db
from imrgroups.enrolment import roster
from imrgroups.staff.models import Staff


def test_the_tuesday_group_has_eight_meetings_behind_it_and_its_ninth_today(world):
    meetings = world.meetings
    assert [number for number, meeting in meetings.items() if meeting.meets_on < world.today] == list(range(1, 9))
    assert meetings[9].meets_on == world.today
    assert meetings[7].meets_on == date(2026, 12, 15) and meetings[8].meets_on == date(2027, 1, 5)  # closed over Christmas
    assert {meeting.state for meeting in meetings.values()} == {"planned"}


def test_ejnar_joined_later_than_the_others(world):
    first_month = [person.name for person in roster.roster(world.group.id, date(2026, 11, 30))]
    assert first_month == ["Amal Haddad", "Bo Lind", "Cy Frost", "Dina Møller"]
    assert [person.name for person in roster.roster(world.group.id, world.today)] == [*first_month, "Ejnar Skov"]


def test_two_browsers_are_two_people(world, browser_as):
    dana, charlie, nobody = browser_as("Dana"), browser_as("Charlie"), browser_as()
    assert "dana@north.example" in dana.get("/account").text
    assert "charlie@south.example" in charlie.get("/account").text
    assert "dana@north.example" in dana.get("/account").text
    assert nobody.get("/account").status_code == 302


def test_what_a_request_writes_is_seen_by_the_test_at_once(world, browser_as):
    dana = browser_as("Dana")
    assert world.staff["Dana"].language == ""
    assert dana.post("/account/language", data={"language": "da"}).status_code == 303
    assert db.session.get_one(Staff, world.staff["Dana"].id).language == "da"
