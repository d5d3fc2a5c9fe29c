"""The people of a group over HTTP, four ways: signed out, somebody else's, refused, done."""

import re
from datetime import date, time

import pytest
from sqlalchemy import select

from imrgroups.audit import AccessEntry
from imrgroups.db import db
from imrgroups.enrolment import actions, roster
from imrgroups.groups import actions as groups
from imrgroups.people import actions as people

TODAY = date(2027, 1, 12)


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def where(world, rest: str = "") -> str:
    return f"/groups/{world.group.id}/people{rest}"


def names(world, on: date = TODAY) -> list[str]:
    return [person.name.split()[0] for person in roster.roster(world.group.id, on)]


def wait(world, name: str):
    return actions.wait(world.group, world.people[name], on=TODAY, by=None, now=world.now)


def test_signed_out_nobody_sees_who_is_in_a_group(world, browser_as):
    nobody, amal = browser_as(), world.people["Amal"].id
    for path in ("", f"/{amal}/leave", f"/{amal}/back", f"/{amal}/certificate"):
        assert nobody.get(where(world, path)).status_code == 302
    assert nobody.post(where(world, "/join"), data={"participant": str(world.people["Freja"].id)}).status_code == 302
    assert "Freja" not in names(world)


@pytest.mark.parametrize("name", ["Charlie", "Kim", "Adam"])
def test_another_centre_or_role_sees_nobody_and_changes_nothing(world, browser_as, name):
    browser, amal = browser_as(name), world.people["Amal"].id
    for path in ("", f"/{amal}/leave", f"/{amal}/back", f"/{amal}/certificate"):
        answer = browser.get(where(world, path))
        assert answer.status_code == 403 and "Amal" not in answer.text
    place = wait(world, "Freja").id
    assert browser.post(where(world, "/join"), data={"participant": str(amal), "on": "2027-01-12"}).status_code == 403
    assert browser.post(f"/groups/{world.group.id}/waiting/{place}/accept").status_code == 403
    assert "Freja" not in names(world)


def test_the_page_shows_who_is_in_the_group_and_writes_down_who_looked(world, browser_as):
    words = text_of(browser_as("Dana").get(where(world)))
    assert "5 people in the group" in words and "Amal Haddad" in words and "Ejnar Skov" in words
    assert "Gorm" not in words
    seen = set(db.session.execute(select(AccessEntry.participant_id).where(AccessEntry.staff_id == world.staff["Dana"].id)).scalars())
    assert {world.people[name].id for name in ("Amal", "Bo", "Cy", "Dina", "Ejnar", "Freja")} == seen


def test_somebody_of_the_centre_is_found_and_joins(world, browser_as):
    dana, freja = browser_as("Dana"), str(world.people["Freja"].id)
    assert freja in dana.get(where(world)).text  # in no group yet, so offered without a search
    assert freja in dana.post(where(world), data={"words": "FREJA"}).text
    assert freja in dana.post(where(world), data={"words": world.people["Freja"].code}).text
    assert "Nobody at the centre is found" in dana.post(where(world), data={"words": "zebra"}).text
    answer = dana.post(where(world, "/join"), data={"participant": freja, "on": "2027-01-11"})
    assert answer.status_code == 303 and names(world)[-1] == "Freja"
    assert "on=2027-01-11" in answer.headers["Location"]  # the day is typed once for everybody who joins


def test_a_late_joiner_is_offered_the_first_module_until_it_is_caught_up(world, browser_as):
    dana, freja = browser_as("Dana"), world.people["Freja"]
    dana.post(where(world, "/join"), data={"participant": str(freja.id), "on": "2027-01-12"})
    page = dana.get(where(world)).text
    assert page.count("Joined after module 1.") == 2  # Ejnar and Freja
    assert f"/people/{freja.id}/intake" in page
    people.finish_task(freja, "module_one", outcome="done", on=TODAY, by=None, now=world.now)
    assert dana.get(where(world)).text.count("Joined after module 1.") == 1


@pytest.mark.parametrize(("name", "on", "words"), [
    ("Amal", "2027-01-12", "They belong to the group then already"),
    ("Freja", "2026-01-01", "Choose a day from the first meeting of the group on"),
    ("Freja", "", "Choose the first day in the group"),
    ("Freja", "2027-13-45", "Choose a day"),
])
def test_joining_that_is_not_right_says_what_to_do(world, browser_as, name, on, words):
    before = names(world)
    answer = browser_as("Dana").post(where(world, "/join"), data={"participant": str(world.people[name].id), "on": on})
    assert answer.status_code == 422 and "<title>Error:" in answer.text and words in text_of(answer)
    assert names(world) == before


def test_a_leader_cannot_bring_in_somebody_they_may_not_see(world, browser_as):
    dana = browser_as("Dana")
    for key in (str(world.people["Gorm"].id), "4711", "x", ""):
        answer = dana.post(where(world, "/join"), data={"participant": key, "on": "2027-01-12"})
        assert answer.status_code in (403, 404), key


def test_a_leader_finds_only_people_of_no_group_or_their_own_and_a_coordinator_all(world, browser_as):
    north = world.centres["North"].id
    monday = groups.create(
        groups.GroupDetails("Monday", "da", date(2027, 1, 11), time(9, 0), "Europe/Copenhagen", 60, "", tuple(world.group.modules)),
        centre_id=north, leaders=[world.staff["Lena"].id], by=None, now=world.now,
    )
    actions.join(monday, world.people["Freja"], on=TODAY, by=None, now=world.now)
    freja = f'value="{world.people["Freja"].id}"'
    assert freja not in browser_as("Dana").post(where(world), data={"words": "freja"}).text
    assert freja in browser_as("Lena").post(where(world), data={"words": "freja"}).text
    assert freja in browser_as("Nora").post(where(world), data={"words": "freja"}).text
    assert freja not in browser_as("Nora").get(where(world)).text  # without a search only people who are in no group


def test_only_a_coordinator_finds_the_closed_days_from_the_list_of_groups(world, browser_as):
    link = f"/centres/{world.centres['North'].id}/closed-weeks"
    assert link in browser_as("Nora").get("/groups").text and link in browser_as("Nora").get("/groups/new").text
    assert link not in browser_as("Dana").get("/groups").text


def test_leaving_needs_a_reason_and_can_be_taken_back(world, browser_as):
    dana, bo = browser_as("Dana"), world.people["Bo"].id
    page = where(world, f"/{bo}/leave")
    assert "Bo Lind leaves or pauses" in dana.get(page).text
    assert dana.post(page, data={"on": "2027-01-12"}).status_code == 422
    assert dana.post(page, data={"on": "2026-10-01", "reason": "pause"}).status_code == 422
    assert dana.post(page, data={"on": "2027-01-05", "reason": "pause"}).status_code == 303
    assert "last day Tue 5 Jan : A pause" in text_of(dana.get(where(world))).replace("Jan:", "Jan :")
    assert dana.post(page, data={"on": "2027-01-05", "reason": "pause"}).status_code == 422
    back = where(world, f"/{bo}/back")
    assert dana.get(back).status_code == 200
    assert dana.post(back, data={"on": "2027-01-12"}).status_code == 303
    assert "was away from Tue 5 Jan to Tue 12 Jan" in text_of(dana.get(where(world)))
    assert dana.post(back, data={"on": "2027-01-12"}).status_code == 422


def test_somebody_who_was_never_in_the_group_cannot_leave_it(world, browser_as):
    nora = browser_as("Nora")
    for rest in ("leave", "back", "certificate"):
        assert nora.get(where(world, f"/{world.people['Freja'].id}/{rest}")).status_code == 404


def test_the_waiting_list_is_worked_through_on_the_page(world, browser_as):
    dana, freja = browser_as("Dana"), str(world.people["Freja"].id)
    assert dana.post(where(world, "/wait"), data={"participant": freja}).status_code == 303
    assert "waits since Tue 12 Jan" in text_of(dana.get(where(world)))
    assert dana.post(where(world, "/wait"), data={"participant": freja}).status_code == 422
    place = roster.waiting(world.group.id)[0].id
    answer = f"/groups/{world.group.id}/waiting/{place}"
    assert dana.post(f"{answer}/offer").status_code == 303
    assert "a place was offered on Tue 12 Jan" in text_of(dana.get(where(world)))
    assert dana.post(f"{answer}/offer").status_code == 422
    assert dana.post(f"{answer}/accept").status_code == 303
    assert names(world)[-1] == "Freja" and roster.waiting(world.group.id) == []
    assert dana.post(f"{answer}/decline").status_code == 422
    assert dana.post(f"/groups/{world.groups['Thursday'].id}/waiting/{place}/offer").status_code == 403
    assert dana.post(f"/groups/{world.group.id}/waiting/4711/offer").status_code == 404


def test_a_no_takes_somebody_off_the_list(world, browser_as):
    place = wait(world, "Freja")
    assert browser_as("Dana").post(f"/groups/{world.group.id}/waiting/{place.id}/decline").status_code == 303
    assert roster.waiting(world.group.id) == [] and "Freja" not in names(world)


def test_more_than_eight_in_the_room_and_more_than_the_places_are_said_and_not_refused(world, browser_as):
    dana = browser_as("Dana")
    for number in range(4):
        person = people.create(people.PersonDetails(f"Guest {number}", "da"), centre_id=world.centres["North"].id, by=None, now=world.now)
        assert dana.post(where(world, "/join"), data={"participant": str(person.id), "on": "2027-01-12"}).status_code == 303
    words = text_of(dana.get(where(world)))
    assert "The group has 8 places and 9 people." in words
    assert "9 people may be in the room at once. With 8 or fewer each has time to speak" in words


def test_the_certificate_is_a_pdf_without_a_word_of_illness(world, browser_as):
    dana, bo = browser_as("Dana"), world.people["Bo"].id
    answer = dana.get(where(world, f"/{bo}/certificate"))
    assert answer.mimetype == "application/pdf" and answer.data.startswith(b"%PDF-")
    assert "Bo" not in answer.headers["Content-Disposition"]


def test_the_number_of_statements_does_not_grow_with_the_people(world, browser_as, statements):
    dana, pages = browser_as("Dana"), (where(world), "/groups", f"/groups/{world.group.id}/plan")

    def said_by(path: str) -> int:
        with statements() as said:
            assert dana.get(path).status_code == 200
        return len(said)

    before = [said_by(path) for path in pages]
    for number in range(6):
        person = people.create(people.PersonDetails(f"Guest {number}", "da"), centre_id=world.centres["North"].id, by=None, now=world.now)
        if number % 2:
            actions.join(world.group, person, on=TODAY, by=None, now=world.now)
        else:
            actions.wait(world.group, person, on=TODAY, by=None, now=world.now)
    groups.add_meeting(world.group, on=date(2027, 1, 14), by=None, now=world.now)
    assert [said_by(path) for path in pages] == before
    assert max(before) <= 16
