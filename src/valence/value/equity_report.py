"""What `valence value equity` prints: plain values, and rows for a terminal."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from valence.core.errors import NotFoundError
from valence.kit.format import Formats
from valence.lake.reading import Tables
from valence.value.equity_answers import Equity, equity_of
from valence.value.words import tier_title

Rows = list[dict[str, Any]]
_SUMS = (
    "customers", "alive", "expected_purchases", "worth_amount", "course_book_amount",
    "value_12m_amount", "value_amount",
)  # fmt: skip


def equity(tables: Tables) -> Equity:
    """Return customer equity.

    Raises
    ------
    NotFoundError
        If nothing has been built.
    """
    found = equity_of(tables)
    if found is None:
        raise NotFoundError(
            "No figures have been built yet. Run `valence build`, or name a day with `--as-of`."
        )
    return found


def equity_told(found: Equity) -> dict[str, Any]:
    """Return customer equity as plain values."""
    stayed, point = found.stayed, found.point
    sums = {name: sum((row[name] or 0) for row in found.tiers) for name in _SUMS}
    return {
        "horizon_months": found.horizon_months,
        "interval": found.interval,
        "base": {**sums, "worth_half_width": found.half_width},
        "model_off_share": found.off,
        "tiers": [dict(row) for row in found.tiers],
        "new_customers_12m": found.won.customers,
        "new_customer_value": found.won.value,
        "new_customers_observed": found.won.observed,
        "retention_share": stayed.share if stayed else None,
        "retention_low": stayed.low if stayed else None,
        "retention_high": stayed.high if stayed else None,
        "retention_customers": stayed.customers if stayed else None,
        "retention_point": dict(zip(("change", "low", "high"), point, strict=True))
        if point
        else None,
        "retention": [asdict(each) for each in found.retained],
        "channels": [
            {
                "channel": name,
                "new_customers": row["new_customers"],
                "cost_amount": row["cost_amount"],
                "cost_per_customer": row["cost_per_customer"],
                "value_per_customer": row["value_per_customer"],
                "months_observed": row["months_since"],
                "paid_back_after_months": paid,
            }
            for name, row, paid in found.channels
        ],
    }


def tier_rows(found: Equity, fmt: Formats) -> Rows:
    """Return what the base of each tier is worth, three ways, in words."""
    return [
        {
            "tier": str(tier_title(row["tier"])),
            "customers": row["customers"],
            "still buy": None if row["alive"] is None else round(row["alive"]),
            f"worth ({fmt.currency})": row["worth_amount"],
            "course book": row["course_book_amount"],
            "12 months": row["value_12m_amount"],
            "to date": row["value_amount"],
        }
        for row in found.tiers
    ]


def retention_rows(found: Equity, fmt: Formats) -> Rows:
    """Return what the base is worth at other retentions, in words."""
    return [
        {
            "stay each year": fmt.percent(each.share),
            f"worth, all years ({fmt.currency})": round(each.value, 2),
            "change": fmt.change(each.change),
        }
        for each in found.retained
    ]


def channel_rows(told: dict[str, Any]) -> Rows:
    """Return cost and payback of each channel, in words."""
    return [
        {
            "channel": row["channel"],
            "new customers": row["new_customers"],
            "cost of one": row["cost_per_customer"],
            "brought so far": row["value_per_customer"],
            "paid back after, months": row["paid_back_after_months"],
        }
        for row in told["channels"]
    ]
