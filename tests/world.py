"""A small named world, built only through actions. It is Tuesday 12 January 2027, ten in the morning in Copenhagen.

North: Dana and Lena lead the Tuesday group, Nora coordinates, Adam administers.
South: Charlie leads the Thursday group (an outsider to North), Kim assesses.
The Tuesday group has met at 14.30 since 3 November; eight meetings lie behind it, its ninth is today. North is closed over Christmas.
Amal, Bo, Cy and Dina were there from the first day, Ejnar joined on 1 December. Freja is in no group yet. Gorm is in the group of South.
Nothing is recorded of any meeting: what a test needs, it records.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from imrgroups.db import db
from imrgroups.enrolment import actions as enrolment
from imrgroups.enrolment.models import Enrolment
from imrgroups.groups import actions as groups
from imrgroups.groups import series
from imrgroups.groups.actions import closed
from imrgroups.groups.models import Group, Meeting
from imrgroups.people import actions as people
from imrgroups.people.models import Participant
from imrgroups.staff import actions as staff
from imrgroups.staff.models import Centre, Staff

PASSWORD = "four words are enough"
FIRST = date(2026, 11, 3)
ROLES = {
    "Dana": ("North", "leader"), "Lena": ("North", "leader"), "Nora": ("North", "coordinator"), "Adam": ("North", "administrator"),
    "Charlie": ("South", "leader"), "Kim": ("South", "assessor"),
}


@dataclass
class World:
    """Everything by first name. `group` is the Tuesday group, `meetings` are its meetings by number, `today` is its local date of now."""

    now: datetime
    centres: dict[str, Centre] = field(default_factory=dict)
    staff: dict[str, Staff] = field(default_factory=dict)
    people: dict[str, Participant] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    enrolments: dict[str, Enrolment] = field(default_factory=dict)

    @property
    def group(self) -> Group:
        return self.groups["Tuesday"]

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def meetings(self) -> dict[int, Meeting]:
        wanted = select(Meeting).where(Meeting.group_id == self.group.id).order_by(Meeting.number)
        return {meeting.number: meeting for meeting in db.session.execute(wanted).scalars()}


def build(now: datetime) -> World:
    """Build the world as it is at `now`; its people did all this twelve weeks before."""
    before = now - timedelta(weeks=12)
    world = World(now)
    _centres(world, before)
    _staff(world, before)
    _groups(world, before)
    _people(world, before)
    for name in ("Amal", "Bo", "Cy", "Dina", "Ejnar"):
        on = date(2026, 12, 1) if name == "Ejnar" else FIRST
        enrolment.join(world.group, world.people[name], on=on, by=world.staff["Dana"].id, now=before)
    thursday = world.groups["Thursday"]
    enrolment.join(thursday, world.people["Gorm"], on=thursday.starts_on, by=world.staff["Charlie"].id, now=before)
    db.session.rollback()
    return find(now)


def find(now: datetime) -> World:
    """The world as it stands in the database of a test, which may be a copy of one built before."""
    people = {person.id: person for person in db.session.execute(select(Participant)).scalars()}
    world = World(
        now,
        centres={row.name: row for row in db.session.execute(select(Centre)).scalars()},
        staff={row.name: row for row in db.session.execute(select(Staff)).scalars()},
        people={person.first_name: person for person in people.values()},
        groups={row.name: row for row in db.session.execute(select(Group)).scalars()},
        enrolments={people[row.participant_id].first_name: row for row in db.session.execute(select(Enrolment)).scalars()},
    )
    db.session.rollback()
    return world


def _centres(world: World, before: datetime) -> None:
    for name in ("North", "South"):
        details = staff.CentreDetails(name.upper(), name, "Europe/Copenhagen", "DK", "da", phone="+4538640000")
        world.centres[name] = staff.create_centre(details, by=None, now=before)
    closed.close(world.centres["North"], date(2026, 12, 21), date(2027, 1, 3), "Christmas", by=None, now=before)


def _staff(world: World, before: datetime) -> None:
    for name, (centre, role) in ROLES.items():
        world.staff[name] = staff.add_staff(
            email=f"{name.lower()}@{centre.lower()}.example", name=name, roles=[(world.centres[centre].id, role)], password=PASSWORD,
            by=None, now=before,
        )


def _groups(world: World, before: datetime) -> None:
    for name, centre, first, at, leaders in (
        ("Tuesday", "North", FIRST, time(14, 30), ("Dana", "Lena")),
        ("Thursday", "South", date(2026, 11, 5), time(10, 0), ("Charlie",)),
    ):
        details = groups.GroupDetails(name, "da", first, at, "Europe/Copenhagen", 60, "Room 2", series.default_order(), 8)
        world.groups[name] = groups.create(
            details, centre_id=world.centres[centre].id, leaders=[world.staff[leader].id for leader in leaders], by=None, now=before
        )


def _people(world: World, before: datetime) -> None:
    for name, centre, details in (
        ("Amal", "North", people.PersonDetails("Amal Haddad", "ar", "+4520123456", "text")),
        ("Bo", "North", people.PersonDetails("Bo Lind", "da", "", "letter", "Birkevej 4, 2400 København NV", large_print=True)),
        ("Cy", "North", people.PersonDetails("Cy Frost", "en", "+4520123457", "none")),
        ("Dina", "North", people.PersonDetails("Dina Møller", "da", "+4520123458", "text")),
        ("Ejnar", "North", people.PersonDetails("Ejnar Skov", "da", "+4520123459", "call")),
        ("Freja", "North", people.PersonDetails("Freja Holm", "da", "+4520123460", "text")),
        ("Gorm", "South", people.PersonDetails("Gorm Bech", "da", "+4520123461", "text")),
    ):
        person = people.create(details, centre_id=world.centres[centre].id, by=None, now=before)
        world.people[name] = person
        given = name != "Cy"
        people.consent(person, "messages", given=given, on=before.date(), how="in person", by=None, now=before)


def sign_in(client, person: Staff) -> None:
    """Sign somebody in through the sign-in page itself; the tests' password hash costs nothing."""
    answer = client.post("/sign-in", data={"email": person.email, "password": PASSWORD})
    assert answer.status_code == 302, f"{person.name} could not sign in ({answer.status_code})"
