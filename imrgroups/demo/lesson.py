"""What happens at one meeting of the demonstration: the register, goals, homework; and what is written down after it."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from imrgroups import config
from imrgroups.attendance import actions as attendance
from imrgroups.db import db
from imrgroups.demo.intake import Book
from imrgroups.demo.stays import IN_ROOM, Person
from imrgroups.demo.stock import Deck, stock
from imrgroups.goals import actions as goals
from imrgroups.goals.models import Goal
from imrgroups.groups.models import Meeting
from imrgroups.homework import actions as homework
from imrgroups.i18n import curriculum
from imrgroups.library import content
from imrgroups.notes import actions as notes

PROGRESS = ("kept", "partly", "not_yet")
RESULTS = ("done", "partly", "not_done", "not_applicable")


@dataclass
class Way:
    """One person's goal as it goes: its key, its card of the stock, the key of the step they are at, and how often it was talked about."""

    goal: int
    card: dict[str, Any]
    step: int = 0
    steps_done: int = 0
    talks: int = 0
    said: set[str] = field(default_factory=set)


class Lesson:
    """The meetings of one group; remembers goals and homework from one to the next."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.goals = Deck(stock("goals")["goals"], book.random)
        self.ways: dict[str, Way] = {}
        self.homework: dict[str, int] = {}
        self.last_topics: list[tuple[str, str]] = []
        self.repeats = book.plan.held[len(book.plan.held) // 3]

    def there(self, number: int) -> list[Person]:
        """Who was in the room."""
        return [who for who in self.book.plan.people if who.marks.get(number) in IN_ROOM]

    def hold(self, number: int, now: datetime) -> None:
        """The hour: the register, the leaders, homework from last time, goals, new homework."""
        book, random = self.book, self.book.random
        meeting = book.meeting(number)
        marks = {book.people[who.code]: who.marks[number] for who in book.plan.people if number in who.marks}
        attendance.mark(meeting=meeting, marks=marks, versions={}, by=book.leader, now=now)
        leaders = book.leaders
        if random.random() < 0.12:
            leaders = [leader for leader in leaders if leader != random.choice(leaders)]
        attendance.present_leaders(meeting, leaders, by=book.leader, now=now)
        there = self.there(number)
        self._review(meeting, there, now + timedelta(minutes=6))
        self._goals(meeting, number, there, now + timedelta(minutes=12))
        self._agree(meeting, there, now + timedelta(minutes=48))

    def _review(self, meeting: Meeting, there: list[Person], now: datetime) -> None:
        random, results = self.book.random, {}
        for who in there:
            key = self.homework.pop(who.code, None)
            if key is None or random.random() < 0.08:
                continue
            result = random.choices(RESULTS, (50, 22, 22, 6))[0]
            obstacle = self.book.words.say("homework", "obstacle") if result in ("partly", "not_done") and random.random() < 0.7 else ""
            results[key] = (result, obstacle)
        if results:
            homework.review(meeting, results, by=self.book.leader, now=now)

    def _agree(self, meeting: Meeting, there: list[Person], now: datetime) -> None:
        book, random, tasks = self.book, self.book.random, {}
        module = content.load().modules[meeting.topics[0].module] if meeting.topics else None
        choices = Deck(module.homework if module else (), random)
        for who in there:
            if random.random() < 0.12:
                continue
            way, friend = self.ways.get(who.code), self._helper(who)
            if not choices.cards or (way is not None and random.random() < 0.12):
                text = self._next_step(way) if way else ""
                if text:
                    tasks[book.people[who.code]] = homework.Task(text)
                continue
            choice = choices.deal()
            tasks[book.people[who.code]] = homework.Task(
                curriculum(choice.text.source, "da"), choice.id, friend if choice.supporter and random.random() < 0.35 else None
            )
        if not tasks:
            return
        homework.agree(meeting, tasks, by=book.leader, now=now)
        codes = {key: code for code, key in book.people.items()}
        self.homework |= {codes[person]: row.id for person, row in homework.agreed_at(meeting.id).items()}

    @staticmethod
    def _next_step(way: Way) -> str:
        steps = way.card["steps"]
        return str(steps[min(way.steps_done, len(steps) - 1)])

    def _helper(self, who: Person) -> int | None:
        return self.book.friends.get(who.code) if who.friend and who.friend.asked else None

    def _goals(self, meeting: Meeting, number: int, there: list[Person], now: datetime) -> None:
        random, said = self.book.random, dict[int, tuple[str, str]]()
        talked: list[tuple[Way, Person, str]] = []
        for who in there:
            way = self.ways.get(who.code)
            if way is None:
                if who.goal and self.book.plan.held.index(number) >= 2 and random.random() < 0.7:
                    self._set(meeting, who, now)
            elif random.random() < 0.62:
                progress, text = self._talk(way)
                said[way.goal] = (progress, text)
                talked.append((way, who, progress))
        if said:
            goals.follow_up(meeting, said, by=self.book.leader, now=now)
        for way, who, progress in talked:
            self._go_on(meeting, way, who, progress, now + timedelta(minutes=1))

    def _talk(self, way: Way) -> tuple[str, str]:
        random, way.talks = self.book.random, way.talks + 1
        if way.talks == 6 and "instead" in way.card:
            return "changed", way.card["instead"]
        progress = random.choices(PROGRESS, (46, 30, 24))[0]
        own = "kept" if progress == "kept" else "stuck"
        if own not in way.said:
            way.said.add(own)
            return progress, way.card[own]
        return progress, self.book.words.say("follow_up", progress) if random.random() < 0.7 else ""

    def _set(self, meeting: Meeting, who: Person, now: datetime) -> None:
        book, card, on = self.book, self.goals.deal(), meeting.meets_on
        person = book.people[who.code]
        goal = goals.set_goal(group_id=book.group_id, participant_id=person, text=card["text"], on=on, by=book.leader, now=now)
        self.ways[who.code] = Way(goal.id, card)
        self._add_step(self.ways[who.code], who, on, now)

    def _add_step(self, way: Way, who: Person, on: date, now: datetime) -> None:
        random, friend = self.book.random, self._helper(who)
        goal = db.session.get_one(Goal, way.goal)
        step = goals.add_step(
            goal, text=way.card["steps"][way.steps_done], due_on=on + timedelta(days=random.choice((7, 7, 14, 14, 21))),
            supporter_id=friend if random.random() < 0.3 else None, by=self.book.leader, now=now,
        )
        way.step = step.number

    def _go_on(self, meeting: Meeting, way: Way, who: Person, progress: str, now: datetime) -> None:
        book, random, on = self.book, self.book.random, meeting.meets_on
        goal = db.session.get_one(Goal, way.goal)
        if progress == "changed":
            way.goal = goals.change(goal, text=way.card["instead"], on=on, by=book.leader, now=now).id
            way.step = 1  # the step that was not done yet goes on as the first of the new goal
        elif progress == "kept" and way.steps_done < 3:
            step = next((step for step in goal.steps if step.number == way.step and step.done_on is None), None)
            if step is not None:
                goals.finish_step(step, on=on, by=book.leader, now=now)
                way.steps_done += 1
                if way.steps_done < 3:
                    self._add_step(way, who, on, now)
        elif way.steps_done == 3 and way.talks > 6 and random.random() < 0.3:
            goals.close(goal, state="reached" if random.random() < 0.8 else "dropped", on=on, by=book.leader, now=now)
            del self.ways[who.code]

    def write(self, number: int, now: datetime) -> None:
        """After the meeting: steps, topics, handouts, techniques and notes; the first leader signs, unless these notes stay unsigned."""
        book, meeting = self.book, self.book.meeting(number)
        topics = [(planned.module, planned.topic) for planned in meeting.topics]
        if number == self.repeats and self.last_topics:
            topics = self.last_topics  # there was not time enough last time; what was planned moves on
        self.last_topics = topics or self.last_topics
        there = self.there(number)
        techniques = self._techniques(topics)
        said = notes.MeetingRecord(
            steps=self._steps(), topics=topics, handouts=self._handouts(number, topics, there), techniques=techniques,
            texts=self._texts(topics, [name for name, _leader in techniques], there),
        )
        notes.record(meeting, said, by=book.leader, now=now)
        if number in book.plan.unsigned:
            return
        notes.sign(meeting, by=book.leader, now=now)
        if book.random.random() < 0.04:
            lines = [note for note in notes.notes_of(meeting.id) if note.participant_id is None]
            notes.amend(lines[0], text=book.words.say("amended", "texts"), by=book.leader, now=now + timedelta(hours=20))

    def _steps(self) -> dict[str, int | None]:
        random, taken = self.book.random, dict[str, int | None]()
        for step in content.load().steps:
            if random.random() < (0.02 if step.id in ("teach", "goals") else 0.1):
                continue
            taken[step.id] = random.randint(*step.minutes) if random.random() < 0.85 else None
        return taken

    def _handouts(self, number: int, topics: list[tuple[str, str]], there: list[Person]) -> list[notes.Handed]:
        book, random, given = self.book, self.book.random, []
        away = [who for who in book.plan.people if who.marks.get(number) == "excused" and random.random() < 0.25]
        programme = content.load()
        for module, topic in topics:
            if not topic or random.random() < 0.06:
                continue
            handout = programme.topic(module, topic).handout
            for who in there + away:
                language = "en" if who.language == "en" else "da"
                medium = "letter" if who in away else "paper"
                given.append(notes.Handed(book.people[who.code], handout, language, version_of(handout, language), medium))
        return given

    def _techniques(self, topics: list[tuple[str, str]]) -> list[tuple[str, int | None]]:
        book, random, used = self.book, self.book.random, list[str]()
        programme = content.load()
        families: dict[str, list[str]] = {}
        for technique in programme.techniques.values():
            families.setdefault(technique.family, []).append(technique.id)
        skills = {skill for module, _topic in topics for skill in programme.modules[module].skills}
        for family, share in (("motivational", 0.85), ("educational", 0.95), ("cognitive_behavioural", 0.72)):
            if random.random() < share:
                used += random.sample(families[family], random.choice((1, 1, 2)))
        for family in ("coping_skills", "relapse_prevention", "behavioural_tailoring"):
            if random.random() < (0.8 if family in skills else 0.07):
                used += families[family]
        return [(technique, random.choice(book.leaders) if random.random() < 0.8 else None) for technique in random.sample(used, len(used))]

    def _texts(self, topics: list[tuple[str, str]], techniques: list[str], there: list[Person]) -> dict[int | None, str]:
        programme, words = content.load(), self.book.words
        taught = [programme.topic(module, topic) if topic else programme.modules[module] for module, topic in topics]
        titles = [curriculum(each.title.source, "da") for each in taught]
        texts: dict[int | None, str] = {None: words.of_group(titles, techniques)}
        return texts | {self.book.people[who.code]: words.of_person() for who in there}

    def countersign(self, number: int, now: datetime) -> None:
        """Another leader reads the notes and signs too."""
        notes.sign(self.book.meeting(number), by=self.book.leaders[1], now=now)


@lru_cache(maxsize=256)
def version_of(handout: str, language: str) -> str:
    """The version of a handout as it is shown in a language."""
    return content.translate(content.load().document(handout), _danish() if language == "da" else content.ENGLISH).version


@lru_cache(maxsize=1)
def _danish() -> content.Language:
    return content.from_po(config.translations_folder(), "da")
