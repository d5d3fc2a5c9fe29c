"""What the screens call occasions, states, reasons, answers and calls: plain words, never the carrier's."""

from imrgroups.i18n import lazy_gettext

OCCASIONS = {
    "reminder": lazy_gettext("Reminder"), "missed": lazy_gettext("We missed you"), "make_up_offer": lazy_gettext("Offer to catch up"),
    "welcome_back": lazy_gettext("Welcome back"), "moved": lazy_gettext("Meeting moved"), "cancelled": lazy_gettext("Meeting cancelled"),
    "nudge": lazy_gettext("Homework"), "invitation": lazy_gettext("Invitation"), "pulse": lazy_gettext("Three questions"),
    "ask_again": lazy_gettext("What did you mean?"), "stopped": lazy_gettext("Messages stopped"),
    "started": lazy_gettext("Messages started again"), "staff": lazy_gettext("To staff"), "own": lazy_gettext("In a leader's own words"),
}
# A state in plain words, and behind it why, where there is a reason.
STATES = {
    "pending": lazy_gettext("Waits"), "sending": lazy_gettext("Being sent"), "sent": lazy_gettext("On the way"),
    "delivered": lazy_gettext("Arrived"), "undelivered": lazy_gettext("Did not arrive"), "failed": lazy_gettext("Could not be sent"),
    "expired": lazy_gettext("Not sent: it would have come too late"), "cancelled": lazy_gettext("Not sent"),
    "unknown": lazy_gettext("Nobody knows whether it went out"), "printed": lazy_gettext("Printed"),
}
REASONS = {
    "came": lazy_gettext("they came after all"), "told_us": lazy_gettext("they told us already"),
    "made_up": lazy_gettext("it is caught up"), "not_wanted": lazy_gettext("they do not want it any more"),
    "seen_to": lazy_gettext("somebody has seen to it"),
    "changed": lazy_gettext("the meeting was changed"), "begun": lazy_gettext("the meeting has begun"),
    "left": lazy_gettext("they are not in the group now"), "ended": lazy_gettext("the group has ended"),
    "stopped": lazy_gettext("they have stopped messages"),
    "no_consent": lazy_gettext("they have not said yes to messages"), "hospital": lazy_gettext("they are in hospital"),
    "no_texts": lazy_gettext("the number takes no texts; call instead"),
    "opted_out": lazy_gettext("they have stopped messages"),
    "quiet": lazy_gettext("until the quiet hours are over"), "busy": lazy_gettext("the carrier is busy; it is tried again"),
    "out_of_reach": lazy_gettext("the phone was off; it is tried once more"),
    "person": lazy_gettext("the carrier refused it; call instead"),
    "by_hand": lazy_gettext("a leader decided so"), "carrier": lazy_gettext("the carrier did not answer"),
}
ANSWERS = {
    "come": lazy_gettext("1: comes"), "cannot": lazy_gettext("2: cannot"), "call_me": lazy_gettext("3: please call"),
    "words": lazy_gettext("wrote something"), "stop": lazy_gettext("stop"), "start": lazy_gettext("start"),
}
CALL_REASONS = {
    "missed": lazy_gettext("was away"), "asked_to_call": lazy_gettext("asked us to call"),
    "not_delivered": lazy_gettext("a message did not arrive"), "two_misses": lazy_gettext("was away twice in a row"),
    "welcome_back": lazy_gettext("is home from hospital"), "own": lazy_gettext("a leader asked for it"),
    "changed": lazy_gettext("should hear of a change"), "supporter": lazy_gettext("has somebody close who said yes to a call"),
}
CALL_WORDS = {
    "reached_comes": lazy_gettext("We talked: comes next time"), "reached_cannot": lazy_gettext("We talked: cannot come for now"),
    "reached_other": lazy_gettext("We talked about something else"), "no_answer": lazy_gettext("No answer"),
    "wrong_number": lazy_gettext("Wrong number"), "not_needed": lazy_gettext("No longer needed"),
}
