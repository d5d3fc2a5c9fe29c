"""A binder as blocks of text and tables: the same on the page and in the PDF, in the language of the reader."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from imrgroups.attendance.figures.words import STATE_NAMES, symbol
from imrgroups.fidelity.evidence import wording as words
from imrgroups.fidelity.evidence.binder import SECTIONS
from imrgroups.i18n import curriculum, gettext, language, number, percent
from imrgroups.pdf import Block, Bullets, Heading, NewPage, Pairs, Paragraph, PrintDocument, Table
from imrgroups.rules.attendance import MarkState
from imrgroups.rules.fidelity.binder import Difference
from imrgroups.staff.actions.training import TRAINING_WORDS

ACROSS = 12  # people side by side in the table of attendance; more go into a second table
# What an assessor reads for an item, by how it is counted: its parts beside its own numbers.
READ_FOR: Mapping[str, tuple[str, ...]] = {
    "group_size": ("attendance",), "length": ("people", "attendance", "make_ups"), "topics": ("meetings",), "handouts": ("handouts",),
    "supporters": ("contacts", "homework"), "goals": ("goals",), "follow_ups": ("goals", "follow_ups"),
    "techniques": ("techniques", "notes"), "skills": ("techniques", "meetings", "training"),
}


# Rows that differ only in this are one line of the whole part: everybody who got one handout, everything used at one meeting.
TOGETHER = {"handouts": "person", "techniques": "technique"}
WIDTHS = {"homework": (16, 8, 30, 9, 18), "handouts": (16, 18, 24, 9, 10), "follow_ups": (16, 8, 12, 30), "meetings": (16, 8, 30, 16),
          "training": (14, 13, 15, 8, 16, 20)}
NEW_PAGE = frozenset({"people", "attendance", "notes", "goals", "homework"})
Cells = Callable[[Mapping[str, Any]], list[str]]


class Paper:
    """Blocks of one binder. names: what to call each pseudonym, where the reader may see more than it. zone: of the group."""

    def __init__(self, content: Mapping[str, Any], *, zone: str, names: Mapping[str, str] | None = None) -> None:
        self.content, self.zone, self.names = content, zone, dict(names or {})
        self.head = content["head"]
        self.instrument = gettext(
            "%(name)s, version %(version)s", name=curriculum(self.head["instrument_name"]), version=self.head["version"]
        )
        self.cells = self._cells()
        self.dates = {row["key"]: row["on"] for row in content["meetings"]}

    def who(self, pseudonym: str) -> str:
        """A person as this reader may see them; somebody close to them ("P01a") stays as they are."""
        return self.names.get(pseudonym, pseudonym)

    def meeting(self, label: str) -> str:
        """A meeting by its number and day."""
        return f"{label} {words.on(self.dates.get(label), short=True)}".strip()

    def cover(self, sha256: str) -> list[Block]:
        """What this is, of when, counted by what, and how to check it."""
        head, counts = self.head, self.head["counts"]
        mean = gettext("none yet") if head["mean"] is None else number(float(head["mean"]), 2)
        pairs = [
            (gettext("Group"), head["group_name"]), (gettext("Centre"), head["centre"]), (gettext("Led by"), ", ".join(head["leaders"])),
            (gettext("Review"), f"{curriculum(head['review_name'])}, {words.on(head['due_on'], full=True)}"),
            (gettext("Data of"), words.on(head["on"], full=True)), (gettext("Frozen"), words.at(head["frozen_at"], self.zone)),
            (gettext("Frozen by"), head["frozen_by"] or gettext("the program")),
            (gettext("Instrument"), self.instrument),
            (gettext("People who started"), percent(counts["starters"], counts["assigned"])),
            (gettext("Still in the group"), str(counts["current"])), (gettext("Meetings held"), str(counts["held"])),
            (gettext("Suggested mean"), f"{mean} {gettext('over %(rated)s items', rated=head['rated'])}"),
            (gettext("Charts drawn"), ", ".join(self.who(name) for name in head["sample"])),
            (gettext("Seed of the draw"), str(head["seed"])),
        ]
        if counts["no_longer_held"]:
            pairs.append((gettext("People whose data was deleted"), str(counts["no_longer_held"])))
        return [
            Pairs(pairs),
            Paragraph(f"SHA-256: {sha256}", small=True),
            Paragraph(gettext("P01, P02... stand for people; P01a is somebody close to P01. M01, M02... are meetings by their number.")),
            Paragraph(gettext(
                "To draw the charts again: make the SHA-256 of the seed, a space and the pseudonym, for everybody who started. "
                "Those with the smallest come in."
            ), small=True),
        ]

    def item_title(self, row: Mapping[str, Any]) -> str:
        """An item by its number and name."""
        return f"{row['item']}. {curriculum(row['name'])}"

    def item(self, row: Mapping[str, Any]) -> list[Block]:
        """One item: its number, who and what is behind it, the anchors of the scale."""
        blocks: list[Block] = [Heading(self.item_title(row)), Paragraph(curriculum(row["definition"]))]
        counted = words.counted(row)
        if row["suggestion"]:
            said = gettext("Suggested %(score)s", score=row["suggestion"])
            forecast = f" ({gettext('a forecast')})" if row["forecast"] else ""
            blocks += [
                Paragraph([(said, True), (f"{forecast}: {counted}. {gettext('You decide.')}", False)]),
                Paragraph(f"{gettext('What this score means:')} {curriculum(row['anchor'])}"),
            ]
        elif row["item"] >= 11:
            blocks.append(Paragraph(f"{gettext('For the assessor: the program makes no suggestion here.')} {counted}"))
        else:
            blocks.append(Paragraph(f"{gettext('Nothing to go by yet.')} ({row['numerator'] or 0}, {row['denominator'] or 0})"))
        if row["counts"] == "supporters" and self.head.get("recent_from"):
            days = {"first": words.on(self.head["recent_from"]), "last": words.on(self.head["reference"])}
            blocks.append(Paragraph(gettext("Counted from %(first)s to %(last)s, the day of the last meeting.", **days)))
        pairs = [(name, told) for name, told in (
            (gettext("Counted"), self._names(row, "behind")), (gettext("Not counted"), self._names(row, "missing"))) if told]
        if pairs:
            blocks.append(Pairs(pairs))
        for use in row["leaders"]:
            told = {"name": use["name"], "times": len(use["trained"]), "present": use["present"]}
            blocks.append(Paragraph(gettext("%(name)s: used at %(times)s of %(present)s meetings", **told)))
        blocks.append(Bullets([f"{score}: {curriculum(anchor)}" for score, anchor in enumerate(row["anchors"], 1)]))
        return blocks

    def _names(self, row: Mapping[str, Any], which: str) -> str:
        call: Callable[[str], str] = {"people": self.who, "topics": words.scale_topic}.get(row["unit"], self.meeting)
        return ", ".join(call(key) for key in row[which])

    def part(self, section: str, only: str = "", *, helped: bool = False) -> list[Block]:
        """One part of the binder with its heading; only: the rows of one person; helped: the homework somebody close helps with."""
        heading = Heading(str(words.SECTION_NAMES[section]))
        rows = [row for row in self.content[section] if not only or only in (row.get("person"), row.get("key"), _owner(row))]
        rows = [row for row in rows if row.get("supporter", True)] if helped else rows
        if section == "items":
            return [block for row in rows for block in self.item(row)]
        if not rows:
            return [heading, Paragraph(gettext("Nothing was written down."))]
        if section == "attendance" and not only:
            return [heading, *self._attendance(rows)]
        if section == "notes":
            return [heading, *(block for row in rows for block in self._note(row))]
        if section == "goals":
            return [heading, *(block for row in rows for block in self._goal(row))]
        if section in TOGETHER and not only:
            rows = _together(rows, TOGETHER[section])
        cells = [self.cells[section](row) for row in rows]
        return [heading, Table(self._heads(section), cells, widths=WIDTHS.get(section, ()), small=True)]

    def _attendance(self, rows: Sequence[Mapping[str, Any]]) -> list[Block]:
        """Meetings down, people across, with the signs of the register's grid."""
        marks = {(row["meeting"], row["person"]): row["mark"] for row in rows}
        people, blocks = [row["key"] for row in self.content["people"]], list[Block]()
        held = [row["key"] for row in self.content["meetings"] if row["state"] == "held"]
        blocks.append(Paragraph(", ".join(f"{symbol(state)} {name}" for state, name in STATE_NAMES.items()), small=True))
        for first in range(0, len(people), ACROSS):
            across = people[first : first + ACROSS]
            cells = [
                [self.meeting(label), *(symbol(MarkState(mark)) if (mark := marks.get((label, name))) else "" for name in across)]
                for label in held
            ]
            blocks.append(Table([gettext("Meeting"), *across], cells, widths=[3.2, *(0.9 for _ in across)], small=True))
        return blocks

    def _note(self, row: Mapping[str, Any]) -> list[Block]:
        title = f"{self.meeting(row['meeting'])}: {self.who(row['person']) if row['person'] else gettext('The whole group')}"
        signed = ", ".join(f"{each['by']} {words.on(each['on'], short=True)}" for each in row["signatures"])
        blocks: list[Block] = [Heading(title, 3), Paragraph(row["text"] or "-")]
        blocks.append(Paragraph(gettext("Signed: %(names)s", names=signed) if signed else gettext("Not signed"), small=True))
        for later in row["amendments"]:
            blocks.append(Paragraph(self._amended(later)))
        return blocks

    def _amended(self, later: Mapping[str, Any]) -> str:
        return gettext("Added %(when)s: %(text)s", when=words.at(later["at"], self.zone), text=later["text"])

    def _goal(self, row: Mapping[str, Any]) -> list[Block]:
        title = f"{self.who(row['person'])}, {words.on(row['set_on'])}: {words.GOAL_NAMES[row['state']]}"
        blocks: list[Block] = [Heading(title, 3), Paragraph(row["text"])]
        steps = []
        for step in row["steps"]:
            when = [gettext("by %(day)s", day=words.on(step["due_on"], short=True))] if step["due_on"] else []
            when += [gettext("done %(day)s", day=words.on(step["done_on"], short=True))] if step["done_on"] else []
            when += [gettext("with %(name)s", name=step["supporter"])] if step["supporter"] else []
            steps.append(f"{step['text']} ({', '.join(when)})" if when else step["text"])
        return [*blocks, Bullets(steps)] if steps else blocks

    def line(self, section: str, row: Mapping[str, Any]) -> str:
        """One row in one line, for what was written after the freeze."""
        if section == "items":
            return f"{row['item']}. {curriculum(row['name'])}: {words.counted(row)}"
        if section == "notes":
            later = [self._amended(each) for each in row["amendments"]]
            signed = ", ".join(each["by"] for each in row["signatures"])
            told = gettext("Signed: %(names)s", names=signed) if signed else gettext("Not signed")
            return " ".join([f"{self.meeting(row['meeting'])} {self.who(row['person'])}".strip() + f": {row['text']}", *later, f"({told})"])
        if section == "goals":
            steps = "; ".join(f"{step['text']}{' ✓' if step['done_on'] else ''}" for step in row["steps"])
            return f"{self.who(row['person'])}: {row['text']}{f' ({steps})' if steps else ''}"
        who = [self.who(row["person"])] if section == "attendance" else []
        return ", ".join(filter(None, [*who, *self.cells[section](row)]))

    def _heads(self, section: str) -> list[str]:
        meeting, person = gettext("Meeting"), gettext("Person")
        return {
            "people": [person, gettext("In the group"), gettext("Started"), gettext("Chart drawn"), gettext("Yes to an interview")],
            "meetings": [meeting, gettext("State"), gettext("Topics"), gettext("Leaders")],
            "attendance": [meeting, gettext("Mark")],
            "make_ups": [meeting, person, gettext("Day"), gettext("How")],
            "follow_ups": [meeting, gettext("Goal"), gettext("How it goes"), gettext("Words")],
            "homework": [meeting, person, gettext("Agreed"), gettext("Who helps"), gettext("How it went")],
            "handouts": [meeting, person, gettext("Handout"), gettext("Language"), gettext("How")],
            "contacts": [gettext("Day"), gettext("With"), gettext("How"), gettext("Who")],
            "techniques": [meeting, gettext("Technique"), gettext("Leader")],
            "training": [
                gettext("Name"), gettext("Day"), gettext("What"), gettext("Hours"), gettext("Who led it"), gettext("What it was about"),
            ],
        }[section]

    def _cells(self) -> dict[str, Cells]:
        """How a row of each part fills the cells of its table."""
        who, meeting, on = self.who, self.meeting, words.on
        return {
            "people": lambda row: [
                who(row["key"]), "; ".join(f"{on(first, short=True)} - {on(last, short=True)}" for first, last in row["stays"]),
                words.yes(row["starter"]), words.yes(row["sampled"]), words.yes(row["interview"]),
            ],
            "meetings": lambda row: [
                meeting(row["key"]), str(words.MEETING_NAMES[row["state"]]), "; ".join(words.topic(each) for each in row["topics"]),
                ", ".join(row["leaders"]),
            ],
            "attendance": lambda row: [meeting(row["meeting"]), words.mark(row["mark"])],
            "make_ups": lambda row: [
                meeting(row["meeting"]), who(row["person"]), on(row["on"], short=True), words.make_up(row["kind"]),
            ],
            "follow_ups": lambda row: [meeting(row["meeting"]), who(_owner(row)), str(words.PROGRESS_NAMES[row["progress"]]), row["text"]],
            "homework": lambda row: [meeting(row["meeting"]), who(row["person"]), row["text"], row["supporter"], _heard(row)],
            "handouts": lambda row: [
                meeting(row["meeting"]), ", ".join(map(who, _several(row["person"]))), words.handout(row["handout"]), row["language"],
                str(words.MEDIUM_NAMES[row["medium"]]),
            ],
            "contacts": lambda row: [on(row["on"], short=True), row["with"], str(words.CONTACT_NAMES[row["kind"]]), row["by"]],
            "techniques": lambda row: [
                meeting(row["meeting"]), ", ".join(map(words.technique, _several(row["technique"]))), row["leader"],
            ],
            "training": lambda row: [
                row["name"], on(row["on"], short=True), str(TRAINING_WORDS[row["kind"]]),
                number(row["minutes"] / 60, 2 if row["minutes"] % 60 else 0), row["led_by"], row["note"],
            ],
        }

    def chart(self, pseudonym: str) -> list[Block]:
        """Everything about one person: what an assessor reads as a chart."""
        parts = ("people", "goals", "follow_ups", "homework", "handouts", "contacts", "attendance", "make_ups", "notes")
        return [block for section in parts for block in self.part(section, pseudonym)]

    def added(self, found: Sequence[Difference]) -> list[Block]:
        """What was written after the freeze about the time before it."""
        if not found:
            return [Paragraph(gettext("Nothing was written later about the time before the freeze."))]
        blocks: list[Block] = [Paragraph(gettext("This was written later. It is not in the binder, and the scores above do not count it."))]
        for section in dict.fromkeys(each.section for each in found):
            rows = [
                ["" if each.before is None else self.line(section, each.before), gettext("taken away") if each.after is None
                 else self.line(section, each.after)]
                for each in found if each.section == section
            ]
            blocks += [
                Heading(str(words.SECTION_NAMES[section]), 3),
                Table([gettext("When it was frozen"), gettext("Now")], rows, widths=[1, 1], small=True),
            ]
        return blocks

    def document(self, sha256: str, added: Sequence[Block]) -> list[PrintDocument]:
        """The whole binder for paper. added: what came after the freeze, which stands apart at the end."""
        contents = Bullets([str(words.SECTION_NAMES[section]) for section in SECTIONS], ordered=True)
        blocks: list[Block] = [*self.cover(sha256), Heading(gettext("Contents")), contents]
        for section in SECTIONS:
            blocks += [NewPage()] if section in NEW_PAGE else []
            blocks += [*([Heading(str(words.SECTION_NAMES[section]))] if section == "items" else []), *self.part(section)]
        blocks += [NewPage(), Heading(gettext("Written after the freeze")), *added]
        head = self.head
        footer = [head["group_name"], self.instrument, gettext("data of %(day)s", day=words.on(head["on"], full=True))]
        title = gettext("Binder: %(group)s", group=head["group_name"])
        return [PrintDocument(title, language(), blocks, above=curriculum(head["review_name"]), footer=footer, page_word=gettext("Page"))]


def _owner(row: Mapping[str, Any]) -> str:
    """Whose a row is that names a goal ("P01/2") or somebody close to a person ("P01a")."""
    return str(row["goal"]).partition("/")[0] if "goal" in row else str(row.get("with", "")).rstrip("abcdefghijklmnopqrstuvwxyz")


def _heard(row: Mapping[str, Any]) -> str:
    told = str(words.RESULT_NAMES[row["result"]]) if row["result"] else gettext("Not talked about yet")
    return f"{told}: {row['obstacle']}" if row["obstacle"] else told


def _together(rows: Sequence[Mapping[str, Any]], name: str) -> list[dict[str, Any]]:
    """Rows alike in everything but their key and one value, as one row with a list of the values."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        rest = {key: value for key, value in row.items() if key not in ("key", name)}
        kept = found.setdefault(repr(sorted(rest.items())), {**row, name: []})
        kept[name].append(row[name])
    return list(found.values())


def _several(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
