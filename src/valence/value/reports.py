"""What the commands of the base print: summary, tiers and segments, as values and as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from valence.core.errors import NotFoundError
from valence.kit.filters import filtered
from valence.kit.format import Formats
from valence.kit.languages import language
from valence.kit.opened import OpenBrand
from valence.lake.reading import Tables
from valence.people.vault import Vault
from valence.value.answers import by_segment, cells_of, summary_of, tiers_of
from valence.value.segments import SEGMENTS
from valence.value.words import bare_percent
from valence.value.years import SPANS, comparable

Row = Mapping[str, Any]
Rows = list[dict[str, Any]]
_WORTH = ("customer_id", "value_amount", "value_12m_amount", "orders", "last_order_on",
          "days_since_order", "segment")  # fmt: skip
_SCORES = ("customer_id", "rfm", "segment", "days_since_order", "orders", "monetary_amount",
           "rfm_score", "corrected_score", "tier")  # fmt: skip


def summary(tables: Tables) -> dict[str, Any]:
    """Return the summary in one row.

    Raises
    ------
    NotFoundError
        If nothing has been built.
    """
    row = summary_of(tables)
    if row is None:
        raise NotFoundError(
            "No figures have been built yet. Run `valence build`, or name a day with `--as-of`."
        )
    return row


def summary_rows(row: Row, fmt: Formats) -> Rows:
    """Return the summary as figures in words."""
    nobody = f"{fmt.integer(row['orders_without_customer'])} orders that name nobody"
    figures = (
        ("customers", fmt.integer(row["customers"]), f"{fmt.integer(row['buyers'])} bought"),
        (
            "came back",
            fmt.percent(row["repeat_share"]),
            f"{fmt.integer(row['repeat_customers'])} bought twice or more",
        ),
        (
            "orders",
            fmt.integer(row["orders"]),
            f"{row['first_order_on']} to {row['last_order_on']}"
            if row["first_order_on"]
            else "none that was not cancelled",
        ),
        (
            "value of all orders",
            fmt.money(row["value_amount"]),
            str(row["value_basis"] or "–").replace("_", " "),
        ),
        ("without a customer", fmt.money(row["value_without_customer_amount"]), nobody),
        (
            f"best {fmt.percent(row['top_share'])}",
            fmt.percent(row["top_value_share"]),
            f"of customers' value: {fmt.integer(row['top_customers'])} of them carry "
            f"{fmt.money(row['top_value_amount'])}",
        ),
        ("Gini coefficient", fmt.number(row["gini"], 3), "0: all equal, towards 1: few have all"),
        ("given back", fmt.percent(row["return_share"]), fmt.money(row["returned_amount"])),
        *_year_rows(row, fmt),
    )
    return [{"figure": name, "value": said, "": note} for name, said, note in figures]


def _year_rows(row: Row, fmt: Formats) -> list[tuple[str, str, str]]:
    """Figures of the last twelve months, each with that of the twelve before."""
    named = [row[f"named_value_{span}_amount"] for span in SPANS]
    nobody = [row[f"value_{span}_amount"] - row[f"named_value_{span}_amount"] for span in SPANS]
    bought = [row[f"customers_{span}"] for span in SPANS]
    each = [float(value) / n if n else None for value, n in zip(named, bought, strict=True)]
    figures = (
        ("value, 12 months", [fmt.money(row[f"value_{span}_amount"]) for span in SPANS]),
        ("  of known customers", [fmt.money(value) for value in named]),
        ("  without a customer", [fmt.money(value) for value in nobody]),
        ("customers, 12 months", [fmt.integer(n) for n in bought]),
        ("  value of each", [fmt.money(value) for value in each]),
        ("orders, 12 months", [fmt.integer(row[f"orders_{span}"]) for span in SPANS]),
    )
    return [(name, now, _before(row, before)) for name, (now, before) in figures]


def _before(row: Row, before: str) -> str:
    return f"{before} in the 12 before" if comparable(row) else "no full year before"


def year_note(row: Row) -> str:
    """Say why the last twelve months cannot be compared; empty where they can."""
    if comparable(row) or row["first_order_on"] is None:
        return ""
    return (
        f"No full year before to compare with: the orders begin on {row['first_order_on']}, less "
        "than 24 months before the day."
    )


def tiers(house: OpenBrand, tables: Tables, limit: int) -> dict[str, Any]:
    """Return the value tiers, and the customers of the first by value."""
    row, found = summary(tables), tiers_of(tables)
    t = tables.table("customers")
    first = t.filter(t.tier == found[0]["tier"])
    best = tables.rows(
        first.order_by(first.value_amount.desc(), first.customer_id).select(*_WORTH).limit(limit)
    )
    fmt = _plain(house)
    return {
        "answer": f"The best {fmt.percent(row['top_share'])} of customers carry "
        f"{fmt.percent(row['top_value_share'])} of the customers' value",
        "value_basis": row["value_basis"],
        "top_customers": row["top_customers"],
        "top_value_amount": row["top_value_amount"],
        "top_value_share": row["top_value_share"],
        "tiers": found,
        "total": found[0]["customers"],
        "customers": named(house, best),
    }


def tier_rows(found: Sequence[Row], fmt: Formats) -> Rows:
    """Return the tiers in words."""
    return [
        {
            "tier": row["tier"],
            "customers": row["customers"],
            "% of all": _of_hundred(row["customers_share"]),
            f"value ({fmt.currency})": row["value_amount"],
            "% of value": _of_hundred(row["value_share"]),
            f"from ({fmt.currency})": row["least_value_amount"],
        }
        for row in found
    ]


def worth_rows(found: Sequence[Row], fmt: Formats) -> Rows:
    """Return customers with what they are worth, in words."""
    return [
        {
            "customer": row["name"],
            f"value ({fmt.currency})": row["value_amount"],
            "orders": row["orders"],
            "last order": str(row["last_order_on"] or "–"),
            "segment": segment_name(row["segment"]),
        }
        for row in found
    ]


def rfm(
    house: OpenBrand, tables: Tables, where: str, limit: int, as_of: date | None
) -> dict[str, Any]:
    """Return the segments, the grid, and the customers of best scores that fit the rule.

    Raises
    ------
    RuleError
        If the rule cannot be used.
    """
    summary(tables)
    sums = by_segment(tables.table("segments"))
    t = filtered(tables.table("customers"), where, today=as_of)
    t = t.filter(t.rfm.notnull())
    best = t.order_by(t.rfm_score.desc(), t.monetary_amount.desc(), t.customer_id)
    total = tables.one(t.agg(rows=t.count()))
    return {
        "segments": tables.rows(sums.order_by(sums.value_amount.desc(), sums.segment)),
        "grid": cells_of(tables),
        "total": total["rows"] if total else 0,
        "customers": named(house, tables.rows(best.select(*_SCORES).limit(limit))),
    }


def segment_rows(found: Sequence[Row], fmt: Formats) -> Rows:
    """Return the segments in words."""
    return [
        {
            "segment": segment_name(row["segment"]),
            "customers": row["customers"],
            "% of all": _of_hundred(row["customers_share"]),
            f"value ({fmt.currency})": row["value_amount"],
            "% of value": _of_hundred(row["value_share"]),
        }
        for row in found
    ]


def score_rows(found: Sequence[Row], fmt: Formats) -> Rows:
    """Return customers with their scores, in words."""
    return [
        {
            "customer": row["name"],
            "RFM": row["rfm"],
            "segment": segment_name(row["segment"]),
            "days ago": row["days_since_order"],
            "orders": row["orders"],
            f"value ({fmt.currency})": row["monetary_amount"],
        }
        for row in found
    ]


def _of_hundred(share: float | None) -> str:
    return "–" if share is None else bare_percent(share, 1)


def named(house: OpenBrand, rows: Rows) -> Rows:
    """Return rows of customers with what each is called."""
    names = Vault(house.store, house.keyring).labels(row["customer_id"] for row in rows)
    return [{"name": str(names[row["customer_id"]]), **row} for row in rows]


def segment_name(code: str | None) -> str:
    """Return the name of a segment in words; an en dash for none."""
    return "–" if code is None else str(SEGMENTS[code].title) if code in SEGMENTS else code


def _plain(house: OpenBrand) -> Formats:
    settings = house.brand.settings
    return Formats(language("en"), settings.brand.currency, settings.zone)
