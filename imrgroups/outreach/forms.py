"""Forms of the outreach room."""

from wtforms import BooleanField, TimeField

from imrgroups.forms import DayField, Form, WordsField, at_most, needed
from imrgroups.i18n import lazy_gettext


class OwnWordsForm(Form):
    """What a person wrote for a hard week, and why they come; each may be left empty."""

    why = WordsField(lazy_gettext("Why I come"), [at_most(400)])
    hard_week = WordsField(lazy_gettext("My own words for a hard week"), [at_most(400)])
    may_quote = BooleanField(lazy_gettext("Yes, send me my words for a hard week when I have been away"))


class OfferForm(Form):
    """A time that a leader names for going over a missed meeting."""

    on = DayField(lazy_gettext("Which day?"), validators=[needed(lazy_gettext("Choose the day"))])
    at = TimeField(lazy_gettext("Time of day"), [needed(lazy_gettext("Write the time, for example 14:30"))])
