"""What was done and the notes about it, with real rows: whole saves, two signatures, nothing signed ever changed."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from imrgroups.attendance import actions as attendance
from imrgroups.audit import AuditEntry
from imrgroups.db import db
from imrgroups.groups import actions as groups
from imrgroups.notes import actions, ledger
from imrgroups.notes.actions import CannotNote, Handed, MeetingRecord
from imrgroups.notes.models import Amendment, HandoutGiven, MeetingNote, Signature, StepTaken, TopicTaught

FACTS = ("practical-facts", "what-a-diagnosis-is")


@pytest.fixture
def meeting(world):
    """The eighth meeting, held; Amal and Bo were there."""
    attendance.mark(
        meeting=world.meetings[8], marks={world.people[name].id: "present" for name in ("Amal", "Bo")}, versions={}, by=None, now=world.now
    )
    return world.meetings[8]


def record(world, meeting, by="Dana", **parts):
    actions.record(meeting, MeetingRecord(**parts), by=world.staff[by].id, now=world.now)


def sign(world, meeting, by="Dana", **values):
    return actions.sign(meeting, by=world.staff[by].id, now=world.now, **values)


def note_of(meeting, participant_id=None):
    return next((note for note in actions.notes_of(meeting.id) if note.participant_id == participant_id), None)


def kinds(note):
    return {(row.kind, row.staff_id) for row in actions.signatures_of([note.id])}


def test_everything_is_recorded_and_read_back(world, meeting):
    amal, dana = world.people["Amal"].id, world.staff["Dana"].id
    handed = Handed(amal, "recovery-what-helps", "da", "2026.11-abc123", "letter")
    record(
        world, meeting, steps={"welcome": 3, "teach": None}, topics=[FACTS, ("medication", "")], handouts=[handed],
        techniques=[("role-play", dana), ("role-play", None), ("role-play", dana)], texts={None: "A calm hour.", amal: "Told a joke."},
    )
    done = ledger.recorded(meeting)
    assert done.steps == {"welcome": 3, "teach": None} and done.topics == [FACTS, ("medication", "")] and done.handouts == [handed]
    assert done.techniques == [("role-play", dana), ("role-play", None)]
    assert {key: (note.text, note.version, note.by) for key, note in done.notes.items()} == {
        None: ("A calm hour.", 1, "Dana"), amal: ("Told a joke.", 1, "Dana")
    }
    assert not done.signed and not done.complete


def test_a_part_left_out_stays_and_a_part_said_again_is_replaced(world, meeting):
    record(world, meeting, steps={"welcome": 3}, techniques=[("hope", None)])
    record(world, meeting, steps={"teach": 30})
    done = ledger.recorded(meeting)
    assert (done.steps, done.techniques) == ({"teach": 30}, [("hope", None)])


def test_the_texts_are_sealed_and_never_in_the_audit(world, meeting):
    record(world, meeting, texts={None: "A calm hour."})
    sign(world, meeting)
    actions.amend(note_of(meeting), text="The video failed.", by=None, now=world.now)
    assert b"calm" not in note_of(meeting).text_sealed
    details = db.session.execute(select(AuditEntry.action, AuditEntry.detail).where(AuditEntry.action.like("notes%"))).all()
    assert [action for action, _detail in details] == ["notes.recorded", "notes.signed", "notes.amended"]
    assert not any("calm" in detail or "video" in detail for _action, detail in details)


@pytest.mark.parametrize(("wrong", "reason"), [
    ({"steps": {"dance": 3}}, "step"), ({"steps": {"teach": 241}}, "minutes"), ({"topics": [("medication", "dance")]}, "topic"),
    ({"topics": [("dance", "")]}, "topic"), ({"techniques": [("dance", None)]}, "technique"),
    ({"handouts": [Handed(1, "dance", "da", "1")]}, "handout"),
    ({"handouts": [Handed(1, "recovery-what-helps", "da", "1", "fax")]}, "medium"),
])
def test_one_wrong_part_saves_nothing(world, meeting, wrong, reason):
    with pytest.raises(CannotNote) as refusal:
        record(world, meeting, **({"steps": {"welcome": 3}, "texts": {None: "A calm hour."}} | wrong))
    assert refusal.value.reason == reason
    db.session.rollback()
    for model in (StepTaken, TopicTaught, HandoutGiven, MeetingNote):
        assert not db.session.execute(select(model)).first()


def test_notes_are_for_meetings_that_took_place(world):
    with pytest.raises(CannotNote, match="not_held"):
        record(world, world.meetings[8], texts={None: "A calm hour."})
    groups.cancel(world.meetings[10], reason="Snow", by=None, now=world.now)
    with pytest.raises(CannotNote, match="cancelled"):
        record(world, world.meetings[10], texts={None: "A calm hour."})


def test_what_was_taught_becomes_the_plan_and_other_meetings_follow(world, meeting):
    def plan(numbers):
        meetings = world.meetings
        return {number: [(topic.module, topic.topic) for topic in meetings[number].topics] for number in numbers}

    before = plan(world.meetings)
    record(world, meeting, topics=before[8])
    assert plan(world.meetings) == before
    record(world, meeting, topics=[FACTS])
    after = plan(world.meetings)
    assert after[8] == [FACTS] and before[8][0] not in after[8]
    later = [topic for number, topics in after.items() if number > 8 for topic in topics]
    assert before[8][0] in later and FACTS not in later
    assert all(after[number] == before[number] for number in range(1, 8)), "what nobody recorded yet is not touched"


def test_the_first_leader_signs_and_another_countersigns(world, meeting):
    record(world, meeting, texts={None: "A calm hour.", world.people["Amal"].id: "Told a joke."})
    assert sign(world, meeting) == "signed"
    with pytest.raises(CannotNote, match="own_signature"):
        sign(world, meeting)
    assert sign(world, meeting, "Lena") == "countersigned"
    with pytest.raises(CannotNote, match="complete"):
        sign(world, meeting, "Lena")
    dana, lena = world.staff["Dana"].id, world.staff["Lena"].id
    assert all(kinds(note) == {("signed", dana), ("countersigned", lena)} for note in actions.notes_of(meeting.id))
    assert {row.signed_on for row in db.session.execute(select(Signature)).scalars()} == {world.today}
    assert ledger.recorded(meeting).complete


def test_there_must_be_something_to_sign(world, meeting):
    with pytest.raises(CannotNote, match="no_notes"):
        sign(world, meeting)


def test_a_line_written_after_the_first_signature_is_signed_by_whoever_comes_next(world, meeting):
    amal, dana, lena = world.people["Amal"].id, world.staff["Dana"].id, world.staff["Lena"].id
    record(world, meeting, texts={None: "A calm hour."})
    sign(world, meeting)
    record(world, meeting, "Lena", texts={amal: "Told a joke."})
    assert sign(world, meeting, "Lena") == "countersigned"
    assert kinds(note_of(meeting)) == {("signed", dana), ("countersigned", lena)}
    assert kinds(note_of(meeting, amal)) == {("signed", lena)}
    assert ledger.recorded(meeting).can_sign(dana) and not ledger.recorded(meeting).can_sign(lena)
    assert sign(world, meeting) == "countersigned"
    assert ledger.recorded(meeting).complete


def test_nobody_signs_what_they_have_not_read(world, meeting):
    amal = world.people["Amal"].id
    record(world, meeting, texts={None: "A calm hour.", amal: "Told a joke."})
    seen = {None: 1, amal: 1}
    record(world, meeting, "Lena", texts={amal: "Told two jokes."})
    with pytest.raises(CannotNote) as refusal:
        sign(world, meeting, seen=seen)
    assert (refusal.value.reason, refusal.value.people) == ("stale", [amal])
    record(world, meeting, "Lena", texts={world.people["Bo"].id: "Sang."})
    with pytest.raises(CannotNote, match="stale"):
        sign(world, meeting, seen={None: 1, amal: 2})
    assert not db.session.execute(select(Signature)).first()
    assert sign(world, meeting, seen={None: 1, amal: 2, world.people["Bo"].id: 1}) == "signed"


@pytest.mark.parametrize("change", [
    {"texts": {None: "Another hour."}}, {"texts": {None: ""}}, {"steps": {"welcome": 3}}, {"topics": [FACTS]}, {"techniques": []},
])
def test_what_is_signed_is_never_changed(world, meeting, change):
    dana = world.staff["Dana"].id
    record(world, meeting, steps={"teach": 30}, topics=[("medication", "")], techniques=[("hope", dana)], texts={None: "A calm hour."})
    sign(world, meeting)
    before = (note_of(meeting).text_sealed, ledger.recorded(meeting))
    with pytest.raises(CannotNote, match="signed"):
        record(world, meeting, handouts=[Handed(world.people["Amal"].id, "recovery-what-helps", "da", "1")], **change)
    db.session.rollback()
    assert (note_of(meeting).text_sealed, ledger.recorded(meeting)) == before


def test_saying_the_same_after_signing_is_no_change(world, meeting):
    said = {"steps": {"teach": 30}, "topics": [("medication", "")], "techniques": [("hope", None)], "texts": {None: "A calm hour."}}
    record(world, meeting, **said)
    sign(world, meeting)
    record(world, meeting, **said)
    assert note_of(meeting).version == 1


def test_handouts_can_still_be_given_after_signing(world, meeting):
    record(world, meeting, texts={None: "A calm hour."})
    sign(world, meeting)
    record(world, meeting, handouts=[Handed(world.people["Cy"].id, "recovery-what-helps", "en", "1", "letter")])
    assert [handed.medium for handed in ledger.recorded(meeting).handouts] == ["letter"]


def test_an_amendment_stands_beside_the_note_and_both_stay_readable(world, meeting):
    record(world, meeting, texts={None: "A calm hour."})
    with pytest.raises(CannotNote, match="not_signed"):
        actions.amend(note_of(meeting), text="The video failed.", by=None, now=world.now)
    sign(world, meeting)
    with pytest.raises(CannotNote, match="no_words"):
        actions.amend(note_of(meeting), text="", by=None, now=world.now)
    actions.amend(note_of(meeting), text="The video failed.", by=world.staff["Lena"].id, now=world.now)
    actions.amend(note_of(meeting), text="Only for a minute.", by=world.staff["Dana"].id, now=world.now + timedelta(minutes=1))
    note = ledger.recorded(meeting).notes[None]
    assert note.text == "A calm hour."
    assert [(each.text, each.by) for each in note.amendments] == [("The video failed.", "Lena"), ("Only for a minute.", "Dana")]
    assert db.session.execute(select(func.count()).select_from(Amendment)).scalar_one() == 2


def test_a_text_changed_since_the_page_was_opened_is_not_overwritten(world, meeting):
    amal = world.people["Amal"].id
    record(world, meeting, texts={None: "A calm hour.", amal: "Told a joke."})
    record(world, meeting, "Lena", texts={amal: "Told two jokes."}, versions={amal: 1})
    with pytest.raises(CannotNote) as refusal:
        record(world, meeting, texts={None: "A short hour.", amal: "Told three jokes."}, versions={None: 1, amal: 1})
    assert (refusal.value.reason, refusal.value.people) == ("stale", [amal])
    db.session.rollback()
    assert (note_of(meeting).text, note_of(meeting, amal).text) == ("A calm hour.", "Told two jokes.")
    with pytest.raises(CannotNote, match="stale"):
        record(world, meeting, texts={amal: "Mine."}, versions={amal: 0})


def test_an_empty_text_takes_an_unsigned_note_back(world, meeting):
    record(world, meeting, texts={None: "A calm hour."})
    record(world, meeting, texts={None: "", world.people["Amal"].id: ""})
    assert actions.notes_of(meeting.id) == []
