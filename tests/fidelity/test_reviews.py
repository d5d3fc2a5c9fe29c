"""Reviews: planned with the group, assessed by people of another centre, open for a while."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from imrgroups.db import db
from imrgroups.enrolment import actions as enrolment
from imrgroups.fidelity import actions as fidelity
from imrgroups.fidelity.actions import CannotReview
from imrgroups.fidelity.evidence import access
from imrgroups.fidelity.evidence.people import called, pseudonyms
from imrgroups.fidelity.models import Review
from imrgroups.groups import actions as groups
from imrgroups.staff import actions as staff


@pytest.fixture
def by(world):
    return {"by": world.staff["Nora"].id, "now": world.now}


@pytest.fixture
def reviews(world):
    made = fidelity.plan_missing(now=world.now)
    return {row.kind: row for row in made if row.group_id == world.group.id}


@pytest.fixture
def review(reviews):
    return reviews["midway"]


def test_every_group_gets_its_two_reviews_once(world, reviews):
    assert {kind: row.due_on for kind, row in reviews.items()} == {"midway": date(2027, 3, 3), "final": date(2027, 8, 3)}
    assert {(row.instrument, row.instrument_version) for row in reviews.values()} == {("imr-fidelity", "2026.11")}
    assert fidelity.plan_missing(now=world.now) == [] and len(list(db.session.execute(select(Review)).scalars())) == 4


def test_a_review_nobody_works_on_follows_the_first_meeting_unless_a_person_chose_the_date(world, reviews, by):
    fidelity.reschedule(reviews["final"], due_on=date(2027, 8, 10), **by)
    groups.cancel(world.meetings[1], reason="snow", **by)
    fidelity.plan_missing(now=world.now)
    assert reviews["midway"].due_on == date(2027, 3, 10) and reviews["final"].due_on == date(2027, 8, 10)


def test_a_group_that_has_ended_gets_none_and_a_review_whose_time_is_past_is_not_made_up(world, frozen, by):
    groups.end(world.groups["Thursday"], on=world.today, reason="too few", **by)
    later = world.now + timedelta(days=120)
    made = fidelity.plan_missing(now=later)
    assert [(row.group_id, row.kind) for row in made] == [(world.group.id, "final")]


def test_a_dry_run_plans_nothing(world):
    from imrgroups import jobs

    assert jobs.once("plan-reviews", world.now, dry_run=True) == 4
    assert jobs.once("plan-reviews", world.now) == 4 and jobs.once("plan-reviews", world.now) == 0


@pytest.mark.parametrize(("due_on", "reason"), [(date(2026, 11, 3), "before_start"), (date(2026, 10, 1), "before_start")])
def test_a_review_before_the_first_meeting_is_refused(review, by, due_on, reason):
    with pytest.raises(CannotReview, match=reason):
        fidelity.reschedule(review, due_on=due_on, **by)


def test_an_assessor_comes_from_another_centre_and_is_assigned_once(world, review, by):
    fidelity.assign(review, world.staff["Kim"].id, **by)
    assert [row.staff.name for row in fidelity.assigned(review.id)] == ["Kim"]
    assert access.reviews_of(world.staff["Kim"].id) == {review.id}
    with pytest.raises(CannotReview, match="assigned"):
        fidelity.assign(review, world.staff["Kim"].id, **by)


def test_who_is_no_assessor_or_works_at_the_centre_or_leads_the_group_is_refused(world, review, by):
    south, north = world.centres["South"].id, world.centres["North"].id
    add = lambda name, roles: staff.add_staff(email=f"{name}@x.example", name=name, roles=roles, by=None, now=world.now)  # noqa: E731
    for person, reason in (
        (world.staff["Charlie"], "not_assessor"), (add("Both", [(south, "assessor"), (north, "administrator")]), "own_centre"),
        (add("Own", [(north, "assessor")]), "own_centre"),
    ):
        with pytest.raises(CannotReview, match=reason):
            fidelity.assign(review, person.id, **by)
    guest = add("Guest", [(south, "assessor")])
    world.group.leaders.append(guest)
    db.session.commit()
    with pytest.raises(CannotReview, match="leads"):
        fidelity.assign(review, guest.id, **by)
    with pytest.raises(CannotReview, match="not_assessor"):
        fidelity.assign(review, 424242, **by)


def test_somebody_who_left_is_no_assessor(world, review, by):
    staff.leave(world.staff["Kim"], on=world.today, by=None, now=world.now)
    with pytest.raises(CannotReview, match="not_assessor"):
        fidelity.assign(review, world.staff["Kim"].id, **by)


def test_an_assessor_is_taken_off_with_a_reason_and_may_come_back(world, review, by):
    kim = world.staff["Kim"].id
    fidelity.assign(review, kim, reason="knows the region", **by)
    with pytest.raises(CannotReview, match="no_reason"):
        fidelity.unassign(review, kim, reason=" ", **by)
    fidelity.unassign(review, kim, reason="ill", **by)
    assert fidelity.assigned(review.id) == [] and access.reviews_of(kim) == frozenset()
    with pytest.raises(CannotReview, match="not_assigned"):
        fidelity.unassign(review, kim, reason="ill", **by)
    row = fidelity.assign(review, kim, **by)
    assert row.unassigned_at is None and row.unassigned_reason is None and row.reason is None


def test_a_review_is_kept_open_with_a_reason(world, review, by):
    with pytest.raises(CannotReview, match="no_reason"):
        fidelity.extend(review, until_on=date(2027, 4, 14), reason="", **by)
    with pytest.raises(CannotReview, match="not_later"):
        fidelity.extend(review, until_on=date(2027, 3, 31), reason="snow", **by)
    fidelity.extend(review, until_on=date(2027, 4, 14), reason="snow", **by)
    assert access.window_of(review).closes_on == date(2027, 4, 14)
    assert access.scope_of_review(review.id).review.closes_on == date(2027, 4, 14)


def test_a_review_that_was_called_off_is_nobodys_and_changes_no_more(world, review, by):
    fidelity.assign(review, world.staff["Kim"].id, **by)
    fidelity.call_off(review, reason="the group ended", **by)
    assert access.reviews_of(world.staff["Kim"].id) == frozenset()
    for change in (
        lambda: fidelity.assign(review, world.staff["Kim"].id, **by),
        lambda: fidelity.extend(review, until_on=date(2027, 5, 1), reason="x", **by),
        lambda: fidelity.reschedule(review, due_on=date(2027, 5, 1), **by), lambda: fidelity.call_off(review, reason="x", **by),
    ):
        with pytest.raises(CannotReview, match="over"):
            change()


def test_pseudonyms_stay_who_they_are_when_somebody_joins(world, review):
    before = pseudonyms(review)
    assert sorted(before.values()) == ["P01", "P02", "P03", "P04", "P05"] and before[world.people["Ejnar"].id] == "P05"
    enrolment.join(world.group, world.people["Freja"], on=world.today, by=None, now=world.now)
    assert pseudonyms(review) == {**before, world.people["Freja"].id: "P06"}


def test_pseudonyms_follow_no_order_of_names_and_differ_between_reviews(world, reviews):
    reviews["midway"].seed, reviews["final"].seed = 3, 12
    midway, final = (pseudonyms(reviews[kind]) for kind in ("midway", "final"))
    assert set(midway) == set(final) and midway != final


def test_only_who_interviews_reads_names(world, review, by):
    kim, amal = world.staff["Kim"].id, world.people["Amal"].id
    fidelity.assign(review, kim, **by)
    assert called(review, kim) == pseudonyms(review)
    fidelity.interview(review, kim, interviewing=True, **by)
    assert called(review, kim)[amal] == f"{pseudonyms(review)[amal]} Amal Haddad"
    fidelity.unassign(review, kim, reason="ill", **by)
    assert called(review, kim) == pseudonyms(review)


def test_a_version_of_the_scale_that_is_no_longer_there_is_named(review):
    review.instrument_version = "1999"
    with pytest.raises(LookupError, match="version 1999 of imr-fidelity"):
        access.window_of(review)


def test_assigning_is_in_the_record_without_a_word_of_the_reason(world, review, by):
    from imrgroups.audit import AuditEntry

    fidelity.assign(review, world.staff["Kim"].id, reason="because of her sister", **by)
    entries = list(db.session.execute(select(AuditEntry).where(AuditEntry.subject == f"reviews/{review.id}")).scalars())
    assert [entry.action for entry in entries] == ["review.planned", "review.assigned"]
    assert {entry.centre_id for entry in entries} == {world.centres["North"].id} and "sister" not in entries[1].detail


def test_the_day_counts_where_the_group_meets(world, review, frozen):
    frozen.move_to(world.now.replace(hour=23, minute=30))
    assert access.scope_of_review(review.id).review.today == world.today + timedelta(days=1)
