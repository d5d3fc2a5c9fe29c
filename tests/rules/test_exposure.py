"""Exposure by every published definition, and the dose ledger."""

from datetime import date
from fractions import Fraction

import pytest

from imrgroups.rules.attendance import Attendance, MakeUpKind, Mark, MarkState
from imrgroups.rules.exposure import Definition, Dose, dose, exposure, modules_received

PRESENT, ABSENT, HOSPITAL = MarkState.PRESENT, MarkState.ABSENT, MarkState.HOSPITAL
ON = date(2026, 1, 6)


@pytest.mark.parametrize(
    ("received", "held", "minimum", "twenty", "half", "over_70"),
    [
        (10, 36, False, False, False, False),
        (11, 36, True, False, False, False),
        (18, 36, True, False, True, False),
        (17, 36, True, False, False, False),
        (19, 27, True, False, True, True),
        (20, 41, True, True, False, False),
        (21, 30, True, True, True, False),
        (22, 30, True, True, True, True),
        (7, 10, False, False, True, False),
        (8, 11, False, False, True, True),
        (0, 0, False, False, None, None),
    ],
)
def test_each_definition(received, held, minimum, twenty, half, over_70):
    found = exposure(Attendance(held=held, in_room=received))
    assert [found.met[one] for one in (Definition.MINIMUM, Definition.TWENTY, Definition.HALF, Definition.OVER_70)] == [
        minimum,
        twenty,
        half,
        over_70,
    ]
    assert found.share == (Fraction(received, held) if held else None)
    assert (found.received, found.held, found.enough, found.minimum) == (received, held, minimum, 11)


def test_make_ups_are_dose_and_hospital_weeks_are_not():
    found = exposure(Attendance(held=20, in_room=8, made_up=3, hospital=6, not_recorded=1))
    assert (found.received, found.held, found.share, found.enough) == (11, 20, Fraction(11, 20), True)


def test_the_minimum_may_be_set_but_not_below_one():
    assert exposure(Attendance(held=5, in_room=3), minimum=3).met[Definition.MINIMUM] is True
    assert exposure(Attendance(held=5, in_room=3), minimum=4).enough is False
    with pytest.raises(ValueError, match="minimum"):
        exposure(Attendance(), minimum=0)


@pytest.mark.parametrize(("got", "expected"), [({"a", "b"}, True), ({"a"}, False), ({"a", "b", "old"}, True), (set(), False)])
def test_all_modules(got, expected):
    assert exposure(Attendance(), modules=["a", "b"], got=got).met[Definition.ALL_MODULES] is expected


def test_without_modules_there_is_nothing_to_be_measured_against():
    assert exposure(Attendance()).met[Definition.ALL_MODULES] is None


LEDGER = [
    Mark(ON, PRESENT, topics=["a/1", "a/2"]),
    Mark(ON, ABSENT, topics=["a/3"]),
    Mark(ON, ABSENT, topics=["a/4"], make_up=MakeUpKind.WARD),
    Mark(ON, HOSPITAL, topics=["b/1"], make_up=MakeUpKind.ONE_TO_ONE),
    Mark(ON, ABSENT, topics=["b/2"], make_up=MakeUpKind.OTHER_GROUP),
    Mark(ON, ABSENT, topics=["b/3"], make_up=MakeUpKind.ONE_TO_ONE),
    Mark(ON, ABSENT, topics=["b/3"], make_up=MakeUpKind.WARD),
    Mark(ON, PRESENT, "cancelled", topics=["c/1"]),
    Mark(ON, PRESENT, topics=["a/4"]),
]


def test_the_dose_ledger_names_the_best_way_of_each_topic():
    found = dose(["a/1", "a/2", "a/3", "a/4", "b/1", "b/2", "b/3", "c/1", "c/2"], LEDGER, handouts=["a/3", "a/1"])
    assert list(found.items()) == [
        ("a/1", Dose.GROUP),
        ("a/2", Dose.GROUP),
        ("a/3", Dose.HANDOUT_ONLY),
        ("a/4", Dose.GROUP),
        ("b/1", Dose.ONE_TO_ONE),
        ("b/2", Dose.GROUP),
        ("b/3", Dose.WARD),
        ("c/1", Dose.NOT_YET),
        ("c/2", Dose.NOT_YET),
    ]


def test_a_handout_alone_gives_no_module():
    assert modules_received(LEDGER) == {"a", "b"}
    assert modules_received([Mark(ON, ABSENT, topics=["a/1"])]) == set()
