"""What participants of the running groups do by themselves: open their page, fill in sheets, say how the homework goes."""

from collections.abc import Mapping
from datetime import datetime

from imrgroups.demo.intake import Book
from imrgroups.demo.stays import Person
from imrgroups.enrolment.actions import cards
from imrgroups.homework import actions as homework
from imrgroups.mypage import actions, reads
from imrgroups.mypage.actions import Answers
from imrgroups.outreach import actions as outreach
from imrgroups.people.models import Participant

# Language -> worksheet -> field -> words; written by people who do not exist.
SHEETS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "da": {
        "goal-sheet": {
            "goal": "Jeg vil lave mad til min søster om søndagen.", "because": "Vi plejede at spise sammen. Det savner jeg.",
            "notice": "Der er noget i køleskabet, og jeg glæder mig til søndag.", "strengths": "Jeg kan lave min mors suppe.",
            "short-goals.1.0": "Handle ind", "short-goals.1.1": "Skrive en seddel", "short-goals.1.2": "Fredag",
            "helper": "Min søster. Hun kan ringe lørdag.", "may-know.2": "1",
        },
        "network-card": {
            "people.1.0": "M.", "people.1.1": "Hun griner af det samme som mig", "people.1.2": "Jeg lytter", "people.1.3": "I søndags",
            "people.2.0": "Naboen", "people.2.1": "Kaffe", "people.2.2": "Jeg vander blomster", "more-of.1": "1", "more-of.5": "1",
            "first-step": "Spørge naboen, om hun vil med ned til søen.",
        },
    },
    "en": {
        "goal-sheet": {
            "goal": "I want to play in the band again.", "because": "On those evenings I forget everything else.",
            "notice": "My guitar is not in the cupboard.", "strengths": "I still know twelve songs.",
            "short-goals.1.0": "Play at home", "short-goals.1.1": "Buy new strings", "short-goals.1.2": "Tuesday", "may-know.1": "1",
        },
    },
}
WHY = {"da": "For at spise søndagsmad med min søster igen.", "en": "To play with the others again."}
HARD_WEEK = {"da": "Det går over. Tag af sted, og sæt dig ved vinduet.", "en": "Hard weeks pass. Go anyway, and sit by the window."}


def writers(book: Book) -> list[Person]:
    """Two people of the group who have been there for long and are there still: one who reads Danish, one who reads something else."""
    there = [who for who in book.plan.people if who.joined_on == book.plan.starts_on and not who.left_on and not who.stay]
    found = [next((who for who in there if (who.language == "da") is danish), None) for danish in (True, False)]
    return [who for who in found if who is not None]


def open_pages(book: Book, now: datetime) -> None:
    """These people have a card, wrote on their sheets and said how the homework went."""
    for who in writers(book):
        person = book.person(who)
        cards.make(person, on=now.date(), by=book.leader, now=now)
        words = "da" if who.language == "da" else "en"
        outreach.own_words(person, why=WHY[words], hard_week=HARD_WEEK[words], may_quote=words == "da", by=None, now=now)
        _fill(person, SHEETS[words], now)
        newest = next(iter(homework.homework_of(person.id)), None)
        if newest and newest[1].review is None:
            homework.tell(newest[1], "partly" if words == "da" else "done", on=now.date(), by=None, now=now)


def _fill(person: Participant, sheets: Mapping[str, Mapping[str, str]], now: datetime) -> None:
    taught = {id for topic in reads.taught(person.id) for id, _title in topic.worksheets}
    for id, told in sheets.items():
        if id in taught:
            filled = reads.filled(person.id, id, person.language)
            answers = Answers({f"{id}.{name}": value for name, value in told.items()}, filled.fields)
            actions.keep_sheet(
                person.id, id, edition=filled.edition, language=filled.page.language.locale, answers=answers, shared=id == "goal-sheet",
                version=0, by=None, now=now,
            )
