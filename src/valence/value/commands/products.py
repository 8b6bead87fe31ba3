"""The commands of products: `valence value products|entry`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from valence.core.errors import BadInputError, NotFoundError, did_you_mean
from valence.kit.commands import HERE, AsJson, BrandFolder, print_json, print_table, say
from valence.kit.filters import filtered
from valence.value.commands.group import Day, Limit, opened, value
from valence.value.products.answers import entry_of, matrix_of
from valence.value.products.matrix import KINDS
from valence.value.products.words import KINDS as WORDS
from valence.value.products.words import LEVELS, VERDICTS

Rows = list[dict[str, Any]]


@value.command("products", permission="value:read")
def products(
    brand: BrandFolder = HERE,
    as_of: Day = None,
    kind: Annotated[str, typer.Option(help="star, traffic, image, other or few.")] = "",
    where: Annotated[str, typer.Option(help="Only products that fit this rule.")] = "",
    limit: Limit = 20,
    *,
    as_json: AsJson = False,
) -> None:
    """Print which products are stars, traffic and image products, the most valuable first.

    Example: valence value products --kind traffic --limit 10
    """
    if kind and kind not in KINDS:
        raise BadInputError(
            "There is no kind {kind!r} of products. {fix}", kind=kind, fix=did_you_mean(kind, KINDS)
        )
    with opened(brand, as_of) as asked:
        found = matrix_of(asked.tables)
        if found is None:
            raise NotFoundError(
                "No figures have been built yet. Run `valence build`, or name a day with `--as-of`."
            )
        t = filtered(asked.tables.table("product_matrix"), where, today=asked.as_of)
        t = t.filter(t.kind == kind) if kind else t
        rows = asked.tables.rows(t.order_by(t.value_rank).limit(limit))
        if as_json:
            print_json(asked.told({"kinds": found.kinds, "items": rows}))
            return
        print_table(_kind_rows(found.kinds, asked.fmt.currency))
        if rows:
            print_table(_product_rows(rows, asked.fmt.currency))
        asked.say_day()


@value.command("entry", permission="value:read")
def entry(
    brand: BrandFolder = HERE,
    as_of: Day = None,
    by: Annotated[str, typer.Option(help="product or category.")] = "",
    limit: Limit = 20,
    *,
    as_json: AsJson = False,
) -> None:
    """Print which first product makes lasting customers, adjusted for who buys it.

    Example: valence value entry --by product
    """
    if by and by not in LEVELS:
        raise BadInputError(
            "Entry products are not told by {by!r}. {fix}", by=by, fix=did_you_mean(by, LEVELS)
        )
    with opened(brand, as_of) as asked:
        found = entry_of(asked.tables, by)
        if found is None:
            raise NotFoundError(
                "No customer whose first product is known has been observed for long enough."
            )
        if as_json:
            whole = {n: found.whole[n] for n in ("customers", "later_value", "back_share")}
            told = {"by": found.level, "fitted_on": found.fitted_on, **whole}
            print_json(
                asked.told({**told, "items": found.compared, "not_compared": found.not_compared})
            )
            return
        shown = found.compared[:limit] if limit else found.compared
        everyone = asked.fmt.money(found.whole["later_value"])
        if shown:
            print_table(
                _entry_rows(shown, found.level, asked.fmt.currency),
                title=f"Later value, adjusted: {len(shown)} of {len(found.compared)} compared; all "
                f"customers {everyone}",
            )
        else:
            say(
                f"None won enough customers to be compared; all customers: {everyone}. See "
                "`--by category`, or lower `minimum_customers` of the definition `entry_products`."
            )
        for why, n in found.not_compared.items():
            say(f"{n:,} not compared: {why}.")
        say(f"An adjusted association, compared as of {found.fitted_on}.")
        asked.say_day()


def _kind_rows(kinds: Mapping[str, Mapping[str, Any]], currency: str) -> Rows:
    return [
        {
            "kind": str(WORDS[kind]),
            "products": row["products"],
            "sales": row["sales"],
            f"value ({currency})": row["value_amount"],
            "% of value": _percent(row["value_share"]),
            "% of first purchases": _percent(row["first_sales_share"]),
        }
        for kind, row in kinds.items()
    ]


def _product_rows(found: Sequence[Mapping[str, Any]], currency: str) -> Rows:
    return [
        {
            "product": row["name"] or row["product_id"],
            "kind": str(WORDS[row["kind"]]),
            f"value ({currency})": row["value_amount"],
            "sales": row["sales"],
            f"price ({currency})": row["unit_price"],
            "% first": _percent(row["first_share"]),
            "% first tier": _percent(row["top_share"]),
        }
        for row in found
    ]


def _entry_rows(found: Sequence[Mapping[str, Any]], by: str, currency: str) -> Rows:
    return [
        {
            "place": row["place"],
            by: row["name"],
            "n": row["customers"],
            f"later value ({currency})": row["adjusted_value"],
            "from": row["adjusted_value_low"],
            "to": row["adjusted_value_high"],
            "against all": str(VERDICTS[row["verdict"]]),
            "% bought again": _percent(row["adjusted_back"]),
        }
        for row in found
    ]


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.1f}"
