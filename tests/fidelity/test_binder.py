"""The binder: what is in it, that it cannot change unnoticed, what came later, and what is left when it is closed."""

import hashlib
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text, update

from imrgroups import audit, jobs
from imrgroups.attendance import actions as attendance
from imrgroups.audit import AuditEntry
from imrgroups.db import db
from imrgroups.enrolment import actions as enrolment
from imrgroups.fidelity.actions import binders
from imrgroups.fidelity.actions.binders import CannotBind
from imrgroups.fidelity.evidence.binder import SECTIONS, Gathering
from imrgroups.fidelity.models import Binder, Report
from imrgroups.notes import actions as notes
from imrgroups.people import actions as people
from imrgroups.rules.fidelity.binder import sample

ON = date(2027, 1, 12)
OVER = datetime(2027, 4, 29, 12, tzinfo=UTC)  # the window closes on 31 March, the binder four weeks later


@pytest.fixture
def by(lived):
    return {"by": lived.staff["Kim"].id, "now": lived.now}


@pytest.fixture
def binder(review, by):
    return binders.freeze(review, on=ON, **by)


def content(binder):
    return binders.opened(binder).content


def rows(binder, section):
    return {row["key"]: row for row in content(binder)[section]}


def pseudonym(binder, lived, name):
    return binders.opened(binder).called[lived.people[name].id]


def test_a_binder_says_what_it_is_and_of_when(lived, binder):
    head = content(binder)["head"]
    assert (head["group"], head["centre"], head["on"], head["frozen_by"]) == (lived.group.code, "North", "2027-01-12", "Kim")
    assert (head["instrument"], head["version"], head["review"]) == ("imr-fidelity", "2026.11", "midway")
    assert head["counts"] == {"assigned": 5, "starters": 4, "current": 4, "held": 7, "no_longer_held": 0}
    assert head["leaders"] == ["Dana", "Lena"] and head["seed"] == binder.seed == binder.review.seed


def test_the_hash_is_that_of_the_bytes_and_the_bytes_are_canonical(binder):
    opened = binders.opened(binder)
    assert opened.whole and hashlib.sha256(opened.data).hexdigest() == binder.sha256 and len(opened.data) == binder.size
    again = json.dumps(json.loads(opened.data), ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert again == opened.data


def test_every_part_holds_what_was_written_down(lived, binder):
    amal, bo = (pseudonym(binder, lived, name) for name in ("Amal", "Bo"))
    assert len(rows(binder, "items")) == 10 and len(rows(binder, "meetings")) == 7
    six = rows(binder, "items")["06"]
    assert (six["numerator"], six["denominator"]) == (2, 4) and sorted(six["behind"]) == sorted([amal, bo])
    assert six["anchor"] == six["anchors"][six["suggestion"] - 1]
    assert rows(binder, "items")["10"]["behind"] == ["M03", "M04", "M05", "M06", "M07"]
    assert rows(binder, "meetings")["M01"] == {
        "key": "M01", "on": "2026-11-03", "state": "held", "topics": ["recovery-strategies/what-recovery-means"],
        "leaders": ["Dana", "Lena"],
    }
    assert {key.split("/")[0] for key in rows(binder, "notes")} == {"M03", "M04", "M05", "M06", "M07"}
    assert [each["by"] for each in rows(binder, "notes")["M06/"]["signatures"]] == ["Dana", "Lena"]
    agreed = rows(binder, "homework")[f"M05/{amal}"]
    assert (agreed["supporter"], agreed["result"]) == (f"{amal}a", "done")
    assert rows(binder, "contacts")[f"{amal}a/2027-01-04/phone"]["by"] == "Dana"
    assert {row["person"] for row in content(binder)["handouts"]} == {amal, bo}
    assert [row["name"] for row in content(binder)["training"]] == ["Dana", "Lena"]
    assert rows(binder, "people")[amal]["interview"] and not rows(binder, "people")[bo]["interview"]
    assert rows(binder, "goals")[f"{amal}/1"]["steps"][0]["supporter"] == f"{amal}a"


def test_no_name_of_a_participant_or_of_anybody_close_to_them_is_in_it(lived, binder):
    told = binders.opened(binder).data.decode()
    for name in ("Amal", "Haddad", "Bo ", "Lind", "Cy ", "Frost", "Dina", "Ejnar", "Rana", "Nasser"):
        assert name not in told, name
    amal, bo = (pseudonym(binder, lived, name) for name in ("Amal", "Bo"))
    assert rows(binder, "notes")["M07/"]["text"] == f"{amal} and {bo} led meeting 7."
    assert rows(binder, "notes")[f"M07/{amal}"]["text"] == f"{amal}s goal"
    assert rows(binder, "goals")[f"{amal}/1"]["text"] == f"Cook with {amal}a"
    assert rows(binder, "follow_ups")[f"M06/{amal}/1"]["text"] == f"{bo} lent a pot"
    assert content(binder)["training"][0]["note"] == f"How {amal} sets goals"
    for person in lived.people.values():
        assert str(person.id) not in told


def test_the_sample_can_be_drawn_again_from_what_is_in_the_binder(binder):
    found = content(binder)
    starters = [row["key"] for row in found["people"] if row["starter"]]
    assert tuple(found["head"]["sample"]) == sample(found["head"]["seed"], starters, 10)
    assert [row["key"] for row in found["people"] if row["sampled"]] == found["head"]["sample"]


def test_what_happened_after_the_day_is_not_in_it(lived, review, by):
    binder = binders.freeze(review, on=date(2026, 12, 8), **by)
    assert len(rows(binder, "meetings")) == 6
    assert not rows(binder, "contacts") and not rows(binder, "training")
    assert all(row["meeting"] <= "M06" for row in content(binder)["attendance"])


@pytest.mark.parametrize(("on", "why"), [(date(2027, 1, 13), "to_come"), (date(2026, 11, 2), "before_start")])
def test_no_day_that_has_not_been_and_none_before_the_first_meeting(review, by, on, why):
    with pytest.raises(CannotBind, match=why):
        binders.freeze(review, on=on, **by)


def test_a_review_has_one_binder(review, binder, by):
    with pytest.raises(CannotBind, match="frozen"):
        binders.freeze(review, on=ON, **by)


def test_a_changed_byte_is_noticed(binder):
    sealed = bytearray(binder.content_sealed)
    sealed[len(sealed) // 2] ^= 1
    db.session.execute(update(Binder).values(content_sealed=bytes(sealed)))
    db.session.expire_all()
    opened = binders.opened(binder)
    assert not opened.whole and opened.content is None and binders.additions(binder, opened) == ()


def test_content_put_back_by_somebody_who_has_the_key_is_noticed(binder):
    binder.content = binder.content.replace("present", "late", 1)
    db.session.commit()
    assert not binders.opened(binder).whole


def test_a_new_hash_beside_the_content_helps_nobody(binder):
    binder.content = binder.content.replace("present", "late", 1)
    binder.sha256 = hashlib.sha256(binder.content.encode()).hexdigest()
    db.session.commit()
    assert not binders.opened(binder).whole


def test_nothing_written_later_is_nothing_added(binder):
    assert binders.additions(binder, binders.opened(binder)) == ()


def test_what_was_written_later_about_the_time_before_is_told_apart(lived, binder):
    before = binder.sha256
    dana, later = lived.staff["Dana"].id, lived.now + timedelta(hours=2)
    cy, amal = (pseudonym(binder, lived, name) for name in ("Cy", "Amal"))
    person = lived.people["Cy"].id
    attendance.mark(meeting=lived.meetings[2], marks={person: "late"}, versions={person: 1}, by=dana, now=later)
    sister = db.session.execute(select(people.Supporter)).scalars().first()
    people.contact(sister, on=date(2027, 1, 5), kind="visit", about="", by=dana, now=later)
    note = next(note for note in notes.notes_of(lived.meetings[6].id) if note.participant_id is None)
    notes.amend(note, text="It was Cy.", by=dana, now=later)
    people.contact(sister, on=date(2027, 1, 13), kind="visit", about="", by=dana, now=later)  # after the day of the data
    found = {(each.section, each.key): each for each in binders.additions(binder, binders.opened(binder))}
    assert found["attendance", f"M02/{cy}"].kind == "changed"
    assert found["contacts", f"{amal}a/2027-01-05/visit"].kind == "added"
    assert found["notes", "M06/"].after["amendments"][0]["text"] == f"It was {cy}."
    assert not [key for key in found if "2027-01-13" in key[1]]
    assert {section for section, _key in found} == {"attendance", "contacts", "notes"}
    assert binders.opened(binder).whole and binder.sha256 == before


def test_somebody_put_into_the_group_later_takes_nobodys_pseudonym(lived, binder):
    called = binders.opened(binder).called
    enrolment.join(lived.group, lived.people["Freja"], on=date(2026, 11, 3), by=lived.staff["Dana"].id, now=lived.now)
    found = binders.additions(binder, binders.opened(binder))
    assert [(each.section, each.key, each.kind) for each in found if each.section == "people"] == [("people", "P06", "added")]
    assert binders.opened(binder).called == called and "P06" not in called.values()


def test_gathering_costs_the_same_for_five_people_and_for_nine(lived, review, statements):
    with statements() as few:
        Gathering(review, ON)
    for number in range(4):
        details = people.PersonDetails(f"Person {number}", "da")
        person = people.create(details, centre_id=lived.centres["North"].id, by=None, now=lived.now)
        enrolment.join(lived.group, person, on=date(2026, 11, 3), by=lived.staff["Dana"].id, now=lived.now)
        friend = people.add_supporter(person, people.SupporterDetails(f"Friend {number}"), by=None, now=lived.now)
        people.contact(friend, on=date(2027, 1, 4), kind="phone", about="", by=None, now=lived.now)
    with statements() as many:
        Gathering(review, ON)
    assert len(many) == len(few) < 50


def test_a_binder_is_not_closed_while_assessors_may_still_look(binder, lived):
    with pytest.raises(CannotBind, match="open"):
        binders.close(binder, by=lived.staff["Nora"].id, now=lived.now)


def test_closing_deletes_the_copies_and_keeps_the_receipt(binder, lived):
    sha256, counts = binder.sha256, json.loads(binder.counts)
    binders.close(binder, by=lived.staff["Nora"].id, now=datetime(2027, 4, 1, 9, tzinfo=UTC))
    raw = db.session.execute(text("select content_sealed, called_sealed from binders")).one()
    assert tuple(raw) == (None, None)
    assert (binder.sha256, binder.closed_by_id) == (sha256, lived.staff["Nora"].id) and set(counts) == set(SECTIONS)
    assert binders.opened(binder).content is None and binders.opened(binder).whole
    entries = select(AuditEntry.action).where(AuditEntry.action.like("binder.%")).order_by(AuditEntry.number)
    assert db.session.execute(entries).scalars().all() == ["binder.frozen", "binder.closed"]
    assert audit.broken_links(lived.centres["North"].id) == []
    with pytest.raises(CannotBind, match="closed"):
        binders.close(binder, by=None, now=lived.now)


@pytest.mark.parametrize(
    ("final_at", "now", "count"),
    [
        (None, OVER - timedelta(days=1), 0), (None, OVER, 1),
        (datetime(2027, 3, 10, 9, tzinfo=UTC), datetime(2027, 4, 7, 9, tzinfo=UTC), 0),
        (datetime(2027, 3, 10, 9, tzinfo=UTC), datetime(2027, 4, 8, 9, tzinfo=UTC), 1),
    ],
)
def test_a_binder_closes_itself_when_its_time_is_over(binder, final_at, now, count):
    if final_at is not None:
        db.session.add(Report(review_id=binder.review_id, data_on=ON, bands="danish", saved_at=final_at, final_at=final_at))
        db.session.commit()
    key = binder.id
    assert jobs.once("close-binders", now, dry_run=True) == count
    assert db.session.get_one(Binder, key).closed_at is None
    assert jobs.once("close-binders", now) == count and jobs.once("close-binders", now) == 0
    closed = db.session.get_one(Binder, key)
    assert (closed.closed_at is not None) == bool(count) and closed.closed_by_id is None
