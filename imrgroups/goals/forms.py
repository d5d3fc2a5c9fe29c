"""Forms of goals and small steps, the goal round as it comes from the page, and the words of its choices."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from wtforms import RadioField, SelectField
from wtforms.validators import Optional

from imrgroups.forms import DayField, Form, LineField, WordsField, at_most, clean, needed
from imrgroups.goals.reads import Entry, fingerprint
from imrgroups.i18n import gettext, lazy_gettext

PROGRESS_WORDS = {
    "kept": lazy_gettext("Kept to it"),
    "partly": lazy_gettext("Partly"),
    "not_yet": lazy_gettext("Not yet"),
    "changed": lazy_gettext("Goal changed"),
}
STATE_WORDS = {
    "active": lazy_gettext("Working on it"),
    "reached": lazy_gettext("Reached"),
    "changed": lazy_gettext("Changed"),
    "dropped": lazy_gettext("Let go"),
}
WORDS_LENGTH = 600


class GoalForm(Form):
    """A goal, or new words for one. `group_id` is only asked of somebody who is in several groups."""

    group_id = RadioField(lazy_gettext("Group"), coerce=int)
    text = WordsField(
        lazy_gettext("The goal, in their own words"), [needed(lazy_gettext("Write the goal as they say it")), at_most(WORDS_LENGTH)]
    )

    def choose_group(self, groups: Iterable[tuple[int, str]]) -> None:
        """Offer these groups (key, name); the first is taken where it is the only one."""
        self.group_id.choices = list(groups)
        if len(self.group_id.choices) == 1:
            self.group_id.data = self.group_id.choices[0][0]


class NewGoalForm(GoalForm):
    """A goal that is not written down yet. `set_on` may lie behind: what was said at a meeting is sometimes written down later."""

    set_on = DayField(lazy_gettext("Which day did they say it?"), [Optional()])

    def said_by(self, today: date) -> bool:
        """Whether the day, today where none is chosen, is not after `today`; else the field says what to do."""
        self.set_on.data = self.set_on.data or today
        if self.set_on.data <= today:
            return True
        self.set_on.errors = [gettext("Choose a day that is not after today")]
        return False


class StepForm(Form):
    """A small step."""

    step = LineField(lazy_gettext("The next small step"), [needed(lazy_gettext("Write the small step in a few words")), at_most(300)])
    due_on = DayField(lazy_gettext("When, if there is a day"), [Optional()])
    supporter_id = SelectField(lazy_gettext("Who helps"), coerce=int)

    def choose_supporter(self, people: Iterable[tuple[int, str]]) -> None:
        """Offer these people close to the participant."""
        self.supporter_id.choices = [(0, gettext("Nobody, or not decided")), *people]
        self.supporter_id.data = self.supporter_id.data or 0

    def due_after(self, day: date) -> bool:
        """Whether the day, if there is one, is not before `day`; else the field says what to do."""
        if self.due_on.data is None or self.due_on.data >= day:
            return True
        self.due_on.errors = [gettext("Choose a day after the goal was written down")]
        return False


def refusals() -> dict[str, str]:
    """What to do, for each reason an action refuses."""
    return {
        "no_words": gettext("Write it in a few words"),
        "same_words": gettext("These are the words it has already. Change them, or go back"),
        "closed": gettext("This goal is closed. Set a new one to go on"),
        "supporter": gettext("Choose somebody from the list who is close to this person"),
        "state": gettext("Choose whether the goal is reached or let go"),
        "progress": gettext("Choose one of the answers"),
        "other_group": gettext("One of these goals is not of this group. Open the page again"),
        "cancelled": gettext("This meeting was cancelled. Choose the meeting at which you talked about the goals"),
        "not_yet": gettext("This meeting has not begun. You can write here from two hours before it"),
    }


def said(form: Mapping[str, Any], rows: Iterable[Entry]) -> dict[int, tuple[str, str]]:
    """What this page changed: (progress, words) by goal key. What it only showed is left alone, so that others' answers stay."""
    found = {}
    for row in rows:
        if f"was-{row.goal.id}" not in form:
            continue
        progress, words = form.get(f"progress-{row.goal.id}", ""), clean(form.get(f"text-{row.goal.id}"))[:WORDS_LENGTH]
        if fingerprint(progress, words) not in (form[f"was-{row.goal.id}"], row.mark):
            found[row.goal.id] = (progress, words)
    return found


def clashes(form: Mapping[str, Any], rows: Iterable[Entry], wanted: Mapping[int, tuple[str, str]], me: int) -> list[Entry]:
    """The rows that this page would change and that somebody else has changed since it was opened."""
    return [
        row for row in rows
        if row.goal.id in wanted and row.by_id not in (None, me) and row.mark != form[f"was-{row.goal.id}"]
    ]
