"""What somebody sees and does on their own page, and that nobody else's things are ever there."""

import json
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from imrgroups.attendance import actions as attendance
from imrgroups.audit import AccessEntry, AuditEntry
from imrgroups.db import db
from imrgroups.enrolment import actions as enrolment
from imrgroups.enrolment.actions import cards
from imrgroups.goals import actions as goals
from imrgroups.groups import actions as groups
from imrgroups.homework import actions as homework
from imrgroups.homework.actions import CannotAgree, Task
from imrgroups.homework.models import Assignment
from imrgroups.library import content
from imrgroups.mypage import actions
from imrgroups.mypage.actions import Answers, CannotKeep
from imrgroups.mypage.models import FilledSheet
from imrgroups.outreach import actions as outreach
from imrgroups.people import actions as people

SHEET = "goal-sheet"  # of the first module
PAGES = ["/me", "/me/plan", "/me/homework", "/me/goals", "/me/handouts", "/me/sheets", "/me/messages", "/me/words"]


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def hold(world, *numbers):
    """These meetings were held, and everybody was there."""
    for number in numbers:
        marks = {person.id: "present" for name, person in world.people.items() if name in ("Amal", "Bo", "Cy", "Dina")}
        attendance.mark(meeting=world.meetings[number], marks=marks, versions={}, by=world.staff["Dana"].id, now=world.now)


def agree(world, name, text, number=8):
    homework.agree(world.meetings[number], {world.people[name].id: Task(text)}, by=world.staff["Dana"].id, now=world.now)
    return homework.agreed_at(world.meetings[number].id)[world.people[name].id].id


def goal_of(world, name, text="Cook for my sister", step="Buy rice"):
    by = {"by": world.staff["Dana"].id, "now": world.now}
    goal = goals.set_goal(group_id=world.group.id, participant_id=world.people[name].id, text=text, on=date(2026, 11, 3), **by)
    return goal, goals.add_step(goal, text=step, due_on=None, supporter_id=None, **by)


def worksheet_of(world):
    """A worksheet of a topic the group has had, by id, and the name of its first field to write in."""
    from imrgroups.mypage import reads

    for topic in reads.taught(world.people["Amal"].id):
        for id, _title in topic.worksheets:
            fields = [field for field in content.fields(content.load().document(id)) if field.kind == "lines"]
            if fields:
                return id, fields[0].name
    raise AssertionError("no worksheet was taught")


@pytest.mark.parametrize("page", PAGES)
def test_without_the_card_every_page_leads_to_the_door(app, world, browser_as, page):
    for browser in (app.test_client(), browser_as("Dana")):
        answer = browser.get(page)
        assert answer.status_code == 303 and answer.location == "/card"


@pytest.mark.parametrize("page", PAGES)
def test_each_page_opens_empty_and_names_neither_programme_nor_illness_nor_others(world, opened_by, page):
    answer = opened_by("Amal").get(page)
    assert answer.status_code == 200
    for word in ("imrgroups", "IMR", "illness", "psychiatr", "Recovery", "North", "Haddad", "Bo Lind", "Dina"):
        assert word not in words(answer), word
    title = re.search("<title>(.*?)</title>", answer.text)[1]
    assert "Amal" not in title


def test_the_first_page_says_when_and_where_and_what_to_bring(world, opened_by):
    page = words(opened_by("Amal").get("/me"))
    assert "Hello Amal" in page and "Tuesday 12 January at 14.30" in page and "Room 2" in page and "What to bring" in page


def test_a_meeting_called_off_or_moved_is_told(world, opened_by):
    client, by = opened_by("Amal"), {"by": world.staff["Dana"].id, "now": world.now}
    groups.cancel(world.meetings[9], reason="the room is painted", **by)
    groups.move(world.meetings[10], to_on=date(2027, 1, 20), **by)
    page = words(client.get("/me"))
    assert "There is no meeting on Tuesday 12 January." in page and "painted" not in page
    assert "Wednesday 20 January" in page and "It was moved from Tuesday 19 January" in page
    plan = words(client.get("/me/plan"))
    assert "Called off" in plan and plan.index("Called off") < plan.index("Wednesday 20 January")


def test_the_plan_has_titles_that_name_no_illness(world, opened_by):
    plan = words(opened_by("Amal").get("/me/plan")).lower()
    assert "schizophrenia" not in plan and "depression" not in plan and "bipolar" not in plan


def test_in_hospital_nothing_is_expected(world, opened_by):
    client = opened_by("Amal")
    people.admit(world.people["Amal"], on=world.today, by=None, now=world.now)
    assert "Nothing is expected of you" in words(client.get("/me"))


def test_after_the_group_the_page_keeps_goals_and_sheets_and_says_until_when(world, opened_by):
    hold(world, 1, 2)
    client = opened_by("Amal")
    goal_of(world, "Amal")
    id, field = worksheet_of(world)
    client.post(f"/me/sheets/{id}", data={field: "my words", "version": 0})
    enrolment.leave(world.enrolments["Amal"], on=world.today, reason="moved", by=None, now=world.now)
    frozen_day = words(client.get("/me"))
    assert "Next meeting" in frozen_day, "the last day is still a day in the group"
    groups.end(world.group, on=world.today - timedelta(days=1), reason="", by=None, now=world.now)
    page = words(client.get("/me"))
    assert "Your group is over for you" in page and "stays here for you until" in page
    assert "Cook for my sister" in client.get("/me/goals").text and "my words" in client.get(f"/me/sheets/{id}").text


def test_who_waits_for_a_group_is_told_so(world, opened_by):
    assert "Du er ikke i en gruppe endnu" in words(opened_by("Freja").get("/me"))


def test_a_page_speaks_the_persons_language_and_another_when_asked(world, opened_by):
    client = opened_by("Dina")
    assert 'lang="da"' in client.get("/me").text
    assert 'dir="rtl"' in client.get("/me?lang=he").text and 'dir="rtl"' in client.get("/me/plan").text


def test_large_print_means_large_text_until_it_is_chosen_otherwise(world, opened_by):
    client = opened_by("Bo")
    assert "imr-large" in client.get("/me").text
    assert "imr-large" not in client.get("/me?size=normal").text and "imr-large" not in client.get("/me/plan").text


def test_nobody_of_staff_is_put_down_as_having_looked(world, opened_by):
    client = opened_by("Amal")
    for page in PAGES:
        client.get(page)
    assert not db.session.execute(select(AccessEntry)).first()


# -- Homework and goals


@pytest.mark.parametrize("said", ["done", "partly", "not_yet"])
def test_what_the_person_says_of_homework_is_shown_to_the_leader_and_decides_nothing(world, opened_by, browser_as, said):
    task, client = agree(world, "Amal", "Walk by the lake"), opened_by("Amal")
    assert "Walk by the lake" in client.get("/me").text
    assert client.post(f"/me/homework/{task}", data={"said": said}).status_code == 303
    assert f'value="{said}" checked' in client.get("/me/homework").text
    row = db.session.get(Assignment, task)
    assert (row.said, row.said_on, row.review) == (said, world.today, None)
    page = browser_as("Dana").get(f"/meetings/{world.meetings[9].id}/homework")
    assert "They say:" in page.text and "Not talked about" in page.text


def test_an_answer_that_is_none_and_homework_talked_about_are_refused(world, opened_by):
    task, client = agree(world, "Amal", "Walk by the lake"), opened_by("Amal")
    answer = client.post(f"/me/homework/{task}", data={"said": "splendid"}, follow_redirects=True)
    assert "Choose one of the answers" in answer.text and db.session.get(Assignment, task).said is None
    homework.review(world.meetings[9], {task: ("partly", "")}, by=world.staff["Dana"].id, now=world.now + timedelta(hours=5))
    answer = client.post(f"/me/homework/{task}", data={"said": "done"}, follow_redirects=True)
    assert "talked about this" in answer.text and db.session.get(Assignment, task).said is None
    with pytest.raises(CannotAgree, match="reviewed"):
        homework.tell(db.session.get(Assignment, task), "done", on=world.today, by=None, now=world.now)


def test_other_homework_begins_without_what_was_said_of_the_old(world, opened_by):
    task, client = agree(world, "Amal", "Walk by the lake"), opened_by("Amal")
    client.post(f"/me/homework/{task}", data={"said": "done"})
    agree(world, "Amal", "Call Per")
    row = db.session.get(Assignment, task, populate_existing=True)
    assert (row.text, row.said, row.said_on) == ("Call Per", None, None)


def test_a_step_is_ticked_by_oneself_and_taken_back(world, opened_by, browser_as):
    goal, step = goal_of(world, "Amal")
    goal_id, step_id, client = goal.id, step.id, opened_by("Amal")
    assert "Buy rice" in client.get("/me/goals").text
    client.post(f"/me/goals/steps/{step_id}", data={"done": "yes"})
    from imrgroups.goals.models import Goal, Step

    assert (db.session.get(Step, step_id).said_on, db.session.get(Step, step_id).done_on) == (world.today, None)
    assert "They say it is done" in words(browser_as("Dana").get(f"/people/{world.people['Amal'].id}/goals"))
    client.post(f"/me/goals/steps/{step_id}", data={"done": "no"})
    assert db.session.get(Step, step_id, populate_existing=True).said_on is None
    goals.close(db.session.get(Goal, goal_id), state="reached", on=world.today, by=None, now=world.now)
    answer = client.post(f"/me/goals/steps/{step_id}", data={"done": "yes"}, follow_redirects=True)
    assert "closed" in answer.text and db.session.get(Step, step_id).said_on is None


def test_things_of_another_participant_are_not_there(world, opened_by):
    task, (_goal, step) = agree(world, "Dina", "Call Per"), goal_of(world, "Dina")
    step_id, client = step.id, opened_by("Amal")
    assert client.post(f"/me/homework/{task}", data={"said": "done"}).status_code == 404
    assert client.post(f"/me/goals/steps/{step_id}", data={"done": "yes"}).status_code == 404
    assert "Call Per" not in client.get("/me/homework").text and "Cook" not in client.get("/me/goals").text


# -- Pages to read and sheets to fill in


def test_pages_come_when_their_topic_was_taught_and_no_sooner(world, opened_by):
    client = opened_by("Amal")
    assert "after your first meeting" in client.get("/me/handouts").text
    assert client.get("/me/handouts/recovery-what-it-means").status_code == 404
    hold(world, 1)
    assert "/me/handouts/recovery-what-it-means" in client.get("/me/handouts").text
    page = client.get("/me/handouts/recovery-what-it-means")
    assert page.status_code == 200 and "data-read-aloud" in page.text
    assert client.get("/me/handouts/recovery-what-it-means.pdf").data.startswith(b"%PDF")
    assert client.get("/me/handouts/nothing").status_code == 404


def test_a_sheet_is_filled_in_kept_whole_and_shown_again(world, opened_by):
    hold(world, 1, 2)
    client, (id, field) = opened_by("Amal"), worksheet_of(world)
    page = client.get(f"/me/sheets/{id}")
    assert f'name="{field}"' in page.text and 'name="shared" value="1" aria' in page.text
    assert client.post(f"/me/sheets/{id}", data={field: "See my sister <b>", "version": 0, "other": "x"}).status_code == 303
    page = client.get(f"/me/sheets/{id}")
    assert "See my sister &lt;b&gt;" in page.text and 'name="version" value="1"' in page.text
    row = db.session.execute(select(FilledSheet)).scalar_one()
    assert json.loads(row.answers)["values"] == {field: "See my sister <b>"} and not row.shared
    assert b"sister" not in bytes(row.answers_sealed)
    entry = db.session.execute(select(AuditEntry).where(AuditEntry.action == "own.sheet_kept")).scalar_one()
    assert "sister" not in entry.detail
    assert client.get(f"/me/sheets/{id}.pdf").data.startswith(b"%PDF")
    assert client.get("/me/everything.pdf").data.startswith(b"%PDF")


def test_a_stale_save_loses_neither_what_was_saved_nor_what_was_typed(world, opened_by):
    hold(world, 1, 2)
    client, (id, field) = opened_by("Amal"), worksheet_of(world)
    client.post(f"/me/sheets/{id}", data={field: "first", "version": 0})
    answer = client.post(f"/me/sheets/{id}", data={field: "second", "version": 0})
    assert answer.status_code == 409 and "second" in answer.text and "Error:" in answer.text
    assert "first" in client.get(f"/me/sheets/{id}").text
    assert client.post(f"/me/sheets/{id}", data={field: "second", "version": 1}).status_code == 303
    assert "second" in client.get(f"/me/sheets/{id}").text


def test_what_was_typed_when_the_page_had_closed_by_itself_is_saved_after_the_code(world, opened_by, frozen):
    hold(world, 1, 2)
    client, (id, field) = opened_by("Amal"), worksheet_of(world)
    code = cards.of(world.people["Amal"].id).code
    wrong = f"{(int(code) + 1) % 10_000:04d}"
    frozen.shift(timedelta(minutes=61))
    asked = client.post(f"/me/sheets/{id}", data={field: "an hour of words", "version": 0})
    assert asked.status_code == 422 and "Your words are not lost" in asked.text and "Error:" not in asked.text
    assert not db.session.execute(select(FilledSheet)).first()
    told = {field: "an hour of words", "version": 0, "again": "1"}
    answer = client.post(f"/me/sheets/{id}", data={**told, "code": wrong})
    assert answer.status_code == 422 and "an hour of words" in answer.text and "That did not work" in answer.text
    assert client.get("/me").status_code == 303
    assert client.post(f"/me/sheets/{id}", data={**told, "code": code}).status_code == 303
    assert "an hour of words" in client.get(f"/me/sheets/{id}").text


def test_after_signing_out_or_with_an_ended_card_nothing_is_taken_on(world, opened_by):
    hold(world, 1, 2)
    client, (id, field) = opened_by("Amal"), worksheet_of(world)
    cards.end(world.people["Amal"], by=None, now=world.now)
    answer = client.post(f"/me/sheets/{id}", data={field: "words", "version": 0, "again": "1", "code": "0000"})
    assert answer.status_code == 303 and answer.location == "/card"


def test_too_many_words_stay_on_the_page(world, opened_by):
    hold(world, 1, 2)
    client, (id, field) = opened_by("Amal"), worksheet_of(world)
    answer = client.post(f"/me/sheets/{id}", data={field: "x" * 4001, "version": 0})
    assert answer.status_code == 422 and "x" * 4001 in answer.text
    assert not db.session.execute(select(FilledSheet)).first()


def test_words_on_an_older_version_are_taken_over_or_shown_and_never_lost(world, opened_by):
    hold(world, 1, 2)
    client, (id, field) = opened_by("Amal"), worksheet_of(world)
    old = Answers({field: "kept words", f"{id}.gone": "words of a field that is gone"}, {f"{id}.gone": "An old question"})
    mine = world.people["Amal"].id
    actions.keep_sheet(mine, id, edition="2020.1-x", language="en", answers=old, shared=False, version=0, by=None, now=world.now)
    page = client.get(f"/me/sheets/{id}").text
    assert page.count("kept words") == 1 and "An old question" in page and "words of a field that is gone" in page
    assert client.post(f"/me/sheets/{id}", data={field: "new words", "version": 0}).status_code == 303
    page = client.get(f"/me/sheets/{id}").text
    assert "new words" in page and "kept words" in page and "words of a field that is gone" in page
    assert len(db.session.execute(select(FilledSheet)).all()) == 2


def test_words_on_a_sheet_that_is_no_longer_used_are_still_shown(world, opened_by):
    client, told = opened_by("Amal"), Answers({"old-sheet.a": "kept words"}, {"old-sheet.a": "An old question"})
    mine = world.people["Amal"].id
    actions.keep_sheet(mine, "old-sheet", edition="1", language="en", answers=told, shared=False, version=0, by=None, now=world.now)
    assert "/me/sheets/old-sheet" in client.get("/me/sheets").text
    page = client.get("/me/sheets/old-sheet").text
    assert "An old question" in page and "kept words" in page
    assert client.get("/me/sheets/old-sheet.pdf").status_code == 404 and client.get("/me/everything.pdf").status_code == 200


def test_what_is_kept_to_oneself_again_is_so_in_every_edition(world):
    mine, told = world.people["Amal"].id, Answers({"a.b": "x"}, {})
    kept = {"language": "en", "answers": told, "version": 0, "by": None, "now": world.now}
    actions.keep_sheet(mine, SHEET, edition="1", shared=True, **kept)
    actions.keep_sheet(mine, SHEET, edition="2", shared=True, **kept)
    assert [row.shared for row in actions.sheets(mine)] == [True, True]
    actions.keep_sheet(mine, SHEET, edition="2", shared=False, **{**kept, "version": 1})
    db.session.expire_all()
    assert [row.shared for row in actions.sheets(mine)] == [False, False]


def test_a_mistaken_address_looks_like_the_own_page_and_leads_back_to_it(world, opened_by):
    client = opened_by("Amal")
    for address in ("/me/nothing", "/card/a/b"):
        page = client.get(address)
        assert page.status_code == 404 and "imrgroups" not in words(page) and 'href="/me"' in page.text
    assert "imrgroups" in words(client.get("/meetings/nothing"))


def test_two_browsers_at_once_keep_one_row(world):
    mine, told = world.people["Amal"].id, Answers({"a.b": "x"}, {})
    kept = {"edition": "1", "language": "en", "answers": told, "shared": False, "by": None, "now": world.now}
    actions.keep_sheet(mine, SHEET, version=0, **kept)
    with pytest.raises(CannotKeep, match="stale"):
        actions.keep_sheet(mine, SHEET, version=0, **kept)
    assert actions.keep_sheet(mine, SHEET, version=1, **kept).version == 2


def test_a_sheet_that_was_not_taught_is_not_there(world, opened_by):
    client = opened_by("Amal")
    for address in (f"/me/sheets/{SHEET}", f"/me/sheets/{SHEET}.pdf", "/me/sheets/nothing"):
        assert client.get(address).status_code == 404
    assert client.post(f"/me/sheets/{SHEET}", data={"version": 0}).status_code == 404


def test_everything_is_on_paper_before_anything_was_filled_in(world, opened_by):
    agree(world, "Amal", "Walk by the lake")
    goal_of(world, "Amal")
    answer = opened_by("Amal").get("/me/everything.pdf")
    assert answer.data.startswith(b"%PDF") and answer.mimetype == "application/pdf"
    assert "amal" not in answer.headers["Content-Disposition"].lower()


# -- Messages and own words


def test_messages_are_turned_off_and_on_by_oneself(world, opened_by, browser_as):
    client, mine = opened_by("Amal"), world.people["Amal"].id
    assert "Messages are on." in client.get("/me/messages").text
    client.post("/me/messages", data={"on": "no"})
    assert not people.has_consented([mine], "messages") and "Messages are off." in client.get("/me/messages").text
    client.post("/me/messages", data={"on": "yes"})
    assert people.has_consented([mine], "messages") == {mine}
    newest = people.consents_of(mine)[0]
    assert newest.how == "own page" and newest.by_id is None
    assert "On their own page" in browser_as("Dana").get(f"/people/{mine}/consents").text


def test_own_words_are_kept_and_quoted_only_where_one_says_so(world, opened_by):
    client, mine = opened_by("Amal"), world.people["Amal"].id
    assert client.post("/me/words", data={"why": "For my sister", "hard_week": "It passes"}).status_code == 303
    kept = outreach.words_of(mine)
    assert (kept.why, kept.hard_week, kept.may_quote) == ("For my sister", "It passes", False)
    assert "For my sister" in client.get("/me/words").text
    client.post("/me/words", data={"why": "", "hard_week": "It passes", "may_quote": "y"})
    db.session.expire_all()
    kept = outreach.words_of(mine)
    assert (kept.why, kept.may_quote) == (None, True)
    answer = client.post("/me/words", data={"why": "x" * 301})
    assert answer.status_code == 422 and "x" * 301 in answer.text
