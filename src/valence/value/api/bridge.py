"""The value bridge by API."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import Field

from valence.kit.ask import Ask
from valence.kit.schemas import made_model, row_model
from valence.lake.columns import Column
from valence.value.api.router import api, built
from valence.value.bridge_answers import BARS, bridge_of, by_of, rule_of
from valence.value.bridge_mart import BRIDGE

_WHERE = Column("where", "text", "Rule that finds its customers.")
_MOVE: Any = row_model(
    "BridgeMove",
    "One bar of the bridge; `customers` sums all of them, `all orders` adds those of nobody.",
    (*BRIDGE[2:], _WHERE),
)
_NAME: Any = row_model(
    "BridgeOfName",
    "The bridge of one tier, segment, channel or country.",
    (
        Column("name", "text", "Which; null where it is not known."),
        Column("customers", "int", "Its customers with value in either year."),
        Column("opening_amount", "amount", "Value of the twelve months up to the opening day."),
        *(Column(f"{move}_amount", "amount", f"Change of those who are {move}.") for move in BARS),
        Column("closing_amount", "amount", "Value of the twelve months up to the closing day."),
        Column("change_amount", "amount", "Closing less opening value."),
        Column("change_share", "float", "Change / opening value."),
    ),
)
BridgeModel = made_model(
    "ValueBridge",
    "From the value of one year to that of the next, by what each customer did.",
    opening_on=(date, Field(description="Opening day: twelve months before.")),
    closing_on=(date, Field(description="Closing day: that of the figures.")),
    value_basis=(str | None, Field(None, description="What value is.")),
    opening_is_whole=(bool, Field(description="The orders cover the opening twelve months.")),
    opening_amount=(Decimal, Field(description="Of all customers.")),
    closing_amount=(Decimal, Field(description="Of all customers.")),
    moves=(list[_MOVE], Field(description="The bars, and what they sum to.")),
    items=(list[_NAME], Field(description="The bridge of each tier, segment and so on.")),
)
By = Annotated[
    Literal["tier", "segment", "main_channel", "country"],
    Query(description="What `items` tells the bridge by."),
]


@api.get("/value/bridge", permission="value:read", response_model=BridgeModel)
def bridge(ask: Ask, by: By = "tier") -> dict[str, Any]:
    """Give where value went since a year before: every customer stands in one bar."""
    found = built(bridge_of(ask.reader))
    return {
        "opening_on": found.since,
        "closing_on": found.as_of,
        "value_basis": found.basis,
        "opening_is_whole": found.whole,
        "opening_amount": found.opening,
        "closing_amount": found.closing,
        "moves": [
            {**line, "where": rule_of(line["move"], found.since) if line["move"] in BARS else None}
            for line in found.lines()
        ],
        "items": by_of(ask.reader, by),
    }
