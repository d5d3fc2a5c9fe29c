"""The instrument file: what stands in it, and that a wrong one is refused with words that say where."""

import copy
import tomllib
from dataclasses import FrozenInstanceError
from datetime import date
from fractions import Fraction

import pytest

from imrgroups.rules.fidelity import evidence
from imrgroups.rules.fidelity.instrument import instrument
from imrgroups.rules.fidelity.tables import BadInstrument
from tests.rules.fidelity_rows import PATH, SCALE, day, group

DATA = tomllib.loads(PATH.read_text(encoding="utf-8"))


def changed(path, value=None):
    """The file's data with one thing replaced, or taken away when value is missing."""
    data = copy.deepcopy(DATA)
    *way, last = path
    place = data
    for key in way:
        place = place[key]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return data


def test_thirteen_items_each_with_five_anchors_four_roles_and_origins():
    assert [item.number for item in SCALE.items] == list(range(1, 14))
    for item in SCALE.items:
        assert len(item.anchors) == 5 and len(set(item.anchors)) == 5
        assert set(item.probes) == {"leader", "practitioner", "participant", "family"}
        for origin in (item.definition_origin, item.anchors_origin, item.counting.origin, item.probes_origin):
            assert origin.version == "2026.11" and origin.source in SCALE.sources
    assert SCALE.item(1).anchor(5) == "Every meeting is one to one or has at most 8 people."


def test_the_ladders_are_exact():
    people, steep = [Fraction(n, 10) for n in (2, 4, 7, 9)], [Fraction(n, 10) for n in (2, 3, 4, 5)]
    ladders = {item.number: list(item.counting.thresholds) for item in SCALE.items}
    assert ladders == {1: [15, 12, 10, 8], 2: people, 3: [2, 4, 6, 8], 4: people, 5: steep, 6: people, 7: people, 8: steep, 9: steep,
                       10: steep, 11: [], 12: [], 13: []}
    assert {item.number: item.counting.family for item in SCALE.items if item.counting.family} == {
        8: "motivational", 9: "educational", 10: "cognitive_behavioural",
        11: "coping_skills", 12: "relapse_prevention", 13: "behavioural_tailoring"}


def test_windows_reviews_and_bands():
    windows = SCALE.windows
    assert (windows.recent_meetings, windows.recent_days, windows.length_days, windows.length_share) == (5, 30, 175, Fraction(1, 2))
    assert [(review.id, review.months, len(review.items)) for review in SCALE.reviews] == [("midway", 4, 10), ("final", 9, 13)]
    assert (SCALE.bands().id, SCALE.bands("mchugo").id) == ("danish", "mchugo")
    assert {band.word: band.at_least for band in SCALE.bands().bands} == {"not_following": 1, "good": 4, "high": Fraction(44, 10)}


def test_topics_are_those_the_modules_name():
    named = [tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(PATH.parents[1].glob("modules/*/module.toml"))]
    assert sorted(topic.id for topic in SCALE.topics) == sorted({module["scale_topic"] for module in named if "scale_topic" in module})
    assert {skill for module in named for skill in module["skills"]} <= {SCALE.item(number).counting.family for number in (11, 12, 13)}


def test_families_are_those_of_the_programme():
    programme = tomllib.loads((PATH.parents[1] / "programme.toml").read_text(encoding="utf-8"))
    assert {technique["family"] for technique in programme["techniques"]} == {item.counting.family for item in SCALE.items} - {""}


@pytest.mark.parametrize(("first", "months", "due"), [
    (date(2026, 9, 1), 4, date(2027, 1, 1)), (date(2026, 10, 31), 4, date(2027, 2, 28)), (date(2027, 10, 31), 4, date(2028, 2, 29)),
    (date(2026, 5, 31), 9, date(2027, 2, 28)), (date(2026, 3, 31), 9, date(2026, 12, 31)), (date(2026, 4, 15), 9, date(2027, 1, 15))])
def test_reviews_are_due_so_many_months_after_the_first_meeting(first, months, due):
    review = next(review for review in SCALE.reviews if review.months == months)
    assert review.due_on(first) == due


def test_assessors_may_look_from_two_weeks_before_to_four_weeks_after():
    assert SCALE.access(date(2027, 1, 1)) == (date(2026, 12, 18), date(2027, 1, 29))


def test_nothing_in_it_can_be_changed():
    with pytest.raises(FrozenInstanceError):
        SCALE.item(1).name = "something else"
    with pytest.raises(TypeError):
        SCALE.item(1).probes["leader"] = ()


@pytest.mark.parametrize("ask", [lambda: SCALE.item(14), lambda: SCALE.review("weekly"), lambda: SCALE.bands("private")])
def test_what_it_does_not_have_is_named(ask):
    with pytest.raises(KeyError, match="the instrument has no"):
        ask()


def test_a_second_version_can_stand_beside_the_first():
    data = changed(("version",), "2027.1")
    data["items"][1]["counting"]["at_least"] = ["1/10", "1/5", "1/2", "3/4"]
    data["windows"]["length_days"]["value"] = 84
    second, facts = instrument(data), group(8, meetings=13)
    assert [evidence(facts, day(90), version).item(2).forecast for version in (SCALE, second)] == [True, False]
    assert [evidence(facts, day(90), version).version for version in (SCALE, second)] == ["2026.11", "2027.1"]


AT = ("items", 4, "counting", "at_least")
WRONG = [
    (changed(AT, ["0.20", "0.40", "0.40", "0.50"]), "item 5, counting, at_least: 2/5 must lie above 2/5; as they stand, two steps overlap"),
    (changed(AT, ["0.50", "0.40", "0.30", "0.20"]), "item 5, counting, at_least: 2/5 must lie above 1/2"),
    (changed(("items", 0, "counting", "at_most"), [15, 10, 12, 8]), "item 1, counting, at_most: 12 must lie below 10"),
    (changed(("items", 0, "counting", "at_most"), [8, 10, 12, 15]), "item 1, counting, at_most: 10 must lie below 8"),
    (changed(("items", 0, "counting", "at_most"), [15, 12, 12, 8]), "item 1, counting, at_most: 12 must lie below 12; as they stand"),
    (changed(AT, ["0.20", "0.30", "0.40"]), "item 5, counting, at_least: must hold four thresholds, for scores 2, 3, 4 and 5, but holds 3"),
    (changed(AT, [0.2, 0.3, 0.4, 0.5]), "item 5, counting, at_least: 0.2 is not exact"),
    (changed(AT, ["a fifth", "0.3", "0.4", "0.5"]), "item 5, counting, at_least: 'a fifth' is not exact"),
    (changed(AT, ["1/0", "0.3", "0.4", "0.5"]), "item 5, counting, at_least: '1/0' is not exact"),
    (changed(AT, ["0.2", "0.3", "0.4", "1.5"]), "item 5, counting, at_least: 3/2 is no share"),
    (changed(AT, ["0", "0.3", "0.4", "0.5"]), "item 5, counting, at_least: 0 is no share"),
    (changed(AT), "item 5, counting, at_least: is missing"),
    (changed(("items", 7, "counting", "at_least"), ["0.2", "0.4", "0.7", "1"]), "item 8, counting, at_least: a share of meetings"),
    (changed(("items", 2, "counting", "at_least"), [2, 4, 6, 10]), "item 3, counting: score 5 asks for more topics than the 9"),
    (changed(("items", 2, "counting", "at_least"), ["0.5", 4, 6, 8]), "item 3, counting, at_least: 1/2 is not a whole number"),
    (changed(("items", 5, "counting", "counts"), "wishes"), "item 6, counting, counts: 'wishes' is unknown; choose one of group_size"),
    (changed(("items", 7, "counting", "family")), "item 8, counting, family: is missing"),
    (changed(("items", 5, "counting", "family"), "educational"), "item 6, counting, family: is not a key that means anything here"),
    (changed(("items", 6, "anchors", "3")), "item 7, anchors, 3: is missing"),
    (changed(("items", 6, "anchors", "3"), "  "), "item 7, anchors, 3: must be a text that is not empty"),
    (changed(("items", 6, "anchors", "6"), "More."), "item 7, anchors, 6: is not a key"),
    (changed(("items", 6, "anchors")), "item 7, anchors: is missing"),
    (changed(("items", 6, "anchors"), "five of them"), "item 7, anchors: must be a table"),
    (changed(("items", 6, "anchors", "source"), "hearsay"), "item 7, anchors, source: 'hearsay' is not one of [sources]"),
    (changed(("items", 6, "anchors", "confidence"), "sure"), "item 7, anchors, confidence: 'sure' is unknown"),
    (changed(("items", 6, "definition", "confidence")), "item 7, definition, confidence: is missing"),
    (changed(("items", 6, "probes", "family")), "item 7, probes, family: is missing"),
    (changed(("items", 6, "probes", "family"), ["What?", " "]), "item 7, probes, family: must be a list of one or more texts"),
    (changed(("items", 6, "evidence"), ["rumour"]), "item 7, evidence: 'rumour' is not one of [evidence]"),
    (changed(("items", 6, "nmae"), "Typed too fast"), "item 7, nmae: is not a key"),
    (changed(("items", 6, "number"), 6), "instrument, items: must be numbered 1, 2, 3... in order"),
    (changed(("items", 6, "number"), "7"), "items 7, number: must be a whole number, 1 or more"),
    (changed(("items", 6, "id"), "handouts"), "instrument, items: 'handouts' stands there twice"),
    (changed(("items",), []), "instrument, items: must hold at least one entry"),
    (changed(("version",)), "instrument, version: is missing"),
    (changed(("scores",), [0, 10]), "instrument, scores: must be [1, 5]"),
    (changed(("windows", "recent_days", "value"), 0), "windows, recent_days, value: must be a whole number, 1 or more"),
    (changed(("windows", "recent_days", "value"), True), "windows, recent_days, value: must be a whole number, 1 or more"),
    (changed(("windows", "length_share", "value"), 0.5), "windows, length_share, value: 0.5 is not exact"),
    (changed(("windows", "recent_weeks"), {"value": 4}), "windows, recent_weeks: is not a key"),
    (changed(("reviews", 0, "items"), [1, 14]), "reviews 1, items: must be item numbers from 1 to 13"),
    (changed(("reviews", 0, "items"), [1, 1]), "reviews 1, items: 1 stands there twice"),
    (changed(("reviews", 1, "id"), "midway"), "instrument, reviews: 'midway' stands there twice"),
    (changed(("bands", 0, "default"), False), "instrument, bands: exactly one system must say default = true"),
    (changed(("bands", 1, "default"), True), "instrument, bands: exactly one system must say default = true"),
    (changed(("bands", 1, "default"), "no"), "bands 2, default: must be true or false"),
    (changed(("bands", 0, "steps", 0, "at_least"), "2"), "bands 1, steps: the first band must begin at 1"),
    (changed(("bands", 0, "steps", 2, "at_least"), "4.0"), "bands 1, steps: 4 must lie above 4"),
    (changed(("bands", 0, "steps", 2, "at_least"), "5.1"), "bands 1, steps: no mean is above 5"),
    (changed(("bands", 0, "steps", 2, "at_least"), 4.4), "bands 1, steps 3, at_least: 4.4 is not exact"),
    (changed(("topics", 1, "id"), "relapse"), "instrument, topics: 'relapse' stands there twice"),
    (changed(("timing", "assign_by_week"), 0), "timing, assign_by_week: must be a whole number, 1 or more"),
    (changed(("colour",), "green"), "instrument, colour: is not a key"),
]


@pytest.mark.parametrize(("data", "message"), WRONG, ids=[message[:60] for _, message in WRONG])
def test_a_wrong_file_is_refused_and_the_place_named(data, message):
    with pytest.raises(BadInstrument) as refused:
        instrument(data)
    assert message in str(refused.value)


def test_something_that_is_no_table_is_refused():
    with pytest.raises(BadInstrument, match="instrument: must be a table"):
        instrument(["items"])
