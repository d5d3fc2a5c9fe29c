"""The pages a leader works from: signed out, the wrong centre, and done."""

import re
from datetime import timedelta

import pytest

from imrgroups.attendance import actions as attendance
from imrgroups.audit import AccessEntry
from imrgroups.db import db
from imrgroups.library import content
from imrgroups.library.content.shelf import opened

PAGES = ("/today", "/groups/{group}", "/meetings/{meeting}", "/people/{person}")


def addresses(world):
    return [page.format(group=world.group.id, meeting=world.meetings[9].id, person=world.people["Amal"].id) for page in PAGES]


def test_signed_out_people_are_asked_to_sign_in(browser_as, world):
    client = browser_as()
    assert all("/sign-in" in client.get(address).location for address in addresses(world))


def test_the_other_centres_leader_is_refused_kindly(browser_as, world):
    client = browser_as("Charlie")
    for address in addresses(world)[1:]:
        answer = client.get(address)
        assert answer.status_code == 403 and "coordinator of the centre" in answer.text


def test_an_assessor_without_a_review_sees_no_group(browser_as, world):
    client = browser_as("Kim")
    assert "No review is given to you" in client.get("/today").text
    assert client.get(f"/groups/{world.group.id}").status_code == 403


def test_a_leader_sees_what_is_coming_and_what_is_left(browser_as, world):
    page = browser_as("Dana").get("/today").text
    assert "Open the register" in page
    assert "5 people are not recorded" in page


def test_a_register_nobody_kept_stays_on_todays_page_however_old_it_is(browser_as, world):
    left, first = f"/meetings/{world.meetings[1].id}/attendance", world.meetings[1]
    assert world.now - first.starts_at > timedelta(days=50)
    dana = browser_as("Dana")
    assert left in dana.get("/today").text
    here = attendance.enrolled_on(world.group.id, first.meets_on)
    attendance.mark(meeting=first, marks=dict.fromkeys(here, "present"), versions={}, by=None, now=world.now)
    assert left not in dana.get("/today").text


def test_somebody_away_twice_is_named_on_todays_page(browser_as, world):
    for number in (7, 8):
        marks = {world.people["Amal"].id: "absent", world.people["Bo"].id: "present"}
        attendance.mark(meeting=world.meetings[number], marks=marks, versions={}, by=None, now=world.now)
    page = browser_as("Dana").get("/today").text
    assert world.people["Amal"].name in page and world.people["Bo"].name not in page


def test_a_coordinator_reads_a_persons_page_without_goals_until_she_gives_a_reason(browser_as, world):
    nora, address = browser_as("Nora"), f"/people/{world.people['Amal'].id}"
    assert "Give a reason to read them" in nora.get(address).text
    refused = nora.post(f"/groups/{world.group.id}/reason", data={"reason": "short"})
    assert refused.status_code == 422 and "Error:" in refused.text
    done = nora.post(f"/groups/{world.group.id}/reason", data={"reason": "supervision of the group", "next": address})
    assert done.status_code == 303 and done.location == address
    assert "Give a reason to read them" not in nora.get(address).text
    assert "supervision of the group" in browser_as("Dana").get(f"/groups/{world.group.id}").text


def test_a_reason_does_not_lead_to_another_site(browser_as, world):
    answer = browser_as("Nora").post(
        f"/groups/{world.group.id}/reason", data={"reason": "supervision of the group", "next": "//elsewhere.example"}
    )
    assert answer.location == f"/groups/{world.group.id}"


@pytest.mark.parametrize("page", PAGES)
def test_the_number_of_statements_does_not_grow_with_people(browser_as, world, statements, page):
    from imrgroups.enrolment import actions as enrolment
    from imrgroups.people import actions as people

    address = page.format(group=world.group.id, meeting=world.meetings[9].id, person=world.people["Amal"].id)
    client = browser_as("Dana")
    client.get(address)
    with statements() as few:
        client.get(address)
    for number in range(5):
        person = people.create(people.PersonDetails(f"Another {number}", "da"), centre_id=world.centres["North"].id, by=None, now=world.now)
        enrolment.join(world.group, person, on=world.group.starts_on, by=None, now=world.now)
    with statements() as many:
        client.get(address)
    assert len(many) == len(few)


def test_the_pack_of_a_meeting_is_one_pdf_and_a_look_at_everybody_in_it(browser_as, world):
    answer = browser_as("Dana").get(f"/meetings/{world.meetings[9].id}/pack.pdf")
    assert answer.status_code == 200 and answer.data.startswith(b"%PDF")
    assert db.session.query(AccessEntry).filter_by(page="desk.pack").count() == 5
    assert browser_as("Charlie").get(f"/meetings/{world.meetings[9].id}/pack.pdf").status_code == 403


def test_every_meeting_of_a_danish_group_finds_its_plan_handouts_and_worksheets_in_danish(app):
    from datetime import date, time

    from imrgroups.groups import series

    shelf, programme = opened(), content.load()
    plan = series.preview(date(2026, 9, 1), time(10), "Europe/Copenhagen", "DK")
    assert plan["left_out"] == []
    for meeting in plan["meetings"]:
        for word in meeting["topics"]:
            module, topic = word.split("/")
            found = programme.topic(module, topic)
            guide = programme.modules[module].guides[topic]
            for document in (guide.id, found.handout, *found.worksheets):
                page = shelf.page(document, "da")
                assert page is not None and not page.document.missing, f"{document} is not whole in Danish"


@pytest.mark.parametrize(("path", "here"), [
    ("/people/{person}/circle", "People"), ("/people/{person}/own-words", "People"), ("/groups/{group}/supporters", "Groups"),
    ("/meetings/{meeting}/attendance", "Groups"), ("/messages/words", "Messages"), ("/messages", "Messages"),
    ("/account", None), ("/nowhere", None),
])
def test_the_menu_says_where_a_page_belongs(world, browser_as, path, here):
    keys = {"person": world.people["Amal"].id, "group": world.group.id, "meeting": world.meetings[8].id}
    page = browser_as("Dana").get(path.format(**keys) + "?lang=en").text.partition("</nav>")[0]
    assert [*re.findall(r'aria-current="(?:page|true)">([^<]+)<', page)] == ([here] if here else [])
