"""The overview four ways, and the downloads."""

import io
import zipfile

import openpyxl

from imrgroups.audit import AccessEntry
from imrgroups.db import db


def test_signed_out_people_are_asked_to_sign_in(browser_as):
    assert "/sign-in" in browser_as().get("/overview").location


def test_a_leader_has_no_overview(browser_as):
    assert browser_as("Dana").get("/overview").status_code == 403


def test_a_coordinator_sees_her_groups_and_no_other_centre(browser_as, world):
    page = browser_as("Nora").get("/overview").text
    assert world.group.name in page
    assert world.groups["Thursday"].name not in page


WHY = {"reason": "the yearly report of the centre"}


def test_the_download_asks_for_a_reason_that_the_leaders_can_read(browser_as, world):
    nora, address = browser_as("Nora"), f"/centres/{world.centres['North'].id}/export"
    assert "What do you need it for?" in nora.get(address).text
    refused = nora.post(address, data={"reason": "x", "kind": "zip"})
    assert refused.status_code == 422 and "Write what you need the file for" in refused.text
    assert db.session.query(AccessEntry).filter_by(page="overview.export").count() == 0
    assert nora.post(address, data=WHY | {"kind": "zip"}).mimetype == "application/zip"
    assert all(row.reason_id for row in db.session.query(AccessEntry).filter_by(page="overview.export"))
    assert WHY["reason"] in browser_as("Dana").get(f"/groups/{world.group.id}").text


def test_the_workbook_holds_the_centre_and_only_the_centre(browser_as, world):
    north, south = world.centres["North"], world.centres["South"]
    answer = browser_as("Nora").post(f"/centres/{north.id}/export", data=WHY)
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert [row[0].value for row in book["centres"].iter_rows(min_row=2)] == [north.code]
    assert {row[1].value for row in book["participants"].iter_rows(min_row=2)} == {north.code}
    assert browser_as("Nora").post(f"/centres/{south.id}/export", data=WHY).status_code == 403


def test_a_download_is_a_look_at_everybody_in_it(browser_as, world):
    browser_as("Nora").post(f"/centres/{world.centres['North'].id}/export", data=WHY | {"kind": "zip"})
    looked = db.session.query(AccessEntry).filter_by(staff_id=world.staff["Nora"].id, page="overview.export").count()
    assert looked == len([person for person in world.people.values() if person.centre_id == world.centres["North"].id])


def test_danish_screens_get_semicolons(browser_as, world):
    client = browser_as("Nora")
    answer = client.post(f"/centres/{world.centres['North'].id}/export?lang=da", data=WHY | {"kind": "zip"})
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert archive.read("marks.csv").decode("utf-8-sig").startswith("group;number;participant;state")


def test_the_number_of_statements_does_not_grow_with_groups(browser_as, world, statements):
    from dataclasses import replace
    from datetime import time

    from imrgroups.groups import actions as groups

    client = browser_as("Nora")
    with statements() as few:
        client.get("/overview")
    details = groups.GroupDetails("Another", "da", world.group.starts_on, time(9), "Europe/Copenhagen", 60, "", tuple(world.group.modules))
    for number in range(4):
        new = replace(details, name=f"Another {number}")
        groups.create(new, centre_id=world.centres["North"].id, leaders=[world.staff["Dana"].id], by=None, now=world.now)
    with statements() as many:
        client.get("/overview")
    assert len(many) == len(few)
