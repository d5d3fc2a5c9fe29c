"""The way into somebody's own page: the right code, wrong ones, cards that ended, and who is never let in."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from imrgroups import secret
from imrgroups.audit import AuditEntry
from imrgroups.db import db
from imrgroups.enrolment import actions as enrolment
from imrgroups.enrolment.actions import cards
from imrgroups.enrolment.models import Card
from imrgroups.groups import actions as groups
from imrgroups.mypage import actions
from imrgroups.mypage.models import OwnSession
from imrgroups.people import actions as people

QUARTER = timedelta(minutes=15)


def wrong(code):
    return f"{(int(code) + 1) % 10_000:04d}"


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def at_the_door(app, card):
    return app.test_client(), f"/card/{cards.token(card)}", card.code


def test_opening_the_link_asks_for_the_code_and_changes_nothing(app, card_of, statements):
    client, address, _code = at_the_door(app, card_of("Amal"))
    with statements() as said:
        answer = client.get(address)
    assert answer.status_code == 200 and 'name="code"' in answer.text and "Amal" not in answer.text
    assert not [line for line in said if line.split()[0] in ("INSERT", "UPDATE", "DELETE")]


def test_the_right_code_opens_the_page_and_is_put_down(app, world, card_of):
    client, address, code = at_the_door(app, card_of("Amal"))
    answer = client.post(address, data={"code": code})
    assert answer.status_code == 303 and answer.location == "/me"
    assert "Hello Amal" in words(client.get("/me"))
    assert cards.of(world.people["Amal"].id).used_on == world.today
    entry = db.session.execute(select(AuditEntry).where(AuditEntry.action == "own.signed_in")).scalar_one()
    assert entry.by_id is None and entry.subject == f"participants/{world.people['Amal'].id}"


def test_the_number_typed_from_paper_opens_it_too(app, card_of):
    card = card_of("Amal")
    client, typed, code = app.test_client(), f" {card.number[:4].upper()}-{card.number[4:8]} {card.number[8:]} ", card.code
    assert client.post("/card", data={"number": typed, "code": code}).status_code == 303
    assert client.get("/me").status_code == 200


def test_an_unknown_link_a_forged_one_and_a_wrong_code_are_answered_alike(app, card_of):
    card = card_of("Amal")
    client, address, code = at_the_door(app, card)
    answers = [
        client.post(address, data={"code": wrong(code)}),
        client.post(address[:-2] + "zz", data={"code": code}),
        client.post("/card/nothing", data={"code": code}),
    ]
    bare = {re.sub(r'action="[^"]*"|\?lang=|href="[^"]*"|value="[^"]*"', "", words(answer)) for answer in answers}
    assert {answer.status_code for answer in answers} == {422} and len(bare) == 1
    assert "Error:" in answers[0].text and "four figures" in answers[0].text


def test_after_five_wrong_codes_nobody_gets_in_for_a_quarter_of_an_hour_and_then_the_right_person_does(app, card_of, frozen):
    client, address, code = at_the_door(app, card_of("Amal"))
    for _ in range(5):
        assert client.post(address, data={"code": wrong(code)}).status_code == 422
    for _ in range(3):
        assert client.post(address, data={"code": code}).status_code == 429
    frozen.shift(QUARTER + timedelta(seconds=1))
    assert client.post(address, data={"code": code}).status_code == 303


def test_an_unknown_number_is_throttled_like_a_known_one(app, world):
    client = app.test_client()
    answers = [client.post("/card", data={"number": "abcdefghjkmn", "code": "0000"}).status_code for _ in range(6)]
    assert answers == [422] * 5 + [429]


def test_strangers_with_the_link_cannot_keep_the_right_person_out_of_a_browser_they_used_before(app, card_of):
    own, address, code = at_the_door(app, card_of("Amal"))
    assert own.post(address, data={"code": code}).status_code == 303
    own.post("/me/sign-out")
    stranger = app.test_client()
    for _ in range(6):
        stranger.post(address, data={"code": wrong(code)})
    assert stranger.post(address, data={"code": code}).status_code == 429
    assert own.post(address, data={"code": code}).status_code == 303
    assert code not in own.get_cookie("known_page").value and "Amal" not in own.get_cookie("known_page").value


def test_a_browser_that_is_known_guesses_no_more_often_than_others(app, card_of):
    own, address, code = at_the_door(app, card_of("Amal"))
    own.post(address, data={"code": code})
    statuses = [own.post(address, data={"code": wrong(code)}).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]


def test_guesses_at_one_card_do_not_keep_others_out(app, card_of):
    first, second = at_the_door(app, card_of("Amal")), at_the_door(app, card_of("Dina"))
    for _ in range(6):
        first[0].post(first[1], data={"code": wrong(first[2])})
    assert second[0].post(second[1], data={"code": second[2]}).status_code == 303


def test_one_place_cannot_guess_at_many_cards(app):
    client = app.test_client()
    statuses = [client.post("/card", data={"number": f"abcdefghjk{n:02d}", "code": "0000"}).status_code for n in range(51)]
    assert statuses == [422] * 50 + [429]


def test_a_new_card_ends_the_old_one_and_every_page_it_opened_at_once(app, world, card_of):
    client, address, code = at_the_door(app, card_of("Amal"))
    client.post(address, data={"code": code})
    new = at_the_door(app, card_of("Amal"))
    assert client.get("/me").status_code == 303 and client.get("/me").location == "/card"
    assert client.post(address, data={"code": code}).status_code == 422
    assert new[0].post(new[1], data={"code": new[2]}).status_code == 303
    alive = select(Card).where(Card.participant_id == world.people["Amal"].id, Card.ended_at.is_(None))
    assert len(db.session.execute(alive).scalars().all()) == 1


def test_an_ended_card_opens_nothing(app, world, card_of):
    client, address, code = at_the_door(app, card_of("Amal"))
    cards.end(world.people["Amal"], by=world.staff["Dana"].id, now=world.now)
    assert client.post(address, data={"code": code}).status_code == 422


def test_who_left_the_group_opens_their_page_for_thirty_days_more(app, world, card_of, frozen):
    client, address, code = at_the_door(app, card_of("Amal"))
    enrolment.leave(world.enrolments["Amal"], on=world.today, reason="moved", by=None, now=world.now)
    frozen.shift(timedelta(days=30))
    assert client.post(address, data={"code": code}).status_code == 303
    assert "11 February" in words(client.get("/me"))
    frozen.shift(timedelta(days=1))
    assert client.get("/me").status_code == 303
    assert client.post(address, data={"code": code}).status_code == 422


def test_the_end_of_the_group_counts_as_leaving(world, card_of):
    card = card_of("Amal")
    groups.end(world.group, on=world.today, reason="", by=None, now=world.now)
    assert cards.until(card) == date(2027, 2, 11)


@pytest.mark.parametrize(("shared", "minutes"), [(False, 60), (True, 20)])
def test_a_page_nobody_uses_closes_and_sooner_on_a_shared_phone(world, opened_by, frozen, shared, minutes):
    client, person = opened_by("Amal"), world.people["Amal"]
    details = people.PersonDetails("Amal Haddad", "ar", "+4520123456", "text", shared_phone=shared)
    people.edit(person, details, version=person.version, by=None, now=world.now)
    frozen.shift(timedelta(minutes=minutes - 1))
    assert client.get("/me").status_code == 200
    frozen.shift(timedelta(minutes=minutes - 1))
    assert client.get("/me").status_code == 200, "being used winds the clock"
    frozen.shift(timedelta(minutes=minutes + 1))
    assert client.get("/me").status_code == 303


def test_signing_out_closes_the_page_for_good(opened_by, app):
    client = opened_by("Amal")
    cookie = client.get_cookie("session").value
    assert client.post("/me/sign-out").location == "/card/closed"
    assert "signed out" in words(client.get("/card/closed"))
    client.set_cookie("session", cookie)
    assert client.get("/me").status_code == 303


def test_staff_and_participant_are_never_both_signed_in_one_browser(browser_as, card_of, world):
    from tests.world import sign_in

    client, card = browser_as("Dana"), card_of("Amal")
    address, code = f"/card/{cards.token(card)}", card.code
    client.post(address, data={"code": code})
    assert client.get("/me").status_code == 200 and client.get("/today").status_code == 302
    sign_in(client, world.staff["Dana"])
    assert client.get("/today").status_code == 200 and client.get("/me").status_code == 303


def test_number_and_code_lie_sealed_and_the_token_is_signed(app, card_of):
    card = card_of("Amal")
    assert card.number.encode() not in bytes(card.number_sealed) and card.code.encode() not in bytes(card.code_sealed)
    assert cards.number_in(cards.token(card)) == card.number and card.number not in card.lookup
    assert cards.number_in(cards.token(card)[:-1]) == "" and cards.number_in("") == ""
    assert secret.lookup(f"card {card.number}") == card.lookup


def test_a_message_gets_a_link_only_while_a_card_is_good(world, card_of):
    person = world.people["Amal"]
    assert cards.link(person.id, base="https://x.example", on=world.today) == ""
    card = card_of("Amal")
    link = cards.link(person.id, base="https://x.example", on=world.today)
    assert link == f"https://x.example/card/{cards.token(card)}" and "amal" not in link.lower()
    assert cards.link(person.id, base="https://x.example", on=world.today + timedelta(days=366)) == ""


def test_old_sign_ins_are_forgotten(world, opened_by):
    opened_by("Amal")
    later = world.now + timedelta(days=3)
    assert actions.sweep_pages(later, dry_run=True) == 1 and actions.sweep_pages(later, dry_run=False) == 1
    assert not db.session.execute(select(OwnSession)).first()


def test_the_demonstration_opens_pages_of_invented_people_only(app, world, card_of):
    card_of("Amal")
    assert app.test_client().post(f"/demonstration/page/{world.people['Amal'].id}").status_code == 404
