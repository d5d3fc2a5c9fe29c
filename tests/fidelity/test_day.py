"""The assessor's day: one checklist, one's own interview notes, and what one saw, once however often it is sent."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from imrgroups.audit import AuditEntry
from imrgroups.db import db
from imrgroups.fidelity import actions as fidelity
from imrgroups.fidelity.actions import CannotReview, day
from imrgroups.fidelity.evidence import day as reads
from imrgroups.fidelity.evidence import interviewees
from imrgroups.fidelity.models import Observation
from imrgroups.people import actions as people
from imrgroups.staff import actions as staff


@pytest.fixture
def review(world, frozen):
    """The mid-way review of the Tuesday group with Kim and Mia assessing, on its due day."""
    [row] = [row for row in fidelity.plan_missing(now=world.now) if row.group_id == world.group.id and row.kind == "midway"]
    world.staff["Mia"] = staff.add_staff(
        email="mia@south.example", name="Mia", roles=[(world.centres["South"].id, "assessor")], password="four words are enough", by=None,
        now=world.now,
    )
    for name in ("Kim", "Mia"):
        fidelity.assign(row, world.staff[name].id, reason="asked", by=None, now=world.now)
    world.now = world.now.replace(month=3, day=3)
    frozen.move_to(world.now)
    return row


@pytest.fixture
def kim(world, review):
    return {"by": world.staff["Kim"].id, "now": world.now}


def test_both_assessors_work_from_one_list(world, review, kim):
    assert day.tick(review, ["contact", "needs", "nonsense"], **kim) == 2
    assert day.tick(review, ["contact", "watch"], by=world.staff["Mia"].id, now=world.now) == 2
    assert reads.done(review.id) == {"contact", "watch"} and day.tick(review, ["contact", "watch"], **kim) == 0


def test_interview_notes_are_ones_own_and_never_overwrite_newer_ones(world, review, kim):
    assert day.hear(review, "participant", 1, {0: "calm", 5: "sister helps", 6: ""}, versions={}, **kim) == 2
    assert day.hear(review, "participant", 1, {5: "sister helps"}, versions={5: 1}, **kim) == 0
    assert day.hear(review, "participant", 1, {5: "both sisters"}, versions={5: 1}, **kim) == 1
    with pytest.raises(CannotReview, match="meanwhile") as refused:
        day.hear(review, "participant", 1, {5: "from an old page"}, versions={5: 1}, **kim)
    assert refused.value.items == [5]
    assert {item: row.text for item, row in reads.heard(review.id, kim["by"], "participant", 1).items()} == {0: "calm", 5: "both sisters"}
    assert reads.heard(review.id, world.staff["Mia"].id, "participant", 1) == {}
    assert reads.interviews(review.id, kim["by"]) == {"participant": 1}


@pytest.mark.parametrize(("role", "number", "item"), [
    ("cook", 1, 5), ("participant", 0, 5), ("participant", 21, 5), ("participant", 1, 11),
])
def test_what_is_not_of_the_review_is_refused(review, kim, role, number, item):
    with pytest.raises(CannotReview, match="item"):
        day.hear(review, role, number, {item: "x"}, versions={}, **kim)


def test_a_note_sent_twice_is_one_note(review, kim):
    note = {"key": "a" * 32, "kind": "technique", "what": "hope", "at": kim["now"] - timedelta(minutes=20)}
    assert day.see(review, **note, **kim) and not day.see(review, **note, **kim)
    [row] = reads.seen(review.id, kim["by"])
    assert (row.what, row.at) == ("hope", note["at"])
    day.unsee(review, row.id, **kim)
    assert reads.seen(review.id, kim["by"]) == []


@pytest.mark.parametrize(("changed", "reason"), [
    ({"kind": "note"}, "no_words"), ({"kind": "step", "what": "sing"}, "item"), ({"kind": "dance"}, "item"), ({"key": "x"}, "item"),
    ({"at": timedelta(hours=1)}, "time"), ({"at": timedelta(days=-15)}, "time"),
])
def test_what_cannot_have_been_seen_is_refused(review, kim, changed, reason):
    note = {"key": "a" * 32, "kind": "step", "what": "goals", **({"what": ""} if changed.get("kind") == "note" else {}), **changed}
    if "at" in changed:
        note["at"] = kim["now"] + changed["at"]
    with pytest.raises(CannotReview, match=reason):
        day.see(review, **note, **kim)


def test_nobody_else_writes_and_nobody_takes_back_what_another_saw(world, review, kim):
    day.see(review, key="a" * 32, kind="note", text="warm room", **kim)
    [row] = reads.seen(review.id, kim["by"])
    with pytest.raises(CannotReview, match="item"):
        day.unsee(review, row.id, by=world.staff["Mia"].id, now=world.now)
    acts = (lambda by: day.tick(review, [], **by), lambda by: day.draw_people(review, **by), lambda by: day.unsee(review, row.id, **by))
    for act in acts:
        with pytest.raises(CannotReview, match="not_assigned"):
            act({"by": world.staff["Dana"].id, "now": world.now})


def test_the_words_lie_sealed_and_the_record_holds_none_of_them(review, kim):
    day.see(review, key="a" * 32, kind="note", text="warm room", **kim)
    raw = db.session.execute(select(Observation.text_sealed)).scalar_one()
    assert b"warm" not in raw
    detail = db.session.execute(select(AuditEntry.detail).where(AuditEntry.action == "review.seen")).scalar_one()
    assert "warm" not in detail


def test_people_are_drawn_from_those_who_agreed_once_for_both(world, review, kim):
    with pytest.raises(CannotReview, match="nobody"):
        day.draw_people(review, **kim)
    for name in ("Amal", "Bo", "Dina"):
        people.consent(world.people[name], "assessor_interview", given=name != "Dina", on=date(2027, 3, 1), how="in person", **kim)
    assert day.draw_people(review, **kim) == 2
    drawn = [row.participant_id for row in interviewees.drawn(review.id)]
    assert set(drawn) == {world.people["Amal"].id, world.people["Bo"].id}
    assert day.draw_people(review, by=world.staff["Mia"].id, now=world.now) == 0
    later = {"by": None, "now": world.now + timedelta(hours=1)}
    people.consent(world.people["Dina"], "assessor_interview", given=True, on=date(2027, 3, 2), how="in person", **later)
    assert day.draw_people(review, **kim) == 1
    assert [row.participant_id for row in interviewees.drawn(review.id)] == [*drawn, world.people["Dina"].id]
    entry = db.session.execute(select(AuditEntry.detail).where(AuditEntry.action == "review.drawn")).scalars().first()
    assert str(review.seed) in entry


@pytest.mark.parametrize("address", ["day", "interviews", "interviews/participant/1", "observe", "voice"])
def test_the_pages_are_for_the_assessors_of_the_review(world, review, browser_as, address):
    where = f"/reviews/{review.id}/{address}"
    assert "/sign-in" in browser_as().get(where).location
    for name in ("Dana", "Nora", "Charlie"):
        assert browser_as(name).get(where).status_code == 403
    page = browser_as("Kim").get(where)
    assert page.status_code == 200 and "Amal" not in page.text and "Text(" not in page.text


def test_a_day_over_http(world, review, browser_as):
    kim, where = browser_as("Kim"), f"/reviews/{review.id}"
    assert kim.post(f"{where}/day", data={"done": ["contact"]}).status_code == 303
    assert "1 of 16 done" in kim.get(where).text
    page = f"{where}/interviews/participant/1"
    assert kim.post(page, data={"said-5": "sister helps"}).status_code == 303
    stale = kim.post(page, data={"said-5": "older words"})
    assert stale.status_code == 422 and "older words" in stale.text
    assert kim.get(f"{where}/interviews/cook/1").status_code == 404
    seen = {"key": "b" * 20, "tap": "step:goals", "text": ""}
    assert kim.post(f"{where}/observe", data=seen).status_code == 303
    assert kim.post(f"{where}/observe", data=seen, headers={"X-Outbox": "1"}).status_code == 204
    assert db.session.execute(select(func.count()).select_from(Observation)).scalar_one() == 1
    wrong = kim.post(f"{where}/observe", data={"key": "c" * 20, "tap": "note:"})
    assert wrong.status_code == 422 and "Write a few words first" in wrong.text
    late = {**seen, "key": "d" * 20, "at": "2020-01-01T10:00:00Z"}
    assert kim.post(f"{where}/observe", data=late, headers={"X-Outbox": "1"}).status_code == 422
    assert kim.post(f"{where}/observe", data={**late, "at": "yesterday"}, headers={"X-Outbox": "1"}).status_code == 422


def test_what_the_tablet_keeps_without_a_net_holds_no_notes(world, review, kim, browser_as):
    day.see(review, key="a" * 32, kind="note", text="warm room", **kim)
    client = browser_as("Kim")
    assert "warm room" in client.get(f"/reviews/{review.id}/observe").text
    assert "warm room" not in client.get(f"/reviews/{review.id}/observe?bare").text


def test_the_worker_is_served_where_it_reaches_reviews_only(browser_as):
    answer = browser_as().get("/reviews/outbox.js")
    assert answer.status_code == 200 and answer.mimetype == "text/javascript"


def test_drawn_people_have_pseudonyms_unless_one_interviews(world, review, kim, browser_as):
    people.consent(world.people["Amal"], "assessor_interview", given=True, on=date(2027, 3, 1), how="in person", **kim)
    client, where = browser_as("Kim"), f"/reviews/{review.id}/voice"
    assert client.post(where).status_code == 303
    assert "Amal" not in client.get(where).text
    fidelity.interview(review, kim["by"], interviewing=True, by=None, now=world.now)
    assert "Amal Haddad" in client.get(where).text
