"""Made-up people and times for previews, in each language with names and places that are at home in it."""

from datetime import date, time, timedelta

from imrgroups.i18n import gettext, in_language
from imrgroups.outreach.words import Facts, Slot


def sample(language: str, today: date, *, quoting: bool = False) -> Facts:
    """Facts for every occasion, as if a text were written on `today`; quoting: with own words that may be quoted."""
    with in_language(language):
        place, next_week = gettext("Room 2"), today + timedelta(days=7)
        return Facts(
            first_name=gettext("Anna"), sender=gettext("Dana"), on=next_week, at=time(14, 30), place=place, today=today,
            new_on=next_week + timedelta(days=1), new_at=time(10), phone="38 64 00 00", about=gettext("Amal"),
            own_words=gettext("It gets better when I go out") if quoting else "", may_quote=quoting,
            slots=(Slot(today + timedelta(days=2), time(10), place), Slot(today + timedelta(days=3), time(13), place)),
            words=gettext("I read your message. Shall we talk tomorrow?"),
        )
