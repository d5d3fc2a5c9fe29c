"""A participant and their own page: from the card on paper to a card that no longer works, over HTTP."""

import re
from datetime import timedelta

from imrgroups.attendance import actions as attendance
from imrgroups.enrolment.actions import cards
from imrgroups.homework import actions as homework
from imrgroups.homework.actions import Task
from tests.stories.forms import form, send


def given_a_group_that_has_met(world):
    dana = {"by": world.staff["Dana"].id, "now": world.now}
    for number in (1, 2, 3):
        attendance.mark(meeting=world.meetings[number], marks={world.people["Dina"].id: "present"}, versions={}, **dana)
    homework.agree(world.meetings[8], {world.people["Dina"].id: Task("Ring til Per")}, **dana)


def when_the_leader_makes_and_prints_a_card(leader, world):
    """One button on the person's page, and one PDF; what stands on it is what the person needs."""
    page = f"/people/{world.people['Dina'].id}"
    send(leader, form(leader.get(page), "/card"))
    paper = leader.get(f"{page}/card.pdf")
    assert paper.status_code == 200 and paper.data.startswith(b"%PDF")
    card = cards.of(world.people["Dina"].id)
    return f"/card/{cards.token(card)}?lang=da", card.code


def opens(phone, link, code):
    """The link asks for the code in the person's language; the page opens."""
    door = phone.get(link)
    assert "Åbn min side" in door.text and "Dina" not in door.text
    return send(phone, form(door, link.split("?")[0]), code=code)


def test_a_card_a_sheet_another_day_paper_and_a_new_card(world, app, browser_as, frozen):
    given_a_group_that_has_met(world)
    leader, phone = browser_as("Dana"), app.test_client()
    link, code = when_the_leader_makes_and_prints_a_card(leader, world)

    # She opens her page on the bus: the next meeting stands there, and she says how her homework goes.
    start = opens(phone, link, code)
    assert "Hej Dina" in start.text and "tirsdag den 12. januar kl. 14.30" in start.text
    page = phone.get("/me/homework")
    task = re.search(r'action="(/me/homework/\d+)"', page.text)[1]
    told = send(phone, form(page, task), said="partly")
    assert "Dine undervisere kan se det" in told.text

    # She begins a sheet, keeps it to herself, and signs out.
    sheets = phone.get("/me/sheets").text
    assert "/me/sheets/goal-sheet" in sheets
    sheet = form(phone.get("/me/sheets/goal-sheet"), "/me/sheets/goal-sheet")
    saved = send(phone, sheet, **{"goal-sheet.goal": "Jeg vil synge i kor"})
    assert "Jeg vil synge i kor" in saved.text
    send(phone, form(saved, "/me/sign-out"))
    assert phone.get("/me").status_code == 303

    # Three days later she goes on with it, lets her leaders read it, and prints it.
    frozen.shift(timedelta(days=3))
    opens(phone, link, code)
    sheet = form(phone.get("/me/sheets/goal-sheet"), "/me/sheets/goal-sheet")
    assert sheet.fields["goal-sheet.goal"] == ["Jeg vil synge i kor"] and "shared" not in sheet.fields
    send(phone, sheet, **{"goal-sheet.because": "Min mor sang altid", "shared": "1"})
    assert phone.get("/me/sheets/goal-sheet.pdf").data.startswith(b"%PDF")
    assert phone.get("/me/everything.pdf").data.startswith(b"%PDF")

    # Her leader reads what she may, sees what Dina says of the homework, and gives her a new card: hers was lost.
    leader = browser_as("Dana")
    page = leader.get(f"/people/{world.people['Dina'].id}")
    read = leader.get(re.search(r'href="(/people/\d+/sheets/\d+)"', page.text)[1])
    assert "Min mor sang altid" in read.text and "Jeg vil synge i kor" in read.text
    assert "They say: partly" in leader.get(f"/meetings/{world.meetings[9].id}/homework").text
    new_link, new_code = when_the_leader_makes_and_prints_a_card(leader, world)

    # The page on the old phone is closed at once, the old card opens nothing, the new one opens everything.
    assert phone.get("/me").status_code == 303
    door = phone.get(link)
    refused = phone.post(link.split("?")[0], data=form(door, link.split("?")[0]).filled(code=code))
    assert refused.status_code == 422
    opens(phone, new_link, new_code)
    assert "Jeg vil synge i kor" in phone.get("/me/sheets/goal-sheet").text
