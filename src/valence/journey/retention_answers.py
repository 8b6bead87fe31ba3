"""What the pages, the API and the commands of retention tell: plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal, get_args

import ibis.expr.types as ir

from valence.core.errors import BadInputError, did_you_mean
from valence.core.intervals import wilson
from valence.journey.definition import JourneyDefinition
from valence.journey.lifecycle import lifecycle
from valence.journey.retention import (
    CONFIDENCE,
    Counted,
    Period,
    checked_period,
    of_touchpoint,
    retention,
)
from valence.journey.stickiness import regularity, stickiness
from valence.lake.reading import Tables

Row = Mapping[str, Any]
Measure = Literal["count", "revenue", "margin"]
STEPS_MART, ORDERS_MART = "journey_steps", "order_facts"
# What orders bring, by what is asked for: value is margin where cost is known.
AMOUNTS: Mapping[str, str] = {"revenue": "revenue_amount", "margin": "value_amount"}


@dataclass(frozen=True, slots=True)
class TypedRetention:
    """What was typed; empty where nothing was."""

    begin: str = ""
    back: str = ""
    period: str = ""
    counted: str = ""
    measure: str = ""


@dataclass(frozen=True, slots=True)
class RetentionQuestion:
    """What begins, what is coming back, in which periods, and how that is measured."""

    begin: str = ""  # a touchpoint; empty: any step
    back: str = ""
    period: Period = "week"
    counted: Counted = "first"
    measure: Measure = "count"


@dataclass(frozen=True, slots=True)
class Pooled:
    """All cohorts that are old enough, some periods after they began."""

    age: int
    customers: int
    active: int
    amount: float

    @property
    def share(self) -> float:
        """The share that came back."""
        return self.active / self.customers

    @property
    def interval(self) -> tuple[float, float]:
        """Its Wilson interval."""
        return wilson(self.active, self.customers, CONFIDENCE)


@dataclass(frozen=True, slots=True)
class FoundRetention:
    """All that is told of retention."""

    question: RetentionQuestion
    as_of: date
    cohorts: Sequence[Row]  # one row per cohort and age, the oldest first
    states: Sequence[Row]  # lifecycle, the oldest first
    days: Sequence[Row]  # stickiness, the oldest first
    means: Sequence[Row]  # mean daily customers of each period

    def pooled(self, age: int) -> Pooled | None:
        """Return all cohorts for which that age is over, together; None if none is so old."""
        rows = [row for row in self.cohorts if row["periods_since"] == age and row["complete"]]
        customers = sum(row["customers"] for row in rows)
        if not customers:
            return None
        amount = sum(float(row["amount"]) for row in rows)
        return Pooled(age, customers, sum(row["active"] for row in rows), amount)

    @property
    def oldest(self) -> int:
        """The highest age that is over for any cohort."""
        return max((row["periods_since"] for row in self.cohorts if row["complete"]), default=-1)

    def told(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            **asdict(self.question),
            "items": [dict(row) for row in self.cohorts],
            "pooled": [
                {
                    **asdict(each), "share": each.share, "low": each.interval[0],
                    "high": each.interval[1],
                }
                for age in range(self.oldest + 1)
                if (each := self.pooled(age)) is not None
            ],
            "lifecycle": [dict(row) for row in self.states],
            "stickiness": [dict(row) for row in self.days],
            "daily": [dict(row) for row in self.means],
        }  # fmt: skip


def retention_question(typed: TypedRetention, journey: JourneyDefinition) -> RetentionQuestion:
    """Return what was asked for.

    Raises
    ------
    BadInputError
        If a touchpoint, a period or a measure is not known, with the near one.
    """
    for touchpoint in (typed.begin, typed.back):
        known = [each.name for each in journey.touchpoints]
        if touchpoint and touchpoint not in known:
            raise BadInputError(
                "The journey has no touchpoint {name!r}. {fix}",
                name=touchpoint,
                fix=did_you_mean(touchpoint, known),
            )
    return RetentionQuestion(
        typed.begin,
        typed.back,
        checked_period(typed.period or "week"),
        "recurring" if _one_of(typed.counted or "first", get_args(Counted)) == "recurring"
        else "first",
        _measure(typed.measure or "count"),
    )  # fmt: skip


def _measure(said: str) -> Measure:
    _one_of(said, get_args(Measure))
    return "revenue" if said == "revenue" else "margin" if said == "margin" else "count"


def _one_of(said: str, known: Sequence[str]) -> str:
    if said not in known:
        raise BadInputError(
            "Retention is not told by {said!r}. {fix}", said=said, fix=did_you_mean(said, known)
        )
    return said


def retention_of(tables: Tables, question: RetentionQuestion, as_of: date) -> FoundRetention:
    """Return all that is told of retention."""
    steps = tables.table(STEPS_MART)
    period = question.period
    asked = retention(
        of_touchpoint(steps, question.begin),
        _came_back(tables, question),
        as_of=as_of,
        period=period,
        counted=question.counted,
        amount=AMOUNTS.get(question.measure, ""),
    )
    back = of_touchpoint(steps, question.back)
    longer: Period = "week" if period == "day" else period
    return FoundRetention(
        question,
        as_of,
        tables.rows(asked.order_by("period_on", "periods_since")),
        tables.rows(lifecycle(back, as_of=as_of, period=period).order_by("period_on")),
        tables.rows(
            stickiness(back, as_of=as_of, period=longer).order_by("period_on", "active_days")
        ),
        tables.rows(regularity(back, as_of=as_of, period=longer).order_by("period_on")),
    )


def _came_back(tables: Tables, question: RetentionQuestion) -> ir.Table:
    """What is coming back: steps, or the orders and returns that are told in money."""
    if question.measure == "count":
        return of_touchpoint(tables.table(STEPS_MART), question.back)
    orders = tables.table(ORDERS_MART)
    orders = orders.filter(orders.kind != "cancelled")
    return orders.rename(on="ordered_on")
