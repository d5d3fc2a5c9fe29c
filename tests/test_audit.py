"""Two records nobody can quietly change: the chain of what was done, and who looked at whom."""

import json
import random
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select, text

from imrgroups import audit, auth
from imrgroups.audit import AccessEntry, AuditEntry, AuditHead
from imrgroups.db import db
from imrgroups.people import actions as people
from tests.conftest import NOW

COLUMNS = ("at", "by_id", "action", "subject", "detail", "mac")


@pytest.fixture
def chain(app):
    """A chain of twenty entries of centre 7; another of three beside it."""
    for n in range(20):
        audit.record("thing.done", centre_id=7, subject=f"things/{n}", by=n, now=NOW + timedelta(minutes=n), detail={"n": n})
    for number in range(3):
        audit.record("thing.done", centre_id=8, subject=f"things/{number}", by=None, now=NOW)
    db.session.commit()
    return 7


def raw(statement, **values):
    db.session.execute(text(statement), values)
    db.session.commit()


def head(centre=7):
    row = db.session.execute(select(AuditHead.number, AuditHead.mac).where(AuditHead.centre_id == centre)).one()
    return row.number, row.mac


def test_a_chain_nobody_touched_is_whole(chain):
    assert audit.broken_links(7) == audit.broken_links(8) == audit.broken_links(9) == []
    assert audit.broken_links(7, anchor=head()) == []


@pytest.mark.parametrize("column", COLUMNS)
def test_an_edit_of_any_column_is_found_where_it_was_made(chain, column):
    value = {"at": "2020-01-01 00:00:00.000000", "by_id": 99, "mac": "0" * 64}.get(column, "changed")
    cast = "CAST(:value AS timestamptz)" if column == "at" and db.engine.dialect.name == "postgresql" else ":value"
    raw(f"UPDATE audit_entries SET {column} = {cast} WHERE centre_id = 7 AND number = 5", value=value)
    assert 5 in audit.broken_links(7)
    assert audit.broken_links(8) == []


def test_an_entry_taken_out_is_found(chain):
    raw("DELETE FROM audit_entries WHERE centre_id = 7 AND number = 5")
    assert audit.broken_links(7) == [6]


def test_two_entries_that_changed_places_are_found(chain):
    for before, after in ((5, 1000), (6, 5), (1000, 6)):
        raw("UPDATE audit_entries SET number = :after WHERE centre_id = 7 AND number = :before", before=before, after=after)
    assert {5, 6} <= set(audit.broken_links(7))


def test_an_entry_put_in_is_found(chain):
    raw("UPDATE audit_entries SET number = 21 WHERE centre_id = 7 AND number = 20")
    raw(
        "INSERT INTO audit_entries (centre_id, number, at, by_id, action, subject, detail, mac) "
        "SELECT centre_id, 20, at, by_id, action, subject, detail, mac FROM audit_entries WHERE centre_id = 7 AND number = 21"
    )
    assert audit.broken_links(7)


def test_an_entry_moved_to_another_chain_is_found_in_both(chain):
    raw("UPDATE audit_entries SET centre_id = 8, number = 4 WHERE centre_id = 7 AND number = 20")
    assert 4 in audit.broken_links(8) and 20 in audit.broken_links(7)


def test_a_tail_cut_off_is_found_by_the_head_and_with_a_forged_head_by_an_anchor_outside(chain):
    anchor = head()
    raw("DELETE FROM audit_entries WHERE centre_id = 7 AND number > 15")
    assert audit.broken_links(7) == [20]
    mac = db.session.execute(select(AuditEntry.mac).where(AuditEntry.centre_id == 7, AuditEntry.number == 15)).scalar_one()
    raw("UPDATE audit_heads SET number = 15, mac = :mac WHERE centre_id = 7", mac=mac)
    assert audit.broken_links(7) == [], "the control: without an anchor a cut with a moved head cannot be seen"
    assert audit.broken_links(7, anchor=anchor) == [20]


def test_an_older_anchor_still_fits_when_the_chain_went_on(chain):
    anchor = head()
    audit.record("thing.done", centre_id=7, subject="things/x", by=None, now=NOW)
    db.session.commit()
    assert audit.broken_links(7, anchor=anchor) == []


def test_a_chain_whose_head_or_all_of_which_is_gone_is_found(chain):
    anchor = head()
    raw("DELETE FROM audit_heads WHERE centre_id = 7")
    assert audit.broken_links(7) == [21]
    raw("DELETE FROM audit_entries WHERE centre_id = 7")
    assert audit.broken_links(7, anchor=anchor) == [20]


def test_a_hundred_random_tamperings_are_all_found(chain):
    chance, anchor, missed = random.Random(2027), head(), []
    rows = db.session.execute(select(AuditEntry.__table__).where(AuditEntry.centre_id == 7)).mappings().all()
    for attempt in range(100):
        number, kind = chance.randint(1, 20), chance.choice(["edit", "delete", "swap", "cut"])
        if kind == "edit":
            raw("UPDATE audit_entries SET subject = :subject WHERE centre_id = 7 AND number = :n", subject=f"forged/{attempt}", n=number)
        elif kind == "delete":
            raw("DELETE FROM audit_entries WHERE centre_id = 7 AND number = :n", n=number)
        elif kind == "swap":
            other = number % 20 + 1
            for before, after in ((number, 900), (other, number), (900, other)):
                raw("UPDATE audit_entries SET number = :a WHERE centre_id = 7 AND number = :b", a=after, b=before)
        else:
            raw("DELETE FROM audit_entries WHERE centre_id = 7 AND number >= :n", n=number)
        if not audit.broken_links(7, anchor=anchor):
            missed.append((attempt, kind, number))
        raw("DELETE FROM audit_entries WHERE centre_id = 7")
        db.session.execute(AuditEntry.__table__.insert(), [dict(row) for row in rows])
        db.session.commit()
    assert missed == [] and audit.broken_links(7, anchor=anchor) == []


def test_an_entry_told_in_local_time_is_the_same_entry(app):
    audit.record("thing.done", centre_id=7, subject="things/1", by=None, now=NOW.astimezone(ZoneInfo("Europe/Copenhagen")))
    db.session.commit()
    assert audit.broken_links(7) == []


def test_an_entry_belongs_to_the_transaction_of_what_it_tells(app):
    audit.record("thing.done", centre_id=7, subject="things/1", by=None, now=NOW)
    db.session.rollback()
    assert db.session.execute(select(AuditEntry.id)).all() == []


def test_no_entry_of_the_world_holds_anything_a_person_said_or_is_called(world):
    told = " ".join(row.subject + row.detail for row in db.session.execute(select(AuditEntry.subject, AuditEntry.detail)))
    assert db.session.execute(select(AuditEntry.id)).first()
    for person in world.people.values():
        assert person.name.split()[0] not in told and (not person.phone or person.phone not in told)
    assert json.loads(db.session.execute(select(AuditEntry.detail).limit(1)).scalar_one()) is not None


def looks(person):
    wanted = select(AccessEntry.staff_id, AccessEntry.page).where(AccessEntry.participant_id == person.id).order_by(AccessEntry.id)
    return [tuple(row) for row in db.session.execute(wanted)]


def test_the_access_log_holds_each_look_and_nothing_else(world, browser_as):
    dina, dana, nora = world.people["Dina"], world.staff["Dana"].id, world.staff["Nora"].id
    leader, coordinator = browser_as("Dana"), browser_as("Nora")
    leader.get(f"/people/{dina.id}/intake")
    leader.get(f"/people/{dina.id}/intake")
    coordinator.get(f"/people/{dina.id}/consents")
    leader.post(f"/people/{dina.id}/edit", data={"name": ""})  # shown again, with what is to be put right
    leader.post(f"/people/{dina.id}/intake/goal", data={"outcome": "not_now"})  # answers with a redirect: nothing shown
    leader.head(f"/people/{dina.id}/intake")
    leader.get(f"/people/{dina.id}/intake/nonsense")
    browser_as("Charlie").get(f"/people/{dina.id}/intake")
    browser_as().get(f"/people/{dina.id}/intake")
    assert looks(dina) == [(dana, "people.intake")] * 2 + [(nora, "people.consents"), (dana, "people.edit")]
    assert looks(world.people["Gorm"]) == []


def test_a_page_is_refused_where_the_look_cannot_be_written_down(world, browser_as):
    client, dina = browser_as("Dana"), world.people["Dina"]
    allowed = client.get(f"/people/{dina.id}/intake")
    assert allowed.status_code == 200 and "Dina" in allowed.text

    def full(connection, cursor, statement, *_):
        if "access_entries" in statement and statement.lstrip().upper().startswith("INSERT"):
            raise OSError("no space left")

    event.listen(db.engine, "before_cursor_execute", full)
    try:
        refused = client.get(f"/people/{dina.id}/intake")
    finally:
        event.remove(db.engine, "before_cursor_execute", full)
    assert refused.status_code == 503 and "Dina" not in refused.text
    assert "Every look at a person" in refused.text
    assert refused.headers["Cache-Control"] == "no-store" and "Content-Security-Policy" in refused.headers
    assert len(looks(dina)) == 1
    assert client.get(f"/people/{dina.id}/intake").status_code == 200


def test_a_reason_opens_clinical_text_for_four_hours_and_its_leaders_see_it(world, browser_as, frozen):
    nora, amal, group = browser_as("Nora"), world.people["Amal"], world.group
    browser_as("Dana").post(f"/people/{amal.id}/intake/strengths", data={"text": "I bake bread when it storms"})
    page = f"/people/{amal.id}/intake/strengths"
    assert "bake bread" not in nora.get(page).text
    audit.state_reason(group_ids=[group.id], reason="a complaint", by=world.staff["Nora"].id, now=NOW, centre_id=group.centre_id)
    assert "bake bread" in nora.get(page).text
    opened = db.session.execute(select(AccessEntry.reason_id).where(AccessEntry.reason_id.is_not(None))).scalars().all()
    assert len(opened) == 1
    told = audit.reasons_for([group.id])
    assert [(row.staff_id, row.reason) for row in told] == [(world.staff["Nora"].id, "a complaint")]
    assert audit.reasons_for([world.groups["Thursday"].id]) == []
    for elapsed, reads in ((timedelta(minutes=50), True), (timedelta(hours=4, seconds=1), False)):
        frozen.move_to(NOW + elapsed)
        assert ("bake bread" in browser_as("Nora").get(page).text) is reads
    assert "bake bread" not in browser_as("Charlie").get(page).text


def test_a_reason_can_be_stated_by_a_request_that_holds_the_write_lock(world, app):
    db.session.execute(text("SELECT 1"))
    audit.state_reason(group_ids=[world.group.id], reason="a complaint", by=1, now=NOW, centre_id=world.group.centre_id)
    assert audit.broken_links(world.group.centre_id) == []
    assert auth.decide("clinical.see", auth.Ties(1, "", NOW, "", frozenset({("coordinator", world.group.centre_id)})),
                       auth.Scope(world.group.centre_id, frozenset({world.group.id}))) is auth.Decision.REASON


def test_people_cannot_be_looked_at_without_being_told(world, browser_as):
    before = len(looks(world.people["Bo"]))
    people.namesakes("Bo Lind", world.centres["North"].id)
    assert len(looks(world.people["Bo"])) == before
    browser_as("Dana").get("/people")
    assert len(looks(world.people["Bo"])) == before + 1
