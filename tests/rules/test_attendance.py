"""What each mark means, when one may be set, and what is counted of what."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imrgroups.rules.attendance import (
    IN_ROOM,
    Attendance,
    CannotMakeUp,
    CannotMark,
    MakeUpKind,
    Mark,
    MarkState,
    Stay,
    attendance,
    check_make_up,
    check_open,
    is_enrolled,
    missed_in_a_row,
    together,
)

FIRST = date(2026, 1, 6)
ALWAYS = [Stay(date(2026, 1, 1))]
LETTERS = {"n": "not_recorded", "p": "present", "l": "late", "e": "left_early", "x": "excused", "a": "absent", "h": "hospital"}


def marks(word):
    """One mark a week: a letter of LETTERS, then ' for an apology, + for a make-up, ! for a cancelled meeting, ? for a planned one."""
    found = []
    for char in word:
        if char in LETTERS:
            found.append({"on": FIRST + timedelta(weeks=len(found)), "state": MarkState(LETTERS[char])})
        else:
            found[-1] |= {
                "'": {"apology": True},
                "+": {"make_up": MakeUpKind.WARD},
                "!": {"meeting": "cancelled"},
                "?": {"meeting": "planned"},
            }[char]
    return [Mark(**one) for one in found]


@pytest.mark.parametrize(
    ("word", "in_room", "received", "told_us", "missed"),
    [
        ("n", False, False, False, False),
        ("p", True, True, False, False),
        ("l", True, True, False, False),
        ("e", True, True, False, False),
        ("x", False, False, True, False),
        ("a", False, False, False, True),
        ("h", False, False, False, False),
        ("a'", False, False, True, False),
        ("a+", False, True, False, False),
        ("x+", False, True, True, False),
        ("h+", False, True, False, False),
        ("n'", False, False, True, False),
        ("p'", True, True, True, False),
        ("p+", True, True, False, False),
    ],
)
def test_said_happened_and_caught_up_are_three_facts(word, in_room, received, told_us, missed):
    (mark,) = marks(word)
    assert (mark.in_room, mark.received, mark.told_us, mark.missed) == (in_room, received, told_us, missed)


def test_there_are_seven_states_and_three_are_in_the_room():
    assert [state.value for state in MarkState] == ["not_recorded", "present", "late", "left_early", "excused", "absent", "hospital"]
    assert IN_ROOM == {"present", "late", "left_early"}


START = datetime(2026, 3, 3, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, None),
        ({"meeting": "planned"}, None),
        ({"meeting": "planned", "now": START - timedelta(hours=2)}, None),
        ({"meeting": "planned", "now": START - timedelta(hours=2, seconds=1)}, "not_yet"),
        ({"now": START + timedelta(days=400)}, None),
        ({"meeting": "cancelled"}, "cancelled"),
        ({"meeting": "cancelled", "enrolled": False}, "cancelled"),
        ({"enrolled": False}, "not_enrolled"),
    ],
)
def test_when_the_register_is_open(changed, reason):
    given_ = {"meeting": "held", "starts_at": START, "now": START + timedelta(minutes=5), "enrolled": True} | changed
    if reason is None:
        check_open(**given_)
    else:
        with pytest.raises(CannotMark) as refused:
            check_open(**given_)
        assert refused.value.reason == reason
        assert str(refused.value) == reason


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, None),
        ({"state": MarkState.HOSPITAL}, None),
        ({"state": MarkState.NOT_RECORDED}, None),
        ({"done_on": date(2026, 3, 10)}, None),
        ({"meeting": "planned"}, "not_held"),
        ({"meeting": "cancelled"}, "cancelled"),
        ({"state": MarkState.LATE}, "was_there"),
        ({"done_on": date(2026, 3, 11)}, "not_yet"),
        ({"done_on": date(2026, 1, 5)}, None),
        ({"done_on": date(2026, 1, 4)}, "too_early"),
    ],
)
def test_when_a_make_up_may_be_recorded(changed, reason):
    given_ = {
        "meeting": "held", "state": MarkState.ABSENT, "done_on": date(2026, 3, 5), "began": date(2026, 1, 5), "today": date(2026, 3, 10)
    } | changed
    if reason is None:
        check_make_up(**given_)
    else:
        with pytest.raises(CannotMakeUp) as refused:
            check_make_up(**given_)
        assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 1, 4), False),
        (date(2026, 1, 5), True),
        (date(2026, 2, 1), True),
        (date(2026, 2, 2), False),
        (date(2026, 3, 1), True),
        (date(2030, 1, 1), True),
    ],
)
def test_the_days_of_joining_and_leaving_belong_to_the_stay(on, expected):
    assert is_enrolled(on, [Stay(date(2026, 1, 5), date(2026, 2, 1)), Stay(date(2026, 3, 1))]) is expected


@pytest.mark.parametrize(
    ("word", "held", "counted", "received", "told_us", "hospital", "not_recorded"),
    [
        ("", 0, 0, 0, 0, 0, 0),
        ("ppple", 5, 5, 5, 0, 0, 0),
        ("pp!p?p", 2, 2, 2, 0, 0, 0),
        ("pxaa'", 4, 4, 1, 2, 0, 0),
        ("phhp", 4, 2, 2, 0, 2, 0),
        ("phh+p", 4, 3, 3, 0, 1, 0),
        ("pnn'", 3, 1, 1, 0, 0, 2),
        ("pn+a", 3, 3, 2, 0, 0, 0),
        ("p+a+x+", 3, 3, 3, 0, 0, 0),
        ("hn", 2, 0, 0, 0, 1, 1),
    ],
)
def test_what_is_counted_of_what(word, held, counted, received, told_us, hospital, not_recorded):
    found = attendance(marks(word), ALWAYS)
    assert (found.held, found.counted, found.received, found.told_us, found.hospital, found.not_recorded) == (
        held,
        counted,
        received,
        told_us,
        hospital,
        not_recorded,
    )
    assert found.share == (Fraction(received, counted) if counted else None)
    assert found.commitment == (Fraction(received + told_us, counted) if counted else None)


def test_only_meetings_while_enrolled_count_and_a_pause_is_left_out():
    # Weeks 0..5 from 6 January; away from the day after week 1 to the day before week 4.
    stays = [Stay(FIRST, FIRST + timedelta(weeks=1)), Stay(FIRST + timedelta(weeks=4))]
    found = attendance(marks("paaapa"), stays)
    assert (found.held, found.received, found.share) == (4, 2, Fraction(1, 2))


def test_assigned_and_starters_are_both_shown():
    people = [attendance(marks(word), ALWAYS) for word in ("pppa", "aaaa", "nn", "hha+")]
    found = together(people)
    assert (found.assigned.people, found.assigned.received, found.assigned.counted) == (4, 4, 9)
    assert (found.starters.people, found.starters.received, found.starters.counted) == (2, 4, 5)
    assert together([]).starters == Attendance(people=0)
    assert together([]).assigned.share is None


@pytest.mark.parametrize(
    ("word", "row"),
    [
        ("", 0),
        ("p", 0),
        ("a", 1),
        ("aa", 2),
        ("paa", 2),
        ("aapa", 1),
        ("aax", 0),
        ("axa", 1),
        ("aa'", 0),
        ("aha", 2),
        ("ana", 2),
        ("aa+", 0),
        ("aa!a", 2),
        ("a!", 0),
        ("aan'", 0),
        ("hhh", 0),
    ],
)
def test_missed_in_a_row(word, row):
    assert missed_in_a_row(marks(word)) == row


MARKS = st.lists(
    st.builds(
        Mark,
        on=st.dates(date(2026, 1, 1), date(2026, 12, 31)),
        state=st.sampled_from(MarkState),
        meeting=st.sampled_from(["held", "held", "cancelled"]),
        apology=st.booleans(),
        make_up=st.one_of(st.none(), st.sampled_from(MakeUpKind)),
    ),
    max_size=40,
)
STAYS = st.lists(
    st.builds(
        Stay, joined_on=st.dates(date(2026, 1, 1), date(2026, 12, 31)), left_on=st.none() | st.dates(date(2026, 1, 1), date(2027, 1, 31))
    ),
    min_size=1,
    max_size=3,
)


@given(MARKS, STAYS)
def test_shares_lie_between_nought_and_one_and_commitment_is_never_less(given_marks, stays):
    found = attendance(given_marks, stays)
    assert 0 <= found.received <= found.counted <= found.held <= len(given_marks)
    assert found.received + found.told_us <= found.counted
    if found.share is not None:
        assert 0 <= found.share <= found.commitment <= 1


@given(MARKS)
def test_cancelled_meetings_change_nothing(given_marks):
    kept = [mark for mark in given_marks if mark.held]
    assert attendance(given_marks, ALWAYS) == attendance(kept, ALWAYS)
    assert missed_in_a_row(given_marks) == missed_in_a_row(kept)
