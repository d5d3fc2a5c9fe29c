"""Those close to people: the next step for each, contacts in two taps, invitations only with a yes."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from imrgroups.db import db
from imrgroups.goals import actions as goals
from imrgroups.outreach.actions import supporters as actions
from imrgroups.outreach.actions.supporters import CannotInvite
from imrgroups.outreach.models import Message
from imrgroups.people import actions as people
from imrgroups.people.models import IntakeTask, SupporterContact
from imrgroups.rules.supporters import Next


def add(world, name="Dina", who="Ulla Møller", yes=True, phone="+4520999999"):
    details = people.SupporterDetails(who, "sister", phone, "when we meet", world.today if yes else None)
    return people.add_supporter(world.people[name], details, by=world.staff["Dana"].id, now=world.now)


def contact(world, row, days=0, kind="phone"):
    on = world.today - timedelta(days=days)
    return people.contact(row, on=on, kind=kind, about="", by=world.staff["Dana"].id, now=world.now)


def group_lines(world):
    return actions.furthest_first(actions.close_in_group(world.group.id, world.today))


def steps(world):
    return {line.first_name: (line.step, line.involved) for line in group_lines(world)}


def contacts():
    return list(db.session.execute(select(SupporterContact)).scalars())


def messages():
    return list(db.session.execute(select(Message)).scalars())


def test_a_group_shows_those_with_nobody_first(world):
    contact(world, add(world, "Amal"), days=3)
    contact(world, add(world, "Bo"), days=40)
    add(world, "Cy", yes=False)
    add(world, "Dina")
    assert steps(world) == {
        "Ejnar": (Next.NAME, False), "Cy": (Next.CONSENT, False), "Dina": (Next.INVITE, False), "Bo": (Next.CALL, False),
        "Amal": (Next.HELP, True),
    }
    assert [line.first_name for line in group_lines(world)] == ["Ejnar", "Cy", "Dina", "Bo", "Amal"]


def test_a_step_somebody_helps_with_counts_as_help(world):
    row, dina = add(world), world.people["Dina"]
    contact(world, row)
    told = {"by": world.staff["Dana"].id, "now": world.now}
    goal = goals.set_goal(group_id=world.group.id, participant_id=dina.id, text="Get out", on=world.today, **told)
    goals.add_step(goal, text="Walk to the lake", due_on=world.today, supporter_id=row.id, **told)
    assert steps(world)["Dina"] == (Next.THANK, True)


def test_it_takes_as_many_statements_for_one_as_for_many(world, statements):
    with statements() as one:
        group_lines(world)
    for name in ("Amal", "Bo", "Cy", "Dina", "Ejnar"):
        contact(world, add(world, name), days=2)
    with statements() as many:
        group_lines(world)
    assert len([said for said in many if said.startswith("SELECT")]) == len([said for said in one if said.startswith("SELECT")])


def test_nobody_is_invited_without_a_yes(world):
    row = add(world, yes=False)
    with pytest.raises(CannotInvite, match="no_consent"):
        actions.invite(row, step="first", channel="text", group_id=None, on=world.today, by=world.staff["Dana"].id, now=world.now)
    assert messages() == []


def test_the_module_of_a_group_is_that_of_its_next_meeting(world):
    assert actions.module_now(world.group.id, world.today)
    assert actions.module_now(world.group.id, world.today + timedelta(days=2000)), "after the last one, the last"


@pytest.fixture
def page(world):
    return f"/groups/{world.group.id}/supporters"


def test_signed_out_one_is_sent_to_sign_in(browser_as, page):
    assert browser_as().get(page).status_code == 302


@pytest.mark.parametrize("name", ["Charlie", "Kim", "Adam"])
def test_others_see_and_change_nothing(browser_as, page, world, name):
    row = add(world)
    client = browser_as(name)
    assert client.get(page).status_code == 403
    assert client.get(f"/people/{world.people['Dina'].id}/circle").status_code == 403
    assert client.post(f"/supporters/{row.id}/contacted", data={"kind": "phone"}).status_code == 403
    assert client.post(f"/supporters/{row.id}/invite", data={"channel": "text", "step": "first"}).status_code == 403
    assert client.post(f"/people/{world.people['Dina'].id}/circle/not-now").status_code == 403
    assert contacts() == [] and messages() == []


def test_a_group_of_somebody_else_cannot_be_named_in_the_form(browser_as, world):
    row = add(world)
    answer = browser_as("Dana").post(f"/supporters/{row.id}/contacted", data={"kind": "phone", "group": world.groups["Thursday"].id})
    assert answer.status_code == 403 and contacts() == []


@pytest.mark.parametrize("name", ["Dana", "Nora"])
def test_a_contact_is_put_down_and_taken_back(browser_as, page, world, name):
    row, client = add(world), browser_as(name)
    answer = client.post(f"/supporters/{row.id}/contacted", data={"kind": "phone", "group": world.group.id}, follow_redirects=True)
    assert "The contact is put down." in answer.text and "Put down today: Phone call." in answer.text
    assert "Somebody is involved" in answer.text
    (made,) = contacts()
    assert made.contact_on == world.today
    undone = client.post(f"/supporters/{row.id}/contacted/{made.id}/undo", data={"group": world.group.id}, follow_redirects=True)
    assert "The contact is taken back." in undone.text and contacts() == []


def test_a_contact_of_somebody_else_is_not_taken_back_by_a_wrong_address(browser_as, world):
    made, other = contact(world, add(world)), add(world, "Amal")
    assert browser_as("Dana").post(f"/supporters/{other.id}/contacted/{made.id}/undo").status_code == 404


def test_without_a_kind_the_page_says_what_to_choose(browser_as, world):
    row = add(world)
    for data in ({"group": world.group.id}, {}):
        answer = browser_as("Dana").post(f"/supporters/{row.id}/contacted", data=data)
        assert answer.status_code == 422 and answer.text.count("Choose how you were in contact") == 2


def test_an_invitation_is_shown_before_it_is_sent_and_waits_in_the_outbox(browser_as, page, world):
    row, dana = add(world), browser_as("Dana")
    shown = dana.get(page).text
    told = {"channel": "text", "step": "first", "group": world.group.id}
    assert dana.post(f"/supporters/{row.id}/invite", data=told).status_code == 303
    (message,) = messages()
    assert (message.supporter_id, message.occasion, message.state, message.question) == (row.id, "invitation", "pending", True)
    assert message.to == "+4520999999" and message.text.startswith("Hej Ulla. Dina ") and message.text in shown
    again = dana.post(f"/supporters/{row.id}/invite", data=told)
    assert again.status_code == 422 and "We have written to them today already." in again.text and len(messages()) == 1


def test_a_letter_waits_to_be_printed(browser_as, world):
    row = add(world, phone="")
    dana = browser_as("Dana")
    refused = dana.post(f"/supporters/{row.id}/invite", data={"channel": "text", "step": "first"})
    assert refused.status_code == 422 and "There is no phone number of theirs." in refused.text
    assert dana.post(f"/supporters/{row.id}/invite", data={"channel": "letter", "step": "first"}).status_code == 303
    assert "Ulla Møller" in dana.get("/messages/letters").text


def test_the_page_for_family_of_the_module_is_one_click_away(browser_as, page, world):
    dana = browser_as("Dana")
    module = actions.module_now(world.group.id, world.today)
    assert f"/curriculum/{module}/family.pdf?in=da" in dana.get(page).text
    assert dana.get(f"/curriculum/{module}/family.pdf?in=da").mimetype == "application/pdf"


def test_not_now_is_respected(browser_as, page, world):
    dana, dina = browser_as("Dana"), world.people["Dina"]
    answer = dana.post(f"/people/{dina.id}/circle/not-now", data={"group": world.group.id}, follow_redirects=True)
    assert "Dina said that this may wait." in answer.text
    assert db.session.execute(select(IntakeTask.outcome)).scalar_one() == "not_now"


def test_the_next_step_stands_on_the_persons_page_and_at_the_meeting(browser_as, world):
    add(world)
    dana = browser_as("Dana")
    assert "We may contact Ulla Møller, and have not yet. Invite them?" in dana.get(f"/people/{world.people['Dina'].id}").text
    text = dana.get(f"/meetings/{world.meetings[9].id}").text
    assert "Somebody is involved for 0 of 5 (0 %)." in text and "Ask Amal who would be glad" in text


def test_two_of_one_name_are_told_apart_by_their_codes(world):
    for name in ("Bo", "Cy"):
        world.people[name].name = "Bo Dahl"
    db.session.commit()
    codes = [world.people[name].code for name in ("Bo", "Cy")]
    assert {line.name for line in group_lines(world)} >= {f"Bo Dahl ({code})" for code in codes}
