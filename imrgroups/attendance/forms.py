"""What staff fill in about attendance: the register's own fields, apologies, make-ups, and the spreadsheet coming back."""

from collections.abc import Iterable, Mapping
from datetime import date

from flask_wtf.file import FileField, FileRequired
from werkzeug.exceptions import BadRequest
from wtforms import IntegerField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, Optional

from imrgroups.attendance.figures import KIND_NAMES
from imrgroups.forms import DayField, Form, WordsField, at_most, needed
from imrgroups.i18n import gettext, lazy_gettext
from imrgroups.rules.attendance import MarkState

LARGEST = 2**63 - 1


class ApologyForm(Form):
    """Somebody told us beforehand that they cannot come."""

    participant = SelectField(lazy_gettext("Who?"), coerce=int, validators=[NumberRange(1, None, lazy_gettext("Choose who told you"))])
    told_on = DayField(lazy_gettext("When did they say so?"), validators=[needed(lazy_gettext("Choose the day they said so"))])
    text = WordsField(lazy_gettext("What did they say? (optional)"), validators=[Optional(), at_most(1000)])


    def told_by(self, latest: date) -> bool:
        """Whether the day is not after `latest`; else the field says what to do."""
        if self.told_on.data <= latest:
            return True
        self.told_on.errors = [gettext("Choose a day up to the meeting, not later than today")]
        return False


class MakeUpForm(Form):
    """A missed meeting was caught up another way."""

    kind = RadioField(
        lazy_gettext("How was it caught up?"), choices=[SelectChoice(kind.value, name) for kind, name in KIND_NAMES.items()],
        validators=[needed(lazy_gettext("Choose how it was caught up"))],
    )
    done_on = DayField(lazy_gettext("Which day?"), validators=[needed(lazy_gettext("Choose the day it was done"))])
    minutes = IntegerField(
        lazy_gettext("How many minutes? (optional)"),
        validators=[Optional(), NumberRange(1, 240, lazy_gettext("Write the minutes as a number from 1 to 240"))],
    )
    leader = SelectField(lazy_gettext("Who did it with them? (optional)"), coerce=int, validators=[Optional()])


class SheetForm(Form):
    """The spreadsheet of a register, coming back."""

    sheet = FileField(lazy_gettext("The file you filled in"), validators=[FileRequired(lazy_gettext("Choose the file you filled in"))])


def changed(form: Mapping[str, str]) -> tuple[dict[int, MarkState], dict[int, int]]:
    """The marks that were changed on the register since it was opened, and the versions they had then.

    form: "state-7", "was-7" and "version-7" for each person. Raises BadRequest for what the page never sends.
    """
    marks: dict[int, MarkState] = {}
    versions: dict[int, int] = {}
    for name, value in form.items():
        person = name.removeprefix("state-")
        if person != name and value != form.get(f"was-{person}"):
            marks[number(person)] = state(value)
            versions[number(person)] = number(form.get(f"version-{person}", "0"))
    return marks, versions


def number(text: str) -> int:
    """A key or a version as the page sends it. Raises BadRequest for anything else."""
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or int(text) > LARGEST:
        raise BadRequest
    return int(text)


def state(text: str) -> MarkState:
    """A mark as the page sends it. Raises BadRequest for anything else."""
    if text not in set(MarkState):
        raise BadRequest
    return MarkState(text)


def choices(people: Iterable[tuple[int, str]], first: str) -> list[SelectChoice]:
    """The choices of a list of people, with nobody (0) on top."""
    return [SelectChoice(key, name) for key, name in [(0, first), *people]]
