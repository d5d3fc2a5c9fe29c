"""Across reviews: from rows of ratings to the published table."""

import csv
import io
import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from imrgroups.db import db
from imrgroups.fidelity.evidence import across
from imrgroups.fidelity.models import Consensus, Rating, Review, ReviewAssessor
from imrgroups.groups.models import Group
from imrgroups.rules.fidelity import agreement
from imrgroups.rules.fidelity.agreement import printed

DANISH = json.loads((Path(__file__).parents[2] / "imrgroups" / "demo" / "danish_reviews.json").read_text(encoding="utf-8"))


def add_review(world, number, kind, scores, *, state="final"):
    """One review of a group of its own, rated by Kim."""
    model = world.group
    group = Group(**{column.key: getattr(model, column.key) for column in Group.__table__.columns if column.key not in ("id", "code")})
    group.name = f"Group {number}"
    if hasattr(Group, "code"):
        group.code = f"G-{number}-{kind}"
    db.session.add(group)
    db.session.flush()
    row = Review(
        group_id=group.id, kind=kind, state=state, due_on=date(2026, 1, 1) + timedelta(days=40 * number), instrument="imr-fidelity",
        instrument_version="2026.11", created_at=world.now,
    )
    db.session.add(row)
    db.session.flush()
    kim = world.staff["Kim"].id
    db.session.add(ReviewAssessor(review_id=row.id, staff_id=kim, assigned_at=world.now, rated_at=world.now))
    for item, score in enumerate(scores, 1):
        db.session.add(Rating(review_id=row.id, staff_id=kim, item=item, score=score, saved_at=world.now))
    db.session.commit()
    return row


@pytest.fixture
def danish(world):
    for number, review in enumerate(DANISH["reviews"], 1):
        add_review(world, number, review["kind"], review["ratings"])
    return world


def table(world):
    found = across.finished([world.centres["North"].id])
    return agreement.across([each.reviewed for each in found], range(1, 14), ("midway", "final"))


def test_nineteen_reviews_give_the_published_table_from_rows(danish):
    found, published = table(danish), DANISH["published"]["items"]
    assert [(str(printed(found.items[item].mean, 1)), found.items[item].n) for item in range(1, 14)] == [
        (line["mean"], line["n"]) for line in published
    ]
    assert (str(printed(found.kinds["midway"].mean, 1)), str(printed(found.kinds["midway"].sd, 1))) == ("4.2", "0.3")
    assert (str(printed(found.kinds["final"].mean, 1)), str(printed(found.kinds["final"].sd, 1))) == ("4.9", "0.2")


def test_reviews_cost_three_statements_however_many_there_are(danish, statements):
    north = danish.centres["North"].id
    with statements() as asked:
        assert len(across.finished([north])) == 19
    assert len([each for each in asked if each.startswith("SELECT")]) == 3


def test_what_was_settled_counts_and_an_unfinished_review_does_not(world):
    row = add_review(world, 1, "midway", [5, 4])
    add_review(world, 2, "midway", [1, 1], state="report")
    lena = world.staff["Lena"].id
    db.session.add(ReviewAssessor(review_id=row.id, staff_id=lena, assigned_at=world.now + timedelta(hours=1), rated_at=world.now))
    db.session.add(Rating(review_id=row.id, staff_id=lena, item=2, score=2, saved_at=world.now))
    db.session.add(Consensus(review_id=row.id, item=2, score=3, settled_at=world.now))
    db.session.commit()
    [found] = across.finished([world.centres["North"].id])
    assert found.scores == {1: 5, 2: 3}


def test_somebody_taken_off_a_review_does_not_count(world):
    row = add_review(world, 1, "midway", [5])
    lena = world.staff["Lena"].id
    db.session.add(ReviewAssessor(
        review_id=row.id, staff_id=lena, assigned_at=world.now - timedelta(days=1), rated_at=world.now, unassigned_at=world.now,
    ))
    db.session.add(Rating(review_id=row.id, staff_id=lena, item=1, score=1, saved_at=world.now))
    db.session.commit()
    assert across.finished([world.centres["North"].id])[0].scores == {1: 5}


def test_the_page_four_ways(danish, browser_as):
    assert "/sign-in" in browser_as().get("/reviews/across").location
    assert browser_as("Dana").get("/reviews/across").status_code == 403
    nora = browser_as("Nora")
    page = nora.get("/reviews/across").text
    assert "19 reviews." in page and "<td class=\"number\">3.3</td>" in page
    assert "No finished review fits" in nora.get("/reviews/across?year=1999").text
    assert "9 reviews." in nora.get("/reviews/across?kind=final").text
    for chart in ("across", "means"):
        assert nora.get(f"/reviews/{chart}.svg?kind=final").mimetype == "image/svg+xml" and f"/reviews/{chart}.svg" in page
    shown = {state: nora.get(f"/reviews/across?state={state}").text for state in ("running", "ended")}
    assert ["19 reviews." in text for text in shown.values()].count(True) == 1, "a group runs or has ended"


def test_the_file_holds_the_table_and_each_review(danish, browser_as):
    answer = browser_as("Nora").get("/reviews/across.csv")
    lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert lines[5][:5] == ["item 5", "Family and friends taking part", "3.26", "1.24", "19"] and lines[5][6] == "2026.11"
    assert len(lines) == 1 + 13 + 2 + 1 + 1 + 19
