"""Pages of reviews: what each role finds there, what is refused, and that two versions of the scale stand side by side."""

import shutil
from datetime import date, timedelta

import pytest

from imrgroups.config import curriculum_folder
from imrgroups.db import db
from imrgroups.fidelity import actions as fidelity
from imrgroups.fidelity.actions import rating, reports
from imrgroups.fidelity.actions.rating import Given
from imrgroups.fidelity.actions.reports import Advice, Written
from imrgroups.fidelity.evidence import board, instruments, sheets
from imrgroups.fidelity.evidence.nudges import nudges
from imrgroups.staff import actions as staff
from tests.world import PASSWORD

ALL = {item: Given(4, justification=f"Seen {item}") for item in range(1, 11)}


@pytest.fixture
def review(world):
    """The mid-way review of the Tuesday group, due today, with Kim and Sue of South."""
    world.staff["Sue"] = staff.add_staff(
        email="sue@south.example", name="Sue", roles=[(world.centres["South"].id, "assessor")], password=PASSWORD, by=None, now=world.now
    )
    made = next(row for row in fidelity.plan_missing(now=world.now) if row.group_id == world.group.id and row.kind == "midway")
    fidelity.reschedule(made, due_on=world.today, by=None, now=world.now)
    for name in ("Kim", "Sue"):
        fidelity.assign(made, world.staff[name].id, by=None, now=world.now)
    return made


@pytest.fixture
def reported(world, review):
    """The same with a report that is final, and one piece of advice."""
    people = [world.staff[name].id for name in ("Kim", "Sue")]
    for person in people:
        rating.hand_in(review, ALL, by=person, now=world.now)
    advice = Advice("Ask each person whom to invite", 5, world.staff["Dana"].id, world.today + timedelta(days=30))
    reports.write(review, Written(advice=[advice]), version=0, by=people[0], now=world.now)
    reports.send(review, by=people[0], now=world.now)
    reports.answer(review, "We agree", by=world.staff["Dana"].id, now=world.now)
    for person in people:
        reports.sign(review, by=person, now=world.now)
    return review


def test_a_board_says_what_to_do_when_it_is_empty(browser_as):
    assert "No review is planned. Each running group gets its two reviews by itself" in browser_as("Nora").get("/reviews").text
    assert "No review is given to you right now." in browser_as("Kim").get("/reviews").text
    assert browser_as("Dana").get("/reviews").status_code == 403


def test_a_board_costs_the_same_whatever_its_length(world, review, statements):
    key, centres = review.id, [centre.id for centre in world.centres.values()]
    with statements() as one:
        board.lines(world.now, review_ids=[key])
    with statements() as all_of_them:
        assert len(board.lines(world.now, centre_ids=centres)) == 4
    assert len(one) == len(all_of_them) == 2


def test_an_assessor_cannot_be_assigned_with_nobody_chosen_or_somebody_unknown(world, browser_as, review):
    fidelity.unassign(review, world.staff["Sue"].id, reason="ill", by=None, now=world.now)
    nora = browser_as("Nora")
    for data, said in (
        ({}, "Choose an assessor"), ({"staff": "abc"}, "Choose one from the list"),
        ({"staff": 424242}, "Choose somebody who is an assessor"),
    ):
        answer = nora.post(f"/reviews/{review.id}/assessors", data=data)
        assert answer.status_code == 422 and said in answer.text and "Error:" in answer.text, data


def test_an_assessor_is_taken_off_with_a_reason(world, browser_as, review):
    nora, sue = browser_as("Nora"), world.staff["Sue"].id
    bare = nora.post(f"/reviews/{review.id}/assessors", data={"do": "off", "who": sue, "off-reason": " "})
    assert bare.status_code == 422 and "Write the reason" in bare.text
    done = nora.post(f"/reviews/{review.id}/assessors", data={"do": "off", "who": sue, "off-reason": "ill"})
    assert done.status_code == 303 and browser_as("Sue").get(f"/reviews/{review.id}/rate").status_code == 403
    for who in ("", "abc", "9" * 30):
        assert nora.post(f"/reviews/{review.id}/assessors", data={"do": "off", "who": who, "off-reason": "x"}).status_code == 422


def test_interviewing_is_switched_by_the_coordinator(world, browser_as, review):
    kim = world.staff["Kim"].id
    assert browser_as("Nora").post(f"/reviews/{review.id}/interviewing", data={"who": kim, "interviewing": "yes"}).status_code == 303
    assert "You interview, so you see names" in browser_as("Kim").get(f"/reviews/{review.id}/rate").text
    assert "People are called P01" in browser_as("Sue").get(f"/reviews/{review.id}/rate").text


def test_who_sees_pseudonyms_is_in_the_access_log_too(world, browser_as, review):
    from sqlalchemy import select

    from imrgroups.audit import AccessEntry

    browser_as("Kim").get(f"/reviews/{review.id}/rate")
    seen = db.session.execute(select(AccessEntry.participant_id).where(AccessEntry.staff_id == world.staff["Kim"].id)).scalars()
    assert set(seen) == {world.people[name].id for name in ("Amal", "Bo", "Cy", "Dina", "Ejnar")}


def test_a_sheet_is_taken_back_on_the_page(world, browser_as, review):
    rating.hand_in(review, ALL, by=world.staff["Kim"].id, now=world.now)
    kim = browser_as("Kim")
    page = kim.get(f"/reviews/{review.id}/rate").text
    assert "Your sheet is handed in." in page and "Seen 3" in page and "score-3" not in page
    assert kim.post(f"/reviews/{review.id}/rate", data={"do": "back"}).status_code == 303
    assert "score-3" in kim.get(f"/reviews/{review.id}/rate").text
    refused = kim.post(f"/reviews/{review.id}/rate", data={"do": "back"})
    assert refused.status_code == 422 and "there is nothing to take back" in refused.text


def test_not_rated_needs_a_reason_and_what_was_typed_stays(browser_as, review):
    kim = browser_as("Kim")
    answer = kim.post(f"/reviews/{review.id}/rate", data={"do": "save", "score-2": "none", "why-3": "Half a thought"})
    assert answer.status_code == 422 and "Write why item 2 is not rated" in answer.text and "Half a thought" in answer.text
    assert kim.post(f"/reviews/{review.id}/rate", data={"do": "save", "score-2": "none", "not-2": "No charts"}).status_code == 303
    assert "No charts" in kim.get(f"/reviews/{review.id}/rate").text


def test_a_draft_stands_on_the_leaders_page_today_until_they_answer_or_their_time_is_over(world, review, browser_as, frozen):
    for name in ("Kim", "Sue"):
        rating.hand_in(review, ALL, by=world.staff[name].id, now=world.now)
    reports.write(review, Written(), version=0, by=world.staff["Kim"].id, now=world.now)
    said = "Read the draft of the report"
    assert said not in browser_as("Dana").get("/today").text
    reports.send(review, by=world.staff["Kim"].id, now=world.now)
    page = browser_as("Dana").get("/today").text
    assert said in page and f'href="/reviews/{review.id}/report"' in page and "until Tuesday 26 January" in page
    assert said not in browser_as("Charlie").get("/today").text
    frozen.move_to(world.now + timedelta(days=15))
    assert said not in browser_as("Dana").get("/today").text
    frozen.move_to(world.now)
    reports.answer(review, "We agree", by=world.staff["Lena"].id, now=world.now)
    assert said not in browser_as("Dana").get("/today").text


def test_only_the_leaders_of_the_group_answer(world, browser_as, review):
    for name in ("Kim", "Sue"):
        rating.hand_in(review, ALL, by=world.staff[name].id, now=world.now)
    assert browser_as("Dana").get(f"/reviews/{review.id}/answer").status_code == 303, "there is no draft yet"
    reports.write(review, Written(), version=0, by=world.staff["Kim"].id, now=world.now)
    reports.send(review, by=world.staff["Kim"].id, now=world.now)
    for name, status in {"Dana": 200, "Lena": 200, "Nora": 403, "Charlie": 403, "Kim": 403}.items():
        assert browser_as(name).get(f"/reviews/{review.id}/answer").status_code == status, name


def test_advice_is_followed_only_where_it_belongs(world, browser_as, reported):
    [advice] = reports.advice_of(reported.id)
    other = next(line for line in board.lines(world.now, group_id=world.groups["Thursday"].id))
    dana = browser_as("Dana")
    assert dana.post(f"/reviews/{reported.id}/advice/424242", data={"state": "done"}).status_code == 404
    assert dana.post(f"/reviews/{other.id}/advice/{advice.id}", data={"state": "done"}).status_code == 403
    assert browser_as("Charlie").post(f"/reviews/{other.id}/advice/{advice.id}", data={"state": "done"}).status_code == 404
    assert browser_as("Kim").post(f"/reviews/{reported.id}/advice/{advice.id}", data={"state": "done"}).status_code == 403
    assert dana.post(f"/reviews/{reported.id}/advice/{advice.id}", data={"state": "done"}).status_code == 303
    assert nudges([world.group.id], world.today) == []


@pytest.mark.parametrize(("days", "late"), [(0, False), (30, False), (31, True)])
def test_advice_nudges_until_it_is_done_and_says_when_its_day_has_passed(world, reported, days, late):
    [nudge] = nudges([world.group.id, world.groups["Thursday"].id], world.today + timedelta(days=days))
    assert (nudge.text, nudge.owner, nudge.late) == ("Ask each person whom to invite", "Dana", late)
    assert nudges([world.groups["Thursday"].id], world.today) == [] and nudges([], world.today) == []


def test_a_final_review_is_closed_by_the_coordinator(browser_as, reported):
    assert "Close the review" in browser_as("Nora").get(f"/reviews/{reported.id}/report").text
    assert browser_as("Nora").post(f"/reviews/{reported.id}/close").status_code == 303
    assert browser_as("Kim").get(f"/reviews/{reported.id}/report").status_code == 403, "nothing of it is open to assessors any more"
    assert "We agree" in browser_as("Dana").get(f"/reviews/{reported.id}/report").text


def test_assessors_are_reminded_of_each_thing_once_and_by_text_where_there_is_a_number(world, review):
    from sqlalchemy import select

    from imrgroups import jobs
    from imrgroups.outreach.models import Message

    world.staff["Kim"].phone, world.staff["Kim"].language, key = "+4520998877", "da", review.id
    db.session.commit()
    assert {(each.staff_id, each.what) for each in board.reviews_needing_reminder(world.now)} == {
        (world.staff[name].id, "due") for name in ("Kim", "Sue")
    }
    assert jobs.once("remind-assessors", world.now, dry_run=True) == 2
    assert jobs.once("remind-assessors", world.now) == 2 and jobs.once("remind-assessors", world.now) == 0
    [message] = db.session.execute(select(Message)).scalars()
    assert (message.occasion, message.step, message.key.split("/")[:2]) == ("staff", "due", ["review", str(key)])
    assert message.to == "+4520998877" and "I dag" in message.text and "Tuesday" not in message.text
    assert [each.what for each in board.reviews_needing_reminder(world.now + timedelta(days=21))] == ["closes", "closes"]


def test_whoever_handed_in_is_reminded_of_nothing(world, review):
    for name in ("Kim", "Sue"):
        rating.hand_in(review, ALL, by=world.staff[name].id, now=world.now)
    assert board.reviews_needing_reminder(world.now) == []


@pytest.mark.parametrize("what", ["opens", "due", "closes"])
@pytest.mark.parametrize("language", ["en", "da", "sv", "he"])
def test_a_reminder_fits_one_text(app, what, language):
    from imrgroups.fidelity.actions.reminders import text

    said = text(what, language)
    assert len(said) <= (140 if language == "he" else 160) and (language == "en") == ("review" in said)


def test_the_paper_names_the_version_of_the_scale_and_the_day_of_its_data(app, world, reported):
    from imrgroups.fidelity.evidence.report import full
    from imrgroups.fidelity.views.paper import printed

    with app.test_request_context():
        made = printed(full(reported))
    assert "IMR Fidelity Scale, version 2026.11" in made.footer and made.note == "Data of Tuesday 12 January 2027"
    told = repr(made.blocks)
    assert all(words in told for words in ("Ask each person whom to invite", "We agree", "Signed by", "Mean 4.00 over 10 of 10 items"))


def test_a_second_version_of_the_scale_stands_beside_the_first_and_old_reviews_keep_theirs(world, review, tmp_path, monkeypatch):
    shutil.copy(curriculum_folder() / "instruments/imr-fidelity.toml", tmp_path / "imr-fidelity-old.toml")
    newer = (tmp_path / "imr-fidelity-old.toml").read_text(encoding="utf-8")
    newer = newer.replace('version = "2026.11"', 'version = "2028.01"', 1)
    newer = newer.replace("items = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n", "items = [1, 2, 3]\n")
    (tmp_path / "imr-fidelity.toml").write_text(newer, encoding="utf-8")
    monkeypatch.setattr(instruments, "_folder", lambda: tmp_path)
    for kept in (instruments.scale, instruments.version):
        kept.cache_clear()
    try:
        assert instruments.scale().version == "2028.01" and sheets.items_of(review) == tuple(range(1, 11))
        db.session.delete(next(row for row in fidelity_reviews() if row.kind == "final" and row.group_id == world.group.id))
        db.session.commit()
        [new] = fidelity.plan_missing(now=world.now)
        assert (new.kind, new.instrument_version) == ("final", "2028.01")
        new.kind = "midway"
        assert sheets.items_of(new) == (1, 2, 3)
        db.session.rollback()
    finally:
        for kept in (instruments.scale, instruments.version):
            kept.cache_clear()


def fidelity_reviews():
    from sqlalchemy import select

    from imrgroups.fidelity.models import Review

    return list(db.session.execute(select(Review)).scalars())


def test_a_day_that_is_none_is_told_at_its_field(browser_as, review):
    nora = browser_as("Nora")
    for data, said in (
        ({"do": "due", "due-due_on": "2027-13-40"}, "Choose a day, or write it as year, month, day"),
        ({"do": "due", "due-due_on": "2026-11-03"}, "Choose a day after the first meeting"),
        ({"do": "extend", "extend-until_on": "2027-02-09", "extend-reason": "x"}, "Choose a day after the last day it is open now"),
        ({"do": "extend", "extend-until_on": "2028-02-09", "extend-reason": "x"}, "Choose a day within three months"),
        ({"do": "off"}, "Write the reason"),
    ):
        answer = nora.post(f"/reviews/{review.id}/dates", data=data)
        assert answer.status_code == 422 and said in answer.text, data
    assert review.due_on == date(2027, 1, 12)
