"""Forms of centres and staff."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from zoneinfo import available_timezones

import holidays
from babel import Locale
from flask_security import TwoFactorRescueForm, TwoFactorSetupForm
from wtforms import DecimalField, PasswordField, RadioField, SelectField, SelectMultipleField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Email, InputRequired, Length, NumberRange, Optional

from imrgroups.forms import DayField, Form, LineField, PhoneField, WordsField, at_most, needed
from imrgroups.i18n import LOCALES, gettext, language, lazy_gettext, number, own_name
from imrgroups.staff.actions.training import TRAINING_WORDS
from imrgroups.staff.models import ROLES, TRAINING_KINDS, Staff

ROLE_NAMES = {
    "leader": lazy_gettext("Leader"),
    "coordinator": lazy_gettext("Coordinator"),
    "assessor": lazy_gettext("Assessor"),
    "administrator": lazy_gettext("Administrator"),
}
# What Flask-Security says, in our words. Where a key is missing here, its message belongs to something that is switched off.
MESSAGES = {
    "API_ERROR": (lazy_gettext("That did not come through whole. Start again, please."), "error"),
    "GENERIC_AUTHN_FAILED": (lazy_gettext("Check the e-mail address and the password, then try again"), "error"),
    "UNAUTHENTICATED": (lazy_gettext("Sign in first, then you come back to this page."), "info"),
    "UNAUTHORIZED": (lazy_gettext("This is not yours to see."), "error"),
    "REAUTHENTICATION_REQUIRED": (lazy_gettext("Write your password once more, so that we know it is you."), "info"),
    "REAUTHENTICATION_SUCCESSFUL": (lazy_gettext("Thank you. You can go on."), "done"),
    "ANONYMOUS_USER_REQUIRED": (lazy_gettext("You are signed in already."), "info"),
    "INVALID_PASSWORD": (lazy_gettext("This is not your password. Try again"), "error"),
    "INVALID_CODE": (lazy_gettext("This code does not fit. Try the newest one"), "error"),
    "INVALID_RECOVERY_CODE": (lazy_gettext("This recovery code does not fit, or was used before"), "error"),
    "NO_RECOVERY_CODES_SETUP": (lazy_gettext("There are no recovery codes yet. Make some"), "info"),
    "PASSWORD_NOT_PROVIDED": (lazy_gettext("Write your password"), "error"),
    "PASSWORD_INVALID_LENGTH": (lazy_gettext("Use at least %(length)s characters; three or four words are easy to remember"), "error"),
    "PASSWORD_TOO_SIMPLE": (lazy_gettext("Choose a password that is harder to guess"), "error"),
    "PASSWORD_IS_THE_SAME": (lazy_gettext("Choose a password that differs from the old one"), "error"),
    "RETYPE_PASSWORD_MISMATCH": (lazy_gettext("Write the same password in both fields"), "error"),
    "PASSWORD_CHANGE": (lazy_gettext("Your password is changed. Other browsers are signed out."), "done"),
    "LOGIN": (lazy_gettext("Sign in first, then you come back to this page."), "info"),
    "REFRESH": (lazy_gettext("Write your password once more, so that we know it is you."), "info"),
    "TWO_FACTOR_INVALID_TOKEN": (lazy_gettext("This code does not fit. Try the newest one"), "error"),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (lazy_gettext("You are signed in."), "done"),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": (lazy_gettext("From now on we ask for a code when you sign in."), "done"),
    "TWO_FACTOR_PERMISSION_DENIED": (lazy_gettext("That took too long. Start again with your password."), "info"),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": (lazy_gettext("Choose one from the list"), "error"),
    "TWO_FACTOR_DISABLED": (lazy_gettext("We no longer ask for a code when you sign in."), "done"),
    "TWO_FACTOR_SETUP_EXPIRED": (lazy_gettext("That took too long. Start again, please."), "error"),
}
REGIONS = ("Europe/", "America/", "Asia/", "Australia/", "Pacific/", "Africa/", "Atlantic/")


class SetupForm(TwoFactorSetupForm):  # type: ignore[misc]
    """Turn the second step on or off."""

    setup = RadioField(choices=[SelectChoice("authenticator"), SelectChoice("disable")], validate_choice=False)


class HelpForm(TwoFactorRescueForm):  # type: ignore[misc]
    """Flask-Security's way out by mail, which we do not send: recovery codes and the people of the centre help instead."""

    help_setup = RadioField(choices=[SelectChoice("none")])

    def validate(self, **_: Any) -> bool:
        """Nothing can be asked for here."""
        return False


class CentreForm(Form):
    """A centre."""

    code = LineField(lazy_gettext("Short code"), [needed(lazy_gettext("Write a short code, such as NORTH")), at_most(20)])
    name = LineField(lazy_gettext("Name"), [needed(lazy_gettext("Write the name of the centre")), at_most(120)])
    country = SelectField(lazy_gettext("Country"), validate_choice=True)
    timezone = SelectField(lazy_gettext("Time zone"))
    language = SelectField(lazy_gettext("Language of letters and new groups"))
    paper = SelectField(lazy_gettext("Paper"), choices=[SelectChoice("a4", "A4"), SelectChoice("letter", "Letter")])
    bands = SelectField(
        lazy_gettext("How fidelity scores are named"),
        choices=[
            SelectChoice("danish", lazy_gettext("Danish: good from 4.0, high from 4.4")),
            SelectChoice("mchugo", lazy_gettext("McHugo: moderate from 3, high from 4")),
        ],
    )
    phone = PhoneField(lazy_gettext("Phone that participants may call"), [at_most(40)])

    def __init__(self, *args: object, **values: object) -> None:
        super().__init__(*args, **values)
        territories = Locale.parse(language()).territories
        known = holidays.list_supported_countries(include_aliases=False)
        named = sorted(((territories.get(code, code), code) for code in known), key=lambda pair: pair[0].casefold())
        self.country.choices = [SelectChoice(code, name) for name, code in named]
        self.timezone.choices = [zone for zone in sorted(available_timezones()) if zone.startswith(REGIONS)]
        self.language.choices = [SelectChoice(code, own_name(code)) for code in LOCALES]
        self.phone.country = self.country.data or "DK"


class PhoneForm(Form):
    """Where somebody of staff wants to be told by text that something waits; empty for nowhere."""

    phone = PhoneField(lazy_gettext("Your mobile number"), [at_most(40)])

    def __init__(self, *args: object, country: str = "DK", **values: object) -> None:
        super().__init__(*args, **values)
        self.phone.country = country


class StaffForm(Form):
    """A person of staff at one centre."""

    name = LineField(lazy_gettext("Name"), [needed(lazy_gettext("Write the person's name")), at_most(120)])
    email = LineField(
        lazy_gettext("E-mail"),
        [
            needed(lazy_gettext("Write the e-mail address they sign in with")),
            Email(lazy_gettext("Check the e-mail address. It looks like name@example.org")),
        ],
    )
    roles = SelectMultipleField(
        lazy_gettext("What they may do at this centre"), choices=[SelectChoice(role, ROLE_NAMES[role]) for role in ROLES]
    )
    password = PasswordField(
        lazy_gettext("First password"),
        [Optional(), Length(min=12, message=lazy_gettext("Use at least 12 characters; three or four words are easy to remember"))],
    )


class StaffEditForm(StaffForm):
    """The same for somebody who is already there: the address stays, a password is only typed to set a new one.

    Somebody who also works where the actor does not manage keeps name and password: `roles_only()`.
    """

    email = None
    password = PasswordField(
        lazy_gettext("New password"),
        [Optional(), Length(min=12, message=lazy_gettext("Use at least 12 characters; three or four words are easy to remember"))],
    )

    def roles_only(self) -> None:
        """Leave only the roles at this centre to be changed."""
        del self.name, self.password


class TrainingForm(Form):
    """One event with everybody who took part."""

    kind = RadioField(
        lazy_gettext("What was it?"), choices=[SelectChoice(kind, TRAINING_WORDS[kind]) for kind in TRAINING_KINDS],
        validators=[InputRequired(lazy_gettext("Choose what it was"))],
    )
    on = DayField(lazy_gettext("Day"), [InputRequired(lazy_gettext("Choose the day"))])
    hours = DecimalField(
        lazy_gettext("Hours"), [Optional(), NumberRange(0, 24, lazy_gettext("Write hours from 0 to 24, such as 1.5"))], use_locale=False
    )
    led_by = LineField(lazy_gettext("Who led it"), [at_most(120)])
    who = SelectMultipleField(
        lazy_gettext("Who took part"), coerce=int, validators=[InputRequired(lazy_gettext("Choose at least one person who took part"))]
    )
    note = WordsField(lazy_gettext("What it was about"), [at_most(2000)])

    def __init__(self, people: Sequence[Staff], today: date, **values: object) -> None:
        super().__init__(**values)
        self.today = today
        self.who.choices = [SelectChoice(person.id, person.name) for person in people]

    def validate_on(self, field: DayField) -> None:
        """Only what has happened is put down."""
        if field.data is not None and field.data > self.today:
            raise ValidationError(gettext("Choose a day that has been; what is to come is put down afterwards"))

    def validate_hours(self, field: DecimalField) -> None:
        """Quarters of an hour are fine enough, and come out of a spreadsheet as they went in."""
        if field.data is not None and field.data * 4 % 1:
            raise ValidationError(gettext("Write whole hours, halves or quarters, such as 1.5 or 0.75"))


def hours(minutes: int) -> str:
    """Minutes as hours in figures, as short as they can be: "1.5"."""
    return number(minutes / 60, 2 if minutes % 30 else 1 if minutes % 60 else 0)
