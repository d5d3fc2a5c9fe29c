"""Letters on paper: one page each, the address where a window envelope shows it, and a slip to answer on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from imrgroups import pdf
from imrgroups.i18n import LOCALES, day, direction, gettext, in_language
from imrgroups.outreach.words import letter_slip, phone_in

ABOVE_ADDRESS_MM, ADDRESS_LINES, BELOW_ADDRESS_MM = 12, 5, 8


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter: to whom, in which language and print, and what it says. address: lines, without the name. code: stands on the slip.

    text: paragraphs with an empty line between them. phone: of the centre, for those who would rather ring.
    """

    name: str
    address: str
    language: str
    large: bool
    text: str
    occasion: str
    step: str
    code: str = ""
    phone: str = ""


def letters(written: Iterable[Letter], *, on: date, paper: pdf.Paper = "a4") -> bytes:
    """One tagged PDF of the letters, each on a page of its own. Raises ValueError without letters, pdf.CannotPrint."""
    return pdf.render([_sheet(letter, on) for letter in written], paper=paper, title=gettext("Letters"))


def _sheet(letter: Letter, on: date) -> pdf.PrintDocument:
    language = letter.language if letter.language in LOCALES else "en"
    lines = [letter.name, *(line.strip() for part in letter.address.splitlines() for line in part.split(",") if line.strip())]
    lines += [" "] * (ADDRESS_LINES - len(lines))
    with in_language(language):
        blocks: list[pdf.Block] = [
            pdf.Space(ABOVE_ADDRESS_MM), pdf.Paragraph("\n".join(lines), lang=_side(lines, language)), pdf.Space(BELOW_ADDRESS_MM),
            pdf.Paragraph(day(on)),
            *(pdf.Paragraph(part) for part in letter.text.split("\n\n")),
        ]
        if answers := letter_slip(letter.occasion, letter.step, language):
            return_it = gettext("Tick a box, and bring this slip or send it to us.")
            if letter.phone:
                return_it += " " + gettext("You can also ring %(phone)s.", phone=phone_in(letter.phone, language))
            slip = [pdf.Ticks([f"{number}. {words}" for number, words in enumerate(answers, 1)]), pdf.Paragraph(return_it, small=True)]
            blocks.append(pdf.Frame(slip, "box", gettext("Your answer") + (f" ({letter.code})" if letter.code else "")))
        return pdf.PrintDocument(gettext("A letter for you"), language, blocks, page_word=gettext("Page"), large=letter.large)


def _side(lines: Iterable[str], language: str) -> str:
    """The language of an address: one in Latin letters stands on the left, where the window is, whatever the letter is written in."""
    latin = not any("\u0590" <= char <= "\u08ff" for line in lines for char in line)
    return "en" if latin and direction(language) == "rtl" else ""
