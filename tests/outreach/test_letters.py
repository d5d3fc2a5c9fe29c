"""Letters: they wait until somebody prints them, they are put down as printed once, and a wrong click is taken back."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from imrgroups.db import db
from imrgroups.outreach import actions
from imrgroups.outreach.actions.letters import end_letters
from imrgroups.outreach.models import Message
from imrgroups.outreach.words import Facts, letter, paper, phone_in
from imrgroups.outreach.words.samples import sample
from imrgroups.people import actions as people
from tests.outreach import golden


def write(world, name="Bo", **changed):
    person = world.people[name]
    told = {
        "key": f"missed/8/{person.id}", "occasion": "missed", "step": "first", "channel": "letter", "language": person.language,
        "text": letter("missed", "first", 0, Facts(person.first_name, "Dana", phone="38 64 00 00"), person.language),
        "centre_id": person.centre_id, "group_id": world.group.id, "participant_id": person.id, "due_at": world.now,
        "expires_at": world.now + timedelta(days=2), "question": True,
    }
    actions.queue([actions.Draft(**{**told, **changed})], by=None, now=world.now)
    return db.session.execute(select(Message).order_by(Message.created_at.desc(), Message.id)).scalars().first()


@pytest.fixture
def waiting(world):
    return write(world).id


def state(key):
    return db.session.get_one(Message, key, populate_existing=True).state


def test_signed_out_one_is_sent_to_sign_in(browser_as, waiting):
    assert browser_as().get("/messages/letters").status_code == 302
    assert browser_as().post("/messages/letters", data={"letter": waiting, "do": "printed"}).status_code == 302
    assert state(waiting) == "pending"


@pytest.mark.parametrize("name", ["Kim", "Adam"])
def test_those_who_write_to_nobody_are_refused(browser_as, waiting, name):
    assert browser_as(name).get("/messages/letters").status_code == 403


def test_another_centre_sees_and_settles_none_of_them(browser_as, waiting):
    charlie = browser_as("Charlie")
    assert "No letters to print." in charlie.get("/messages/letters").text
    assert charlie.get("/messages/letters.pdf").status_code == 404
    assert charlie.post("/messages/letters", data={"letter": waiting, "do": "printed"}).status_code == 422
    assert state(waiting) == "pending"


@pytest.mark.parametrize("name", ["Dana", "Nora"])
def test_leader_and_coordinator_print_and_put_it_down(browser_as, waiting, name):
    client = browser_as(name)
    page = client.get("/messages/letters").text
    assert "Bo Lind" in page and "Vi savnede dig" in page and "checked" in page
    made = client.get("/messages/letters.pdf")
    assert made.mimetype == "application/pdf" and made.data.startswith(b"%PDF")
    assert state(waiting) == "pending", "looking changes nothing"
    answer = client.post("/messages/letters", data={"letter": waiting, "do": "printed"}, follow_redirects=True)
    assert "1 letter is put down as printed." in answer.text and "No letters to print." in answer.text
    assert state(waiting) == "printed"


def test_a_second_click_changes_nothing_and_a_wrong_one_is_taken_back(browser_as, waiting):
    dana = browser_as("Dana")
    dana.post("/messages/letters", data={"letter": waiting, "do": "printed"})
    assert dana.post("/messages/letters", data={"letter": waiting, "do": "printed"}).status_code == 422
    assert dana.get(f"/messages/letters.pdf?one={waiting}").status_code == 200
    answer = dana.post("/messages/letters", data={"letter": waiting, "do": "back"}, follow_redirects=True)
    assert "1 letter is back on the list." in answer.text
    row = db.session.get_one(Message, waiting, populate_existing=True)
    assert (row.state, row.settled_at, row.sent_at) == ("pending", None, None)


def test_one_is_set_aside_and_brought_back(browser_as, waiting):
    dana = browser_as("Dana")
    answer = dana.post("/messages/letters", data={"letter": waiting, "do": "cancelled"}, follow_redirects=True)
    assert "1 letter is set aside." in answer.text
    assert state(waiting) == "cancelled"
    dana.post("/messages/letters", data={"letter": waiting, "do": "back"})
    assert state(waiting) == "pending"


def test_without_a_tick_the_page_says_what_to_do(browser_as, waiting):
    answer = browser_as("Dana").post("/messages/letters", data={"do": "printed"})
    assert answer.status_code == 422 and "Error:" in answer.text and "Tick the letters you mean" in answer.text


def test_a_letter_whose_day_has_passed_waits_for_a_decision(browser_as, waiting, frozen, world):
    frozen.move_to(world.now + timedelta(days=3))
    page = browser_as("Dana").get("/messages/letters").text
    assert "Its day has passed." in page and " checked" not in page


def test_a_letter_to_somebody_close_says_that_there_is_no_address(browser_as, world):
    row = people.add_supporter(world.people["Bo"], people.SupporterDetails("Ulla Lind", "sister"), by=None, now=world.now)
    write(world, key="invitation/1", occasion="invitation", participant_id=None, supporter_id=row.id)
    page = browser_as("Dana").get("/messages/letters").text
    assert "Ulla Lind" in page and "We have no address of theirs." in page
    assert "/family.pdf?in=da" in page and "Only if they may know what the group is about." in page
    assert browser_as("Dana").get("/messages/letters.pdf").status_code == 200


def test_those_whose_letters_one_sees_are_in_the_access_log(browser_as, world, waiting):
    from imrgroups.audit import AccessEntry

    browser_as("Dana").get("/messages/letters")
    seen = set(db.session.execute(select(AccessEntry.participant_id)).scalars())
    assert seen == {world.people["Bo"].id}


@pytest.mark.parametrize("language", ["en", "da", "sv", "he", "so"])
@pytest.mark.parametrize("large", [False, True])
def test_a_letter_is_one_page_and_in_large_print_at_most_two(app, frozen, language, large):
    on = date(2027, 1, 12)
    facts = sample(language, on, quoting=True)
    for occasion, step, variant in golden.every():
        if variant == 0 and occasion in ("missed", "make_up_offer", "invitation", "pulse"):
            text = letter(occasion, step, variant, facts, language)
            one = paper.Letter("Bo Lind", "Birkevej 4, 2400 København NV", language, large, text, occasion, step, "P002", "38 64 00 00")
            pages = len(re.findall(rb"/Type\s*/Page\b", paper.letters([one], on=on)))
            assert pages <= (2 if large else 1), f"{occasion}/{step}: {pages} pages"


def test_a_number_is_read_in_its_order_where_lines_run_from_the_right(app):
    assert phone_in("38 64 00 00", "he") == "38-64-00-00"
    assert phone_in("38 64 00 00", "da") == "38 64 00 00"


def test_a_letter_past_its_week_ends_in_words_and_stands_below(browser_as, world, waiting):
    assert end_letters(world.now + timedelta(days=8)) == 0, "two days, and a week in which it is still kind"
    assert end_letters(world.now + timedelta(days=9), True) == 1 and state(waiting) == "pending"
    assert end_letters(world.now + timedelta(days=9)) == 1 and state(waiting) == "expired"
    page = browser_as("Dana").get("/messages/letters").text
    assert "No letters to print." in page and "Not sent: it would have come too late" in page and "Put it back" not in page


def test_a_letter_about_a_day_that_has_come_is_of_no_use(world):
    row = write(world, key="reminder/9", occasion="own", expires_at=world.now + timedelta(hours=4))
    row.occasion = "reminder"
    db.session.commit()
    assert end_letters(world.now + timedelta(hours=4)) == 1 and state(row.id) == "expired"


def test_a_letter_whose_occasion_is_over_is_not_printed_any_more(browser_as, world):
    from imrgroups.attendance import actions as attendance

    meeting, bo = world.meetings[8], world.people["Bo"]
    attendance.mark(meeting=meeting, marks={bo.id: "present"}, versions={}, by=None, now=world.now)
    row = write(world, meeting_id=meeting.id)
    assert end_letters(world.now) == 1 and state(row.id) == "cancelled"
    assert "they came after all" in browser_as("Dana").get("/messages/letters").text


def test_a_letter_to_somebody_close_needs_no_address(browser_as, world):
    bo = world.people["Bo"]
    close = people.add_supporter(bo, people.SupporterDetails("Rana Lind", "sister", "", "", world.today), by=None, now=world.now)
    row = write(world, key="invitation/1", occasion="invitation", participant_id=None, supporter_id=close.id)
    dana = browser_as("Dana")
    assert "let Bo take the letter along" in dana.get("/messages/letters").text
    pdf = dana.get("/messages/letters.pdf")
    assert pdf.status_code == 200 and pdf.data.startswith(b"%PDF") and end_letters(world.now) == 0 and state(row.id) == "pending"
