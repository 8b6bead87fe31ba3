"""Funnels by API."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field

from valence.core.errors import NotFoundError
from valence.journey.api.router import api
from valence.journey.definition import JOURNEY_KIND, JourneyDefinition
from valence.journey.funnel import FUNNELS_KIND, FunnelDefinition, FunnelsDefinition
from valence.journey.funnel.answers import (
    STEPS_MART,
    Question,
    Typed,
    funnel_of,
    lost_of,
    question_of,
)
from valence.journey.funnel.tables import LOST
from valence.kit.ask import Ask, Asked
from valence.kit.built import defined
from valence.kit.tables import TablePage, TableParams, table_api


class FunnelStepRow(BaseModel):
    """One step, of all customers or of a part of them."""

    part: str | None = Field(None, description="Value of the property; none for all.")
    step: int
    title: str
    optional: bool
    customers: int = Field(description="Who came to it.")
    before: int = Field(description="Who came to the required step before.")
    lost: int
    open: int | None = Field(
        None, description="Further customers at it whose window is not over; none for a part."
    )
    share: float | None = Field(description="Of those who came to the first step.")
    share_low: float | None
    share_high: float | None
    step_share: float | None = Field(description="Of those at the step before.")
    step_share_low: float | None
    step_share_high: float | None
    median_seconds: float | None = Field(description="Since the first step: see `timed`.")
    mean_seconds: float | None


class FunnelBin(BaseModel):
    """How many converted within so many seconds, and not within the bin before."""

    until_seconds: float
    customers: int


class FunnelWeek(BaseModel):
    """Conversion of those who began in a week."""

    week_on: date
    entered: int
    converted: int
    share: float | None
    share_low: float | None
    share_high: float | None
    median_seconds: float | None
    median_low: float | None = Field(description="Of the median time; none where few converted.")
    median_high: float | None
    complete: bool = Field(description="Whether the time to convert is over for all of it.")


class FunnelCorrelate(BaseModel):
    """What goes with converting: an association."""

    kind: str
    value: str
    customers: int
    converted: int
    others: int
    others_converted: int
    odds_ratio: float
    low: float
    high: float
    p: float
    q: float = Field(description="p, corrected for all that were looked at.")


class FunnelFound(BaseModel):
    """A funnel with all that is told of it."""

    as_of: date
    funnel: FunnelDefinition
    since: date | None
    entered: int = Field(description="Who came to the first step, and whose window is over.")
    open: int = Field(description="Further customers who came to it, and are still within it.")
    converted: int
    steps: list[FunnelStepRow]
    by: str | None
    attribution: str | None
    parts: list[FunnelStepRow]
    time_to_convert: list[FunnelBin]
    weeks: list[FunnelWeek]
    correlates: list[FunnelCorrelate]


class FunnelLost(BaseModel):
    """A customer who was lost at a step."""

    customer_id: str
    label: str
    number: str | None
    worth_amount: Decimal | None
    started_at: datetime
    last_at: datetime
    reached: int


class FunnelLostPage(TablePage):
    """Customers who were lost at a step."""

    items: list[FunnelLost]  # type: ignore[assignment]


Name = Annotated[str, Query(description="A funnel by name; by default the first.")]
Steps = Annotated[str, Query(description="Steps with commas between, instead of a name.")]
Window = Annotated[str, Query(description="From the first to the last step: 12h, 7d, 4w.")]
Order = Annotated[str, Query(description="ordered, strict or any.")]
Without = Annotated[str, Query(description="What ends the way: touchpoints; `return:2-3`.")]
By = Annotated[str, Query(description="A column of steps or of customers.")]
From = Annotated[
    str, Query(description="Whose value counts: first, last, a step's number, or each step's own.")
]
Timed = Annotated[
    str, Query(description="Times run from the `start` that converts, or the `first`.")
]
Days = Annotated[str, Query(description="Only what happened in the last days.")]


@api.get("/journey/funnel", permission="journey:read", response_model=FunnelFound)
def funnel(  # noqa: PLR0913 - the options of a funnel
    ask: Ask,
    *,
    name: Name = "",
    steps: Steps = "",
    window: Window = "",
    order: Order = "",
    without: Without = "",
    by: By = "",
    attribution: From = "",
    days: Days = "",
    timed: Timed = "",
) -> dict[str, Any]:
    """Give how many customers come from step to step, how fast, and what goes with converting."""
    typed = Typed(name, steps, window, order, without, by, attribution, days, timed=timed)
    as_of = _day(ask)
    found = funnel_of(ask.reader, _asked(ask, typed, as_of), as_of)
    return {"as_of": as_of, **found.told()}


@api.get("/journey/funnel/lost", permission="journey:read", response_model=FunnelLostPage)
def lost(  # noqa: PLR0913 - the options of a funnel
    ask: Ask,
    _: TableParams,
    *,
    step: Annotated[int, Query(ge=2, description="The step that they did not come to.")],
    name: Name = "",
    steps: Steps = "",
    window: Window = "",
    order: Order = "",
    without: Without = "",
    days: Days = "",
) -> dict[str, Any]:
    """Give the customers who came to the step before and not to this one."""
    typed = Typed(name, steps, window, order, without, days=days)
    as_of = _day(ask)
    table = lost_of(ask.reader, _asked(ask, typed, as_of), as_of, step)
    return table_api(ask, LOST, table).model_dump()


def _day(ask: Asked) -> date:
    if not ask.reader.has(STEPS_MART) or ask.as_of is None:
        raise NotFoundError("No figures have been built yet. Import orders, then build.")
    return ask.as_of


def _asked(ask: Asked, typed: Typed, as_of: date) -> Question:
    journey = defined(ask, JOURNEY_KIND, JourneyDefinition, STEPS_MART)
    return question_of(typed, defined(ask, FUNNELS_KIND, FunnelsDefinition), journey, as_of)
