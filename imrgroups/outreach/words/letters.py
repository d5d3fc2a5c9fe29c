"""The same words on paper: longer, because a letter has room, and with a slip to answer on."""

from imrgroups.i18n import lazy_gettext

DEAR = (lazy_gettext("Dear %(name)s,"), lazy_gettext("Hello,"))
REGARDS = lazy_gettext("Warm regards,")
REACH = lazy_gettext("You can also call us on %(phone)s. You are welcome to let somebody else call for you.")
ANSWER = lazy_gettext("You can answer on the slip below, in your own time.")

MORE = {
    "reminder": lazy_gettext("Come just as you are. You may listen, take part, or go earlier than the others."),
    "missed": lazy_gettext(
        "There is nothing you have to explain. What we talked about is kept for you, and we will gladly go over it together, face to "
        "face or by phone, when it suits you."
    ),
    "make_up_offer": lazy_gettext("We take it at your pace, and you may bring somebody. If another time is better, just say so."),
    "welcome_back": lazy_gettext("You decide how to begin: for a short while, with a talk first, or together with somebody you trust."),
    "moved": lazy_gettext("We are sorry if the change makes it harder. Tell us, and we will try to find a way."),
    "cancelled": lazy_gettext("We look forward to seeing you again."),
    "cancelled/ended": lazy_gettext("What you have worked on is yours. You are welcome to call us, also about what could come next."),
    "cancelled/last": lazy_gettext("Come just as you are. Afterwards you are welcome to call us about what could come next."),
    "nudge": lazy_gettext("If it did not fit into your week, that is useful to know too. We will find something smaller."),
    "invitation": lazy_gettext(
        "You do not have to do anything special. Often it helps most that somebody asks, listens and believes in the next small step."
    ),
    "pulse": lazy_gettext("There are no wrong answers, and you may leave it out."),
}

_CALL_ME = lazy_gettext("Please call me")
SLIPS = {
    "come": (lazy_gettext("I will come"), lazy_gettext("I cannot come"), _CALL_ME),
    "call": (lazy_gettext("I will come next time"), lazy_gettext("I cannot come next time"), _CALL_ME),
    "slots": (lazy_gettext("The first time suits me"), lazy_gettext("The second time suits me"), _CALL_ME),
    "slot": (lazy_gettext("The time suits me"), lazy_gettext("The time does not suit me"), _CALL_ME),
    "supporter": (lazy_gettext("Yes, you may call me"), lazy_gettext("No, thank you"), lazy_gettext("Please write to me instead")),
    "each_time": (lazy_gettext("Yes, each time"), lazy_gettext("Sometimes"), lazy_gettext("No")),
    "how_often": (lazy_gettext("Yes, more than once"), lazy_gettext("Once"), lazy_gettext("No")),
    "how_much": (lazy_gettext("Yes"), lazy_gettext("A little"), lazy_gettext("Not so far")),
}
