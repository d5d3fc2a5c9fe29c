"""Pages of the binder, four ways: signed out, wrong role or time, refused, done; and the files to take along."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update

from imrgroups.audit import AccessEntry
from imrgroups.db import db
from imrgroups.fidelity.actions import binders
from imrgroups.fidelity.evidence.binder import SECTIONS
from imrgroups.fidelity.models import Binder
from imrgroups.homework import actions as homework
from imrgroups.people import actions as people

ON = date(2027, 1, 12)
INSIDE, OUTSIDE, LATER = (datetime(2027, month, 20, 9, tzinfo=UTC) for month in (2, 4, 6))
PAGES = ["", "/items/6", "/parts/notes", "/charts/P01", "/all", ".pdf", ".zip"]


@pytest.fixture
def binder(review, lived):
    return binders.freeze(review, on=ON, by=lived.staff["Kim"].id, now=lived.now)


@pytest.fixture
def inside(frozen):
    frozen.move_to(INSIDE)
    return frozen


def page(review, end=""):
    return f"/reviews/{review.id}/binder{end}"


@pytest.mark.parametrize("end", [*PAGES, "/receipt", "/receipt.pdf", "/freeze"])
def test_nobody_signed_out_gets_in(review, binder, inside, browser_as, end):
    assert browser_as().get(page(review, end)).status_code == 302


@pytest.mark.parametrize("end", PAGES)
def test_a_stranger_an_administrator_and_a_coordinator_without_a_reason_get_nothing(review, binder, inside, browser_as, end):
    for name in ("Charlie", "Adam", "Nora"):
        answer = browser_as(name).get(page(review, end))
        assert answer.status_code == 403 and "<bdi>P0" not in answer.text and "Walk" not in answer.text, name


@pytest.mark.parametrize(("now", "status"), [(datetime(2027, 2, 16, 9, tzinfo=UTC), 403), (INSIDE, 200), (OUTSIDE, 403)])
def test_an_assessor_looks_only_while_the_review_is_open(review, binder, frozen, browser_as, now, status):
    frozen.move_to(now)
    client = browser_as("Mia")
    for end in PAGES:
        assert client.get(page(review, end)).status_code == status, end


def test_an_assessor_sees_pseudonyms_and_who_interviews_sees_names_beside_them(review, binder, inside, browser_as, lived):
    amal = binders.opened(binder).called[lived.people["Amal"].id]
    for end in ("", "/items/6", "/parts/notes", f"/charts/{amal}", "/all"):
        plain = browser_as("Mia").get(page(review, end)).text
        assert amal in plain and "Haddad" not in plain and "Lind" not in plain, end
    assert f"{amal} Amal Haddad" in browser_as("Kim").get(page(review)).text
    assert f"{amal} Amal Haddad" in browser_as("Dana").get(page(review, "/items/6")).text


def test_every_look_is_written_down_for_everybody_in_the_binder(review, binder, inside, browser_as, lived):
    browser_as("Mia").get(page(review, "/parts/meetings"))
    seen = db.session.execute(select(AccessEntry.participant_id).where(AccessEntry.page == "fidelity.binder_part")).scalars()
    assert set(seen) == {lived.people[name].id for name in ("Amal", "Bo", "Cy", "Dina", "Ejnar")}


def test_the_first_page_says_what_is_in_it(review, binder, inside, browser_as):
    shown = browser_as("Mia").get(page(review)).text
    assert binder.sha256 in shown and str(binder.seed) in shown and "version 2026.11" in shown
    assert "6. Setting goals" in shown and "Nothing was written later" in shown
    for section in SECTIONS:
        assert f"/binder/parts/{section}" in shown


def test_an_item_shows_its_numbers_its_anchor_and_what_is_read_for_it(review, binder, inside, browser_as, lived):
    shown = browser_as("Mia").get(page(review, "/items/6")).text
    assert "2 of 4 (50 %)" in shown and "Suggested 3" in shown and "Goal sheets" in shown and "Walk on my own" in shown
    assert "You decide." in shown and "What this score means:" in shown


def test_the_item_of_supporters_shows_the_homework_somebody_close_helps_with_and_no_other(review, lived, inside, browser_as):
    by = {"by": lived.staff["Dana"].id, "now": lived.now}
    homework.agree(lived.meetings[5], {lived.people["Bo"].id: homework.Task("Walk alone")}, **by)
    binders.freeze(review, on=ON, by=None, now=lived.now)
    client = browser_as("Mia")
    shown = client.get(page(review, "/items/5")).text
    assert "Call P" in shown and "Walk alone" not in shown and "Walk alone" in client.get(page(review, "/parts/homework")).text


def test_an_item_says_what_its_number_is_of_and_from_when_it_counts(review, binder, inside, browser_as):
    mia, where = browser_as("Mia"), f"/reviews/{review.id}/binder"
    assert "at most 4 people in the room" in mia.get(f"{where}/items/1").text and "1 topic taught" in mia.get(f"{where}/items/3").text
    assert "the day of the last meeting" in mia.get(f"{where}/items/5").text
    assert "the day of the last meeting" not in mia.get(f"{where}/items/6").text
    assert f'href="/reviews/{review.id}"' in mia.get(where).text, "the way back"


def test_a_chart_is_of_one_person(review, binder, inside, browser_as, lived):
    called = binders.opened(binder).called
    amal, bo = (called[lived.people[name].id] for name in ("Amal", "Bo"))
    shown = browser_as("Mia").get(page(review, f"/charts/{amal}")).text
    assert f"Cook with {amal}a" in shown and "Walk on my own" not in shown and f"Chart of {amal}" in shown
    assert "Walk on my own" in browser_as("Mia").get(page(review, f"/charts/{bo}")).text


@pytest.mark.parametrize("end", ["/items/11", "/items/99", "/parts/secrets", "/charts/P99"])
def test_what_is_not_in_it_is_not_found(review, binder, inside, browser_as, end):
    assert browser_as("Mia").get(page(review, end)).status_code == 404


def test_what_came_later_stands_apart(review, binder, inside, browser_as, lived):
    sister = db.session.execute(select(people.Supporter)).scalars().first()
    people.contact(sister, on=date(2027, 1, 5), kind="visit", about="", by=lived.staff["Dana"].id, now=INSIDE)
    client = browser_as("Mia")
    assert "This was written later." in client.get(page(review)).text
    assert "Visit" not in client.get(page(review, "/parts/contacts")).text


def test_a_changed_binder_is_said_aloud_on_every_page_and_not_given_out(review, binder, inside, browser_as):
    binder.content = binder.content.replace("present", "late", 1)
    db.session.commit()
    client = browser_as("Mia")
    for end in PAGES[:5]:
        assert "This binder was changed after it was frozen." in client.get(page(review, end)).text, end
    assert client.get(page(review, ".pdf")).status_code == client.get(page(review, ".zip")).status_code == 409


def test_a_binder_that_cannot_be_opened_says_so(review, binder, inside, browser_as):
    db.session.execute(update(Binder).values(content_sealed=binder.content_sealed[:-1] + b"x"))
    db.session.commit()
    client = browser_as("Mia")
    assert "This binder cannot be opened." in client.get(page(review)).text
    assert client.get(page(review, "/parts/notes")).status_code == 404


def test_the_pdf_is_one(review, binder, inside, browser_as):
    answer = browser_as("Mia").get(page(review, ".pdf"))
    assert answer.mimetype == "application/pdf" and answer.data.startswith(b"%PDF") and b"StructTreeRoot" in answer.data


def test_the_zip_proves_itself_without_the_program(review, binder, inside, browser_as):
    answer = browser_as("Kim").get(page(review, ".zip"))
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        names = set(packed.namelist())
        assert names == {"binder.pdf", "binder.json", "SHA256SUMS", "README.txt", *(f"ledgers/{section}.csv" for section in SECTIONS)}
        sums = dict(reversed(line.split("  ")) for line in packed.read("SHA256SUMS").decode().splitlines())
        assert all(hashlib.sha256(packed.read(name)).hexdigest() == told for name, told in sums.items()) and len(sums) == len(names) - 2
        assert sums["binder.json"] == binder.sha256 and binder.sha256 in packed.read("README.txt").decode()
        content = json.loads(packed.read("binder.json"))
        for section in SECTIONS:
            table = list(csv.DictReader(io.StringIO(packed.read(f"ledgers/{section}.csv").decode("utf-8-sig"))))
            assert [row["key"] for row in table] == [row["key"] for row in content[section]], section
        everything = b"".join(packed.read(name) for name in names if not name.endswith(".pdf")).decode()
    assert "Haddad" not in everything and "Amal" not in everything  # Kim interviews; what leaves the house has no names all the same


def test_an_assessor_freezes_the_evidence_in_the_window(review, inside, browser_as):
    client = browser_as("Mia")
    assert "Nothing is frozen yet." in client.get(page(review)).text
    answer = client.post(page(review, "/freeze"), data={"on": "2027-02-20"})
    assert answer.status_code == 303 and "Receipt of freezing" in client.get(answer.location).text
    assert "It was frozen" in client.get(page(review, "/freeze")).text
    assert client.post(page(review, "/freeze"), data={"on": "2027-02-20"}).status_code == 422


@pytest.mark.parametrize(
    ("on", "words"),
    [("2027-02-21", "Choose today, or a day before"), ("2026-11-01", "No meeting was held by that day"), ("", "Choose the day")],
)
def test_a_day_that_cannot_be_is_refused(review, inside, browser_as, on, words):
    answer = browser_as("Mia").post(page(review, "/freeze"), data={"on": on})
    assert answer.status_code == 422 and words in answer.text and "<title>Error:" in answer.text


def test_leaders_freeze_nothing_and_are_sent_to_what_is_missing(review, inside, browser_as):
    client = browser_as("Dana")
    assert client.get(page(review, "/freeze")).status_code == 403
    assert f"/groups/{review.group_id}/gaps" in client.get(page(review)).text


def test_a_coordinator_closes_it_when_assessors_are_done(review, binder, frozen, browser_as, lived):
    frozen.move_to(INSIDE)
    client = browser_as("Nora")
    answer = client.post(page(review, "/close"))
    assert "Assessors may still need it" in client.get(answer.location).text
    frozen.move_to(OUTSIDE)
    assert browser_as("Dana").post(page(review, "/close")).status_code == 403
    client = browser_as("Nora")
    assert "Delete the copies now" in client.get(page(review, "/receipt")).text
    answer = client.post(page(review, "/close"))
    shown = client.get(answer.location).text
    assert "Receipt of deletion" in shown and "Nora" in shown and binder.sha256 in shown and "Deleted by" in shown
    assert browser_as("Dana").get(page(review)).location.endswith("/receipt")
    assert browser_as("Dana").get(page(review, "/parts/notes")).status_code == 404
    made = client.get(page(review, "/receipt.pdf"))
    assert made.mimetype == "application/pdf" and made.data.startswith(b"%PDF")


def test_there_is_no_receipt_before_there_is_a_binder(review, inside, browser_as):
    assert browser_as("Dana").get(page(review, "/receipt")).status_code == 404


# -- The gap audit


def gaps(world, centre="Tuesday"):
    return f"/groups/{world.groups[centre].id}/gaps"


def test_the_gap_audit_is_for_those_of_the_group(review, browser_as, lived):
    assert browser_as().get(gaps(lived)).status_code == 302
    for name in ("Charlie", "Kim", "Adam"):
        assert browser_as(name).get(gaps(lived)).status_code == 403
    assert browser_as("Dana").get(gaps(lived)).status_code == browser_as("Nora").get(gaps(lived)).status_code == 200


def test_everything_that_is_missing_has_a_link_to_the_page_that_mends_it(review, browser_as, lived):
    client = browser_as("Dana")
    shown = client.get(gaps(lived)).text
    meetings, key = lived.meetings, {name: person.id for name, person in lived.people.items()}
    for words, link in (
        ("Meetings without a register", f"/meetings/{meetings[8].id}/attendance"),
        ("People without a mark", f"/meetings/{meetings[1].id}/attendance"),
        ("Notes without two signatures", f"/meetings/{meetings[7].id}/notes"),
        ("Meetings without a technique", f"/meetings/{meetings[1].id}/notes"),
        ("Handouts not noted", f"/meetings/{meetings[1].id}/notes"),
        ("People without a goal", f"/people/{key['Cy']}/goals"),
        ("Goals not followed up lately", f"/people/{key['Bo']}/goals"),
        ("Nobody close to them was reached lately", f"/people/{key['Bo']}/supporters"),
    ):
        assert words in shown and f'href="{link}"' in shown, words
        assert client.get(link).status_code == 200, link
    assert "Leaders without two training days" in shown and "/training/new" not in shown
    assert "/training/new" in browser_as("Nora").get(gaps(lived)).text


def test_the_gap_audit_costs_the_same_however_large_the_group(review, browser_as, lived, statements):
    from imrgroups.enrolment import actions as enrolment

    client = browser_as("Dana")
    client.get(gaps(lived))
    with statements() as few:
        client.get(gaps(lived))
    for number in range(4):
        person = people.create(people.PersonDetails(f"Person {number}", "da"), centre_id=lived.centres["North"].id, by=None, now=lived.now)
        enrolment.join(lived.group, person, on=date(2026, 11, 3), by=lived.staff["Dana"].id, now=lived.now)
    with statements() as many:
        client.get(gaps(lived))
    assert len(many) == len(few)


@pytest.mark.parametrize(("day", "shown"), [(9, False), (10, True), (28, True)])
def test_leaders_are_told_three_weeks_before_and_no_more_once_it_is_frozen(review, frozen, browser_as, lived, day, shown):
    frozen.move_to(datetime(2027, 2, day, 9, tzinfo=UTC))
    client = browser_as("Dana")
    for address in ("/today", f"/groups/{lived.group.id}"):
        assert (f'href="{gaps(lived)}"' in client.get(address).text) is shown, address
    binders.freeze(review, on=ON, by=None, now=lived.now)
    assert f'href="{gaps(lived)}"' not in client.get("/today").text
