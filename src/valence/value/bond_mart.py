"""The published bonds: how many are strong, in each tier, and what the index rests on."""

from __future__ import annotations

from collections.abc import Mapping

import ibis.expr.types as ir

from valence.core.messages import message
from valence.lake.columns import Column
from valence.lake.marts import BuildContext, Mart
from valence.lake.portable import count_if, total
from valence.value.bond import PARTS

BONDS = (
    Column("bond", "text", "none, weak or strong."),
    Column("tier", "text", "Value tier."),
    Column("customers", "int", "Customers who bought, with a bond of that strength in that tier."),
    Column("value_12m_amount", "amount", "Their value in the last twelve months."),
    Column("index_sum", "float", "Sum of their bond indices."),
    *(Column(f"{part}_known", "int", f"Customers with data on the part {part}.") for part in PARTS),
    *(Column(f"{part}_sum", "float", f"Sum of the part {part} over these.") for part in PARTS),
)


def bond_summary(customers: ir.Table) -> ir.Table:
    """Return how many customers of each tier have no, a weak or a strong bond; see `BONDS`."""
    t = customers.filter(customers.bond.notnull())
    return t.group_by("bond", "tier").agg(
        customers=t.count().cast("int64"),
        value_12m_amount=total(t.value_12m_amount),
        index_sum=t.bond_index.sum(),
        **{f"{part}_known": count_if(t[f"bond_{part}"].notnull()) for part in PARTS},
        **{f"{part}_sum": t[f"bond_{part}"].sum() for part in PARTS},
    )


def _bonds(inputs: Mapping[str, ir.Table], _: BuildContext) -> ir.Table:
    return bond_summary(inputs["customers"])


BOND_MARTS = (
    Mart(
        name="bonds",
        owner="value",
        title=message("Bonds"),
        grain=("bond", "tier"),
        rebuild="whole",
        inputs=("customers",),
        columns=BONDS,
        compute=_bonds,
        order_by=("bond", "tier"),
        served=True,
    ),
)
