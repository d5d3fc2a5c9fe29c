"""Who can assess a group, who only with a reason, and who first."""

import pytest

from imrgroups.rules.fidelity.matching import Bar, Candidate, Doubt, Wanted, match, matches, suggested

NORTH, SOUTH, TUESDAY, THURSDAY = 1, 2, 11, 12
DANA, KIM, SUE, OLE = 1, 2, 3, 4
WANTED = Wanted(TUESDAY, NORTH, frozenset({DANA}))


def person(staff=KIM, name="Kim", assessor=True, trained=True, centres=(SOUTH,), leads=(), assesses=(), load=0):
    return Candidate(staff, name, assessor, trained, frozenset(centres), frozenset(leads), frozenset(assesses), load)


@pytest.mark.parametrize(("who", "bar"), [
    (person(), None), (person(assessor=False), Bar.NOT_ASSESSOR), (person(centres=(NORTH,)), Bar.OWN_CENTRE),
    (person(centres=(NORTH, SOUTH)), Bar.OWN_CENTRE), (person(leads=(TUESDAY,)), Bar.LEADS), (person(staff=DANA), Bar.LEADS),
    (person(leads=(THURSDAY,)), None), (person(load=9), None), (person(trained=False), None),
])
def test_an_assessor_comes_from_another_centre_and_has_no_tie_to_the_group(who, bar):
    assert match(WANTED, who, []).bar is bar


def test_whoever_is_assigned_already_is_not_found_again():
    assert match(Wanted(TUESDAY, NORTH, frozenset({DANA}), frozenset({KIM})), person(), []).bar is Bar.ASSIGNED


@pytest.mark.parametrize(("candidate_leads", "leader_assesses", "leader", "doubts"), [
    ((THURSDAY,), (THURSDAY,), DANA, (Doubt.SWAP,)),    # Kim would rate Dana's group while Dana rates Kim's
    ((THURSDAY,), (), DANA, ()), ((), (THURSDAY,), DANA, ()), ((13,), (THURSDAY,), DANA, ()),
    ((THURSDAY,), (THURSDAY,), OLE, ()),                # Ole leads another group
    ((THURSDAY, 13), (13, 14), DANA, (Doubt.SWAP,)),
])
def test_two_people_who_would_rate_each_other_are_a_swap(candidate_leads, leader_assesses, leader, doubts):
    others = [person(leader, "Other", centres=(NORTH,), assesses=leader_assesses)]
    assert match(WANTED, person(leads=candidate_leads), others).doubts == doubts


def test_without_training_only_with_a_reason():
    assert match(WANTED, person(trained=False), []).doubts == (Doubt.UNTRAINED,)


def test_those_without_a_doubt_come_first_then_those_with_the_least_to_do_then_by_name():
    busy, free, also_free = person(KIM, "Kim", load=2), person(SUE, "Sue", load=1), person(OLE, "Ole", load=1)
    green, own = person(5, "Ann", trained=False), person(6, "Own", centres=(NORTH,))
    found = matches(WANTED, [busy, free, also_free, green, own])
    assert [m.candidate.name for m in found] == ["Ole", "Sue", "Kim", "Ann"]
    assert suggested(found, []) == [OLE, SUE] and suggested(found, [9]) == [OLE] and suggested(found, [8, 9]) == []
    assert suggested(matches(WANTED, [green, own]), []) == []
