"""The published ladder: who stands on which rung, and from which rung they came in a year."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from valence.core.messages import message
from valence.lake.columns import Column
from valence.lake.marts import BuildContext, Mart
from valence.lake.portable import count_if, total

NOBODY_YET = -1  # in place of a rung: had not bought by then

LADDER = (
    Column("rung_prior_number", "int", "Rung a year before; 0: off, -1: no customer yet."),
    Column("rung_number", "int", "Rung now; 0: off the ladder."),
    Column("rung_prior", "text", "Name of the rung a year before; empty for no customer yet."),
    Column("rung", "text", "Name of the rung now."),
    Column("customers", "int", "Customers who made this move, or stayed."),
    Column("value_12m_amount", "amount", "Their value in the last twelve months."),
    Column("value_prior_12m_amount", "amount", "Their value in the twelve months before these."),
    Column("value_12m_squares", "float", "Sum of the squares of the value of each."),
    Column("change_squares", "float", "Sum of the squares of each one's change between the years."),
    Column("overdue", "int", "Silent for more than twice as long as their own rhythm."),
    Column("with_rhythm", "int", "Bought on two days or more: a rhythm is known."),
    Column("unknown_higher", "int", "May stand higher: a rung above was never asked or answered."),
)
OVERDUE = 2  # times the own rhythm
# Rule that finds who is about to step off: on the second rung or higher, and silent so long.
LEAVING = f"rung_number >= 2 and days_since_order > {OVERDUE} * gap_days"


def movement(customers: ir.Table) -> ir.Table:
    """Return the movement between the rungs of the ladder within twelve months.

    Parameters
    ----------
    customers
        The customers table with the columns of `with_standing`.

    Returns
    -------
    Table
        One row per `rung_prior_number` (-1 for who had not bought by then) and `rung_number` that
        a customer who bought made or kept; see `LADDER`.
    """
    t = customers.filter(customers.rung_number.notnull())
    now, then = (t[name].cast("float64") for name in ("value_12m_amount", "value_prior_12m_amount"))
    silent = t.days_since_order.cast("float64") > t.gap_days * float(OVERDUE)
    t = t.mutate(
        rung_prior_number=ibis.coalesce(t.rung_prior_number, NOBODY_YET).cast("int64"),
        square=now * now,
        change_square=(now - then) * (now - then),
        late=ibis.coalesce(silent, False),
    )
    return t.group_by("rung_prior_number", "rung_number", "rung_prior", "rung").agg(
        customers=t.count().cast("int64"),
        value_12m_amount=total(t.value_12m_amount),
        value_prior_12m_amount=total(t.value_prior_12m_amount),
        value_12m_squares=t.square.sum(),
        change_squares=t.change_square.sum(),
        overdue=count_if(t.late),
        with_rhythm=t.gap_days.count().cast("int64"),
        unknown_higher=count_if(t.rungs_unknown != ""),
    )


def _movement(inputs: Mapping[str, ir.Table], _: BuildContext) -> ir.Table:
    return movement(inputs["customers"])


LADDER_MARTS = (
    Mart(
        name="ladder",
        owner="value",
        title=message("Ladder of loyalty"),
        grain=("rung_prior_number", "rung_number"),
        rebuild="whole",
        inputs=("customers",),
        columns=LADDER,
        compute=_movement,
        order_by=("rung_prior_number", "rung_number"),
        served=True,
    ),
)
