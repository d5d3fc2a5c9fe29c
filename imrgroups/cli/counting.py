"""The command that counts: what the fidelity scale says of a group."""

from datetime import datetime

import click

from imrgroups.cli.base import DAY, application, as_json, main, say, table


@main.command()
@click.argument("group")
@click.option("--on", "day", type=DAY, help="Only what happened on or before this day counts. Left out: today, or a group's last day.")
@click.option("--json", "json_", is_flag=True, help="The numbers as JSON.")
def evidence(group: str, day: datetime | None, json_: bool) -> None:
    """Show the evidence for the fidelity scale of GROUP (its code): every item with its numbers and a suggestion. Names nobody."""
    from sqlalchemy import select

    from imrgroups import config
    from imrgroups.db import db
    from imrgroups.fidelity import evidence as reader
    from imrgroups.groups.models import Group
    from imrgroups.rules.fidelity.reviews import counted_on
    from imrgroups.rules.fidelity.tables import BadInstrument

    with application(keep=False):
        row = db.session.execute(select(Group).where(Group.code == group)).scalar()
        if row is None:
            raise click.ClickException(f"There is no group with the code {group}.")
        on = day.date() if day else counted_on(config.today(row.timezone), row.ended_on)
        try:
            said = reader.as_json(row.code, reader.found(row.id, on))
        except BadInstrument as error:
            raise click.ClickException(f"The file of the scale cannot be used: {error}.") from error
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
    if said["no_longer_held"]:
        say(f"The data of {said['no_longer_held']} people of this group was deleted. They are in none of these numbers.")
