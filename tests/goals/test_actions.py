"""Goals, steps and follow-ups with real rows: what is kept, what is refused, and that a save is whole or not at all."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from imrgroups.audit import AuditEntry
from imrgroups.db import db
from imrgroups.goals import actions, reads
from imrgroups.goals.actions import CannotSetGoal
from imrgroups.goals.models import FollowUp, Goal, Step
from imrgroups.groups import actions as groups
from imrgroups.people import actions as people

ON = date(2026, 11, 17)


def set_goal(world, name="Amal", text="Cook for my brother once a week", on=ON, **values):
    return actions.set_goal(
        group_id=world.group.id, participant_id=world.people[name].id, text=text, on=on, by=world.staff["Dana"].id, now=world.now, **values
    )


def add_step(world, goal, text="Buy the rice", due_on=None, supporter_id=None):
    return actions.add_step(goal, text=text, due_on=due_on, supporter_id=supporter_id, by=None, now=world.now)


def helper_of(world, name):
    return people.add_supporter(world.people[name], people.SupporterDetails("Samira", "sister"), by=None, now=world.now)


def test_goals_without_a_code_get_the_next_free_one(world):
    set_goal(world, code="M00041")
    set_goal(world, code="Mabc12")
    set_goal(world, code="M-0001")
    assert set_goal(world).code == "M00042"
    set_goal(world, code="M100000")
    assert set_goal(world).code == "M100001"


def test_the_words_of_a_goal_are_sealed(world):
    goal = set_goal(world)
    assert b"Cook" not in goal.text_sealed and goal.text == "Cook for my brother once a week"
    entries = db.session.execute(select(AuditEntry.detail).where(AuditEntry.action.like("goal%"))).scalars().all()
    assert entries and not any("Cook" in detail for detail in entries)


@pytest.mark.parametrize(("values", "reason"), [({"text": ""}, "no_words"), ({"code": "M00007"}, "code_taken")])
def test_a_goal_that_cannot_be_set_leaves_nothing_behind(world, values, reason):
    set_goal(world, code="M00007")
    with pytest.raises(CannotSetGoal) as refusal:
        set_goal(world, **values)
    assert refusal.value.reason == reason
    assert db.session.execute(select(Goal.code)).scalars().all() == ["M00007"]


def test_a_changed_goal_keeps_its_history_and_takes_the_open_steps_along(world):
    goal = set_goal(world)
    done, left = add_step(world, goal, "Find the recipe"), add_step(world, goal, "Buy the rice", due_on=world.today)
    actions.finish_step(done, on=ON, by=None, now=world.now)
    new = actions.change(goal, text="Cook every second week", on=ON + timedelta(7), by=None, now=world.now)
    assert (goal.text, goal.state, goal.closed_on) == ("Cook for my brother once a week", "changed", ON + timedelta(7))
    assert [(step.text, step.done_on) for step in goal.steps] == [("Find the recipe", ON), ("Buy the rice", None)]
    assert (new.follows_id, new.state) == (goal.id, "active")
    assert [(step.text, step.due_on) for step in new.steps] == [("Buy the rice", world.today)]
    assert left.goal_id == goal.id
    line = reads.of_person(goal.participant_id)
    assert [(each.text, [old.text for old in each.earlier]) for each in line] == [
        ("Cook every second week", ["Cook for my brother once a week"])
    ]


def test_the_same_words_are_no_change(world):
    goal = set_goal(world)
    with pytest.raises(CannotSetGoal, match="same_words"):
        actions.change(goal, text=goal.text, on=ON, by=None, now=world.now)
    assert goal.state == "active"


def test_a_closed_goal_takes_nothing_more(world):
    goal = set_goal(world)
    step = add_step(world, goal)
    actions.close(goal, state="reached", on=ON, by=None, now=world.now)
    for refused in (
        lambda: actions.change(goal, text="Other", on=ON, by=None, now=world.now),
        lambda: actions.close(goal, state="dropped", on=ON, by=None, now=world.now),
        lambda: actions.finish_step(step, on=ON, by=None, now=world.now),
        lambda: add_step(world, goal, "More"),
    ):
        with pytest.raises(CannotSetGoal, match="closed"):
            refused()
    assert (goal.state, step.done_on, len(goal.steps)) == ("reached", None, 1)


def test_a_goal_is_closed_as_reached_or_let_go_and_nothing_else(world):
    goal = set_goal(world)
    with pytest.raises(CannotSetGoal, match="state"):
        actions.close(goal, state="changed", on=ON, by=None, now=world.now)
    actions.close(goal, state="dropped", on=ON, by=None, now=world.now)
    assert (goal.state, goal.closed_on) == ("dropped", ON)


def test_a_step_can_be_done_and_not_done_after_all(world):
    step = add_step(world, set_goal(world))
    actions.finish_step(step, on=ON, by=None, now=world.now)
    assert step.done_on == ON
    actions.finish_step(step, on=None, by=None, now=world.now)
    assert step.done_on is None


def test_only_somebody_close_to_the_person_can_help_with_a_step(world):
    goal, own, other = set_goal(world), helper_of(world, "Amal"), helper_of(world, "Bo")
    assert add_step(world, goal, supporter_id=own.id).supporter_id == own.id
    with pytest.raises(CannotSetGoal, match="supporter"):
        add_step(world, goal, supporter_id=other.id)
    assert len(db.session.execute(select(Step)).scalars().all()) == 1


def follow_up(world, meeting, said):
    return actions.follow_up(meeting, said, by=world.staff["Dana"].id, now=world.now)


def saved(meeting):
    rows = db.session.execute(select(FollowUp).where(FollowUp.meeting_id == meeting.id)).scalars()
    return {row.goal_id: (row.progress, row.text) for row in rows}


def test_saying_it_again_replaces_what_was_said_and_nothing_takes_it_back(world):
    goal, meeting = set_goal(world), world.meetings[8]
    assert follow_up(world, meeting, {goal.id: ("kept", "It went well")}) == 1
    follow_up(world, meeting, {goal.id: ("partly", "")})
    assert saved(meeting) == {goal.id: ("partly", None)}
    assert follow_up(world, meeting, {goal.id: ("", "")}) == 0
    assert saved(meeting) == {}


@pytest.mark.parametrize(("progress", "whose", "reason"), [("splendid", "Bo", "progress"), ("kept", "Gorm", "other_group")])
def test_one_wrong_answer_saves_none_of_the_round(world, progress, whose, reason):
    first, meeting = set_goal(world), world.meetings[8]
    group = world.groups["Thursday" if whose == "Gorm" else "Tuesday"]
    second = actions.set_goal(group_id=group.id, participant_id=world.people[whose].id, text="Walk", on=ON, by=None, now=world.now)
    with pytest.raises(CannotSetGoal, match=reason):
        follow_up(world, meeting, {first.id: ("kept", ""), second.id: (progress, "")})
    db.session.rollback()
    assert saved(meeting) == {}


def test_nothing_is_followed_up_at_a_meeting_that_was_cancelled_or_has_not_begun(world):
    goal, coming = set_goal(world), world.meetings[10]
    with pytest.raises(CannotSetGoal, match="not_yet"):
        follow_up(world, coming, {goal.id: ("kept", "")})
    groups.cancel(coming, reason="Snow", by=None, now=world.now)
    with pytest.raises(CannotSetGoal, match="cancelled"):
        follow_up(world, coming, {goal.id: ("kept", "")})
    assert saved(coming) == {}


def test_the_round_shows_the_goals_people_had_that_day_and_what_was_said_before(world):
    goal, other = set_goal(world), set_goal(world, "Bo", "Sing again")
    later = set_goal(world, "Cy", "Swim", on=world.today)
    follow_up(world, world.meetings[6], {goal.id: ("not_yet", "Was ill")})
    follow_up(world, world.meetings[7], {goal.id: ("partly", "One evening")})
    actions.close(other, state="reached", on=world.today, by=None, now=world.now)
    shown = {each.person.name.split()[0]: each.entries for each in reads.goal_round(world.meetings[8])}
    assert [(entry.goal.text, entry.progress, entry.before.progress, entry.before.text) for entry in shown["Amal"]] == [
        (goal.text, "", "partly", "One evening")
    ]
    assert [entry.goal.text for entry in shown["Bo"]] == ["Sing again"]  # closed later than that day
    assert shown["Cy"] == [] and shown["Dina"] == []
    assert later.text in [entry.goal.text for each in reads.goal_round(world.meetings[9]) for entry in each.entries]
    at_seven = {each.person.name.split()[0]: each.entries for each in reads.goal_round(world.meetings[7])}["Amal"][0]
    assert (at_seven.progress, at_seven.words, at_seven.by, at_seven.before.text) == ("partly", "One evening", "Dana", "Was ill")


def test_the_next_step_is_the_one_due_first(world):
    goal = set_goal(world)
    add_step(world, goal, "Some day")
    add_step(world, goal, "Soon", due_on=world.today)
    add_step(world, goal, "Later", due_on=world.today + timedelta(7))
    assert reads.of_person(goal.participant_id)[0].next_step.text == "Soon"
