"""A report on paper, from the same parts as the page."""

from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from imrgroups import pdf
from imrgroups.fidelity.evidence.report import Full
from imrgroups.fidelity.views import words
from imrgroups.i18n import curriculum, direction, full_day, gettext, language, number, percent
from imrgroups.rules.fidelity.agreement import printed as rounded


def printed(full: Full) -> pdf.PrintDocument:
    """The report as blocks, in the reader's language."""
    draft = [pdf.Paragraph(gettext("This is a draft. The leaders can still answer it."))] if full.report.state != "final" else []
    return pdf.PrintDocument(
        f"{curriculum(full.line.name)}: {full.line.group}", language(),
        [*draft, *_cover(full), *_scores(full), *_reasons(full), *_advice(full), *_end(full)],
        above=gettext("Fidelity report"), page_word=gettext("Page"),
        footer=[full.line.group, curriculum(full.line.name), _version(full)], note=_data(full),
    )


def _version(full: Full) -> str:
    return gettext("%(name)s, version %(version)s", name=curriculum(full.scale.name), version=full.scale.version)


def _data(full: Full) -> str:
    return gettext("Data of %(day)s", day=full_day(full.report.data_on))


def _cover(full: Full) -> list[pdf.Block]:
    pairs = [
        (gettext("Centre"), full.line.centre), (gettext("Group"), full.line.group),
        (gettext("Assessors"), ", ".join(each.name for each in full.line.assessors)),
        (gettext("Review due"), full_day(full.line.due_on)), (gettext("Scale"), _version(full)),
        (gettext("Data of"), full_day(full.report.data_on)),
    ]
    found: list[pdf.Block] = [pdf.Pairs(pairs)]
    for name in ("purpose", "method"):
        found += _section(full, name)
    if full.alone:
        found.append(pdf.Paragraph(gettext("One assessor rated alone.")))
    if full.sources:
        rows = [[str(words.SOURCES[name]), str(count)] for name, count in full.sources.items()]
        found += [
            pdf.Heading(gettext("What it is based on")), pdf.Table([gettext("Source"), gettext("Number")], rows, widths=[3, 1]),
        ]
    return found


def _section(full: Full, name: str) -> list[pdf.Block]:
    return [pdf.Heading(str(words.SECTIONS[name])), *_lines(full.sections[name])] if full.sections.get(name) else []


def _lines(text: str) -> list[pdf.Block]:
    return [pdf.Paragraph(line) for line in text.split("\n") if line.strip()]


def _score(value: int | None) -> str:
    return str(value) if value else gettext("not rated")


def _scores(full: Full) -> list[pdf.Block]:
    previous = full.before is not None
    head = [gettext("Item"), *([gettext("Before")] if previous else []), gettext("Now")]
    rows = [
        [
            f"{row.item.number}. {curriculum(row.item.name)}", *([str(row.before or "-")] if previous else []), _score(row.score),
        ]
        for row in full.rows
    ]
    found: list[pdf.Block] = [pdf.Heading(gettext("Scores")), pdf.Table(head, rows, widths=[4, 1, 1] if previous else [4, 1])]
    found += [pdf.Paragraph(text) for text in summary(full)]
    return found


def _mean(value: Fraction) -> str:
    return number(float(rounded(value) or 0), 2)


def _signed(value: Any, sign: str = "") -> str:
    """A number that may be below nought; in a line from right to left a mark keeps its sign in front."""
    mark = "\u200e" if direction() == "rtl" else ""
    return f"{mark}{sign}{number(float(value or 0), 2)}"


def summary(full: Full) -> list[str]:
    """The mean with how many were rated, the band and its system, the change, and how the assessors agreed: a line each."""
    if full.mean is None:
        return [gettext("No item was rated.")]
    lines = [gettext(
        "Mean %(mean)s over %(rated)s of %(all)s items: %(band)s (%(system)s).", mean=_mean(full.mean), rated=full.rated,
        all=len(full.rows), band=curriculum(full.band), system=curriculum(full.system),
    )]
    if full.before is not None:
        change = rounded(full.mean - full.before)
        lines.append(gettext(
            "The review before, with data of %(day)s: mean %(mean)s. Change: %(change)s.", day=full_day(full.before_on),
            mean=_mean(full.before), change=_signed(change, "+" if change and change > 0 else ""),
        ))
    agreed = full.outcome.agreement
    if agreed is None:
        lines.append(gettext("One assessor rated alone."))
    else:
        kappa = gettext("none, as nothing varies") if agreed.kappa is None else _signed(agreed.kappa)
        lines.append(gettext(
            "Before settling, both gave the same score on %(same)s and were at most one apart on %(near)s. Weighted kappa: %(kappa)s.",
            same=percent(agreed.exact, agreed.rated), near=percent(agreed.within_one, agreed.rated), kappa=kappa,
        ))
    return lines


def _reasons(full: Full) -> list[pdf.Block]:
    found: list[pdf.Block] = [pdf.Heading(gettext("Reasons"))] if any(row.reason for row in full.rows) else []
    for row in full.rows:
        if row.reason:
            title = f"{row.item.number}. {curriculum(row.item.name)}: {_score(row.score)}"
            found += [pdf.Heading(title, level=3), *_lines(row.reason)]
    return found + _section(full, "strengths") + _voice(full)


def _voice(full: Full) -> list[pdf.Block]:
    """What assessors heard, then what people answered after the modules beside what staff recorded."""
    found, told = _section(full, "voice"), full.heard
    if not told:
        return found
    found = found or [pdf.Heading(str(words.SECTIONS["voice"]))]
    found.append(pdf.Heading(gettext("What people answered after the modules"), level=3))
    if not (told["asked"] or told["answered"]):
        return [*found, pdf.Paragraph(gettext("Nobody was asked the three questions yet, or the answers are still coming in."))]
    rows, either = [], f" {gettext('or')} "
    for each in told["questions"]:
        answers = [f"{cell['people']} {either.join(f'“{curriculum(said)}”' for said in cell['answers'])}" for cell in each["cells"]]
        few = gettext("Fewer than %(fewest)s answered, so nothing is shown.", fewest=told["fewest"])
        item = full.scale.item(each["item"]) if each["item"] else None
        recorded = f"{item.number}. {curriculum(item.name)}: {percent(*each['recorded'])}" if item else ""
        rows.append([curriculum(each["question"]), "\n".join(answers) or few, recorded])
    return [
        *found, pdf.Paragraph(gettext("Asked: %(asked)s. Answered: %(answered)s.", asked=told["asked"], answered=told["answered"])),
        pdf.Table([gettext("Question"), gettext("People said"), gettext("Staff recorded")], rows, widths=[2, 3, 2]),
        pdf.Paragraph(
            gettext("An answer that fewer than %(fewest)s people gave is shown together with the next one.", fewest=told["fewest"]),
            small=True,
        ),
    ]


def _advice(full: Full) -> list[pdf.Block]:
    found: list[pdf.Block] = []
    if full.checked:
        rows = [
            [row.text, str(words.ADVICE[row.state]), str(words.CHECKS[row.checked]) if row.checked else gettext("not looked at")]
            for row in full.checked
        ]
        found += [pdf.Heading(gettext("Advice of the review before")), pdf.Table(
            [gettext("Advice"), gettext("The leaders say"), gettext("The assessors saw")], rows, widths=[3, 1.3, 1.5])]
    if full.advice:
        rows = [
            [str(row.item or ""), row.text, full.owners.get(row.owner_id or 0, ""), full_day(row.due_on)] for row in full.advice
        ]
        found += [pdf.Heading(gettext("Advice")), pdf.Table(
            [gettext("Item"), gettext("Advice"), gettext("Who"), gettext("Until")], rows, widths=[0.7, 3, 1.4, 1.6])]
    return found + _section(full, "next")


def _on(at: datetime | None, zone: str) -> str:
    return full_day(at.astimezone(ZoneInfo(zone)).date()) if at else ""


def _end(full: Full) -> list[pdf.Block]:
    zone, found = full.review.group.timezone, list[pdf.Block]()
    if full.report.answer:
        found += [
            pdf.Heading(gettext("The leaders' answer")), *_lines(full.report.answer),
            pdf.Paragraph(f"{full.answered_by}, {_on(full.report.answered_at, zone)}"),
        ]
    elif full.report.state == "final":
        found += [pdf.Heading(gettext("The leaders' answer")), pdf.Paragraph(gettext("The leaders did not answer in time."))]
    if full.signatures:
        found += [pdf.Heading(gettext("Signed by")), pdf.Bullets([f"{each.name}, {_on(each.at, zone)}" for each in full.signatures])]
    return found
