"""Value at stake by API."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from pydantic import Field

from valence.core.errors import NotFoundError
from valence.journey.api.router import api
from valence.journey.stake.answers import LABEL, affected_customers, stake_at, stakes_of
from valence.journey.stake.columns import TOUCHPOINT_STAKE
from valence.journey.stake.view import CUSTOMERS
from valence.kit.ask import Ask
from valence.kit.customers import FIELDS
from valence.kit.schemas import PAGE, made_model, row_model, typed
from valence.kit.tables import TableParams, table_api
from valence.lake.columns import Column

_ROW: Any = row_model(
    "TouchpointStake", "What a bad experience at a touchpoint costs.", TOUCHPOINT_STAKE
)
_WHO: Any = made_model(
    "AffectedCustomer",
    "A customer who met a bad experience in the last 12 months.",
    **FIELDS,
    **typed(
        (
            Column("times", "int", "How often."),
            Column("last_on", "day", "Last time."),
            Column("channel", "text", "Channel of it."),
            Column("value_before", "float", "Value of the 12 months before the first time."),
            Column("value_later", "float", "Value since the last time."),
        )
    ),
)
StakeModel = made_model(
    "ValueAtStake",
    "The value at stake by touchpoint and bad experience, the costliest first; not to be added up.",
    label=(str, Field(description="What the figures are, until an experiment proves them.")),
    items=(list[_ROW], Field(description="Each bad experience at each touchpoint.")),
)
AffectedModel = made_model(
    "AffectedCustomers",
    "Who met a bad experience in the last 12 months.",
    items=(list[_WHO], Field(description="The customers.")),
    **PAGE,
)


@api.get("/journey/stake", permission="journey:read", response_model=StakeModel)
def stake(
    ask: Ask, touchpoint: Annotated[str, Query(description="Only this touchpoint.")] = ""
) -> dict[str, Any]:
    """Give what bad experiences cost over the next 12 months, and whether to believe it."""
    found = stakes_of(ask.reader, touchpoint)
    if found is None:
        raise NotFoundError("No figures have been built yet. Import orders, then build.")
    return {"label": LABEL, "items": list(found.rows)}


@api.get("/journey/stake/affected", permission="journey:read", response_model=AffectedModel)
def affected(ask: Ask, touchpoint: str, kind: str, _: TableParams) -> dict[str, Any]:
    """Give the customers who met a bad experience at a touchpoint in the last 12 months."""
    stake_at(ask.reader, touchpoint, kind)
    table = affected_customers(ask.reader, touchpoint, kind, as_of=ask.as_of)
    return table_api(ask, CUSTOMERS, table).model_dump()
