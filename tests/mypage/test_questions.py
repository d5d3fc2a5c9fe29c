"""The three short questions on somebody's own page: one a page, nobody has to, and nobody else's sheet."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from imrgroups.db import db, new_key
from imrgroups.outcomes import voice
from imrgroups.outcomes.models import Answer, AnswerSheet


@pytest.fixture
def asked(world):
    """Amal and Bo were asked yesterday: world, {name: sheet key}."""
    made = {}
    for name in ("Amal", "Bo"):
        sheet = AnswerSheet(
            id=new_key(), key=f"pulse/{name}", group_id=world.group.id, participant_id=world.people[name].id, instrument="pulse",
            instrument_version=voice.pulse().version, occasion="recovery-strategies", channel="paper",
            asked_at=world.now - timedelta(days=1),
        )
        db.session.add(sheet)
        made[name] = sheet.id
        world.people[name].language = "en"
    db.session.commit()
    return made


def answers(sheet_id):
    db.session.rollback()
    return dict(db.session.execute(select(Answer.question, Answer.value).where(Answer.sheet_id == sheet_id)).all())


def test_one_question_a_page_to_the_thanks(asked, opened_by):
    page = opened_by("Bo")
    assert "Three short questions" in page.get("/me").text
    first = page.get("/me/questions").text
    assert "You need not do it" in first and "never who" in first and f"/me/questions/{asked['Bo']}/1" in first
    for number, value, onward in ((1, 2, f"/{asked['Bo']}/2"), (2, 1, f"/{asked['Bo']}/3"), (3, 0, "/thanks")):
        where = f"/me/questions/{asked['Bo']}/{number}"
        shown = page.get(where).text
        assert f"{number} of 3" in shown and "checked" not in shown
        sent = page.post(where, data={"answer": str(value)})
        assert sent.status_code == 303 and sent.location.endswith(onward)
    assert "Thank you" in page.get("/me/questions/thanks").text
    assert answers(asked["Bo"]) == {1: 2, 2: 1, 3: 0} and answers(asked["Amal"]) == {}
    assert db.session.get_one(AnswerSheet, asked["Bo"]).channel == "page"
    assert "Three short questions" not in page.get("/me").text and "no questions for you now" in page.get("/me/questions").text
    closed = page.post(f"/me/questions/{asked['Bo']}/1", data={"answer": "0"}, follow_redirects=True)
    assert "closed now" in closed.text and answers(asked["Bo"])[1] == 2


def test_a_question_can_be_left_out_but_no_other_answer_be_sent(asked, opened_by):
    page, where = opened_by("Bo"), f"/me/questions/{asked['Bo']}/1"
    assert f'href="/me/questions/{asked["Bo"]}/2"' in page.get(where).text
    for said in ("", "7", "-1", "x"):
        refused = page.post(where, data={"answer": said})
        assert refused.status_code == 422 and refused.text.count("Choose an answer, or leave the question out") == 2
        assert "<title>Error:" in refused.text
    assert answers(asked["Bo"]) == {}


def test_another_persons_sheet_is_not_there(asked, opened_by, app):
    page = opened_by("Bo")
    for where in (f"/me/questions/{asked['Amal']}/1", f"/me/questions/{asked['Bo']}/4", "/me/questions/1/1"):
        assert page.get(where).status_code == 404 and page.post(where, data={"answer": "2"}).status_code == 404
    assert answers(asked["Amal"]) == {}
    nobody = app.test_client()
    for where in ("/me/questions", "/me/questions/thanks", f"/me/questions/{asked['Bo']}/1"):
        assert "Three short questions" not in nobody.get(where).text


def test_after_a_week_the_questions_are_gone(asked, opened_by, frozen, world):
    frozen.move_to(world.now + timedelta(days=7))
    page = opened_by("Bo")
    assert "Three short questions" not in page.get("/me").text
    assert "closed now" in page.get(f"/me/questions/{asked['Bo']}/1", follow_redirects=True).text
