"""The pages about people, four ways: signed out, not theirs, refused, done."""

import pytest
from sqlalchemy import select

from imrgroups import auth
from imrgroups.audit import AccessEntry
from imrgroups.db import db
from imrgroups.enrolment.roster import scope_of_participant
from imrgroups.people import actions
from imrgroups.people.models import CONSENTS, INTAKE_TASKS, Participant, Supporter

PAGES = ("edit", "intake", "intake/orientation", "intake/strengths", "supporters", "supporters/new", "consents", "hospital")


def url(person, page=""):
    return f"/people/{person.id}/{page}".rstrip("/")


def person_data(**changes):
    data = {"name": "Hanne Vind", "language": "da", "channel": "text", "phone": "20 12 34 99", "version": "1"}
    return {**data, **changes}


def fresh(person):
    return db.session.get_one(Participant, person.id, populate_existing=True)


def test_nobody_signed_out_sees_a_persons_page(world, browser_as):
    client = browser_as()
    for page in PAGES:
        answer = client.get(url(world.people["Amal"], page))
        assert answer.status_code == 302 and "/sign-in" in answer.location, page


@pytest.mark.parametrize("name", ["Charlie", "Kim", "Adam"])
def test_a_person_of_another_centre_or_a_role_without_the_right_is_refused(world, browser_as, name):
    client = browser_as(name)
    for page in PAGES:
        answer = client.get(url(world.people["Amal"], page))
        assert answer.status_code == 403 and "Amal" not in answer.text, page


@pytest.mark.parametrize("name", ["Dana", "Nora"])
def test_leaders_and_coordinators_open_the_pages_of_their_people(world, browser_as, name):
    client = browser_as(name)
    assert {page: client.get(url(world.people["Amal"], page)).status_code for page in PAGES} == dict.fromkeys(PAGES, 200)


def test_each_task_of_the_intake_has_a_page(world, browser_as):
    client = browser_as("Dana")
    for task in INTAKE_TASKS:
        page = client.get(url(world.people["Freja"], f"intake/{task}"))
        assert page.status_code == 200 and "Freja" not in page.text.split("</title>")[0], task


def test_no_title_names_a_participant(world, browser_as):
    client = browser_as("Dana")
    for page in PAGES:
        title = client.get(url(world.people["Dina"], page)).text.split("</title>")[0]
        assert "Dina" not in title and "Møller" not in title


def test_the_list_shows_whom_the_table_allows_and_nobody_else(world, browser_as):
    for name, staff in world.staff.items():
        answer = browser_as(name).get("/people")
        if name in ("Kim", "Adam"):
            assert answer.status_code == 403
            continue
        from imrgroups.staff.models import Role

        roles = frozenset((row.name, row.centre_id) for row in db.session.execute(select(Role).where(Role.staff_id == staff.id)).scalars())
        led = {group.id for group in world.groups.values() if staff.id in [leader.id for leader in group.leaders]}
        ties = auth.Ties(staff.id, name, world.now, "", roles, frozenset(led))
        for person in world.people.values():
            allowed = auth.decide("people.see", ties, scope_of_participant(person.id)) is auth.Decision.YES
            assert (person.name in answer.text) is allowed, f"{name} and {person.name}"


def test_a_leader_sees_people_of_the_centre_in_no_group_until_another_group_takes_them(world, browser_as):
    client = browser_as("Dana")
    assert "Freja Holm" in client.get("/people?show=none").text
    assert "Amal Haddad" not in client.get("/people?show=none").text


def test_the_list_can_be_cut_to_one_group_of_ones_own(world, browser_as):
    client = browser_as("Dana")
    page = client.get(f"/people?group={world.group.id}").text
    assert "Amal Haddad" in page and "Freja Holm" not in page
    assert client.get(f"/people?group={world.groups['Thursday'].id}").status_code == 404


@pytest.mark.parametrize(("words", "found"), [("møl", True), ("DINA M", True), ("Møller dina", True), ("zzz", False)])
def test_a_search_finds_by_any_part_of_the_name_and_puts_it_in_no_address(world, browser_as, words, found):
    answer = browser_as("Dana").post("/people", data={"words": words})
    assert answer.status_code == 200
    assert ("Dina Møller" in answer.text) is found
    assert "words=" not in answer.text.replace('name="words"', "")


def test_a_search_finds_by_code(world, browser_as):
    answer = browser_as("Dana").post("/people", data={"words": world.people["Bo"].code.lower()})
    assert "Bo Lind" in answer.text and "Dina" not in answer.text


def test_a_list_above_fifty_has_pages_and_the_access_log_names_those_shown(world, browser_as):
    centre = world.centres["North"].id
    for number in range(60):
        actions.create(actions.PersonDetails(f"Vera {number:02d}", "da"), centre_id=centre, by=None, now=world.now)
    client = browser_as("Nora")
    first, second = client.get("/people").text, client.get("/people?page=2").text
    assert first.count("<tr>") - 1 == 50 and second.count("<tr>") - 1 == 16
    assert "page 1 of 2" in first and 'rel="next"' in first and 'rel="prev"' in second
    log = db.session.execute(select(AccessEntry.participant_id).where(AccessEntry.page == "people.index")).scalars().all()
    assert len(log) == 66 and len(set(log)) == 66


def test_the_list_takes_the_same_statements_for_ten_people_and_for_sixty(world, browser_as, app):
    from sqlalchemy import event

    def statements():
        seen = []
        listener = lambda *args: seen.append(args[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", listener)
        assert client.get("/people").status_code == 200
        event.remove(db.engine, "before_cursor_execute", listener)
        return len(seen)

    client = browser_as("Nora")
    client.get("/people")
    few = statements()
    for number in range(40):
        actions.create(actions.PersonDetails(f"Vera {number:02d}", "da"), centre_id=world.centres["North"].id, by=None, now=world.now)
    assert statements() == few


def test_adding_a_person_leads_to_the_intake(world, browser_as):
    answer = browser_as("Dana").post("/people/new", data=person_data(centre_id=world.centres["North"].id))
    person = db.session.execute(select(Participant).order_by(Participant.created_at.desc()).limit(1)).scalar_one()
    assert answer.status_code == 303 and answer.location == f"/people/{person.id}/intake"
    assert (person.name, person.phone, person.channel) == ("Hanne Vind", "+4520123499", "text")


def test_nobody_adds_a_person_to_a_centre_they_do_not_work_at(world, browser_as):
    before = db.session.execute(select(Participant.id)).all()
    browser_as("Dana").post("/people/new", data=person_data(centre_id=world.centres["South"].id))
    added = db.session.execute(select(Participant).where(Participant.id.not_in([row.id for row in before]))).scalars().all()
    assert [person.centre_id for person in added] == [] or {person.centre_id for person in added} == {world.centres["North"].id}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": " \u200b "}, "Write the person&#39;s name"),
        ({"phone": "12"}, "Check the phone number"),
        ({"phone": ""}, "Write a phone number above"),
        ({"channel": "letter"}, "Write an address above"),
        ({"language": "xx"}, "Choose one from the list"),
        ({"channel": "pigeon"}, "Choose one from the list"),
        ({"name": "x" * 200}, "Write at most 120 characters"),
    ],
)
def test_what_cannot_be_is_refused_and_what_was_typed_stays(world, browser_as, changes, said):
    data = person_data(centre_id=world.centres["North"].id, address="", reach="knock twice", **changes)
    answer = browser_as("Dana").post("/people/new", data=data)
    assert answer.status_code == 422
    assert said in answer.text and "knock twice" in answer.text
    assert answer.text.split("<title>")[1].startswith("Error:")
    assert "nhsuk-error-summary" in answer.text


def test_a_name_that_is_there_already_is_asked_about_before_a_second_person_is_made(world, browser_as):
    client, data = browser_as("Dana"), person_data(name="dina møller", centre_id=world.centres["North"].id)
    refused = client.post("/people/new", data=data)
    assert refused.status_code == 422 and world.people["Dina"].code in refused.text
    assert client.post("/people/new", data={**data, "another": "y"}).status_code == 303
    assert client.get("/people").text.count("Look at the code") == 2


def test_a_page_that_became_old_shows_both_and_saves_only_when_asked_again(world, browser_as):
    person, client = world.people["Bo"], browser_as("Dana")
    old = person_data(name="Bo Lind", phone="20 11 11 11", version=str(person.version))
    newer = actions.PersonDetails("Bo Lind", "da", "+4520222222", "text")
    actions.edit(person, newer, version=person.version, by=world.staff["Lena"].id, now=world.now)
    answer = client.post(url(person, "edit"), data=old)
    assert answer.status_code == 409
    assert "Lena saved while you were writing" in answer.text and "+4520222222" in answer.text and "+4520111111" in answer.text
    assert fresh(person).phone == "+4520222222"
    again = client.post(url(person, "edit"), data={**old, "version": str(fresh(person).version)})
    assert again.status_code == 303 and fresh(person).phone == "+4520111111"


@pytest.mark.parametrize("version", ["", "abc", "-1", "٣"])
def test_a_page_that_tells_no_version_counts_as_old(world, browser_as, version):
    person = world.people["Bo"]
    assert browser_as("Dana").post(url(person, "edit"), data=person_data(name="Bo Lind", version=version)).status_code == 409


def test_the_intake_counts_what_the_data_already_shows(world, browser_as):
    client, freja = browser_as("Dana"), world.people["Freja"]
    assert "1 of 7 done" in client.get(url(freja, "intake")).text  # she has a phone and a way to be reached
    client.post(url(freja, "intake/orientation"), data={})
    aunt = {"name": "Grete", "relation": "aunt", "consented": "yes", "consented_on": "2027-01-11"}
    assert client.post(url(freja, "supporters/new?from=intake"), data=aunt).location == url(freja, "intake")
    for what in CONSENTS:
        actions.consent(freja, what, given=False, on=world.today, how="in person", by=None, now=world.now)
    page = client.get(url(freja, "intake")).text
    assert "4 of 7 done" in page and "Not needed" in page


def test_a_yes_of_a_day_to_come_is_refused_for_a_supporter(world, browser_as):
    client, freja = browser_as("Dana"), world.people["Freja"]
    aunt = {"name": "Grete", "relation": "aunt", "consented": "yes", "consented_on": "2099-01-11"}
    answer = client.post(url(freja, "supporters/new"), data=aunt)
    assert answer.status_code == 422 and "Choose the day they said so" in answer.text
    assert not db.session.query(Supporter).filter_by(participant_id=freja.id).count()
    assert client.post(url(freja, "supporters/new"), data=aunt | {"consented": "no"}).status_code == 303


def test_somebody_who_joined_late_is_asked_to_catch_up_with_the_first_module(world, browser_as):
    page = browser_as("Dana").get(url(world.people["Ejnar"], "intake")).text
    assert "of 8 done" in page
    task = browser_as("Dana").get(url(world.people["Ejnar"], "intake/module_one")).text
    assert "0 of 3 meetings of the first module are made up" in task


def test_not_now_is_always_possible_and_kindly_shown(world, browser_as):
    client, amal = browser_as("Dana"), world.people["Amal"]
    for task in INTAKE_TASKS:
        assert client.post(url(amal, f"intake/{task}"), data={"outcome": "not_now"}).status_code == 303
    page = client.get(url(amal, "intake")).text
    assert page.count(">Not now<") == 6  # reached by phone already, and nothing to catch up with
    assert "That is fine" in client.get(url(amal, "intake/strengths")).text


def test_what_was_said_stays_when_it_is_put_off(world, browser_as):
    client, amal = browser_as("Dana"), world.people["Amal"]
    client.post(url(amal, "intake/strengths"), data={"text": "I bake bread when it storms"})
    client.post(url(amal, "intake/strengths"), data={"outcome": "not_now"})
    assert "I bake bread when it storms" in client.get(url(amal, "intake/strengths")).text


def test_a_coordinator_neither_reads_nor_writes_what_a_person_told_a_leader(world, browser_as):
    amal = world.people["Amal"]
    browser_as("Dana").post(url(amal, "intake/strengths"), data={"text": "I bake bread when it storms"})
    nora = browser_as("Nora")
    assert "bake bread" not in nora.get(url(amal, "intake/strengths")).text
    assert nora.post(url(amal, "intake/strengths"), data={"text": "changed"}).status_code == 403
    assert actions.intake(amal.id)["strengths"].text == "I bake bread when it storms"


def test_a_task_saves_the_details_it_asks_for_and_leaves_the_others(world, browser_as):
    client, bo = browser_as("Dana"), world.people["Bo"]
    answer = client.post(url(bo, "intake/language"), data={"language": "ar", "version": str(bo.version)})
    assert answer.status_code == 303
    assert (fresh(bo).language, fresh(bo).large_print, fresh(bo).address) == ("ar", False, "Birkevej 4, 2400 København NV")
    old = client.post(url(bo, "intake/reach"), data={"channel": "none", "version": "1"})
    assert old.status_code == 409 and "Nothing is sent" in old.text


def test_an_unknown_task_is_no_page(world, browser_as):
    assert browser_as("Dana").get(url(world.people["Bo"], "intake/homework")).status_code == 404
    assert browser_as("Dana").post(url(world.people["Bo"], "intake/goal"), data={"outcome": "perhaps"}).status_code == 404


def supporter_of(world, **details):
    return actions.add_supporter(world.people["Amal"], actions.SupporterDetails("Samira", "sister", **details), by=None, now=world.now)


def test_a_contact_takes_two_taps(world, browser_as):
    row, client = supporter_of(world), browser_as("Dana")
    refused = client.post(f"/supporters/{row.id}/contacts", data={f"{row.code}-contact_on": "2027-01-12"})
    assert refused.status_code == 422 and "Choose how you were in contact" in refused.text
    done = client.post(f"/supporters/{row.id}/contacts", data={f"{row.code}-kind": "phone", f"{row.code}-contact_on": "2027-01-12"})
    assert done.status_code == 303
    made = actions.contacts_of(world.people["Amal"].id)
    assert [(contact.kind, contact.contact_on, contact.by_id) for contact in made] == [("phone", world.today, world.staff["Dana"].id)]
    assert client.post(f"/supporters/{row.id}/contacts/{made[0].id}/remove").status_code == 303
    assert actions.contacts_of(world.people["Amal"].id) == []


def test_what_a_contact_was_about_is_for_leaders(world, browser_as):
    row = supporter_of(world)
    actions.contact(row, on=world.today, kind="visit", about="talked of the medicine", by=None, now=world.now)
    page = url(world.people["Amal"], "supporters")
    assert "talked of the medicine" in browser_as("Dana").get(page).text
    assert "talked of the medicine" not in browser_as("Nora").get(page).text


def test_a_contact_of_one_supporter_cannot_be_taken_back_through_another(world, browser_as):
    row = supporter_of(world)
    other = actions.add_supporter(world.people["Bo"], actions.SupporterDetails("Ole"), by=None, now=world.now)
    made = actions.contact(row, on=world.today, kind="visit", about="", by=None, now=world.now)
    assert browser_as("Dana").post(f"/supporters/{other.id}/contacts/{made.id}/remove").status_code == 404


@pytest.mark.parametrize("page", ["edit", "end", "contacts"])
def test_a_supporter_of_somebody_elses_person_is_out_of_reach(world, browser_as, page):
    row = supporter_of(world)
    assert browser_as("Charlie").post(f"/supporters/{row.id}/{page}").status_code == 403
    assert browser_as().post(f"/supporters/{row.id}/{page}").status_code == 302
    assert browser_as("Dana").post(f"/supporters/999/{page}").status_code == 404


def test_a_supporter_who_is_no_longer_one_stays_in_the_history(world, browser_as):
    row, client = supporter_of(world, may_know="when the group meets"), browser_as("Dana")
    assert client.post(f"/supporters/{row.id}/edit", data={"name": "", "consented": "no"}).status_code == 422
    assert client.post(f"/supporters/{row.id}/edit", data={"name": "Samira H", "consented": "yes", "consented_on": ""}).status_code == 303
    assert db.session.get_one(Supporter, row.id, populate_existing=True).consented_on == world.today
    client.post(f"/supporters/{row.id}/end")
    page = client.get(url(world.people["Amal"], "supporters")).text
    assert "Earlier" in page and "Samira H" in page and "We were in contact" not in page


def test_consents_keep_every_answer_and_the_newest_holds(world, browser_as, frozen):
    client, amal = browser_as("Dana"), world.people["Amal"]
    data = {"messages": "no", "research": "yes", "told_on": "2027-01-12", "how": "phone"}
    assert client.post(url(amal, "consents"), data=data).status_code == 303
    rows = [(row.what, row.given, row.how, row.by_id) for row in actions.consents_of(amal.id)]
    assert len(rows) == 3 and ("messages", False, "phone", world.staff["Dana"].id) in rows
    assert amal.id not in actions.has_consented([amal.id], "messages") and amal.id in actions.has_consented([amal.id], "research")
    page = client.get(url(amal, "consents")).text
    assert page.count("Messages and calls about the meetings</th>") == 2 and "By phone" in page


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"told_on": "2027-01-12"}, "Choose at least one answer"),
        ({"messages": "yes", "told_on": "2027-01-13"}, "That day is still to come"),
        ({"messages": "yes", "told_on": "yesterday"}, "Choose a day"),
        ({"messages": "yes", "told_on": "0027-01-12"}, "Check the year"),
        ({"messages": "yes", "told_on": ""}, "Choose the day they said so"),
    ],
)
def test_a_consent_without_an_answer_or_a_day_is_refused(world, browser_as, data, said):
    before = len(actions.consents_of(world.people["Amal"].id))
    answer = browser_as("Dana").post(url(world.people["Amal"], "consents"), data={"how": "phone", **data})
    assert answer.status_code == 422 and said in answer.text
    assert len(actions.consents_of(world.people["Amal"].id)) == before


def test_into_hospital_and_home_again(world, browser_as):
    client, bo = browser_as("Dana"), world.people["Bo"]
    assert client.post(url(bo, "hospital"), data={"on": "2027-01-10"}).status_code == 303
    assert actions.in_hospital([bo.id], world.today) == {bo.id}
    early = client.post(url(bo, "hospital"), data={"on": "2027-01-09"})
    assert early.status_code == 422 and "The stay began after that day" in early.text
    assert client.post(url(bo, "hospital"), data={"on": "2027-01-12"}).status_code == 303
    again = client.post(url(bo, "hospital"), data={"on": "2027-01-11"})
    assert again.status_code == 422 and "They are in hospital on that day already" in again.text
    stay = actions.hospital_stays(bo.id)[0]
    assert client.post(f"/people/{world.people['Amal'].id}/hospital/{stay.id}/remove").status_code == 404
    assert client.post(url(bo, f"hospital/{stay.id}/remove")).status_code == 303
    assert actions.hospital_stays(bo.id) == []


def test_every_page_about_a_person_is_in_the_access_log(world, browser_as):
    client, dina = browser_as("Dana"), world.people["Dina"]
    for page in PAGES:
        client.get(url(dina, page))
    logged = db.session.execute(select(AccessEntry.page).where(AccessEntry.participant_id == dina.id)).scalars().all()
    assert len(logged) == len(PAGES)


def test_a_second_click_adds_no_second_supporter_and_says_so(world, browser_as):
    client, freja = browser_as("Dana"), world.people["Freja"]
    aunt = {"name": "Grete Aae", "relation": "aunt", "consented": "no"}
    assert client.post(url(freja, "supporters/new"), data=aunt).status_code == 303
    again = client.post(url(freja, "supporters/new"), data=aunt | {"name": "grete aae"})
    assert again.status_code == 422 and "on their list already" in again.text and "grete aae" in again.text
    assert [row.name for row in fresh(freja).supporters] == ["Grete Aae"]
    assert client.post(url(freja, "supporters/new"), data=aunt | {"relation": "neighbour"}).status_code == 303


def test_a_supporter_who_ended_may_be_added_again(world):
    row = supporter_of(world)
    with pytest.raises(actions.CannotChangePerson, match="there_already"):
        supporter_of(world)
    actions.end_supporter(row, on=world.today, by=None, now=world.now)
    assert supporter_of(world).id != row.id
