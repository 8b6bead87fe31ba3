"""The command of the value bridge: `valence value bridge`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from valence.kit.commands import HERE, AsJson, BrandFolder, print_json, print_table, say
from valence.value import bridge_report, reports
from valence.value.commands.group import Limit, opened, value

Closing = Annotated[
    datetime | None,
    typer.Option(
        "--to",
        "--as-of",
        formats=["%Y-%m-%d"],
        help="Closing day; another than the last build's is computed now.",
    ),
]
Opening = Annotated[
    datetime | None,
    typer.Option(
        "--from",
        formats=["%Y-%m-%d"],
        help="Opening day; by default twelve months before the closing day.",
    ),
]


@value.command("bridge", permission="value:read")
def bridge(
    brand: BrandFolder = HERE,
    to: Closing = None,
    since: Opening = None,
    by: Annotated[str, typer.Option(help="tier, segment, main_channel or country.")] = "",
    move: Annotated[
        str, typer.Option(help="List a bar's customers: new, grown, shrunk, reactivated, lost.")
    ] = "",
    limit: Limit = 10,
    *,
    as_json: AsJson = False,
) -> None:
    """Print where value went between two days: who came, grew, shrank, came back and left.

    Example: valence value bridge --from 2010-06-30 --to 2011-06-30 --by segment --move lost
    """
    with opened(brand, to) as asked:
        opening = None if since is None else since.date()
        found, told = bridge_report.bridge(asked.tables, opening, by)
        listed = bridge_report.customers_of(asked.tables, found, move, limit) if move else {}
        if listed:
            listed["customers"] = reports.named(asked.house, listed["customers"])
        if as_json:
            print_json(asked.told({**told, **listed}))
            return
        print_table(
            bridge_report.line_rows(found, asked.fmt),
            title=f"Value of the twelve months up to {found.since}, and up to {found.as_of}",
        )
        if by:
            print_table(bridge_report.by_rows(told["items"], by))
        if listed:
            shown = f"{len(listed['customers']):,} of {listed['total']:,}"
            print_table(
                bridge_report.customer_rows(listed["customers"]),
                title=f"{move.capitalize()}: {shown} customers",
            )
        if not found.whole:
            say(f"The orders begin on {found.first_order_on}: the opening year is not whole.")
        asked.say_day()
