"""What the pages of reviews call things, and what they say when something is refused."""

from collections.abc import Iterable

from imrgroups.fidelity.actions import CannotReview
from imrgroups.i18n import gettext, lazy_gettext

SECTIONS = {
    "purpose": lazy_gettext("What the review is for"), "method": lazy_gettext("How we worked"), "strengths": lazy_gettext("Strengths"),
    "voice": lazy_gettext("What participants said"), "next": lazy_gettext("What happens next"),
}
SOURCES = {
    "charts": lazy_gettext("Charts read"), "meetings": lazy_gettext("Meetings watched"), "leaders": lazy_gettext("Leaders interviewed"),
    "participants": lazy_gettext("Participants interviewed"), "supporters": lazy_gettext("Family and friends interviewed"),
    "coordinator": lazy_gettext("Coordinators interviewed"), "supervision": lazy_gettext("Supervisions watched"),
    "materials": lazy_gettext("Sheets and brochures read"),
}
ADVICE = {"open": lazy_gettext("Open"), "done": lazy_gettext("Done"), "dropped": lazy_gettext("Let go")}
CHECKS = {
    "followed": lazy_gettext("Followed"), "partly": lazy_gettext("Partly followed"), "not_followed": lazy_gettext("Not followed"),
}
DOUBTS = {
    "untrained": lazy_gettext("No training in the scale is recorded"),
    "swap": lazy_gettext("Would rate a leader who rates one of their own groups"),
}
FAMILIES = {
    "motivational": lazy_gettext("Motivation"), "educational": lazy_gettext("Teaching"),
    "cognitive_behavioural": lazy_gettext("Cognitive and behavioural"), "coping_skills": lazy_gettext("Coping skills"),
    "relapse_prevention": lazy_gettext("Relapse prevention"), "behavioural_tailoring": lazy_gettext("Behavioural tailoring"),
}
REFUSED = {
    "item": lazy_gettext("This does not belong to the review. Open the page anew"),
    "nobody": lazy_gettext("Nobody of the group has agreed to an interview yet. Ask the leaders to ask"),
    "meanwhile": lazy_gettext("You saved this elsewhere meanwhile. Copy your words, open the page anew and put them in"),
    "time": lazy_gettext("Check the clock of the tablet. The time is not of these days"),
    "not_assessor": lazy_gettext("Choose somebody who is an assessor"),
    "own_centre": lazy_gettext("Choose an assessor of another centre"),
    "leads": lazy_gettext("Choose somebody who does not lead this group"),
    "assigned": lazy_gettext("This person is an assessor of the review already"),
    "full": lazy_gettext("Two assessors are enough. Take one off first"),
    "begun": lazy_gettext("The rating has begun, so this can no longer be changed"),
    "over": lazy_gettext("The review is over, so this can no longer be changed"),
    "needs_reason": lazy_gettext("Write why you choose this person all the same"),
    "no_reason": lazy_gettext("Write the reason"),
    "handed_in": lazy_gettext("This sheet is handed in. It stays as it is"),
    "not_handed_in": lazy_gettext("The sheet is not handed in, so there is nothing to take back"),
    "shared": lazy_gettext("The other assessor has handed in too. From now on you settle together"),
    "not_assigned": lazy_gettext("Only the assessors of this review can do that"),
    "not_later": lazy_gettext("Choose a day after the last day it is open now"),
    "too_long": lazy_gettext("Choose a day within three months after the last day it is open now"),
    "before_start": lazy_gettext("Choose a day after the first meeting of the group"),
    "hidden": lazy_gettext("Both assessors must hand in their sheets first"),
    "unsettled": lazy_gettext("Settle every item first. Then the report can be written"),
    "reported": lazy_gettext("The report is final. The scores stay as they are"),
    "signed": lazy_gettext("The report is signed. It stays as it is"),
    "stale": lazy_gettext("The other assessor saved the report while you wrote. Copy your words, open the page anew and put them in"),
    "no_draft": lazy_gettext("Save the report before you give it to the leaders"),
    "sent": lazy_gettext("The leaders have the report already"),
    "not_sent": lazy_gettext("Give the report to the leaders first"),
    "waiting": lazy_gettext("The leaders can still answer. Sign when they have, or when their time is over"),
    "not_with_leaders": lazy_gettext("There is no draft to answer"),
    "no_words": lazy_gettext("Write a few words first"),
    "not_final": lazy_gettext("The report must be final first"),
}


def named(names: Iterable[str]) -> str:
    """What to do about names of participants in a text."""
    return gettext("Write P and a number, as in the binder, in place of %(names)s", names=", ".join(f"“{name}”" for name in names))


def refused(error: CannotReview) -> str:
    """What to do about a refusal."""
    return str(REFUSED.get(error.reason) or gettext("Check what you typed"))
