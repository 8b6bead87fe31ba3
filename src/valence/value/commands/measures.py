"""The first measures: `valence value summary|rfm|tiers|cohorts|customers|customer`."""

from __future__ import annotations

from typing import Annotated

import typer

from valence.kit.commands import HERE, AsJson, BrandFolder, print_json, print_table, say
from valence.value import cohort_report, customer_report, reports
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
        if note := reports.year_note(found):
            say(note)
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
    brand: BrandFolder = HERE,
    as_of: Day = None,
    limit: Limit = 24,
    *,
    every: Annotated[
        bool, typer.Option("--all", help="All cohorts, with a column for every month.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print which cohort stayed longest, and the retention of each. Example: valence value cohorts.

    The rows are the newest cohorts; columns are months after the first purchase, in percent.
    """
    with opened(brand, as_of) as asked:
        found, most = cohort_report.cohorts(asked.tables, asked.fmt), None if every else limit
        if as_json:
            print_json(asked.told(found))
            return
        print_table(
            cohort_report.staying_rows(found["staying"]),
            title=found["answer"],
            right=("months", "from", "to"),
        )
        if found["note"]:
            say(found["note"])
        print_table(
            cohort_report.retention_rows(found["cohorts"], most, every=every),
            title="Percent that bought so many months after the first (* not over)",
        )
        if not every and (note := cohort_report.left_out(found["cohorts"], limit)):
            say(note)
        asked.say_day()


@value.command("customers", permission="value:read")
def customers(
    brand: BrandFolder = HERE,
    as_of: Day = None,
    where: Annotated[str, typer.Option(help="Only customers that fit this rule.")] = "",
    sort: Annotated[str, typer.Option(help="Column; with - the largest first.")] = "-value_amount",
    limit: Limit = 10,
    *,
    as_json: AsJson = False,
) -> None:
    """Print the customers that fit a rule, with what they are worth.

    Example: valence value customers --where "orders_12m == 0" --sort -value_prior_12m_amount
    """
    with opened(brand, as_of) as asked:
        found = customer_report.customers(
            asked.house, asked.tables, where, sort, limit, asked.as_of
        )
        if as_json:
            print_json(asked.told(found))
            return
        if found["total"]:
            print_table(
                customer_report.customer_rows(found["customers"], asked.fmt),
                title=f"Customers: {len(found['customers']):,} of {found['total']:,}",
            )
        else:
            say("No customer fits.")
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
    lines: Annotated[bool, typer.Option("--lines", help="Every line of these orders.")] = False,
    as_json: AsJson = False,
) -> None:
    """Print one customer: worth, scores, what they bought most, and their newest orders.

    Example: valence value customer 12748 --limit 3 --lines
    """
    with opened(brand, as_of) as asked:
        found, fmt = customer_report.customer(asked.house, asked.tables, who, limit), asked.fmt
        if as_json:
            print_json(asked.told(found))
            return
        print_table(
            customer_report.fact_rows(found["facts"], fmt), title=f"Customer {found['name']}"
        )
        if found["most_bought"]:
            print_table(
                customer_report.product_rows(found["most_bought"], fmt),
                title="Most bought, without what was given back",
            )
        rows = customer_report.line_rows if lines else customer_report.order_rows
        print_table(
            rows(found["orders"], fmt),
            title=f"Bought: {len(found['orders']):,} of {found['order_rows']:,} orders and returns",
        )
        if not lines and any(order["lines"] for order in found["orders"]):
            say("The lines of these orders: add --lines. More orders: --limit.")
        asked.say_day()
