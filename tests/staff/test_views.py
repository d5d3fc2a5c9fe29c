"""The account page, and centres with their staff, four ways: signed out, wrong role, refused, done."""

import pytest
from sqlalchemy import select

from imrgroups.db import db
from imrgroups.staff import actions
from imrgroups.staff.models import Centre, Staff, StaffSession
from tests.world import PASSWORD

NEW = "five words make it better"


def centre_data(**changes):
    data = {
        "code": "WEST", "name": "West", "country": "DK", "timezone": "Europe/Copenhagen", "language": "da", "paper": "a4",
        "bands": "danish", "phone": "38 64 00 01",
    }
    return {**data, **changes}


def add(world, name, *roles):
    """Somebody with (centre, role) pairs who can sign in like the others."""
    given = [(world.centres[centre].id, role) for centre, role in roles]
    world.staff[name] = actions.add_staff(
        email=f"{name.lower()}@north.example", name=name, roles=given, password=PASSWORD, by=None, now=world.now
    )
    return world.staff[name]


def fresh(person):
    return db.session.get_one(Staff, person.id, populate_existing=True)


def page_of(world, name, centre="North", end=""):
    return f"/centres/{world.centres[centre].id}/staff/{world.staff[name].id}{end}"


@pytest.mark.parametrize("page", ["/account", "/centres", "/centres/new"])
def test_nobody_signed_out_gets_in(world, browser_as, page):
    answer = browser_as().get(page)
    assert answer.status_code == 302 and "/sign-in" in answer.location


@pytest.mark.parametrize("name", ["Dana", "Kim", "Charlie"])
def test_leaders_and_assessors_manage_no_centre(world, browser_as, name):
    client, north = browser_as(name), world.centres["North"].id
    own = [f"/centres/{north}{end}" for end in ("", "/edit", "/staff/new")]
    for page in ("/centres", "/centres/new", *own, page_of(world, "Lena")):
        assert client.get(page).status_code == 403, page
    assert client.post(page_of(world, "Lena", end="/leave")).status_code == 403
    assert client.post(page_of(world, "Lena", end="/second-step/off")).status_code == 403


def test_a_coordinator_sees_and_changes_own_centre_only(world, browser_as):
    client = browser_as("Nora")
    assert "South" not in client.get("/centres").text
    assert client.get(f"/centres/{world.centres['North'].id}").status_code == 200
    for page in ("", "/edit", "/staff/new"):
        assert client.get(f"/centres/{world.centres['South'].id}{page}").status_code == 403
    assert client.get("/centres/new").status_code == 403
    assert client.get("/centres/999").status_code == 404
    assert client.get(page_of(world, "Charlie", "North")).status_code == 404


def test_whoever_creates_a_centre_administers_it(world, browser_as):
    client = browser_as("Adam")
    answer = client.post("/centres/new", data=centre_data())
    assert answer.status_code == 303
    assert client.get(answer.location).status_code == 200
    west = db.session.execute(select(Centre).where(Centre.code == "WEST")).scalar_one()
    assert west.phone == "+4538640001" and fresh(world.staff["Adam"]).roles_at(west.id) == ["administrator"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"code": "NORTH"}, "Another centre has this code"),
        ({"code": ""}, "Write a short code"),
        ({"name": "  "}, "Write the name of the centre"),
        ({"timezone": "Mars/Olympus"}, "Choose one from the list"),
        ({"country": "XX"}, "Choose one from the list"),
        ({"phone": "12"}, "Check the phone number"),
    ],
)
def test_a_centre_that_cannot_be_is_refused(world, browser_as, changes, said):
    answer = browser_as("Adam").post("/centres/new", data=centre_data(**changes))
    assert answer.status_code == 422 and said in answer.text
    assert answer.text.split("<title>")[1].startswith("Error:")


def test_a_centre_is_changed_and_keeps_its_code(world, browser_as):
    north = world.centres["North"].id
    data = centre_data(code="OTHER", name="North bank", country="SE", phone="08-123 456 78")
    answer = browser_as("Nora").post(f"/centres/{north}/edit", data=data)
    assert answer.status_code == 303
    row = db.session.get_one(Centre, north, populate_existing=True)
    assert (row.code, row.name, row.country, row.phone) == ("NORTH", "North bank", "SE", "+46812345678")


def test_a_colleague_is_added_and_can_sign_in(world, browser_as):
    data = {"name": "Ida Øst", "email": "Ida@North.example ", "roles": ["leader", "assessor"], "password": NEW}
    answer = browser_as("Nora").post(f"/centres/{world.centres['North'].id}/staff/new", data=data)
    assert answer.status_code == 303
    ida = db.session.execute(select(Staff).where(Staff.email == "ida@north.example")).scalar_one()
    assert ida.roles_at(world.centres["North"].id) == ["leader", "assessor"]
    assert browser_as().post("/sign-in", data={"email": "ida@north.example", "password": NEW}).status_code == 302


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Write the person&#39;s name"),
        ({"email": "ida"}, "Check the e-mail address"),
        ({"email": ""}, "Write the e-mail address"),
        ({"password": "short"}, "Use at least 12 characters"),
        ({"roles": ["chief"]}, "Choose from the list"),
        ({"roles": ["administrator"]}, "Only an administrator of this centre makes or unmakes administrators"),
    ],
)
def test_a_colleague_that_cannot_be_is_refused(world, browser_as, changes, said):
    data = {"name": "Ida", "email": "ida@north.example", "roles": ["leader"], "password": NEW, **changes}
    answer = browser_as("Nora").post(f"/centres/{world.centres['North'].id}/staff/new", data=data)
    assert answer.status_code == 422 and said in answer.text
    assert actions.find_staff("ida@north.example") is None


def test_somebody_of_another_centre_gets_roles_here_and_keeps_name_and_password(world, browser_as):
    data = {"name": "Somebody else", "email": "charlie@south.example", "roles": ["leader"], "password": NEW}
    assert browser_as("Nora").post(f"/centres/{world.centres['North'].id}/staff/new", data=data).status_code == 303
    charlie = fresh(world.staff["Charlie"])
    assert charlie.name == "Charlie" and charlie.roles_at(world.centres["North"].id) == ["leader"]
    assert browser_as().post("/sign-in", data={"email": charlie.email, "password": PASSWORD}).status_code == 302


def test_a_password_is_set_only_by_somebody_who_manages_every_centre_of_the_person(world, browser_as):
    add(world, "Both", ("North", "leader"), ("South", "leader"))
    nora, both = browser_as("Nora"), page_of(world, "Both")
    assert "They also work where you do not manage" in nora.get(both).text
    nora.post(both, data={"name": "Renamed", "roles": ["leader"], "password": NEW})
    assert fresh(world.staff["Both"]).name == "Both"
    assert browser_as().post("/sign-in", data={"email": "both@north.example", "password": NEW}).status_code == 200
    for end in ("/leave", "/second-step/off"):
        assert nora.post(page_of(world, "Both", end=end)).status_code == 403
    add(world, "Olga", ("North", "coordinator"), ("South", "coordinator"))
    assert browser_as("Olga").post(both, data={"name": "Both", "roles": ["leader"], "password": NEW}).status_code == 303
    assert browser_as().post("/sign-in", data={"email": "both@north.example", "password": NEW}).status_code == 302


def test_only_administrators_change_administrators(world, browser_as):
    nora, adam = browser_as("Nora"), page_of(world, "Adam")
    answer = nora.post(adam, data={"name": "Adam", "roles": [], "password": NEW})
    assert answer.status_code == 422 and "Only somebody who manages" in answer.text
    assert fresh(world.staff["Adam"]).roles_at(world.centres["North"].id) == ["administrator"]
    assert nora.post(page_of(world, "Adam", end="/leave")).status_code == 403
    promoted = nora.post(page_of(world, "Lena"), data={"name": "Lena", "roles": ["leader", "administrator"]})
    assert promoted.status_code == 422 and "Only an administrator" in promoted.text
    assert browser_as("Adam").post(page_of(world, "Lena"), data={"name": "Lena", "roles": ["leader", "administrator"]}).status_code == 303
    assert fresh(world.staff["Lena"]).roles_at(world.centres["North"].id) == ["leader", "administrator"]


def test_an_administrator_of_one_centre_does_not_change_one_of_another(world, browser_as):
    add(world, "Sofie", ("South", "administrator"), ("North", "leader"))
    answer = browser_as("Adam").post(page_of(world, "Sofie"), data={"roles": []})
    assert answer.status_code == 422
    assert fresh(world.staff["Sofie"]).roles_at(world.centres["North"].id) == ["leader"]


def test_nobody_takes_their_own_management_away_or_sets_their_own_password_here(world, browser_as):
    nora = browser_as("Nora")
    assert "Your password is changed on your own page" in nora.get(page_of(world, "Nora")).text
    answer = nora.post(page_of(world, "Nora"), data={"roles": ["leader"], "password": NEW})
    assert answer.status_code == 422 and "You would lock yourself out" in answer.text
    assert nora.post(page_of(world, "Nora", end="/leave")).status_code == 403
    assert browser_as().post("/sign-in", data={"email": world.staff["Nora"].email, "password": NEW}).status_code == 200


def test_a_change_of_roles_counts_at_once_and_signs_out(world, browser_as):
    lena = browser_as("Lena")
    assert lena.get("/people").status_code == 200
    browser_as("Nora").post(page_of(world, "Lena"), data={"name": "Lena", "roles": ["assessor"]})
    assert lena.get("/people").status_code == 302
    live = select(StaffSession.id).where(StaffSession.staff_id == world.staff["Lena"].id, StaffSession.ended_at.is_(None))
    assert db.session.execute(live).all() == []
    assert browser_as("Lena").get("/people").status_code == 403


def test_who_has_left_is_out_at_once_and_may_come_back(world, browser_as):
    lena, nora = browser_as("Lena"), browser_as("Nora")
    assert nora.post(page_of(world, "Lena", end="/leave")).status_code == 303
    assert lena.get("/account").status_code == 302
    assert fresh(world.staff["Lena"]).left_on == world.today
    assert "has left" in nora.get(f"/centres/{world.centres['North'].id}").text
    nora.post(page_of(world, "Lena", end="/leave"))
    assert browser_as("Lena").get("/account").status_code == 200


def test_a_lost_phone_is_helped_by_whoever_manages_the_centre(world, browser_as):
    lena = world.staff["Lena"]
    lena.tf_primary_method, lena.tf_totp_secret, lena.mf_recovery_codes = "authenticator", "sealed", ["one"]
    actions.choose_language(lena, "da", by=lena.id, now=world.now)
    nora = browser_as("Nora")
    assert "Lost phone" in nora.get(page_of(world, "Lena")).text
    assert nora.post(page_of(world, "Lena", end="/second-step/off")).status_code == 303
    person = fresh(lena)
    assert (person.tf_primary_method, person.tf_totp_secret) == (None, None) and not person.mf_recovery_codes
    assert browser_as("Lena").get("/account").status_code == 200


@pytest.mark.parametrize(("code", "kept"), [("da", "da"), ("xx", ""), ("", "")])
def test_the_language_of_ones_own_screens_is_kept(world, browser_as, code, kept):
    client = browser_as("Dana")
    assert client.post("/account/language", data={"language": code}).status_code == 303
    assert fresh(world.staff["Dana"]).language == kept
    page = browser_as("Dana").get("/account").text
    assert f'<html lang="{kept or "en"}"' in page


def test_names_of_any_script_are_shown_and_nothing_in_them_is_obeyed(world, browser_as):
    add(world, "שרה כהן", ("North", "leader"))
    add(world, "<script>alert(1)</script>", ("North", "leader"))
    page = browser_as("Nora").get(f"/centres/{world.centres['North'].id}").text
    assert "שרה כהן" in page and "<script>alert" not in page
    form = browser_as("Nora").get(page_of(world, "<script>alert(1)</script>")).text
    assert "<script>alert" not in form and "&lt;script&gt;alert" in form


def test_the_welcome_page_offers_the_sign_in_and_sends_those_signed_in_on(world, browser_as):
    page = browser_as().get("/")
    assert page.status_code == 200 and 'href="/sign-in"' in page.text
    assert browser_as("Dana").get("/").location == "/today"
