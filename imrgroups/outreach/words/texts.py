"""Every text that goes out, in English; the other languages are in the catalogues, written as that language and not word by word.

A text is put together from a greeting, a body, where there is one the next meeting, what to answer, and who writes. Rules of the bodies:
warm and never blaming; no word of illness, treatment, medicine or programme, no title, no link; at most about 70 characters beside a date,
so that all of it fits into one part; no "today", because a text may go out the next morning; nothing counted ("your second time").
"""

from dataclasses import dataclass

from imrgroups.i18n import lazy_gettext

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """The bodies of one step. answer: which of ANSWERS follows. onward: name the next meeting, where there is one.

    shared: bodies for a phone that others read too, the plain ones where empty. quoting: frames for the person's own words, shown at every
    second variant. greets: begin with a greeting.
    """

    bodies: Words
    answer: str = ""
    onward: bool = False
    shared: Words = ()
    quoting: Words = ()
    greets: bool = True


HELLO = (lazy_gettext("Hi %(name)s."), lazy_gettext("Hello."))
CLOSE_TO_YOU = lazy_gettext("Somebody close to you")
ONWARD = (
    lazy_gettext("You are welcome %(when)s."),
    lazy_gettext("We meet again %(when)s."),
    lazy_gettext("Next time is %(when)s."),
)
ANSWERS: dict[str, Words] = {
    "come": (lazy_gettext("Reply 1 if you come, 2 if you can't, 3 if we should call."),),
    "call": (
        lazy_gettext("Reply 3 if you want a call."), lazy_gettext("Reply 3 and I will call."), lazy_gettext("For a call, reply 3."),
    ),
    "slots": (lazy_gettext("Reply 1 or 2, or 3 for a call."),),
    "slot": (lazy_gettext("Reply 1 if it suits you, 2 if not, 3 for a call."),),
    "supporter": (lazy_gettext("Reply 1 for yes, 2 for no."),),
    "each_time": (lazy_gettext("Reply 1: each time, 2: sometimes, 3: no."),),
    "how_often": (lazy_gettext("Reply 1: more than once, 2: once, 3: no."),),
    "how_much": (lazy_gettext("Reply 1: yes, 2: a little, 3: not so far."),),
}
SPOKEN_ANSWERS: dict[str, str] = {
    "come": lazy_gettext("Press 1 if you come, 2 if you cannot, and 3 if we should call you."),
    "call": lazy_gettext("Press 3 if you would like a call."),
    "slots": lazy_gettext("Press 1 for the first time, 2 for the second, and 3 if we should call you."),
    "slot": lazy_gettext("Press 1 if it suits you, 2 if not, and 3 if we should call you."),
    "supporter": lazy_gettext("Press 1 for yes and 2 for no."),
    "each_time": lazy_gettext("Press 1 for each time, 2 for sometimes, and 3 for no."),
    "how_often": lazy_gettext("Press 1 for more than once, 2 for once, and 3 for no."),
    "how_much": lazy_gettext("Press 1 for yes, 2 for a little, and 3 for not so far."),
}
SPOKEN_HELLO = (
    lazy_gettext("Hello %(name)s. This is a greeting from %(sender)s."), lazy_gettext("Hello. This is a greeting from %(sender)s."),
)

QUOTING: Words = (
    lazy_gettext('You once wrote: "%(quote)s" We think of you.'),
    lazy_gettext('Your own words: "%(quote)s" They still hold.'),
    lazy_gettext('You asked us to remind you: "%(quote)s"'),
)
_REMINDER_SHARED: Words = (
    lazy_gettext("See you %(when)s."),
    lazy_gettext("Looking forward to %(when)s."),
    lazy_gettext("As agreed: %(when)s."),
    lazy_gettext("A small reminder: %(when)s."),
    lazy_gettext("You are welcome %(when)s."),
    lazy_gettext("I am here for you %(when)s."),
)
_MISSED_SHARED: Words = (
    lazy_gettext("A friendly greeting. I hope you are well."),
    lazy_gettext("I am thinking of you and would like to hear from you."),
    lazy_gettext("Just a greeting. Call me when it suits you."),
    lazy_gettext("I hope the week is kind to you. I am here."),
    lazy_gettext("It would be nice to talk when you have time."),
    lazy_gettext("A small greeting. There is no hurry."),
)

REMINDERS = {
    "plain": (
        lazy_gettext("See you %(when)s."),
        lazy_gettext("We look forward to seeing you %(when)s."),
        lazy_gettext("Your chair is ready %(when)s."),
        lazy_gettext("We meet %(when)s. Come just as you are."),
        lazy_gettext("A friendly word: we meet %(when)s."),
        lazy_gettext("There is a seat for you %(when)s."),
    ),
    "first": (
        lazy_gettext("Welcome %(when)s. It will be good to meet you."),
        lazy_gettext("We start %(when)s. You may just listen."),
        lazy_gettext("We look forward to meeting you %(when)s."),
        lazy_gettext("See you %(when)s. I will meet you at the door."),
        lazy_gettext("See you %(when)s. There is nothing to prepare."),
        lazy_gettext("Good that you are starting %(when)s. Take your time."),
    ),
    "back": (
        lazy_gettext("It will be good to see you again %(when)s. No hurry."),
        lazy_gettext("Welcome back %(when)s. We will catch you up."),
        lazy_gettext("Your seat is here. See you %(when)s, if you like."),
        lazy_gettext("We meet %(when)s. Half the time is fine too."),
        lazy_gettext("Good to have you with us again. We meet %(when)s."),
        lazy_gettext("See you %(when)s. Start as gently as you like."),
    ),
}
MISSED = {
    "first": (
        lazy_gettext("We missed you and hope you are all right."),
        lazy_gettext("We thought of you. It is good when you are here."),
        lazy_gettext("Some days are like that. Come just as you are."),
        lazy_gettext("Your place is yours. We will gladly catch you up."),
        lazy_gettext("A greeting from us. There is nothing to explain."),
        lazy_gettext("We saved the pages for you. It is easy to join in again."),
    ),
    "second": (
        lazy_gettext("Your chair is still here. Shall we find a way together?"),
        lazy_gettext("We are thinking of you. Can we make something easier?"),
        lazy_gettext("Some weeks are heavy. Coming for half the time is fine."),
        lazy_gettext("Would another seat, a break or company on the way help?"),
        lazy_gettext("It is never too late to join in again. We miss you."),
        lazy_gettext("I would like to hear how you are, whatever the answer."),
    ),
    "later": (
        lazy_gettext("The door is open, on good days and on bad ones."),
        lazy_gettext("Only a greeting: we have not forgotten you."),
        lazy_gettext("You could come for ten minutes, or we talk first."),
        lazy_gettext("You are one of us, also when you are not here."),
        lazy_gettext("Many have come back after a long break. It can be done."),
        lazy_gettext("Is there a way that fits you better? Let us find it."),
    ),
    "first_told": (
        lazy_gettext("Thank you for telling us. We hope all goes well."),
        lazy_gettext("Thanks for letting us know. We saved the pages for you."),
        lazy_gettext("Good that you told us. We will catch you up, no hurry."),
        lazy_gettext("Thank you for your message. Your place is yours."),
        lazy_gettext("Thanks for saying so. Take care of what you need to."),
        lazy_gettext("Thanks for the word. It will be good to see you again."),
    ),
    "second_told": (
        lazy_gettext("Thank you for telling us. It helps to know."),
        lazy_gettext("Thanks for saying so. Can we make anything easier?"),
        lazy_gettext("Good to hear from you. Your chair is here for you."),
        lazy_gettext("Thanks for letting us know. A talk by phone is fine too."),
        lazy_gettext("You told us, and that counts. Is there a better time?"),
        lazy_gettext("Thank you for keeping in touch. We think of you."),
    ),
    "later_told": (
        lazy_gettext("Thank you for telling us each time. You are one of us."),
        lazy_gettext("Thanks for writing. We can also meet in another way."),
        lazy_gettext("It is always good to hear from you. The door is open."),
        lazy_gettext("You keep in touch, and that is strong. How can we help?"),
        lazy_gettext("Thanks for your message. A talk or a walk? You choose."),
        lazy_gettext("We are glad you let us know. Small steps are fine."),
    ),
}

STEPS: dict[str, dict[str, Step]] = {
    "reminder": {step: Step(bodies, "come", shared=_REMINDER_SHARED) for step, bodies in REMINDERS.items()},
    "missed": {
        step: Step(bodies, "call", onward=True, shared=_MISSED_SHARED, quoting=() if step.startswith("first") else QUOTING)
        for step, bodies in MISSED.items()
    },
    "make_up_offer": {
        "two": Step((
            lazy_gettext("I can go over what you missed. 1: %(slot_1)s. 2: %(slot_2)s."),
            lazy_gettext("Shall we catch up, you and I? 1: %(slot_1)s. 2: %(slot_2)s."),
        ), "slots", shared=(lazy_gettext("I have time for you. 1: %(slot_1)s. 2: %(slot_2)s."),)),
        "one": Step((
            lazy_gettext("I have time to go over it with you %(slot_1)s."),
            lazy_gettext("Shall we catch up, you and I, %(slot_1)s?"),
        ), "slot", shared=(lazy_gettext("I have time for you %(slot_1)s."),)),
    },
    "welcome_back": {
        "plain": Step((
            lazy_gettext("Good to hear you are home. No hurry. I can bring you up to date."),
            lazy_gettext("Nice that you are home again. Take your time; we keep your seat."),
            lazy_gettext("Welcome home. One small step is enough this week."),
        ), "call", onward=True, shared=_MISSED_SHARED[:3]),
    },
    "moved": {
        "plain": Step((
            lazy_gettext("We have a new time: %(new)s, not %(old)s."),
            lazy_gettext("Our time has moved to %(new)s, not %(old)s."),
        ), "come"),
        "after_all": Step((
            lazy_gettext("Good news: we meet after all %(when)s."),
            lazy_gettext("Now we can meet all the same: %(when)s."),
        ), "come"),
    },
    "cancelled": {
        "plain": Step((
            lazy_gettext("We do not meet %(when)s. I am sorry."),
            lazy_gettext("I am sorry, there is no meeting %(when)s."),
        ), onward=True),
        "ended": Step((
            lazy_gettext("Our time together is over now. Thank you for being part of it."),
            lazy_gettext("We do not meet any more. It was good to have you with us."),
        )),
        "last": Step((
            lazy_gettext("We meet for the last time %(when)s."),
            lazy_gettext("Our last time together is %(when)s."),
        )),
    },
    "nudge": {
        "plain": Step((
            lazy_gettext("A thought about what you wanted to try. Five minutes is enough."),
            lazy_gettext("Have you had a moment for what we agreed? A little counts."),
            lazy_gettext("How is your small step? If it did not fit, we find another."),
            lazy_gettext("Thinking of your plan for the week. Trying is enough."),
            lazy_gettext("One small try is plenty. Some weeks that is a lot."),
            lazy_gettext("I am curious how your idea goes. You can tell me when we meet."),
        ), shared=(
            lazy_gettext("A small greeting in the middle of the week. A little counts."),
            lazy_gettext("A friendly thought from me. Trying is enough."),
            lazy_gettext("I hope the week goes well. Small steps are fine."),
            lazy_gettext("Just a greeting: five minutes can be enough."),
            lazy_gettext("I wish you good days. There is no hurry."),
            lazy_gettext("Thinking of you. I look forward to hearing from you."),
        )),
    },
    "invitation": {
        "first": Step((
            lazy_gettext("%(about)s would like you to know what we do together. May I call you?"),
            lazy_gettext("%(about)s says you are a good support. May I call and tell you more?"),
        ), "supporter"),
        "thanks": Step((
            lazy_gettext("Thank you for our talk. It means something to %(about)s that you are there."),
            lazy_gettext("Thank you for being there. Ask %(about)s how the small step is going."),
        )),
    },
    "pulse": {
        "one": Step((lazy_gettext("A short question: did you get pages to take home from the last weeks?"),), "each_time"),
        "two": Step((lazy_gettext("A short question: did somebody talk with you about your own goal?"),), "how_often"),
        "three": Step((lazy_gettext("A short question: could you use something from the last weeks?"),), "how_much"),
    },
    "ask_again": {
        "plain": Step(
            (lazy_gettext("Thank you for your reply. I was not sure what you meant. Please write 1, 2 or 3 once more."),),
            shared=(lazy_gettext("Thank you for your reply. I was not sure who wrote it. Please write 1, 2 or 3 with your first name."),),
            greets=False,
        ),
    },
    "stopped": {
        "plain": Step(
            (lazy_gettext("You will get no more texts from us. You are as welcome as before. Write START if you want them again."),),
            greets=False,
        ),
    },
    "started": {
        "plain": Step((lazy_gettext("You will get our texts again. Write STOP if you do not want them any more."),), greets=False),
    },
    "staff": {
        "call": Step((lazy_gettext("Somebody would like a call from you. It is on your page Today."),), greets=False),
        "inbox": Step((lazy_gettext("A reply waits to be read. It is on your page Today."),), greets=False),
    },
    "own": {"plain": Step(("%(words)s",))},
}
