"""Joining, leaving, coming back and waiting; and what the roster makes of it."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from imrgroups.auth import Scope
from imrgroups.db import db
from imrgroups.enrolment import actions, roster
from imrgroups.enrolment.actions import CannotEnrol
from imrgroups.enrolment.models import Enrolment, WaitingPlace
from imrgroups.groups import actions as groups

NOW = datetime(2027, 1, 12, 9, 0, tzinfo=UTC)
TODAY = date(2027, 1, 12)
BY = {"by": None, "now": NOW}


def refused(act, *args, **kwargs) -> str:
    with pytest.raises(CannotEnrol) as refusal:
        act(*args, **kwargs, **BY)
    db.session.rollback()
    return refusal.value.reason


def in_group(world, on: date = TODAY) -> list[str]:
    return [person.name.split()[0] for person in roster.roster(world.group.id, on)]


def series_of(world) -> list[tuple]:
    return [(m.number, m.meets_on, m.state, [(t.module, t.topic) for t in m.topics]) for m in world.meetings.values()]


def test_joining_and_leaving_never_rebuild_the_series(world):
    before = series_of(world)
    enrolment = actions.join(world.group, world.people["Freja"], on=TODAY, **BY)
    assert in_group(world) == ["Amal", "Bo", "Cy", "Dina", "Ejnar", "Freja"]
    actions.leave(enrolment, on=TODAY, reason="moved_away", **BY)
    assert series_of(world) == before


def test_the_last_day_still_counts_and_the_next_does_not(world):
    actions.leave(world.enrolments["Bo"], on=TODAY, reason="pause", **BY)
    assert "Bo" in in_group(world, TODAY) and "Bo" not in in_group(world, date(2027, 1, 13))


@pytest.mark.parametrize(("name", "on", "reason"), [
    ("Amal", TODAY, "already_in"),
    ("Gorm", TODAY, "other_centre"),
    ("Freja", date(2026, 11, 2), "before_start"),
    ("Freja", date(2027, 8, 3), "after_last"),
    ("Freja", date(2072, 1, 12), "after_last"),
])
def test_some_cannot_join(world, name, on, reason):
    assert refused(actions.join, world.group, world.people[name], on=on) == reason


def test_nobody_leaves_or_comes_back_years_after_the_group(world):
    assert refused(actions.leave, world.enrolments["Bo"], on=date(2028, 1, 12), reason="pause") == "after_last"
    actions.leave(world.enrolments["Bo"], on=date(2027, 8, 2), reason="finished", **BY)
    actions.leave(world.enrolments["Amal"], on=TODAY, reason="pause", **BY)
    assert refused(actions.come_back, world.enrolments["Amal"], on=date(2028, 1, 12)) == "after_last"


def test_whoever_stayed_to_the_end_may_be_written_off_later(world):
    actions.leave(world.enrolments["Bo"], on=date(2027, 9, 6), reason="finished", by=None, now=datetime(2027, 9, 6, 9, tzinfo=UTC))
    assert world.enrolments["Bo"].left_on == date(2027, 9, 6)


def test_nobody_joins_or_waits_for_a_group_that_has_ended(world):
    groups.end(world.group, on=TODAY, reason="x", **BY)
    assert refused(actions.join, world.group, world.people["Freja"], on=date(2027, 1, 13)) == "ended"
    assert refused(actions.wait, world.group, world.people["Freja"], on=date(2027, 1, 13)) == "ended"


def test_leaving_twice_or_before_joining_is_refused(world):
    assert refused(actions.leave, world.enrolments["Ejnar"], on=date(2026, 11, 30), reason="pause") == "before_joining"
    actions.leave(world.enrolments["Ejnar"], on=TODAY, reason="pause", **BY)
    assert refused(actions.leave, world.enrolments["Ejnar"], on=TODAY, reason="pause") == "left"


def test_a_pause_is_two_times_of_belonging(world):
    actions.leave(world.enrolments["Dina"], on=date(2026, 12, 8), reason="pause", **BY)
    again = actions.come_back(world.enrolments["Dina"], on=date(2027, 1, 5), **BY)
    assert again.id != world.enrolments["Dina"].id
    assert [("Dina" in in_group(world, day)) for day in (date(2026, 12, 8), date(2026, 12, 15), date(2027, 1, 5))] == [True, False, True]
    assert in_group(world).count("Dina") == 1
    assert refused(actions.come_back, world.enrolments["Dina"], on=date(2026, 12, 9)) == "already_in"
    assert refused(actions.come_back, again, on=TODAY) == "already_in"


def test_coming_back_at_once_takes_the_leaving_back(world):
    bo = world.enrolments["Bo"]
    actions.leave(bo, on=TODAY, reason="pause", **BY)
    assert actions.come_back(bo, on=TODAY, **BY).id == bo.id
    assert (bo.left_on, bo.left_reason) == (None, "")
    assert len(db.session.execute(select(Enrolment.id).where(Enrolment.participant_id == world.people["Bo"].id)).all()) == 1


def test_the_waiting_list_goes_from_waiting_over_an_offer_to_a_place(world):
    place = actions.wait(world.group, world.people["Freja"], on=TODAY, **BY)
    assert refused(actions.wait, world.group, world.people["Freja"], on=TODAY) == "waiting"
    actions.offer(place, on=TODAY, **BY)
    assert (place.state, place.offered_on) == ("offered", TODAY)
    assert refused(actions.offer, place, on=TODAY) == "not_waiting"
    enrolment = actions.answer_offer(place, accepted=True, on=TODAY, **BY)
    assert (enrolment.joined_on, place.state) == (TODAY, "accepted")
    assert refused(actions.answer_offer, place, accepted=False, on=TODAY) == "not_waiting"


def test_a_no_can_become_waiting_again(world):
    place = actions.wait(world.group, world.people["Freja"], on=TODAY, **BY)
    actions.offer(place, on=TODAY, **BY)
    assert actions.answer_offer(place, accepted=False, on=TODAY, **BY) is None
    assert (place.state, place.answered_on) == ("declined", TODAY)
    again = actions.wait(world.group, world.people["Freja"], on=date(2027, 2, 1), **BY)
    assert (again.id, again.state, again.since_on, again.offered_on) == (place.id, "waiting", date(2027, 2, 1), None)


def test_whoever_joins_directly_no_longer_waits(world):
    place = actions.wait(world.group, world.people["Freja"], on=TODAY, **BY)
    actions.join(world.group, world.people["Freja"], on=TODAY, **BY)
    assert place.state == "accepted"
    assert refused(actions.wait, world.group, world.people["Freja"], on=TODAY) == "already_in"
    assert refused(actions.wait, world.group, world.people["Gorm"], on=TODAY) == "other_centre"


def test_an_offer_accepted_before_the_first_meeting_begins_with_it(world):
    first = date(2027, 3, 1)
    details = groups.GroupDetails("Spring", "da", first, world.group.local_time, "Europe/Copenhagen", 60, "", tuple(world.group.modules))
    spring = groups.create(details, centre_id=world.centres["North"].id, leaders=[world.staff["Dana"].id], **BY)
    place = actions.wait(spring, world.people["Freja"], on=TODAY, **BY)
    assert actions.answer_offer(place, accepted=True, on=TODAY, **BY).joined_on == first


def test_a_person_belongs_to_the_groups_they_are_in_or_wait_for(world):
    freja, north = world.people["Freja"], world.centres["North"].id
    assert roster.scope_of_participant(freja.id) == Scope(north, frozenset(), person=True)
    place = actions.wait(world.group, freja, on=TODAY, **BY)
    assert roster.scope_of_participant(freja.id).groups == {world.group.id}
    actions.answer_offer(place, accepted=False, on=TODAY, **BY)
    assert roster.scope_of_participant(freja.id).groups == set()
    assert roster.scope_of_participant(4711) is None
    assert db.session.execute(select(WaitingPlace.state)).scalar() == "declined"
