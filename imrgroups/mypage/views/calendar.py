"""Calendars to subscribe to: the feed itself, and the pages where its address is made, shown once, replaced and ended."""

from datetime import date, timedelta
from typing import Any

from flask import Response, abort, current_app, flash, redirect, render_template, session, url_for
from icalendar import Calendar, Event

from imrgroups import auth, config, guest
from imrgroups.auth import policy
from imrgroups.guest import own_page, secret_address
from imrgroups.i18n import LOCALES, gettext, in_language, lazy_gettext
from imrgroups.mypage import reads
from imrgroups.mypage.actions import feeds
from imrgroups.mypage.actions.feeds import Owner
from imrgroups.mypage.reads import Dated
from imrgroups.mypage.views import Answer, base, bp
from imrgroups.secret import lookup

SHOWN = "calendar_address"  # where the new address waits in the browser's session until it is shown
LOOK_AGAIN = timedelta(hours=4)
TITLES = {"meeting": lazy_gettext("Group"), "visit": lazy_gettext("Visit"), "window": lazy_gettext("Days open for a visit")}


@bp.get("/calendar/<token>.ics")
@secret_address
def feed(token: str) -> Answer:
    """The meetings of whoever's address this is, and the reviews they assess. It says when, where, and nothing of what they are about."""
    owner = feeds.owner_of(token) or abort(404)
    found = reads.calendar_of(owner, config.now())
    if found is None:
        abort(404)
    with in_language(found.language if found.language in LOCALES else current_app.config["SETTINGS"].language):
        data = _written(found.events)
    return Response(data, mimetype="text/calendar", headers={"Cache-Control": "private, max-age=900", "X-Robots-Tag": "noindex"})


def _written(events: list[Dated]) -> bytes:
    """The events as iCalendar. A moved or cancelled meeting keeps its UID and counts its SEQUENCE up, so that calendars follow."""
    calendar = Calendar()
    for name, value in (
        ("prodid", "-//calendar//EN"), ("version", "2.0"), ("method", "PUBLISH"), ("x-wr-calname", gettext("Group")),
        ("x-published-ttl", "PT4H"),
    ):
        calendar.add(name, value)
    calendar.add("refresh-interval", LOOK_AGAIN, parameters={"VALUE": "DURATION"})
    for each in events:
        event = Event()
        event.add("uid", f"{lookup(each.key)}@meetings")
        event.add("dtstamp", config.now())
        event.add("dtstart", each.begins)
        event.add("dtend", each.ends)
        event.add("summary", str(TITLES[each.kind]))
        event.add("transp", "TRANSPARENT" if each.kind == "window" else "OPAQUE")
        if each.place:
            event.add("location", each.place)
        event.add("sequence", each.sequence)
        event.add("status", "CANCELLED" if each.cancelled else "CONFIRMED")
        event.add("class", "PRIVATE")
        calendar.add_component(event)
    if events:
        days = [date(each.begins.year, each.begins.month, each.begins.day) for each in events]
        calendar.add_missing_timezones(min(days) - timedelta(days=366), max(days) + timedelta(days=366))
    return calendar.to_ical()


def _page(template: str, owner: Owner, home: str) -> Answer:
    address = session.pop(SHOWN, "")
    webcal = f"webcal:{address.partition(':')[2]}"
    ties = auth.me() if owner.staff_id else None
    assesses = ties is not None and bool(ties.centres("assessor"))
    return render_template(template, address=address, webcal=webcal, made_at=feeds.made_at(owner), home=home, assesses=assesses)


def _make(owner: Owner, by: int | None) -> None:
    token = feeds.make(owner, by=by, now=config.now())
    session[SHOWN] = base() + url_for("mypage.feed", token=token)


def _leave(owner: Owner, by: int | None) -> None:
    feeds.end(owner, by=by, now=config.now())
    flash(gettext("The address no longer works. Meetings stay in your calendar until you remove them there."), "done")


def _of_staff() -> dict[str, Any]:
    return {"owner": Owner(staff_id=auth.staff_id()), "by": auth.staff_id()}


def _of_me() -> dict[str, Any]:
    return {"owner": Owner(participant_id=guest.own_id()), "by": None}


@bp.get("/account/calendar")
@policy("account.own")
def staff_calendar() -> Answer:
    """The calendar of somebody of staff."""
    return _page("mypage/calendar_staff.html", _of_staff()["owner"], "mypage.staff_calendar")


@bp.post("/account/calendar")
@policy("account.own")
def make_staff_calendar() -> Answer:
    """Make an address, or a new one in place of the old."""
    _make(**_of_staff())
    return redirect(url_for("mypage.staff_calendar"), 303)


@bp.post("/account/calendar/end")
@policy("account.own")
def end_staff_calendar() -> Answer:
    """The address stops working."""
    _leave(**_of_staff())
    return redirect(url_for("mypage.staff_calendar"), 303)


@bp.get("/me/calendar")
@own_page
def my_calendar() -> Answer:
    """The calendar of a participant."""
    return _page("mypage/calendar_own.html", _of_me()["owner"], "mypage.my_calendar")


@bp.post("/me/calendar")
@own_page
def make_my_calendar() -> Answer:
    """Make an address, or a new one in place of the old."""
    _make(**_of_me())
    return redirect(url_for("mypage.my_calendar"), 303)


@bp.post("/me/calendar/end")
@own_page
def end_my_calendar() -> Answer:
    """The address stops working."""
    _leave(**_of_me())
    return redirect(url_for("mypage.my_calendar"), 303)
