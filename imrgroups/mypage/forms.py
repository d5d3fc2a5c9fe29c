"""The forms of the way in and of one's own words."""

from wtforms import BooleanField

from imrgroups.forms import Form, LineField, WordsField, at_most, needed
from imrgroups.i18n import lazy_gettext


class CardForm(Form):
    """The code of the card; without its link also the number."""

    number = LineField(lazy_gettext("The number on the card"), [needed(lazy_gettext("Write the number on the card"))])
    code = LineField(lazy_gettext("Your four figures"), [needed(lazy_gettext("Write your four figures"))])


class WordsForm(Form):
    """One's own words, for oneself."""

    why = WordsField(lazy_gettext("Why I come"), [at_most(300)])
    hard_week = WordsField(lazy_gettext("My own words for a hard week"), [at_most(300)])
    may_quote = BooleanField(lazy_gettext("You may send me these words when I have been away"))
