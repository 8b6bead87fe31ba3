"""The value bridge: from one year's value to another's, by what each customer did between."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day, months_before
from valence.core.errors import BadInputError
from valence.lake.portable import ZERO, amount, count_if, given, ratio, total
from valence.value.days import order_days
from valence.value.orders import CANCELLED, SALE, order_facts

WINDOW = 12  # months of value at either end
NEW, GROWN, SHRUNK, REACTIVATED, LOST = "new", "grown", "shrunk", "reactivated", "lost"
UNCHANGED = "unchanged"
MOVES = (NEW, GROWN, SHRUNK, REACTIVATED, LOST, UNCHANGED)
NOBODY = "nobody"  # orders without a customer
ALL = "all"
_AMOUNTS = ("opening_amount", "change_amount", "closing_amount")
_COLUMNS = ("name", "move", "customers", *_AMOUNTS, "only_returns", "only_returns_amount")


def customer_moves(
    orders: ir.Table, *, as_of: date, since: date | None = None, table: ir.Table | None = None
) -> ir.Table:
    """Return what each customer brought in the twelve months up to two days, and what they did.

    Parameters
    ----------
    orders
        Orders or order facts.
    as_of
        The closing day; later orders are left out.
    since
        The opening day; by default twelve months before `as_of`.
    table
        `customers` of the closing day, where it is at hand: its columns are kept, so that a bridge
        can be told by them, and for the default opening day the orders are not read.

    Returns
    -------
    Table
        One row per customer with an order row up to `as_of`: `customer_id`, `move` (`new`: the
        first purchase lies after the opening day; `lost`: bought in the opening twelve months and
        not in the closing ones; `reactivated`: bought before, not in the opening twelve months,
        and in the closing ones; of all others `grown`, `shrunk` or `unchanged`, by value),
        `opening_amount`, `closing_amount`, `change_amount` (closing − opening), `only_returns`
        (bool, bought in neither twelve months).

    Raises
    ------
    BadInputError
        If the opening day is not before the closing day.
    """
    as_of, since = _days(as_of, since)
    if table is not None and since == months_before(as_of, WINDOW):
        return _moved(_of_trailing(table), since)
    t = _of_orders(orders, as_of, since)
    if table is not None:
        more = [name for name in table.columns if name not in t.columns]
        t = t.left_join(table.select("customer_id", *more), "customer_id")
        t = t.drop("customer_id_right")
    return _moved(t, since)


def bridge(
    orders: ir.Table,
    *,
    as_of: date,
    since: date | None = None,
    moves: ir.Table | None = None,
    by: Sequence[str] = (),
) -> ir.Table:
    """Return the bridge from the value of one year to that of another: it sums to the last digit.

    The changes of `new`, `grown`, `shrunk`, `reactivated` and `lost` lead from the opening value
    of all customers to their closing value, as every customer stands in one move. Both ends are
    made from the orders as they are known now: what came back later is taken off the opening too.

    Parameters
    ----------
    orders
        Orders or order facts; `order_days` of them are enough where `moves` is given.
    as_of, since
        Closing and opening day, as in `customer_moves`.
    moves
        `customer_moves` of the same days, where they are at hand.
    by
        Columns of `moves` that the bridge is told by as well, such as `tier`.

    Returns
    -------
    Table
        One row per `dimension` (`all`, and each of `by`), `name` (a value of that column; null for
        `all`, and where it is not known) and `move` with a customer: `customers`,
        `opening_amount`, `change_amount`, `closing_amount`; `only_returns` (int) and
        `only_returns_amount`: those of them who bought in neither year, and what their change
        comes to. Where there are orders that name no customer, `all` has a row with the move
        `nobody`: with it both ends are the value of all orders.
    """
    as_of, since = _days(as_of, since)
    if moves is None:
        moves = customer_moves(orders, as_of=as_of, since=since)
    told = [_summed(moves, dimension) for dimension in (ALL, *by)]
    return ibis.union(*told, _of_nobody(order_days(orders, as_of=as_of), as_of, since))


def bridge_by(table: ir.Table, dimension: str) -> ir.Table:
    """Return one row for each name of a dimension: its whole bridge side by side.

    Returns
    -------
    Table
        `name`, `customers`, `opening_amount`, the change of each move (`new_amount`…),
        `closing_amount`, `change_amount`, `change_share` (of the opening value; null unless that
        is above 0).
    """
    t = table.filter((table.dimension == dimension) & (table.move != NOBODY))
    sums = t.group_by("name").agg(
        customers=t.customers.sum().cast("int64"),
        opening_amount=total(t.opening_amount),
        **{f"{m}_amount": total(t.change_amount, where=t.move == m) for m in MOVES[:-1]},
        closing_amount=total(t.closing_amount),
        change_amount=total(t.change_amount),
    )
    grew = ratio(sums.change_amount, sums.opening_amount)
    return sums.mutate(change_share=(sums.opening_amount > ZERO).ifelse(grew, ibis.null("float64")))


def _days(as_of: date, since: date | None) -> tuple[date, date]:
    as_of = as_day(as_of)
    since = months_before(as_of, WINDOW) if since is None else as_day(since)
    if since >= as_of:
        raise BadInputError(
            "A bridge leads from a day to a later one, not from {since} to {as_of}.",
            since=since,
            as_of=as_of,
        )
    return as_of, since


def _within(day: ir.DateValue, end: date) -> ir.BooleanValue:
    return (day > months_before(end, WINDOW)) & (day <= end)


def _of_trailing(table: ir.Table) -> ir.Table:
    t = given(table, "customer_id", "value_12m_amount", "value_prior_12m_amount")
    return t.mutate(
        opening_orders=t.orders_prior_12m,
        closing_orders=t.orders_12m,
        opening_amount=t.value_prior_12m_amount,
        closing_amount=t.value_12m_amount,
    )


def _of_orders(orders: ir.Table, as_of: date, since: date) -> ir.Table:
    t = order_facts(orders, as_of=as_of)
    t = t.filter(t.customer_id.notnull() & (t.kind != CANCELLED))
    bought = t.kind == SALE
    opening, closing = (_within(t.ordered_on, end) for end in (since, as_of))
    return t.group_by("customer_id").agg(
        first_order_on=t.ordered_on.min(where=bought),
        opening_orders=count_if(bought & opening),
        closing_orders=count_if(bought & closing),
        opening_amount=total(t.value_amount, where=opening),
        closing_amount=total(t.value_amount, where=closing),
    )


def _moved(t: ir.Table, since: date) -> ir.Table:
    was, now = t.opening_orders > 0, t.closing_orders > 0
    move = ibis.cases(
        (now & (t.first_order_on > since), NEW),
        (was & ~now, LOST),
        (now & ~was, REACTIVATED),
        (t.closing_amount > t.opening_amount, GROWN),
        (t.closing_amount < t.opening_amount, SHRUNK),
        else_=UNCHANGED,
    )
    t = t.mutate(
        move=move,
        change_amount=amount(t.closing_amount - t.opening_amount),
        only_returns=~was & ~now,
    )
    return t.drop("opening_orders", "closing_orders")


def _summed(moves: ir.Table, dimension: str) -> ir.Table:
    name = ibis.null("string") if dimension == ALL else moves[dimension].cast("string")
    t = moves.select("move", "only_returns", *_AMOUNTS, name=name)
    # Customers without value at either end are in no bar: they would only pad the counts.
    t = t.filter((t.move != UNCHANGED) | (t.opening_amount != ZERO))
    sums = t.group_by("name", "move").agg(
        customers=t.count().cast("int64"),
        **{each: total(t[each]) for each in _AMOUNTS},
        only_returns=count_if(t.only_returns),
        only_returns_amount=total(t.change_amount, where=t.only_returns),
    )
    return sums.select(*_COLUMNS, dimension=ibis.literal(dimension))


def _of_nobody(days: ir.Table, as_of: date, since: date) -> ir.Table:
    t = days.filter(~days.named)
    t = t.mutate(opening=_within(t.ordered_on, since), closing=_within(t.ordered_on, as_of))
    t = t.filter(t.opening | t.closing)
    sums = t.group_by(move=ibis.literal(NOBODY)).agg(
        opening_amount=total(t.value_amount, where=t.opening),
        closing_amount=total(t.value_amount, where=t.closing),
    )
    none = ibis.literal(0, "int64")
    sums = sums.mutate(
        name=ibis.null("string"),
        customers=none,
        change_amount=amount(sums.closing_amount - sums.opening_amount),
        only_returns=none,
        only_returns_amount=ZERO,
    )
    return sums.select(*_COLUMNS, dimension=ibis.literal(ALL))
