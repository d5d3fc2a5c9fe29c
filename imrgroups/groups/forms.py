"""Forms of groups, their meetings and closed days, and what to do where an action refuses."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import available_timezones

from wtforms import BooleanField, Field, HiddenField, IntegerField, SelectField, SelectMultipleField, TimeField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, Optional, ValidationError

from imrgroups.db import db
from imrgroups.forms import DayField, Form, LineField, at_most, needed
from imrgroups.groups.actions import CannotPlan, GroupDetails
from imrgroups.i18n import LOCALES, gettext, lazy_gettext, own_name

REGIONS = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Pacific/")
MINUTES = lazy_gettext("Write a number of minutes from 15 to 240")
PLACES = lazy_gettext("Write a number of places from 1 to 30")
STATE_WORDS = {
    "planned": lazy_gettext("Planned"),
    "held": lazy_gettext("Took place"),
    "cancelled": lazy_gettext("Cancelled"),
}


class OrderField(Field):
    """The modules in order: one number for each, sent as `<name>-<module id>`; `data` is a list of module ids."""

    def __init__(self, label: Any = "", **values: Any) -> None:
        super().__init__(label, **values)
        self.typed: dict[str, str] = {}

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Read the numbers where they were sent; one that is wrong is refused, and what was typed stays."""
        self.process_errors: list[str] = []
        self.object_data = self.data = list(data or [])
        sent = {key: formdata.get(f"{self.name}-{key}", "") for key in self.data if f"{self.name}-{key}" in formdata} if formdata else {}
        if not sent:
            return
        self.typed = sent
        numbers = [int(text) if text.strip().isdecimal() else 0 for text in sent.values()]
        if sorted(numbers) != list(range(1, len(self.data) + 1)):
            self.process_errors.append(gettext("Give each module its own number from 1 to %(last)s", last=len(self.data)))
            return
        self.data = [key for _number, key in sorted(zip(numbers, sent, strict=True))]

    def number(self, module: str) -> str:
        """What stands in the box of a module: what was typed, else its place in the order."""
        return self.typed.get(module) or str(self.data.index(module) + 1)


class GroupForm(Form):
    """A group. The start date is only asked of a new one; `version` tells a page that became old."""

    version = HiddenField()
    name = LineField(lazy_gettext("Name of the group"), [needed(lazy_gettext("Write a name for the group")), at_most(80)])
    leaders = SelectMultipleField(lazy_gettext("Who leads it"), coerce=int)
    starts_on = DayField(lazy_gettext("First meeting"), [needed(lazy_gettext("Choose the day of the first meeting"))])
    local_time = TimeField(lazy_gettext("Time of day"), [needed(lazy_gettext("Write when it begins, for example 14:30"))])
    minutes = IntegerField(
        lazy_gettext("Minutes"),
        [needed(lazy_gettext("Write how many minutes it lasts")), NumberRange(15, 240, MINUTES)],
    )
    place = LineField(lazy_gettext("Place"), [at_most(80)])
    language = SelectField(lazy_gettext("Language of the group"))
    capacity = IntegerField(
        lazy_gettext("Places"),
        [needed(lazy_gettext("Write how many places there are")), NumberRange(1, 30, PLACES)],
    )
    timezone = SelectField(lazy_gettext("Time zone"))
    module_order = OrderField(lazy_gettext("Order of the modules"))

    def __init__(self, *args: Any, staff: Sequence[tuple[int, str]] = (), **values: Any) -> None:
        super().__init__(*args, **values)
        if self.leaders is not None:
            self.leaders.choices = [SelectChoice(key, name) for key, name in staff]
        self.language.choices = [SelectChoice(code, own_name(code)) for code in LOCALES]
        self.timezone.choices = [SelectChoice(zone, zone) for zone in sorted(available_timezones()) if zone.startswith(REGIONS)]

    def validate_leaders(self, field: SelectMultipleField) -> None:
        """Somebody has to lead it."""
        if not field.data:
            raise ValidationError(gettext("Choose one person or more to lead the group"))

    def details(self, **given: Any) -> GroupDetails:
        """What was typed, as the action wants it."""
        names = ("name", "language", "local_time", "timezone", "minutes", "place", "capacity")
        typed = {name: self[name].data for name in names}
        return GroupDetails(**typed, starts_on=given.get("starts_on") or self.starts_on.data, module_order=tuple(self.module_order.data))


class OrderForm(Form):
    """The modules of a group by number."""

    module_order = OrderField(lazy_gettext("Order of the modules"))


class MoveForm(Form):
    """Where a meeting moves, or when one more is held; `version` tells a page that became old."""

    version = HiddenField()
    on = DayField(lazy_gettext("Day"), [needed(lazy_gettext("Choose the day"))])
    at = TimeField(lazy_gettext("Time of day"), [needed(lazy_gettext("Write when it begins, for example 14:30"))])
    beyond = BooleanField(lazy_gettext("Yes, meet after the nine months"))


class ReasonForm(Form):
    """Why a meeting is cancelled."""

    reason = LineField(lazy_gettext("Why is it cancelled?"), [needed(lazy_gettext("Write a few words about why")), at_most(120)])


class EndForm(Form):
    """When and why a group ends."""

    on = DayField(lazy_gettext("Last day"), [needed(lazy_gettext("Choose the last day"))])
    reason = LineField(lazy_gettext("Why does it end?"), [needed(lazy_gettext("Write a few words about why")), at_most(120)])


class ClosedForm(Form):
    """Days on which a centre holds no meetings."""

    from_on = DayField(lazy_gettext("First day"), [needed(lazy_gettext("Choose the first day"))])
    to_on = DayField(lazy_gettext("Last day"), [Optional()])
    reason = LineField(lazy_gettext("What is it?"), [at_most(80)])


def refuse(form: Form, error: CannotPlan) -> None:
    """Put what to do beside the field an action's refusal is about; what the action had begun to change is forgotten."""
    db.session.rollback()
    fields, message = refusals()[error.reason]
    name = next((name for name in fields.split() if name in form), "")
    if name:
        form[name].errors = [*form[name].errors, message]
    else:
        form.form_errors.append(message)


def refusals() -> dict[str, tuple[str, str]]:
    """(fields it may be about, what to do) for each reason an action refuses."""
    return {
        "modules": ("module_order", gettext("Choose modules from the list, each once")),
        "minutes": ("minutes", str(MINUTES)),
        "capacity": ("capacity", str(PLACES)),
        "time_zone": ("timezone", gettext("Choose a time zone from the list")),
        "no_leader": ("leaders", gettext("Choose one person or more to lead the group")),
        "leader": ("leaders", gettext("Choose leaders from the list")),
        "stale": ("", gettext("Somebody changed this while you were typing. Look at what it says now, then save again")),
        "held": ("on reason", gettext("This meeting took place, so it stays as it is")),
        "cancelled": ("on reason", gettext("This meeting is cancelled already")),
        "not_cancelled": ("", gettext("This meeting is planned already")),
        "no_reason": ("reason", gettext("Write a few words about why")),
        "day_taken": ("on", gettext("The group meets on that day already. Choose another day")),
        "before_start": ("on", gettext("Choose a day from the first meeting on")),
        "after_end": ("beyond", gettext("The nine months are over by then. Choose an earlier day, or say that you mean it")),
        "too_late": ("on", gettext("That is long after the nine months. Check the year, or choose an earlier day")),
        "after_last": ("on", gettext("Choose a day up to the last meeting")),
        "ended": ("on", gettext("The group has ended. Let it go on first, or choose a day before its end")),
        "not_ended": ("", gettext("The group goes on already")),
        "ends_before": ("to_on", gettext("Choose a last day that is not before the first")),
        "too_long": ("to_on", gettext("That is more than a year. Check the year of the last day")),
        "too_far": ("from_on", gettext("That is years away. Check the year")),
        "closed_already": ("from_on", gettext("Closed days begin on that day already. Open them first, or choose another day")),
    }
