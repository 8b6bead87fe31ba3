"""The commands of value by group and by firm: `valence value groups|accounts`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from valence.core.errors import BadInputError, NotFoundError, did_you_mean
from valence.kit.commands import HERE, AsJson, BrandFolder, print_json, print_table, say
from valence.kit.filters import filtered
from valence.value.accounts_answers import firms_of
from valence.value.commands.group import Day, Limit, opened, value
from valence.value.groups import DIMENSIONS
from valence.value.groups_answers import groups_of
from valence.value.words import segment_title

_NOT_BUILT = "No figures have been built yet. Run `valence build`, or name a day with `--as-of`."
Rows = list[dict[str, Any]]


@value.command("groups", permission="value:read")
def groups(
    brand: BrandFolder = HERE,
    as_of: Day = None,
    by: Annotated[str, typer.Option(help=", ".join(DIMENSIONS) + ".")] = "segment",
    *,
    as_json: AsJson = False,
) -> None:
    """Print what each segment, tier, channel, country or store brings, and what changed.

    Example: valence value groups --by country
    """
    if by not in DIMENSIONS:
        fix = did_you_mean(by, DIMENSIONS)
        raise BadInputError("Value is not told by {by!r}. {fix}", by=by, fix=fix)
    with opened(brand, as_of) as asked:
        found = groups_of(asked.tables, by)
        if found is None:
            raise NotFoundError(_NOT_BUILT)
        if as_json:
            told = {"by": by, "value_basis": found.basis, "items": found.rows}
            print_json(asked.told(told))
            return
        print_table(_group_rows(found.rows, by, asked.fmt.currency))
        if found.begins_on is not None:
            say(f"The orders begin on {found.begins_on}: there is no whole year before to compare.")
        asked.say_day()


@value.command("accounts", permission="value:read")
def accounts(
    brand: BrandFolder = HERE,
    as_of: Day = None,
    where: Annotated[str, typer.Option(help="Only firms that fit this rule.")] = "",
    limit: Limit = 20,
    *,
    as_json: AsJson = False,
) -> None:
    """Print what each firm brings, how many people it has, and how much hangs on one of them.

    Example: valence value accounts --where 'top_customer_share > 0.8'
    """
    with opened(brand, as_of) as asked:
        found = firms_of(asked.tables)
        if found is None:
            raise NotFoundError(_NOT_BUILT)
        t = filtered(asked.tables.table("accounts"), where, today=asked.as_of)
        best = t.order_by(t.value_12m_amount.desc(), t.account_id).limit(limit)
        rows = asked.tables.rows(best)
        if as_json:
            print_json(asked.told({"firms": found, "items": rows}))
            return
        if rows:
            title = f"Firms: {len(rows):,} of {found.firms:,}"
            print_table(_firm_rows(rows, asked.fmt.currency), title=title)
        elif found.firms:
            say("No firm fits.")
        else:
            say("No order names a firm: map a column of orders to `account_id`, and import again.")
        asked.say_day()


def _group_rows(found: Sequence[Mapping[str, Any]], by: str, currency: str) -> Rows:
    return [
        {
            by: str(segment_title(row["name"])) if by == "segment" and row["name"] else row["name"],
            "customers": row["customers"],
            f"12 months ({currency})": row["value_12m_amount"],
            "share": _percent(row["value_12m_share"]),
            f"before ({currency})": row["value_prior_12m_amount"],
            "change": _percent(row["change_share"]),
            f"in all ({currency})": row["value_amount"],
        }
        for row in found
    ]


def _firm_rows(found: Sequence[Mapping[str, Any]], currency: str) -> Rows:
    return [
        {
            "firm": row["account_id"],
            "people": row["customers"],
            f"12 months ({currency})": row["value_12m_amount"],
            f"before ({currency})": row["value_prior_12m_amount"],
            "change": _percent(row["change_share"]),
            "by one person": _percent(row["top_customer_share"]),
            "last order": str(row["last_order_on"] or "–"),
        }
        for row in found
    ]


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.1f} %"
