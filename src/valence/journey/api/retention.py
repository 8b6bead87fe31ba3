"""Retention, lifecycle and stickiness by API."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field

from valence.core.errors import NotFoundError
from valence.journey.api.router import api
from valence.journey.definition import JOURNEY_KIND, JourneyDefinition
from valence.journey.retention_answers import (
    STEPS_MART,
    TypedRetention,
    retention_of,
    retention_question,
)
from valence.kit.ask import Ask
from valence.kit.built import defined


class RetentionRow(BaseModel):
    """A cohort, some periods after it began."""

    period_on: date = Field(description="First day of the period in which they began.")
    periods_since: int
    customers: int
    active: int = Field(description="Who came back in that later period.")
    events: int = Field(description="How often they did.")
    amount: Decimal
    retention_share: float | None
    retention_low: float | None
    retention_high: float | None
    amount_per_customer: float | None
    complete: bool = Field(description="Whether the later period had ended by the day.")


class RetentionPooled(BaseModel):
    """All cohorts for which that age is over."""

    age: int
    customers: int
    active: int
    amount: float
    share: float
    low: float
    high: float


class LifecycleRow(BaseModel):
    """Customers by state in a period."""

    period_on: date
    new: int
    returning: int
    resurrected: int
    dormant: int
    active: int
    complete: bool


class StickinessRow(BaseModel):
    """Customers by the days of a period on which they were there."""

    period_on: date
    active_days: int
    customers: int
    active: int
    share: float
    complete: bool


class DailyRow(BaseModel):
    """Customers of a mean day, of those of the period."""

    period_on: date
    active: int
    customer_days: int
    days: int
    daily_active: float
    share: float
    complete: bool


class RetentionFound(BaseModel):
    """Retention with all that is told of it."""

    as_of: date
    begin: str
    back: str
    period: str
    counted: str
    measure: str
    items: list[RetentionRow]
    pooled: list[RetentionPooled]
    lifecycle: list[LifecycleRow]
    stickiness: list[StickinessRow]
    daily: list[DailyRow]


Begin = Annotated[str, Query(description="Touchpoint that begins; empty: any.")]
Back = Annotated[str, Query(description="Touchpoint of coming back; empty: any.")]
Period = Annotated[str, Query(description="day, week or month.")]
Counted = Annotated[str, Query(description="first, or recurring.")]
Measure = Annotated[str, Query(description="count, revenue or margin.")]


@api.get("/journey/retention", permission="journey:read", response_model=RetentionFound)
def retention(
    ask: Ask,
    *,
    begin: Begin = "",
    back: Back = "",
    period: Period = "week",
    counted: Counted = "first",
    measure: Measure = "count",
) -> dict[str, Any]:
    """Give who comes back, who is new and who falls silent, and on how many days they are there."""
    if not ask.reader.has(STEPS_MART) or ask.as_of is None:
        raise NotFoundError("No figures have been built yet. Import orders, then build.")
    journey = defined(ask, JOURNEY_KIND, JourneyDefinition, STEPS_MART)
    typed = TypedRetention(begin, back, period, counted, measure)
    found = retention_of(ask.reader, retention_question(typed, journey), ask.as_of)
    return {"as_of": ask.as_of, **found.told()}
