"""Two assessors rate apart, settle what differs, write a report, and the leaders answer; all through actions."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from imrgroups.db import db
from imrgroups.fidelity import actions as fidelity
from imrgroups.fidelity.actions import CannotReview, rating, reports
from imrgroups.fidelity.actions.rating import Given
from imrgroups.fidelity.actions.reports import Advice, Written
from imrgroups.fidelity.evidence import sheets
from imrgroups.fidelity.models import Rating, Review
from imrgroups.people.actions import retention
from imrgroups.staff import actions as staff

ALL = {item: Given(4, justification=f"Seen {item}") for item in range(1, 11)}


@pytest.fixture
def pair(world):
    """The mid-way review of the Tuesday group with two assessors of South: (review, Kim, Sue)."""
    sue = staff.add_staff(email="sue@south.example", name="Sue", roles=[(world.centres["South"].id, "assessor")], by=None, now=world.now)
    review = next(row for row in fidelity.plan_missing(now=world.now) if row.group_id == world.group.id and row.kind == "midway")
    for person in (world.staff["Kim"], sue):
        fidelity.assign(review, person.id, by=None, now=world.now)
    return review, world.staff["Kim"].id, sue.id


def refused(reason, call, *about):
    with pytest.raises(CannotReview) as error:
        call()
    assert error.value.reason == reason and (not about or error.value.items == list(about))
    db.session.rollback()


def both_hand_in(world, pair, **second):
    review, kim, sue = pair
    rating.hand_in(review, ALL, by=kim, now=world.now)
    rating.hand_in(review, ALL | {int(item[1:]): one for item, one in second.items()}, by=sue, now=world.now)
    return review, kim, sue


@pytest.mark.parametrize("score", [0, 6, -1, 3.5, 4.0, "4", True])
def test_a_score_is_a_whole_number_from_1_to_5(world, pair, score):
    review, kim, _sue = pair
    refused("score", lambda: rating.save(review, {3: Given(score, justification="x")}, by=kim, now=world.now), 3)


@pytest.mark.parametrize("item", [0, 11, 13, 14])
def test_items_of_the_final_review_are_not_rated_mid_way(world, pair, item):
    review, kim, _sue = pair
    refused("item", lambda: rating.save(review, {item: Given(3, justification="x")}, by=kim, now=world.now), item)


def test_a_draft_is_saved_in_parts_and_saving_twice_changes_nothing(world, pair):
    review, kim, _sue = pair
    assert rating.save(review, {1: Given(5), 2: Given()}, by=kim, now=world.now) == 1
    assert rating.save(review, {1: Given(5)}, by=kim, now=world.now) == 0
    assert rating.save(review, {1: Given(None, not_rated="no meeting seen"), 4: Given(2, pinned="7 of 9")}, by=kim, now=world.now) == 2
    mine = sheets.own(review.id, kim)
    assert mine[1].score is None and mine[1].not_rated == "no meeting seen" and mine[4].pinned == "7 of 9" and 2 not in mine
    assert review.state == "planned"


def test_a_sheet_is_handed_in_when_every_item_has_a_score_with_a_reason_or_a_reason_for_none(world, pair):
    review, kim, _sue = pair
    refused("incomplete", lambda: rating.hand_in(review, by=kim, now=world.now), *range(1, 11))
    half = ALL | {3: Given(4), 5: Given(None), 7: Given(None, not_rated="nobody to ask")}
    refused("incomplete", lambda: rating.hand_in(review, half, by=kim, now=world.now), 3, 5)
    rating.hand_in(review, half | {3: Given(4, justification="x"), 5: Given(1, justification="y")}, by=kim, now=world.now)
    assert review.state == "rating"
    refused("handed_in", lambda: rating.save(review, ALL, by=kim, now=world.now))


def test_nobody_reads_the_other_sheet_before_both_handed_in(world, pair):
    review, kim, sue = pair
    rating.hand_in(review, ALL, by=kim, now=world.now)
    rating.save(review, {1: Given(2, justification="x")}, by=sue, now=world.now)
    assert sheets.shared(review) == {} and sheets.outcome(review) is None
    assert set(sheets.own(review.id, sue)) == {1}
    refused("hidden", lambda: rating.settle(review, {1: (3, "x")}, by=sue, now=world.now))
    refused("unsettled", lambda: reports.write(review, Written(), version=0, by=kim, now=world.now))


def test_a_sheet_can_be_taken_back_until_the_other_has_seen_it(world, pair):
    review, kim, sue = pair
    refused("not_handed_in", lambda: rating.take_back(review, by=kim, now=world.now))
    rating.hand_in(review, ALL, by=kim, now=world.now)
    rating.take_back(review, by=kim, now=world.now)
    rating.hand_in(review, ALL, by=sue, now=world.now)
    assert review.state == "rating"
    rating.hand_in(review, ALL, by=kim, now=world.now)
    refused("shared", lambda: rating.take_back(review, by=kim, now=world.now))


def test_who_is_not_assigned_writes_nothing(world, pair):
    review, _kim, _sue = pair
    for call in (
        lambda: rating.save(review, ALL, by=world.staff["Charlie"].id, now=world.now),
        lambda: reports.send(review, by=world.staff["Dana"].id, now=world.now),
        lambda: reports.sign(review, by=world.staff["Nora"].id, now=world.now),
    ):
        refused("not_assigned", call)


def test_only_differing_items_are_settled_and_each_with_a_reason(world, pair):
    review, kim, sue = both_hand_in(world, pair, i2=Given(3, justification="x"), i5=Given(None, not_rated="y"))
    assert review.state == "consensus" and sheets.outcome(review).open == (2, 5)
    assert sheets.outcome(review).scores[2] is None and sheets.outcome(review).scores[1] == 4
    refused("item", lambda: rating.settle(review, {1: (4, "x")}, by=kim, now=world.now), 1)
    refused("no_reason", lambda: rating.settle(review, {2: (4, " ")}, by=kim, now=world.now), 2)
    refused("score", lambda: rating.settle(review, {2: (6, "x")}, by=kim, now=world.now), 2)
    rating.settle(review, {2: (4, "The list was read again")}, by=kim, now=world.now)
    assert review.state == "consensus"
    rating.settle(review, {5: (None, "Nobody could say")}, by=sue, now=world.now)
    found = sheets.outcome(review)
    assert review.state == "report" and found.open == () and found.scores[2] == 4 and found.scores[5] is None


def test_agreement_is_kept(world, pair):
    review, _kim, _sue = both_hand_in(world, pair, i2=Given(3, justification="x"), i5=Given(2, justification="y"))
    found = sheets.outcome(review).agreement
    assert (found.rated, found.exact, found.within_one, found.differing) == (10, 8, 9, (2, 5)) and found.kappa == 0
    same, _k, _s = review, 0, 0
    rating.settle(same, {2: (4, "x"), 5: (4, "x")}, by=_kim, now=world.now)
    assert sheets.outcome(same).agreement == found, "settling changes nothing of how they agreed"


def test_agreement_is_still_there_when_the_review_is_closed_and_everybody_of_the_group_deleted(world, pair, advice):
    """It is derived each time: handed-in sheets and what was settled never change and hold nothing of participants, so none goes."""
    review, kim, sue = both_hand_in(world, pair, i3=Given(2, justification="x"), i9=Given(5, justification="y"))
    rating.settle(review, {3: (2, "seen again"), 9: (5, "seen again")}, by=kim, now=world.now)
    before = sheets.outcome(review)
    reports.write(review, Written({}, {}, [advice]), version=0, by=kim, now=world.now)
    reports.send(review, by=kim, now=world.now)
    reports.answer(review, "We agree", by=world.staff["Dana"].id, now=world.now)
    for person in (kim, sue):
        reports.sign(review, by=person, now=world.now)
    reports.close(review, by=None, now=world.now)
    assert retention.sweep(world.now + timedelta(days=365 * 12), False, years=10) > 0
    after = sheets.outcome(db.session.get_one(Review, review.id))
    assert after.agreement == before.agreement and after.agreement.kappa is not None and after.scores == before.scores
    for call in (
        lambda: rating.save(review, ALL, by=kim, now=world.now), lambda: rating.take_back(review, by=kim, now=world.now),
        lambda: rating.settle(review, {3: (5, "later")}, by=kim, now=world.now),
        lambda: fidelity.unassign(review, kim, reason="x", by=None, now=world.now),
    ):
        with pytest.raises(CannotReview):
            call()
        db.session.rollback()


def test_kappa_is_empty_where_nothing_varies(world, pair):
    review, _kim, _sue = both_hand_in(world, pair)
    found = sheets.outcome(review)
    assert review.state == "report" and found.agreement.kappa is None and found.agreement.exact == 10


def test_one_assessor_alone_is_possible(world, pair):
    review, kim, sue = pair
    rating.hand_in(review, ALL, by=kim, now=world.now)
    fidelity.unassign(review, sue, reason="ill", by=None, now=world.now)
    found = sheets.outcome(review)
    assert review.state == "report" and found.agreement is None and list(found.sheets) == [kim] and found.scores[3] == 4
    refused("begun", lambda: fidelity.assign(review, sue, by=None, now=world.now))


def test_what_somebody_who_was_taken_off_had_written_is_never_shown(world, pair):
    review, kim, sue = pair
    rating.save(review, {1: Given(1, justification="x")}, by=sue, now=world.now)
    rating.hand_in(review, ALL, by=kim, now=world.now)
    fidelity.unassign(review, sue, reason="ill", by=None, now=world.now)
    assert sue not in sheets.outcome(review).sheets


# -- The report


@pytest.fixture
def rated(world, pair):
    return both_hand_in(world, pair)


@pytest.fixture
def advice(world):
    return Advice("Ask each person whom to invite", 5, world.staff["Dana"].id, world.today + timedelta(days=30))


def test_a_report_is_written_sent_answered_and_signed(world, rated, advice):
    review, kim, sue = rated
    report = reports.write(
        review, Written({"strengths": "Warm", "item-5": "Few"}, {"charts": 5}, [advice]), version=0, by=kim, now=world.now
    )
    assert (report.state, report.data_on, report.bands) == ("draft", world.today, "danish")
    refused("not_sent", lambda: reports.sign(review, by=kim, now=world.now))
    refused("not_with_leaders", lambda: reports.answer(review, "x", by=world.staff["Dana"].id, now=world.now))
    reports.send(review, by=kim, now=world.now)
    assert report.answer_due_on == world.today + timedelta(days=14)
    refused("waiting", lambda: reports.sign(review, by=kim, now=world.now))
    refused("no_words", lambda: reports.answer(review, "", by=world.staff["Dana"].id, now=world.now))
    reports.answer(review, "We agree", by=world.staff["Dana"].id, now=world.now)
    assert reports.sign(review, by=kim, now=world.now) is False
    refused("signed", lambda: reports.sign(review, by=kim, now=world.now))
    refused("signed", lambda: reports.write(review, Written(), version=report.version, by=sue, now=world.now))
    assert reports.sign(review, by=sue, now=world.now) is True
    assert report.state == review.state == "final" and len(reports.signatures(report.id)) == 2
    refused("not_with_leaders", lambda: reports.answer(review, "late", by=world.staff["Dana"].id, now=world.now))


@pytest.mark.parametrize(("days", "waits"), [(0, True), (14, True), (15, False)])
def test_leaders_who_do_not_answer_hold_nothing_up_for_longer_than_two_weeks(world, rated, days, waits):
    review, kim, _sue = rated
    reports.write(review, Written(), version=0, by=kim, now=world.now)
    reports.send(review, by=kim, now=world.now)
    later = world.now + timedelta(days=days)
    if waits:
        refused("waiting", lambda: reports.sign(review, by=kim, now=later))
    else:
        assert reports.sign(review, by=kim, now=later) is False


def test_a_stale_page_does_not_write_over_the_other_assessor(world, rated):
    review, kim, sue = rated
    report = reports.write(review, Written({"strengths": "Warm"}), version=0, by=kim, now=world.now)
    refused("stale", lambda: reports.write(review, Written({"strengths": "Cold"}), version=0, by=sue, now=world.now))
    reports.write(review, Written({"strengths": "Warm and calm"}), version=report.version, by=sue, now=world.now)
    assert "calm" in report.sections


@pytest.mark.parametrize(("change", "reason"), [
    ({"owner_id": 424242}, "owner"), ({"owner_id": None}, "owner"), ({"item": 11}, "item"), ({"due_on": None}, "day"),
    ({"due_on": date(2027, 1, 11)}, "day"),
])
def test_advice_names_who_does_it_until_when(world, rated, advice, change, reason):
    review, kim, _sue = rated
    wrong = Advice(**{**vars(advice), **change})
    refused(reason, lambda: reports.write(review, Written(advice=[advice, wrong]), version=0, by=kim, now=world.now), 1)


def test_an_assessor_cannot_be_asked_to_act_on_their_own_advice(world, rated, advice):
    review, kim, _sue = rated
    assert [name for _key, name in reports.owners_of(review)] == ["Dana", "Lena", "Nora"]
    refused("owner", lambda: reports.write(
        review, Written(advice=[Advice(**{**vars(advice), "owner_id": kim})]), version=0, by=kim, now=world.now), 0)


def test_sections_and_sources_are_those_of_a_report(world, rated):
    review, kim, _sue = rated
    for written, reason in (
        (Written({"gossip": "x"}), "section"), (Written({"item-11": "x"}), "section"), (Written(sources={"rumours": 2}), "source"),
        (Written(sources={"charts": -1}), "source"), (Written(sources={"charts": 1000}), "source"), (Written(checks={}), None),
    ):
        if reason:
            refused(reason, lambda written=written: reports.write(review, written, version=0, by=kim, now=world.now))


def test_advice_is_changed_taken_out_done_and_dropped_with_a_reason(world, rated, advice):
    review, kim, sue = rated
    report = reports.write(review, Written(advice=[advice, advice]), version=0, by=kim, now=world.now)
    one, two = reports.advice_of(review.id)
    changed = [Advice("Ask again", 6, advice.owner_id, advice.due_on, one.id), Advice("", key=two.id)]
    reports.write(review, Written(advice=changed), version=report.version, by=sue, now=world.now)
    [left] = reports.advice_of(review.id)
    assert (left.id, left.text, left.item) == (one.id, "Ask again", 6)
    dana = world.staff["Dana"].id
    refused("not_final", lambda: reports.follow(left, "done", by=dana, now=world.now))
    reports.send(review, by=kim, now=world.now)
    reports.answer(review, "yes", by=dana, now=world.now)
    for assessor in (kim, sue):
        reports.sign(review, by=assessor, now=world.now)
    refused("no_reason", lambda: reports.follow(left, "dropped", by=dana, now=world.now))
    refused("state", lambda: reports.follow(left, "forgotten", by=dana, now=world.now))
    reports.follow(left, "done", outcome="Everybody was asked", by=dana, now=world.now)
    assert (left.state, left.outcome) == ("done", "Everybody was asked")


def test_a_review_closes_once_its_report_is_final(world, rated):
    review, kim, sue = rated
    refused("not_final", lambda: reports.close(review, by=None, now=world.now))
    report = reports.write(review, Written(), version=0, by=kim, now=world.now)
    reports.send(review, by=kim, now=world.now)
    reports.answer(review, "yes", by=world.staff["Dana"].id, now=world.now)
    for assessor in (kim, sue):
        reports.sign(review, by=assessor, now=world.now)
    assert report.state == "final"
    reports.close(review, by=None, now=world.now)
    assert (review.state, review.closed_at) == ("closed", world.now)
    refused("over", lambda: fidelity.extend(review, until_on=date(2027, 5, 1), reason="x", by=None, now=world.now))


def test_words_about_people_lie_sealed(world, rated):
    review, kim, _sue = rated
    reports.write(review, Written({"strengths": "Warm"}), version=0, by=kim, now=world.now)
    row = sheets.own(review.id, kim)[1]
    assert b"Seen" not in row.justification_sealed and isinstance(row, Rating)
    assert b"Warm" not in reports.report_of(review.id).sections_sealed


def test_the_mean_of_a_review_is_over_what_was_rated(world, pair):
    from imrgroups.rules.fidelity.agreement import mean

    review, _kim, _sue = pair
    without = Given(None, not_rated="nobody to ask")
    both = ALL | {9: without}
    for person in (_kim, _sue):
        rating.hand_in(review, both, by=person, now=world.now)
    assert mean(sheets.outcome(review).scores.values()) == (Fraction(4), 9)
