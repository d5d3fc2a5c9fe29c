"""Items 2, 4, 5, 6 and 7: shares of people, with every boundary and edge of docs/fidelity.md."""

from dataclasses import replace

import pytest

from imrgroups.rules.fidelity.facts import Contact, FollowUp, Goal, Handout, Homework, MakeUp, Mark, Meeting, Step, Taught
from tests.rules.fidelity_rows import came, day, enrolled, group, on, people, share, weekly

LADDER = [  # of ten people, for thresholds .2 .4 .7 .9: counted, suggestion, people to the next point
    (0, 1, 2), (1, 1, 1), (2, 2, 2), (3, 2, 1), (4, 3, 3), (6, 3, 1), (7, 4, 2), (8, 4, 1), (9, 5, None), (10, 5, None),
]
STEEP = [  # of ten people, for thresholds .2 .3 .4 .5
    (0, 1, 2), (1, 1, 1), (2, 2, 1), (3, 3, 1), (4, 4, 1), (5, 5, None), (10, 5, None),
]


def goals(*persons, set_on=0):
    return tuple(Goal(f"goal of {person}", person, day(set_on)) for person in persons)


# --- item 2: programme length ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("counted", "suggestion", "to_go"), LADDER)
def test_length_follows_its_ladder(counted, suggestion, to_go):
    everybody, long = people(10), people(counted)
    facts = group(meetings=26, marks=(*came(everybody, [1]), *came(long, range(2, 27))))
    assert share(on(facts, 175), 2) == (counted, 10, suggestion)
    assert on(facts, 175).item(2).next == to_go
    assert on(facts, 175).item(2).behind == long


@pytest.mark.parametrize(("apart", "counts"), [(174, 0), (175, 1), (176, 1)])
def test_first_and_last_meeting_lie_175_days_apart_or_more(apart, counts):
    meetings = (Meeting(1, day(0), "held"), Meeting(2, day(apart), "held"))
    facts = group(1, meetings=2)
    assert share(on(replace(facts, meetings=meetings), 300), 2)[:2] == (counts, 1)


@pytest.mark.parametrize(("asked", "forecast"), [(0, True), (174, True), (175, False), (176, False)])
def test_length_is_a_forecast_until_175_days_have_passed(asked, forecast):
    assert on(group(meetings=26), asked).item(2).forecast is forecast


@pytest.mark.parametrize(("times", "counts"), [(13, 0), (14, 1)])
def test_half_of_the_meetings_from_first_to_last_both_included(times, counts):
    # 27 meetings from first to last: 13 of 27 are under half, 14 are over.
    attended = [1, *range(2, times), 27]
    assert len(attended) == times
    assert share(on(group(1, meetings=27, marks=came(people(1), attended)), 300), 2)[:2] == (counts, 1)


def test_exactly_half_is_enough():
    attended = [*range(1, 13), 26]
    assert len(attended) == 13
    assert share(on(group(1, meetings=26, marks=came(people(1), attended)), 300), 2)[:2] == (1, 1)


def test_meetings_before_the_first_and_after_the_last_do_not_weigh():
    facts = group(1, meetings=40, marks=came(people(1), [6, *range(20, 32)]))       # 13 of the 26 from the 6th to the 31st
    assert share(on(facts, 300), 2)[:2] == (1, 1)
    fewer = replace(facts, marks=facts.marks[:-2] + came(people(1), [31]))          # 12 of the same 26
    assert share(on(fewer, 300), 2)[:2] == (0, 1)


def test_cancelled_meetings_between_do_not_weigh():
    meetings = tuple(replace(m, state="cancelled") if 13 < m.number < 26 else m for m in weekly(26))
    facts = group(1, meetings=26, marks=came(people(1), [*range(1, 7), 26]))        # 7 of the 14 that were held
    assert share(on(facts, 300), 2)[:2] == (0, 1)
    assert share(on(replace(facts, meetings=meetings), 300), 2)[:2] == (1, 1)


@pytest.mark.parametrize(("done", "counts"), [(174, 0), (175, 1)])
def test_a_make_up_has_its_own_date(done, counts):
    # The last meeting received is that of day 168; it was made up later.
    facts = group(1, meetings=25, marks=came(people(1), range(1, 25)), make_ups=(MakeUp("p01", 25, day(done), "ward"),))
    assert share(on(facts, 300), 2)[:2] == (counts, 1)


def test_of_two_make_ups_of_one_meeting_the_first_counts():
    twice = (MakeUp("p01", 25, day(190), "ward"), MakeUp("p01", 25, day(170), "one_to_one"))
    assert share(on(group(1, meetings=25, marks=came(people(1), range(1, 25)), make_ups=twice), 300), 2)[:2] == (0, 1)


def test_a_make_up_of_a_meeting_that_was_attended_adds_nothing():
    extra = (MakeUp("p01", 25, day(190), "ward"),)
    assert share(on(group(1, meetings=25, make_ups=extra), 300), 2)[:2] == (0, 1)


def test_people_who_left_count_when_they_stayed_long_enough():
    facts = group(2, meetings=30)
    gone = replace(facts, enrolments=(*enrolled("p01", left=180), *enrolled("p02")))
    assert share(on(gone, 300), 2)[:2] == (2, 2)


@pytest.mark.parametrize(("attended", "counts"), [([1, 2, 3, 4, 5], 1), ([1, 2, 3, 4], 0)])
def test_the_forecast_asks_for_half_of_the_meetings_since_joining(attended, counts):
    assert share(on(group(1, marks=came(people(1), attended)), 70), 2)[:2] == (counts, 1)


def test_the_forecast_begins_when_a_person_joins():
    late = group(1, enrolments=enrolled("p01", joined=42), marks=came(people(1), [7, 8]))   # 2 of the 4 since
    assert share(on(late, 70), 2)[:2] == (1, 1)


def test_the_forecast_counts_the_day_of_joining():
    late = group(1, enrolments=enrolled("p01", joined=49), marks=came(people(1), [8]))      # 1 of 3, the eighth among them
    assert share(on(late, 70), 2)[:2] == (0, 1)


def test_a_pause_does_not_weigh_on_the_forecast():
    stays = (*enrolled("p01", left=7), *enrolled("p01", joined=63))
    facts = group(1, enrolments=stays, marks=came(people(1), [1, 10]))                      # 2 of the 3 in the group
    assert share(on(facts, 70), 2)[:2] == (1, 1)


def test_the_last_day_of_a_stay_is_in_it():
    stays = (*enrolled("p01", left=7), *enrolled("p01", joined=63))
    assert share(on(group(1, enrolments=stays, marks=came(people(1), [10])), 70), 2)[:2] == (0, 1)      # 1 of 3: days 0, 7 and 63


def test_the_forecast_leaves_those_who_left_in_the_denominator():
    facts = replace(group(10), enrolments=(*enrolled(*people(7)), *enrolled(*people(10)[7:], left=20)))
    assert share(on(facts, 70), 2) == (7, 10, 4)
    assert on(facts, 70).item(2).next == 2


def test_a_first_make_up_before_joining_gives_no_forecast():
    facts = group(1, enrolments=enrolled("p01", joined=65), marks=(), make_ups=(MakeUp("p01", 1, day(66), "one_to_one"),))
    assert share(on(facts, 70), 2) == (0, 1, 1)


# --- item 4: handouts -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("counted", "suggestion", "to_go"), LADDER)
def test_handouts_follow_their_ladder(counted, suggestion, to_go):
    given = tuple(Handout(person, 1, "stress") for person in people(counted))
    found = on(group(taught=(Taught(1, "stress", "stress"),), handouts=given))
    assert share(found, 4) == (counted, 10, suggestion)
    assert found.item(4).next == to_go


def test_one_handout_of_every_module_at_a_received_meeting():
    taught = (Taught(1, "stress"), Taught(2, "needs"))
    one, both = (Handout("p01", 1, "stress"),), (Handout("p01", 1, "stress"), Handout("p01", 2, "needs"))
    assert share(on(group(1, taught=taught, handouts=one)), 4)[0] == 0
    assert share(on(group(1, taught=taught, handouts=both)), 4)[0] == 1
    assert share(on(group(1, taught=taught, handouts=one, marks=came(people(1), [1]))), 4)[0] == 1


def test_the_handout_may_come_at_another_held_meeting():
    later = (Handout("p01", 5, "stress"),)
    facts = group(1, taught=(Taught(1, "stress"),), handouts=later)
    assert share(on(facts, 28), 4)[0] == 1
    assert share(on(facts, 27), 4)[0] == 0
    cancelled = tuple(replace(m, state="cancelled") if m.number == 5 else m for m in facts.meetings)
    assert share(on(replace(facts, meetings=cancelled)), 4)[0] == 0


def test_a_made_up_meeting_asks_for_its_handout_too():
    facts = group(1, taught=(Taught(2, "stress"),), marks=came(people(1), [1]), make_ups=(MakeUp("p01", 2, day(9), "ward"),))
    assert share(on(facts, 8), 4)[0] == 1
    assert share(on(facts, 9), 4)[0] == 0


def test_a_starter_whose_meetings_taught_no_module_meets_item_4():
    assert share(on(group(3)), 4) == (3, 3, 5)


# --- item 5: supporters ---------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("counted", "suggestion", "to_go"), STEEP)
def test_supporters_follow_their_ladder(counted, suggestion, to_go):
    found = on(group(contacts=tuple(Contact(person, day(60)) for person in people(counted))))
    assert share(found, 5) == (counted, 10, suggestion)
    assert found.item(5).next == to_go


# The last of ten weekly meetings is on day 63, so the thirty days are days 34 to 63.
@pytest.mark.parametrize(("when", "counts"), [(33, 0), (34, 1), (63, 1), (64, 0)])
def test_a_contact_lies_in_the_thirty_days_up_to_the_last_meeting(when, counts):
    assert share(on(group(1, contacts=(Contact("p01", day(when)),))), 5)[0] == counts


@pytest.mark.parametrize(("when", "counts"), [(33, 0), (34, 1), (63, 1), (64, 0)])
@pytest.mark.parametrize("which", ["due_on", "done_on"])
def test_a_step_with_a_supporter_counts_when_due_or_done_in_those_days(when, counts, which):
    step = Step("goal of p01", supporter=True, **{which: day(when)})
    assert share(on(group(1, goals=goals("p01"), steps=(step,))), 5)[0] == counts


@pytest.mark.parametrize(("meeting", "counts"), [(5, 0), (6, 1), (10, 1)])
def test_homework_with_a_supporter_counts_by_its_meeting(meeting, counts):
    facts = group(1, homework=(Homework("p01", meeting, supporter=True),))
    assert share(on(facts), 5)[0] == counts
    cancelled = tuple(replace(m, state="cancelled") if m.number == meeting else m for m in weekly(11))
    assert share(on(replace(facts, meetings=cancelled)), 5)[0] == 0


def test_without_a_supporter_neither_homework_nor_step_counts():
    alone = group(1, goals=goals("p01"), steps=(Step("goal of p01", day(60), day(61)),), homework=(Homework("p01", 10),))
    assert share(on(alone), 5)[0] == 0


def test_steps_of_a_goal_of_another_group_do_not_count():
    assert share(on(group(1, goals=goals("p01"), steps=(Step("goal elsewhere", day(60), supporter=True),))), 5)[0] == 0


def test_a_step_agreed_later_does_not_count_before():
    facts = group(1, goals=goals("p01"), steps=(Step("goal of p01", day(60), supporter=True, set_on=day(66)),))
    assert [share(on(facts, asked), 5)[0] for asked in (65, 66)] == [0, 1]


def test_only_current_people_count_for_supporters():
    facts = group(2, contacts=(Contact("p01", day(60)),))
    gone = replace(facts, enrolments=(*enrolled("p01", left=63), *enrolled("p02")))
    assert share(on(facts), 5) == (1, 2, 5)
    assert share(on(gone), 5) == (0, 1, 1)


# --- items 6 and 7: goals -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("counted", "suggestion", "to_go"), LADDER)
def test_goal_setting_follows_its_ladder(counted, suggestion, to_go):
    found = on(group(goals=goals(*people(counted), *people(counted))))
    assert share(found, 6) == (counted, 10, suggestion)
    assert found.item(6).next == to_go


@pytest.mark.parametrize(("asked", "counts"), [(49, 0), (50, 1)])
def test_a_goal_counts_from_its_day_on(asked, counts):
    assert share(on(group(1, goals=goals("p01", set_on=50)), asked), 6)[0] == counts


@pytest.mark.parametrize(("counted", "suggestion", "to_go"), LADDER)
def test_goal_follow_up_follows_its_ladder(counted, suggestion, to_go):
    found = on(group(goals=goals(*people(10)), follow_ups=tuple(FollowUp(f"goal of {p}", 8) for p in people(counted))))
    assert share(found, 7) == (counted, 10, suggestion)
    assert found.item(7).next == to_go


@pytest.mark.parametrize(("meeting", "counts"), [(5, 0), (6, 1), (10, 1)])
def test_a_follow_up_lies_in_the_last_five_held_meetings(meeting, counts):
    assert share(on(group(1, goals=goals("p01"), follow_ups=(FollowUp("goal of p01", meeting),))), 7)[0] == counts


def test_cancelled_meetings_do_not_use_up_the_window():
    facts = group(1, goals=goals("p01"), follow_ups=(FollowUp("goal of p01", 4),))
    meetings = tuple(replace(m, state="cancelled") if m.number in (9, 10) else m for m in facts.meetings)
    assert share(on(facts), 7)[0] == 0
    assert share(on(replace(facts, meetings=meetings)), 7)[0] == 1


def test_a_follow_up_of_an_unknown_goal_does_not_count():
    assert share(on(group(1, goals=goals("p01"), follow_ups=(FollowUp("goal elsewhere", 10),))), 7)[0] == 0


def test_goals_look_at_starters_and_follow_ups_at_current_people():
    facts = group(3, goals=goals("p01", "p02", "p03"), follow_ups=tuple(FollowUp(f"goal of {p}", 10) for p in people(3)))
    facts = replace(facts, enrolments=(*enrolled("p01", left=63), *enrolled("p02", "p03")), marks=came(["p01", "p02"], range(1, 11)))
    assert share(on(facts), 6) == (2, 2, 5)
    assert share(on(facts), 7) == (1, 1, 5)
    assert (on(facts).item(6).assigned_numerator, on(facts).item(6).assigned_denominator) == (3, 3)
    assert (on(facts).item(7).assigned_numerator, on(facts).item(7).assigned_denominator) == (2, 2)


def test_the_share_over_assigned_stands_beside_the_share_over_starters():
    facts = replace(group(10), marks=(*came(people(9), range(1, 11)), Mark("p10", 1, "absent")))
    found = on(facts).item(4)
    assert (found.numerator, found.denominator, found.suggestion) == (9, 9, 5)
    assert (found.assigned_numerator, found.assigned_denominator) == (9, 10)
