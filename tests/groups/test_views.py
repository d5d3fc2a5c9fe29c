"""The pages of planning, four ways: signed out, somebody else's, refused, done."""

import re
from datetime import date, time

import pytest
from sqlalchemy import select

from imrgroups.db import db
from imrgroups.groups import actions, series
from imrgroups.groups.models import ClosedWeek, Group

TYPED = {
    "name": "Spring", "starts_on": "2027-02-01", "local_time": "10:00", "minutes": "60", "place": "Room 1", "language": "da",
    "capacity": "10", "timezone": "Europe/Copenhagen",
}


def typed(world, **changes) -> dict:
    return {**TYPED, "leaders": [str(world.staff["Dana"].id)], **changes}


def paths(world) -> list[str]:
    group, meeting, north = world.group.id, world.meetings[9].id, world.centres["North"].id
    return [
        "/groups", "/groups/new", f"/groups/{group}/plan", f"/groups/{group}/edit", f"/groups/{group}/meetings/new", f"/groups/{group}/end",
        f"/meetings/{meeting}/move", f"/meetings/{meeting}/cancel", f"/centres/{north}/closed-weeks",
    ]


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def test_signed_out_every_page_leads_to_the_sign_in(world, browser_as):
    nobody = browser_as()
    for path in paths(world):
        answer = nobody.get(path)
        assert answer.status_code == 302 and answer.location.startswith("/sign-in"), path


@pytest.mark.parametrize("name", ["Charlie", "Kim", "Adam"])
def test_another_centre_or_role_sees_no_plan(world, browser_as, name):
    browser = browser_as(name)
    for path in paths(world)[1:-1]:
        assert browser.get(path).status_code == 403, path
    assert browser.post(f"/meetings/{world.meetings[9].id}/cancel", data={"reason": "x"}).status_code == 403
    assert browser.post(f"/groups/{world.group.id}/order").status_code == 403
    assert browser.get(paths(world)[-1]).status_code == (200 if name == "Adam" else 403)


def test_a_leader_plans_but_does_not_create_groups_or_close_the_centre(world, browser_as):
    dana, pages = browser_as("Dana"), paths(world)
    assert [dana.get(path).status_code for path in pages] == [200, 403, 200, 200, 200, 200, 200, 200, 403]


def test_the_coordinator_looks_at_every_meeting_before_anything_is_saved(world, browser_as):
    nora = browser_as("Nora")
    before = len(db.session.execute(select(Group.id)).all())
    page = nora.post("/groups/new", data=typed(world, step="look"))
    words = text_of(page)
    assert page.status_code == 200 and "Nothing is saved yet." in words
    assert "1 Monday 1 February Recovery strategies: What can recovery mean?" in words
    assert "public holiday (Easter Monday)" in words
    assert len(db.session.execute(select(Group.id)).all()) == before
    saved = nora.post("/groups/new", data=typed(world, step="save"))
    assert saved.status_code == 303
    group = db.session.execute(select(Group).where(Group.name == "Spring")).scalar_one()
    assert saved.location == f"/groups/{group.id}/plan"
    assert (group.starts_on, group.local_time, [leader.name for leader in group.leaders]) == (date(2027, 2, 1), time(10, 0), ["Dana"])
    assert "The group and its meetings are ready" in nora.get(saved.location).text


def test_what_was_typed_comes_back_when_something_shall_be_changed(world, browser_as):
    page = browser_as("Nora").post("/groups/new", data=typed(world, step="change", place="The blue room"))
    assert page.status_code == 200 and 'value="The blue room"' in page.text


def test_closed_days_show_with_their_reason_in_the_preview(world, browser_as):
    page = browser_as("Nora").post("/groups/new", data=typed(world, starts_on="2026-12-07", step="look"))
    words = text_of(page)
    assert "No meeting: the centre is closed (Christmas)" in words
    assert "The first meeting lies in the past" in words


@pytest.mark.parametrize(("changes", "words"), [
    ({"name": " "}, "Write a name for the group"),
    ({"leaders": []}, "Choose one person or more to lead the group"),
    ({"leaders": ["4711"]}, "Choose from the list"),
    ({"starts_on": "2027-02-30"}, "Choose a day"),
    ({"starts_on": ""}, "Choose the day of the first meeting"),
    ({"local_time": "25:00"}, "Write the time as hours and minutes"),
    ({"minutes": "5"}, "Write a number of minutes from 15 to 240"),
    ({"minutes": "an hour"}, "Write a whole number in figures"),
    ({"capacity": "99"}, "Write a number of places from 1 to 30"),
    ({"timezone": "Mars/North"}, "Choose one from the list"),
    ({f"module_order-{id}": "1" for id in series.default_order()}, "Give each module its own number from 1 to 11"),
])
def test_a_group_that_is_not_right_comes_back_with_what_to_do(world, browser_as, changes, words):
    page = browser_as("Nora").post("/groups/new", data=typed(world, step="save", **changes))
    assert page.status_code == 422
    assert "<title>Error:" in page.text and words in text_of(page)
    assert "There is something to put right" in page.text
    assert db.session.execute(select(Group.id).where(Group.name == "Spring")).first() is None


def test_a_coordinator_of_two_centres_chooses_one_and_none_of_a_third(world, browser_as):
    from imrgroups.staff import actions as staff

    south = world.centres["South"].id
    staff.edit_staff(world.staff["Nora"], name="Nora", centre_id=south, roles=["coordinator"], by=None, now=world.now)
    nora = browser_as("Nora")
    assert "Which centre is the group for?" in nora.get("/groups/new").text
    assert "Charlie" in nora.get(f"/groups/new?centre={south}").text
    assert nora.get("/groups/new?centre=4711").status_code == 403


def test_the_list_names_the_next_meeting_the_number_of_people_and_the_leaders(world, browser_as):
    words = text_of(browser_as("Dana").get("/groups"))
    assert "Tuesday" in words and "Next meeting: Tuesday 12 January" in words and "14.30" in words
    assert "5 people" in words and "led by Dana, Lena" in words
    assert "Thursday G02" not in words


def test_the_list_is_searched_and_shows_ended_groups_apart(world, browser_as):
    nora = browser_as("Nora")
    assert "No group is found" in nora.get("/groups?q=zebra").text
    assert "G01" in nora.get("/groups?q=LENA").text
    actions.end(world.group, on=date(2027, 1, 5), reason="Enough", by=None, now=world.now)
    assert "G01" not in nora.get("/groups").text
    assert "Ended Tue 5 Jan" in text_of(nora.get("/groups?ended=1"))


def test_the_plan_shows_where_the_group_is(world, browser_as):
    words = text_of(browser_as("Dana").get(f"/groups/{world.group.id}/plan"))
    assert f"{len(world.meetings)} meetings, {len(world.meetings) - 8} still to come" in words
    assert "Not recorded yet" in words
    assert "will not fit" not in words


def test_a_leader_moves_a_meeting_and_is_warned_of_a_holiday(world, browser_as):
    dana, meeting = browser_as("Dana"), world.meetings[9]
    where = f"/meetings/{meeting.id}/move"
    assert 'value="2027-01-12"' in dana.get(where).text
    moved = dana.post(where, data={"on": "2027-05-17", "at": "13:00", "version": "1"})
    assert moved.status_code == 303
    page = text_of(dana.get(moved.location))
    assert "is a public holiday: Pentecost Monday" in page
    assert "moved from Tue 12 Jan" in page and "Public holiday: Pentecost Monday" in page


@pytest.mark.parametrize("what", ["move", "add"])
def test_a_day_after_the_nine_months_is_asked_about_before_anything_is_saved(world, browser_as, what):
    dana = browser_as("Dana")
    where = f"/meetings/{world.meetings[9].id}/move" if what == "move" else f"/groups/{world.group.id}/meetings/new"
    shown = dana.get(where)
    assert "The nine months end on Monday 2 August" in text_of(shown) and 'name="beyond"' not in shown.text
    typed = {"on": "2027-08-17", "at": "14:30", "version": "1"}
    asked = dana.post(where, data=typed)
    assert asked.status_code == 422 and 'href="#beyond"' in asked.text and 'value="2027-08-17"' in asked.text
    assert dana.post(where, data=typed | {"on": "2029-08-17", "beyond": "y"}).status_code == 422
    assert dana.post(where, data=typed | {"beyond": "y"}).status_code == 303
    assert date(2027, 8, 17) in {meeting.meets_on for meeting in world.meetings.values()}


def test_a_page_that_is_out_of_date_does_not_move_a_meeting(world, browser_as):
    dana, meeting = browser_as("Dana"), world.meetings[9]
    actions.move(meeting, to_on=date(2027, 1, 13), by=None, now=world.now)
    late = dana.post(f"/meetings/{meeting.id}/move", data={"on": "2027-01-14", "at": "14:30", "version": "1"})
    assert late.status_code == 422 and "Somebody changed this while you were typing" in late.text
    assert world.meetings[9].meets_on == date(2027, 1, 13)


def test_a_day_that_is_taken_is_refused_beside_the_field(world, browser_as):
    page = browser_as("Dana").post(f"/meetings/{world.meetings[9].id}/move", data={"on": "2027-01-19", "at": "14:30", "version": "1"})
    assert page.status_code == 422 and 'href="#on"' in page.text and "The group meets on that day already" in page.text


def test_a_meeting_is_cancelled_with_a_reason_and_planned_again(world, browser_as):
    dana, where = browser_as("Dana"), f"/meetings/{world.meetings[9].id}"
    assert dana.post(f"{where}/cancel", data={"reason": "  "}).status_code == 422
    assert dana.post(f"{where}/cancel", data={"reason": "The room is flooded"}).status_code == 303
    assert "The room is flooded" in dana.get(f"/groups/{world.group.id}/plan").text
    assert dana.post(f"{where}/cancel", data={"reason": "Again"}).status_code == 422
    assert dana.post(f"{where}/restore").status_code == 303
    assert world.meetings[9].state == "planned"
    again = dana.post(f"{where}/restore")
    assert again.status_code == 422 and "planned already" in again.text


def test_a_meeting_is_added_and_a_taken_day_refused(world, browser_as):
    dana, where = browser_as("Dana"), f"/groups/{world.group.id}/meetings/new"
    last = max(world.meetings)
    assert dana.post(where, data={"on": "2027-01-14", "at": "14:30"}).status_code == 303
    assert max(world.meetings) == last + 1
    assert dana.post(where, data={"on": "2027-01-14", "at": "16:00"}).status_code == 422
    assert dana.post(where, data={"on": "", "at": ""}).status_code == 422


def test_the_plan_says_what_will_not_fit_and_how_to_mend_it(world, browser_as):
    for number in range(16, max(world.meetings) + 1):
        actions.cancel(world.meetings[number], reason="Closed", by=None, now=world.now)
    words = text_of(browser_as("Dana").get(f"/groups/{world.group.id}/plan"))
    assert "Modules 10 (" in words and "will not fit before Tuesday 23 February" in words and "Add 2 meetings" in words


def test_a_new_order_of_modules_is_saved_by_numbers(world, browser_as):
    dana = browser_as("Dana")
    order = [*series.default_order()[1:], series.default_order()[0]]
    numbers = {f"module_order-{id}": str(place) for place, id in enumerate(order, 1)}
    assert dana.post(f"/groups/{world.group.id}/order", data=numbers).status_code == 303
    assert world.group.modules == order
    numbers["module_order-needs"] = "1"
    refused = dana.post(f"/groups/{world.group.id}/order", data=numbers)
    assert refused.status_code == 422 and 'href="#module_order"' in refused.text
    assert world.group.modules == order


def test_a_leader_changes_the_group_but_not_who_leads_it(world, browser_as):
    dana, where = browser_as("Dana"), f"/groups/{world.group.id}/edit"
    assert 'name="leaders"' not in dana.get(where).text
    charlie = [str(world.staff["Charlie"].id)]
    data = typed(world, name="Tuesday afternoon", local_time="15:00", version=str(world.group.version), leaders=charlie)
    assert dana.post(where, data=data).status_code == 303
    assert (world.group.name, world.group.starts_on) == ("Tuesday afternoon", date(2026, 11, 3))
    assert [leader.name for leader in world.group.leaders] == ["Dana", "Lena"]
    stale = dana.post(where, data={**data, "name": "Another"})
    assert stale.status_code == 422 and "It now says: Tuesday afternoon, 15.00" in text_of(stale)


def test_the_coordinator_changes_who_leads_a_group(world, browser_as):
    nora, where = browser_as("Nora"), f"/groups/{world.group.id}/edit"
    data = typed(world, version=str(world.group.version), leaders=[str(world.staff["Lena"].id)])
    assert nora.post(where, data=data).status_code == 303
    assert [leader.name for leader in world.group.leaders] == ["Lena"]
    assert browser_as("Dana").get(where).status_code == 403


def test_a_group_ends_with_a_reason_and_can_go_on(world, browser_as):
    nora, where = browser_as("Nora"), f"/groups/{world.group.id}/end"
    assert nora.post(where, data={"on": "2027-01-20", "reason": ""}).status_code == 422
    assert nora.post(where, data={"on": "2020-01-20", "reason": "Done"}).status_code == 422
    assert nora.post(where, data={"on": "2027-01-20", "reason": "Done"}).status_code == 303
    assert world.group.ended_on == date(2027, 1, 20)
    assert "Let the group go on" in nora.get(where).text
    assert nora.post(where).status_code == 303
    assert world.group.ended_on is None


def test_closed_days_are_added_named_where_meetings_lie_in_them_and_opened(world, browser_as):
    nora, where = browser_as("Nora"), f"/centres/{world.centres['North'].id}/closed-weeks"
    assert nora.post(where, data={"from_on": "2027-02-08", "to_on": "2027-02-01"}).status_code == 422
    far = nora.post(where, data={"from_on": "2072-02-08", "to_on": "2072-02-09"})
    assert far.status_code == 422 and 'href="#from_on"' in far.text and "Check the year" in far.text
    assert nora.post(where, data={"from_on": "2027-02-08", "to_on": "2027-02-19", "reason": "Winter"}).status_code == 303
    words = text_of(nora.get(where))
    assert "Winter" in words and "2 meetings lie in these days: Tuesday" in words
    assert "The centre is closed" in text_of(nora.get(f"/groups/{world.group.id}/plan"))
    key = db.session.execute(select(ClosedWeek.id).where(ClosedWeek.reason == "Winter")).scalar_one()
    assert browser_as("Charlie").post(f"{where}/{key}/reopen").status_code == 403
    south = world.centres["South"].id
    assert browser_as("Adam").post(f"/centres/{south}/closed-weeks/{key}/reopen").status_code == 403
    assert nora.post(f"{where}/{key}/reopen").status_code == 303
    assert nora.post(f"{where}/{key}/reopen").status_code == 404
    assert "Winter" not in nora.get(where).text


def test_a_single_closed_day_needs_no_last_day(world, browser_as):
    where = f"/centres/{world.centres['North'].id}/closed-weeks"
    assert browser_as("Adam").post(where, data={"from_on": "2027-02-08", "to_on": "", "reason": ""}).status_code == 303
    assert series.closed_weeks(world.centres["North"].id)[-1].to_on == date(2027, 2, 8)


def test_holidays_are_named_in_the_language_of_the_page(world):
    from imrgroups.i18n import in_language

    named = {}
    for code in ("en", "da", "he"):
        with in_language(code):
            named[code] = series.obstacles(world.group, {2027})(date(2027, 3, 29))
    assert named == {"en": ("Easter Monday", False), "da": ("Anden påskedag", False), "he": ("Anden påskedag", False)}


def test_an_unknown_group_or_meeting_is_not_found(world, browser_as):
    nora = browser_as("Nora")
    for path in ("/groups/4711/plan", "/meetings/4711/move", "/centres/4711/closed-weeks"):
        assert nora.get(path).status_code == 404
