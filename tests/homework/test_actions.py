"""Homework with real rows: one a person and meeting, reviewed once, whole saves, helpers of one's own."""

import pytest
from sqlalchemy import select

from imrgroups.audit import AuditEntry
from imrgroups.db import db
from imrgroups.enrolment import actions as enrolment
from imrgroups.groups import actions as groups
from imrgroups.groups.models import Meeting
from imrgroups.homework import actions, reads
from imrgroups.homework.actions import CannotAgree, Task
from imrgroups.homework.models import Assignment, Review
from imrgroups.people import actions as people


def agree(world, number, tasks, now=None):
    wanted = {world.people[name].id: Task(task) if isinstance(task, str) else task for name, task in tasks.items()}
    return actions.agree(world.meetings[number], wanted, by=world.staff["Dana"].id, now=now or world.now)


def review(world, number, results):
    return actions.review(world.meetings[number], results, by=world.staff["Dana"].id, now=world.now)


def task_of(world, number, name):
    return actions.agreed_at(world.meetings[number].id).get(world.people[name].id)


def helper_of(world, name):
    return people.add_supporter(world.people[name], people.SupporterDetails("Samira", "sister"), by=None, now=world.now)


def test_a_person_has_one_homework_a_meeting_and_agreeing_again_replaces_it(world):
    assert agree(world, 8, {"Amal": "Walk by the lake", "Bo": "Call Per"}) == 2
    agree(world, 8, {"Amal": Task("Read one page", "recovery-read-aloud")})
    rows = db.session.execute(select(Assignment).where(Assignment.participant_id == world.people["Amal"].id)).scalars().all()
    assert [(row.text, row.choice) for row in rows] == [("Read one page", "recovery-read-aloud")]
    assert task_of(world, 8, "Bo").text == "Call Per"


def test_the_words_of_homework_are_sealed(world):
    agree(world, 7, {"Amal": "Walk by the lake"})
    task = task_of(world, 7, "Amal")
    review(world, 8, {task.id: ("partly", "The rain")})
    assert b"lake" not in task.text_sealed and b"rain" not in task.review.obstacle_sealed
    details = db.session.execute(select(AuditEntry.detail).where(AuditEntry.action.like("homework%"))).scalars().all()
    assert len(details) == 2 and not any("lake" in detail or "rain" in detail for detail in details)


def test_an_empty_text_takes_homework_back(world):
    agree(world, 8, {"Amal": "Walk by the lake"})
    assert agree(world, 8, {"Amal": "", "Bo": ""}) == 0
    assert actions.agreed_at(world.meetings[8].id) == {}


def test_homework_that_was_talked_about_neither_changes_nor_goes(world):
    agree(world, 7, {"Amal": "Walk by the lake"})
    review(world, 8, {task_of(world, 7, "Amal").id: ("done", "")})
    for text in ("Another thing", ""):
        with pytest.raises(CannotAgree, match="reviewed"):
            agree(world, 7, {"Bo": "Call Per", "Amal": text})
        db.session.rollback()
    assert task_of(world, 7, "Amal").text == "Walk by the lake" and task_of(world, 7, "Bo") is None


def test_a_helper_belongs_to_the_person_helped(world):
    own, other = helper_of(world, "Amal"), helper_of(world, "Bo")
    agree(world, 8, {"Amal": Task("Walk", supporter_id=own.id)})
    with pytest.raises(CannotAgree, match="supporter"):
        agree(world, 8, {"Amal": Task("Walk", supporter_id=other.id), "Cy": "Swim"})
    db.session.rollback()
    assert task_of(world, 8, "Amal").supporter_id == own.id and task_of(world, 8, "Cy") is None


def test_a_review_belongs_to_the_meeting_at_which_the_homework_was_set(world):
    agree(world, 7, {"Amal": "Walk by the lake"})
    task = task_of(world, 7, "Amal")
    assert review(world, 8, {task.id: ("partly", "The rain")}) == 1
    row = db.session.execute(select(Review)).scalar_one()
    assert (row.assignment_id, row.assignment.meeting_id, row.reviewed_meeting_id) == (task.id, world.meetings[7].id, world.meetings[8].id)
    review(world, 8, {task.id: ("done", "")})
    assert [(each.result, each.obstacle) for each in db.session.execute(select(Review)).scalars()] == [("done", None)]
    assert review(world, 8, {task.id: ("", "")}) == 0
    assert not db.session.execute(select(Review)).first()


@pytest.mark.parametrize(("whose", "result", "reason"), [("Bo", "splendid", "result"), ("Gorm", "done", "other_group")])
def test_one_wrong_answer_saves_none_of_the_reviews(world, whose, result, reason):
    agree(world, 7, {"Amal": "Walk by the lake", "Bo": "Call Per"})
    first = task_of(world, 7, "Amal")
    if whose == "Gorm":
        wanted = select(Meeting).where(Meeting.group_id == world.groups["Thursday"].id, Meeting.number == 1)
        thursday = db.session.execute(wanted).scalar_one()
        actions.agree(thursday, {world.people["Gorm"].id: Task("Swim")}, by=None, now=world.now)
        second = actions.agreed_at(thursday.id)[world.people["Gorm"].id]
    else:
        second = task_of(world, 7, whose)
    with pytest.raises(CannotAgree, match=reason):
        review(world, 8, {first.id: ("done", ""), second.id: (result, "")})
    db.session.rollback()
    assert not db.session.execute(select(Review)).first()


def test_nothing_is_agreed_at_a_meeting_that_was_cancelled_or_has_not_begun(world):
    with pytest.raises(CannotAgree, match="not_yet"):
        agree(world, 10, {"Amal": "Walk"})
    groups.cancel(world.meetings[10], reason="Snow", by=None, now=world.now)
    with pytest.raises(CannotAgree, match="cancelled"):
        agree(world, 10, {"Amal": "Walk"})
    assert actions.agreed_at(world.meetings[10].id) == {}


def test_to_talk_about_is_each_persons_latest_homework_until_it_was_talked_about(world):
    agree(world, 5, {"Amal": "Old", "Bo": "From before"})
    agree(world, 7, {"Amal": "New", "Cy": "Swim"})
    names = {person.id: name for name, person in world.people.items()}

    def shown(number):
        return {names[key]: task.text for key, task in actions.to_review(world.meetings[number]).items()}

    assert shown(8) == {"Amal": "New", "Bo": "From before", "Cy": "Swim"}
    review(world, 8, {task_of(world, 7, "Amal").id: ("done", "")})
    assert shown(8) == {"Amal": "New", "Bo": "From before", "Cy": "Swim"}  # talked about here, so still shown here
    assert shown(9) == {"Bo": "From before", "Cy": "Swim"}
    assert shown(5) == {}


def test_the_count_on_a_meetings_page_is_of_the_homework_its_own_page_lists(world):
    agree(world, 6, {"Amal": "Walk", "Bo": "Call Per", "Cy": "Read"})
    agree(world, 7, {"Bo": "Call Per again", "Dina": "Sing"})
    review(world, 7, {task_of(world, 6, "Amal").id: ("done", "")})
    review(world, 8, {task_of(world, 6, "Cy").id: ("partly", "")})
    enrolment.leave(world.enrolments["Dina"], on=world.meetings[7].meets_on, reason="moved", by=None, now=world.now)
    for number, count in ((6, (0, 0)), (7, (1, 2)), (8, (1, 2)), (9, (0, 1))):
        meeting = world.meetings[number]
        assert actions.talked_about(meeting.id, meeting.group_id, meeting.meets_on) == count
        listed = [row.earlier for row in reads.rows(meeting) if row.earlier]
        assert (sum(1 for task in listed if task.result), len(listed)) == count


def test_homework_of_a_person_is_listed_newest_first_with_how_it_went(world):
    agree(world, 5, {"Amal": "Old"})
    agree(world, 7, {"Amal": "New"})
    review(world, 6, {task_of(world, 5, "Amal").id: ("not_done", "")})
    found = actions.homework_of(world.people["Amal"].id)
    listed = [(meeting.number, task.text, task.review and task.review.result) for meeting, task in found]
    assert listed == [(7, "New", None), (5, "Old", "not_done")]


def test_a_choice_stays_recognisable_and_own_words_stand_apart(world):
    text = reads.words_of("recovery-read-aloud", "da")
    agree(world, 8, {"Bo": Task(text, "recovery-read-aloud"), "Dina": Task("Only the first page", "recovery-read-aloud"), "Cy": "Swim"})
    rows = {row.person.name.split()[0]: row.agreed for row in reads.rows(world.meetings[8])}
    assert (rows["Bo"].choice, rows["Bo"].own) == ("recovery-read-aloud", "")
    assert (rows["Dina"].choice, rows["Dina"].own) == ("recovery-read-aloud", "Only the first page")
    assert (rows["Cy"].choice, rows["Cy"].own) == ("", "Swim")
    assert text and reads.words_of("no-such-homework", "da") == ""
