"""Where the demonstration plays: three invented centres, the days they are closed, and who works there."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from dateutil.easter import easter

from imrgroups.demo.stock import stock
from imrgroups.groups.actions import closed as closing
from imrgroups.staff import actions as staff

if TYPE_CHECKING:
    from imrgroups.demo.trial import Trial

SPAN = 730  # days that the whole history goes back
ZONE, COUNTRY, LANGUAGE = "Europe/Copenhagen", "DK", "da"


@dataclass(frozen=True)
class Place:
    """One centre: its code, name, telephone, rooms, and its people as (name, address before the @)."""

    code: str
    name: str
    phone: str
    places: tuple[str, ...]
    leaders: tuple[tuple[str, str], ...]
    coordinator: tuple[str, str]
    assessor: tuple[str, str]


@dataclass
class Cast:
    """The keys of centres and staff once they are there.

    centres by place, leaders by (centre, place), coordinators and assessors by centre.
    """

    centres: list[int] = field(default_factory=list)
    leaders: dict[tuple[int, int], int] = field(default_factory=dict)
    coordinators: list[int] = field(default_factory=list)
    assessors: list[int] = field(default_factory=list)


CENTRES = tuple(
    Place(
        entry["code"], entry["name"], entry["phone"], tuple(entry["places"]), tuple((name, address) for name, address in entry["leaders"]),
        tuple(entry["coordinator"]), tuple(entry["assessor"]),
    )
    for entry in stock("names")["centres"]
)


def at(on: date, hour: int, minute: int = 0) -> datetime:
    """An instant of a day, early enough to lie before any meeting at that hour in Copenhagen."""
    return datetime.combine(on, time(hour, minute), UTC)


def closed_days(as_of: date, keep: date) -> tuple[tuple[date, date, str], ...]:
    """The closed days of a centre over the years the demonstration spans: (first, last, why); none of them holds the day to `keep`."""
    found = []
    for year in range(as_of.year - 3, as_of.year + 2):
        good_friday = easter(year) - timedelta(days=2)
        found += [
            (_monday(year, 7), _monday(year, 7) + timedelta(days=6), "Vinterferie"),
            (good_friday - timedelta(days=4), good_friday + timedelta(days=3), "Påske"),
            (_monday(year, 28), _monday(year, 30) + timedelta(days=6), "Sommerferie"),
            (_monday(year, 42), _monday(year, 42) + timedelta(days=6), "Efterårsferie"),
            (date(year, 12, 23), date(year + 1, 1, 1), "Jul og nytår"),
        ]
    first = as_of - timedelta(days=SPAN)
    return tuple(closed for closed in found if closed[1] >= first and not closed[0] <= keep <= closed[1])


def _monday(year: int, week: int) -> date:
    return date.fromisocalendar(year, week, 1)


def open_centres(whole: "Trial") -> Cast:
    """Create the centres, their closed days and their staff, weeks before the first group."""
    cast, now = Cast(), at(whole.begins_on, 7)
    centres = []
    for place, closed in zip(CENTRES, whole.closed, strict=True):
        details = staff.CentreDetails(place.code, place.name, ZONE, COUNTRY, LANGUAGE, phone=place.phone)
        centre = staff.create_centre(details, by=None, now=now)
        centres.append(centre)
        cast.centres.append(centre.id)
        for first, last, why in closed:
            closing.close(centre, first, last, why, by=None, now=now)
    administrator = stock("names")["administrator"]
    _add(administrator["name"], administrator["address"], [(centre, "administrator") for centre in cast.centres], now)
    for number, place in enumerate(CENTRES):
        here = cast.centres[number]
        cast.coordinators.append(_add(*place.coordinator, [(here, "coordinator")], now))
        cast.assessors.append(_add(*place.assessor, [(here, "assessor")], now))
        for order, leader in enumerate(place.leaders):
            cast.leaders[number, order] = _add(*leader, [(here, "leader")], now)
    return cast


def _add(name: str, address: str, roles: Sequence[tuple[int, str]], now: datetime) -> int:
    """A person of staff without a password: in demonstration mode one click signs them in, elsewhere nothing does."""
    email = f"{address}{staff.DEMONSTRATION_DOMAIN}"
    return staff.add_staff(email=email, name=name, roles=roles, language="", by=None, now=now).id
