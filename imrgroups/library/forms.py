"""Forms of the curriculum's pages and of the translation cockpit, and the words for what they show."""

from typing import Any

from babel import Locale
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from imrgroups.forms import Form, WordsField, at_most, needed
from imrgroups.i18n import gettext, lazy_gettext, own_name

KIND_WORDS = {
    "handout": lazy_gettext("Handout"),
    "worksheet": lazy_gettext("Worksheet"),
    "guide": lazy_gettext("Leader guide"),
    "family": lazy_gettext("For family and friends"),
    "ward": lazy_gettext("For ward staff"),
    "module": lazy_gettext("Titles"),
    "homework": lazy_gettext("Homework"),
    "figure": lazy_gettext("Figure"),
    "instrument": lazy_gettext("Questionnaires and scales"),
    "programme": lazy_gettext("Steps of a meeting and techniques"),
    "words": lazy_gettext("Words that stand on every page"),
}
TEXT_WORDS = {
    "title": lazy_gettext("Title"),
    "title for shared screens": lazy_gettext("Title for screens that others see"),
    "paragraph": lazy_gettext("Paragraph"),
    "list item": lazy_gettext("Item of a list"),
    "heading": lazy_gettext("Heading"),
    "table head": lazy_gettext("Head of a table"),
    "table cell": lazy_gettext("Cell of a table"),
    "item to tick": lazy_gettext("Item to tick"),
    "name of the figure": lazy_gettext("Name of the figure"),
    "label in the figure": lazy_gettext("Label in the figure"),
}
PROBLEM_WORDS = {
    "too_hard": lazy_gettext("hard to read"),
    "sentence_too_long": lazy_gettext("a sentence is too long"),
    "many_long_sentences": lazy_gettext("many long sentences"),
}
SKILL_WORDS = {
    "coping_skills": lazy_gettext("Coping skills"),
    "relapse_prevention": lazy_gettext("Relapse prevention"),
    "behavioural_tailoring": lazy_gettext("Fitting medicine into the day"),
}
# Languages a centre may want to begin, beside the ones that are there.
BEGIN = (
    "am", "ar", "bg", "bs", "cs", "de", "el", "es", "et", "fa", "fi", "fo", "fr", "hi", "hr", "hu", "is", "it", "ja", "kl", "ko", "ku",
    "lt", "lv", "nb", "ne", "nl", "pl", "ps", "pt", "ro", "ru", "se", "so", "sq", "sr", "ta", "th", "ti", "tr", "uk", "ur", "vi", "zh",
)


class CommentForm(Form):
    """What somebody in the room said about a page, or about one text of it."""

    about = HiddenField()
    text = WordsField(
        validators=[needed(lazy_gettext("Write what they should know")), at_most(2000)], id="text-of-comment"
    )  # `text` is the page's own


class BeginForm(Form):
    """A language that nobody has begun yet."""

    locale = SelectField(lazy_gettext("Language"), [needed(lazy_gettext("Choose a language"))])

    def __init__(self, *args: Any, begun: tuple[str, ...] = (), **values: Any) -> None:
        super().__init__(*args, **values)
        named = sorted(((own_name(code), code) for code in BEGIN if code not in begun), key=lambda each: each[0].casefold())
        self.locale.choices = [SelectChoice(code, name) for name, code in named]


class UploadForm(Form):
    """A catalogue that came back."""

    file = FileField(lazy_gettext("Catalogue (PO file)"), [FileRequired(lazy_gettext("Choose the file that came back"))])


class ReviewForm(Form):
    """Somebody stands by a whole page."""

    digest = HiddenField()
    read = BooleanField(
        lazy_gettext("I have read all of it and stand by it"), [InputRequired(lazy_gettext("Tick the box when you have read all of it"))]
    )


def known_language(code: str) -> bool:
    """Whether a language code may be translated into: one we can name and that is not English."""
    return code in BEGIN or (code in Locale("en").languages and code.isalpha() and code != "en")


def text_word(kind: str) -> str:
    """What one text of a sheet is: "Paragraph", "Item of a list" ..."""
    return str(TEXT_WORDS.get(kind.rpartition(": ")[2], gettext("Text")))


def why(reason: str) -> str:
    """What to do about a translation that is refused."""
    return {
        "bold": gettext("Keep the bold words: put ** before and after them, as in the English"),
        "placeholder": gettext("Keep the words in brackets as they stand in the English"),
        "long": gettext("Write fewer words"),
        "unknown": gettext("This text is not part of the curriculum. Leave it out"),
        "plural": gettext("Give this text one form only"),
        "stale": gettext("Somebody wrote this anew meanwhile. Look at both, then save the one you want"),
        "unfinished": gettext("Translate every text first, and read those whose English has changed"),
        "changed": gettext("Somebody changed a text while you were reading. Read it once more"),
        "empty": gettext("Write what they should know"),
        "encoding": gettext("Save the file as UTF-8 and send it again"),
        "language": gettext("This file is for another language. Choose the right one"),
    }[reason]
