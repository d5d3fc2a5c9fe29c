"""Calendars to subscribe to: what they say, what they never say, how they follow a change, and who gets none."""

import re
import shutil
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from sqlalchemy import select

from imrgroups import create_app
from imrgroups.config import Settings
from imrgroups.db import db
from imrgroups.enrolment import actions as enrolment
from imrgroups.fidelity import actions as fidelity
from imrgroups.fidelity.evidence import access
from imrgroups.groups import actions as groups
from imrgroups.groups.models import GroupLeader
from imrgroups.mypage.actions import feeds
from imrgroups.mypage.actions.feeds import Owner
from imrgroups.mypage.models import CalendarFeed
from imrgroups.staff import actions as staff

ZONE = ZoneInfo("Europe/Copenhagen")


@pytest.fixture
def feed_of(app, world):
    """The address of somebody's feed by first name."""

    def make(name):
        owner = Owner(staff_id=world.staff[name].id) if name in world.staff else Owner(participant_id=world.people[name].id)
        return f"/calendar/{feeds.make(owner, by=None, now=world.now)}.ics"

    return make


def events(answer):
    assert answer.status_code == 200 and answer.mimetype == "text/calendar"
    return list(Calendar.from_ical(answer.data).walk("VEVENT"))


def by_day(answer):
    return {event.start.date(): event for event in events(answer)}


def test_a_participant_sees_the_meetings_of_their_days_in_the_group_at_local_time(app, world, feed_of):
    enrolment.leave(world.enrolments["Amal"], on=date(2027, 4, 20), reason="moved", by=None, now=world.now)
    found = by_day(app.test_client().get(feed_of("Amal")))
    assert min(found) == date(2026, 12, 15) and max(found) == date(2027, 4, 20)
    winter, summer = found[date(2027, 1, 12)], found[date(2027, 4, 6)]
    for event in (winter, summer):
        assert event.start.replace(tzinfo=None).time() == time(14, 30) and event.end - event.start == timedelta(hours=1)
        assert event["DTSTART"].params["TZID"] == "Europe/Copenhagen" and event["LOCATION"] == "Room 2"
    assert summer.start.utcoffset() - winter.start.utcoffset() == timedelta(hours=1)
    assert winter.start == datetime(2027, 1, 12, 14, 30, tzinfo=ZONE)


def test_a_leader_sees_the_meetings_of_the_groups_they_lead_now(app, world, feed_of):
    address, client = feed_of("Lena"), app.test_client()
    assert len(events(client.get(address))) > 20
    db.session.execute(GroupLeader.__table__.delete().where(GroupLeader.staff_id == world.staff["Lena"].id))
    db.session.commit()
    assert events(client.get(address)) == []


@pytest.fixture
def assessed(world):
    """Kim assesses the mid-way review of the Tuesday group, due on 3 March."""
    by = {"by": world.staff["Nora"].id, "now": world.now}
    review = next(row for row in fidelity.plan_missing(now=world.now) if row.group_id == world.group.id and row.kind == "midway")
    fidelity.assign(review, world.staff["Kim"].id, **by)
    return review, by


def test_an_assessor_with_no_review_gets_a_calendar_that_is_empty_but_whole(app, feed_of):
    assert events(app.test_client().get(feed_of("Kim"))) == []


def test_an_assessor_sees_the_day_of_the_review_and_the_days_on_which_it_is_open(app, world, assessed, feed_of):
    address, client = feed_of("Kim"), app.test_client()
    found = {str(event["SUMMARY"]): event for event in events(client.get(address))}
    visit, window = found["Visit"], found["Days open for a visit"]
    days = access.window_of(assessed[0])
    assert (visit.start, visit.end) == (date(2027, 3, 3), date(2027, 3, 4)) and visit["TRANSP"] == "OPAQUE"
    assert (window.start, window.end) == (days.opens_on, days.closes_on + timedelta(days=1)) and window["TRANSP"] == "TRANSPARENT"
    text = client.get(address).text.lower()
    for word in ("imr", "fidelity", "review", "north", "tuesday", "psyk", "assess"):
        assert word not in text, word


def test_an_assessors_calendar_follows_another_day_and_one_that_is_called_off(app, world, assessed, feed_of):
    (review, by), address, client = assessed, feed_of("Kim"), app.test_client()
    before = {event["UID"]: event for event in events(client.get(address))}
    fidelity.reschedule(review, due_on=date(2027, 3, 10), **by)
    after = {event["UID"]: event for event in events(client.get(address))}
    assert set(after) == set(before) and all(after[uid]["SEQUENCE"] > before[uid]["SEQUENCE"] for uid in after)
    assert date(2027, 3, 10) in {event.start for event in after.values()}
    fidelity.call_off(review, reason="the group has ended", **by)
    assert {event["STATUS"] for event in events(client.get(address))} == {"CANCELLED"}


def test_who_is_no_assessor_of_it_any_more_sees_nothing_of_it(app, world, assessed, feed_of):
    (review, by), address = assessed, feed_of("Kim")
    fidelity.unassign(review, world.staff["Kim"].id, reason="ill", **by)
    assert events(app.test_client().get(address)) == []
    assert events(app.test_client().get(feed_of("Charlie"))) and not any(
        str(event["SUMMARY"]) == "Visit" for event in events(app.test_client().get(feed_of("Lena")))
    )


@pytest.mark.parametrize("name", ["Dana", "Amal", "Dina"])
def test_a_feed_names_neither_programme_nor_illness_nor_topic_nor_anybody(app, world, feed_of, name):
    text = app.test_client().get(feed_of(name)).text
    titles = {event["SUMMARY"] for event in Calendar.from_ical(text).walk("VEVENT")}
    assert titles == {"Gruppe" if name == "Dina" else "Group"}
    never = ("imr", "illness", "recovery", "psyk", "psych", "tuesday", "north", "module", "dana", "lena", *map(str.lower, world.people))
    for word in never:
        assert word not in text.lower(), word


def test_a_moved_and_a_cancelled_meeting_keep_their_name_and_count_up(app, world, feed_of):
    address, client, by = feed_of("Amal"), app.test_client(), {"by": world.staff["Dana"].id, "now": world.now}
    before = by_day(client.get(address))
    moved, cancelled = before[date(2027, 1, 19)], before[date(2027, 1, 26)]
    groups.move(world.meetings[10], to_on=date(2027, 1, 20), to_time=time(10, 0), **by)
    groups.cancel(world.meetings[11], reason="the room is painted", **by)
    after = {event["UID"]: event for event in events(client.get(address))}
    assert len(after) == len(before)
    assert after[moved["UID"]].start == datetime(2027, 1, 20, 10, 0, tzinfo=ZONE)
    assert after[moved["UID"]]["SEQUENCE"] > moved["SEQUENCE"] and after[moved["UID"]]["STATUS"] == "CONFIRMED"
    gone = after[cancelled["UID"]]
    assert gone["STATUS"] == "CANCELLED" and gone["SEQUENCE"] > cancelled["SEQUENCE"] and "painted" not in str(gone)


def test_names_in_a_calendar_never_change_and_tell_no_key(app, world, feed_of):
    address, client = feed_of("Amal"), app.test_client()
    first, second = ({event["UID"] for event in events(client.get(address))} for _ in range(2))
    assert first == second and len(first) == len(events(client.get(address)))
    assert all(re.fullmatch(r"[0-9a-f]{32}@meetings", uid) for uid in first)


def test_an_unknown_a_replaced_and_an_ended_address_are_not_there(app, world, feed_of):
    client, old = app.test_client(), feed_of("Amal")
    new = feed_of("Amal")
    assert [client.get(address).status_code for address in ("/calendar/nothing.ics", old, new)] == [404, 404, 200]
    feeds.end(Owner(participant_id=world.people["Amal"].id), by=None, now=world.now)
    assert client.get(new).status_code == 404


def test_staff_who_left_have_no_calendar_any_more(app, world, feed_of):
    address = feed_of("Lena")
    staff.leave(world.staff["Lena"], on=world.today, by=None, now=world.now)
    assert app.test_client().get(address).status_code == 404


def test_a_feed_is_private_and_its_secret_is_kept_nowhere(app, world, feed_of):
    address = feed_of("Amal")
    answer = app.test_client().get(address)
    assert answer.headers["Cache-Control"] == "private, max-age=900" and answer.headers["X-Robots-Tag"] == "noindex"
    secret = address.split("/")[-1].removesuffix(".ics")
    row = db.session.execute(select(CalendarFeed)).scalar_one()
    assert secret.encode() not in bytes(row.token_hash) and len(secret) >= 43


def test_one_owner_for_each_feed(world):
    from sqlalchemy.exc import IntegrityError

    for owners in ({}, {"staff_id": world.staff["Dana"].id, "participant_id": world.people["Amal"].id}):
        db.session.add(CalendarFeed(token_hash=b"x" * 32, made_at=world.now, **owners))
        with pytest.raises(IntegrityError):
            db.session.commit()
        db.session.rollback()


def test_many_looks_at_secret_addresses_from_one_place_are_slowed_down(tmp_path, template):
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    app = create_app(Settings(_env_file=None, data=tmp_path, database_url="", demo=False, log_level="ERROR"))
    client = app.test_client()
    statuses = [client.get(f"/calendar/{number}.ics").status_code for number in range(61)]
    assert statuses == [404] * 60 + [429]
    with app.app_context():
        db.engine.dispose()


# -- The pages where an address is made


def address_on(answer):
    found = re.search(r'<code[^>]*>http://localhost(/calendar/[^<]+)</code>', answer.text)
    return found and found[1]


@pytest.mark.parametrize("who", ["staff", "participant"])
def test_an_address_is_made_shown_once_replaced_and_ended(app, world, browser_as, opened_by, who):
    client, page = (browser_as("Dana"), "/account/calendar") if who == "staff" else (opened_by("Amal"), "/me/calendar")
    assert "Make a calendar address" in client.get(page).text
    first = address_on(client.post(page, follow_redirects=True))
    assert client.get(first).status_code == 200
    again = client.get(page)
    assert address_on(again) is None and "You have a calendar address since Tuesday 12 January" in again.text
    second = address_on(client.post(page, follow_redirects=True))
    assert [client.get(address).status_code for address in (first, second)] == [404, 200]
    assert "no longer works" in client.post(f"{page}/end", follow_redirects=True).text
    assert client.get(second).status_code == 404 and "Make a calendar address" in client.get(page).text


def test_nobody_makes_a_calendar_without_being_signed_in(app, browser_as):
    client = app.test_client()
    assert client.post("/account/calendar").status_code == 302 and client.post("/me/calendar").status_code == 303
    assert browser_as("Dana").post("/me/calendar").location == "/card"
    assert not db.session.execute(select(CalendarFeed)).first()
