"""The gap audit: what is missing is named with its item, meeting and person, and nothing else is."""

from dataclasses import replace
from datetime import date

import pytest

from imrgroups.rules.fidelity import evidence
from imrgroups.rules.fidelity.facts import (
    Contact,
    FollowUp,
    Goal,
    Handout,
    LeaderPresent,
    Mark,
    Meeting,
    Taught,
    Technique,
)
from imrgroups.rules.fidelity.gaps import Gap, Lack, audited_from, gaps
from tests.rules.fidelity_rows import SCALE, came, day, enrolled, group, people

EVERYBODY = people(3)
HELD = (1, 2, 3)


def whole(**changes):
    """A group of three with three meetings of which nothing is missing."""
    facts = group(
        3, 3,
        taught=[Taught(meeting, "recovery-strategies", "recovery-strategies") for meeting in HELD],
        handouts=[Handout(person, 1, "recovery-strategies") for person in EVERYBODY],
        goals=[Goal(f"g{person}", person, day(1)) for person in EVERYBODY],
        follow_ups=[FollowUp(f"g{person}", 3) for person in EVERYBODY],
        contacts=[Contact(person, day(10)) for person in EVERYBODY],
        techniques=[Technique(meeting, "educational") for meeting in HELD],
        leaders=[LeaderPresent(meeting, "dana") for meeting in HELD],
    )
    return replace(facts, **changes)


def missing(facts, on=20, **changes):
    given = {
        "notes": dict.fromkeys(HELD, "countersigned"), "supervised": {"dana": True}, "trained": {"dana": True}, **changes,
    }
    return gaps(facts, evidence(facts, day(on), SCALE), SCALE, **given)


def without(rows, **what):
    return [row for row in rows if any(getattr(row, name) != value for name, value in what.items())]


def test_nothing_is_missing_where_everything_was_written_down():
    assert missing(whole()) == ()


@pytest.mark.parametrize(
    ("section", "left_out", "gap"),
    [
        ("marks", {"person": "p02", "meeting": 2}, Gap(Lack.MARK, 2, 2, "p02")),
        ("leaders", {"meeting": 3}, Gap(Lack.LEADERS, None, 3)),
        ("techniques", {"meeting": 1}, Gap(Lack.TECHNIQUE, 8, 1)),
        ("handouts", {"person": "p03"}, Gap(Lack.HANDOUT, 4, 1, "p03", "recovery-strategies")),
        ("follow_ups", {"goal": "gp01"}, Gap(Lack.FOLLOW_UP, 7, None, "p01")),
        ("contacts", {"person": "p02"}, Gap(Lack.SUPPORTER, 5, None, "p02")),
    ],
)
def test_one_thing_left_out_is_the_one_thing_missing(section, left_out, gap):
    facts = whole()
    assert missing(replace(facts, **{section: without(getattr(facts, section), **left_out)})) == (gap,)


def test_a_person_without_a_goal_lacks_its_follow_up_too():
    facts = whole()
    facts = replace(facts, goals=without(facts.goals, person="p01"), follow_ups=without(facts.follow_ups, goal="gp01"))
    assert missing(facts) == (Gap(Lack.GOAL, 6, None, "p01"), Gap(Lack.FOLLOW_UP, 7, None, "p01"))


@pytest.mark.parametrize("state", ["", "none", "unsigned", "signed"])
def test_a_note_is_missing_until_two_have_signed(state):
    assert missing(whole(), notes={1: "countersigned", 2: state, 3: "countersigned"}) == (Gap(Lack.NOTE, None, 2),)


def test_a_meeting_that_passed_unrecorded_is_named_and_one_to_come_is_not():
    facts = whole()
    more = [*facts.meetings, Meeting(4, day(19), "planned", 4), Meeting(5, day(20), "planned", 5), Meeting(6, day(18), "cancelled", 6)]
    assert missing(replace(facts, meetings=more)) == (Gap(Lack.REGISTER, None, 4),)


def test_not_recorded_is_a_missing_mark_and_absent_is_none():
    facts = whole()
    marks = [*without(facts.marks, person="p02", meeting=2), Mark("p02", 2, "not_recorded")]
    assert missing(replace(facts, marks=marks)) == (Gap(Lack.MARK, 2, 2, "p02"),)
    marks = [*without(facts.marks, person="p02", meeting=2), Mark("p02", 2, "absent")]
    assert missing(replace(facts, marks=marks)) == ()


def test_nobody_lacks_a_mark_at_a_meeting_outside_their_stay():
    facts = whole()
    late = (*facts.enrolments, *enrolled("p04", joined=10))
    assert missing(replace(facts, enrolments=late, marks=[*facts.marks, *came(["p04"], [3], "absent")])) == ()


def test_a_handout_given_later_for_a_missed_meeting_is_no_gap():
    facts = whole()
    handouts = [*without(facts.handouts, person="p03"), Handout("p03", 3, "recovery-strategies")]
    assert missing(replace(facts, handouts=handouts)) == ()


def test_leaders_without_supervision_or_training_come_last():
    found = missing(whole(), supervised={"dana": False, "lena": True}, trained={"lena": False})
    assert found == (Gap(Lack.SUPERVISION, who="dana"), Gap(Lack.TRAINING, who="lena"))


def test_the_audit_begins_three_weeks_before_the_review_is_due():
    assert audited_from(date(2027, 3, 3), SCALE) == date(2027, 2, 10)
