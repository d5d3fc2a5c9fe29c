"""Forms: cleaning what is typed, phone numbers, mistakes in our words, and that nothing typed becomes markup."""

import unicodedata

import pytest
from flask import render_template_string
from hypothesis import given
from hypothesis import strategies as some
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, ValidationError

from imrgroups.forms import DayField, Form, LineField, PhoneField, WordsField, at_most, clean, field_errors, needed, one_line, phone_number
from imrgroups.i18n import dial

INVISIBLE = (
    "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff\u2060\u00ad\u061c"
    "\x00\x07\x1b\x7f\x85\ufff9\U000e0041"
)
SCRIPT = '"><script>alert(1)</script>'


@pytest.mark.parametrize("mark", INVISIBLE, ids=[f"U+{ord(mark):04X}" for mark in INVISIBLE])
def test_marks_nobody_can_see_are_taken_out(mark):
    assert clean(f"{mark}An{mark}ders Holm{mark}") == "Anders Holm"


@pytest.mark.parametrize(
    "name",
    [
        "Anders Ærø-Åkesson", "Jean-François", "אברהם בן דוד", "محمد عبد الله", "علی\u200cرضا", "क्\u200dषमा", "ශ්\u200dරී",
        "Żółć", "Nguyễn Thị Hương", "田中 太郎", "김민준", "O'Neill", "María-José", "Ŧhomas", "Ⴀბგ", "ሰላም", "👩\u200d👩\u200d👧",
    ],
)
def test_a_name_in_any_script_stays_what_it_is(name):
    assert clean(name) == one_line(name) == unicodedata.normalize("NFC", name)


def test_joiners_stay_only_where_a_script_spells_with_them():
    assert clean("An\u200dders\u200c \u200dHolm\u200d") == "Anders Holm"
    assert clean("علی\u200c") == "علی"


def test_two_spellings_of_one_letter_become_one():
    assert clean("A\u030akesson") == clean("Åkesson") == "Åkesson"


def test_spaces_and_lines_are_tidied():
    assert one_line("  Anders \t\n\u00a0 Holm\u2028") == "Anders Holm"
    assert clean("one\r\ntwo\rthree\n") == "one\ntwo\nthree"
    assert clean(None) == one_line(None) == ""


@given(some.text())
def test_cleaning_twice_is_cleaning_once(words):
    assert clean(clean(words)) == clean(words)
    assert one_line(one_line(words)) == one_line(words) and "\n" not in one_line(words)


@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("20 12 34 56", "DK", "+4520123456"), ("+45 20123456", "SE", "+4520123456"), ("0045 2012 3456", "DK", "+4520123456"),
        ("070-123 45 67", "SE", "+46701234567"), ("050-234-5678", "IL", "+972502345678"), ("(202) 555-0143", "US", "+12025550143"),
        ("٢٠١٢٣٤٥٦", "DK", "+4520123456"), ("\u202a+45 20 12 34 56\u202c", "DK", "+4520123456"),
    ],
)
def test_a_number_is_understood_as_it_would_be_dialled(app, typed, country, number):
    assert phone_number(clean(typed), country) == number


@pytest.mark.parametrize("typed", ["12", "hello", "20 12 34 5", "+45", "112", "+999 1234567", "20 12 34 56 78 90", "=1+1", "00"])
def test_what_is_no_number_is_refused_with_what_to_do(app, typed):
    with app.test_request_context("/"), pytest.raises(ValidationError, match="Write it as you would dial it"):
        phone_number(typed, "DK")


@pytest.mark.parametrize(("stored", "shown"), [("+4520123456", "+45 20 12 34 56"), ("", ""), (None, ""), ("reception", "reception")])
def test_a_stored_number_is_shown_in_groups(stored, shown):
    assert dial(stored) == shown


class Everything(Form):
    name = LineField("Name", [needed("Write the name"), at_most(10)])
    words = WordsField("Words", [at_most(20)])
    phone = PhoneField("Phone")
    on = DayField("Day", [needed("Choose the day")])
    plain_day = DateField("Plain day")
    at = TimeField("Time")
    minutes = IntegerField("Minutes", [NumberRange(1, 600)])
    share = DecimalField("Share")
    kind = SelectField("Kind", choices=[SelectChoice("a", "A")])
    way = RadioField("Way", choices=[SelectChoice("a", "A")])
    several = SelectMultipleField("Several", choices=[SelectChoice("a", "A")])
    yes = BooleanField("Yes")
    secret = PasswordField("Secret")


def form_of(app, **typed):
    given = {"name": "Bo", "on": "2027-01-12", "plain_day": "2027-01-12", "at": "14:30", "minutes": "5", "share": "1"}
    with app.test_request_context("/", method="POST"):
        form = Everything(formdata=MultiDict({**given, "kind": "a", "way": "a", **typed}))
        form.validate()
        return form


def test_a_form_that_is_right_has_no_errors_and_cleaned_values(app):
    form = form_of(app, name="  B\u200bo \n Lind ", words="one\r\ntwo ", phone="20 12 34 56")
    assert form.errors == {}
    assert (form.name.data, form.words.data, form.phone.data) == ("Bo Lind", "one\ntwo", "+4520123456")


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "", "Write the name"), ("name", " \u200b\u00a0 ", "Write the name"), ("name", "x" * 11, "Write at most 10 characters"),
        ("words", "x" * 21, "Write at most 20 characters"), ("phone", "12", "Check the phone number"), ("on", "", "Choose the day"),
        ("on", "12/01/2027", "Choose a day"), ("on", "2027-02-30", "Choose a day"), ("on", "0001-01-01", "Check the year"),
        ("on", "9999-01-01", "Check the year"), ("plain_day", "soon", "Choose a day"),
        ("at", "25:00", "Write the time as hours and minutes"),
        ("minutes", "five", "Write a whole number"), ("minutes", "601", "Write a number from 1 to 600"),
        ("share", "much", "Write a number in figures"), ("kind", "b", "Choose one from the list"),
        ("way", "b", "Choose one from the list"), ("several", "b", "Choose from the list"),
    ],
)
def test_each_mistake_is_told_in_words_that_say_what_to_do(app, field, typed, said):
    form = form_of(app, **{field: typed})
    assert set(form.errors) == {field}
    assert said in field_errors(form[field])
    assert "invalid" not in field_errors(form[field]).lower() and "not a valid" not in field_errors(form[field]).lower()
    assert form.summary()[0][0] == field


def test_the_summary_lists_mistakes_in_the_order_of_the_page_and_those_of_the_whole_form_last(app):
    form = form_of(app, name="", minutes="five")
    form.form_errors.append("Two things do not fit together")
    assert [name for name, _ in form.summary()] == ["name", "minutes", ""]


def test_a_number_of_another_country_is_read_by_that_country(app):
    with app.test_request_context("/", method="POST"):
        form = Everything(formdata=MultiDict({"phone": "070-123 45 67"}))
        form.phone.country = "SE"
        form.validate()
    assert form.phone.data == "+46701234567"


def test_a_phone_is_shown_as_typed_where_it_was_wrong_and_in_groups_where_it_is_stored(app):
    assert form_of(app, phone="20 12")["phone"]._value() == "20 12"
    with app.test_request_context("/"):
        assert Everything(formdata=None, data={"phone": "+4520123456"}).phone._value() == "+45 20 12 34 56"


MACROS = """{% import "macros/form.html" as f with context %}{{ f.summary(form) }}{{ f.text(form.name, words) }}
{{ f.area(form.words, words) }}{{ f.choose(form.kind, words) }}{{ f.choose(form.kind, words, spoken=true) }}
{{ f.pick_one(form.way, words) }}{{ f.pick_many(form.several, words) }}
{{ f.yes(form.yes, words) }}{{ f.password(form.secret, words, words=words) }}{{ f.date(form.on, words) }}{{ f.time(form.at, words) }}"""


def test_nothing_typed_becomes_markup_in_any_field(app):
    """The components' own templates are not escaped by Flask: their names do not end in .html."""
    with app.test_request_context("/", method="POST"):
        form = Everything(formdata=MultiDict(dict.fromkeys(Everything(formdata=None)._fields, SCRIPT)))
        form.validate()
        for field in form:
            field.label.text, field.errors = SCRIPT, [SCRIPT]
        for field in (form.kind, form.way, form.several):
            field.choices = [SelectChoice(SCRIPT, SCRIPT)]
        form.form_errors.append(SCRIPT)
        page = render_template_string(MACROS, form=form, words=SCRIPT)
    assert "<script>" not in page and page.count("&lt;script&gt;") > 40
    assert "&amp;lt;" not in page, "and nothing is escaped twice"


def test_a_text_of_several_lines_comes_back_as_it_was_typed(app):
    form = form_of(app, words="one\n  two\n\nthree")
    with app.test_request_context("/"):
        page = render_template_string('{% import "macros/form.html" as f with context %}{{ f.area(form.words) }}', form=form)
    assert ">one\n  two\n\nthree</textarea>" in page


def test_the_word_for_a_mistake_is_in_the_language_of_the_page(app):
    with app.test_request_context("/?lang=da"):
        page = render_template_string(
            '{% import "macros/form.html" as f with context %}{{ f.text(form.name) }}', form=form_of(app, name="")
        )
    assert "Write the name" in page


def test_a_form_without_the_token_of_its_page_changes_nothing(app, world):
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    answer = client.post("/sign-in", data={"email": "dana@north.example", "password": "four words are enough"})
    assert answer.status_code == 400 and "open too long" in answer.text
