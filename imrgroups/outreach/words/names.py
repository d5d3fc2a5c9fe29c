"""What leaders call the steps of messages on their screens."""

from imrgroups.i18n import lazy_gettext

STEP_NAMES = {
    ("reminder", "first"): lazy_gettext("Before somebody's first meeting"),
    ("reminder", "back"): lazy_gettext("When somebody was away for long"),
    ("missed", "first"): lazy_gettext("The first one missed"),
    ("missed", "second"): lazy_gettext("The second one in a row"),
    ("missed", "later"): lazy_gettext("Later ones"),
    ("missed", "first_told"): lazy_gettext("The first one, and they told us"),
    ("missed", "second_told"): lazy_gettext("The second one in a row, and they told us"),
    ("missed", "later_told"): lazy_gettext("Later ones, and they told us"),
    ("make_up_offer", "two"): lazy_gettext("Two times to choose from"),
    ("make_up_offer", "one"): lazy_gettext("One time"),
    ("moved", "plain"): lazy_gettext("A new time"),
    ("moved", "after_all"): lazy_gettext("It takes place after all"),
    ("invitation", "first"): lazy_gettext("The first time"),
    ("invitation", "thanks"): lazy_gettext("Thank you"),
    ("pulse", "one"): lazy_gettext("First question"),
    ("pulse", "two"): lazy_gettext("Second question"),
    ("pulse", "three"): lazy_gettext("Third question"),
    ("staff", "call"): lazy_gettext("Somebody asks for a call"),
    ("staff", "inbox"): lazy_gettext("A reply to read"),
}


def step_name(occasion: str, step: str) -> str:
    """What a step is called on screens, "" where the occasion has only one."""
    return str(STEP_NAMES.get((occasion, step), ""))
