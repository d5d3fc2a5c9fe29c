"""What participants answered, in the report beside what staff recorded: as of the day of its data, in counts, and kept as it was signed."""

import json
from datetime import timedelta

import pytest

from imrgroups.db import db
from imrgroups.fidelity.actions import rating, reports
from imrgroups.fidelity.actions.rating import Given
from imrgroups.fidelity.actions.reports import Written
from imrgroups.fidelity.evidence.heard import heard
from imrgroups.fidelity.evidence.report import full
from imrgroups.fidelity.views.paper import printed
from imrgroups.outcomes import actions as outcomes
from imrgroups.rules.fidelity.reviews import counted_on

MODULE = "recovery-strategies"


@pytest.fixture
def answered(lived, review, frozen):
    """Both assessors handed in on the day it is due; five sheets of paper were entered before. The world, with `inside` the hour."""
    lived.inside = lived.now.replace(month=3, day=3)
    for number, value in enumerate((2, 2, 2, 2, 0)):
        enter(lived, number, value, lived.inside - timedelta(days=20))
    for name in ("Kim", "Mia"):
        sheet = {item: Given(4, justification=f"Seen {item}") for item in range(1, 11)}
        rating.hand_in(review, sheet, by=lived.staff[name].id, now=lived.inside)
    frozen.move_to(lived.inside)
    return lived


def enter(world, number, value, at):
    outcomes.enter_paper(world.group, MODULE, {1: value}, key=str(number), by=world.staff["Dana"].id, now=at)


def write(world, review):
    row = reports.report_of(review.id)
    return reports.write(
        review, Written({"voice": "Two people told us of a warm welcome."}), version=row.version if row else 0,
        by=world.staff["Kim"].id, now=world.inside,
    )


def test_answers_stand_beside_what_staff_recorded(answered, review):
    found = heard(review, counted_on(answered.inside.date(), None), answered.inside)
    first = found["questions"][0]
    assert first["item"] == 4 and first["recorded"] == [2, 4]
    assert first["cells"] == [{"answers": list(first["cells"][0]["answers"]), "people": 5}], "one person alone is never shown"
    assert (found["asked"], found["answered"]) == (0, 5) and found["questions"][2]["cells"] == []


def test_page_and_paper_show_both_and_no_name(app, answered, review, browser_as):
    write(answered, review)
    reports.send(review, by=answered.staff["Kim"].id, now=answered.inside)
    page = browser_as("Dana").get(f"/reviews/{review.id}/report").text
    for words in ("Two people told us of a warm welcome.", "People said", "Staff recorded", "2 of 4 (50 %)", "Answered: 5"):
        assert words in page
    assert "Fewer than 3 answered" in page and "Amal" not in page
    with app.test_request_context():
        told = repr(printed(full(review)).blocks)
    assert "5 “Yes, each time I was there” or “Some of the time” or “No, or I do not remember”" in told and "2 of 4 (50 %)" in told
    assert "Amal" not in told


def test_what_comes_in_after_the_day_of_the_data_changes_nothing(answered, review):
    before = json.loads(write(answered, review).heard)
    for number in range(5, 12):
        enter(answered, number, 0, answered.inside + timedelta(days=2))
    answered.inside += timedelta(days=3)
    assert json.loads(write(answered, review).heard) == before


def test_a_report_keeps_its_answers_when_they_are_deleted_later(answered, review):
    write(answered, review)
    for table in ("answers", "answer_sheets"):
        db.session.execute(db.metadata.tables[table].delete())
    db.session.commit()
    assert full(review).heard["answered"] == 5


def test_nobody_asked_is_said(app, lived, review, browser_as, frozen):
    lived.inside = lived.now.replace(month=3, day=3)
    frozen.move_to(lived.inside)
    page = browser_as("Kim").get(f"/reviews/{review.id}/voice").text
    assert "Nobody was asked the three questions yet" in page
