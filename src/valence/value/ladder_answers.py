"""What the page and the command of the ladder tell: plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import sqrt
from statistics import NormalDist
from typing import Any

import ibis
import ibis.expr.types as ir

from valence.lake.portable import ZERO
from valence.lake.reading import Tables
from valence.value.answers import summary_of
from valence.value.ladder_mart import NOBODY_YET, movement
from valence.value.years import comparable

Row = Mapping[str, Any]
_Z = NormalDist().inv_cdf(0.95)  # of a 90 % interval
FEW = 30  # customers: below, a mean of money says nothing


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over customers with its 90 % interval; None below `FEW` customers."""

    n: int
    mean: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, n: int, total: float, squares: float) -> Mean:
        """Return it from sums."""
        if n < FEW:
            return cls(n, None, None, None)
        mean = total / n
        half = _Z * sqrt(max(squares / n - mean**2, 0.0) / n)
        return cls(n, mean, mean - half, mean + half)


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung: who stands on it, and how they came."""

    number: int
    name: str
    customers: int
    before: int  # customers on it a year before
    up: int  # of those on it now, came from below or anew
    down: int  # came from above
    stayed: int
    value: Mean  # of the last twelve months
    overdue: int  # silent for more than twice their own rhythm
    with_rhythm: int
    unknown: int  # may stand higher: nobody can tell


@dataclass(frozen=True, slots=True)
class Ladder:
    """The ladder now, a year before, and all moves between."""

    rungs: Sequence[Rung]  # from `off`, 0, up
    moves: Sequence[Row]
    begins_on: date | None = None  # the first day of the orders, where the year before lacks some

    @property
    def on(self) -> int:
        """Customers on the ladder."""
        return sum(rung.customers for rung in self.rungs if rung.number > 0)

    def moved(self, *, up: bool) -> int:
        """Customers of a year before who stand higher, or lower, now."""
        return sum(
            row["customers"]
            for row in self.moves
            if row["rung_prior_number"] != NOBODY_YET
            and row["rung_number"] != row["rung_prior_number"]
            and (row["rung_number"] > row["rung_prior_number"]) is up
        )

    def change_of(self, *, steps: int) -> Mean:
        """Return how the yearly value of those who moved changed: up (1), down (-1) or not (0)."""
        n, total, squares = 0, 0.0, 0.0
        for row in self.moves:
            if row["rung_prior_number"] == NOBODY_YET:
                continue
            move = row["rung_number"] - row["rung_prior_number"]
            if (move > 0) - (move < 0) == steps:
                n += row["customers"]
                total += float(row["value_12m_amount"] - row["value_prior_12m_amount"])
                squares += row["change_squares"]
        return Mean.of(n, total, squares)


def ladder_of(tables: Tables) -> Ladder | None:
    """Return the ladder; None before the first build."""
    summary = summary_of(tables) if tables.has("ladder") else None
    if summary is None:
        return None
    found = _ladder(tables, tables.table("ladder"))
    return replace(found, begins_on=None if comparable(summary) else summary["first_order_on"])


def ladder_between(tables: Tables, before: Tables) -> Ladder:
    """Return the ladder of a day, and the moves since another.

    Parameters
    ----------
    tables, before
        The tables of the later and of the earlier day, of one engine. Values of the year before
        are those of the twelve months up to the earlier day.
    """
    then = before.table("customers")
    then = then.filter(then.rung_number.notnull()).select(
        "customer_id",
        rung_prior=then.rung,
        rung_prior_number=then.rung_number,
        value_prior_12m_amount=then.value_12m_amount,
    )
    now = tables.table("customers").drop(*then.columns[1:])
    t = now.left_join(then, "customer_id").drop("customer_id_right")
    t = t.mutate(value_prior_12m_amount=ibis.coalesce(t.value_prior_12m_amount, ZERO))
    return _ladder(tables, movement(t))


def _ladder(tables: Tables, moved: ir.Table) -> Ladder:
    moves = tables.rows(moved.order_by("rung_number", "rung_prior_number"))
    names: dict[int, str] = {}
    for row in moves:
        names[row["rung_number"]] = row["rung"]
        if row["rung_prior_number"] != NOBODY_YET:
            names[row["rung_prior_number"]] = row["rung_prior"]
    return Ladder([_rung(n, names[n], moves) for n in sorted(names)], moves)


def _rung(number: int, name: str, moves: Sequence[Row]) -> Rung:
    here = [row for row in moves if row["rung_number"] == number]
    n = sum(row["customers"] for row in here)
    return Rung(
        number,
        name,
        n,
        sum(row["customers"] for row in moves if row["rung_prior_number"] == number),
        sum(row["customers"] for row in here if row["rung_prior_number"] < number),
        sum(row["customers"] for row in here if row["rung_prior_number"] > number),
        sum(row["customers"] for row in here if row["rung_prior_number"] == number),
        Mean.of(
            n,
            float(sum(row["value_12m_amount"] for row in here)),
            sum(row["value_12m_squares"] for row in here),
        ),
        sum(row["overdue"] for row in here),
        sum(row["with_rhythm"] for row in here),
        sum(row["unknown_higher"] for row in here),
    )
