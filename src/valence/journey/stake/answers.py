"""Value at stake, as the page, the command and the API tell of it: plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import ibis.expr.types as ir

from valence.core.errors import NotFoundError, did_you_mean
from valence.lake.portable import count_if
from valence.lake.reading import Tables

MART = "touchpoint_stake"
LABEL = "adjusted association"  # until an experiment proves it
TOLD = ("costs", "gains", "not told apart", "unlike before")  # verdicts with figures


@dataclass(frozen=True, slots=True)
class Stakes:
    """Every bad experience at every touchpoint, the costliest first."""

    rows: Sequence[dict[str, Any]]

    @property
    def told(self) -> list[dict[str, Any]]:
        """Those of which figures can be told."""
        return [row for row in self.rows if row["stake_amount"] is not None]

    @property
    def proven(self) -> list[dict[str, Any]]:
        """Those that cost value, as far as can be told without an experiment."""
        return [row for row in self.rows if row["verdict"] == "costs" and row["stake_amount"] > 0]


def stakes_of(tables: Tables, touchpoint: str = "") -> Stakes | None:
    """Return the value at stake, of all touchpoints or of one; None where it is not built.

    Raises
    ------
    NotFoundError
        If nothing bad can be told at the touchpoint, with the nearest one.
    """
    if not tables.has(MART):
        return None
    rows = tables.rows(tables.table(MART))
    if touchpoint:
        known = sorted({row["touchpoint"] for row in rows})
        if touchpoint not in known:
            raise NotFoundError(
                "No bad experience is known at the touchpoint {name!r}. {fix}",
                name=touchpoint,
                fix=did_you_mean(touchpoint, known),
            )
        rows = [row for row in rows if row["touchpoint"] == touchpoint]
    return Stakes(sorted(rows, key=_place))


def stake_at(tables: Tables, touchpoint: str, kind: str) -> dict[str, Any]:
    """Return the row of one bad experience at one touchpoint.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    found = stakes_of(tables, touchpoint)
    for row in () if found is None else found.rows:
        if row["kind"] == kind:
            return row
    raise NotFoundError(
        "At {touchpoint} there is no bad experience {kind!r}.", touchpoint=touchpoint, kind=kind
    )


def affected_customers(
    tables: Tables, touchpoint: str, kind: str, *, as_of: date | None
) -> ir.Table:
    """Return the customers who met a bad experience in the last 365 days.

    Returns
    -------
    Table
        One row per `customer_id`: `times` (int), `last_on` (day), `channel` (the first by
        alphabet), `value_before` (of the 12 months before the first such moment), `value_later`
        (since the last one).
    """
    t = tables.table("stake_moments")
    t = t.filter(t.touchpoint == touchpoint, t.kind == kind, t.bad)
    if as_of is not None:
        t = t.filter(t["on"] > as_of - timedelta(days=365))
    return t.group_by("customer_id").agg(
        times=count_if(t.bad),
        last_on=t["on"].max(),
        channel=t.channel.min(),
        value_before=t.value_365.argmin(t["on"]),
        value_later=t.later.argmax(t["on"]),
    )


def _place(row: dict[str, Any]) -> tuple[bool, float, str, str]:
    at_stake = row["stake_amount"]
    return (at_stake is None, -float(at_stake or 0), row["touchpoint"], row["kind"])
