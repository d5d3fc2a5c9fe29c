"""What is written about people: details, intake, supporters, consents, hospital; each with its refusals and its entry in the record."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from imrgroups.audit import AuditEntry, broken_links
from imrgroups.db import db
from imrgroups.people import actions, folder
from imrgroups.people.actions import CannotChangePerson, PersonDetails, SupporterDetails
from imrgroups.people.models import CONSENTS, INTAKE_TASKS, IntakeTask, Participant
from imrgroups.secret import lookup

HANNE = PersonDetails("Hanne Vind", "da", "+4520123499", "text", "Birkevej 4", True, True, "knock twice")


def create(world, details=HANNE, **extra):
    return actions.create(details, centre_id=world.centres["North"].id, by=world.staff["Dana"].id, now=world.now, **extra)


def recorded(person):
    wanted = select(AuditEntry.action).where(AuditEntry.subject == f"participants/{person.id}").order_by(AuditEntry.number)
    return list(db.session.execute(wanted).scalars())


def test_a_person_is_stored_whole_and_gets_the_next_code(world):
    first, second = create(world), create(world)
    db.session.expire_all()
    assert actions.PersonDetails(**{name: getattr(first, name) for name in vars(HANNE)}) == HANNE
    assert int(second.code[1:]) == int(first.code[1:]) + 1
    assert first.phone_lookup == lookup("+4520123499") and recorded(first) == ["participant.created"]
    assert broken_links(world.centres["North"].id) == []


@pytest.mark.parametrize(("change", "reason"), [({"name": ""}, "no_name"), ({"channel": "pigeon"}, "channel")])
def test_a_person_who_cannot_be_is_refused_and_nothing_is_written(world, change, reason):
    before = db.session.execute(select(Participant.id)).all()
    with pytest.raises(CannotChangePerson) as refusal:
        create(world, replace(HANNE, **change))
    db.session.rollback()
    assert refusal.value.reason == reason and db.session.execute(select(Participant.id)).all() == before


def test_a_code_is_given_once(world):
    create(world, code="P777")
    with pytest.raises(CannotChangePerson, match="code_taken"):
        create(world, code="P777")


def test_an_old_version_is_refused_and_the_newer_stays(world):
    person = create(world)
    actions.edit(person, replace(HANNE, name="Hanne Holm"), version=1, by=None, now=world.now)
    with pytest.raises(CannotChangePerson, match="stale"):
        actions.edit(person, replace(HANNE, name="Hanne Lind"), version=1, by=None, now=world.now)
    assert person.name == "Hanne Holm" and person.version == 2


def test_a_phone_that_is_taken_away_can_no_longer_be_looked_up(world):
    person = create(world)
    actions.edit(person, replace(HANNE, phone="", channel="none"), version=1, by=None, now=world.now)
    assert person.phone is None and person.phone_lookup is None


def test_a_task_said_again_replaces_what_was_said_and_words_stay_unless_given(world):
    person = create(world)
    for outcome, text in (("done", "I bake bread"), ("not_now", None), ("done", "I sing")):
        actions.finish_task(person, "strengths", outcome=outcome, text=text, on=world.today, by=None, now=world.now)
        assert actions.intake(person.id)["strengths"].text == (text or "I bake bread")
    assert len(db.session.execute(select(IntakeTask).where(IntakeTask.participant_id == person.id)).all()) == 1


@pytest.mark.parametrize(("task", "outcome"), [("homework", "done"), ("goal", "perhaps")])
def test_a_task_or_an_outcome_that_is_none_is_refused(world, task, outcome):
    with pytest.raises(CannotChangePerson, match="task"):
        actions.finish_task(create(world), task, outcome=outcome, on=world.today, by=None, now=world.now)


def test_the_newest_answer_to_a_consent_holds_and_all_stay(world):
    person = create(world)
    for minute, given in enumerate((True, False, True, False)):
        actions.consent(person, "messages", given=given, on=world.today, how="phone", by=None, now=world.now + timedelta(minutes=minute))
        assert actions.has_consented([person.id], "messages") == ({person.id} if given else set())
    assert [row.given for row in actions.consents_of(person.id)] == [False, True, False, True]
    with pytest.raises(CannotChangePerson, match="consent"):
        actions.consent(person, "everything", given=True, on=world.today, how="phone", by=None, now=world.now)


def test_a_supporter_has_a_name_a_code_and_an_end(world):
    person = create(world)
    row = actions.add_supporter(person, SupporterDetails("Grete", "aunt", "+4520999999", "the days", world.today), by=None, now=world.now)
    with pytest.raises(CannotChangePerson, match="code_taken"):
        actions.add_supporter(person, SupporterDetails("Ole"), by=None, now=world.now, code=row.code)
    with pytest.raises(CannotChangePerson, match="no_name"):
        actions.edit_supporter(row, SupporterDetails(""), by=None, now=world.now)
    actions.end_supporter(row, on=world.today, by=None, now=world.now)
    assert actions.participant_of_supporter(row.id) == person.id and actions.participant_of_supporter(1) is None
    assert recorded(person)[1:] == ["supporter.added", "supporter.ended"]


def test_a_contact_taken_back_is_gone_and_the_record_says_so(world):
    person = create(world)
    row = actions.add_supporter(person, SupporterDetails("Grete"), by=None, now=world.now)
    made = actions.contact(row, on=world.today, kind="visit", about="coffee", by=None, now=world.now)
    assert [one.about for one in actions.contacts_of(person.id)] == ["coffee"]
    actions.remove_contact(made, by=None, now=world.now)
    assert actions.contacts_of(person.id) == [] and recorded(person)[-2:] == ["supporter.contacted", "supporter.contact_removed"]


STAYS = [  # stays there already, the new one, and whether it fits
    ([], (date(2027, 1, 5), None), True),
    ([(date(2027, 1, 5), None)], (date(2027, 1, 8), None), False),
    ([(date(2027, 1, 5), None)], (date(2027, 1, 1), None), False),
    ([(date(2027, 1, 5), None)], (date(2027, 1, 1), date(2027, 1, 4)), True),
    ([(date(2027, 1, 5), date(2027, 1, 9))], (date(2027, 1, 9), None), False),
    ([(date(2027, 1, 5), date(2027, 1, 9))], (date(2027, 1, 10), None), True),
    ([(date(2027, 1, 5), date(2027, 1, 9))], (date(2027, 1, 1), None), False),
    ([(date(2027, 1, 5), date(2027, 1, 9))], (date(2027, 1, 1), date(2027, 1, 5)), False),
]


@pytest.mark.parametrize(("there", "new", "fits"), STAYS)
def test_stays_in_hospital_never_overlap(world, there, new, fits):
    person = create(world)
    for on, until in there:
        actions.admit(person, on=on, until=until, by=None, now=world.now)
    if fits:
        actions.admit(person, on=new[0], until=new[1], by=None, now=world.now)
        return
    with pytest.raises(CannotChangePerson, match="already_in_hospital"):
        actions.admit(person, on=new[0], until=new[1], by=None, now=world.now)


def test_a_stay_ends_after_it_began_and_counts_both_days(world):
    person = create(world)
    with pytest.raises(CannotChangePerson, match="not_in_hospital"):
        actions.discharge(person, on=world.today, by=None, now=world.now)
    with pytest.raises(CannotChangePerson, match="before_admission"):
        actions.admit(person, on=date(2027, 1, 5), until=date(2027, 1, 4), by=None, now=world.now)
    actions.admit(person, on=date(2027, 1, 5), by=None, now=world.now)
    with pytest.raises(CannotChangePerson, match="before_admission"):
        actions.discharge(person, on=date(2027, 1, 4), by=None, now=world.now)
    actions.discharge(person, on=date(2027, 1, 9), by=None, now=world.now)
    there = {day: bool(actions.in_hospital([person.id], date(2027, 1, day))) for day in (4, 5, 9, 10)}
    assert there == {4: False, 5: True, 9: True, 10: False}
    actions.remove_stay(person, actions.hospital_stays(person.id)[0], by=None, now=world.now)
    assert actions.hospital_stays(person.id) == [] and recorded(person)[-1] == "participant.stay_removed"


def test_namesakes_are_found_whatever_the_case_and_only_in_the_centre(world):
    hanne, other = create(world), create(world, replace(HANNE, name="HANNE VIND"))
    north, south = world.centres["North"].id, world.centres["South"].id
    assert actions.namesakes("hanne vind", north) == sorted([hanne.code, other.code])
    assert actions.namesakes("Hanne Vind", north, but=hanne.id) == [other.code]
    assert actions.namesakes("Hanne Vind", south) == []


# -- What the folder reads


def test_the_rows_read_from_rooms_to_the_right_are_there_as_named(app):
    from imrgroups.people.folder import ELSEWHERE

    for rows in ELSEWHERE:
        real = db.metadata.tables[rows.name]
        for column in rows.columns:
            assert column.name in real.columns, f"{rows.name}.{column.name}"
    from imrgroups.enrolment.models import WAITING_STATES

    assert set(folder.OPEN) <= set(WAITING_STATES)


def test_what_the_data_shows_counts_before_what_was_said(world):
    person = create(world, replace(HANNE, channel="none", phone="", address=""))
    states = {task.name: task.state for task in folder.tasks(person)}
    assert states == dict.fromkeys(INTAKE_TASKS, "todo") | {"module_one": "not_needed"}
    actions.finish_task(person, "consents", outcome="not_now", on=world.today, by=None, now=world.now)
    assert {task.name: task.state for task in folder.tasks(person)}["consents"] == "not_now"
    actions.consent(person, CONSENTS[0], given=False, on=world.today, how="phone", by=None, now=world.now)
    for what in CONSENTS[1:]:
        actions.consent(person, what, given=True, on=world.today, how="phone", by=None, now=world.now)
    assert {task.name: task.state for task in folder.tasks(person)}["consents"] == "done"
    assert folder.progress(folder.tasks(person)) == (1, 7)


@pytest.mark.parametrize(
    ("change", "reached"),
    [
        ({}, True), ({"channel": "call"}, True), ({"channel": "letter"}, True), ({"channel": "letter", "address": ""}, False),
        ({"phone": ""}, False), ({"channel": "none"}, False),
    ],
)
def test_somebody_is_reached_when_the_way_chosen_can_work(world, change, reached):
    assert folder.reachable(create(world, replace(HANNE, **change))) is reached


def test_a_place_waited_for_and_offered_is_shown(world):
    from imrgroups.enrolment import actions as enrolment

    freja = world.people["Freja"]
    place = enrolment.wait(world.group, freja, on=world.today, by=None, now=world.now)
    assert [(one.group, one.since_on, one.offered_on) for one in folder.places(freja.id)] == [("Tuesday", world.today, None)]
    enrolment.offer(place, on=world.today, by=None, now=world.now)
    assert folder.places(freja.id)[0].offered_on == world.today
    enrolment.answer_offer(place, accepted=True, on=world.today, by=None, now=world.now)
    assert folder.places(freja.id) == [] and folder.current_group(freja.id, world.today) == world.group.id
    missed, made_up = folder.missed_at_the_start(freja.id)
    assert (missed > 0, made_up) == (True, 0)


def test_make_ups_of_the_first_module_catch_up_with_it(world):
    from imrgroups.attendance.models import MakeUp

    ejnar = world.people["Ejnar"]
    missed, _ = folder.missed_at_the_start(ejnar.id)
    early = [meeting for number, meeting in sorted(world.meetings.items())][:missed]
    for count, meeting in enumerate(early, 1):
        db.session.add(MakeUp(meeting_id=meeting.id, participant_id=ejnar.id, done_on=world.today, kind="one_to_one"))
        db.session.flush()
        assert folder.missed_at_the_start(ejnar.id) == (missed, count)
        state = {task.name: task.state for task in folder.tasks(ejnar)}["module_one"]
        assert state == ("done" if count == missed else "started")
