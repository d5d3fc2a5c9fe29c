"""What is filled in about reviews, but for the rating sheet and the report, which have as many fields as there are items."""

from wtforms import BooleanField, RadioField

from imrgroups.forms import DayField, Form, LineField, WordsField, at_most, needed
from imrgroups.i18n import lazy_gettext


class AssignForm(Form):
    """Who is to assess a review."""

    staff = RadioField(lazy_gettext("Who?"), coerce=int, validate_choice=False, validators=[needed(lazy_gettext("Choose an assessor"))])
    interviewing = BooleanField(lazy_gettext("Interviews participants, and so sees names"))
    reason = LineField(lazy_gettext("Why this person? (needed where something speaks against it)"), validators=[at_most(300)])


class ReasonForm(Form):
    """A reason alone."""

    reason = LineField(lazy_gettext("Why?"), validators=[needed(lazy_gettext("Write the reason")), at_most(300)])


class ExtendForm(Form):
    """Until when a review stays open, and why."""

    until_on = DayField(lazy_gettext("Open until"), validators=[needed(lazy_gettext("Choose the last day"))])
    reason = LineField(lazy_gettext("Why?"), validators=[needed(lazy_gettext("Write the reason")), at_most(300)])


class DueForm(Form):
    """Another day for a review."""

    due_on = DayField(lazy_gettext("Due on"), validators=[needed(lazy_gettext("Choose the day"))])


class AnswerForm(Form):
    """What the leaders say to a draft."""

    text = WordsField(lazy_gettext("Your answer"), validators=[needed(lazy_gettext("Write your answer")), at_most(6000)])
    looked = BooleanField(lazy_gettext("I have looked: this is no name of a participant"))
