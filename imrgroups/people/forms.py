"""Forms about participants, those close to them, consents and hospital stays, and the words of their choices."""

from dataclasses import replace
from datetime import date
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional, ValidationError

from imrgroups.forms import DayField, Form, LineField, PhoneField, WordsField, at_most, needed
from imrgroups.i18n import gettext, lazy_gettext, own_name
from imrgroups.people.actions import CannotChangePerson, PersonDetails, SupporterDetails, intake, namesakes
from imrgroups.people.models import CHANNELS, CONSENTS, CONTACT_KINDS, Participant

CHANNEL_WORDS = {
    "text": lazy_gettext("Text messages"),
    "call": lazy_gettext("We call"),
    "letter": lazy_gettext("Letters"),
    "none": lazy_gettext("Nothing is sent"),
}
KIND_WORDS = {
    "phone": lazy_gettext("Phone call"),
    "meeting": lazy_gettext("Meeting"),
    "text": lazy_gettext("Text message"),
    "letter": lazy_gettext("Letter"),
    "visit": lazy_gettext("Visit"),
    "other": lazy_gettext("Other"),
}
CONSENT_WORDS = {
    "messages": lazy_gettext("Messages and calls about the meetings"),
    "assessor_interview": lazy_gettext("A talk with an assessor of the programme"),
    "research": lazy_gettext("Use of their answers, without name, in research"),
}
HOW_WORDS = {
    "in person": lazy_gettext("In person"),
    "phone": lazy_gettext("By phone"),
    "in writing": lazy_gettext("In writing"),
    "text": lazy_gettext("By text message"),
}
SAID_HOW_WORDS = {**HOW_WORDS, "own page": lazy_gettext("On their own page")}
# Task of the intake: what it is called, and what it is in a few words.
TASK_WORDS = {
    "orientation": (lazy_gettext("What the group is about"), lazy_gettext("A page to read together")),
    "strengths": (lazy_gettext("What they know and do well"), lazy_gettext("In their own words")),
    "goal": (lazy_gettext("A first goal"), lazy_gettext("Small is fine")),
    "supporter": (lazy_gettext("Somebody who stands by them"), lazy_gettext("And what that person may know")),
    "consents": (lazy_gettext("What they say yes to"), lazy_gettext("Messages, a talk with an assessor, research")),
    "language": (lazy_gettext("Language and large print"), lazy_gettext("So that what they get can be read")),
    "reach": (lazy_gettext("How to reach them"), lazy_gettext("Phone, letter, or something else that works")),
    "module_one": (lazy_gettext("Catching up with the first module"), lazy_gettext("One to one, for those who join later")),
}
# Languages a centre may meet; each is shown by its own name.
LANGUAGES = tuple(
    "da en sv he ar bg bs ckb cs de el es et fa fi fo fr hi hr hu is it ja kl ko ku lt lv mk nb nl pa pl ps pt ro ru sk so sq "
    "sr sw ta th ti tl tr uk ur vi zh "
    .split()
)


def language_codes(given: str | None) -> list[str]:
    """The languages to choose from: our own first, then by their own names; one already chosen is always among them."""
    codes = sorted(LANGUAGES, key=lambda code: (code not in LANGUAGES[:4], own_name(code).casefold()))
    return codes if not given or given in codes else [given, *codes]


class PersonForm(Form):
    """What can be said of a participant. `centre_id` is only asked where there is a choice; `version` tells a page that became old."""

    version = HiddenField()
    centre_id = SelectField(lazy_gettext("Centre"), coerce=int)
    name = LineField(lazy_gettext("Name"), [needed(lazy_gettext("Write the person's name")), at_most(120)])
    another = BooleanField(lazy_gettext("Yes, this is another person of the same name"))
    language = SelectField(lazy_gettext("Language they read best"))
    phone = PhoneField(lazy_gettext("Phone"), [at_most(40)])
    shared_phone = BooleanField(lazy_gettext("Somebody else also uses this phone"))
    address = WordsField(lazy_gettext("Address"), [at_most(400)])
    channel = RadioField(lazy_gettext("How we reach them"), choices=[SelectChoice(word, CHANNEL_WORDS[word]) for word in CHANNELS])
    reach = WordsField(lazy_gettext("What else helps to reach them"), [at_most(400)])
    large_print = BooleanField(lazy_gettext("Large print on paper"))

    def __init__(self, *args: Any, country: str = "DK", **values: Any) -> None:
        super().__init__(*args, **values)
        if self.phone is not None:
            self.phone.country = country
        if self.language is not None:
            stored = getattr(values.get("obj"), "language", None)
            self.language.choices = [SelectChoice(code, own_name(code)) for code in language_codes(stored)]

    def validate_channel(self, field: RadioField) -> None:
        """A way of reaching somebody needs the number or address it goes to."""
        if field.data in ("text", "call") and not self.phone.data:
            raise ValidationError(gettext("Write a phone number above, or choose another way to reach them"))
        if field.data == "letter" and not self.address.data:
            raise ValidationError(gettext("Write an address above, or choose another way to reach them"))


class ReachForm(PersonForm):
    """The part of it that says how to reach somebody."""

    centre_id = name = another = language = large_print = None  # type: ignore[assignment]


class LanguageForm(PersonForm):
    """The part of it about language and print."""

    centre_id = name = another = phone = shared_phone = address = channel = reach = None  # type: ignore[assignment]


class StrengthsForm(Form):
    """What a person knows about their illness and does well, in their own words."""

    text = WordsField(lazy_gettext("In their own words"), [needed(lazy_gettext("Write a word or two, or choose Not now")), at_most(4000)])


class SupporterForm(Form):
    """Somebody close to a participant."""

    name = LineField(lazy_gettext("Name"), [needed(lazy_gettext("Write the name, or what the person calls them")), at_most(120)])
    relation = LineField(lazy_gettext("Who they are to the person"), [at_most(60)])
    phone = PhoneField(lazy_gettext("Phone"), [at_most(40)])
    may_know = WordsField(lazy_gettext("What they may know"), [at_most(1000)])
    consented = RadioField(
        lazy_gettext("May we contact them?"),
        choices=[SelectChoice("yes", lazy_gettext("Yes, the person said so")), SelectChoice("no", lazy_gettext("Not yet, or no"))],
        default="no",
    )
    consented_on = DayField(lazy_gettext("Said yes on"), [Optional()])

    def __init__(self, *args: Any, today: date, country: str = "DK", **values: Any) -> None:
        super().__init__(*args, **{"consented_on": today} | values)
        self.today, self.phone.country = today, country

    def validate_consented_on(self, field: Any) -> None:
        """A yes was said today or before."""
        if self.consented.data == "yes" and field.data and field.data > self.today:
            raise ValidationError(gettext("That day is still to come. Choose the day they said so"))


class ContactForm(Form):
    """A contact with a supporter: two taps, words if there is time."""

    kind = RadioField(
        lazy_gettext("How"), [needed(lazy_gettext("Choose how you were in contact"))],
        choices=[SelectChoice(word, KIND_WORDS[word]) for word in CONTACT_KINDS],
    )
    contact_on = DayField(lazy_gettext("Day"), [needed(lazy_gettext("Choose the day of the contact"))])
    about = WordsField(lazy_gettext("A few words, if you like"), [at_most(1000)])


class ConsentForm(Form):
    """What a person said yes or no to. Only what is answered is put down; earlier answers stay."""

    messages = RadioField(CONSENT_WORDS["messages"])
    assessor_interview = RadioField(CONSENT_WORDS["assessor_interview"])
    research = RadioField(CONSENT_WORDS["research"])
    told_on = DayField(lazy_gettext("Said on"), [needed(lazy_gettext("Choose the day they said so"))])
    how = RadioField(lazy_gettext("How did they say it?"), choices=[SelectChoice(*pair) for pair in HOW_WORDS.items()], default="in person")

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        for what in CONSENTS:
            words = {"yes": gettext("Yes"), "no": gettext("No"), "": gettext("Not asked today")}
            self[what].choices = [SelectChoice(*pair) for pair in words.items()]
            self[what].data = self[what].data or ""


class StayForm(Form):
    """The first or the last day of a stay in hospital."""

    on = DayField(lazy_gettext("Day"), [needed(lazy_gettext("Choose the day"))])


def details(form: PersonForm, person: Participant | None = None) -> PersonDetails:
    """What was typed of a person; what the form does not ask stays as it is stored."""
    stored = PersonDetails("", "") if person is None else details_of(person)
    typed = {name: form[name].data for name in vars(stored) if name in form}
    return replace(stored, **{name: "" if value is None else value for name, value in typed.items()})


def details_of(person: Participant) -> PersonDetails:
    """What is stored of a person."""
    words = {name: getattr(person, name) or "" for name in ("name", "language", "phone", "channel", "address", "reach")}
    return PersonDetails(**words, large_print=person.large_print, shared_phone=person.shared_phone)


def version(form: PersonForm) -> int:
    """The version of the row that the page was made from; 0, which is always old, when the page does not say."""
    told = str(form.version.data or "")
    return int(told) if told.isascii() and told.isdigit() else 0


def alone_with_name(form: PersonForm, centre_id: int, but: int | None = None) -> bool:
    """Whether nobody else of the centre has this name, or it was said that this is another person; else the form says who has it."""
    others = [] if form.another.data else namesakes(form.name.data, centre_id, but)
    if others:
        told = gettext("%(codes)s has this name too. Is it the same person? If not, tick the box below the name", codes=", ".join(others))
        form.name.errors = [*form.name.errors, told]
    return not others


def supporter(form: SupporterForm, today: date) -> SupporterDetails:
    """What was typed of a supporter; a yes without a day was said today."""
    on = (form.consented_on.data or today) if form.consented.data == "yes" else None
    return SupporterDetails(form.name.data, form.relation.data or "", form.phone.data or "", form.may_know.data or "", on)


def answers(form: ConsentForm, today: date) -> dict[str, bool]:
    """What was answered: thing -> yes or no. A day that is still to come is refused on the form, and so is no answer at all."""
    told = {what: form[what].data == "yes" for what in CONSENTS if form[what].data}
    if form.told_on.data > today:
        form.told_on.errors = [gettext("That day is still to come. Choose the day they said so")]
    elif not told:
        form.messages.errors = [gettext("Choose at least one answer")]
    return {} if form.errors else told


def of_task(task: str, person: Participant, country: str, *, reads: bool) -> Any:
    """The form of a task of the intake, filled with what is stored and may be read; None for tasks that only ask whether they were done."""
    if task == "reach":
        return ReachForm(country=country, obj=person)
    if task == "language":
        return LanguageForm(obj=person)
    said = intake(person.id).get(task) if reads else None
    return StrengthsForm(text=said.text if said else "") if task == "strengths" else None


def refuse(form: Any, error: CannotChangePerson) -> None:
    """Put a refused action's reason beside its field."""
    name, message = {
        "no_name": ("name", gettext("Write the person's name")),
        "channel": ("channel", gettext("Choose how to reach them")),
        "already_in_hospital": ("on", gettext("They are in hospital on that day already. Choose another day, or take back the stay below")),
        "not_in_hospital": ("on", gettext("No stay in hospital is open. Somebody may have put down the last day already")),
        "there_already": ("name", gettext(
            "Somebody with this name and relation is on their list already. For another person, tell them apart by the name or the relation"
        )),
        "before_admission": ("on", gettext("The stay began after that day. Choose a later day")),
    }[error.reason]
    form[name].errors = [*form[name].errors, message]
