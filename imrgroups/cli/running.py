"""Commands that run the program: run, worker, jobs, health, demo."""

from datetime import UTC, datetime
from typing import Any

import click

from imrgroups.cli.base import DAY, Plain, application, as_json, main, say, table


@main.command()
@click.option("--host", help="The address to answer on (IMRGROUPS_HOST).")
@click.option("--port", type=click.IntRange(1, 65535), help="The port to answer on (IMRGROUPS_PORT).")
def run(host: str | None, port: int | None) -> None:
    """Bring the database up to date, then serve web and worker in one process."""
    from imrgroups import config
    from imrgroups.cli import door

    given: dict[str, Any] = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = config.Settings(**given)
    taken = door.listen(settings)
    say(f"imrgroups is starting at {door.address(settings)}")
    from imrgroups import serving  # from here on it takes seconds

    with taken:
        serving.run(settings, taken, say)


@main.command()
def worker() -> None:
    """Run only the worker, beside a web server such as gunicorn."""
    from imrgroups import config, serving

    serving.work(config.Settings(), say)


@main.command()
@click.option("--as-of", type=DAY, metavar="DATE", help="The day on which the demonstration is looked at; today when left out.")
def demo(as_of: datetime | None) -> None:
    """Fill an empty database with an invented history: three centres, twelve groups, nine months each."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from imrgroups import config, create_app, serving
    from imrgroups import demo as demonstration
    from imrgroups.db import writing

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("meetings"), TimeElapsedColumn())
    bar = Progress(*columns, console=Console(stderr=True))
    task = bar.add_task("Demonstration", total=None)

    def seen(count: int, total: int) -> None:
        bar.start()  # not before there is something to see; a second start does nothing
        bar.update(task, completed=count, total=total)

    with serving.opened(create_app(config.Settings())) as app:
        serving.upgrade()
        serving.keys_fit()
        serving.steady()
        try:
            with writing():
                demonstration.build(app, demonstration.Progress(seen=seen), as_of=as_of.date() if as_of else None)
        finally:
            if bar.live.is_started:
                bar.stop()
    say("The demonstration is ready. Look at it with: imrgroups run")


@main.group(cls=Plain)
def jobs() -> None:
    """What the program does by itself."""


@jobs.command("list")
def jobs_list() -> None:
    """Every job, how often it runs, and what it does."""
    from imrgroups.jobs import all_jobs

    table(("Job", "Every", "What it does"), ((job.name, job.every, job.sentence) for job in all_jobs()))


@jobs.command("once")
@click.argument("name")
@click.option("--now", metavar="T", help="Do as if it were this instant, as 2027-01-12T09:00 (UTC unless it says otherwise).")
@click.option("--dry-run", is_flag=True, help="Count what would be done and do nothing.")
def jobs_once(name: str, now: str | None, dry_run: bool) -> None:
    """Run one job now."""
    from imrgroups import config
    from imrgroups import jobs as work

    if name not in (known := [job.name for job in work.all_jobs()]):
        raise click.ClickException(f"There is no job {name}. There are: {', '.join(known)}")
    try:
        at = datetime.fromisoformat(now) if now else config.now()
    except ValueError as error:
        raise click.ClickException(f"{now} is no instant. Write it as 2027-01-12T09:00") from error
    with application(write=True, keep=not dry_run):
        count = work.once(name, at if at.tzinfo else at.replace(tzinfo=UTC), dry_run=dry_run)
    say(f"{name}: {count} would be done" if dry_run else f"{name}: {count} done")


@main.command()
@click.option("--json", "json_", is_flag=True, help="As JSON.")
def health(json_: bool) -> None:
    """Say whether the database answers, the worker ticks, the disk has room and messages go out; exit code 1 when something is wrong."""
    from dataclasses import asdict

    from imrgroups import config, create_app, serving
    from imrgroups.cli import door

    settings = config.Settings()
    if door.untouched(settings):
        found = serving.Health(database=False, worker=False, disk=True, messages=False)
    else:
        with serving.opened(create_app(settings)):
            found = serving.health_now(config.now())
    words = {
        "database": ("answers and is up to date", "does not answer or is not up to date; try: imrgroups db upgrade"),
        "worker": ("ticks", "has not ticked lately; start: imrgroups run, or imrgroups worker"),
        "disk": ("has room", "is nearly full"),
        "messages": ("go out in time", "are late by more than a quarter of an hour; is the worker running?"),
    }
    if json_:
        as_json({"ok": found.ok, **asdict(found)})
    else:
        for name, well in asdict(found).items():
            say(f"{'ok ' if well else 'BAD'}  {name} {words[name][0 if well else 1]}")
    if not found.ok:
        raise click.exceptions.Exit(1)
