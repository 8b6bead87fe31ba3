"""The ladder of loyalty: on which of its seven rungs each customer stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day
from valence.core.errors import BadInputError
from valence.core.rules import annotate, compile_rule
from valence.lake.columns import IBIS
from valence.value.ladder_definition import ASKS, CATALOG, OFF, SAID, LadderDefinition, Rung

DEFAULT = LadderDefinition()


def with_ladder(
    customers: ir.Table,
    *,
    as_of: date,
    definition: LadderDefinition = DEFAULT,
    among: ir.Table | None = None,
) -> ir.Table:
    """Return customers with their rung.

    Parameters
    ----------
    customers
        One row per customer with what the rules ask, see `ASKS`; what is not there is missing.
        Added are `order_level`, the customer's mean purchase over that of all, and `categories`:
        `breadth`, where it does not count products for want of categories.
    as_of
        The day that the columns stand for.
    definition
        The rungs and their rules.
    among
        The customers that `order_level` is measured against: these, unless given.

    Returns
    -------
    Table
        The same rows and columns, and `rung` (text; `off` for who bought but is not on the
        ladder, null for who never bought), `rung_number` (int, 0 for `off`, 1 for the lowest
        rung), `rungs_unknown` (text, the rungs above the own one that nobody can tell, since what
        their rules ask was never answered: `buys_only_here, recommends`).
    """
    as_of = as_day(as_of)
    t = with_categories(with_order_level(customers, customers if among is None else among))
    missing = {n: ibis.null(IBIS[k]) for n, k in ASKS.items() if n not in t.columns}
    rules = {"_on": compile_rule(definition.on_it, CATALOG)}
    rules |= {f"_rung_{n}": compile_rule(r.rule, CATALOG) for n, r in _numbered(definition)}
    t = annotate(t.mutate(**missing), rules, as_of=as_of)
    number = ibis.literal(0, "int64")
    for n, _ in _numbered(definition):
        number = (t[f"_rung_{n}"]).ifelse(ibis.literal(n, "int64"), number)
    number = t["_on"].ifelse(number, ibis.literal(0, "int64"))
    number = (t.orders > 0).ifelse(number, ibis.null("int64"))
    t = t.mutate(rung_number=number)
    names = [(0, OFF), *((n, rung.name) for n, rung in _numbered(definition))]
    unknown = ibis.literal("")
    for n, rung in _numbered(definition):
        if asked := sorted(compile_rule(rung.rule, CATALOG).names & SAID.keys()):
            blank = ibis.and_(*(t[name].isnull() for name in asked)) & (t.rung_number < n)
            unknown = unknown.concat(blank.ifelse(f", {rung.name}", ""))
    t = t.mutate(
        rung=t.rung_number.cases(*names, else_=ibis.null("string")),
        rungs_unknown=(t.rung_number.notnull()).ifelse(unknown.substr(2), ibis.null("string")),
    )
    return t.drop(*rules, *missing, *({"categories"} & set(t.columns) - set(customers.columns)))


def a_year_before(customers: ir.Table) -> ir.Table:
    """Return customers as they stood twelve months before, for `with_ladder`.

    Parameters
    ----------
    customers
        Customer facts with the columns of `trailing`, and of `customer_voice` as far as known.

    Returns
    -------
    Table
        One row per customer who had bought by then, with what is known of that day of `ASKS`.
    """
    t = customers
    said = {name: t[f"{name}_prior"] for name in SAID if f"{name}_prior" in t.columns}
    before = t.select(
        "customer_id",
        orders=t.orders - t.orders_12m,
        orders_12m=t.orders_prior_12m,
        breadth=t.breadth_prior,
        breadth_of=t.breadth_of,
        gross_amount=(t.gross_amount - t.gross_12m_amount).cast(IBIS["amount"]),
        value_12m_amount=t.value_prior_12m_amount,
        **said,
    )
    return before.filter(before.orders > 0)


def with_order_level(customers: ir.Table, among: ir.Table) -> ir.Table:
    """Add `order_level`: the customer's mean purchase over the mean of all purchases."""
    needs = {"gross_amount", "orders"}
    if "order_level" in customers.columns or not needs <= set(customers.columns):
        return customers
    own = customers.gross_amount.cast("float64") / customers.orders.nullif(0).cast("float64")
    # Sums of money are exact in decimals, so that the mean is the same on every engine.
    everyone = among.agg(gross=among.gross_amount.sum(), orders=among.orders.sum())
    mean = everyone.gross.as_scalar().cast("float64") / everyone.orders.as_scalar().cast("float64")
    return customers.mutate(order_level=own / mean.nullif(0.0))


def with_categories(customers: ir.Table) -> ir.Table:
    """Add `categories`: how many a customer bought of, null where only products are known."""
    if "categories" in customers.columns or "breadth" not in customers.columns:
        return customers
    if "breadth_of" not in customers.columns:
        return customers.mutate(categories=customers.breadth)
    counts = customers.breadth_of.isin(["categories", "mixed"])
    return customers.mutate(categories=counts.ifelse(customers.breadth, ibis.null("int64")))


def order_of(definition: LadderDefinition, name: str) -> int:
    """Return the number of a rung, 0 for `off`.

    Raises
    ------
    BadInputError
        If there is no such rung.
    """
    names: Sequence[str] = [OFF, *(rung.name for rung in definition.rungs)]
    if name not in names:
        raise BadInputError(
            "There is no rung {name!r}. The rungs are: {names}.", name=name, names=", ".join(names)
        )
    return names.index(name)


def _numbered(definition: LadderDefinition) -> list[tuple[int, Rung]]:
    return list(enumerate(definition.rungs, start=1))
