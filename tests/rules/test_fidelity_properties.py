"""What must hold for any group whatever: the future does not matter, nor does the order of rows, and more is never worse."""

from dataclasses import fields, replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imrgroups.rules.fidelity import evidence, next_point
from imrgroups.rules.fidelity import facts as rows
from imrgroups.rules.fidelity.facts import GroupFacts
from tests.rules.fidelity_rows import SCALE, day, people

PERSONS, MEETINGS = people(5), tuple(range(1, 9))
MODULES = (("stress", "stress", ("coping_skills",)), ("needs", "system", ()), ("drug-alcohol", None, ()))
FAMILIES = ("motivational", "educational", "cognitive_behavioural", "coping_skills", "relapse_prevention", "behavioural_tailoring")

person, meeting, goal = st.sampled_from(PERSONS), st.sampled_from(MEETINGS), st.sampled_from([f"g{number}" for number in range(4)])
days = st.integers(-10, 260).map(day)
maybe_days = st.none() | days
module, leader = st.sampled_from(MODULES), st.sampled_from(["dana", "eli"])


@st.composite
def groups(draw):
    """A group of up to five people and eight meetings, with anything at all on record, in order or not."""
    state = st.sampled_from(["held", "held", "held", "planned", "cancelled"])
    meetings = [rows.Meeting(number, draw(days), draw(state)) for number in MEETINGS]
    stays = [rows.Enrolment(draw(person), joined, draw(st.none() | st.integers(0, 200).map(lambda n, at=joined: at + timedelta(days=n))))
             for joined in draw(st.lists(days, max_size=7))]
    marks = draw(st.lists(st.tuples(person, meeting), unique=True, max_size=30))
    states = st.sampled_from(["present", "present", "late", "left_early", "absent", "excused", "hospital", "not_recorded"])

    def some(strategy, most=6):
        return tuple(draw(st.lists(strategy, max_size=most)))

    return GroupFacts(
        meetings=tuple(meetings), enrolments=tuple(stays), marks=tuple(rows.Mark(who, at, draw(states)) for who, at in marks),
        make_ups=some(st.builds(rows.MakeUp, person, meeting, days, st.sampled_from(["ward", "one_to_one", "other_group"]))),
        taught=some(st.builds(lambda at, what: rows.Taught(at, *what), meeting, module)),
        planned=some(st.builds(lambda at, what: rows.Taught(at, *what), meeting, module)),
        handouts=some(st.builds(lambda who, at, what: rows.Handout(who, at, what[0]), person, meeting, module), most=15),
        goals=tuple(rows.Goal(f"g{number}", draw(person), draw(days)) for number in range(draw(st.integers(0, 4)))),
        steps=some(st.builds(rows.Step, goal, maybe_days, maybe_days, st.booleans(), maybe_days)),
        follow_ups=some(st.builds(rows.FollowUp, goal, meeting)), homework=some(st.builds(rows.Homework, person, meeting, st.booleans())),
        contacts=some(st.builds(rows.Contact, person, days)),
        techniques=some(st.builds(rows.Technique, meeting, st.sampled_from(FAMILIES), st.none() | leader), most=12),
        leaders=some(st.builds(rows.LeaderPresent, meeting, leader), most=12),
    )


def without_plan(found):
    """The evidence without the one number that looks ahead: the topics planned by the end."""
    return replace(found, items=tuple(replace(item, planned=None) for item in found.items))


def until(facts, asked):
    """The same group with every row left out that is dated after the day asked; what belongs to a later meeting goes with it."""
    later = {m.key for m in facts.meetings if m.on > asked}
    early_goals = tuple(goal for goal in facts.goals if goal.set_on <= asked)
    by_meeting = ("marks", "taught", "planned", "handouts", "follow_ups", "homework", "techniques", "leaders")
    return replace(
        facts, **{name: tuple(row for row in getattr(facts, name) if row.meeting not in later) for name in by_meeting},
        meetings=tuple(m for m in facts.meetings if m.on <= asked),
        enrolments=tuple(replace(row, left_on=row.left_on if row.left_on and row.left_on <= asked else None)
                         for row in facts.enrolments if row.joined_on <= asked),
        make_ups=tuple(row for row in facts.make_ups if row.on <= asked and row.meeting not in later),
        contacts=tuple(row for row in facts.contacts if row.on <= asked), goals=early_goals,
        steps=tuple(replace(row, due_on=row.due_on if row.due_on and row.due_on <= asked else None,
                            done_on=row.done_on if row.done_on and row.done_on <= asked else None)
                    for row in facts.steps if row.set_on is None or row.set_on <= asked))


@settings(max_examples=50, deadline=None)
@given(groups(), days)
def test_what_is_dated_after_a_day_never_changes_the_evidence_of_that_day(facts, asked):
    assert without_plan(evidence(facts, asked, SCALE)) == without_plan(evidence(until(facts, asked), asked, SCALE))


@settings(max_examples=40, deadline=None)
@given(groups(), days, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_never_matters(facts, asked, random):
    def shuffled(found):
        return tuple(random.sample(found, len(found)))

    names = [field.name for field in fields(facts) if field.name != "no_longer_held"]
    mixed = replace(facts, **{name: shuffled(getattr(facts, name)) for name in names})
    assert evidence(mixed, asked, SCALE) == evidence(facts, asked, SCALE)


@settings(max_examples=40, deadline=None)
@given(groups(), days)
def test_a_row_entered_twice_counts_once(facts, asked):
    names = [field.name for field in fields(facts) if field.name != "no_longer_held"]
    twice = replace(facts, **{name: getattr(facts, name) * 2 for name in names})
    assert evidence(twice, asked, SCALE) == evidence(facts, asked, SCALE)


def never_lower(before, after, item):
    old, new = before.item(item), after.item(item)
    assert new.numerator >= old.numerator and new.denominator == old.denominator
    assert (new.suggestion or 0) >= (old.suggestion or 0)


@settings(max_examples=40, deadline=None)
@given(groups(), days, st.builds(rows.Contact, person, days))
def test_one_more_supporter_contact_never_lowers_item_5(facts, asked, contact):
    more = replace(facts, contacts=(*facts.contacts, contact))
    never_lower(evidence(facts, asked, SCALE), evidence(more, asked, SCALE), 5)


@settings(max_examples=40, deadline=None)
@given(groups(), days, meeting, person, st.sampled_from(FAMILIES[:3]))
def test_more_handouts_goals_follow_ups_and_techniques_never_lower_theirs(facts, asked, at, who, family):
    more = replace(
        facts, handouts=(*facts.handouts, *(rows.Handout(who, at, what) for what, *_ in MODULES)),
        goals=(*facts.goals, rows.Goal("one more", who, asked)), follow_ups=(*facts.follow_ups, rows.FollowUp("one more", at)),
        techniques=(*facts.techniques, rows.Technique(at, family)))
    before, after = evidence(facts, asked, SCALE), evidence(more, asked, SCALE)
    for item in (4, 6, 7, 8, 9, 10):
        never_lower(before, after, item)


@settings(max_examples=50, deadline=None)
@given(groups(), days)
def test_every_number_hangs_together(facts, asked):
    found = evidence(facts, asked, SCALE)
    assert set(found.current) <= set(found.starters) <= set(found.assigned)
    for item in found.items:
        if item.numerator is not None:
            assert len(item.behind) == item.numerator <= item.denominator == len(item.behind) + len(item.missing)
            assert item.item > 10 or (item.suggestion is None) == (item.denominator == 0)
        if item.assigned_denominator is not None:
            assert item.numerator <= item.assigned_numerator <= item.assigned_denominator
            assert item.denominator <= item.assigned_denominator
        assert item.suggestion in (None, 1, 2, 3, 4, 5)
        assert (item.next is None) == (item.suggestion in (None, 5) or item.item == 1)
    rated = [item.suggestion for item in found.items if item.suggestion]
    assert found.rated == len(rated)
    assert found.mean == (Fraction(sum(rated), len(rated)) if rated else None)


@pytest.mark.parametrize("item", [2, 4, 5, 6, 7, 8, 9, 10])
@given(total=st.integers(1, 60), counted=st.integers(0, 59))
def test_the_suggestion_rises_with_the_numerator_and_the_next_point_reaches_it(item, total, counted):
    counting, counted = SCALE.item(item).counting, min(counted, total - 1)
    score, better = (counting.score(Fraction(n, total)) for n in (counted, counted + 1))
    assert score <= better
    if (more := next_point(counting, counted, total)) is not None:
        grows = counting.unit == "meetings"
        assert more >= 1
        assert counting.score(Fraction(counted + more, total + more * grows)) > score
        assert more == 1 or counting.score(Fraction(counted + more - 1, total + (more - 1) * grows)) == score


@given(st.integers(0, 40))
def test_a_larger_group_never_gives_a_better_score(size):
    assert SCALE.item(1).counting.score(size) >= SCALE.item(1).counting.score(size + 1)
