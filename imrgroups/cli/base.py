"""What every command stands on: how troubles are told, tables, and the application."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from imrgroups import __version__

if TYPE_CHECKING:
    from flask import Flask



class Moment(click.DateTime):
    """A day or a time of day as typed; what cannot be one is refused in plain words. example: how it is written."""

    def __init__(self, pattern: str, example: str) -> None:
        super().__init__([pattern])
        self.example = example

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The moment typed. Raises click.BadParameter."""
        try:
            found = super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"There is no {value}. Write it as {self.example}.", param, ctx)
        if not 1900 <= found.year <= 2199:
            self.fail(f"Check the year of {value}.", param, ctx)
        return found


DAY, TIME = Moment("%Y-%m-%d", "2027-01-12"), Moment("%H:%M", "14:30")


class Plain(click.Group):
    """Commands that tell a known trouble in one line and exit with 1; tracebacks are left to real mistakes."""

    def invoke(self, context: click.Context) -> Any:
        """Run the command asked for."""
        try:
            return super().invoke(context)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            from imrgroups.cli import trouble

            words = trouble.words(error)
            if words is None:
                raise
            raise click.ClickException(words) from error


def say(line: str) -> None:
    """One line for the terminal, at once."""
    from rich.console import Console

    Console(highlight=False, soft_wrap=True).print(line, markup=False)
    sys.stdout.flush()


def table(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """A table for the terminal; wide where nobody watches."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    made = Table()
    for heading in headings:
        made.add_column(heading, overflow="fold")
    for row in rows:
        made.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    (Console() if sys.stdout.isatty() else Console(width=200)).print(made)


def as_json(value: object) -> None:
    """The value as JSON and nothing beside it."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


@contextmanager
def application(*, write: bool = False, keep: bool = True) -> "Iterator[Flask]":
    """The application inside its context, its database checked; with `write` every transaction takes the write lock.

    keep: set up a database that is not there yet. Without it such a command works on an empty one that is thrown away: it leaves nothing.
    """
    from imrgroups import config, create_app, serving
    from imrgroups.cli import door
    from imrgroups.db import writing

    settings = config.Settings()
    with ExitStack() as around:
        if not keep and door.untouched(settings):
            folder = around.enter_context(TemporaryDirectory(prefix="imrgroups-", ignore_cleanup_errors=True))
            settings = config.Settings(data=Path(folder), database_url="")
        app = around.enter_context(serving.opened(create_app(settings)))
        if write:
            around.enter_context(writing())
        serving.ready()
        yield app


@click.group(cls=Plain, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, message="%(prog)s %(version)s")
def main() -> None:
    """Weekly recovery groups from the first meeting to the last.

    Start with: imrgroups run. Settings come from the environment; docs/settings.md lists them all.
    """
