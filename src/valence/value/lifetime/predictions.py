"""Predictions stored when they are made, and scored when their time has come.

A fixed panel of customers keeps them bounded; a brand below its size has everybody in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from valence.core.days import months_before
from valence.core.messages import message
from valence.definitions.reading import published
from valence.lake.columns import ARROW, IBIS, Column
from valence.lake.marts import BuildContext, Inputs, Mart, Read
from valence.lake.portable import count_if, in_panel, ratio, total
from valence.value.lifetime.definition import LIFETIME_KIND, LifetimeDefinition
from valence.value.lifetime.marts import known_customers
from valence.value.orders import SALE

PANEL = 50_000  # customers whose predictions are kept
MONTHS = (3, 6, 12)
_KEPT_MONTHS = 36  # after which a prediction goes

PREDICTIONS = (
    Column("made_on", "day", "Day that it was made on: that of the fit."),
    Column("months", "int", "How far ahead it looks."),
    Column("until", "day", "Last day that it covers."),
    Column(
        "customer_id", "text", "The customer.", privacy="pseudonym", purpose="know the customer"
    ),
    Column("model", "text", "Model of buying."),
    Column("purchases", "float", "Purchase days foretold."),
    Column("value_amount", "amount", "Value foretold, not discounted."),
    Column("low_amount", "amount", "Lower end of its interval."),
    Column("high_amount", "amount", "Upper end of its interval."),
)
SCORES = (
    Column("made_on", "day", "Day that the predictions were made on."),
    Column("months", "int", "How far ahead they looked."),
    Column("model", "text", "Model of buying."),
    Column("until", "day", "Last day that they cover; scored when it is over, null before."),
    Column("customers", "int", "Customers of whom they tell."),
    Column("purchases_told", "float", "Purchase days foretold, in sum."),
    Column("purchases_came", "int", "Purchase days that came."),
    Column("value_told_amount", "amount", "Value foretold, in sum."),
    Column("value_came_amount", "amount", "Value that came."),
    Column("value_mae", "float", "Mean absolute error of the value, a customer."),
    Column("covered_share", "float", "Share of intervals that held the value; null without any."),
)
_SCHEMA = pa.schema([(column.name, ARROW[column.kind]) for column in PREDICTIONS])


def _predictions(
    inputs: Inputs, context: BuildContext, read: Read
) -> Iterator[pa.RecordBatch] | None:
    card = [row for batch in read(inputs["value_model"]) for row in batch.to_pylist()]
    before = inputs.get("predictions")
    made_on: date | None = card[0]["fitted_on"] if card else None
    if before is not None and made_on is not None:
        known = before.filter(before.made_on == made_on)
        if next(read(known.agg(n=known.count()))).to_pylist()[0]["n"]:
            return None
    return _all(inputs, context, read, card)


def _all(
    inputs: Inputs, context: BuildContext, read: Read, card: list[dict[str, Any]]
) -> Iterator[pa.RecordBatch]:
    """Yield what was foretold before and is not too old, then what is foretold now."""
    from valence.value.lifetime.fitting import Facts  # noqa: PLC0415 - scipy is heavy
    from valence.value.lifetime.scoring import (  # noqa: PLC0415 - as above
        Fitted,
        horizon_days,
        scored,
    )

    if (before := inputs.get("predictions")) is not None:
        yield from read(before.filter(before.until > months_before(context.as_of, _KEPT_MONTHS)))
    fitted = Fitted.of(card)
    # A fit of another day was made into predictions then: to look back now would be no prediction.
    if fitted.model is None or card[0]["fitted_on"] != context.as_of:
        return
    definition = published(context.definitions, LIFETIME_KIND, LifetimeDefinition)
    customers = known_customers(inputs, definition)
    n = next(read(customers.agg(n=customers.count()))).to_pylist()[0]["n"]
    if n > PANEL:
        customers = customers.filter(in_panel(customers.customer_id, PANEL / n))
    facts = Facts(inputs["order_facts"], customers, context.as_of, read)
    for months in MONTHS:
        ask = definition.model_copy(update={"horizon_months": months, "discount_rate": 0})
        until = context.as_of + timedelta(days=horizon_days(context.as_of, months))
        for batch in scored(facts, fitted, definition=ask):
            columns: Mapping[str, Any] = {
                "made_on": pa.array([context.as_of] * len(batch), pa.date32()),
                "months": pa.array([months] * len(batch), pa.int64()),
                "until": pa.array([until] * len(batch), pa.date32()),
                "customer_id": batch.column("customer_id"),
                "model": pa.array([fitted.name] * len(batch)),
                "purchases": batch.column("expected_purchases"),
                "value_amount": batch.column("worth_amount"),
                "low_amount": batch.column("worth_low_amount"),
                "high_amount": batch.column("worth_high_amount"),
            }
            yield pa.RecordBatch.from_pydict(dict(columns), schema=_SCHEMA)


def prediction_scores(predictions: ir.Table, orders: ir.Table, *, as_of: date) -> ir.Table:
    """Return what was foretold, and how those did whose time has come.

    Parameters
    ----------
    predictions
        As published; see `PREDICTIONS`.
    orders
        Order facts up to `as_of`.
    as_of
        Predictions that look beyond this day are not scored yet: null stands for what came.

    Returns
    -------
    Table
        One row per `made_on`, `months` and `model`; see `SCORES`.
    """
    waiting = predictions.filter(predictions.until > as_of)
    sums = waiting.group_by("made_on", "months", "model").agg(
        until=waiting.until.max(),
        customers=waiting.count().cast("int64"),
        purchases_told=waiting.purchases.sum(),
        value_told_amount=total(waiting.value_amount),
    )
    return _scored(predictions.filter(predictions.until <= as_of), orders).union(
        sums.select(
            *(
                sums[column.name]
                if column.name in sums.columns
                else ibis.null(IBIS[column.kind]).name(column.name)
                for column in SCORES
            )
        )
    )


def _scored(due: ir.Table, orders: ir.Table) -> ir.Table:
    """Return how predictions whose time has come did; see `SCORES`."""
    people = due.select("customer_id").distinct()
    o = orders.filter(orders.customer_id.notnull()).semi_join(people, "customer_id")
    days = o.group_by("customer_id", "ordered_on").agg(
        sales=count_if(o.kind == SALE), value_amount=total(o.value_amount)
    )
    key = due.select("customer_id", "made_on", "months", "until")
    seen = key.join(
        days,
        [
            key.customer_id == days.customer_id,
            days.ordered_on > key.made_on,
            days.ordered_on <= key.until,
        ],
    )
    came = seen.group_by("customer_id", "made_on", "months").agg(
        purchases_came=count_if(seen.sales > 0), value_came_amount=total(seen.value_amount)
    )
    t = due.left_join(came, ["customer_id", "made_on", "months"])
    value = ibis.coalesce(t.value_came_amount.cast("float64"), 0.0)
    low, high = t.low_amount.cast("float64"), t.high_amount.cast("float64")
    t = t.mutate(off=(t.value_amount.cast("float64") - value).abs(),
                 inside=(value >= low) & (value <= high))  # fmt: skip
    sums = t.group_by("made_on", "months", "model").agg(
        until=t.until.max(),
        customers=t.count().cast("int64"),
        purchases_told=t.purchases.sum(),
        purchases_came=ibis.coalesce(t.purchases_came.sum(), 0).cast("int64"),
        value_told_amount=total(t.value_amount),
        value_came_amount=total(t.value_came_amount),
        value_mae=t.off.mean(),
        within=count_if(t.inside),
        told=count_if(t.low_amount.notnull()),
    )
    sums = sums.mutate(covered_share=ratio(sums.within, sums.told))
    return sums.select(
        *(sums[column.name].cast(IBIS[column.kind]).name(column.name) for column in SCORES)
    )


def _scores(inputs: Inputs, context: BuildContext) -> ir.Table:
    return prediction_scores(inputs["predictions"], inputs["order_facts"], as_of=context.as_of)


PREDICTION_MARTS = (
    Mart(
        name="predictions",
        owner="value",
        title=message("Predictions as made"),
        grain=("made_on", "months", "customer_id"),
        rebuild="whole",
        inputs=("value_model", "order_facts", "customer_facts", "first_purchases"),
        columns=PREDICTIONS,
        score=_predictions,
        keeps=True,
        version=2,
        definitions=(LIFETIME_KIND,),
    ),
    Mart(
        name="prediction_scores",
        owner="value",
        title=message("Predictions against what came"),
        grain=("made_on", "months", "model"),
        rebuild="whole",
        inputs=("predictions", "order_facts"),
        columns=SCORES,
        compute=_scores,
        order_by=("made_on", "months"),
        served=True,
        version=3,
    ),
)
