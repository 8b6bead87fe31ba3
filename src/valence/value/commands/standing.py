"""How customers stand, and what they are worth together: `valence value ladder|bond|equity`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from valence.kit.commands import HERE, AsJson, BrandFolder, print_json, print_table, say
from valence.kit.languages import next_months
from valence.value import equity_report, equity_view, reports, standing_report
from valence.value.commands.group import Day, Limit, opened, value

Since = Annotated[
    datetime | None,
    typer.Option(
        "--from",
        formats=["%Y-%m-%d"],
        help="Day that movement is told from, computed now; by default twelve months before.",
    ),
]


@value.command("ladder", permission="value:read")
def ladder(
    brand: BrandFolder = HERE,
    as_of: Day = None,
    since: Since = None,
    limit: Limit = 10,
    *,
    as_json: AsJson = False,
) -> None:
    """Print who stands on which rung, who moved, and who is about to step off.

    Example: valence value ladder --from 2011-06-30 --as-of 2011-11-30
    """
    day = None if since is None else since.date()
    with opened(brand, as_of, live=day is not None) as asked:
        found = standing_report.ladder(asked.tables, day)
        off = reports.named(asked.house, standing_report.leaving(asked.tables, limit, asked.as_of))
        told = standing_report.ladder_told(found)
        told["leaving"]["items"] = off
        if as_json:
            print_json(asked.told({"since": day, **told}))
            return
        print_table(standing_report.rung_rows(found, asked.fmt), title="Rungs")
        span = "twelve months" if day is None else f"since {day}"
        print_table(standing_report.move_rows(found), title=f"Movement, {span}")
        if off:
            shown = f"{len(off):,} of {told['leaving']['customers']:,}"
            print_table(
                standing_report.leaving_rows(off, asked.fmt), title=f"About to step off: {shown}"
            )
        asked.say_day()


@value.command("bond", permission="value:read")
def bond(brand: BrandFolder = HERE, as_of: Day = None, *, as_json: AsJson = False) -> None:
    """Print how strong the bonds of customers are, and what the index rests on.

    Example: valence value bond --as-of 2011-06-30
    """
    with opened(brand, as_of) as asked:
        told = standing_report.bond(asked.tables)
        if as_json:
            print_json(asked.told(told))
            return
        print_table(standing_report.bond_rows(told, asked.fmt), title="Bonds")
        if told["tiers"]:
            print_table(told["tiers"], title="Bonds by value tier")
        print_table(standing_report.part_rows(told, asked.fmt), title="What the index rests on")
        if told["later"]:
            later = standing_report.bond_later_rows(told, asked.fmt)
            print_table(later, title="What came in the year after")
            print_table(standing_report.bond_day_rows(told, asked.fmt), title="Bonds over time")
        asked.say_day()


@value.command("equity", permission="value:read")
def equity(brand: BrandFolder = HERE, as_of: Day = None, *, as_json: AsJson = False) -> None:
    """Print what customers are worth from now on, what retention is worth, and payback.

    Example: valence value equity --as-of 2011-06-30
    """
    with opened(brand, as_of) as asked:
        found = equity_report.equity(asked.tables)
        told = equity_report.equity_told(found)
        if as_json:
            print_json(asked.told(told))
            return
        title = f"Worth of the base, {next_months(found.horizon_months)}"
        print_table(equity_report.tier_rows(found, asked.fmt), title=title)
        said = equity_view.answer(found, asked.fmt)
        sure = f" ({said.interval})" if said.interval else ""
        say(f"{str(said.core).rstrip('.')}{sure}. {said.rest}")
        if found.retained:
            rows = equity_report.retention_rows(found, asked.fmt)
            print_table(rows, title="Worth of all years to come, at other retentions")
        if told["channels"]:
            print_table(equity_report.channel_rows(told), title="Payback of acquisition")
        else:
            say("No payback: import spend by day and channel.")
        asked.say_day()
