"""What the page and the command of customer equity tell: plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from valence.value.answers import summary_of
from valence.value.lifetime.answers import ModelCard, model_card_of
from valence.value.reading import Tables
from valence.value.retention_worth import Retained, retention_worth

Row = Mapping[str, Any]
_YEAR = 12  # months


@dataclass(frozen=True, slots=True)
class Equity:
    """The worth of the present base, of those to come, and what moves it."""

    tiers: Sequence[Row]  # the most worth first
    new_customers: int  # won in the last twelve months
    new_value: float | None  # that a customer brought in the first twelve months; None: too young
    payback: Sequence[Row]  # by channel and month
    retained: Sequence[Retained]
    card: ModelCard | None
    yearly: float  # value of known customers in the last twelve months

    def of(self, name: str) -> float:
        """Return a sum over all tiers."""
        return float(sum(row[name] or 0 for row in self.tiers))

    @property
    def channels(self) -> list[tuple[str, Row, int | None]]:
        """Each channel with its last row, and the month in which it had paid back, if it has."""
        found = []
        for name in sorted({row["channel"] for row in self.payback}):
            rows = [row for row in self.payback if row["channel"] == name]
            paid = next((row["months_since"] for row in rows if row["paid_back"]), None)
            found.append((name, rows[-1], paid))
        return found


def equity_of(tables: Tables) -> Equity | None:
    """Return customer equity; None before the first build."""
    summary = summary_of(tables) if tables.has("worth_base") else None
    if summary is None:
        return None
    tiers = tables.rows(tables.table("worth_base"))
    card = model_card_of(tables)
    yearly = float(summary["named_value_12m_amount"] or 0)
    retention = card.setting("retention") if card else None
    rate = (card.setting("discount_rate") if card else None) or 0.0
    new, value = _new(tables)
    return Equity(
        sorted(tiers, key=lambda row: -(row["worth_amount"] or 0)),
        new,
        value,
        tables.rows(tables.table("payback").order_by("channel", "months_since")),
        [] if retention is None else retention_worth(yearly, retention, rate),
        card,
        yearly,
    )


def _new(tables: Tables) -> tuple[int, float | None]:
    """Customers won in the last twelve cohorts, and what one brings in the first twelve months."""
    rows = tables.rows(tables.table("cohorts").order_by("cohort_month", "months_since"))
    first = [row for row in rows if row["months_since"] == 0]
    aged = [row for row in rows if row["months_since"] == _YEAR - 1 and row["complete"]]
    won = sum(row["customers"] for row in first[-_YEAR:])
    n = sum(row["customers"] for row in aged)
    total = float(sum(row["cumulative_value_amount"] for row in aged))
    return won, total / n if n else None
