"""Search over the titles of the curriculum, in English and in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from imrgroups.library.content.blocks import Text
from imrgroups.library.content.languages import Language
from imrgroups.library.content.programme import Document, Module, Programme


@dataclass(frozen=True, slots=True)
class Hit:
    """A page found, or a whole module (document None)."""

    module: Module
    title: Text
    document: Document | None = None


def found(programme: Programme, language: Language, words: str) -> Iterator[Hit]:
    """The modules and pages whose titles have every word of `words` (or begin a word with it), modules first within each."""
    wanted = words.casefold().split()

    def has(*titles: Text | None) -> bool:
        said = " ".join(f"{title.source} {language.say(title.source)}" for title in titles if title).casefold()
        return bool(wanted) and all(word in said for word in wanted)

    for module in programme.modules.values():
        if has(module.title):
            yield Hit(module, module.title)
        topics = {topic.id: topic.title for topic in module.topics}
        for document in module.documents():
            if document.kind not in ("family", "ward") and has(document.title, document.shared_title, topics.get(document.topic)):
                yield Hit(module, document.title, document)
