"""Words of one direction among words of the other: a name in Latin letters in a Hebrew sentence, a Hebrew name in a Danish one."""

from unicodedata import bidirectional

START, END = "\u2068", "\u2069"  # first strong isolate, pop directional isolate; nobody sees them


def apart(text: str, *, rtl: bool) -> str:
    """The text with marks around it that keep it in its own order, or as it is where none of its letters runs the other way.

    rtl: whether the words around it run from right to left. Without the marks "Elin T." among Hebrew words reads ".Elin T".
    Source: Unicode standard annex 9, explicit directional isolates.
    """
    if text.isascii() and not rtl:
        return text
    other = ("L",) if rtl else ("R", "AL")
    return f"{START}{text}{END}" if any(bidirectional(letter) in other for letter in text) else text
