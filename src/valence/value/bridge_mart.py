"""The published value bridge of the last twelve months, whole and by tier, segment and more."""

from __future__ import annotations

from collections.abc import Mapping

import ibis.expr.types as ir

from valence.core.messages import message
from valence.lake.columns import Column
from valence.lake.marts import BuildContext, Mart
from valence.value.bridge import bridge, customer_moves

DIMENSIONS = ("tier", "segment", "main_channel", "country")
_READ = (
    "customer_id", "first_order_on", "orders_12m", "orders_prior_12m", "value_12m_amount",
    "value_prior_12m_amount", *DIMENSIONS,
)  # fmt: skip

BRIDGE = (
    Column("dimension", "text", "What the bridge is told by: all, tier, segment and others."),
    Column("name", "text", "Value of that column; empty for all, and where it is not known."),
    Column(
        "move", "text", "new, grown, shrunk, reactivated, lost, unchanged; nobody: no customer."
    ),
    Column("customers", "int", "Customers of this move."),
    Column("opening_amount", "amount", "Their value in the twelve months up to a year before."),
    Column("change_amount", "amount", "Closing less opening value: the bar of the bridge."),
    Column("closing_amount", "amount", "Their value in the twelve months up to the day."),
    Column("only_returns", "int", "Customers among them who bought in neither year."),
    Column("only_returns_amount", "amount", "What their change comes to: returns, corrections."),
)


def _bridge(inputs: Mapping[str, ir.Table], context: BuildContext) -> ir.Table:
    table = inputs["customers"].select(*_READ)
    moves = customer_moves(table, as_of=context.as_of, table=table)
    return bridge(inputs["order_days"], as_of=context.as_of, moves=moves, by=DIMENSIONS)


BRIDGE_MARTS = (
    Mart(
        name="value_bridge",
        owner="value",
        title=message("Value bridge"),
        grain=("dimension", "name", "move"),
        rebuild="whole",
        inputs=("customers", "order_days"),
        columns=BRIDGE,
        compute=_bridge,
        order_by=("dimension", "name", "move"),
        served=True,
    ),
)
