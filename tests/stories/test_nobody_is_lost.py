"""One person stays away three times and comes back; another is in hospital meanwhile. As they and their leaders live it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from imrgroups import config, jobs
from imrgroups.attendance import actions as attendance
from imrgroups.attendance.models import MakeUp
from imrgroups.db import db
from imrgroups.outreach import actions as outreach
from imrgroups.outreach.models import CallTask, Message
from imrgroups.sms import Incoming
from tests.fakes import FakeGateway
from tests.outreach.test_planning import held
from tests.stories.forms import form, send
from tests.world import find

JOBS = ("plan-reminders", "plan-missed", "plan-changes", "plan-endings", "plan-calls", "plan-offers", "expire-messages", "send-messages")
HOURS = (8, 9, 17, 22)  # of each day, in UTC: ten in the morning there, the evening, and the middle of the night
COPENHAGEN = ZoneInfo("Europe/Copenhagen")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def carrier(world, monkeypatch):
    found = FakeGateway(world.now)
    monkeypatch.setattr(jobs, "_gateway", lambda: found)
    return found


@pytest.fixture
def until(frozen, carrier):
    """Let the worker run until an instant: `until("2027-01-13T08:00")`."""

    def run(text):
        end, day = at(text), config.now().date()
        moments = [datetime(day.year, day.month, day.day, hour, 5, tzinfo=UTC) + timedelta(days=n) for n in range(40) for hour in HOURS]
        for moment in [*(each for each in moments if config.now() < each < end), end]:
            frozen.move_to(moment)
            carrier.now = moment
            for name in JOBS:
                jobs.once(name, moment)

    return run


@pytest.fixture
def leader(world, browser_as):
    """Sign Dana in anew: between two days every session has ended, and the worker has let go of the rows."""

    def open_browser():
        world.staff = find(world.now).staff
        return browser_as("Dana")

    return open_browser


def register(dana, people, meeting, **states):
    """The leader saves the register of a meeting: everybody is there but those named."""
    address = f"/meetings/{meeting}/attendance"
    there = {f"state-{people[name]}": states.get(name, "present") for name in ("Amal", "Bo", "Cy", "Dina", "Ejnar")}
    send(dana, form(dana.get(address), address, "version-"), **there)


def sent_to(carrier, number):
    return [message.text for _sid, message, _at in carrier.book if message.to == number]


def occasions(person):
    db.session.rollback()
    wanted = select(Message.occasion, Message.step).where(Message.participant_id == person, Message.sent_at.is_not(None))
    return db.session.execute(wanted.order_by(Message.sent_at)).all()


def test_nobody_is_lost(world, leader, carrier, until):
    people, meetings = {name: person.id for name, person in world.people.items()}, {key: row.id for key, row in world.meetings.items()}
    dina, amal = people["Dina"], people["Amal"]
    phone, amals = world.people["Dina"].phone, world.people["Amal"].phone

    # Amal goes into hospital: two taps on her page.
    dana = leader()
    send(dana, form(dana.get(f"/people/{amal}/hospital"), f"/people/{amal}/hospital"), on="2027-01-11")

    # Dina stays away for the first time, without a word. A kind message comes the same evening.
    until("2027-01-12T14:50")
    dana = leader()
    register(dana, people, meetings[9], Dina="absent", Amal="hospital")
    assert [each.occasion for each in occasions(dina)] == ["reminder"]
    until("2027-01-12T18:00")
    assert sent_to(carrier, phone)[-1].startswith("Hej Dina") and occasions(dina)[-1] == ("missed", "first")

    # The next day a leader is asked to call. Nobody answers, so it is tried again the day after.
    until("2027-01-13T10:00")
    dana = leader()
    assert "Dina Møller" in dana.get("/today").text
    call = db.session.execute(select(CallTask.id).where(CallTask.participant_id == dina)).scalar_one()
    page = dana.get(f"/calls/{call}")
    assert "Questions from the meeting they missed" in page.text
    send(dana, form(page, f"/calls/{call}"), outcome="no_answer")
    assert "Dina Møller" not in dana.get("/today").text
    until("2027-01-14T10:00")
    assert "Dina Møller" in leader().get("/today").text

    # On the third day two times are offered; she takes the first, and nobody needs to call any more.
    until("2027-01-15T10:00")
    assert occasions(dina)[-1].occasion == "make_up_offer"
    outreach.receive(Incoming("SM-dina-1", phone, " 1 ", config.now()), config.now())
    until("2027-01-15T12:00")
    page = leader().get("/today").text
    assert "They chose a time to catch up" in page and "No calls to make" in page

    # They go over what was missed, half an hour before the next meeting. It counts for the one it replaces.
    until("2027-01-19T13:15")
    dana, address = leader(), f"/people/{dina}/make-ups/{meetings[9]}"
    send(dana, form(dana.get(address), address), kind="one_to_one", minutes="30", done_on="2027-01-19")
    assert db.session.execute(select(MakeUp.kind, MakeUp.minutes)).all() == [("one_to_one", 30)]

    # The hour itself is too much that day and the next time. After the second in a row the team talks about it.
    until("2027-01-19T14:50")
    register(leader(), people, meetings[10], Dina="absent", Amal="hospital")
    until("2027-01-20T10:00")
    dana = leader()
    assert "meetings in a row." not in dana.get("/today").text
    call = db.session.execute(select(CallTask.id).where(CallTask.participant_id == dina, CallTask.done_at.is_(None))).scalar_one()
    send(dana, form(dana.get(f"/calls/{call}"), f"/calls/{call}"), outcome="reached_other", note="Sleeps badly")

    # Amal comes home. A leader reads the words of welcome, changes them, and sends them: all she has heard in two weeks.
    until("2027-01-25T12:00")
    assert sent_to(carrier, amals) == []
    dana = leader()
    send(dana, form(dana.get(f"/people/{amal}/hospital"), f"/people/{amal}/hospital"), on="2027-01-25")
    assert f"/people/{amal}/welcome-back" in dana.get("/today").text
    words = form(dana.get(f"/people/{amal}/welcome-back"), f"/people/{amal}/welcome-back")
    assert "Amal" in words.fields["text"][0]
    send(dana, words, text="Hi Amal, so good that you are home. Dana")
    until("2027-01-25T18:00")
    assert sent_to(carrier, amals) == ["Hi Amal, so good that you are home. Dana"]

    until("2027-01-26T14:50")
    register(leader(), people, meetings[11], Dina="absent")
    until("2027-01-27T10:00")
    assert occasions(dina)[-1] == ("missed", "second")
    page = leader().get("/today").text
    assert "Talk about in the team" in page and "Missed 2 meetings in a row." in page

    # She comes back. Everything stops, and her page tells it all.
    until("2027-02-02T14:50")
    before = len(occasions(dina))
    register(leader(), people, meetings[12])
    until("2027-02-06T10:00")
    page = leader().get("/today").text
    assert "Dina Møller" not in page and len(occasions(dina)) == before
    page = leader().get(f"/people/{dina}").text
    assert all(told in page for told in ("We missed you", "Offer to catch up", "1: comes", "No answer", "Sleeps badly", "Reminder"))

    # And nothing ever went out at night, on a Sunday, or twice.
    assert len({(message.to, message.ref) for _sid, message, _at in carrier.book}) == len(carrier.book)
    for _sid, _message, moment in carrier.book:
        local = moment.astimezone(COPENHAGEN)
        assert 9 <= local.hour < 20 and local.weekday() != 6


@pytest.mark.parametrize("happens", ["came", "told_us"])
def test_what_becomes_known_after_planning_stops_the_message(world, carrier, frozen, happens):
    held(world, 9, Dina="absent") if happens == "came" else None
    planned_at = at("2027-01-12T16:00") if happens == "came" else at("2027-01-18T08:30")
    frozen.move_to(planned_at)
    jobs.once("plan-missed" if happens == "came" else "plan-reminders", planned_at)
    world = find(world.now)
    dina = world.people["Dina"]
    if happens == "came":
        held(world, 9)
    else:
        attendance.apologise(world.meetings[10], dina, told_on=date(2027, 1, 18), by=None, now=planned_at)
    person, number = dina.id, dina.phone
    jobs.once("send-messages", planned_at + timedelta(hours=2))
    db.session.rollback()
    row = db.session.execute(select(Message).where(Message.participant_id == person)).scalar_one()
    assert (row.state, row.reason) == ("cancelled", happens) and sent_to(carrier, number) == []


def test_a_worker_that_stood_still_for_three_days_sends_nothing_late(world, carrier, frozen):
    held(world, 9, Dina="absent")
    jobs.once("plan-missed", at("2027-01-12T16:00"))
    later = at("2027-01-15T18:30")
    frozen.move_to(later)
    for name in JOBS:
        jobs.once(name, later)
    (row,) = db.session.execute(select(Message).where(Message.occasion == "missed")).scalars()
    assert (row.state, row.reason) == ("expired", "too_late")
    assert "missed" not in [occasion for occasion, _step in occasions(row.participant_id)]


def test_reminders_keep_their_local_hour_when_the_clocks_change(world):
    meetings = {meeting.meets_on: meeting.starts_at for meeting in world.meetings.values()}
    assert meetings[date(2027, 4, 6)].hour == 12 and meetings[date(2027, 3, 16)].hour == 13
    for moment in ("2027-03-15T08:30", "2027-04-05T07:30"):
        jobs.once("plan-reminders", at(moment))
    due = set(db.session.execute(select(Message.due_at).where(Message.channel == "text")).scalars())
    assert due == {at("2027-03-15T09:00"), at("2027-04-05T08:00")}, "ten in the morning, in winter time and in summer time"
