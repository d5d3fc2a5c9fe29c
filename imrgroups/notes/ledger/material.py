"""The material of a meeting: plan for the hour, handouts and worksheets, their addresses, languages and versions."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import current_app, has_request_context, request, url_for
from werkzeug.routing import BuildError

from imrgroups.i18n import curriculum, language
from imrgroups.library import content
from imrgroups.library.content import blocks
from imrgroups.library.content.shelf import opened


@dataclass(frozen=True, slots=True)
class Material:
    """One topic of a meeting: titles in the page's language, the address of its plan, and (title, address) of what goes with it."""

    module: str
    topic: str
    guide: str
    handouts: list[tuple[str, str]]
    worksheets: list[tuple[str, str]]


def _address(endpoint: str, **values: str) -> str:
    try:
        return url_for(endpoint, **values)
    except BuildError:
        return ""


def _title(page: str) -> str:
    found = content.load().find(page)
    return curriculum(found.safe_title.source) if found else page


def material(topics: Iterable[tuple[str, str]], locale: str = "") -> list[Material]:
    """What (module, topic) pairs need in the room. An empty topic, or one the curriculum does not know, has titles only.

    locale: the language of the group, in which handouts and worksheets open; the page's own where it is left out.
    """
    programme, lang = content.load(), {"in": locale} if locale else {}
    # Titles and addresses of a topic stay what they are while the program runs, and most of a meeting's page went into asking for them.
    known: dict[tuple[object, ...], Material] = current_app.extensions.setdefault("imrgroups.material", {})
    found = []
    for module_id, topic_id in topics:
        module = programme.modules.get(module_id)
        topic = next((each for each in module.topics if each.id == topic_id), None) if module else None
        if module is None or topic is None:
            found.append(Material(curriculum(module.title.source) if module else module_id, topic_id, "", [], []))
            continue
        key = (id(programme), module_id, topic_id, locale, language(), request.script_root if has_request_context() else None)
        if key not in known:
            known[key] = Material(
                curriculum(module.title.source), curriculum(topic.safe_title.source),
                _address("library.guide", module=module_id, topic=topic_id) if topic_id in module.guides else "",
                [(_title(topic.handout), _address("library.handout", handout=topic.handout, **lang))],
                [(_title(sheet), _address("library.worksheet", worksheet=sheet, **lang)) for sheet in topic.worksheets],
            )
        found.append(known[key])
    return found


def minutes_of(topics: Iterable[tuple[str, str]]) -> dict[str, int]:
    """The minutes for each step by the plan of the first of these topics that has one; else the most the programme gives a step."""
    programme = content.load()
    for module_id, topic_id in topics:
        guide = programme.modules[module_id].guides.get(topic_id) if module_id in programme.modules else None
        if guide is not None:
            return {block.step: block.minutes for block in guide.blocks if isinstance(block, blocks.StepBlock)}
    return {step.id: step.minutes[1] for step in programme.steps}


class Editions:
    """The handouts in the languages they are offered in, with the versions that stand now. One statement when it is made."""

    def __init__(self) -> None:
        self.shelf = opened()

    def _offered(self, handouts: Iterable[str]) -> list[tuple[str, ...]]:
        return [self.shelf.page(handout, "en").offered for handout in handouts if self.shelf.programme.find(handout)]

    def edition(self, handout: str, *languages: str) -> tuple[str, str]:
        """Language and version of a handout in the first of these languages that has it, else in English; no version while unwritten."""
        if self.shelf.programme.find(handout) is None:
            return "en", ""
        page = self.shelf.best(handout, *languages)
        return page.document.locale, page.document.version

    def in_all(self, handouts: Iterable[str]) -> set[str]:
        """The languages in which every one of these handouts is offered; English always."""
        offered = self._offered(handouts)
        return {"en"} | (set(offered[0]).intersection(*offered[1:]) if offered else set())

    def in_any(self, handouts: Iterable[str]) -> list[str]:
        """The languages in which any of these handouts is offered, English first."""
        return list(dict.fromkeys(["en", *(code for codes in self._offered(handouts) for code in codes)]))


def sheets(topics: list[tuple[str, str]]) -> list[str]:
    """The handouts and worksheets that belong to topics, by id; a module without a topic stands for its first."""
    programme, found = content.load(), []
    for module_id, topic_id in topics:
        module = programme.modules.get(module_id)
        topic = next((each for each in module.topics if not topic_id or each.id == topic_id), None) if module else None
        if topic:
            found += [topic.handout, *topic.worksheets]
    return list(dict.fromkeys(found))
