"""Lifetime value in a notebook: from a table of orders to what each customer is worth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from pydantic import ValidationError

from valence.core.days import as_day, months_before
from valence.core.errors import BadInputError
from valence.definitions.reading import faults_of
from valence.lake.portable import given
from valence.value.facts import customer_facts
from valence.value.lifetime import card
from valence.value.lifetime.candidates import model_named
from valence.value.lifetime.covariates import with_first
from valence.value.lifetime.definition import LifetimeDefinition
from valence.value.lifetime.first_purchases import first_purchases
from valence.value.lifetime.fitting import Facts, model_card
from valence.value.lifetime.scoring import WORTH_SCHEMA, Fitted, scored
from valence.value.orders import order_facts
from valence.value.trailing import with_trailing

# Of customer facts, what models read.
_READ = (
    "customer_id", "purchase_days", "active_months", "first_order_on", "last_order_on",
    "first_channel", "value_amount", "orders_12m", "orders_prior_12m",
)  # fmt: skip
_FIRST = ("first_product", "first_category")


def clv(  # noqa: PLR0913 - what may be asked, each by its name
    orders: ir.Table,
    *,
    as_of: date,
    model: str = "auto",
    horizon_months: int = 12,
    discount_rate: float = 0.1,
    interval: float = 0.9,
    covariates: Sequence[str] = (),
    lines: ir.Table | None = None,
) -> ir.Table:
    """Return what each customer is expected to bring from a day on, and how sure that is.

    Orders are reduced by the engine that holds them; models are fitted and scored in memory.

    Parameters
    ----------
    orders
        Orders, order facts, or a DataFrame with `customer_id`, `ordered_on`, `net_amount`.
    as_of
        Later orders are left out; worth begins the day after.
    model
        bg-nbd, mbg-nbd, pareto-nbd or bg-bb (months as occasions, up to the last whole one); auto
        takes the one of the first three that foretold the last 26 weeks best.
    horizon_months
        Months that worth covers, 1 to 60.
    discount_rate
        A year's discount, 0 to 1.
    interval
        How sure the interval is, between 0.5 and 1.
    covariates
        What of the first purchase may shape how customers buy: first_channel, first_season (of
        the year), first_product, first_category. With auto, the model has them only if it then
        foretells the last 26 weeks better by more than a standard error; a model that is named
        has them. Each is told by its commonest levels.
    lines
        Order lines with `customer_id`, `ordered_on`, `product_id`, `net_amount` and perhaps
        `category`, on the engine of the orders: for first_product and first_category.

    Returns
    -------
    Table
        One row per customer with a purchase, in memory: `customer_id` (text),
        `alive_probability`, `expected_purchases` (float), `expected_spend_amount`,
        `worth_amount`, `worth_low_amount`, `worth_high_amount` (money of the orders, null where no
        model could be relied on: `clv_model` says why), `course_book_amount` (null below two years
        of orders).

    Raises
    ------
    BadInputError
        If there is no such model or covariate, a setting is out of its range, a column is missing,
        or a covariate is of lines and there are none.

    Notes
    -----
    See `valence.value.models` for the sources of the models.
    """
    definition = _definition(model, horizon_months, discount_rate, interval, covariates)
    with _facts(orders, as_of, definition, lines) as facts:
        fitted = Fitted.of(_card(facts, definition).to_pylist())
        batches = scored(facts, fitted, definition=definition)
        return ibis.memtable(pa.Table.from_batches(batches, schema=WORTH_SCHEMA))


def clv_model(  # noqa: PLR0913 - as above
    orders: ir.Table,
    *,
    as_of: date,
    model: str = "auto",
    discount_rate: float = 0.1,
    interval: float = 0.9,
    holdout_weeks: int = 26,
    covariates: Sequence[str] = (),
    lines: ir.Table | None = None,
) -> ir.Table:
    """Return the model card: parameters, backtest, and what a reader has to know.

    Parameters
    ----------
    orders, as_of, model, discount_rate, interval, covariates, lines
        As for `clv`.
    holdout_weeks
        Last weeks that the models must foretell without seeing them, 4 to 104.

    Returns
    -------
    Table
        In memory; see `valence.value.lifetime.foretold.CARD`. `kind` is `model`, `parameter`
        (`value`, its standard error in `other`), `covariate` (the level that the effects of
        others are against), `error`, `coverage`, `week`, `frequency`, `setting` or `note`
        (`said`: the sentence as JSON). Times are in weeks.

    Raises
    ------
    BadInputError
        As for `clv`.
    """
    definition = _definition(model, 12, discount_rate, interval, covariates, holdout_weeks)
    with _facts(orders, as_of, definition, lines) as facts:
        return ibis.memtable(pa.Table.from_batches([_card(facts, definition)]))


def _definition(
    model: str,
    months: int,
    discount_rate: float,
    interval: float,
    covariates: Sequence[str],
    weeks: int = 26,
) -> LifetimeDefinition:
    if model != "auto":
        model_named(model)
    try:
        return LifetimeDefinition.model_validate(
            {
                "model": model,
                "horizon_months": months,
                "discount_rate": Decimal(str(discount_rate)),
                "interval": interval,
                "holdout_weeks": weeks,
                "covariates": tuple(covariates),
            }
        )
    except ValidationError as wrong:
        raise BadInputError(
            "Worth cannot be foretold so: {faults}.", faults=faults_of(wrong)
        ) from wrong


@contextmanager
def _facts(
    orders: ir.Table, as_of: date, definition: LifetimeDefinition, lines: ir.Table | None
) -> Iterator[Facts]:
    """Give what a fit needs, read by the backend that holds the orders."""
    as_of = as_day(as_of)
    orders = given(orders, "customer_id", "ordered_on")
    _refuse_several_currencies(orders)
    seen = order_facts(orders, as_of=as_of)
    seen = seen.mutate(customer_id=seen.customer_id.cast("string"))
    customers = customer_facts(seen, before=months_before(as_of, 12))
    customers = with_trailing(customers, seen, as_of=as_of).select(*_READ)
    if definition.of_lines:
        if lines is None:
            raise BadInputError(
                "What the first purchase was of stands in the lines of orders: give them as "
                "`lines`, or leave {names} out of the covariates.",
                names=" and ".join(name for name in _FIRST if name in definition.covariates),
            )
        lines = given(lines, "customer_id")
        lines = lines.mutate(customer_id=lines.customer_id.cast("string"))
        customers = with_first(customers, first_purchases(lines, customers))
    # Kept by the backend for as long as it is read: several reductions rest on it.
    with customers.cache() as kept:
        yield Facts(seen, kept, as_of, lambda table: iter(table.to_pyarrow_batches()))


def _refuse_several_currencies(orders: ir.Table) -> None:
    if "currency" not in orders.columns:
        return
    named = orders.filter(orders.currency.notnull()).select("currency").distinct()
    found = sorted(named.order_by("currency").limit(5).to_pyarrow()["currency"].to_pylist())
    if len(found) > 1:
        raise BadInputError(
            "The orders are in several currencies ({currencies}), and worth is told in one. "
            "Convert the amounts, or keep one currency: "
            "`orders.filter(orders.currency == {first!r})`.",
            currencies=", ".join(found),
            first=found[0],
        )


def _card(facts: Facts, definition: LifetimeDefinition) -> pa.RecordBatch:
    rows, cut = model_card(facts, definition)
    return card.batch(rows, fitted_on=facts.as_of, cut_on=cut)
