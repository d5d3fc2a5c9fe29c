"""Deletion when the time is over: nothing of the person is left in any table, nothing of anybody else is touched, and a count says so."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from imrgroups import audit, jobs
from imrgroups.audit import AuditEntry
from imrgroups.backup import tables
from imrgroups.db import Base, db
from imrgroups.enrolment import actions as enrolment
from imrgroups.fidelity import evidence
from imrgroups.outreach.models import CallTask, Delivery, Habit, Message, NumberState, OwnWords, Reply
from imrgroups.people import actions as people
from imrgroups.people.actions import retention
from imrgroups.people.actions.retention import CannotDelete
from imrgroups.people.models import Participant
from imrgroups.rules.retention import deletes_after
from imrgroups.secret import lookup
from tests.fidelity.conftest import lived  # noqa: F401 - a fixture

OVER = datetime(2037, 1, 14, 9, tzinfo=UTC)  # Amal leaves on 13 January 2027
KEPT = {"audit_entries": "a chain whose links would break; it holds keys and words only"}


@pytest.fixture
def gone(lived):  # noqa: F811
    """Amal, with rows of every kind, left the group on 13 January 2027."""
    amal, now = lived.people["Amal"], lived.now
    group, number = lived.group, lookup(amal.phone)
    message = Message(
        key="missed/1/amal", centre_id=amal.centre_id, participant_id=amal.id, occasion="missed", step="day", variant=1, question=False,
        channel="text", language="ar", to_lookup=number, due_at=now, expires_at=now, state="sent", reason="", attempts=1, created_at=now,
    )
    db.session.add(message)
    db.session.flush()
    db.session.add_all([
        Delivery(message_id=message.id, sid="SM1", status="sent", at=now),
        Reply(
            sid="SM2", from_lookup=number, participant_id=amal.id, message_id=message.id, meaning="come", received_at=now,
            needs_reading=False,
        ),
        Reply(sid="SM3", from_lookup=number, meaning="words", received_at=now, needs_reading=True),
        CallTask(key="call/amal", participant_id=amal.id, group_id=group.id, reason="missed", due_on=now.date(), created_at=now),
        OwnWords(participant_id=amal.id, may_quote=False, changed_at=now), NumberState(lookup=number),
        Habit(centre_id=amal.centre_id, participant_id=amal.id),
    ])
    people.admit(amal, on=date(2026, 12, 1), until=date(2026, 12, 2), by=None, now=now)
    people.finish_task(amal, "strengths", outcome="done", text="chess", on=now.date(), by=None, now=now)
    look = audit.Look(lived.staff["Dana"].id, "desk.person", (amal.id,))
    db.session.rollback()  # the log writes on a connection of its own
    audit.write_looks([look], now)
    row = lived.enrolments["Amal"]
    enrolment.leave(row, on=date(2027, 1, 13), reason="moved", by=lived.staff["Dana"].id, now=now + timedelta(days=1))
    return amal


def everything():
    """Every row of every table as plain values."""
    return {table.name: [tuple(row) for row in db.session.execute(select(table))] for table in tables()}


def test_nothing_of_the_person_is_left_and_nothing_of_anybody_else_is_gone(lived, gone):  # noqa: F811
    key, code, number = gone.id, gone.code, lookup(gone.phone)
    own = {str(key), code, number}
    own |= {str(row.id) for row in gone.supporters}
    before = everything()
    rows = retention.remove(gone, years=10, by=None, now=OVER)
    after = everything()
    for name, left in after.items():
        if name not in KEPT:
            found = [row for row in left if own & {str(value) for value in row}]
            assert found == [], name
    assert {
        "participants", "marks", "goals", "steps", "follow_ups", "assignments", "homework_reviews", "handouts_given", "meeting_notes",
        "signatures", "consents", "hospital_stays", "supporters", "supporter_contacts", "enrolments", "access_entries", "messages",
        "deliveries", "replies", "call_tasks", "own_words", "habits", "number_states", "intake_tasks",
    } <= set(rows), sorted(rows)
    for name in before:
        if name in ("audit_entries", "audit_heads", "deleted_people"):
            continue
        assert len(before[name]) - len(after[name]) == rows.get(name, 0), name
        assert set(map(repr, after[name])) <= set(map(repr, before[name])), name
    assert any(row for row in after["marks"]) and any(row for row in after["meeting_notes"])


def test_a_column_that_could_name_a_person_is_found_in_every_table(app):
    tables()
    conditions = retention._conditions(1, ["x"])
    for table in Base.metadata.sorted_tables:
        names = {column.name for column in table.columns}
        refers = {ref.column.table.name for ref in table.foreign_keys}
        speaks = names & {"participant_id", "supporter_id", "goal_id", "note_id"} or any(name.endswith("lookup") for name in names)
        if speaks or "participants" in refers:
            assert table in conditions, table.name


def test_every_column_read_of_other_rooms_exists(app):
    known = {table.name: set(table.columns.keys()) for table in tables()}
    for table in retention.ELSEWHERE:
        assert set(table.columns.keys()) <= known[table.name], table.name


def test_the_chain_says_that_it_was_done_and_stays_whole(lived, gone):  # noqa: F811
    key, centre = gone.id, gone.centre_id
    retention.remove(gone, years=10, by=None, now=OVER)
    entry = db.session.execute(select(AuditEntry).where(AuditEntry.action == "participant.deleted")).scalar_one()
    assert entry.subject == f"participants/{key}" and audit.broken_links(centre) == []


def test_evidence_says_how_many_people_it_no_longer_holds(lived, gone, browser_as, frozen):  # noqa: F811
    group = lived.group.id
    before = evidence.found(group, date(2027, 1, 12))
    assert before.no_longer_held == 0 and len(before.assigned) == 5
    retention.remove(gone, years=10, by=None, now=OVER)
    after = evidence.found(group, date(2027, 1, 12))
    assert after.no_longer_held == 1 and len(after.assigned) == 4
    assert evidence.as_json("x", after)["no_longer_held"] == 1
    assert "People whose data was deleted" in browser_as("Dana").get(f"/groups/{group}/fidelity").text


@pytest.mark.parametrize(("now", "count"), [(datetime(2037, 1, 13, 9, tzinfo=UTC), 0), (OVER, 1)])
def test_the_job_deletes_when_ten_years_have_passed_and_not_a_day_before(lived, gone, now, count):  # noqa: F811
    key = gone.id
    due = retention.due(now.date(), years=10)
    assert (key in due) == bool(count) and retention.sweep(now, True, years=10) == len(due)
    assert lived.people["Freja"].id in due and lived.people["Bo"].id not in due  # she came in October and was never in a group
    jobs.once("delete-at-retention", now)
    assert (db.session.get(Participant, key) is None) == bool(count)
    assert jobs.once("delete-at-retention", now) == 0


def test_who_is_in_a_group_or_waits_for_one_stays_however_long(lived):  # noqa: F811
    later = datetime(2060, 1, 1, 9, tzinfo=UTC)
    bo, freja = lived.people["Bo"], lived.people["Freja"]
    enrolment.wait(lived.group, freja, on=date(2026, 12, 1), by=None, now=lived.now)
    for person in (bo, freja):
        with pytest.raises(CannotDelete, match="in_group"):
            retention.remove(person, years=10, by=None, now=later)


def test_nobody_is_deleted_early_by_hand(lived, gone):  # noqa: F811
    with pytest.raises(CannotDelete, match="too_early"):
        retention.remove(gone, years=10, by=None, now=OVER - timedelta(days=1))
    assert db.session.execute(select(func.count()).select_from(Participant).where(Participant.id == gone.id)).scalar_one() == 1


def test_a_number_that_somebody_else_has_too_is_not_taken_from_them(lived, gone):  # noqa: F811
    dina = lived.people["Dina"]
    details = people.PersonDetails(dina.name, dina.language, gone.phone, "text")
    people.edit(dina, details, version=dina.version, by=None, now=lived.now)
    retention.remove(gone, years=10, by=None, now=OVER)
    left = db.session.execute(select(Reply.sid)).scalars().all()
    assert left == ["SM3"] and db.session.execute(select(NumberState)).scalars().all()


def test_looking_for_who_is_due_costs_the_same_for_many(lived, gone, statements):  # noqa: F811
    with statements() as few:
        retention.due(OVER.date(), years=10)
    for number in range(5):
        people.create(people.PersonDetails(f"Person {number}", "da"), centre_id=gone.centre_id, by=None, now=lived.now)
    with statements() as many:
        retention.due(OVER.date(), years=10)
    assert len(few) == len(many) <= 4


@pytest.mark.parametrize(
    ("last", "years", "until"),
    [(date(2027, 1, 13), 10, date(2037, 1, 13)), (date(2028, 2, 29), 10, date(2038, 2, 28)), (date(2027, 1, 13), 12, date(2039, 1, 13))],
)
def test_the_years_are_whole_years(last, years, until):
    assert deletes_after(last, years) == until


def test_less_than_ten_years_is_refused():
    with pytest.raises(ValueError, match="at least 10"):
        deletes_after(date(2027, 1, 13), 9)
