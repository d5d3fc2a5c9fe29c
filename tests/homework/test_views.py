"""The homework of a meeting over HTTP, four ways: signed out, somebody else's, refused, done."""

import re
from datetime import date

import pytest
from sqlalchemy import select

from imrgroups.attendance import actions as attendance
from imrgroups.audit import AccessEntry
from imrgroups.db import db
from imrgroups.enrolment import actions as enrolment
from imrgroups.groups import actions as groups
from imrgroups.homework import actions, reads
from imrgroups.homework.actions import Task
from imrgroups.homework.models import Assignment, Review
from imrgroups.people import actions as people


def page_of(world, number=8):
    return f"/meetings/{world.meetings[number].id}/homework"


def agree(world, number, tasks):
    wanted = {world.people[name].id: Task(text) for name, text in tasks.items()}
    actions.agree(world.meetings[number], wanted, by=world.staff["Dana"].id, now=world.now)
    return {name: actions.agreed_at(world.meetings[number].id)[world.people[name].id].id for name in tasks}


def agreed(world, number=8):
    names = {person.id: name for name, person in world.people.items()}
    return {names[key]: task.text for key, task in actions.agreed_at(world.meetings[number].id).items()}


def hidden(answer) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(was-[^"]+)" value="([^"]*)"', answer.text))


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def title_of(answer) -> str:
    return re.search("<title>(.*?)</title>", answer.text, re.S)[1]


def test_signed_out_nobody_sees_or_agrees_on_homework(world, browser_as):
    agree(world, 7, {"Amal": "Walk by the lake"})
    nobody = browser_as()
    assert nobody.get(page_of(world)).status_code == 302
    assert nobody.post(page_of(world), data={"part": "agree"}).status_code == 302


@pytest.mark.parametrize("name", ["Charlie", "Kim", "Adam", "Nora"])
def test_who_does_not_lead_the_group_sees_no_homework(world, browser_as, name):
    agree(world, 7, {"Amal": "Walk by the lake"})
    browser = browser_as(name)
    answer = browser.get(page_of(world))
    assert answer.status_code == 403 and "lake" not in answer.text
    assert browser.post(page_of(world), data={"part": "agree"}).status_code == 403
    assert not db.session.execute(select(AccessEntry)).first()


def test_a_coordinator_with_a_reason_reads_homework_and_writes_none(world, browser_as):
    agree(world, 7, {"Amal": "Walk by the lake"})
    nora, key = browser_as("Nora"), world.staff["Nora"].id
    nora.post(f"/groups/{world.group.id}/reason", data={"reason": "A complaint is looked into"})
    answer = nora.get(page_of(world))
    assert "Walk by the lake" in answer.text and 'type="radio"' not in answer.text and 'name="own-' not in answer.text
    assert nora.post(page_of(world), data={"part": "agree"}).status_code == 403
    assert (key, world.people["Amal"].id) in db.session.execute(select(AccessEntry.staff_id, AccessEntry.participant_id)).all()


def test_how_it_went_is_saved_and_shown_as_saved(world, browser_as):
    task, dana = agree(world, 7, {"Amal": "Walk by the lake", "Bo": "Call Per"})["Amal"], browser_as("Dana")
    page = dana.get(page_of(world))
    assert "Amal" not in title_of(page)
    data = hidden(page) | {"part": "review", f"result-{task}": "partly", f"obstacle-{task}": "The rain"}
    assert dana.post(page_of(world), data=data).status_code == 303
    page = dana.get(page_of(world))
    assert f'name="result-{task}" value="partly" checked' in page.text and 'value="The rain"' in page.text
    row = db.session.execute(select(Review)).scalar_one()
    assert (row.assignment_id, row.reviewed_meeting_id, row.by_id) == (task, world.meetings[8].id, world.staff["Dana"].id)


def test_a_tap_is_saved_without_leaving_the_page(world, browser_as):
    task, dana = agree(world, 7, {"Amal": "Walk by the lake"})["Amal"], browser_as("Dana")
    data = hidden(dana.get(page_of(world))) | {"part": "review", f"result-{task}": "done"}
    assert dana.post(page_of(world), data=data, headers={"HX-Request": "true"}).status_code == 204
    assert db.session.execute(select(Review.result)).scalars().all() == ["done"]


def test_what_got_in_the_way_without_an_answer_is_kept_and_asked_about(world, browser_as):
    task, dana = agree(world, 7, {"Amal": "Walk by the lake"})["Amal"], browser_as("Dana")
    data = hidden(dana.get(page_of(world))) | {"part": "review", f"result-{task}": "", f"obstacle-{task}": "The rain"}
    answer = dana.post(page_of(world), data=data)
    assert answer.status_code == 422 and title_of(answer).startswith("Error:")
    assert "Choose how it went for Amal H., or take the words out" in answer.text and 'value="The rain"' in answer.text
    assert not db.session.execute(select(Review)).first()


def test_homework_is_chosen_in_the_language_of_the_person_or_in_own_words(world, browser_as):
    dana, meeting = browser_as("Dana"), world.meetings[8]
    choice = reads.choices(meeting)[0].id
    bo, cy, amal = (world.people[name].id for name in ("Bo", "Cy", "Amal"))
    data = hidden(dana.get(page_of(world))) | {
        "part": "agree", f"choice-{bo}": choice, f"choice-{cy}": choice, f"choice-{amal}": choice,
        f"own-{amal}": "Only the\u200b first  page",
    }
    assert dana.post(page_of(world), data=data).status_code == 303
    found = agreed(world)
    assert found == {"Bo": reads.words_of(choice, "da"), "Cy": reads.words_of(choice, "en"), "Amal": "Only the first  page"}
    assert found["Bo"] != found["Cy"]
    page = dana.get(page_of(world)).text
    assert re.search(rf'id="choice-{bo}".*?<option value="{choice}" selected', page, re.S)
    assert f'name="own-{bo}" value=""' in page and f'name="own-{amal}" value="Only the first  page"' in page


def test_the_same_for_everybody_fills_only_the_empty_ones_of_those_who_were_there(world, browser_as):
    dana, meeting = browser_as("Dana"), world.meetings[8]
    attendance.mark(
        meeting=meeting, marks={world.people["Cy"].id: "absent", world.people["Bo"].id: "present"}, versions={}, by=None, now=world.now
    )
    agree(world, 8, {"Amal": "Walk by the lake"})
    choice = reads.choices(meeting)[0].id
    data = hidden(dana.get(page_of(world))) | {
        "part": "agree", "do": "same", "same": choice, f"own-{world.people['Amal'].id}": "Walk by the lake",
        f"own-{world.people['Dina'].id}": "Swim",
    }
    assert dana.post(page_of(world), data=data).status_code == 303
    same = reads.words_of(choice, "da")
    assert agreed(world) == {"Amal": "Walk by the lake", "Bo": same, "Dina": "Swim", "Ejnar": same}


def test_the_same_for_everybody_needs_a_choice(world, browser_as):
    answer = browser_as("Dana").post(page_of(world), data={"part": "agree", "do": "same", "same": ""})
    assert answer.status_code == 422 and "Choose the homework for everybody" in answer.text
    assert agreed(world) == {}


def test_a_helper_without_homework_is_asked_about(world, browser_as):
    helper = people.add_supporter(world.people["Amal"], people.SupporterDetails("Samira", "sister"), by=None, now=world.now)
    dana, amal = browser_as("Dana"), world.people["Amal"].id
    data = hidden(dana.get(page_of(world))) | {"part": "agree", f"helper-{amal}": str(helper.id)}
    answer = dana.post(page_of(world), data=data)
    assert answer.status_code == 422 and "Choose homework for Amal H." in answer.text
    data[f"own-{amal}"] = "Walk by the lake"
    assert dana.post(page_of(world), data=data).status_code == 303
    assert actions.agreed_at(world.meetings[8].id)[amal].supporter_id == helper.id
    assert "Samira (sister) helps." in text_of(dana.get(page_of(world, 9)))


def test_somebody_elses_helper_is_refused_whatever_the_page_sends(world, browser_as):
    helper = people.add_supporter(world.people["Bo"], people.SupporterDetails("Per"), by=None, now=world.now)
    dana, amal = browser_as("Dana"), world.people["Amal"].id
    data = hidden(dana.get(page_of(world))) | {"part": "agree", f"helper-{amal}": str(helper.id), f"own-{amal}": "Walk"}
    answer = dana.post(page_of(world), data=data)
    assert answer.status_code == 422 and "Choose a helper from the list of this person" in answer.text
    assert agreed(world) == {}


def test_an_old_page_leaves_alone_what_others_agreed_meanwhile(world, browser_as):
    dana, lena = browser_as("Dana"), browser_as("Lena")
    amal, bo = world.people["Amal"].id, world.people["Bo"].id
    old = hidden(dana.get(page_of(world))) | {"part": "agree"}
    lena.post(page_of(world), data=old | {f"own-{amal}": "Walk by the lake"})
    assert dana.post(page_of(world), data=old | {f"own-{bo}": "Call Per"}).status_code == 303
    assert agreed(world) == {"Amal": "Walk by the lake", "Bo": "Call Per"}


def test_two_different_agreements_are_both_shown_and_neither_is_lost(world, browser_as):
    dana, lena, amal = browser_as("Dana"), browser_as("Lena"), world.people["Amal"].id
    old = hidden(dana.get(page_of(world))) | {"part": "agree"}
    lena.post(page_of(world), data=old | {f"own-{amal}": "Walk by the lake"})
    answer = dana.post(page_of(world), data=old | {f"own-{amal}": "Swim"})
    assert answer.status_code == 409 and "Lena saved: Walk by the lake" in answer.text and 'value="Swim"' in answer.text
    assert agreed(world) == {"Amal": "Walk by the lake"}
    assert dana.post(page_of(world), data=hidden(answer) | {"part": "agree", f"own-{amal}": "Swim"}).status_code == 303
    assert agreed(world) == {"Amal": "Swim"}


def test_homework_that_was_talked_about_since_is_only_read(world, browser_as):
    task, dana, amal = agree(world, 7, {"Amal": "Walk by the lake"})["Amal"], browser_as("Dana"), world.people["Amal"].id
    actions.review(world.meetings[8], {task: ("done", "")}, by=None, now=world.now)
    page = dana.get(page_of(world, 7))
    assert "Talked about since" in page.text and f'name="own-{amal}"' not in page.text
    assert dana.post(page_of(world, 7), data={"part": "agree", f"was-{amal}": "", f"own-{amal}": "Swim"}).status_code == 303
    assert agreed(world, 7) == {"Amal": "Walk by the lake"}


def test_a_meeting_to_come_or_cancelled_is_only_read(world, browser_as):
    dana, amal = browser_as("Dana"), world.people["Amal"].id
    agree(world, 7, {"Amal": "Walk by the lake"})
    page = dana.get(page_of(world, 12))
    assert "Walk by the lake" in page.text and 'type="radio"' not in page.text and 'name="own-' not in page.text
    answer = dana.post(page_of(world, 12), data={"part": "agree", f"was-{amal}": "", f"own-{amal}": "Swim"})
    assert answer.status_code == 422 and "has not begun" in answer.text
    groups.cancel(world.meetings[12], reason="Snow", by=None, now=world.now)
    assert "Nothing is written down here" in dana.get(page_of(world, 12)).text


def test_the_number_of_statements_does_not_grow_with_the_people(world, browser_as, statements):
    dana = browser_as("Dana")
    tasks = agree(world, 7, {"Amal": "Walk by the lake"})
    actions.agree(world.meetings[8], {world.people["Amal"].id: Task("Swim")}, by=None, now=world.now)

    def said_by() -> int:
        with statements() as said:
            assert dana.get(page_of(world)).status_code == 200
        return len(said)

    before = said_by()
    for number in range(10):
        person = people.create(people.PersonDetails(f"Guest {number}", "da"), centre_id=world.centres["North"].id, by=None, now=world.now)
        enrolment.join(world.group, person, on=date(2026, 11, 3), by=None, now=world.now)
        helper = people.add_supporter(person, people.SupporterDetails("Per"), by=None, now=world.now)
        for meeting in (world.meetings[7], world.meetings[8]):
            actions.agree(meeting, {person.id: Task("Walk", supporter_id=helper.id)}, by=None, now=world.now)
    assert tasks and said_by() == before <= 18
    assert len(db.session.execute(select(Assignment)).all()) == 22
