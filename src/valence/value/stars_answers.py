"""Early stars, as the page, the command and the API tell of them: plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import ibis.expr.types as ir

from valence.lake.reading import Tables
from valence.value.answers import summary_of
from valence.value.auc import auc_interval
from valence.value.early_stars import YEAR_DAYS

LIKELY = 0.5  # probability from which on a new customer is called a star
NEWEST_DAYS = 60  # since the first order: whom to look after now
_SHORT_DAYS = 90  # customers who began within so few days are no fair picture of all


@dataclass(frozen=True, slots=True)
class Stars:
    """What the model of early stars tells."""

    figures: Mapping[str, float | None]
    tenths: Sequence[Mapping[str, Any]]
    likely: int
    new: int  # who may still become of high value, or not
    reached: int  # new customers who are already
    newest: int  # of the likely, those who began last
    began: tuple[date, date] | None  # first orders of those learned from, where the days are few

    @property
    def sure(self) -> tuple[float, float] | None:
        """The 95 % interval of how often a star is placed above another."""
        auc, stars, tested = (self.figures.get(n) for n in ("auc", "stars", "customers"))
        if auc is None or stars is None or tested is None:
            return None
        return auc_interval(auc, int(stars), int(tested - stars))

    def told(self) -> dict[str, Any]:
        """Return what the model tells as data."""
        known, (low, high) = self.figures, self.sure or (None, None)
        return {
            "new": self.new,
            "likely": self.likely,
            "reached": self.reached,
            **{name: known.get(name) for name in ("limit", "auc", "brier", "brier_naive")},
            "auc_low": low,
            "auc_high": high,
            "learned_from": int(known.get("learned_from") or 0),
            "tested_on": int(known.get("customers") or 0),
            "calibration": [{"foretold": r["value"], "came": r["other"]} for r in self.tenths],
        }


def new_customers(tables: Tables) -> ir.Table:
    """Return the new customers who may still become of high value, with `star_probability`.

    Those whose first year has brought that much already are left out: nothing of them is foretold.
    """
    t = tables.table("early_stars")
    t = t.filter(t.kind == "customer", ~t.reached).rename(star_probability="value")
    return t.drop("number", "kind", "learned_on", "name", "other", "reached")


def stars_of(tables: Tables) -> Stars | None:
    """Return the early stars; None where there are too few customers to learn from."""
    if not tables.has("early_stars"):
        return None
    t = tables.table("early_stars")
    rows = tables.rows(t.filter(t.kind != "customer").order_by("number"))
    if not rows:
        return None
    new = new_customers(tables)
    likely = new.star_probability >= LIKELY
    newest = likely & (new.age_days <= NEWEST_DAYS)
    counts = tables.one(new.agg(new=new.count(), likely=likely.sum(), newest=newest.sum())) or {}
    reached = tables.one(t.agg(reached=(t.kind == "customer").ifelse(t.reached, None).sum())) or {}
    return Stars(
        {row["name"]: row["value"] for row in rows if row["kind"] == "figure"},
        [row for row in rows if row["kind"] == "tenth"],
        int(counts.get("likely") or 0),
        int(counts.get("new") or 0),
        int(reached.get("reached") or 0),
        int(counts.get("newest") or 0),
        _few_days(tables),
    )


def _few_days(tables: Tables) -> tuple[date, date] | None:
    summary = summary_of(tables)
    if summary is None or summary["first_order_on"] is None:
        return None
    first, last = summary["first_order_on"], summary["as_of"] - timedelta(days=YEAR_DAYS + 1)
    return (first, last) if (last - first).days < _SHORT_DAYS else None
