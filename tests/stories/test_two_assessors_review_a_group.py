"""Two assessors of South review a group of North, half-way and at the end, over HTTP, with the leaders and the coordinator."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from imrgroups import jobs
from imrgroups.attendance import actions as attendance
from imrgroups.audit import broken_links
from imrgroups.db import db
from imrgroups.fidelity.models import Recommendation, Review
from imrgroups.groups import actions as groups
from imrgroups.staff import actions as staff
from tests.stories.forms import form, forms, send
from tests.world import PASSWORD, find

MONTH_FOUR, MONTH_NINE = datetime(2027, 3, 2, 8, 0, tzinfo=UTC), datetime(2027, 8, 3, 8, 0, tzinfo=UTC)
KIM = {1: 5, 2: 4, 3: 3, 4: 4, 5: 2, 6: 5, 7: 4, 8: 5, 9: 5, 10: 5}
SUE = KIM | {5: 3, 8: 4}


@pytest.fixture
def people(world):
    """The world with a second assessor and a coordinator in South; the job has planned the reviews."""
    world.staff["Sue"] = staff.add_staff(
        email="sue@south.example", name="Sue", roles=[(world.centres["South"].id, "assessor")], password=PASSWORD, by=None, now=world.now
    )
    world.staff["Carl"] = staff.add_staff(
        email="carl@south.example", name="Carl", roles=[(world.centres["South"].id, "coordinator")], password=PASSWORD, by=None,
        now=world.now,
    )
    jobs.once("plan-reviews", world.now)
    vars(world).update(vars(find(world.now)))  # the job ends the session that these rows belonged to
    return world


def review_of(group, kind):
    db.session.rollback()
    return db.session.execute(select(Review).where(Review.group_id == group.id, Review.kind == kind)).scalar_one()


def given_meetings(world, until):
    """Everything up to a day was held, with everybody there."""
    for meeting in list(world.meetings.values()):
        if meeting.state == "planned" and meeting.meets_on <= until:
            people = [person.id for name, person in world.people.items() if name in ("Amal", "Bo", "Cy", "Dina")]
            attendance.mark(
                meeting=meeting, marks=dict.fromkeys(people, "present"), versions={}, by=world.staff["Dana"].id,
                now=meeting.starts_at + timedelta(minutes=10),
            )
    db.session.rollback()


def assigns(nora, review_id, person, **more):
    page = nora.get(f"/reviews/{review_id}/assessors")
    return send(nora, form(page, "/assessors", "reason"), staff=person.id, **more)


def rates(client, review_id, scores, do="hand_in", **words):
    page = client.get(f"/reviews/{review_id}/rate")
    sheet = form(page, "/rate", "why-") if do != "back" else form(page, "/rate")
    filled = {f"score-{item}": score for item, score in scores.items()} | {f"why-{item}": f"Seen for item {item}" for item in scores}
    return client.post(sheet.action, data=sheet.filled(**filled | words, do=do))


def test_two_assessors_review_a_group(people, frozen, browser_as):
    world = people
    midway, final = (review_of(world.group, kind).id for kind in ("midway", "final"))
    south = review_of(world.groups["Thursday"], "midway").id

    # given: in week nine the coordinator sees who is missing, and finds two assessors of another centre
    nora = browser_as("Nora")
    board = nora.get("/reviews")
    assert "Assessors are missing" in board.text and "2 assessors are still to be found." in board.text
    page = nora.get(f"/reviews/{midway}/assessors")
    assert "Kim" in page.text and "(suggested)" in page.text.replace("\n", "") and "Dana" not in page.text
    assigns(nora, midway, world.staff["Kim"], interviewing="y")
    page = assigns(nora, midway, world.staff["Sue"])
    assert "Kim" in page.text and "Sue" in page.text and "Who could" not in page.text

    # they are refused at their own centre, whoever tries
    carl = browser_as("Carl")
    forced = carl.post(f"/reviews/{south}/assessors", data={"staff": world.staff["Kim"].id})
    assert forced.status_code == 422 and "Choose an assessor of another centre" in forced.text
    kim = browser_as("Kim")
    assert "Kim" not in carl.get(f"/reviews/{south}/assessors").text.split("Who could")[1]
    assert kim.get(f"/reviews/{south}/rate").status_code == 403

    # they are refused before the window, in words that say when
    assert "Mid-way review" in kim.get("/today").text
    for page in ("", "/rate", "/consensus", "/report", "/report/edit"):
        early = kim.get(f"/reviews/{midway}{page}")
        assert early.status_code == 403
        assert "opens for its assessors on Wednesday 17 February and is open until Wednesday 31 March" in early.text

    # when: at month four both rate apart
    given_meetings(world, date(2027, 3, 1))
    frozen.move_to(MONTH_FOUR)
    kim, sue, dana, nora = (browser_as(name) for name in ("Kim", "Sue", "Dana", "Nora"))
    sheet = sue.get(f"/reviews/{midway}/rate").text
    assert "P01" in sheet and "Suggested 5: at most 4 people in the room." in sheet and "Amal" not in sheet and "Bo Lind" not in sheet
    assert "Amal Haddad" in kim.get(f"/reviews/{midway}/rate").text, "who interviews sees names"
    assert "score-11" not in sheet and "score-10" in sheet

    half = rates(kim, midway, {1: 5, 2: 4}, do="hand_in")
    assert half.status_code == 422 and half.text.count("Choose a score for item") >= 8 and "Seen for item 1" in half.text
    assert rates(kim, midway, {1: 5}, do="save").status_code == 303
    pinned = rates(kim, midway, KIM, **{"pin-6": "new", "pin-5": "new", "why-5": "Only one sister was called"})
    assert pinned.status_code == 303
    blind = sue.get(f"/reviews/{midway}/consensus").text + sue.get(f"/reviews/{midway}/rate").text + sue.get(f"/reviews/{midway}").text
    assert "Only one sister" not in blind and "Seen for item" not in blind and "checked" not in sue.get(f"/reviews/{midway}/rate").text
    for outsider in (nora, dana):
        seen = outsider.get(f"/reviews/{midway}")
        assert seen.status_code == 200 and "Only one sister" not in seen.text
        assert {outsider.get(f"/reviews/{midway}/{page}").status_code for page in ("rate", "consensus", "report/edit")} == {403}
        assert outsider.get(f"/reviews/{midway}/report.pdf").status_code == 404
    for wrong in ("0", "6", "3.5"):
        refused = rates(sue, midway, SUE | {4: wrong})
        assert refused.status_code == 422 and "Choose a whole number from 1 to 5 for item 4" in refused.text
    assert rates(sue, midway, SUE).status_code == 303

    # they differ on two items, and settle these with a reason
    page = kim.get(f"/reviews/{midway}/consensus")
    assert "8 of 10" in page.text and "10 of 10" in page.text and "Only one sister" in page.text
    pinned = sue.get(f"/reviews/{midway}/consensus").text
    assert "Pinned: Suggested 1: 0 of " in pinned and "Counted for Tuesday 2 March by version 2026.11." in pinned and "Amal" not in pinned
    differing = form(page, "/consensus")
    assert {name for name in re.findall(r'name="score-(\d+)"', page.text)} == {"5", "8"}
    silent = kim.post(differing.action, data=differing.filled(**{"score-5": "2", "score-8": "5"}))
    assert silent.status_code == 422 and "Write why you settled on this score for item 5" in silent.text
    settled = {"score-5": "2", "reason-5": "The log shows one contact", "score-8": "5", "reason-8": "Seen at both meetings"}
    assert "Report being written" in send(kim, differing, **settled).text

    # they write the report, and give it to the leaders
    page = sue.get(f"/reviews/{midway}/report/edit")
    assert "The log shows one contact" in page.text and "Seen for item 1" in page.text
    sheet = form(page, "/edit")
    due = {"advice-0": "Ask each person whom to invite", "about-0": "5", "due-0": "2027-05-01"}
    bare = sue.post(sheet.action, data=sheet.filled(**due))
    assert bare.status_code == 422 and "Choose who does it" in bare.text and "Ask each person whom to invite" in bare.text
    early = sue.post(sheet.action, data=sheet.filled(**due | {"owner-0": world.staff["Dana"].id, "due-0": "2027-03-01"}))
    assert early.status_code == 422 and "Choose a day from today on" in early.text
    many = sue.post(sheet.action, data=sheet.filled(**{"source-charts": "five"}))
    assert many.status_code == 422 and "Write a whole number from 0 to 999" in many.text
    filled = due | {
        "owner-0": world.staff["Dana"].id, "section-strengths": "Warm and clear", "source-charts": "4", "source-participants": "3",
        "advice-1": "Read a sheet together", "owner-1": world.staff["Lena"].id, "due-1": "2027-04-01",
    }
    draft = send(sue, sheet, **filled)
    assert "Mean 4.20 over 10 of 10 items: Good fidelity (" in draft.text
    assert "Charts read: 4" in draft.text and "version 2026.11" in draft.text
    assert dana.get(f"/reviews/{midway}/report").status_code == 303, "a draft is for its assessors"
    stale = kim.post(sheet.action, data=sheet.filled(**filled))
    assert stale.status_code == 422 and "The other assessor saved the report while you wrote" in stale.text
    sent = send(sue, form(draft, "/send"))
    assert "can answer it until Tuesday 16 March" in sent.text
    waiting = send(kim, form(sent, "/sign"))
    assert "The leaders can still answer" in waiting.text

    # the leaders answer, both assessors sign, and it is final
    page = dana.get(f"/reviews/{midway}/answer")
    empty = dana.post(f"/reviews/{midway}/answer", data={})
    assert empty.status_code == 422 and "Write your answer" in empty.text
    assert "We will call two families a month" in send(dana, form(page, "/answer"), text="We will call two families a month").text
    frozen.move_to(MONTH_FOUR + timedelta(days=7))
    kim, sue = browser_as("Kim"), browser_as("Sue")
    for assessor in (kim, sue):
        done = send(assessor, form(assessor.get(f"/reviews/{midway}/report"), "/sign"))
    assert "Signed by" in done.text and "<bdi>Kim</bdi>, Tuesday 9 March" in done.text and "<bdi>Sue</bdi>, Tuesday 9 March" in done.text
    paper = dana_pdf = browser_as("Dana").get(f"/reviews/{midway}/report.pdf")
    assert paper.mimetype == "application/pdf" and dana_pdf.data.startswith(b"%PDF")

    # its advice nudges week by week until it is done
    dana, lena = browser_as("Dana"), browser_as("Lena")
    for page in ("/today", f"/meetings/{world.meetings[19].id}", f"/groups/{world.group.id}/reviews"):
        assert "Ask each person whom to invite" in dana.get(page).text, page
    assert "Ask each person" not in browser_as("Charlie").get("/today").text
    advice = {row.text: row.id for row in db.session.execute(select(Recommendation)).scalars()}
    report = lena.get(f"/reviews/{midway}/report")
    sheet = next(each for each in forms(report) if each.action.endswith(f"/advice/{advice['Read a sheet together']}"))
    refused = send(lena, sheet, state="dropped")
    assert "Write the reason" in refused.text
    send(lena, sheet, state="done", outcome="Every Tuesday")
    assert "Read a sheet together" not in lena.get("/today").text and "Ask each person" in lena.get("/today").text

    # after the window they are refused again, in words that say until when; a reason keeps it open
    frozen.move_to(datetime(2027, 4, 1, 8, 0, tzinfo=UTC))
    kim, nora = browser_as("Kim"), browser_as("Nora")
    late = kim.get(f"/reviews/{midway}/report")
    assert late.status_code == 403 and "from Wednesday 17 February to Wednesday 31 March" in late.text
    sheet = form(nora.get(f"/reviews/{midway}/dates"), "/dates", "extend")
    bare = nora.post(sheet.action, data=sheet.filled(**{"extend-until_on": "2027-04-20", "do": "extend"}))
    assert bare.status_code == 422 and "Write the reason" in bare.text
    send(nora, sheet, **{"extend-until_on": "2027-04-20", "extend-reason": "Kim was ill", "do": "extend"})
    assert kim.get(f"/reviews/{midway}/report").status_code == 200

    # at month nine the change since month four is shown, and what became of the advice
    frozen.move_to(MONTH_NINE)
    given_meetings(world, date(2027, 8, 2))
    nora = browser_as("Nora")
    for name in ("Kim", "Sue"):
        assigns(nora, final, world.staff[name])
    kim, sue = browser_as("Kim"), browser_as("Sue")
    scores = dict.fromkeys(range(1, 14), 5)
    for assessor in (kim, sue):
        assert rates(assessor, final, scores).status_code == 303
    page = kim.get(f"/reviews/{final}/report/edit")
    assert "Ask each person whom to invite" in page.text and "The leaders say: Done" in page.text
    sheet = form(page, "/edit")
    done = send(kim, sheet, **{f"check-{advice['Ask each person whom to invite']}": "partly"})
    assert "Mean 5.00 over 13 of 13 items: High fidelity" in done.text and "mean 4.20. Change: +0.80." in done.text
    assert "The assessors saw: Partly followed" in done.text
    assert re.search(r'>5\. [^<]*</th><td class="number">2</td><td class="number">5</td>', done.text)
    assert broken_links(world.centres["North"].id) == []


def test_a_review_is_never_due_before_the_group_begins(people, browser_as):
    nora, review = browser_as("Nora"), review_of(people.group, "midway").id
    sheet = form(nora.get(f"/reviews/{review}/dates"), "/dates", "due")
    early = nora.post(sheet.action, data=sheet.filled(**{"due-due_on": "2026-11-01", "do": "due"}))
    assert early.status_code == 422 and "Choose a day after the first meeting of the group" in early.text
    assert "Wednesday 10 March" in send(nora, sheet, **{"due-due_on": "2027-03-10", "do": "due"}).text


def test_one_assessor_alone_is_said_in_the_report(people, frozen, browser_as):
    world = people
    review = review_of(world.group, "midway").id
    assigns(browser_as("Nora"), review, world.staff["Kim"])
    frozen.move_to(MONTH_FOUR)
    kim = browser_as("Kim")
    assert "You rate this review alone so far" in kim.get(f"/reviews/{review}/rate").text
    assert rates(kim, review, KIM).status_code == 303
    page = send(kim, form(kim.get(f"/reviews/{review}/report/edit"), "/edit"))
    assert "One assessor rated alone." in page.text and "kappa" not in page.text


def test_a_report_is_finished_after_the_window_while_the_evidence_stays_closed(people, frozen, browser_as):
    """Given to the leaders on the last day, it can only be signed two weeks later."""
    world = people
    review = review_of(world.group, "midway").id
    for name in ("Kim", "Sue"):
        assigns(browser_as("Nora"), review, world.staff[name])
    given_meetings(world, date(2027, 3, 1))
    frozen.move_to(datetime(2027, 3, 31, 8, 0, tzinfo=UTC))
    kim, sue = browser_as("Kim"), browser_as("Sue")
    assert rates(kim, review, KIM).status_code == rates(sue, review, KIM).status_code == 303
    send(kim, form(kim.get(f"/reviews/{review}/report/edit"), "/edit"))

    frozen.move_to(datetime(2027, 4, 2, 8, 0, tzinfo=UTC))
    kim, sue = browser_as("Kim"), browser_as("Sue")
    for page in ("", "/rate", "/consensus", "/binder", "/day", "/interviews", "/voice", "/observe"):
        closed = kim.get(f"/reviews/{review}{page}")
        assert closed.status_code == 403 and "You can still finish the report" in closed.text, page
    assert f'href="/reviews/{review}/report/edit"' in kim.get("/reviews").text and "can still be finished" in kim.get("/today").text
    draft = send(kim, form(kim.get(f"/reviews/{review}/report/edit"), "/edit"), **{"section-strengths": "Warm and clear"})
    assert "Amal" not in draft.text and f'href="/reviews/{review}"' not in draft.text
    assert "until Friday 16 April" in send(kim, form(draft, "/send")).text

    frozen.move_to(datetime(2027, 4, 17, 8, 0, tzinfo=UTC))
    for name in ("Kim", "Sue"):
        client = browser_as(name)
        send(client, form(client.get(f"/reviews/{review}/report"), "/sign"))
    assert review_of(world.group, "midway").state == "final"
    over = browser_as("Kim").get(f"/reviews/{review}/report")
    assert over.status_code == 403 and "finish the report" not in over.text, "once it is final it is closed to them"
    assert "The leaders did not answer in time" in browser_as("Dana").get(f"/reviews/{review}/report").text


def test_a_review_that_is_called_off_says_why(people, browser_as):
    nora, review = browser_as("Nora"), review_of(people.group, "final").id
    sheet = form(nora.get(f"/reviews/{review}/dates"), "/dates", "off")
    assert nora.post(sheet.action, data=sheet.filled(do="off")).status_code == 422
    page = send(nora, sheet, **{"off-reason": "The group ended early", "do": "off"})
    assert "This review was called off: The group ended early" in page.text
    groups.end(people.group, on=people.today, reason="too few", by=None, now=people.now)
    assert "Done" in nora.get("/reviews").text
