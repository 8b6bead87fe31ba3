"""What the page and the command of customer equity tell: plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import Any

from valence.core.days import month_days, months_before
from valence.core.intervals import wilson
from valence.lake.reading import Tables
from valence.value.answers import summary_of
from valence.value.lifetime.answers import ModelCard, model_card_of
from valence.value.lifetime.definition import DEFAULT
from valence.value.retention_worth import Retained, of_a_point, retention_worth

Row = Mapping[str, Any]
_YEAR = 12  # months
_POINTS = (-0.06, -0.04, -0.02, 0.0, 0.02, 0.04, 0.06)  # of retention, evenly for the curve


@dataclass(frozen=True, slots=True)
class Won:
    """New customers, without those of the month that the data begin in: they may be old ones."""

    customers: int  # won in the last twelve months
    observed: int  # whose first twelve months are over, whenever they were won
    value: float | None  # that one of these brought in them; None without any


@dataclass(frozen=True, slots=True)
class Stayed:
    """How many of those who bought in the year before the last bought again in it."""

    share: float
    customers: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Equity:
    """The worth of the present base, of those to come, and what moves it."""

    tiers: Sequence[Row]  # the most worth first
    won: Won
    payback: Sequence[Row]  # by channel and month
    stayed: Stayed | None
    retained: Sequence[Retained]
    card: ModelCard | None
    yearly: float  # value of known customers in the last twelve months

    @property
    def horizon_months(self) -> int:
        """Months ahead that worth covers."""
        return self.card.horizon_months if self.card else DEFAULT.horizon_months

    @property
    def interval(self) -> float:
        """How sure the intervals are."""
        return self.card.interval if self.card else DEFAULT.interval

    def of(self, name: str) -> float:
        """Return a sum over all tiers."""
        return float(sum(row[name] or 0 for row in self.tiers))

    @property
    def half_width(self) -> float:
        """Half the width of the interval of the worth of all."""
        return sqrt(sum((row.get("worth_half_width") or 0.0) ** 2 for row in self.tiers))

    @property
    def ends(self) -> tuple[float, float]:
        """The interval of the worth of all, if the models are right."""
        worth = self.of("worth_amount")
        return max(0.0, worth - self.half_width), worth + self.half_width

    @property
    def off(self) -> float | None:
        """How far off the model of worth was in sum on weeks held out; None if not known."""
        if self.card is None or self.card.chosen is None:
            return None
        return self.card.errors().get(self.card.chosen, {}).get("value_bias")

    @property
    def point(self) -> tuple[float, float, float] | None:
        """What a point more retention would add, as a share, and its interval."""
        if self.stayed is None or not self.retained:
            return None
        rate = _rate(self.card)
        held = self.stayed.share, self.stayed.low, min(self.stayed.high, 0.99)
        change, low, high = (of_a_point(share, rate) for share in held)
        if change is None or low is None or high is None:
            return None
        return change, low, max(change, high)

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
    stayed = None if card is None else _stayed(card)
    yearly = float(summary["named_value_12m_amount"] or 0)
    horizon = card.horizon_months if card else DEFAULT.horizon_months
    # What models expect within a year; where they look further or less far, as much a month.
    ahead = float(sum(row["worth_amount"] or 0 for row in tiers)) * 12 / horizon
    return Equity(
        sorted(tiers, key=lambda row: -(row["worth_amount"] or 0)),
        _won(tables, summary["as_of"], summary["first_order_on"]),
        tables.rows(tables.table("payback").order_by("channel", "months_since")),
        stayed,
        []
        if stayed is None or ahead <= 0
        else retention_worth(ahead, stayed.share, _rate(card), first_year=True, points=_POINTS),
        card,
        yearly,
    )


def _rate(card: ModelCard | None) -> float:
    return (card.setting("discount_rate") if card else None) or 0.0


def _stayed(card: ModelCard) -> Stayed | None:
    row = card.setting_row("retention")
    if row is None:
        return None
    share, n = row["value"], row["customers"]
    return Stayed(share, n, *wilson(round(share * n), n, card.interval))


def _won(tables: Tables, as_of: date, first_order_on: date | None) -> Won:
    """Customers won in the last twelve months, and what one brings in the first twelve."""
    if first_order_on is None:
        return Won(0, 0, None)
    _, second = month_days(first_order_on)  # the first month whose customers are known to be new
    t = tables.table("customers")
    t = t.filter(t.first_order_on >= second, t.first_order_on > months_before(as_of, _YEAR))
    row = tables.one(t.agg(won=t.count()))
    c = tables.table("cohorts")
    c = c.filter(c.months_since == _YEAR - 1, c.complete, c.cohort_month >= second)
    aged = tables.rows(c.select("customers", "cumulative_value_amount"))
    n = sum(each["customers"] for each in aged)
    brought = float(sum(each["cumulative_value_amount"] for each in aged))
    return Won(row["won"] if row else 0, n, brought / n if n else None)
