"""Forms of centres and staff."""

from zoneinfo import available_timezones

import holidays
from babel import Locale
from wtforms import EmailField, PasswordField, SelectField, SelectMultipleField
from wtforms.validators import Email, Length, Optional

from imrgroups.forms import Form, LineField, at_most, needed
from imrgroups.i18n import LOCALES, language, lazy_gettext, own_name
from imrgroups.staff.models import ROLES

ROLE_NAMES = {
    "leader": lazy_gettext("Leader"),
    "coordinator": lazy_gettext("Coordinator"),
    "assessor": lazy_gettext("Assessor"),
    "administrator": lazy_gettext("Administrator"),
}
REGIONS = ("Europe/", "America/", "Asia/", "Australia/", "Pacific/", "Africa/", "Atlantic/")


class CentreForm(Form):
    """A centre."""

    code = LineField(lazy_gettext("Short code"), [needed(lazy_gettext("Write a short code, such as NORTH")), at_most(20)])
    name = LineField(lazy_gettext("Name"), [needed(lazy_gettext("Write the name of the centre")), at_most(120)])
    country = SelectField(lazy_gettext("Country"), validate_choice=True)
    timezone = SelectField(lazy_gettext("Time zone"))
    language = SelectField(lazy_gettext("Language of letters and new groups"))
    paper = SelectField(lazy_gettext("Paper"), choices=[("a4", "A4"), ("letter", "Letter")])
    bands = SelectField(
        lazy_gettext("How fidelity scores are named"),
        choices=[("danish", lazy_gettext("Danish: good from 4.0, high from 4.4")), ("mchugo", lazy_gettext("McHugo: moderate from 3, high from 4"))],
    )
    phone = LineField(lazy_gettext("Phone that participants may call"), [at_most(40)])

    def __init__(self, *args: object, **values: object) -> None:
        super().__init__(*args, **values)
        territories = Locale.parse(language()).territories
        known = holidays.list_supported_countries(include_aliases=False)
        self.country.choices = sorted(((code, territories.get(code, code)) for code in known), key=lambda pair: pair[1])
        self.timezone.choices = [zone for zone in sorted(available_timezones()) if zone.startswith(REGIONS)]
        self.language.choices = [(code, own_name(code)) for code in LOCALES]


class StaffForm(Form):
    """A person of staff at one centre."""

    name = LineField(lazy_gettext("Name"), [needed(lazy_gettext("Write the person's name")), at_most(120)])
    email = EmailField(
        lazy_gettext("E-mail"),
        [needed(lazy_gettext("Write the e-mail address they sign in with")), Email(lazy_gettext("Check the e-mail address. It looks like name@example.org"))],
    )
    roles = SelectMultipleField(lazy_gettext("What they may do at this centre"), choices=[(role, ROLE_NAMES[role]) for role in ROLES])
    password = PasswordField(
        lazy_gettext("First password"),
        [Optional(), Length(min=12, message=lazy_gettext("Use at least 12 characters; three or four words are easy to remember"))],
    )


class StaffEditForm(StaffForm):
    """The same for somebody who is already there: the address stays, a password is only typed to set a new one."""

    email = None
    password = PasswordField(
        lazy_gettext("New password"),
        [Optional(), Length(min=12, message=lazy_gettext("Use at least 12 characters; three or four words are easy to remember"))],
    )
