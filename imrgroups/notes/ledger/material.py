"""The material of a meeting: plan for the hour, handouts and worksheets, their addresses, languages and versions."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from flask import url_for
from werkzeug.routing import BuildError

from imrgroups.i18n import LOCALES, curriculum
from imrgroups.library import content
from imrgroups.library.content import blocks


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


def handout_address(handout: str) -> str:
    """The address of a handout's page."""
    return _address("library.handout", handout=handout)


def _title(page: str) -> str:
    found = content.load().find(page)
    return curriculum(found.safe_title.source) if found else page


def material(topics: Iterable[tuple[str, str]], locale: str = "") -> list[Material]:
    """What (module, topic) pairs need in the room. An empty topic, or one the curriculum does not know, has titles only.

    locale: the language of the group, in which handouts and worksheets open; the page's own where it is left out.
    """
    programme, lang = content.load(), {"locale": locale} if locale else {}
    found = []
    for module_id, topic_id in topics:
        module = programme.modules.get(module_id)
        topic = next((each for each in module.topics if each.id == topic_id), None) if module else None
        if module is None or topic is None:
            found.append(Material(curriculum(module.title.source) if module else module_id, topic_id, "", [], []))
            continue
        found.append(Material(
            curriculum(module.title.source), curriculum(topic.safe_title.source),
            _address("library.guide", module=module_id, topic=topic_id) if topic_id in module.guides else "",
            [(_title(topic.handout), _address("library.handout", handout=topic.handout, **lang))],
            [(_title(sheet), _address("library.worksheet", worksheet=sheet, **lang)) for sheet in topic.worksheets],
        ))
    return found


def minutes_of(topics: Iterable[tuple[str, str]]) -> dict[str, int]:
    """The minutes for each step by the plan of the first of these topics that has one; else the most the programme gives a step."""
    programme = content.load()
    for module_id, topic_id in topics:
        guide = programme.modules[module_id].guides.get(topic_id) if module_id in programme.modules else None
        if guide is not None:
            return {block.step: block.minutes for block in guide.blocks if isinstance(block, blocks.StepBlock)}
    return {step.id: step.minutes[1] for step in programme.steps}


@lru_cache(maxsize=512)
def version_of(handout: str, language: str) -> str:
    """The version of a handout as it stands in a language; "" for one that is not written."""
    page = content.load().find(handout)
    if page is None:
        return ""
    return content.translate(page, lambda source: curriculum(source, language), language).version


@lru_cache(maxsize=512)
def is_written(handout: str, language: str) -> bool:
    """Whether anything of a handout is there in a language."""
    page = content.load().find(handout)
    if page is None or language not in LOCALES:
        return False
    return language == "en" or any(curriculum(text.source, language) != text.source for text in content.texts(page))


def language_for(handouts: Iterable[str], *languages: str) -> str:
    """The first of these languages (the person's, the group's) in which the handouts are written; English where none is."""
    pages = list(handouts)
    return next((code for code in languages if pages and all(is_written(page, code) for page in pages)), "en")
