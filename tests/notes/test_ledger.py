"""The dose ledger, the material of a meeting, lines to begin with, and what to look at before signing."""

from datetime import date

from imrgroups.attendance import actions as attendance
from imrgroups.enrolment import actions as enrolment
from imrgroups.enrolment import roster
from imrgroups.goals import actions as goals
from imrgroups.homework import actions as homework
from imrgroups.homework import reads
from imrgroups.homework.actions import Task
from imrgroups.library import content
from imrgroups.notes import actions as notes
from imrgroups.notes import ledger
from imrgroups.notes.actions import Handed, MeetingRecord
from imrgroups.people import actions as people
from imrgroups.rules.exposure import Dose


def hold(world, number, **marks):
    meeting = world.meetings[number]
    found = {world.people[name].id: state for name, state in marks.items()}
    attendance.mark(meeting=meeting, marks=found, versions={}, by=world.staff["Dana"].id, now=world.now)
    return world.meetings[number]


def ways(person_dose):
    return {topic.key: topic.way for module in person_dose.modules for topic in module.topics if topic.way is not Dose.NOT_YET}


def first_topics(count):
    return [f"recovery-strategies/{topic.id}" for topic in content.load().modules["recovery-strategies"].topics][:count]


def teach(world, number, topic, **marks):
    """A held meeting at which this one topic ("module/topic") was taught; Bo was there."""
    meeting = hold(world, number, Bo="present", **marks)
    notes.record(meeting, MeetingRecord(topics=[tuple(topic.split("/"))]), by=None, now=world.now)
    return meeting


def handout_of(topic):
    return content.load().topic(*topic.split("/")).handout


def give(world, number, name, topic):
    handed = Handed(world.people[name].id, handout_of(topic), "da", "1")
    notes.record(world.meetings[number], MeetingRecord(handouts=[handed]), by=None, now=world.now)


def test_the_ledger_says_how_each_topic_was_got(world):
    amal = world.people["Amal"]
    one, two, three, four = first_topics(4)
    for number, topic in enumerate((one, two, three), 1):
        teach(world, number, topic, Amal="absent")
    for number, kind in ((1, "one_to_one"), (2, "ward")):
        attendance.make_up(
            world.meetings[number], amal, done_on=world.today, kind=kind, minutes=20, leader_id=None, by=None, now=world.now
        )
    give(world, 3, "Amal", three)
    mine, bo = ledger.dose_of(amal.id), ledger.dose_of(world.people["Bo"].id)
    assert ways(mine) == {one: Dose.ONE_TO_ONE, two: Dose.WARD, three: Dose.HANDOUT_ONLY}
    assert ways(bo) == dict.fromkeys((one, two, three), Dose.GROUP)
    assert (mine.begun, mine.total) == (1, 11) == (bo.begun, bo.total)
    assert [module.got for module in mine.modules][:2] == [2, 0]
    assert four not in ways(mine)


def test_a_handout_alone_begins_no_module(world):
    topic = first_topics(1)[0]
    teach(world, 1, topic, Amal="absent")
    give(world, 1, "Amal", topic)
    mine = ledger.dose_of(world.people["Amal"].id)
    assert (mine.begun, ways(mine)) == (0, {topic: Dose.HANDOUT_ONLY})


def test_handouts_wait_for_those_who_missed_and_belonged_to_the_group(world):
    topic = first_topics(1)[0]
    teach(world, 1, topic, Amal="absent")
    names = ("Amal", "Bo", "Cy", "Ejnar")  # nobody recorded Cy, Ejnar joined later
    waiting = {name: [id for id, _title in ledger.dose_of(world.people[name].id).waiting] for name in names}
    assert waiting == {"Amal": [handout_of(topic)], "Bo": [], "Cy": [handout_of(topic)], "Ejnar": []}
    give(world, 1, "Amal", topic)
    assert ledger.dose_of(world.people["Amal"].id).waiting == []


def test_what_the_notes_say_was_taught_counts_and_not_the_plan(world):
    meeting = hold(world, 1, Amal="present")
    notes.record(meeting, MeetingRecord(topics=[("medication", "what-medicine-does"), ("needs", "")]), by=None, now=world.now)
    mine = ledger.dose_of(world.people["Amal"].id)
    assert ways(mine) == {"medication/what-medicine-does": Dose.GROUP}
    assert [module.id for module in mine.modules if module.begun] == ["medication", "needs"]  # of "needs" no topic was named


def test_the_ledger_of_a_group_is_that_of_its_people(world, statements):
    hold(world, 1, Amal="present", Bo="absent")
    hold(world, 2, Amal="late", Bo="left_early")
    everybody = ledger.dose_of_group(world.group.id)
    assert set(everybody) == {world.people[name].id for name in ("Amal", "Bo", "Cy", "Dina", "Ejnar")}
    assert {key: ways(dose) for key, dose in everybody.items()} == {key: ways(ledger.dose_of(key)) for key in everybody}
    group_id = world.group.id
    with statements() as few:
        ledger.dose_of_group(group_id)
    for number in range(7):
        person = people.create(people.PersonDetails(f"Guest {number}", "da"), centre_id=world.centres["North"].id, by=None, now=world.now)
        enrolment.join(world.group, person, on=date(2026, 11, 3), by=None, now=world.now)
    group_id = world.group.id
    with statements() as many:
        assert len(ledger.dose_of_group(group_id)) == 12
    assert len(few) == len(many) == 5


def test_somebody_in_no_group_has_the_whole_programme_before_them(world):
    dose = ledger.dose_of(world.people["Freja"].id)
    assert (dose.begun, dose.total, dose.waiting) == (0, 11, [])


def test_material_names_plan_handouts_and_worksheets(world, app):
    with app.test_request_context():
        found = ledger.material([("recovery-strategies", "what-helps"), ("medication", ""), ("dance", "tango")], "da")
    assert [(each.module, each.topic) for each in found] == [
        ("Recovery strategies", "What helps people recover?"), ("Using medication effectively", ""), ("dance", "tango")
    ]
    assert found[0].guide.endswith("/guide/what-helps")
    assert [(title, address.split("?")[0].rsplit("/", 1)[1]) for title, address in found[0].handouts + found[0].worksheets] == [
        (content.load().document("recovery-what-helps").safe_title.source, "recovery-what-helps"),
        (content.load().document("life-areas").safe_title.source, "life-areas"),
    ]
    assert found[1].guide == "" and found[2].handouts == []


def test_minutes_come_from_the_plan_of_the_hour(world):
    assert sum(ledger.minutes_of([("recovery-strategies", "what-helps")]).values()) in range(45, 67)
    assert ledger.minutes_of([]) == {step.id: step.minutes[1] for step in content.load().steps}


def test_a_line_is_composed_of_what_was_tapped(world):
    amal, now = world.people["Amal"], world.now
    hold(world, 7, Amal="present")
    meeting = hold(world, 8, Amal="late", Bo="absent")
    goal = goals.set_goal(group_id=world.group.id, participant_id=amal.id, text="Cook", on=date(2026, 11, 17), by=None, now=now)
    homework.agree(world.meetings[7], {amal.id: Task("Walk")}, by=None, now=now)
    homework.review(meeting, {homework.agreed_at(world.meetings[7].id)[amal.id].id: ("partly", "the rain")}, by=None, now=now)
    goals.follow_up(meeting, {goal.id: ("kept", "cooked twice!")}, by=None, now=now)
    homework.agree(meeting, {amal.id: Task("Swim on Friday")}, by=None, now=now)
    assert ledger.suggestions(meeting) == {
        amal.id: "Came late. Goal: kept to it. Cooked twice! Homework: partly done. The rain. Until next time: Swim on Friday.",
        world.people["Bo"].id: "Was not there.",
    }


def test_a_line_says_the_homework_in_the_language_of_the_note(world):
    meeting, bo = hold(world, 8, Bo="present"), world.people["Bo"].id
    choice = reads.choices(meeting)[0].id
    homework.agree(meeting, {bo: Task(reads.words_of(choice, "da"), choice)}, by=None, now=world.now)
    assert reads.words_of(choice, "en") in ledger.suggestions(meeting)[bo]


def doubts(world, texts):
    everybody, keys = roster.roster(world.group.id), {name: person.id for name, person in world.people.items()} | {"": None}
    names = {key: name for name, key in keys.items()}
    found = ledger.doubts({keys[name]: text for name, text in texts.items()}, everybody)
    return [(names[each.participant_id], each.kind, names[each.other_id]) for each in found]


def test_a_line_that_names_somebody_else_is_pointed_out(world):
    assert doubts(world, {"Amal": "Amal sang. Dina's sheet was lent out."}) == [("Amal", "name", "Dina")]
    assert doubts(world, {"Amal": "Dinas ark blev lånt."}) == [("Amal", "name", "Dina")]
    assert doubts(world, {"Amal": "Sad ved siden af hr. Møller."}) == [("Amal", "name", "Dina")]
    assert doubts(world, {"": "Bo told a story."}) == [("", "name", "Bo")]


def test_a_word_that_only_looks_like_a_name_is_left_alone(world):
    assert doubts(world, {"Amal": "Hun vil bo tættere på byen. Dinard. Bornholm.", "Bo": "Bo Lind sang.", "": "En rolig time."}) == []


def test_two_lines_in_the_same_words_are_pointed_out(world):
    assert doubts(world, {"Amal": "Was there.", "Cy": "was  there.", "Dina": "Sang.", "": "Was there."}) == [
        ("Amal", "same", "Cy"), ("Cy", "same", "Amal")
    ]
