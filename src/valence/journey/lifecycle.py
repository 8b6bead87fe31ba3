"""Lifecycle: who is new, returns, comes back after a gap, and falls silent, period by period."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day
from valence.journey.retention import (
    Period,
    checked_period,
    last_complete,
    number_of,
    period_number,
    period_start,
)
from valence.lake.portable import count_if, given

STATES = ("new", "returning", "resurrected", "dormant")


def lifecycle(rows: ir.Table, *, as_of: date, period: Period = "week") -> ir.Table:
    """Return how many customers were in which state in each period.

    In a period with a row a customer is *new* if it is the first of all, *returning* if the period
    before had one too, else *resurrected*. *Dormant* in a period are those without a row who had
    one in the period before: they have just fallen silent.

    Parameters
    ----------
    rows
        Rows with `customer_id` and `on` (day), such as steps. Rows of nobody are left out.
    as_of
        Later rows are left out.
    period
        `day`, `week` (from Monday) or `month`.

    Returns
    -------
    Table
        One row per period in which anybody is in any state, up to that of the day: `period_on`
        (day, its first), `new`, `returning`, `resurrected`, `dormant` (int, customers), `active`
        (int, the first three), `complete` (bool, whether it had ended by the day: before, some
        dormant ones may still come).
    """
    as_of = as_day(as_of)
    t = given(rows, "customer_id", "on")
    t = t.filter(t.customer_id.notnull(), t["on"] <= as_of)
    t = t.mutate(_period=period_number(t["on"], checked_period(period)))
    t = t.group_by("customer_id", "_period").agg()
    over = {"group_by": t.customer_id, "order_by": t._period}
    t = t.mutate(_before=t._period.lag().over(**over), _after=t._period.lead().over(**over))
    came = t.group_by("_period").agg(
        new=count_if(t._before.isnull()),
        returning=count_if(t._before == t._period - 1),
        resurrected=count_if(t._before < t._period - 1),
    )
    silent = t.filter(t._after.isnull() | (t._after > t._period + 1))
    silent = silent.mutate(_period=silent._period + 1)
    silent = silent.filter(silent._period <= number_of(as_of, period))
    silent = silent.group_by("_period").agg(dormant=silent.count().cast("int64"))
    both = came.outer_join(silent, "_period")
    nobody = ibis.literal(0, "int64")
    both = both.select(
        _number=ibis.coalesce(both._period, both._period_right),
        **{name: ibis.coalesce(both[name], nobody) for name in STATES},
    )
    return both.select(
        *STATES,
        period_on=period_start(both._number, period),
        active=both.new + both.returning + both.resurrected,
        complete=both._number <= last_complete(as_of, period),
    )
