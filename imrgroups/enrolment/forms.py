"""Forms of joining, leaving and coming back, and what to do where an action refuses."""

from wtforms import HiddenField, RadioField
from wtforms.fields.choices import SelectChoice

from imrgroups.db import db
from imrgroups.enrolment.actions import CannotEnrol
from imrgroups.forms import DayField, Form, needed
from imrgroups.i18n import gettext, lazy_gettext

LEFT_WORDS = {
    "finished": lazy_gettext("Took part to the end"),
    "pause": lazy_gettext("A pause"),
    "unwell": lazy_gettext("Too unwell at the moment"),
    "work": lazy_gettext("Work or study"),
    "moved": lazy_gettext("Moved away"),
    "other_help": lazy_gettext("Other help fits better"),
    "not_now": lazy_gettext("The group was not right for them now"),
    "not_started": lazy_gettext("Never began"),
    "lost_contact": lazy_gettext("We lost contact"),
    "died": lazy_gettext("Died"),
    "other": lazy_gettext("Another reason"),
}


class JoinForm(Form):
    """Who joins, from which day."""

    participant = HiddenField()
    on = DayField(lazy_gettext("First day in the group"), [needed(lazy_gettext("Choose the first day in the group"))])


class LeaveForm(Form):
    """The last day, and why."""

    on = DayField(lazy_gettext("Last day in the group"), [needed(lazy_gettext("Choose the last day in the group"))])
    reason = RadioField(lazy_gettext("Why?"), choices=[SelectChoice(word, LEFT_WORDS[word]) for word in LEFT_WORDS])


class BackForm(Form):
    """The first day again."""

    on = DayField(lazy_gettext("First day again"), [needed(lazy_gettext("Choose the first day again"))])


def refuse(form: Form, error: CannotEnrol) -> None:
    """Put what to do beside the day, which is what most refusals are about; what the action had begun to change is forgotten."""
    db.session.rollback()
    message = refusals()[error.reason]
    if "on" in form and error.reason in ("before_start", "after_last", "ended", "before_joining"):
        form["on"].errors = [*form["on"].errors, message]
    else:
        form.form_errors.append(message)


def refusals() -> dict[str, str]:
    """What to do for each reason an action refuses."""
    return {
        "already_in": gettext("They belong to the group then already. Choose another day, or another person"),
        "other_centre": gettext("They belong to another centre. Choose somebody of this one"),
        "before_start": gettext("Choose a day from the first meeting of the group on"),
        "ended": gettext("The group has ended. Let it go on first, or choose a day before its end"),
        "after_last": gettext("The group will have had its last meeting by then. Check the year, or choose an earlier day"),
        "left": gettext("They have left already. Their last day stands below"),
        "before_joining": gettext("Choose a day that is not before the day they joined"),
        "waiting": gettext("They are on the waiting list already"),
        "not_waiting": gettext("They no longer wait for an answer. Look at the list again"),
    }
