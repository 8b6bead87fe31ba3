"""The first measures: `valence value summary|rfm|tiers|cohorts|customer`."""

from __future__ import annotations

from typing import Annotated

import typer

from valence.kit.commands import HERE, AsJson, BrandFolder, print_json, print_table, say
from valence.value import reports
from valence.value.commands.group import Day, Limit, opened, value


@value.command("summary", permission="value:read")
def summary(brand: BrandFolder = HERE, as_of: Day = None, *, as_json: AsJson = False) -> None:
    """Print who the customers are and what they bring. Example: valence value summary --json."""
    with opened(brand, as_of) as asked:
        found = reports.summary(asked.tables)
        if as_json:
            print_json(asked.told(found))
            return
        print_table(reports.summary_rows(found, asked.fmt))
        asked.say_day()


@value.command("rfm", permission="value:read")
def rfm(
    brand: BrandFolder = HERE,
    as_of: Day = None,
    where: Annotated[str, typer.Option(help="Only customers that fit this rule.")] = "",
    limit: Limit = 10,
    *,
    as_json: AsJson = False,
) -> None:
    """Print the segments, and the customers with the best scores.

    Example: valence value rfm --where 'segment == "cannot_lose"' --limit 20
    """
    with opened(brand, as_of) as asked:
        found = reports.rfm(asked.house, asked.tables, where, limit, asked.as_of)
        if as_json:
            print_json(asked.told(found))
            return
        print_table(reports.segment_rows(found["segments"], asked.fmt), title="Segments")
        if found["customers"]:
            print_table(
                reports.score_rows(found["customers"], asked.fmt),
                title=f"Customers: {len(found['customers']):,} of {found['total']:,}",
            )
        asked.say_day()


@value.command("tiers", permission="value:read")
def tiers(
    brand: BrandFolder = HERE, as_of: Day = None, limit: Limit = 10, *, as_json: AsJson = False
) -> None:
    """Print the value tiers and who is in the first: the few who carry most of the value.

    Example: valence value tiers --limit 219
    """
    with opened(brand, as_of) as asked:
        found = reports.tiers(asked.house, asked.tables, limit)
        if as_json:
            print_json(asked.told(found))
            return
        print_table(reports.tier_rows(found["tiers"], asked.fmt), title=found["answer"])
        if found["customers"]:
            shown = f"{len(found['customers']):,} of {found['total']:,}"
            print_table(
                reports.worth_rows(found["customers"], asked.fmt),
                title=f"Tier {found['tiers'][0]['tier']!r}: {shown} customers",
            )
        asked.say_day()


@value.command("cohorts", permission="value:read")
def cohorts(
    brand: BrandFolder = HERE, as_of: Day = None, limit: Limit = 24, *, as_json: AsJson = False
) -> None:
    """Print which cohort stayed longest, and the retention of each. Example: valence value cohorts.

    The rows are the newest cohorts; columns are months after the first purchase, in percent.
    """
    with opened(brand, as_of) as asked:
        found = reports.cohorts(asked.tables)
        if as_json:
            print_json(asked.told(found))
            return
        print_table(reports.staying_rows(found["staying"]), title=found["answer"])
        if found["note"]:
            say(found["note"])
        print_table(
            reports.retention_rows(found["cohorts"], limit),
            title="Percent that bought so many months after the first (* not over)",
        )
        asked.say_day()


@value.command("customer", permission="value:read")
def customer(
    who: Annotated[
        str, typer.Argument(help="Id, or an identifier: 12748, user_id:12748, ada@example.com.")
    ],
    brand: BrandFolder = HERE,
    as_of: Day = None,
    limit: Limit = 10,
    *,
    as_json: AsJson = False,
) -> None:
    """Print one customer: worth, scores, and what they bought and when.

    Example: valence value customer 12748 --limit 3
    """
    with opened(brand, as_of) as asked:
        found = reports.customer(asked.house, asked.tables, who, limit)
        if as_json:
            print_json(asked.told(found))
            return
        print_table(reports.fact_rows(found["facts"], asked.fmt), title=f"Customer {found['name']}")
        print_table(
            reports.purchase_rows(found["orders"], asked.fmt),
            title=f"Bought: {len(found['orders']):,} of {found['order_rows']:,} orders and returns",
        )
        asked.say_day()
