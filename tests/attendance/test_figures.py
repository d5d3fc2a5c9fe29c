"""The register, the grid and the figures say exactly what was recorded, with the right denominators."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup
from sqlalchemy import select

from imrgroups.attendance import actions, figures
from imrgroups.attendance.figures.course import MARKS, count
from imrgroups.attendance.models import Apology, MakeUp, Mark
from imrgroups.db import db
from imrgroups.enrolment import actions as enrolment
from imrgroups.groups import actions as groups
from imrgroups.groups.models import Meeting
from imrgroups.people import actions as people
from imrgroups.rules import attendance as rules
from imrgroups.rules.attendance import Attendance, MakeUpKind, MarkState, Stay
from imrgroups.rules.exposure import Definition


@pytest.fixture
def keep(world):
    """Record meetings: `keep({1: {"Amal": "present"}})`, by number and first name."""

    def save(recorded):
        for number, states in recorded.items():
            actions.mark(
                meeting=world.meetings[number], marks={world.people[name].id: state for name, state in states.items()}, versions={},
                by=world.staff["Dana"].id, now=world.now,
            )

    return save


@pytest.fixture
def row_of(world):
    """The row of somebody in the grid of the Tuesday group."""

    def find(name):
        return next(row for row in figures.grid(world.group.id).people if row.id == world.people[name].id)

    return find


CODES = st.lists(st.sampled_from(sorted(code for code in MARKS if code[0] != "-")), max_size=40)


@given(CODES)
def test_codes_come_to_what_the_rules_make_of_the_same_marks(codes):
    day, stay = date(2027, 1, 1), [Stay(date(2027, 1, 1))]
    kinds = {letter: kind for kind, letter in figures.CAUGHT_UP.items()}
    states = {letter: state for state, letter in figures.LETTERS.items()}
    marks = [rules.Mark(day, states[code[0]], apology="!" in code, make_up=kinds[code[-1]] if "+" in code else None) for code in codes]
    assert count(codes) == rules.attendance(marks, stay)


def test_the_register_reads_everybody_of_that_day_as_not_recorded_until_something_is(world, keep):
    keep({8: {"Amal": "late"}})
    lines = figures.register(world.meetings[8])
    assert [line.label for line in lines] == ["Amal H.", "Bo L.", "Cy F.", "Dina M.", "Ejnar S."]
    assert [(line.state, line.version) for line in lines] == [("late", 1)] + [("not_recorded", 0)] * 4
    assert (lines[0].saved_by, lines[0].saved_at, lines[1].saved_by) == ("Dana", world.now, "")
    assert len(figures.register(world.meetings[4])) == 4  # Ejnar came later


def test_the_register_shows_apology_hospital_make_up_and_who_joined_late(world, keep):
    last = world.meetings[8]
    keep({8: {"Amal": "present", "Dina": "absent"}})
    actions.apologise(last, world.people["Bo"], told_on=last.meets_on - timedelta(days=1), text="the dentist", by=None, now=world.now)
    actions.make_up(last, world.people["Dina"], done_on=world.today, kind="ward", minutes=None, leader_id=None, by=None, now=world.now)
    people.admit(world.people["Cy"], on=last.meets_on - timedelta(days=2), until=last.meets_on, by=None, now=world.now)
    amal, bo, cy, dina, ejnar = figures.register(last)
    assert (bo.told_on, bo.told, bo.state) == (last.meets_on - timedelta(days=1), "the dentist", "not_recorded")
    assert (cy.in_hospital, amal.in_hospital) == (True, False)
    assert (dina.make_up, dina.state) == (MakeUpKind.WARD, "absent")
    assert (ejnar.joined_late, amal.joined_late) == (date(2026, 12, 1), None)
    assert not figures.register(world.meetings[9])[2].in_hospital


def test_whoever_left_stays_in_the_registers_they_were_marked_in(world, keep):
    keep({8: {"Bo": "absent"}})
    enrolment.leave(world.enrolments["Bo"], on=date(2026, 12, 31), reason="moved", by=None, now=world.now)
    assert [(line.label, line.enrolled) for line in figures.register(world.meetings[8])][1] == ("Bo L.", False)
    assert "Bo L." not in [line.label for line in figures.register(world.meetings[9])]


@pytest.mark.parametrize(
    ("names", "labels"),
    [
        (["Anders Holm", "Bo Lind"], ["Anders H.", "Bo L."]),
        (["Anders Holm", "Anders Hansen"], ["Anders Holm", "Anders Hansen"]),
        (["Anders Holm", "Anders Holm"], ["Anders Holm (P0)", "Anders Holm (P1)"]),
        (["Anna Ågård", "anna ågård"], ["Anna Ågård (P0)", "anna ågård (P1)"]),
        (["Cher", "سارة النجار"], ["Cher", "سارة ا."]),
    ],
)
def test_two_people_are_never_called_the_same_in_the_room(names, labels):
    found = figures.room_labels((place, name, f"P{place}") for place, name in enumerate(names))
    assert list(found.values()) == labels


def test_the_grid_has_a_column_a_meeting_and_a_row_a_person(world, keep, row_of):
    keep({1: {"Amal": "present", "Bo": "absent"}, 5: {"Amal": "late", "Ejnar": "hospital"}})
    groups.cancel(world.meetings[2], reason="ill", by=None, now=world.now)
    grid = figures.grid(world.group.id)
    assert [column.number for column in grid.columns] == sorted(world.meetings)
    assert [row.label for row in grid.people] == ["Amal H.", "Bo L.", "Cy F.", "Dina M.", "Ejnar S."]
    assert list(row_of("Amal").codes[:6]) == ["p", "c", "f", "f", "l", "f"]
    assert list(row_of("Bo").codes[:6]) == ["a", "c", "f", "f", "n", "f"]
    assert list(row_of("Ejnar").codes[:6]) == ["-", "-", "-", "-", "h", "f"]


def test_apology_and_make_up_stand_beside_the_mark(world, keep, row_of):
    keep({1: {"Amal": "present", "Bo": "absent"}, 5: {"Amal": "present"}})
    actions.apologise(world.meetings[1], world.people["Bo"], told_on=world.today, by=None, now=world.now)
    actions.apologise(world.meetings[12], world.people["Bo"], told_on=world.today, by=None, now=world.now)
    for name in ("Bo", "Ejnar"):
        actions.make_up(
            world.meetings[1], world.people[name], done_on=world.today, kind="one_to_one", minutes=None, leader_id=None, by=None,
            now=world.now,
        )
    assert [row_of("Bo").codes[place] for place in (0, 11)] == ["a!+o", "f!"]
    assert row_of("Ejnar").codes[0] == "-+o"
    assert row_of("Ejnar").attendance == Attendance(held=1, not_recorded=1)  # caught up from before joining: no attendance


def test_a_pause_is_no_absence(world, keep, row_of):
    enrolment.leave(world.enrolments["Dina"], on=date(2026, 11, 10), reason="pause", by=None, now=world.now)
    enrolment.join(world.group, world.people["Dina"], on=date(2026, 12, 8), by=None, now=world.now)
    keep({number: {"Amal": "present"} for number in range(1, 9)})
    keep({1: {"Dina": "present"}, 6: {"Dina": "late"}, 7: {"Dina": "absent"}})
    assert list(row_of("Dina").codes[:8]) == ["p", "n", "-", "-", "-", "l", "a", "n"]
    assert row_of("Dina").attendance == Attendance(held=5, in_room=2, not_recorded=2)


def test_the_grid_counts_as_the_rules_do_from_the_rows_themselves(world, keep):
    words = list(MarkState)
    keep({
        number: {name: words[(number * 5 + place * 3) % 7] for place, name in enumerate(("Amal", "Bo", "Cy", "Dina"))} | {"Amal": "present"}
        for number in range(1, 9)
    })
    for number, name, kind in ((2, "Bo", "ward"), (3, "Ejnar", "other_group"), (6, "Dina", "one_to_one")):
        meeting, person = world.meetings[number], world.people[name]
        actions.apologise(meeting, person, told_on=world.today, by=None, now=world.now)
        actions.make_up(meeting, person, done_on=world.today, kind=kind, minutes=None, leader_id=None, by=None, now=world.now)
    for row in figures.grid(world.group.id).people:
        held = list(db.session.execute(select(Meeting).where(Meeting.group_id == world.group.id, Meeting.state == "held")).scalars())
        marks = []
        for meeting in held:
            mark = db.session.get(Mark, (meeting.id, row.id))
            mine = {"meeting_id": meeting.id, "participant_id": row.id}
            made = db.session.execute(select(MakeUp.kind).filter_by(**mine)).scalar()
            told = db.session.execute(select(Apology.id).filter_by(**mine)).first() is not None
            state, kind = MarkState(mark.state if mark else "not_recorded"), MakeUpKind(made) if made else None
            marks.append(rules.Mark(meeting.meets_on, state, apology=told, make_up=kind))
        assert row.attendance == rules.attendance(marks, row.stays)


def test_cells_say_in_words_what_the_sign_means(app, world, keep, row_of):
    keep({1: {"Bo": "absent", "Amal": "present"}})
    with app.test_request_context():
        cells = row_of("Bo").cells
    assert isinstance(cells, Markup)
    assert cells.startswith('<td class="m-absent"><span role="img" aria-label="Absent">A</span></td>')
    assert cells.count('<td class="m-') == len(world.meetings)
    assert cells.endswith('<td class="figure">0 of 1 (0 %)</td>' * 3)


def test_the_figures_show_both_denominators(world, keep):
    keep({
        1: {"Amal": "present", "Bo": "absent", "Cy": "excused", "Dina": "hospital"},
        2: {"Amal": "present", "Bo": "absent", "Cy": "late", "Dina": "hospital"},
        3: {"Amal": "present", "Bo": "absent", "Cy": "absent"},
    })
    found = figures.figures(world.group.id, world.today)
    assert found.held == 3
    assert found.attendance.assigned == Attendance(held=12, in_room=4, told_us=1, hospital=2, not_recorded=1, people=5)
    assert found.attendance.starters == Attendance(held=6, in_room=4, told_us=1, people=2)
    assert {own.label: own.missed_in_a_row for own in found.people} == {"Amal H.": 0, "Bo L.": 3, "Cy F.": 1, "Dina M.": 0, "Ejnar S.": 0}
    half = next(met for met in found.met if met.definition is Definition.HALF)
    assert (half.assigned, half.assigned_of, half.starters, half.starters_of) == (1, 5, 1, 2)


def test_the_figures_stop_at_the_day_asked_for(world, keep):
    keep({number: {"Amal": "present"} for number in (1, 2, 3)})
    found = figures.figures(world.group.id, world.meetings[2].meets_on)
    assert found.held == 2 and found.people[0].attendance == Attendance(held=2, in_room=2)


@pytest.mark.parametrize(("came", "eleven", "twenty"), [(10, 0, 0), (11, 1, 0), (19, 1, 0), (20, 1, 1)])
def test_exposure_by_number_of_meetings(world, frozen, came, eleven, twenty):
    later = world.now + timedelta(weeks=40)
    for number in range(1, 25):
        state = "present" if number <= came else "absent"
        marks = {world.people["Amal"].id: state, world.people["Bo"].id: "present"}
        actions.mark(meeting=world.meetings[number], marks=marks, versions={}, by=None, now=later)
    amal = figures.person_figures(world.people["Amal"].id, later.date())[0]
    assert (amal.exposure.received, amal.exposure.held) == (came, 24)
    assert (amal.exposure.met[Definition.MINIMUM], amal.exposure.met[Definition.TWENTY]) == (bool(eleven), bool(twenty))
    met = {each.definition: each.assigned for each in figures.figures(world.group.id, later.date()).met}
    assert (met[Definition.MINIMUM], met[Definition.TWENTY]) == (1 + eleven, 1 + twenty)  # Bo came to all


def test_every_module_counts_a_make_up_from_before_joining(world):
    later = world.now + timedelta(weeks=40)
    ejnar, meetings = world.people["Ejnar"], world.meetings
    for number, meeting in meetings.items():
        marks = {world.people["Amal"].id: "present"} | ({ejnar.id: "present"} if number >= 5 else {})
        actions.mark(meeting=meeting, marks=marks, versions={}, by=None, now=later)
    assert figures.person_figures(ejnar.id, later.date())[0].exposure.met[Definition.ALL_MODULES] is False
    first = meetings[1].topics[0].module
    for number in range(1, 5):
        if meetings[number].topics[0].module == first:
            actions.make_up(meetings[number], ejnar, done_on=later.date(), kind="ward", minutes=None, leader_id=None, by=None, now=later)
    assert figures.person_figures(ejnar.id, later.date())[0].exposure.met[Definition.ALL_MODULES] is True


def test_a_person_has_figures_of_each_group(world, keep):
    keep({1: {"Amal": "present"}, 2: {"Amal": "excused", "Bo": "present"}})
    [own] = figures.person_figures(world.people["Amal"].id, world.today)
    assert (own.group, own.attendance) == ("Tuesday", Attendance(held=2, in_room=1, told_us=1))
    assert figures.person_figures(world.people["Freja"].id, world.today) == []


def test_missed_meetings_are_those_held_that_they_did_not_come_to_also_before_they_joined(world, keep):
    keep({1: {"Amal": "present"}, 5: {"Amal": "present", "Ejnar": "excused"}, 6: {"Ejnar": "late"}, 7: {"Ejnar": "absent"}})
    keep({8: {"Amal": "present"}})
    found = [(each.number, each.state, each.before_joining) for each in figures.missed(world.people["Ejnar"].id, world.today)]
    assert found == [(8, "not_recorded", False), (5, "excused", False), (1, "not_recorded", True)]  # meeting 7: not held, nobody came


def test_somebody_who_left_has_no_misses_afterwards(world, keep):
    keep({1: {"Amal": "present", "Bo": "absent"}, 8: {"Amal": "present"}})
    enrolment.leave(world.enrolments["Bo"], on=date(2026, 12, 1), reason="moved", by=None, now=world.now)
    assert [each.number for each in figures.missed(world.people["Bo"].id, world.today)] == [1]


def test_what_was_counted_once_is_counted_anew_when_something_changes(world, keep, row_of):
    keep({1: {"Amal": "present"}})
    first = row_of("Amal").course
    assert row_of("Amal").course is first, "nothing changed"
    keep({5: {"Amal": "late"}})
    assert row_of("Amal").codes[4] == "l"
    assert row_of("Amal").attendance == Attendance(held=2, in_room=2)
    keep({5: {"Amal": "absent"}})
    assert row_of("Amal").attendance == Attendance(held=2, in_room=1)
