"""Items 1, 3 and 8 to 13, the mean and its bands, and groups in which little or nothing happened."""

from dataclasses import replace
from fractions import Fraction

import pytest

from imrgroups.rules.fidelity import LeaderUse, as_json, evidence, next_point
from imrgroups.rules.fidelity.facts import Contact, Handout, LeaderPresent, MakeUp, Meeting, Taught, Technique
from tests.rules.fidelity_rows import SCALE, came, day, enrolled, group, on, people, share, weekly

NINE = tuple(topic.id for topic in SCALE.topics)
FAMILIES = {8: "motivational", 9: "educational", 10: "cognitive_behavioural"}


# --- item 1: group size ---------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("most", "suggestion"), [
    (1, 5), (7, 5), (8, 5), (9, 4), (10, 4), (11, 3), (12, 3), (13, 2), (15, 2), (16, 1), (30, 1)])
def test_group_size_follows_its_ladder(most, suggestion):
    found = on(group(most)).item(1)
    assert (found.value, found.suggestion, found.numerator, found.denominator, found.next) == (most, suggestion, None, None, None)


@pytest.mark.parametrize(("state", "size"), [
    ("present", 8), ("late", 8), ("left_early", 8), ("not_recorded", 7), ("excused", 7), ("absent", 7), ("hospital", 7)])
def test_only_people_in_the_room_make_the_group_size(state, size):
    assert on(group(8, marks=(*came(people(7), [1]), *came(["p08"], [1], state)))).item(1).value == size


def test_the_largest_of_all_held_meetings_decides():
    facts = group(12, marks=(*came(people(7), [1, 2, 4]), *came(people(9), [3]), *came(people(12), [5])))
    meetings = tuple(replace(m, state="cancelled") if m.number == 5 else m for m in facts.meetings)
    assert on(replace(facts, meetings=meetings)).item(1).value == 9
    assert on(replace(facts, meetings=meetings)).item(1).behind == (3,)


def test_make_ups_do_not_make_the_group_larger():
    assert on(group(9, marks=came(people(8), [1]), make_ups=(MakeUp("p09", 1, day(2), "ward"),))).item(1).value == 8


def test_make_ups_only():
    found = on(group(1, marks=(), make_ups=(MakeUp("p01", 1, day(2), "ward"), MakeUp("p01", 2, day(9), "other_group"))), 30)
    assert (found.item(1).value, found.item(1).suggestion) == (None, None)
    assert (found.starters, found.current) == (("p01",), ("p01",))
    assert share(found, 2) == (0, 1, 1)


@pytest.mark.parametrize(("kind", "asked", "starts"), [
    ("ward", 2, 1), ("one_to_one", 2, 1), ("other_group", 2, 1), ("handout", 2, 0), ("ward", 1, 0)])
def test_a_make_up_must_be_done_and_be_more_than_a_handout(kind, asked, starts):
    facts = group(1, marks=(), make_ups=(MakeUp("p01", 1, day(2), kind),), handouts=(Handout("p01", 1, "stress"),))
    assert len(on(facts, asked).starters) == starts


def test_a_make_up_of_a_cancelled_meeting_is_nothing():
    facts = group(1, marks=(), make_ups=(MakeUp("p01", 1, day(2), "ward"),))
    assert on(replace(facts, meetings=weekly(1, state="cancelled") + (Meeting(2, day(7), "held"),))).starters == ()


# --- item 3: topics -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("count", "suggestion", "to_go"), [
    (0, 1, 2), (1, 1, 1), (2, 2, 2), (3, 2, 1), (4, 3, 2), (5, 3, 1), (6, 4, 2), (7, 4, 1), (8, 5, None), (9, 5, None)])
def test_topics_follow_their_ladder(count, suggestion, to_go):
    found = on(group(taught=tuple(Taught(1 + n, f"module {n}", topic) for n, topic in enumerate(NINE[:count])))).item(3)
    assert (found.value, found.suggestion, found.next) == (count, suggestion, to_go)
    assert (found.behind, found.missing) == (NINE[:count], NINE[count:])


def test_modules_outside_the_nine_topics_do_not_count():
    taught = (Taught(1, "drug-alcohol"), Taught(2, "healthy-lifestyle", None), Taught(3, "stress", "stress"), Taught(4, "stress", "stress"))
    assert on(group(taught=taught)).item(3).value == 1


def test_topics_count_only_at_held_meetings():
    facts = group(taught=(Taught(1, "stress", "stress"), Taught(10, "needs", "system")))
    meetings = (*facts.meetings[:9], replace(facts.meetings[9], state="cancelled"))
    assert [on(facts, asked).item(3).value for asked in (62, 63)] == [1, 2]
    assert on(replace(facts, meetings=meetings)).item(3).value == 1


def test_the_topics_planned_by_the_end_are_shown():
    ahead = tuple(Meeting(number, day(70 + number), state) for number, state in ((11, "planned"), (12, "cancelled"), (13, "planned")))
    facts = group(taught=(Taught(1, "stress", "stress"),), planned=(
        Taught(1, "needs", "system"), Taught(11, "relapses", "relapse"), Taught(12, "medication", "medication"),
        Taught(13, "stress", "stress"), Taught(14, "social-support", "social-support")))
    found = on(replace(facts, meetings=facts.meetings + ahead), 70).item(3)
    assert (found.value, found.planned) == (1, 2)      # stress taught, relapse to come; the other plans are for no meeting to come
    assert found.forecast is False


# --- items 8 to 10: techniques --------------------------------------------------------------------------------------------

@pytest.mark.parametrize("item", FAMILIES)
@pytest.mark.parametrize(("counted", "suggestion", "to_go"), [
    (0, 1, 3), (1, 1, 2), (2, 2, 2), (3, 3, 2), (4, 4, 2), (5, 5, None), (10, 5, None)])
def test_techniques_follow_their_ladder(item, counted, suggestion, to_go):
    used = tuple(Technique(1 + n, FAMILIES[item], "dana") for n in range(counted))
    found = on(group(techniques=used + used[:1]))
    assert share(found, item) == (counted, 10, suggestion)
    assert found.item(item).next == to_go
    assert all(share(found, other) == (0, 10, 1) for other in FAMILIES if other != item)


@pytest.mark.parametrize("item", FAMILIES)
@pytest.mark.parametrize("held", [1, 4, 5, 9, 10, 19, 36])
def test_the_next_point_is_the_smallest_number_of_further_meetings(item, held):
    counting = SCALE.item(item).counting
    for counted in range(held + 1):
        score = counting.score(Fraction(counted, held))
        tried = None if score == 5 else next(k for k in range(1000) if counting.score(Fraction(counted + k, held + k)) > score)
        assert next_point(counting, counted, held) == tried


@pytest.mark.parametrize("item", [2, 4, 5, 6, 7])
@pytest.mark.parametrize("total", [1, 3, 7, 8, 9, 10, 11])
def test_the_next_point_is_the_smallest_number_of_further_people(item, total):
    counting = SCALE.item(item).counting
    for counted in range(total + 1):
        score = counting.score(Fraction(counted, total))
        tried = None if score == 5 else next(k for k in range(1000) if counting.score(Fraction(counted + k, total)) > score)
        assert next_point(counting, counted, total) == tried


@pytest.mark.parametrize(("share_", "score"), [
    (Fraction(1999, 10000), 1), (Fraction(2, 10), 2), (Fraction(3999, 10000), 2), (Fraction(4, 10), 3), (Fraction(6999, 10000), 3),
    (Fraction(7, 10), 4), (Fraction(8999, 10000), 4), (Fraction(9, 10), 5), (Fraction(1), 5), (Fraction(0), 1)])
def test_a_share_is_not_rounded_before_it_meets_a_threshold(share_, score):
    assert SCALE.item(6).counting.score(share_) == score


@pytest.mark.parametrize(("share_", "score"), [
    (Fraction(1999, 10000), 1), (Fraction(2, 10), 2), (Fraction(2999, 10000), 2), (Fraction(3, 10), 3), (Fraction(3999, 10000), 3),
    (Fraction(4, 10), 4), (Fraction(4999, 10000), 4), (Fraction(5, 10), 5)])
def test_a_steep_share_is_not_rounded_either(share_, score):
    assert {SCALE.item(item).counting.score(share_) for item in (5, 8, 9, 10)} == {score}


# --- items 11 to 13: skills -----------------------------------------------------------------------------------------------

def test_skills_are_listed_with_their_leaders_and_without_a_suggestion():
    facts = group(
        2, meetings=4, taught=(Taught(2, "stress", "stress", ("coping_skills",)), Taught(9, "stress", "stress", ("coping_skills",))),
        techniques=(Technique(3, "coping_skills", "dana"), Technique(3, "coping_skills", "eli"), Technique(1, "coping_skills", "dana"),
                    Technique(2, "relapse_prevention"), Technique(4, "educational", "dana")),
        leaders=tuple(LeaderPresent(number, leader) for number in (1, 2, 3, 4) for leader in ("dana", "fay")))
    found = on(facts)
    coping = found.item(11)
    assert (coping.numerator, coping.denominator, coping.suggestion, coping.next, coping.value) == (2, 4, None, None, None)
    assert (coping.behind, coping.missing, coping.module_meetings) == ((1, 3), (2, 4), (2,))
    assert coping.leaders == (LeaderUse("dana", (1, 3), 4), LeaderUse("eli", (3,), 1), LeaderUse("fay", (), 4))
    assert (found.item(12).numerator, [use.trained for use in found.item(12).leaders]) == (1, [(), ()])
    assert (found.item(13).numerator, found.item(13).behind) == (0, ())
    assert [found.item(number).suggestion for number in (11, 12, 13)] == [None, None, None]


def test_skills_and_leaders_count_only_at_held_meetings():
    facts = group(2, meetings=2, techniques=(Technique(1, "coping_skills", "dana"), Technique(2, "coping_skills", "dana")),
                  leaders=(LeaderPresent(1, "dana"), LeaderPresent(2, "dana"), LeaderPresent(2, "eli")))
    found = on(facts, 6).item(11)
    assert (found.numerator, found.denominator, found.leaders) == (1, 1, (LeaderUse("dana", (1,), 1),))


# --- mean, bands, and little or nothing ------------------------------------------------------------------------------------

def test_the_mean_is_over_items_with_a_suggestion():
    found = on(group(8))
    suggestions = [item.suggestion for item in found.items]
    assert suggestions == [5, 1, 1, 5, 1, 1, 1, 1, 1, 1, None, None, None]
    assert (found.mean, found.rated) == (Fraction(18, 10), 10)
    assert found.bands == {"danish": "not_following", "mchugo": "low"}


def test_no_held_meeting():
    facts = group(3, meetings=0, planned=(Taught(1, "stress", "stress"),), contacts=(Contact("p01", day(0)),))
    facts = replace(facts, meetings=(Meeting(1, day(0), "planned"), Meeting(2, day(7), "cancelled")), marks=came(people(3), [1, 2]))
    found = on(facts)
    assert (found.reference, found.held, found.starters, found.current, len(found.assigned)) == (None, (), (), (), 3)
    assert [(item.value, item.suggestion, item.next, item.forecast) for item in found.items] == [(None, None, None, False)] * 13
    assert [share(found, item)[:2] for item in (2, 4, 5, 6, 7, 8, 9, 10)] == [(0, 0)] * 8
    assert (found.mean, found.rated, found.bands) == (None, 0, {"danish": None, "mchugo": None})
    assert found.item(3).planned == 1


def test_held_meetings_to_which_nobody_came():
    found = on(group(3, marks=came(people(3), range(1, 11), "absent")))
    assert (found.item(1).value, found.item(1).suggestion, found.item(3).value, found.item(3).suggestion) == (None, None, 0, 1)
    assert [share(found, item) for item in (2, 4, 5, 6, 7)] == [(0, 0, None)] * 5
    assert [share(found, item) for item in (8, 9, 10)] == [(0, 10, 1)] * 3
    assert (found.item(4).assigned_numerator, found.item(4).assigned_denominator) == (0, 3)
    assert (found.mean, found.rated) == (Fraction(1), 4)


def test_everybody_gone():
    facts = replace(group(4), enrolments=enrolled(*people(4), left=63))
    found = on(facts)
    assert (len(found.starters), found.current) == (4, ())
    assert [share(found, item) for item in (5, 7)] == [(0, 0, None)] * 2
    assert [found.item(item).next for item in (5, 7)] == [None, None]
    assert share(found, 4) == (4, 4, 5)
    assert share(on(facts, 70), 2) == (0, 4, 1)


@pytest.mark.parametrize(("left", "current"), [(62, 0), (63, 0), (64, 1), (None, 1)])
def test_current_means_not_gone_by_the_last_held_meeting(left, current):
    assert len(on(replace(group(1), enrolments=enrolled("p01", left=left))).current) == current


def test_who_left_between_the_last_meeting_and_the_day_asked_is_still_current():
    assert on(replace(group(1), enrolments=enrolled("p01", left=65)), 70).current == ("p01",)


def test_several_stays_are_one_person_and_the_latest_decides():
    back = replace(group(1), enrolments=(*enrolled("p01", joined=30), *enrolled("p01", left=20)))
    gone = replace(group(1), enrolments=(*enrolled("p01", left=20), *enrolled("p01", joined=30, left=50)))
    assert (on(back).assigned, on(back).starters, on(back).current) == (("p01",), ("p01",), ("p01",))
    assert (on(gone).assigned, on(gone).current) == (("p01",), ())
    assert on(back, 29).current == ()


@pytest.mark.parametrize(("asked", "assigned"), [(62, 1), (63, 2)])
def test_a_person_is_assigned_from_the_day_of_joining(asked, assigned):
    facts = replace(group(2), enrolments=(*enrolled("p01"), *enrolled("p02", joined=63)))
    assert len(on(facts, asked).assigned) == assigned


def test_a_mark_of_somebody_who_was_never_enrolled_makes_no_starter():
    facts = replace(group(2), enrolments=enrolled("p01"))
    assert on(facts).starters == ("p01",)


def test_the_printed_numbers():
    facts = replace(group(9), enrolments=enrolled(*people(10)), no_longer_held=2)
    printed = as_json(evidence(facts, day(70), SCALE), "TUE")
    assert {key: value for key, value in printed.items() if key != "items"} == {
        "group": "TUE", "on": "2026-11-10", "reference": "2026-11-03", "instrument": "imr-fidelity", "version": SCALE.version,
        "starters": 9, "assigned": 10, "current": 9, "held": 10, "mean": 2.1, "rated": 10,
        "band": {"danish": "not_following", "mchugo": "low"}, "no_longer_held": 2}
    assert printed["items"][0] == {
        "item": 1, "value": 9, "numerator": None, "denominator": None, "suggestion": 4, "forecast": False, "next": None}
    assert printed["items"][1] == {
        "item": 2, "value": None, "numerator": 9, "denominator": 9, "suggestion": 5, "forecast": True, "next": None}
    assert [item["item"] for item in printed["items"]] == list(range(1, 14))
