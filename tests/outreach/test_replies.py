"""What comes back: each reply once, sure ones acted on, unsure ones left to a person; news that only moves forward."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from imrgroups.attendance.models import Apology
from imrgroups.db import db
from imrgroups.outreach import actions
from imrgroups.outreach.actions import sending, supporters
from imrgroups.outreach.models import CallTask, Delivery, Message, NumberState, Reply
from imrgroups.people import actions as people
from imrgroups.sms import Incoming
from tests.fakes import FakeGateway
from tests.outreach.test_sending import HOUR, draft, row


@dataclass
class Story:
    """Amal was asked whether she comes today; `asked` is the message."""

    world: object
    carrier: FakeGateway
    asked: str

    def writes(self, text, sid="SM-in-1", sender="+4520123456", after=timedelta(minutes=5)):
        at = self.world.now + after
        return actions.receive(Incoming(sid, sender, text, at), at)

    def replies(self):
        db.session.rollback()
        return list(db.session.execute(select(Reply).order_by(Reply.received_at, Reply.sid)).scalars())


@pytest.fixture
def story(world):
    wanted = draft(world)
    actions.queue([wanted], by=None, now=world.now)
    carrier = FakeGateway(world.now)
    sending.send_due(carrier, world.now)
    return Story(world, carrier, wanted.key)


def count(model):
    db.session.rollback()
    return db.session.execute(select(func.count()).select_from(model)).scalar()


@pytest.mark.parametrize(("text", "meaning"), [("1", "come"), ("2", "cannot"), ("3", "call_me"), ("1 tak", "come"), ("Ja", "come")])
def test_a_number_answers_the_question(story, text, meaning):
    assert story.writes(text)
    (reply,) = story.replies()
    assert (reply.meaning, reply.message_id, reply.needs_reading) == (meaning, row(story.asked).id, False)
    assert count(Apology) == (meaning == "cannot") and count(CallTask) == (meaning == "call_me")


def test_the_same_text_told_twice_counts_once(story):
    assert story.writes("3") and not story.writes("3")
    assert count(Reply) == 1 and count(CallTask) == 1


def test_coming_after_all_takes_the_apology_back(story, world):
    story.writes("2")
    actions.queue([draft(world, key="own/1", occasion="reminder", due_at=world.now + HOUR)], by=None, now=world.now)
    db.session.execute(Message.__table__.update().where(Message.key == "own/1").values(state="sent", sent_at=world.now + HOUR))
    db.session.commit()
    story.writes("1", sid="SM-in-2", after=2 * HOUR)
    assert count(Apology) == 0 and [reply.meaning for reply in story.replies()] == ["cannot", "come"]


def test_a_number_with_words_is_an_answer_that_somebody_reads(story):
    story.writes("2. My son is ill")
    (reply,) = story.replies()
    assert (reply.meaning, reply.needs_reading, reply.text) == ("cannot", True, "2. My son is ill")


@pytest.mark.parametrize("text", ["I am 2 minutes late", "help", "12", ""])
def test_words_wait_for_a_person_and_change_nothing(story, text):
    story.writes(text)
    (reply,) = story.replies()
    assert (reply.meaning, reply.needs_reading, reply.message_id) == ("words", True, None)
    assert count(Apology) == count(CallTask) == 0


def test_a_number_nobody_asked_for_is_asked_again_once(story, world):
    story.writes("2", after=timedelta(minutes=1))
    story.writes("2", sid="SM-in-2", after=timedelta(minutes=2))
    story.writes("3", sid="SM-in-3", after=timedelta(minutes=3))
    assert [reply.meaning for reply in story.replies()] == ["cannot", "words", "words"] and count(CallTask) == 0
    again = db.session.execute(select(Message).where(Message.occasion == "ask_again")).scalars().all()
    assert len(again) == 1 and again[0].participant_id == world.people["Amal"].id


def test_an_answer_after_three_days_changes_nothing(story):
    story.writes("2", after=timedelta(hours=73))
    assert story.replies()[0].meaning == "words" and count(Apology) == 0


def test_on_a_shared_number_nothing_is_guessed(story, world):
    dina = world.people["Dina"]
    details = people.PersonDetails("Dina Møller", "da", "+4520123456", "text")
    people.edit(dina, details, version=dina.version, by=None, now=world.now)
    story.writes("2")
    (reply,) = story.replies()
    assert (reply.meaning, reply.participant_id, reply.needs_reading) == ("words", None, True) and count(Apology) == 0
    asked = db.session.execute(select(Message).where(Message.occasion == "ask_again")).scalar_one()
    assert "Amal" not in asked.text and "Dina" not in asked.text


@pytest.mark.parametrize("text", ["STOP", "stop!", "Afmeld", "עצור", "Sluta"])
def test_stop_stops_everybody_on_the_number_at_once(story, world, text):
    amal, dina = world.people["Amal"], world.people["Dina"]
    people.edit(dina, people.PersonDetails("Dina Møller", "da", "+4520123456", "text"), version=dina.version, by=None, now=world.now)
    actions.queue([draft(world, key="own/9", occasion="own", meeting_id=None, due_at=world.now + HOUR)], by=None, now=world.now)
    story.writes(text)
    assert people.has_consented([amal.id, dina.id], "messages") == set()
    assert (row("own/9").state, row("own/9").reason) == ("cancelled", "stopped")
    later = world.now + timedelta(minutes=10)
    sending.send_due(story.carrier, later)
    told = [message.text for _sid, message, _at in story.carrier.book[1:]]
    assert len(told) == (0 if text == "STOP" else 1), "only the confirmation, and none where the carrier confirms by itself"


def test_start_restores_what_stop_took_and_nothing_else(story, world):
    amal, cy = world.people["Amal"], world.people["Cy"]
    people.edit(cy, people.PersonDetails("Cy Frost", "en", "+4520123456", "text"), version=cy.version, by=None, now=world.now)
    people.consent(cy, "messages", given=False, on=world.today, how="in person", by=None, now=world.now)
    story.writes("STOP")
    story.writes("START", sid="SM-in-2", after=timedelta(minutes=6))
    assert people.has_consented([amal.id], "messages") == {amal.id}
    assert db.session.get(NumberState, amal.phone_lookup).stopped_at is None


def test_a_text_from_a_number_we_never_wrote_to_waits_for_somebody(story, world):
    story.writes("Who is this?", sender="+4530303030")
    (reply,) = story.replies()
    assert (reply.participant_id, reply.centre_id, reply.needs_reading) == (None, None, True)


def test_replies_that_came_while_nobody_listened_are_fetched_once(story, world):
    story.writes("1", sid="SM-known")
    at = world.now + timedelta(minutes=6)
    story.carrier.came_in = [Incoming("SM-known", "+4520123456", "1", at), Incoming("SM-new", "+4520123458", "hello", at)]
    assert actions.poll(story.carrier, at) == 1 and actions.poll(story.carrier, at) == 0
    assert {reply.sid for reply in story.replies()} == {"SM-known", "SM-new"}
    story.carrier.reachable = False
    assert actions.poll(story.carrier, at) == 0


def test_a_key_pressed_in_a_call_counts_once(story, world):
    ejnar = world.people["Ejnar"]
    key = f"own/{ejnar.id}"
    actions.queue([draft(world, "Ejnar", key=key, occasion="own", channel="call")], by=None, now=world.now)
    sending.send_due(story.carrier, world.now)
    ref = row(key).id
    assert actions.receive_key("CA1", ref, "3", world.now) == "call_me" and actions.receive_key("CA1", ref, "3", world.now) == "call_me"
    assert actions.receive_key("CA1", ref, "9", world.now) == "" and actions.receive_key("CA1", 5, "1", world.now) == ""
    assert count(Reply) == 1 and count(CallTask) == 1


@pytest.mark.parametrize(
    ("told", "state"),
    [
        (["queued", "sent", "delivered"], "delivered"), (["delivered", "sent", "queued"], "delivered"), (["sent", "sent"], "sent"),
        (["undelivered"], "undelivered"), (["delivered", "undelivered"], "delivered"), (["failed", "delivered"], "failed"),
    ],
)
def test_news_comes_twice_and_out_of_order(story, world, told, state):
    sid = row(story.asked).sid
    for status in [*told, *told]:
        actions.news(sid, None, status, None, world.now)
    assert row(story.asked).state == state and count(Delivery) == len(set(told))


def test_news_that_comes_before_the_answer_names_the_message(story, world):
    actions.queue([draft(world, "Dina", key="own/2", occasion="own", meeting_id=None)], by=None, now=world.now)
    (claimed,) = sending.claim(world.now)
    assert actions.news("SM-early", claimed.id, "delivered", None, world.now)
    assert sending.settle(claimed, "SM-early", world.now) == 0
    assert (row("own/2").state, row("own/2").sid) == ("delivered", "SM-early")


def test_a_failed_delivery_flags_the_number_and_asks_a_leader_to_call(story, world):
    actions.news(row(story.asked).sid, None, "undelivered", 30006, world.now)
    assert (row(story.asked).state, row(story.asked).reason) == ("undelivered", "no_texts")
    assert db.session.get(NumberState, world.people["Amal"].phone_lookup).unreachable_at == world.now
    assert db.session.execute(select(CallTask.reason)).scalars().all() == ["not_delivered"]


def test_news_of_a_message_that_is_not_ours_is_kept_and_changes_nothing(story, world):
    assert not actions.news("SM-other", 12345, "delivered", None, world.now)
    assert row(story.asked).state == "sent"
    with pytest.raises(ValueError, match="unknown status"):
        actions.news("SM-other", None, "teleported", None, world.now)


@pytest.fixture
def close(world, story):
    """Somebody close to Dina was invited by text; Dina has another number."""
    details = people.SupporterDetails("Ulla Møller", "sister", "+4520999999", "when we meet", world.today)
    row = people.add_supporter(world.people["Dina"], details, by=None, now=world.now)
    supporters.invite(row, step="first", channel="text", group_id=world.group.id, on=world.today, by=world.staff["Dana"].id, now=world.now)
    assert sending.send_due(story.carrier, world.now) == 1
    return row


def test_a_yes_of_somebody_close_is_a_call_to_them(story, world, close, browser_as):
    story.writes("1", sender="+4520999999")
    (reply,) = story.replies()
    assert (reply.meaning, reply.participant_id, reply.needs_reading) == ("come", None, False)
    task = db.session.execute(select(CallTask)).scalar_one()
    assert (task.reason, task.supporter_id, task.participant_id) == ("supporter", close.id, world.people["Dina"].id)
    assert task.staff_id == world.staff["Dana"].id and count(Apology) == 0
    dana = browser_as("Dana")
    page = dana.get(f"/calls/{task.id}").text
    assert "Call Ulla Møller" in page and "20 99 99 99" in page and "when we meet" in page and "20 12 34 58" not in page
    assert "said yes to a call" in dana.get("/today").text and browser_as("Charlie").get(f"/calls/{task.id}").status_code == 403


@pytest.mark.parametrize("text", ["2", "3", "Who are you?", "1 but after eight"])
def test_anything_else_from_somebody_close_is_read_by_their_leader(story, world, close, browser_as, text):
    story.writes(text, sender="+4520999999")
    assert story.replies()[0].needs_reading and count(Apology) == 0
    dana, key = browser_as("Dana"), story.replies()[0].id
    page = dana.get("/replies").text
    assert "Ulla Møller, close to Dina Møller" in page
    assert browser_as("Charlie").post(f"/replies/{key}/read").status_code == 403
    assert dana.post(f"/replies/{key}/read").status_code == 303 and not story.replies()[0].needs_reading


def test_a_phone_shared_with_somebody_close_makes_an_answer_unsure(story, world, close):
    dina = world.people["Dina"]
    people.edit(dina, people.PersonDetails("Dina Møller", "da", "+4520999999", "text"), version=dina.version, by=None, now=world.now)
    story.writes("1", sender="+4520999999")
    assert (story.replies()[0].meaning, count(CallTask)) == ("words", 0)
    assert db.session.execute(select(Message).where(Message.occasion == "ask_again")).scalar_one().participant_id == dina.id


def test_a_number_that_went_to_somebody_else_answers_no_question_of_the_one_before(story, world):
    amal, dina = world.people["Amal"], world.people["Dina"]
    people.edit(amal, people.PersonDetails("Amal Haddad", "ar", "+4520777777", "text"), version=amal.version, by=None, now=world.now)
    people.edit(dina, people.PersonDetails("Dina Møller", "da", "+4520123456", "text"), version=dina.version, by=None, now=world.now)
    story.writes("2")
    assert (story.replies()[0].meaning, count(Apology)) == ("words", 0)


def test_two_people_on_one_phone_are_both_asked_and_their_leader_reads_the_answer(story, world, browser_as):
    dina = world.people["Dina"]
    people.edit(dina, people.PersonDetails("Dina Møller", "da", "+4520123456", "text"), version=dina.version, by=None, now=world.now)
    actions.queue([draft(world, "Dina", key="own/d", occasion="own", meeting_id=None)], by=None, now=world.now)
    assert sending.send_due(story.carrier, world.now) == 1, "the second does not wait behind a question to the first"
    story.writes("2")
    page = browser_as("Dana").get("/replies").text
    assert "One of those who share this number:" in page and "Amal Haddad" in page and "Dina Møller" in page
