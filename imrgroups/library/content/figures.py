"""The programme's own drawings: read, check, translate the labels, and write out for a page or for paper.

A drawing stays left to right in every language; its labels are turned where the language is. Styles become attributes, because
the pages allow no inline styles.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET  # noqa: S405 (our own files, read from the checkout)
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from imrgroups.library.content.blocks import CurriculumError, Text
from imrgroups.library.content.programme import Figure

SVG = "{http://www.w3.org/2000/svg}"
FONTS = {"he": "Noto Sans Hebrew", "ar": "Noto Sans Arabic", "fa": "Noto Sans Arabic", "ur": "Noto Sans Arabic"}
RIGHT_TO_LEFT = ("ar", "fa", "he", "ur")
TURN = "\u200f"  # around a label, so that its full stop or question mark lands on the left
REFERENCE = re.compile(r"url\(#([^)]+)\)")
FORBIDDEN = ("script", "foreignObject", "image", "a", "iframe", "animate", "set")


def read_figure(path: Path, file: str) -> Figure:
    """The drawing in `path`. Raises CurriculumError when it is no SVG or reaches outside itself."""
    source = path.read_text(encoding="utf-8")
    try:
        root = ET.fromstring(source)  # noqa: S314
    except ET.ParseError as error:
        raise CurriculumError(file, error.position[0], f"this is not well-formed SVG ({error}); mend the line") from None
    if root.tag != f"{SVG}svg" or "viewBox" not in root.attrib:
        raise CurriculumError(file, 1, "the drawing needs <svg xmlns=... viewBox=...>")
    for element in root.iter():
        _check(element, source, file)
    title = root.find(f"{SVG}title")
    said = Text(_words(title), _line(source, _words(title))) if title is not None and _words(title) else None
    labels = [Text(words, _line(source, words)) for element in _labelled(root) if (words := _words(element))]
    return Figure(path.stem, file, source, said, tuple(dict.fromkeys(labels)))


def _check(element: ET.Element, source: str, file: str) -> None:
    name = element.tag.removeprefix(SVG) if isinstance(element.tag, str) else ""
    if name in FORBIDDEN:
        raise CurriculumError(file, _line(source, f"<{name}"), f"<{name}> cannot be used in a drawing; take it out")
    for key, value in element.attrib.items():
        outside = key.endswith("href") and not value.startswith("#") or "url(" in value and not REFERENCE.search(value)
        if outside or key.startswith("on"):
            raise CurriculumError(file, _line(source, value), f"`{key}` reaches outside the drawing; take it out")
    if name == "style" and re.search(r"@import|url\(\s*['\"]?(?!#)", element.text or ""):
        raise CurriculumError(file, _line(source, "<style"), "the <style> fetches something; take that out")


def _labelled(root: ET.Element) -> list[ET.Element]:
    return [element for element in root.iter() if element.tag in (f"{SVG}text", f"{SVG}tspan")]


def _words(element: ET.Element) -> str:
    return " ".join((element.text or "").split())


def _line(source: str, needle: str) -> int:
    """The line where the words stand; 1 when they are spread over lines."""
    place = source.find(needle.split("\n")[0])
    return source.count("\n", 0, place) + 1 if place >= 0 else 1


@lru_cache(maxsize=256)
def _plain(source: str) -> str:
    """The drawing without <style>, style attributes, title and desc: rules become attributes of the elements they meet."""
    root = ET.fromstring(source)  # noqa: S314
    rules: list[tuple[str, dict[str, str]]] = []
    for style in root.iter(f"{SVG}style"):
        for selectors, body in re.findall(r"([^{}]+)\{([^}]*)\}", re.sub(r"/\*.*?\*/", "", style.text or "", flags=re.S)):
            rules += [(selector.strip(), _declarations(body)) for selector in selectors.split(",")]
    for element in root.iter():
        name, classes = element.tag.removeprefix(SVG), element.get("class", "").split()
        for selector, declared in rules:
            if selector == name or (selector.startswith(".") and selector[1:] in classes):
                element.attrib.update(declared)
        element.attrib.update(_declarations(element.attrib.pop("style", "")))
        element.attrib.pop("class", None)
        for child in [c for c in element if c.tag in (f"{SVG}style", f"{SVG}title", f"{SVG}desc", f"{SVG}metadata")]:
            element.remove(child)
    for key in ("width", "height", "role", "aria-label", "aria-labelledby", "aria-describedby"):
        root.attrib.pop(key, None)
    return _written(root)


def _written(root: ET.Element) -> str:
    """The drawing as text, its tags without a prefix whatever prefix another library registered for SVG in this process."""
    for element in root.iter():
        element.tag = element.tag.removeprefix(SVG)
    root.set("xmlns", SVG[1:-1])
    return ET.tostring(root, encoding="unicode")


def _declarations(body: str) -> dict[str, str]:
    pairs = (part.partition(":") for part in body.split(";") if ":" in part)
    return {key.strip(): value.strip().removesuffix("!important").strip() for key, _, value in pairs}


def drawn(figure: Figure, say: Callable[[str], str], *, locale: str, prefix: str = "", title: str = "", description: str = "") -> str:
    """The drawing as SVG with its labels said in the language.

    say: English label to label. prefix: put before ids inside the drawing, so that two drawings can share a page.
    title, description: given to readers who cannot see it; both empty for paper, where the alternative text stands outside.
    """
    root = ET.fromstring(_plain(figure.svg))  # noqa: S314
    turned = locale.split("_")[0] in RIGHT_TO_LEFT
    font = FONTS.get(locale.split("_")[0])
    for element in root.iter():
        for key, value in list(element.attrib.items()):
            if key == "id":
                element.set(key, prefix + value)
            elif key.endswith("href"):
                element.set(key, f"#{prefix}{value[1:]}")
            elif "url(#" in value:
                element.set(key, REFERENCE.sub(rf"url(#{prefix}\1)", value))
            elif key == "font-family" and font:
                element.set(key, font)
    for element in _labelled(root):
        if words := _words(element):
            label = say(words)
            element.text = f"{TURN}{label}{TURN}" if turned and label != words else label
    if title:
        name, about = f"{prefix}title", f"{prefix}description"
        root.attrib |= {"role": "img", "direction": "ltr", "aria-labelledby": f"{name} {about}" if description else name}
        if description:
            root.insert(0, _element("desc", about, description))
        root.insert(0, _element("title", name, title))
    return _written(root)


def _element(tag: str, id: str, words: str) -> ET.Element:
    element = ET.Element(f"{SVG}{tag}", {"id": id})
    element.text = words
    return element
