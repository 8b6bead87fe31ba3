"""Early stars: `valence value stars`."""

from __future__ import annotations

from typing import Annotated

import typer

from valence.core.errors import NotFoundError
from valence.kit.commands import HERE, AsJson, BrandFolder, print_json, print_table, say
from valence.kit.filters import filtered
from valence.value import reports
from valence.value.commands.group import Day, Limit, opened, value
from valence.value.stars_answers import new_customers, stars_of


@value.command("stars", permission="value:read")
def stars(
    brand: BrandFolder = HERE,
    as_of: Day = None,
    where: Annotated[str, typer.Option(help="Only new customers that fit this rule.")] = "",
    limit: Limit = 20,
    *,
    as_json: AsJson = False,
) -> None:
    """Print which new customers look like the best ones did, with a calibrated probability.

    Example: valence value stars --where "age_days <= 60" --limit 10
    """
    with opened(brand, as_of) as asked:
        found = stars_of(asked.tables)
        if found is None:
            raise NotFoundError(
                "No early stars can be told: it takes 200 customers whose first year is over, and "
                "a build (`valence build`)."
            )
        t = filtered(new_customers(asked.tables), where, today=asked.as_of)
        rows = asked.tables.rows(t.order_by(t.star_probability.desc(), t.customer_id).limit(limit))
        rows = reports.named(asked.house, rows)
        if as_json:
            print_json(asked.told({**found.told(), "customers": rows}))
            return
        fmt, told = asked.fmt, found.told()
        print_table(
            [
                {
                    "customer": row.get("name") or row["customer_id"],
                    "probability": fmt.percent(row["star_probability"]),
                    "days known": row["age_days"],
                    f"first 28 days ({fmt.currency})": row["weeks_amount"],
                    "came back": row["weeks_days"],
                    "so far": row["year_amount"],
                }
                for row in rows
            ],
            title=f"Early stars: {found.likely:,} of {found.new:,} new customers",
        )
        say(
            f"High value: more than {fmt.money(told['limit'])} in the first year; "
            f"{found.reached:,} more have brought it already. A star is placed "
            f"above another in {fmt.percent(told['auc'])} of pairs (50 % is chance)."
        )
        asked.say_day()
