"""Commands about the programme that need no database: preview, curriculum."""

from datetime import date, datetime

import click

from imrgroups.cli.base import DAY, TIME, Plain, as_json, main, say, table


@main.command()
@click.option("--starts-on", type=DAY, required=True, metavar="D", help="The date of the first meeting, as 2027-01-12.")
@click.option("--at", "at", type=TIME, required=True, metavar="HH:MM", help="The local time of the meetings.")
@click.option("--timezone", required=True, metavar="Z", help="Its time zone, as Europe/Copenhagen.")
@click.option("--country", required=True, metavar="CC", help="Whose public holidays are skipped, as DK.")
@click.option("--closed", multiple=True, metavar="A..B", help="Closed days, both included; may be given more than once.")
@click.option("--order", multiple=True, metavar="IDS", help="Module ids in the order wanted, with spaces or commas between.")
@click.argument("more", nargs=-1, metavar="")
@click.option("--json", "json_", is_flag=True, help="As JSON.")
def preview(
    starts_on: datetime, at: datetime, timezone: str, country: str, closed: tuple[str, ...], order: tuple[str, ...], more: tuple[str, ...],
    json_: bool,
) -> None:
    """Show what a group would look like: its meetings and topics, the dates skipped, what does not fit. Needs no database."""
    from imrgroups.groups import series

    if more and not order:
        raise click.UsageError(f"Got unexpected extra arguments ({' '.join(more)})")
    if order and not "".join(order).strip(" ,"):
        raise click.BadParameter("Name the modules, or leave it out for the usual order.", param_hint="--order")
    modules = [word for text in (*order, *more) for word in text.replace(",", " ").split()]
    try:
        found = series.preview(starts_on.date(), at.time(), timezone, country.upper(), [days(text) for text in closed], modules)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    if json_:
        as_json(found)
        return
    table(("Number", "Date", "Time", "Topics"), ((m["number"], m["date"], m["time"], " ".join(m["topics"])) for m in found["meetings"]))
    for skipped in found["skipped"]:
        say(f"No meeting on {skipped['date']}: {'public holiday' if skipped['why'] == 'holiday' else 'the centre is closed'}")
    for module in found["left_out"]:
        say(f"Does not fit: {module}")


def days(text: str) -> tuple[date, date]:
    """The two dates of A..B. Raises click.BadParameter."""
    first, _dots, last = text.partition("..")
    try:
        return date.fromisoformat(first), date.fromisoformat(last)
    except ValueError as error:
        raise click.BadParameter(f"{text} must be two dates, as 2027-07-05..2027-07-30", param_hint="--closed") from error


@main.group(cls=Plain)
def curriculum() -> None:
    """The curriculum as it is shipped."""


@curriculum.command("list")
@click.option("--json", "json_", is_flag=True, help="As JSON.")
def curriculum_list(json_: bool) -> None:
    """The modules with their topics, handouts and worksheets, and the techniques."""
    from imrgroups.library import content

    found = content.listing()
    if json_:
        as_json(found)
        return
    lists = ("topics", "handouts", "worksheets")
    table(
        ("Module", "Title", "Sessions", "Scale topic", "Topics", "Handouts", "Worksheets"),
        (
            (each["id"], each["title"], each["sessions"], each["scale_topic"], *(" ".join(each[name]) for name in lists))
            for each in found["modules"]
        ),
    )
    table(("Technique", "Family"), ((each["id"], each["family"]) for each in found["techniques"]))


@curriculum.command("check")
@click.argument("locales", nargs=-1)
@click.option("--json", "json_", is_flag=True, help="As JSON.")
def curriculum_check(locales: tuple[str, ...], json_: bool) -> None:
    """Is the curriculum complete, readable and translated? Exit code 1 when something must be mended."""
    from imrgroups.library import content

    try:
        report = content.check(locales) if locales else content.check()
    except content.CurriculumError as error:
        raise click.ClickException(str(error)) from error
    if json_:
        as_json(report.as_dict())
    else:
        table(
            ("File", "Language", "Words", "Level", "Longest", "Missing", "Not translated", "Unsure", "Not reviewed"),
            (
                (row.file, row.locale, row.words or "", "" if row.score is None else f"{row.score:.1f} {row.measure}", row.longest or "",
                 row.missing or "", row.untranslated or "", row.fuzzy or "", row.unreviewed or "")
                for row in report.rows
            ),
        )
        for each in report.findings:
            say(f"{each.file}:{each.line} [{each.locale}] {each.what}")
        say("Nothing to mend." if report.ok else f"{len(report.findings)} to mend.")
    if not report.ok:
        raise click.exceptions.Exit(1)
