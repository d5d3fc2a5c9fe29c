"""Modules over meetings, topics over the meetings of a module, and what moves when a meeting is cancelled, added or used otherwise."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imrgroups.rules import plan as p

SESSIONS = (4, 4, 3, 7, 4, 3, 4, 3, 5, 6, 3)
TOPICS = (4, 5, 3, 6, 4, 4, 4, 4, 4, 5, 4)
NAMES = "abcdefghijk"
PROGRAMME = [
    p.Module(name, sessions, tuple(f"{name}{n}" for n in range(1, topics + 1)))
    for name, sessions, topics in zip(NAMES, SESSIONS, TOPICS, strict=True)
]
SMALL = [p.Module("a", 2, ("a1", "a2")), p.Module("b", 3, ("b1", "b2", "b3")), p.Module("c", 2, ("c1", "c2"))]


def text(plan):
    """A plan as one word a meeting: a1 or a1+a2; a dash for nothing."""
    return " ".join("+".join(portion.topics) or "-" for portion in plan.portions)


def keys(words):
    """Held meetings from the same notation."""
    return [[f"{topic[0]}/{topic}" for topic in word.split("+")] if word != "-" else [] for word in words.split()]


@pytest.mark.parametrize(
    ("sessions", "meetings", "expected"),
    [
        ((1, 1, 1), 3, (1, 1, 1)), ((1, 1, 1), 4, (2, 1, 1)), ((1, 1, 1), 5, (2, 2, 1)), ((3, 1), 6, (4, 2)), ((1, 3), 6, (2, 4)),
        ((1, 2, 3), 2, (1, 1, 0)), ((5,), 3, (3,)), ((5,), 0, (0,)), ((), 3, ()),
        # 28 to share by 46 sessions: whole parts 2 2 1 4 2 1 2 1 3 3 1, remainders 20 20 38 12 20 38 20 38 2 30 38, six left over
        (SESSIONS, 39, (4, 3, 3, 5, 3, 3, 3, 3, 4, 5, 3)),
        (SESSIONS, 11, (1,) * 11), (SESSIONS, 10, (1,) * 10 + (0,)), (SESSIONS, 57, tuple(n + 1 for n in SESSIONS)),
    ],
)
def test_modules_share_the_meetings(sessions, meetings, expected):
    assert p.shares(sessions, meetings) == expected


@given(st.lists(st.integers(1, 9), min_size=1, max_size=12), st.integers(0, 60))
def test_shares_add_up_and_stay_within_one_of_the_exact_share(sessions, meetings):
    found = p.shares(sessions, meetings)
    assert sum(found) == meetings
    if meetings >= len(sessions):
        rest = meetings - len(sessions)
        assert all(abs(got - 1 - Fraction(rest * want, sum(sessions))) < 1 for got, want in zip(found, sessions, strict=True))
        by_size = sorted(zip(sessions, found, strict=True))
        assert all(one[1] <= other[1] for one, other in pairwise(by_size) if one[0] < other[0])


@pytest.mark.parametrize(
    ("topics", "meetings", "expected"),
    [
        ("abc", 3, ["a", "b", "c"]), ("abc", 4, ["a", "a", "b", "c"]), ("abc", 7, ["a", "a", "a", "b", "b", "c", "c"]),
        ("ab", 3, ["a", "a", "b"]), ("abc", 1, ["abc"]), ("a", 0, []),
        ("abcde", 3, ["a", "bc", "de"]), ("abcde", 4, ["a", "b", "c", "de"]), ("abcdef", 4, ["a", "bc", "d", "ef"]),
    ],
)
def test_topics_over_the_meetings_of_a_module(topics, meetings, expected):
    assert p.spread(topics, meetings) == tuple(tuple(word) for word in expected)


@given(st.integers(1, 9), st.integers(1, 20))
def test_every_topic_is_met_in_order_and_no_meeting_is_empty(k, m):
    topics = [f"t{n}" for n in range(k)]
    found = p.spread(topics, m)
    assert len(found) == m
    assert all(found)
    assert list(dict.fromkeys(topic for one in found for topic in one)) == topics
    if m >= k:
        assert [one[0] for one in found] == [topics[i * k // m] for i in range(m)]
    else:
        assert max(map(len, found)) - min(map(len, found)) <= 1
        assert sum(map(len, found)) == k


@pytest.mark.parametrize(
    ("meetings", "expected", "left_out"),
    [
        (7, "a1 a2 b1 b2 b3 c1 c2", ()),
        (6, "a1 a2 b1 b2+b3 c1 c2", ()),
        (8, "a1 a1 a2 b1 b2 b3 c1 c2", ()),
        (3, "a1+a2 b1+b2+b3 c1+c2", ()),
        (2, "a1+a2 b1+b2+b3", ("c",)),
        (0, "", ("a", "b", "c")),
    ],
)
def test_a_fresh_plan(meetings, expected, left_out):
    found = p.fresh(SMALL, meetings)
    assert (text(found), found.left_out) == (expected, left_out)


@pytest.mark.parametrize(
    ("story", "held", "open_meetings", "expected", "left_out"),
    [
        ("held as planned", "a1 a2", 5, "b1 b2 b3 c1 c2", ()),
        ("one is cancelled early: nothing is skipped", "a1", 5, "a2 b1 b2+b3 c1 c2", ()),
        ("one is cancelled in the middle of a module", "a1 a2 b1", 3, "b2+b3 c1 c2", ()),
        ("one is cancelled when the module before is over", "a1 a2 b1 b2 b3", 1, "c1+c2", ()),
        ("two are cancelled and the last module no longer fits", "a1 a2 b1 b2", 1, "b3", ("c",)),
        ("one is added", "a1 a2 b1 b2 b3", 3, "c1 c1 c2", ()),
        ("a meeting in which nothing was taught", "a1 - a2", 5, "b1 b2 b3 c1 c2", ()),
        ("slower than planned", "a1 a1 a2", 4, "b1 b2+b3 c1 c2", ()),
        ("faster than planned: the time goes to the others", "a1+a2", 6, "b1 b1 b2 b3 c1 c2", ()),
        ("an excursion: back to the module in hand", "a1 c2", 5, "a2 b1 b2 b3 c1", ()),
        ("out of order within a module", "a1 a2 b3", 4, "b1 b2 c1 c2", ()),
        ("everything taught and time left: the last topic goes on for its share", "a1 a2 b1 b2 b3 c1 c2", 2, "c2 -", ()),
        ("nothing open", "a1 a2 b1", 0, "", ("b", "c")),
        ("a module begun is finished even where meetings are few", "a1", 1, "a2", ("b", "c")),
    ],
)
def test_reflow(story, held, open_meetings, expected, left_out):
    found = p.reflow(SMALL, keys(held), open_meetings)
    assert (text(found), found.left_out) == (expected, left_out), story


def test_a_new_order_finishes_the_module_in_hand_first():
    a, b, c = SMALL
    assert text(p.reflow([c, b, a], keys("a1"), 6)) == "a2 c1 c2 b1 b2 b3"


def test_a_module_without_topic_stands_for_the_next_one_not_taught():
    assert text(p.reflow(SMALL, [["a"], ["a"], ["b"]], 4)) == "b2 b3 c1 c2"


def test_what_nobody_knows_is_left_aside():
    # A module that is no longer taught counts for nothing; a topic that is no longer there still used its meeting.
    assert text(p.reflow(SMALL, [["zoo/z1"], ["a/a1"], ["a/old"]], 4)) == text(p.reflow(SMALL, [["a/a1"], ["a/old"]], 4))
    assert text(p.reflow(SMALL, [["a/a1"], ["a/old"]], 5)) == "a2 b1 b2+b3 c1 c2"


@pytest.mark.parametrize(
    "modules",
    [
        [p.Module("a", 1, ("x",)), p.Module("a", 1, ("y",))], [p.Module("a", 1, ())], [p.Module("a", 0, ("x",))],
    ],
)
def test_a_programme_that_makes_no_sense_is_refused(modules):
    with pytest.raises(ValueError, match="module"):
        p.fresh(modules, 3)
    with pytest.raises(ValueError, match="negative"):
        p.reflow(SMALL, keys("a1 a2"), -1)
    with pytest.raises(ValueError, match="negative"):
        p.shares((1, 2), -1)


def test_the_keys_of_a_portion():
    assert p.Portion("a", ("a1", "a2")).keys == ("a/a1", "a/a2")
    assert p.Portion("", ()).keys == ()


MODULES = st.lists(st.tuples(st.integers(1, 7), st.integers(1, 6)), min_size=1, max_size=8).map(
    lambda pairs: [p.Module(NAMES[i], n, tuple(f"{NAMES[i]}{t}" for t in range(k))) for i, (n, k) in enumerate(pairs)]
)
EVENTS = st.lists(st.sampled_from(["hold", "hold", "hold", "cancel", "add", "other"]), max_size=25)


@given(MODULES, st.integers(0, 40))
def test_nothing_held_is_the_fresh_plan_by_its_two_rules(modules, meetings):
    found = p.reflow(modules, [], meetings)
    counts = p.shares([module.sessions for module in modules], meetings)
    expected = [p.Portion(m.id, topics) for m, n in zip(modules, counts, strict=True) for topics in p.spread(m.topics, n)]
    assert list(found.portions) == expected
    assert found.left_out == tuple(m.id for m, n in zip(modules, counts, strict=True) if not n)


@given(MODULES, st.integers(0, 30), EVENTS, st.data())
def test_whatever_happens_nothing_is_skipped_unless_it_is_named(modules, open_meetings, events, data):
    every = [f"{module.id}/{topic}" for module in modules for topic in module.topics]
    held = []
    for event in events:
        found = p.reflow(modules, held, open_meetings)
        assert len(found.portions) == open_meetings
        done = {key for one in held for key in one}
        coming = {key for portion in found.portions for key in portion.keys}
        for module in modules:
            missing = {key for key in every if key.startswith(f"{module.id}/")} - done
            if module.id in found.left_out:
                assert missing
                assert not missing & coming
            else:
                assert missing <= coming
        if event == "add" or not open_meetings:
            open_meetings += 1
            continue
        open_meetings -= 1
        if event == "hold":
            held.append(found.portions[0].keys)
        elif event == "other":
            held.append(data.draw(st.lists(st.sampled_from(every), max_size=3)))


@given(st.integers(11, 42), st.lists(st.sampled_from(["hold", "hold", "hold", "hold", "cancel"]), max_size=40))
def test_the_rest_stays_as_it_is_while_the_plan_is_followed(meetings, events):
    held, found = [], p.fresh(PROGRAMME, meetings)
    for event in events[:meetings]:
        if event == "hold":
            held.append(found.portions[0].keys)
            before, found = found, p.reflow(PROGRAMME, held, len(found.portions) - 1)
            assert (found.portions, found.left_out) == (before.portions[1:], before.left_out)
        else:
            found = p.reflow(PROGRAMME, held, len(found.portions) - 1)
