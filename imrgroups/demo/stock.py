"""The words of the demonstration: invented people and texts, dealt so that they repeat as late as they can."""

import tomllib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any, Generic, TypeVar

Card = TypeVar("Card")
FOLDER = Path(__file__).parent


@lru_cache(maxsize=4)
def stock(name: str) -> dict[str, Any]:
    """One of the files beside this one: "goals", "words", "names" or "reviews"."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def nth(cards: Sequence[Card], seed: str, number: int) -> Card:
    """The card with a number, of a deck shuffled by a seed and shuffled anew each time it has been dealt."""
    turn, place = divmod(number, len(cards))
    return Random(f"{seed} {turn}").sample(cards, len(cards))[place]


class Deck(Generic[Card]):
    """Cards dealt one by one; shuffled anew only when all have been dealt."""

    def __init__(self, cards: Sequence[Card], random: Random) -> None:
        self.cards, self.random, self.left = list(cards), random, list[Card]()

    def deal(self) -> Card:
        """The next card."""
        if not self.left:
            self.left = self.random.sample(self.cards, len(self.cards))
        return self.left.pop()


class Words:
    """What the leaders of one group write; each kind of sentence is a deck of its own."""

    def __init__(self, random: Random) -> None:
        self.random, self.decks = random, dict[str, Deck[str]]()

    def say(self, *where: str) -> str:
        """A sentence of a kind: say("told", "reasons")."""
        key = ".".join(where)
        if key not in self.decks:
            cards: Any = stock("words")
            for part in where:
                cards = cards[part]
            self.decks[key] = Deck(cards, self.random)
        return self.decks[key].deal()

    def of_group(self, titles: Sequence[str], techniques: Sequence[str]) -> str:
        """A note of the whole group about the topics taught and what was tried."""
        topic = self.say("topic").format(topic=" og ".join(f"”{title}”" for title in titles))
        tried = [self.say("technique", technique) for technique in techniques[:2]]
        return " ".join([self.say("opening"), topic, *tried, self.say("ending")])

    def of_person(self) -> str:
        """A line about one person."""
        line = self.say("line", "did")
        return line if self.random.random() < 0.3 else f"{line} {self.say('line', 'working_on')}"
