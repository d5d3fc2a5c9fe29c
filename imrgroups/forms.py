"""The form base: our own words for errors, and the error summary that links to each field."""

import re
import unicodedata
from typing import Any

import phonenumbers
from flask_wtf import FlaskForm
from wtforms import Field, StringField, ValidationError
from wtforms.validators import InputRequired, Length

from imrgroups.i18n import gettext, lazy_gettext

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b\x0c\x0e-\x1f]")


def clean(text: str | None) -> str:
    """What was typed without invisible marks (direction marks, zero-width and control characters) and outer space, in NFC."""
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", text or "")).strip()


def one_line(text: str | None) -> str:
    """Like clean, with every run of white space made one space."""
    return " ".join(clean(text).split())


class Form(FlaskForm):  # type: ignore[misc]
    """The base of every form. `summary()` feeds the error summary at the top of the page."""

    def summary(self) -> list[tuple[str, str]]:
        """(id of the field, what to do about it) for each error, in the order of the fields."""
        return [(field.id, str(message)) for field in self for message in _flat(field.errors)]


def _flat(errors: Any) -> list[Any]:
    if isinstance(errors, dict):
        errors = list(errors.values())
    return [message for error in errors for message in (_flat(error) if isinstance(error, list | dict) else [error])]


def needed(message: str) -> InputRequired:
    """The field must be filled in; `message` says what to do ("Write the name of the group")."""
    return InputRequired(message)


def at_most(length: int) -> Length:
    """The text has at most `length` characters."""
    return Length(max=length, message=lazy_gettext("Write at most %(length)s characters", length=length))


class LineField(StringField):
    """One line of text, cleaned of invisible marks and outer space."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Keep the cleaned line."""
        self.data = one_line(valuelist[0]) if valuelist else self.data


class PhoneField(LineField):
    """A phone number; `data` becomes its international form (E.164) or stays as typed with an error."""

    country = "DK"

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
