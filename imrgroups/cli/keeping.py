"""Commands that keep data: import, export, backup, restore, db, centre, staff."""

import sys
from pathlib import Path
from typing import Any

import click

from imrgroups.cli.base import Plain, application, main, say, table

ROLES = ("leader", "coordinator", "assessor", "administrator")


@main.command("import")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check everything and write nothing.")
def import_(path: Path, dry_run: bool) -> None:
    """Import one .xlsx or a folder of CSV: everything is checked first, then all is written or nothing."""
    from imrgroups import config
    from imrgroups.overview import actions

    with application(write=True, keep=not dry_run):
        result = actions.import_bundle(path, dry_run=dry_run, by=None, now=config.now())
    if result.problems:
        table(
            ("Sheet", "Row", "Column", "", "What to do"),
            ((each.sheet, each.row or "", each.column, "note" if each.warning else "stops", each.message) for each in result.problems),
        )
    if result.refused:
        stops = sum(not each.warning for each in result.problems)
        raise click.ClickException(f"Nothing was written: {stops} to put right first.")
    if result.counts:
        names = ("new", "changed", "same")
        table(("Sheet", *names), ((sheet, *(count.get(name, 0) for name in names)) for sheet, count in result.counts.items()))
    say("Everything is in order. Nothing was written, because this was only a check." if dry_run else "Imported.")


@main.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--centre", "codes", multiple=True, metavar="CODE", help="Only this centre; may be given more than once.")
def export(folder: Path, codes: tuple[str, ...]) -> None:
    """Write every sheet as CSV into a folder, as `import` reads it."""
    from imrgroups.overview import actions

    with application(keep=False):
        centres = [centre_with(code).id for code in codes] or None
        counts = actions.export_bundle(folder, centre_ids=centres)
    say(f"{sum(counts.values())} rows in {len(counts)} sheets are in {folder}")


def centre_with(code: str) -> Any:
    """The centre with a code, or a line that says which codes there are."""
    from imrgroups.staff import actions

    known = {centre.code: centre for centre in actions.centres()}
    if code not in known:
        there = f"There are: {', '.join(sorted(known))}" if known else "First: imrgroups centre add"
        raise click.ClickException(f"There is no centre with the code {code}. {there}")
    return known[code]


@main.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path | None) -> None:
    """Write everything in the database into one file, while the program runs. The key is not in it."""
    from imrgroups import backup as copies
    from imrgroups import config
    from imrgroups.cli import door

    if door.untouched(settings := config.Settings()):
        raise click.ClickException(
            f"There is nothing to back up: no database is in {settings.data} yet. Is IMRGROUPS_DATA the folder that you mean?"
        )
    with application():
        made = copies.write(file or copies.place(config.now()), now=config.now())
    say(f"{made.rows} rows in {len(made.tables)} tables are in {made.path}")
    say(f"Names and texts in it are sealed. Without the key it is worth nothing: keep {made.key_place} in another safe place.")


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Delete everything that is in the database first.")
def restore(file: Path, replace: bool) -> None:
    """Read a backup into an empty database, all of it or nothing. Stop the program first."""
    from imrgroups import backup as copies
    from imrgroups import config, create_app, serving

    with serving.opened(create_app(config.Settings())):
        serving.upgrade()
        found = copies.restore(file, replace=replace)
    say(f"{found.rows} rows in {len(found.tables)} tables are back, as they were on {found.made_at:%Y-%m-%d %H:%M} UTC.")


@main.group(cls=Plain)
def db() -> None:
    """The database."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to the newest revision; `run` does this by itself."""
    from imrgroups import config, create_app, serving

    with serving.opened(create_app(config.Settings())):
        serving.upgrade()
        say(f"The database is at revision {serving.newest_revision()}.")


@main.group(cls=Plain)
def centre() -> None:
    """Centres."""


@centre.command("add")
@click.argument("code")
@click.argument("name")
@click.option("--timezone", default="Europe/Copenhagen", show_default=True)
@click.option("--country", default="DK", show_default=True, help="Two letters; whose public holidays are kept.")
@click.option("--language", default="da", show_default=True)
def centre_add(code: str, name: str, timezone: str, country: str, language: str) -> None:
    """Add a centre; everything else belongs to one."""
    from imrgroups import config
    from imrgroups.staff import actions

    words = {"code_taken": f"There is a centre with the code {code} already.", "timezone": f"There is no time zone {timezone}.",
             "country": f"No public holidays are known for {country}. Use two letters, as DK."}
    with application(write=True):
        try:
            actions.create_centre(actions.CentreDetails(code, name, timezone, country.upper(), language), by=None, now=config.now())
        except actions.CannotChangeStaff as error:
            raise click.ClickException(words[error.reason]) from error
    say(f"{name} ({code}) is added.")


@main.group(cls=Plain)
def staff() -> None:
    """The people who work at the centres."""


@staff.command("add")
@click.argument("email")
@click.argument("name")
@click.option("--centre", "code", required=True, metavar="CODE", help="The centre they work at.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(ROLES), help="May be given more than once.")
@click.option("--language", default="", help="Of their screens; left out, their browser decides.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking for it twice.")
def staff_add(email: str, name: str, code: str, roles: tuple[str, ...], language: str, password_stdin: bool) -> None:
    """Add a person of staff who can sign in."""
    from email_validator import EmailNotValidError, validate_email

    from imrgroups import config
    from imrgroups.staff import actions

    try:
        validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise click.ClickException(f"{email} is no address: {error}") from error
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    with application(write=True):
        at = centre_with(code).id
        try:
            given = [(at, role) for role in roles]
            actions.add_staff(email=email, name=name, roles=given, password=password, language=language, by=None, now=config.now())
        except actions.CannotChangeStaff as error:
            words = {
                "email_taken": f"Somebody already signs in with {email}.",
                "short_password": f"The password needs {actions.PASSWORD_LENGTH} characters or more.",
            }
            raise click.ClickException(words.get(error.reason, error.reason)) from error
    say(f"{name} can sign in as {email.strip().lower()}.")
