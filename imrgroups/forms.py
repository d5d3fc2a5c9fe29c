"""The form base: our own words for errors, and the error summary that links to each field."""

import re
import unicodedata
from datetime import date
from typing import Any

import phonenumbers
from flask_wtf import FlaskForm
from wtforms import DateField, Field, FieldList, FormField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length, StopValidation

from imrgroups.i18n import dial, gettext, lazy_gettext

_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
)
# The two joiners belong to the spelling of Persian, Hindi and others. Beside a Latin letter, a space or nothing they are only invisible.
_LOOSE_JOINER = re.compile("(?<![^\x00-\u02ff\\s])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\u02ff\\s])")


def clean(text: str | None) -> str:
    """What was typed without invisible marks (direction marks, zero-width and control characters) and outer space, in NFC."""
    visible = _LOOSE_JOINER.sub("", _INVISIBLE.sub("", (text or "").replace("\r\n", "\n").replace("\r", "\n")))
    return unicodedata.normalize("NFC", visible).strip()


def one_line(text: str | None) -> str:
    """Like clean, with every run of white space made one space."""
    return " ".join(clean(text).split())


# What WTForms itself says, in our words: what to do, never "invalid".
_OWN_WORDS = {
    "Not a valid choice.": lazy_gettext("Choose one from the list"),
    "Not a valid choice": lazy_gettext("Choose one from the list"),
    "Invalid Choice: could not coerce.": lazy_gettext("Choose one from the list"),
    "Invalid choice(s): one or more data inputs could not be coerced.": lazy_gettext("Choose from the list"),
    "Not a valid integer value.": lazy_gettext("Write a whole number in figures"),
    "Not a valid decimal value.": lazy_gettext("Write a number in figures"),
    "Not a valid float value.": lazy_gettext("Write a number in figures"),
    "Not a valid date value.": lazy_gettext("Choose a day, or write it as year, month, day: 2027-01-12"),
    "Not a valid time value.": lazy_gettext("Write the time as hours and minutes: 14:30"),
    "Not a valid datetime value.": lazy_gettext("Choose a day and a time"),
    "Number must be between %(min)s and %(max)s.": lazy_gettext("Write a number from %(min)s to %(max)s"),
    "Number must be at least %(min)s.": lazy_gettext("Write a number of at least %(min)s"),
    "Number must be at most %(max)s.": lazy_gettext("Write a number of at most %(max)s"),
    "This field is required.": lazy_gettext("Fill this in"),
}


class _OwnWords:
    def gettext(self, text: str) -> str:
        """Our words for one of WTForms's."""
        return str(_OWN_WORDS.get(text, text))

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """The same where a number decides."""
        return gettext("Choose from the list") if "valid choice" in singular else (singular if count == 1 else plural)


class Form(FlaskForm):
    """The base of every form. `summary()` feeds the error summary at the top of the page."""

    class Meta(FlaskForm.Meta):
        """Which words fields use."""

        def get_translations(self, _form: Any) -> _OwnWords:
            """Where fields look up what they say of mistakes."""
            return _OwnWords()

    def summary(self) -> list[tuple[str, str]]:
        """(id of the field, the first thing to do about it) in the order of the fields; mistakes of the whole form come last."""
        told = {field: _flat(field.errors) for field in self}
        first = [(field.id, str(said)) for field, messages in told.items() for said in (messages if _is_several(field) else messages[:1])]
        return first + [("", str(message)) for message in self.form_errors]


def _is_several(field: Field) -> bool:
    return isinstance(field, FieldList | FormField)


def _flat(errors: Any) -> list[Any]:
    if isinstance(errors, dict):
        errors = list(errors.values())
    return [message for error in errors for message in (_flat(error) if isinstance(error, list | dict) else [error])]


class Needed(InputRequired):
    """The field must be filled in, and with more than spaces and invisible marks."""

    def __call__(self, form: Any, field: Field) -> None:
        """Stop with the message when nothing is left of what was typed."""
        super().__call__(form, field)
        if isinstance(field.data, str) and not clean(field.data):
            field.errors = []
            raise StopValidation(str(self.message))


def needed(message: str) -> Needed:
    """The field must be filled in; `message` says what to do ("Write the name of the group")."""
    return Needed(message)


def at_most(length: int) -> Length:
    """The text has at most `length` characters."""
    return Length(max=length, message=lazy_gettext("Write at most %(length)s characters", length=length))


class LineField(StringField):
    """One line of text, cleaned of invisible marks and outer space."""

    data: str | None

    def process_formdata(self, valuelist: list[str]) -> None:
        """Keep the cleaned line."""
        self.data = one_line(valuelist[0]) if valuelist else self.data


class WordsField(TextAreaField):
    """Several lines of text, cleaned of invisible marks and outer space."""

    data: str | None

    def process_formdata(self, valuelist: list[str]) -> None:
        """Keep the cleaned text."""
        self.data = clean(valuelist[0]) if valuelist else self.data


class DayField(DateField):
    """A date as the browser's picker sends it (ISO), of this century or the one before."""

    data: date | None

    def process_formdata(self, valuelist: list[str]) -> None:
        """Keep the date; a year that no calendar on the wall has ever shown is a slip of the finger."""
        super().process_formdata(valuelist)
        if self.data is not None and not 1900 <= self.data.year <= 2199:
            self.data = None
            raise ValueError(gettext("Check the year"))


class PhoneField(LineField):
    """A phone number; `data` becomes its international form (E.164) or stays as typed with an error. Set `country` on the field."""

    country = "DK"

    def _value(self) -> str:
        """What was typed, or the stored number in groups that are easy to read."""
        return str(self.raw_data[0]) if self.raw_data else dial(self.data)

    def pre_validate(self, form: Any) -> None:
        """Refuse what is no possible number of the country, or of the one its +code names."""
        if self.data:
            self.data = phone_number(self.data, self.country)


def phone_number(text: str, country: str) -> str:
    """The number in international form (E.164: "+4520123456").

    country: two letters, for numbers written without a country code. Raises ValidationError with what to do.
    """
    try:
        parsed = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_valid_number(parsed):
        raise ValidationError(gettext("Check the phone number. Write it as you would dial it, or with + and the country code"))
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def field_errors(field: Field) -> str:
    """The first thing to do about a field, or nothing."""
    return str(_flat(field.errors)[0]) if field.errors else ""
