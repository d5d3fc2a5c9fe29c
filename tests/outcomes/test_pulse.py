"""Three questions after a module: asked once, one at a time, by text or paper, and shown so that nobody can be recognised."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from imrgroups.attendance import actions as attendance
from imrgroups.audit import AuditEntry
from imrgroups.db import db
from imrgroups.library import content
from imrgroups.notes import actions as notes
from imrgroups.notes.actions import MeetingRecord
from imrgroups.outcomes import actions, voice
from imrgroups.outcomes.actions import CannotAnswer
from imrgroups.outcomes.models import Answer, AnswerSheet
from imrgroups.outreach import actions as outreach
from imrgroups.outreach.models import CallTask, Message
from imrgroups.people import actions as people
from imrgroups.sms import Incoming


@pytest.fixture
def taught(world):
    """The first module was taught to Amal and Bo until the last meeting before today; coming meetings have other modules."""
    by = {"by": world.staff["Dana"].id, "now": world.now}
    meeting = world.meetings[9]
    first = meeting.topics[0].module
    for each in world.meetings.values():
        if each.number > 9:
            each.topics = [topic for topic in each.topics if topic.module != first]
    db.session.commit()
    now = world.now + timedelta(hours=6)
    marks = {world.people["Amal"].id: "present", world.people["Bo"].id: "late", world.people["Dina"].id: "absent"}
    attendance.mark(meeting=meeting, marks=marks, versions={}, by=by["by"], now=now)
    notes.record(meeting, MeetingRecord(topics=[(topic.module, topic.topic) for topic in meeting.topics]), by=by["by"], now=now)
    world.now, world.module = now, first
    return world


def sheets():
    return {row.participant_id: row for row in db.session.execute(select(AnswerSheet)).scalars()}


def test_who_was_there_is_asked_once_and_by_text_where_they_take_texts(taught):
    assert actions.ask_after_modules(taught.now, True) == 2 and sheets() == {}
    assert actions.ask_after_modules(taught.now) == 2 and actions.ask_after_modules(taught.now) == 0
    found = sheets()
    assert {taught.people[name].id for name in ("Amal", "Bo")} == set(found)
    assert (found[taught.people["Amal"].id].channel, found[taught.people["Bo"].id].channel) == ("text", "paper")
    [message] = db.session.execute(select(Message)).scalars()
    assert (message.occasion, message.step, message.question, message.participant_id) == ("pulse", "one", True, taught.people["Amal"].id)


def test_nobody_in_hospital_is_asked_and_after_two_days_nobody_is(taught):
    people.admit(taught.people["Amal"], on=taught.today, by=None, now=taught.now)
    assert actions.ask_after_modules(taught.now, True) == 1
    assert actions.ask_after_modules(taught.now + timedelta(days=3)) == 0


def reply(world, digit, sid):
    for message in db.session.execute(select(Message).where(Message.state == "pending")).scalars():
        message.state, message.sent_at = "sent", world.now
    db.session.commit()
    outreach.receive(Incoming(sid, world.people["Amal"].phone, digit, world.now + timedelta(minutes=1)), world.now)


def test_one_question_at_a_time_by_digits_and_3_is_an_answer_and_no_call(taught):
    actions.ask_after_modules(taught.now)
    for digit, sid in (("1", "SMa"), ("3", "SMb"), ("2", "SMc")):
        taught.now += timedelta(minutes=5)
        reply(taught, digit, sid)
        assert actions.take_replies(taught.now) == 1 and actions.take_replies(taught.now) == 0
    sheet = sheets()[taught.people["Amal"].id]
    values = dict(db.session.execute(select(Answer.question, Answer.value).where(Answer.sheet_id == sheet.id)).all())
    assert values == {1: 2, 2: 0, 3: 1} and sheet.closed_at is not None
    assert db.session.execute(select(CallTask)).first() is None
    assert len(db.session.execute(select(Message).where(Message.occasion == "pulse")).all()) == 3


def test_answers_on_ones_own_page_are_taken_until_the_sheet_is_closed(taught):
    actions.ask_after_modules(taught.now)
    [sheet] = voice.open_sheets(taught.people["Bo"].id, taught.now)
    assert actions.answer(sheet, {1: 2, 2: 1}, channel="page", by=None, now=taught.now) == 2
    with pytest.raises(CannotAnswer, match="answers"):
        actions.answer(sheet, {3: 7}, channel="page", by=None, now=taught.now)
    assert actions.answer(sheet, {2: 2, 3: 0}, channel="page", by=None, now=taught.now) == 2
    with pytest.raises(CannotAnswer, match="closed"):
        actions.answer(sheet, {1: 0}, channel="page", by=None, now=taught.now)
    assert voice.open_sheets(taught.people["Bo"].id, taught.now) == []


def test_a_sheet_is_closed_a_week_after_it_was_asked(taught):
    actions.ask_after_modules(taught.now)
    [sheet] = voice.open_sheets(taught.people["Bo"].id, taught.now)
    with pytest.raises(CannotAnswer, match="closed"):
        actions.answer(sheet, {1: 2}, channel="page", by=None, now=taught.now + timedelta(days=8))


def test_answers_are_shown_once_nobody_can_answer_any_more(taught, browser_as, frozen):
    """Else whoever reads the page before and after somebody answers knows what that person said."""
    actions.ask_after_modules(taught.now)
    for number in range(3):
        actions.enter_paper(taught.group, taught.module, {1: 2}, key=str(number), by=taught.staff["Dana"].id, now=taught.now)
    frozen.move_to(taught.now)
    dana, where, later = browser_as("Dana"), f"/groups/{taught.group.id}/voice", taught.now + timedelta(days=8)
    page = dana.get(where).text
    assert "Answers may still come in" in page and "Answered: 0" in page and "Yes, each time I was there" not in page
    assert voice.together(taught.group.id, taught.now).answered == 0
    frozen.move_to(later)
    assert "Yes, each time I was there" in browser_as("Dana").get(where).text
    assert voice.together(taught.group.id, later).told[0].cells[0].people == 3
    assert voice.together(taught.group.id, taught.now - timedelta(hours=1)).modules == (), "as of a day before, nobody was asked"


def test_answers_are_shown_of_all_modules_together_never_of_one(taught, browser_as):
    """One module has a handful of answers, and the whole less a part would be the rest."""
    other = next(id for id in content.load().modules if id != taught.module)
    for number, (module, value) in enumerate([(taught.module, 2)] * 4 + [(other, 2)] * 3 + [(other, 0)] * 3):
        actions.enter_paper(taught.group, module, {1: value}, key=str(number), by=taught.staff["Dana"].id, now=taught.now)
    found = voice.together(taught.group.id, taught.now)
    assert [(cell.values, cell.people) for cell in found.told[0].cells] == [((2,), 7), ((1,), 0), ((0,), 3)]
    assert {(module.asked, module.answered) for module in found.modules} == {(0, 4), (0, 6)} and found.answered == 10


def test_an_answer_leaves_a_trace_without_the_person(taught):
    actions.ask_after_modules(taught.now)
    [sheet] = voice.open_sheets(taught.people["Bo"].id, taught.now)
    actions.answer(sheet, {1: 2}, channel="page", by=None, now=taught.now)
    [entry] = db.session.execute(select(AuditEntry).where(AuditEntry.action == "voice.answered")).scalars()
    assert entry.subject == f"groups/{taught.group.id}" and str(taught.people["Bo"].id) not in entry.detail


def test_a_sheet_of_paper_is_entered_once_and_keeps_no_name(taught):
    def enter(key, answers):
        return actions.enter_paper(taught.group, taught.module, answers, key=key, by=taught.staff["Dana"].id, now=taught.now)

    assert enter("one", {1: 2}) and not enter("one", {1: 2})
    with pytest.raises(CannotAnswer, match="empty"):
        enter("two", {})
    assert list(sheets()) == [None]


def test_answers_of_one_or_two_are_not_shown(taught, browser_as):
    dana, where = browser_as("Dana"), f"/groups/{taught.group.id}/voice"
    assert "Nobody was asked yet" in dana.get(where).text
    for number, value in enumerate((2, 2, 2, 1)):
        answer = dana.post(f"{where}/{taught.module}", data={"key": f"sheet-{number}", "question-1": str(value)})
        assert answer.status_code == 303
        page = dana.get(where).text
        assert "Fewer than 3 answered" in page and ("Yes, each time I was there" in page) == (number >= 2)
    cells = voice.together(taught.group.id, taught.now).told[0].cells
    assert all(cell.people == 0 or cell.people >= 3 for cell in cells)


def test_the_pages_four_ways(taught, browser_as):
    where = f"/groups/{taught.group.id}/voice"
    for address in (where, f"{where}/{taught.module}", f"{where}/{taught.module}.pdf"):
        assert "/sign-in" in browser_as().get(address).location
        assert browser_as("Charlie").get(address).status_code == 403
        page = browser_as("Dana").get(address)
        assert page.status_code == 200 and b"Text(" not in page.data
    wrong = browser_as("Dana").post(f"{where}/{taught.module}", data={"key": "x"})
    assert wrong.status_code == 422 and "Choose at least one answer" in wrong.text
    assert browser_as("Dana").get(f"{where}/nothing").status_code == 404
