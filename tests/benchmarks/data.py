"""What is measured: one group of ten people with 36 weekly meetings, built through actions; and thousands of others beside it."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, text

from imrgroups.attendance import actions as attendance
from imrgroups.db import db
from imrgroups.enrolment import actions as enrolment
from imrgroups.goals import actions as goals
from imrgroups.groups import actions as groups
from imrgroups.groups import series
from imrgroups.homework import actions as homework
from imrgroups.homework.actions import Task
from imrgroups.library import content
from imrgroups.notes import actions as notes
from imrgroups.notes.actions import Handed, MeetingRecord
from imrgroups.outreach import actions as outreach
from imrgroups.outreach.actions import replies
from imrgroups.people import actions as people
from imrgroups.people.models import Supporter
from imrgroups.sms import Incoming
from imrgroups.staff import actions as staff

NAMES = (
    "Anders Holm",
    "Birgit Lund",
    "Cem Yilmaz",
    "Dorte Skov",
    "Emil Krogh",
    "Fatima Said",
    "Grethe Bach",
    "Hassan Omar",
    "Ida Vinther",
    "Jens Ravn",
)
CLOSE = ("Nina Holm", "Per Lund", "Aylin Yilmaz", "Bo Skov", "Lis Krogh")  # those close to the first five; to the first three we spoke lately
TECHNIQUES = ("link-to-goals", "interactive-teaching", "shaping")
PHONE = "+4520123456"
STATES = ("present", "present", "present", "late", "present", "absent", "excused", "present", "hospital", "present")


@dataclass(frozen=True)
class Measured:
    """Keys of what is measured: the group, its meeting today, the leader."""

    group: int
    meeting: int
    leader: int
    people: tuple[int, ...]
    supporters: dict[int, str]


def build(now: datetime) -> Measured:
    """Build the group so that its meeting number 30 began half an hour ago: its register is open whenever this runs."""
    began = (now - timedelta(minutes=30)).astimezone(ZoneInfo("Europe/Copenhagen"))
    first = began.date() - timedelta(weeks=29)
    centre = staff.create_centre(staff.CentreDetails("BENCH", "Bench", "Europe/Copenhagen", "DK", "en"), by=None, now=now)
    leader = staff.add_staff(email=f"leader{staff.DEMONSTRATION_DOMAIN}", name="Dana Lund", roles=[(centre.id, "leader")], by=None, now=now)
    other = staff.add_staff(email=f"second{staff.DEMONSTRATION_DOMAIN}", name="Kim Berg", roles=[(centre.id, "leader")], by=None, now=now)
    details = groups.GroupDetails("Measured group", "en", first, time(began.hour, began.minute), "Europe/Copenhagen", 60, "Room 2", series.default_order())
    group = groups.create(details, centre_id=centre.id, leaders=[leader.id, other.id], by=leader.id, now=now, meetings=False)
    for week in range(36):
        groups.add_meeting(group, on=first + timedelta(weeks=week), by=leader.id, now=now)
    persons = [
        people.create(people.PersonDetails(name, "en", phone="" if place else PHONE), centre_id=centre.id, by=leader.id, now=now)
        for place, name in enumerate(NAMES)
    ]
    for person in persons:
        enrolment.join(group, person, on=first, by=leader.id, now=now)
        goals.set_goal(group_id=group.id, participant_id=person.id, text="Cook for a friend every week", on=first, by=leader.id, now=now)
    told = {"by": leader.id, "now": now}
    for place, name in enumerate(CLOSE):
        yes = None if place == 4 else first
        close = people.add_supporter(persons[place], people.SupporterDetails(name, "sister", "", "when we meet", yes), **told)
        if place < 3:
            people.contact(close, on=began.date() - timedelta(days=5 + place), kind="phone", about="", **told)
    meetings = [meeting for meeting in groups._open(group)]
    for number, meeting in enumerate(meetings[:29]):
        marks = {person.id: STATES[(number + place) % len(STATES)] for place, person in enumerate(persons)}
        attendance.mark(meeting=meeting, marks=marks, versions={}, by=leader.id, now=now)
        homework.agree(meeting, {person.id: Task("Notice one good hour") for person in persons}, by=leader.id, now=now)
        here = [person.id for person in persons if marks[person.id] in ("present", "late")]
        topics = [(topic.module, topic.topic) for topic in meeting.topics]
        sheets = [content.load().topic(module, topic).handout for module, topic in topics]
        said = MeetingRecord(
            topics=topics, texts={None: "A calm meeting."}, versions={},
            handouts=[Handed(person, sheet, "en", "1") for person in here for sheet in sheets],
            techniques=[(word, leader.id) for word in TECHNIQUES[:number % 4]],
        )
        notes.record(meeting, said, by=leader.id, now=now)
        notes.sign(meeting, by=leader.id, now=now)
        notes.sign(meeting, by=other.id, now=now)
    outreach.ask_to_call(
        persons[0], key="bench", reason="asked_to_call", on=began.date(), staff_id=leader.id, group_id=group.id, meeting_id=meetings[28].id, **told
    )
    replies.receive(Incoming("SM1", PHONE, "Thank you for last week", now), now)
    return Measured(group.id, meetings[29].id, leader.id, tuple(person.id for person in persons), _supporters())


def _supporters() -> dict[int, str]:
    return {row.id: row.name for row in db.session.execute(select(Supporter)).scalars()}


def crowd(measured: Measured, copies: int) -> None:
    """Put that many other groups beside the measured one, each with its ten people, 36 meetings and 290 marks, by plain SQL."""
    wide = 10_000_000
    lines = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :copies) "
    bind = {"copies": copies, "wide": wide, "group": measured.group}
    statements = (
        "INSERT INTO groups (id, centre_id, code, name, language, starts_on, local_time, timezone, minutes, place, module_order, capacity, "
        "end_reason, version) "
        + lines
        + "SELECT :wide + i, centre_id, 'X' || i, name || i, language, starts_on, local_time, timezone, minutes, "
        "place, module_order, capacity, end_reason, version FROM groups, n WHERE groups.id = :group",
        "INSERT INTO participants (id, centre_id, code, name_sealed, language, channel, large_print, shared_phone, created_at, version) "
        + lines
        + "SELECT participants.id % 1000000007 * 100000 + i, participants.centre_id, participants.code || 'x' || i, name_sealed, language, channel, "
        "large_print, shared_phone, created_at, participants.version FROM participants JOIN enrolments ON participant_id = participants.id, n "
        "WHERE group_id = :group",
        "INSERT INTO enrolments (group_id, participant_id, joined_on, left_reason) "
        + lines
        + "SELECT :wide + i, participant_id % 1000000007 * 100000 + i, joined_on, left_reason FROM enrolments, n WHERE group_id = :group",
        "INSERT INTO meetings (id, group_id, number, meets_on, local_time, starts_at, state, reason, version) "
        + lines
        + "SELECT :wide + meetings.id * 100000 + i, :wide + i, number, meets_on, local_time, starts_at, state, reason, version "
        "FROM meetings, n WHERE group_id = :group",
        "INSERT INTO marks (meeting_id, participant_id, state, version, marked_at, marked_by_id) "
        + lines
        + "SELECT :wide + meeting_id * 100000 + i, participant_id % 1000000007 * 100000 + i, marks.state, marks.version, marked_at, marked_by_id "
        "FROM marks JOIN meetings ON meetings.id = meeting_id, n WHERE group_id = :group",
        "INSERT INTO planned_topics (meeting_id, position, module, topic) "
        + lines
        + "SELECT :wide + meeting_id * 100000 + i, position, module, topic FROM planned_topics JOIN meetings ON meetings.id = meeting_id, n "
        "WHERE group_id = :group",
    )
    for statement in statements:
        db.session.execute(text(statement), bind)
    db.session.execute(text("ANALYZE"))
    db.session.commit()
