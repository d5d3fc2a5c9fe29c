"""From cells to values: every cell read, every reference followed, every key unique; and what is unusual, as a warning."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from imrgroups.groups.series import public_holidays
from imrgroups.overview.sheets.columns import CODE, TEXT, Unreadable, like_formula, phone_in
from imrgroups.overview.sheets.files import Problem, Rows
from imrgroups.overview.sheets.layout import SHEETS, Sheet
from imrgroups.overview.sheets.store import Keys

ROOM_STATES = ("present", "late", "left_early")
PAIRS = (
    ("closed_weeks", "from", "to"), ("hospital_stays", "from", "to"), ("enrolments", "joined_on", "left_on"),
    ("groups", "starts_on", "ended_on"),
)


class Bundle:
    """What a file says: values by sheet, each row with its number; and every problem found so far."""

    def __init__(self, tables: Mapping[str, Rows], problems: list[Problem]) -> None:
        self.problems = list(problems)
        self.rows: dict[str, list[tuple[int, dict[str, Any]]]] = {}
        for sheet in SHEETS:
            self.rows[sheet.name] = [(number, self._values(sheet, number, texts)) for number, texts in tables.get(sheet.name, [])]

    def say(self, sheet: str, row: int, column: str, message: str, *, warning: bool = False) -> None:
        """Note a problem."""
        self.problems.append(Problem(sheet, row, column, message, warning))

    def _values(self, sheet: Sheet, number: int, texts: Mapping[str, str]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for column in sheet.columns:
            text = texts.get(column.name, "")
            values[column.name] = None
            if not text:
                if column.needed and column.name in texts:
                    self.say(sheet.name, number, column.name, "Fill in this cell")
                continue
            if column.kind in (TEXT, CODE) and like_formula(text):
                message = "This begins like a formula and is kept as it stands here. If it was one, write its value"
                self.say(sheet.name, number, column.name, message, warning=True)
            try:
                values[column.name] = column.kind.read(text)
            except Unreadable as error:
                self.say(sheet.name, number, column.name, str(error))
        return values

    @property
    def refused(self) -> bool:
        """Whether something must be put right before anything can be written."""
        return any(not problem.warning for problem in self.problems)


def check(bundle: Bundle, keys: Keys, saved: "Saved", now: datetime) -> None:
    """Everything that needs more than one cell: keys, references, phones, periods, and what is unusual."""
    known = _codes(bundle, keys)
    for sheet in SHEETS:
        _keys(bundle, sheet)
        for number, row in bundle.rows[sheet.name]:
            _references(bundle, sheet, number, row, known)
    _phones(bundle, saved)
    for name, first, last in PAIRS:
        for number, row in bundle.rows[name]:
            if row[first] and row[last] and row[last] < row[first]:
                bundle.say(name, number, last, f"This is before {first}; put the dates in order")
    _signatures(bundle)
    _parents(bundle, saved)
    if not bundle.refused:
        _belonging(bundle, saved)
        _unusual(bundle, saved, now)


def _codes(bundle: Bundle, keys: Keys) -> dict[str, set[Any]]:
    known: dict[str, set[Any]] = {name: set(ids) for name, ids in keys.ids.items()}
    for name in ("centres", "staff", "groups", "participants", "supporters", "goals"):
        column = "email" if name == "staff" else "code"
        known[name] |= {row[column] for _number, row in bundle.rows[name]}
    known["meetings"] |= {(row["group"], row["number"]) for _number, row in bundle.rows["meetings"]}
    return known


def _keys(bundle: Bundle, sheet: Sheet) -> None:
    first: dict[tuple[Any, ...], int] = {}
    for number, row in bundle.rows[sheet.name]:
        key = tuple(row.get(name) for name in sheet.key)
        if not any(key):  # unreadable, and said so already
            continue
        if key in first:
            bundle.say(sheet.name, number, sheet.key[0], f"Row {first[key]} says the same ({', '.join(sheet.key)}); keep one of them")
        first.setdefault(key, number)


def _references(bundle: Bundle, sheet: Sheet, number: int, row: Mapping[str, Any], known: Mapping[str, set[Any]]) -> None:
    for column in sheet.columns:
        value = row[column.name]
        if not column.refers or value is None:
            continue
        if column.refers == "meetings":
            wanted = [(row["group"], value)] if row["group"] in known["groups"] else []
        else:
            wanted = list(value) if isinstance(value, tuple) else [value]
        for each in wanted:
            if each not in known[column.refers]:
                shown = f"meeting {value} of {row['group']}" if column.refers == "meetings" else each
                bundle.say(sheet.name, number, column.name, f"There is no {shown} in {column.refers}; add it there or correct it here")


def _phones(bundle: Bundle, saved: "Saved") -> None:
    countries = saved.countries | {row["code"]: row["country"] for _n, row in bundle.rows["centres"] if row["country"]}
    centres = saved.centres_of_people | {row["code"]: row["centre"] for _n, row in bundle.rows["participants"]}
    for name, owner in (("centres", "code"), ("staff", "centre"), ("participants", "centre"), ("supporters", "participant")):
        for number, row in bundle.rows[name]:
            if row["phone"]:
                centre = centres.get(row[owner], "") if owner == "participant" else row[owner]
                try:
                    row["phone"] = phone_in(row["phone"], countries.get(centre, "DK"))
                except Unreadable as error:
                    bundle.say(name, number, "phone", str(error))


def _signatures(bundle: Bundle) -> None:
    for number, row in bundle.rows["notes"]:
        for kind in ("signed", "countersigned"):
            if bool(row[f"{kind}_by"]) != bool(row[f"{kind}_on"]):
                missing = f"{kind}_on" if row[f"{kind}_by"] else f"{kind}_by"
                bundle.say("notes", number, missing, "Give both who signed and the day, or neither")
        if row["countersigned_by"] and row["countersigned_by"] == row["signed_by"]:
            bundle.say("notes", number, "countersigned_by", "Somebody else than the first must countersign")


class Saved:
    """What the database says already, for checks that look beyond the file."""

    def __init__(self, keys: Keys, tables: Mapping[str, list[dict[str, str]]]) -> None:
        self.countries = {row["code"]: row["country"] for row in tables["centres"]}
        self.centres_of_people = {row["code"]: row["centre"] for row in tables["participants"]}
        self.centres_of_groups = {row["code"]: row["centre"] for row in tables["groups"]}
        self.people_of_supporters = {row["code"]: row["participant"] for row in tables["supporters"]}
        self.consented = {row["code"] for row in tables["supporters"] if row["consented_on"]}
        self.enrolments = [
            (row["group"], row["participant"], date.fromisoformat(row["joined_on"]), _day(row["left_on"]))
            for row in tables["enrolments"]
        ]
        self.meetings = {(row["group"], int(row["number"])): (date.fromisoformat(row["date"]), row["state"]) for row in tables["meetings"]}
        self.absent = {(row["group"], int(row["number"]), row["participant"]) for row in tables["marks"] if row["state"] == "absent"}
        self.parents = {
            name: {(row["group"], int(row["number"]), row["participant"]) for row in tables[name]} for name in ("homework", "notes")
        }
        self.capacity = {row["code"]: int(row["capacity"]) for row in tables["groups"]}


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _parents(bundle: Bundle, saved: Saved) -> None:
    """Reviews need their homework, amendments their note."""
    for name, parent, what in (("reviews", "homework", "homework"), ("amendments", "notes", "note")):
        known = saved.parents[parent] | {(row["group"], row["number"], row["participant"] or "") for _n, row in bundle.rows[parent]}
        for number, row in bundle.rows[name]:
            if (row["group"], row["number"], row["participant"] or "") not in known:
                message = f"There is no {what} of this person at this meeting in {parent}; add it there or correct it here"
                bundle.say(name, number, "number", message)


def _belonging(bundle: Bundle, saved: Saved) -> None:
    people = saved.centres_of_people | {row["code"]: row["centre"] for _n, row in bundle.rows["participants"]}
    groups = saved.centres_of_groups | {row["code"]: row["centre"] for _n, row in bundle.rows["groups"]}
    for name in ("enrolments", "waiting"):
        for number, row in bundle.rows[name]:
            if people[row["participant"]] != groups[row["group"]]:
                bundle.say(name, number, "participant", "This person belongs to another centre than the group")
    owners = saved.people_of_supporters | {row["code"]: row["participant"] for _n, row in bundle.rows["supporters"]}
    goals = {row["code"]: row["participant"] for _n, row in bundle.rows["goals"]}
    for name in ("homework", "steps"):
        for number, row in bundle.rows[name]:
            person = row.get("participant") or goals.get(row.get("goal"))
            if row["supporter"] and person and owners[row["supporter"]] != person:
                bundle.say(name, number, "supporter", "This supporter belongs to somebody else")


def _unusual(bundle: Bundle, saved: Saved, now: datetime) -> None:
    meetings = saved.meetings | {
        (row["group"], row["number"]): (row["date"], row["state"] or "planned") for _n, row in bundle.rows["meetings"]
    }
    stays = defaultdict(list)
    for group, person, joined, left in saved.enrolments:
        stays[group, person].append((joined, left))
    for _number, row in bundle.rows["enrolments"]:
        stays[row["group"], row["participant"]].append((row["joined_on"], row["left_on"]))
    for number, row in bundle.rows["enrolments"]:
        first, last = row["joined_on"], row["left_on"] or date.max
        others = [(joined, left or date.max) for joined, left in stays[row["group"], row["participant"]] if joined != first]
        still = [joined for joined, left in others if left == last == date.max]
        if still:  # nothing but an import could make such a row: whoever leaves would leave one of two times
            message = f"This person belongs to the group since {still[0]} already. Put left_on into one of the two, or keep one of them"
            bundle.say("enrolments", number, "joined_on", message)
        elif any(joined <= last and first <= left for joined, left in others):
            bundle.say("enrolments", number, "joined_on", "This person belonged to the group already at that time", warning=True)
    for name in ("marks", "apologies", "homework", "handouts"):
        for number, row in bundle.rows[name]:
            on, state = meetings[row["group"], row["number"]]
            belongs = any(joined <= on and (left is None or on <= left) for joined, left in stays[row["group"], row["participant"]])
            if not belongs:
                bundle.say(name, number, "participant", "This person did not belong to the group on that day", warning=True)
            if name == "marks" and state != "held" and row["state"] != "not_recorded":
                what = "Somebody came, but the" if row["state"] in ROOM_STATES else "This does not count, because the"
                bundle.say(name, number, "state", f"{what} meeting is {state}. Is it held in the sheet meetings?", warning=True)
    absent = saved.absent | {
        (row["group"], row["number"], row["participant"]) for _n, row in bundle.rows["marks"] if row["state"] == "absent"
    }
    for number, row in bundle.rows["homework"]:
        if (row["group"], row["number"], row["participant"]) in absent:
            bundle.say("homework", number, "participant", "This person was absent but was given homework", warning=True)
    consented = saved.consented | {row["code"] for _n, row in bundle.rows["supporters"] if row["consented_on"]}
    for number, row in bundle.rows["contacts"]:
        if row["supporter"] not in consented:
            bundle.say("contacts", number, "supporter", "No consent to contact this supporter is recorded", warning=True)
    _calendar(bundle, saved, now)
    _capacity(bundle, saved, stays)


def _calendar(bundle: Bundle, saved: Saved, now: datetime) -> None:
    latest = (now + timedelta(hours=14)).date()  # a later date has come nowhere on earth
    countries = saved.countries | {row["code"]: row["country"] for _n, row in bundle.rows["centres"]}
    centres = saved.centres_of_groups | {row["code"]: row["centre"] for _n, row in bundle.rows["groups"]}
    starts = {row["code"]: row["starts_on"] for _n, row in bundle.rows["groups"]}
    for number, row in bundle.rows["meetings"]:
        if row["state"] == "cancelled":
            continue
        if row["state"] == "held" and row["date"] > latest:
            bundle.say("meetings", number, "state", "This day has not come yet, but the meeting is held. Check the date", warning=True)
        holidays = public_holidays(countries[centres[row["group"]]], row["date"].year, row["date"].year)
        if row["date"] in holidays:
            bundle.say("meetings", number, "date", f"This is a public holiday ({holidays[row['date']]})", warning=True)
        if starts.get(row["group"]) and row["date"] < starts[row["group"]]:
            bundle.say("meetings", number, "date", "This is before the group starts", warning=True)


def _capacity(bundle: Bundle, saved: Saved, stays: Mapping[tuple[str, str], list[tuple[date, date | None]]]) -> None:
    capacity = saved.capacity | {row["code"]: row["capacity"] or 10 for _n, row in bundle.rows["groups"]}
    for group in {row["group"] for _n, row in bundle.rows["enrolments"]}:
        days = {joined for (of, _person), times in stays.items() if of == group for joined, _left in times}
        theirs = [times for (of, _person), times in stays.items() if of == group]
        most = max(sum(any(joined <= day and (left is None or day <= left) for joined, left in times) for times in theirs) for day in days)
        if most > capacity[group]:
            bundle.say("enrolments", 0, "group", f"{group} has {most} people at once; it has room for {capacity[group]}", warning=True)
