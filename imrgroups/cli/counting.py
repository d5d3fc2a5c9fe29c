"""The command that counts: what the fidelity scale says of a group."""

from datetime import datetime

import click

from imrgroups.cli.base import DAY, application, as_json, main, say, table


@main.command()
@click.argument("group")
@click.option("--on", "day", type=DAY, help="The day asked for; only what happened on or before it counts. Today when left out.")
@click.option("--json", "json_", is_flag=True, help="The numbers as JSON.")
def evidence(group: str, day: datetime | None, json_: bool) -> None:
    """Show the evidence for the fidelity scale of GROUP (its code): every item with its numbers and a suggestion. Names nobody."""
    from sqlalchemy import select

    from imrgroups import config
    from imrgroups.db import db
    from imrgroups.fidelity import evidence as reader
    from imrgroups.groups.models import Group

    with application():
        row = db.session.execute(select(Group).where(Group.code == group)).scalar()
        if row is None:
            raise click.ClickException(f"There is no group with the code {group}.")
        on = day.date() if day else config.today(row.timezone)
        said = reader.as_json(row.code, reader.found(row.id, on))
        names = {item.number: item.name for item in reader.scale().items}
    if json_:
        as_json(said)
        return
    table(
        ("Item", "", "Value", "Of", "Suggested", "Next point takes"),
        (
            (
                item["item"], names[item["item"]], item["value"] if item["numerator"] is None else item["numerator"], item["denominator"],
                f"{item['suggestion']}{' (forecast)' if item['forecast'] else ''}" if item["suggestion"] else "", item["next"],
            )
            for item in said["items"]
        ),
    )
    say(
        f"Suggested mean {said['mean']} over {said['rated']} items, {said['instrument']} {said['version']}, "
        f"data of {said['on']}. You decide."
    )
