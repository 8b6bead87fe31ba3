"""Commands of value: `valence value summary|rfm|tiers|cohorts|customer`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import typer

from valence.kit.commands import (
    HERE,
    AsJson,
    BrandFolder,
    Commands,
    open_brand,
    print_json,
    print_table,
    say,
)
from valence.kit.format import Formats
from valence.kit.languages import language
from valence.kit.opened import OpenBrand
from valence.value import reports
from valence.value.live import live_tables
from valence.value.reading import Tables

value = Commands("value", "Who carries the value: RFM, value tiers, cohorts, each customer.")
Day = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d"],
        help="Day that the figures stand for; another than the last build's is computed now.",
    ),
]
Limit = Annotated[int, typer.Option("--limit", min=0, help="Most rows of a list.")]


@dataclass(frozen=True)
class _Asked:
    """What a command works on."""

    house: OpenBrand
    tables: Tables
    as_of: date | None
    live: bool

    @property
    def fmt(self) -> Formats:
        settings = self.house.brand.settings
        return Formats(language("en"), settings.brand.currency, settings.zone)

    def told(self, result: dict[str, Any]) -> dict[str, Any]:
        """Return a result with what its figures stand for."""
        head = {
            "as_of": self.as_of,
            "computed": "now" if self.live else "last build",
            "currency": self.fmt.currency,
        }
        return {**head, **result}

    def say_day(self) -> None:
        """Say which day the figures stand for, and where they come from."""
        source = "computed now" if self.live else "from the last build"
        say(f"As of {self.as_of}, {source}; amounts in {self.fmt.currency}.")


@contextmanager
def _opened(folder: BrandFolder, day: datetime | None) -> Iterator[_Asked]:
    """Give the published tables, or those of another day."""
    house = OpenBrand(open_brand(folder))
    try:
        reader = house.lake.reader()
        built = reader.snapshot.as_of
        if day is None or day.date() == built:
            yield _Asked(house, reader, built, live=False)
            return
        with live_tables(house, day.date()) as tables:
            yield _Asked(house, tables, day.date(), live=True)
    finally:
        house.close()


@value.command("summary", permission="value:read")
def summary(brand: BrandFolder = HERE, as_of: Day = None, *, as_json: AsJson = False) -> None:
    """Print who the customers are and what they bring. Example: valence value summary --json."""
    with _opened(brand, as_of) as asked:
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
    with _opened(brand, as_of) as asked:
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
    with _opened(brand, as_of) as asked:
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
    with _opened(brand, as_of) as asked:
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
    with _opened(brand, as_of) as asked:
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
