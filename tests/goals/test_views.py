"""A person's goals and the goal round over HTTP, four ways: signed out, somebody else's, refused, done."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from imrgroups.audit import AccessEntry
from imrgroups.db import db
from imrgroups.enrolment import actions as enrolment
from imrgroups.goals import actions, reads
from imrgroups.goals.models import FollowUp, Goal
from imrgroups.groups import actions as groups
from imrgroups.people import actions as people

ON = date(2026, 11, 17)


def set_goal(world, name="Amal", text="Cook for my brother once a week"):
    return actions.set_goal(
        group_id=world.group.id, participant_id=world.people[name].id, text=text, on=ON, by=world.staff["Dana"].id, now=world.now
    )


def goals_of(world, name="Amal"):
    return f"/people/{world.people[name].id}/goals"


def round_of(world, number=8):
    return f"/meetings/{world.meetings[number].id}/goals"


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def hidden(answer) -> dict[str, str]:
    """The hidden fields of the round, as a browser would send them back."""
    return {name: value for name, value in re.findall(r'<input type="hidden" name="(was-[^"]+)" value="([^"]*)"', answer.text)}


def looked_at(world) -> list[tuple[int, int]]:
    return list(db.session.execute(select(AccessEntry.staff_id, AccessEntry.participant_id)).all())


def title_of(answer) -> str:
    return re.search("<title>(.*?)</title>", answer.text, re.S)[1]


def test_signed_out_nobody_sees_or_sets_goals(world, browser_as):
    goal, nobody = set_goal(world), browser_as()
    for path in (goals_of(world), f"{goals_of(world)}/{goal.id}", round_of(world)):
        assert nobody.get(path).status_code == 302
        assert nobody.post(path, data={"text": "Another", "do": "dropped"}).status_code == 302
    assert [each.state for each in actions.goals_of(world.people["Amal"].id)] == ["active"]


@pytest.mark.parametrize("name", ["Charlie", "Kim", "Adam", "Nora"])
def test_who_does_not_lead_the_group_sees_no_goal(world, browser_as, name):
    goal, browser = set_goal(world), browser_as(name)
    for path in (goals_of(world), f"{goals_of(world)}/{goal.id}", round_of(world)):
        answer = browser.get(path)
        assert answer.status_code == 403 and "Cook" not in answer.text
        assert browser.post(path, data={"text": "Another", "do": "dropped"}).status_code == 403
    assert not looked_at(world)


def test_a_coordinator_with_a_reason_reads_goals_and_writes_none(world, browser_as):
    goal, nora = set_goal(world), browser_as("Nora")
    nora.post(f"/groups/{world.group.id}/reason", data={"reason": "A complaint is looked into"})
    for path in (goals_of(world), f"{goals_of(world)}/{goal.id}", round_of(world)):
        answer = nora.get(path)
        assert "Cook for my brother" in answer.text
        assert not re.search(r"<(textarea|input type=.radio|button[^>]*name=.do)", answer.text)
        assert nora.post(path, data={"text": "Another", "do": "dropped"}).status_code == 403
    assert (world.staff["Nora"].id, world.people["Amal"].id) in looked_at(world)


def test_a_goal_is_written_down_and_shown_in_the_persons_words(world, browser_as):
    dana = browser_as("Dana")
    assert "has no goal right now" in dana.get(goals_of(world)).text
    assert dana.post(goals_of(world), data={"group_id": world.group.id, "text": "Sing <again>\u202e "}).status_code == 303
    page = dana.get(goals_of(world))
    assert "Sing &lt;again&gt;</blockquote>" in page.text and "Amal" not in title_of(page)
    goal = db.session.execute(select(Goal)).scalar_one()
    assert (goal.set_on, goal.by_id, goal.group_id) == (world.today, world.staff["Dana"].id, world.group.id)
    assert (world.staff["Dana"].id, world.people["Amal"].id) in looked_at(world)


def test_a_goal_said_at_a_meeting_before_is_of_that_day(world, browser_as):
    dana, meeting = browser_as("Dana"), world.meetings[8]
    asked = f"{goals_of(world)}?on={meeting.meets_on}"
    assert asked in dana.get(round_of(world, 8)).text and f'value="{meeting.meets_on}"' in dana.get(asked).text
    for day, status in ((world.today + timedelta(days=1), 422), (meeting.meets_on, 303)):
        assert dana.post(goals_of(world), data={"text": "Sing again", "set_on": str(day)}).status_code == status
    assert db.session.execute(select(Goal.set_on)).scalars().all() == [meeting.meets_on]
    assert f"{goals_of(world)}/" in dana.get(round_of(world, 8)).text


def test_a_step_is_not_due_before_its_goal(world, browser_as):
    goal = set_goal(world)
    data = {"do": "step", "step": "Buy flour", "due_on": "1999-01-01"}
    answer = browser_as("Dana").post(f"{goals_of(world)}/{goal.id}", data=data)
    assert answer.status_code == 422 and "Choose a day after the goal was written down" in answer.text


def test_a_goal_without_words_is_refused_and_nothing_is_lost(world, browser_as):
    answer = browser_as("Dana").post(goals_of(world), data={"group_id": world.group.id, "text": " \u200b "})
    assert answer.status_code == 422 and title_of(answer).startswith("Error:")
    assert "Write the goal as they say it" in answer.text and 'href="#text"' in answer.text
    assert not db.session.execute(select(Goal)).first()


def test_a_goal_is_not_set_in_a_group_the_person_is_not_in(world, browser_as):
    data = {"group_id": world.groups["Thursday"].id, "text": "Sing again"}
    answer = browser_as("Dana").post(goals_of(world), data=data)
    assert answer.status_code == 303
    assert db.session.execute(select(Goal.group_id)).scalars().all() == [world.group.id]  # the only group there is to choose


def test_somebody_in_no_group_is_first_given_a_place(world, browser_as):
    dana = browser_as("Dana")
    answer = dana.get(goals_of(world, "Freja"))
    assert "A goal belongs to a group" in answer.text and "<textarea" not in answer.text
    assert dana.post(goals_of(world, "Freja"), data={"text": "Sing again"}).status_code == 422


def test_steps_are_added_done_and_opened_again(world, browser_as):
    goal, dana = set_goal(world), browser_as("Dana")
    helper = people.add_supporter(world.people["Amal"], people.SupporterDetails("Samira", "sister"), by=None, now=world.now)
    where = f"{goals_of(world)}/{goal.id}"
    data = {"do": "step", "step": "Buy the rice", "due_on": "2027-01-19", "supporter_id": helper.id}
    assert dana.post(where, data=data).status_code == 303
    page = text_of(dana.get(goals_of(world)))
    assert "Buy the rice By Tue 19 Jan. Samira helps." in page
    step = reads.of_person(goal.participant_id)[0].steps[0]
    assert dana.post(where, data={"do": "done", "step_id": step.id}).status_code == 303
    assert "Buy the rice Done Tue 12 Jan." in text_of(dana.get(goals_of(world)))
    dana.post(where, data={"do": "not_done", "step_id": step.id})
    assert reads.of_person(goal.participant_id)[0].steps[0].done_on is None


def test_a_step_that_cannot_be_added_comes_back_as_it_was_typed(world, browser_as):
    goal, dana = set_goal(world), browser_as("Dana")
    other = people.add_supporter(world.people["Bo"], people.SupporterDetails("Per"), by=None, now=world.now)
    where = f"{goals_of(world)}/{goal.id}"
    for data, told in (
        ({"step": ""}, "Write the small step"), ({"step": "Call Bo", "due_on": "soon"}, "Choose a day"),
        ({"step": "Call Bo", "supporter_id": str(other.id)}, "Choose one from the list"),
    ):
        answer = dana.post(where, data={"do": "step", "supporter_id": "0", **data})
        assert answer.status_code == 422 and told in answer.text and title_of(answer).startswith("Error:")
        assert f'value="{data["step"]}"' in answer.text or not data["step"]
    assert not reads.of_person(goal.participant_id)[0].steps


def test_new_words_keep_the_old_ones_readable(world, browser_as):
    goal, dana = set_goal(world), browser_as("Dana")
    answer = dana.post(f"{goals_of(world)}/{goal.id}", data={"do": "words", "text": "Cook every second week"})
    assert answer.status_code == 303
    new = next(each for each in reads.of_person(goal.participant_id))
    page = text_of(dana.get(f"{goals_of(world)}/{new.id}"))
    assert "Cook every second week" in page and "Earlier words" in page and "Cook for my brother once a week" in page
    assert dana.post(f"{goals_of(world)}/{new.id}", data={"do": "words", "text": "Cook every second week"}).status_code == 422


@pytest.mark.parametrize(("what", "word"), [("reached", "Reached"), ("dropped", "Let go")])
def test_a_goal_is_reached_or_let_go_and_stays_in_the_history(world, browser_as, what, word):
    goal, dana = set_goal(world), browser_as("Dana")
    assert dana.post(f"{goals_of(world)}/{goal.id}", data={"do": what}).status_code == 303
    assert f"Cook for my brother once a week {word} Tue 12 Jan" in text_of(dana.get(goals_of(world)))
    page = dana.get(f"{goals_of(world)}/{goal.id}")
    assert 'value="words"' not in page.text


def test_the_goal_of_another_person_is_not_found_under_this_one(world, browser_as):
    goal, dana = set_goal(world, "Bo"), browser_as("Dana")
    assert dana.get(f"{goals_of(world, 'Amal')}/{goal.id}").status_code == 404
    assert dana.post(f"{goals_of(world, 'Amal')}/{goal.id}", data={"do": "dropped"}).status_code == 404
    own = set_goal(world, "Amal")
    step = actions.add_step(goal, text="Walk", due_on=None, supporter_id=None, by=None, now=world.now)
    assert dana.post(f"{goals_of(world, 'Amal')}/{own.id}", data={"do": "done", "step_id": step.id}).status_code == 404
    assert goal.state == "active" and step.done_on is None


def test_the_round_is_saved_in_one_form_and_shown_as_saved(world, browser_as):
    amal, bo, dana = set_goal(world), set_goal(world, "Bo", "Sing again"), browser_as("Dana")
    page = dana.get(round_of(world))
    assert text_of(page).count("has no goal yet") == 3 and goals_of(world, "Cy") in page.text and "Amal" not in title_of(page)
    data = hidden(page) | {f"progress-{amal.id}": "kept", f"text-{amal.id}": "Twice!", f"progress-{bo.id}": ""}
    assert dana.post(round_of(world), data=data).status_code == 303
    page = dana.get(round_of(world))
    assert f'name="progress-{amal.id}" value="kept" checked' in page.text and 'value="Twice!"' in page.text
    assert f'name="progress-{bo.id}" value="" checked' in page.text
    assert "Tue 5 Jan: Kept to it. Twice!" in text_of(dana.get(round_of(world, 9)))


def test_one_tap_saves_without_leaving_the_page(world, browser_as):
    goal, dana = set_goal(world), browser_as("Dana")
    data = hidden(dana.get(round_of(world))) | {f"progress-{goal.id}": "partly"}
    answer = dana.post(round_of(world), data=data, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.text) == (204, "")
    assert db.session.execute(select(FollowUp.progress)).scalars().all() == ["partly"]


def test_an_old_page_leaves_alone_what_others_tapped_meanwhile(world, browser_as):
    amal, bo, dana, lena = set_goal(world), set_goal(world, "Bo", "Sing again"), browser_as("Dana"), browser_as("Lena")
    old = hidden(dana.get(round_of(world)))
    lena.post(round_of(world), data=old | {f"progress-{amal.id}": "kept"})
    assert dana.post(round_of(world), data=old | {f"progress-{bo.id}": "not_yet", f"progress-{amal.id}": ""}).status_code == 303
    assert {row.goal_id: row.progress for row in db.session.execute(select(FollowUp)).scalars()} == {amal.id: "kept", bo.id: "not_yet"}


def test_two_different_answers_are_both_shown_and_neither_is_lost(world, browser_as):
    goal, dana, lena = set_goal(world), browser_as("Dana"), browser_as("Lena")
    old = hidden(dana.get(round_of(world)))
    lena.post(round_of(world), data=old | {f"progress-{goal.id}": "kept", f"text-{goal.id}": "Twice!"})
    answer = dana.post(round_of(world), data=old | {f"progress-{goal.id}": "partly"})
    assert answer.status_code == 409 and "For Amal H., Lena saved something else." in answer.text
    assert "Lena saved: Kept to it" in answer.text and 'value="partly" checked' in answer.text
    assert dana.post(round_of(world), data=old | {f"progress-{goal.id}": "partly"}, headers={"HX-Request": "1"}).status_code == 409
    assert dana.post(round_of(world), data=hidden(answer) | {f"progress-{goal.id}": "partly"}).status_code == 303
    assert db.session.execute(select(FollowUp.progress)).scalars().all() == ["partly"]


def test_words_without_an_answer_are_kept_and_asked_about(world, browser_as):
    goal, dana = set_goal(world), browser_as("Dana")
    data = hidden(dana.get(round_of(world))) | {f"progress-{goal.id}": "", f"text-{goal.id}": "He laughed"}
    answer = dana.post(round_of(world), data=data)
    assert answer.status_code == 422 and 'value="He laughed"' in answer.text
    assert "Choose how it goes for Amal H., or take the words out" in answer.text
    assert not db.session.execute(select(FollowUp)).first()


def test_a_round_that_cannot_be_kept_yet_is_only_read(world, browser_as):
    goal, dana, coming = set_goal(world), browser_as("Dana"), round_of(world, 12)
    page = dana.get(coming)
    assert page.status_code == 200 and "You can write here from two hours before the meeting" in page.text
    assert 'type="radio"' not in page.text
    answer = dana.post(coming, data={f"was-{goal.id}": "", f"progress-{goal.id}": "kept"})
    assert answer.status_code == 422 and "has not begun" in answer.text
    groups.cancel(world.meetings[12], reason="Snow", by=None, now=world.now)
    assert "Nothing is written down here" in dana.get(coming).text


def test_the_number_of_statements_does_not_grow_with_the_people(world, browser_as, statements):
    dana = browser_as("Dana")
    goal = set_goal(world)

    def said_by(path: str) -> int:
        with statements() as said:
            assert dana.get(path).status_code == 200
        return len(said)

    pages = (round_of(world), goals_of(world), f"{goals_of(world)}/{goal.id}")
    before = [said_by(path) for path in pages]
    for number in range(10):
        person = people.create(people.PersonDetails(f"Guest {number}", "da"), centre_id=world.centres["North"].id, by=None, now=world.now)
        enrolment.join(world.group, person, on=ON, by=None, now=world.now)
        theirs = actions.set_goal(group_id=world.group.id, participant_id=person.id, text=f"Goal {number}", on=ON, by=None, now=world.now)
        actions.follow_up(world.meetings[7], {theirs.id: ("kept", "")}, by=None, now=world.now)
        actions.add_step(goal, text=f"Step {number}", due_on=None, supporter_id=None, by=None, now=world.now)
    assert [said_by(path) for path in pages] == before
    assert max(before) <= 16
