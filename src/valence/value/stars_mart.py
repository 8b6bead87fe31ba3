"""The published early stars: new customers with the probability to become of high value."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from valence.core.messages import message
from valence.lake.columns import ARROW, Column
from valence.lake.marts import BuildContext, Inputs, Mart, Read, rows_read
from valence.lake.portable import in_panel
from valence.value.early_stars import WEEKS_DAYS, YEAR_DAYS, first_weeks
from valence.value.refit import as_many, not_due

if TYPE_CHECKING:
    from valence.value.models.model import Floats
    from valence.value.star_model import FirstWeeks

MOST = 100_000  # customers that the model learns from
REFIT_DAYS = 28  # after so many, another month of customers has a whole first year
_GROWN = 1.05  # times the customers with a whole first year: others than it was learned from
_INTERCEPT, _CHANNEL = "intercept", "channel:"
_SURE = 500.0  # log-odds, beyond which the exponential has no number
_CUSTOMER = Column(
    "customer_id", "text", "The customer.", privacy="pseudonym", purpose="know the customer"
)
FIRST_WEEKS = (
    _CUSTOMER,
    Column("first_order_on", "day", "Day of the first purchase."),
    Column("first_channel", "text", "Channel of it."),
    Column("first_amount", "amount", "Bought on that day, before returns."),
    Column("weeks_days", "int", "Days with a purchase in the 28 days after it."),
    Column("weeks_amount", "amount", "Value of the first 28 days."),
    Column("weeks_returned_share", "float", "Share of what was bought in them that came back."),
    Column("weeks_discount_share", "float", "Discount on what was bought in them."),
    Column("weeks_channels", "int", "Channels used in them."),
    Column("year_amount", "amount", "Value of the first 365 days, as far as they have passed."),
)
STARS = (
    Column("number", "int", "Order of the rows."),
    Column("kind", "text", "customer, tenth (of the test), figure or weight (of the model)."),
    Column("learned_on", "day", "Day that the model was learned on; null for customers."),
    Column("customer_id", "text", "The new customer.", privacy="pseudonym",
           purpose="know the customer"),
    Column("name", "text", "What a figure or a weight is of."),
    Column("value", "float", "Probability to become of high value; of a tenth, what was foretold."),
    Column("other", "float", "Of a tenth, the share that became so."),
    Column("age_days", "int", "Days since the first purchase."),
    Column("weeks_days", "int", "Days with a purchase in the first 28 days, after the first."),
    Column("weeks_amount", "amount", "Value of the first 28 days."),
    Column("year_amount", "amount", "Value so far, of the first 365 days."),
    Column("reached", "bool", "Of high value already: nothing is left to foretell."),
)  # fmt: skip
_SCHEMA = pa.schema([(column.name, ARROW[column.kind]) for column in STARS])


def _first_weeks(inputs: Inputs, context: BuildContext) -> ir.Table:
    return first_weeks(inputs["order_facts"], inputs["customer_facts"], as_of=context.as_of)


def _stars(inputs: Inputs, context: BuildContext, read: Read) -> Iterator[pa.RecordBatch]:
    t = inputs["first_weeks"]
    # Of the day of the build, so not of a mart that is patched by customer.
    age = ibis.literal(context.as_of).delta(t.first_order_on, unit="day").cast("int64")
    t = t.mutate(age_days=age)
    old, young = t.filter(t.age_days > YEAR_DAYS), t.filter(t.age_days <= YEAR_DAYS)
    n = rows_read(old.agg(n=old.count()), read)[0]["n"]
    told = _kept(inputs, context, read, n)
    if told is None:
        told = _learned(old, n, context, read)
    if not told:
        return
    yield pa.RecordBatch.from_pylist(told, schema=_SCHEMA)
    yield from _foretold(young.filter(young.age_days >= WEEKS_DAYS), told, read)


def _kept(inputs: Inputs, context: BuildContext, read: Read, n: int) -> list[dict[str, Any]] | None:
    """Return what was learned last, where it is neither due nor of other customers than now."""
    if "early_stars" not in inputs:
        return None
    before = inputs["early_stars"]
    told = rows_read(before.filter(before.kind != "customer").order_by("number"), read)
    then = next((row["value"] for row in told if row["name"] == "grown"), None)
    if then is None or not not_due(told[0]["learned_on"], context.as_of, REFIT_DAYS):
        return None
    return told if as_many(int(then), n, _GROWN) else None


def _learned(old: ir.Table, n: int, context: BuildContext, read: Read) -> list[dict[str, Any]]:
    """Return what customers with a whole first year teach; empty where they are too few."""
    from valence.value import star_model as m  # noqa: PLC0415 - scipy is heavy

    if n > MOST:
        old = old.filter(in_panel(old.customer_id, MOST / n))
    grown = _table(read, old)
    if len(grown) < m.FEWEST:
        return []
    weeks, value = _weeks(grown), _floats(grown, "year_amount")
    limit = float(np.quantile(value, 1 - m.TOP))
    star = value > limit
    if not star.any():
        return []
    first = -_floats(grown, "age_days")
    test = m.try_stars(weeks, star, first)
    fitted = m.learned(weeks, star, first)
    intercept, weights = fitted.plain()
    figures = {
        "auc": test.auc, "brier": test.brier, "brier_naive": test.brier_naive,
        "customers": test.customers, "stars": test.stars, "limit": limit,
        "learned_from": len(star), "grown": n,
    }  # fmt: skip
    names = [*m.NUMBERS, *(_CHANNEL + channel for channel in fitted.channels)]
    rows: list[dict[str, Any]] = [
        {"kind": "tenth", "value": float(told), "other": float(came)}
        for told, came in zip(test.told, test.came, strict=True)
    ]
    rows += [
        {"kind": "figure", "name": name, "value": float(figure) if isfinite(figure) else None}
        for name, figure in figures.items()
    ]
    rows += [
        {"kind": "weight", "name": name, "value": float(weight)}
        for name, weight in zip((_INTERCEPT, *names), (intercept, *weights), strict=True)
    ]
    of_all = {"learned_on": context.as_of}
    return [{**row, **of_all, "number": number} for number, row in enumerate(rows)]


def _foretold(young: ir.Table, told: list[dict[str, Any]], read: Read) -> Iterator[pa.RecordBatch]:
    """Give new customers with their probability, which the engine works out."""
    weights = {row["name"]: row["value"] for row in told if row["kind"] == "weight"}
    limit = next(row["value"] for row in told if row.get("name") == "limit")
    score = ibis.literal(weights.pop(_INTERCEPT))
    for name, weight in weights.items():
        score += _feature(young, name) * weight
    score = score.clip(-_SURE, _SURE)
    new = young.select(
        "customer_id", "age_days", "weeks_days", "weeks_amount", "year_amount",
        value=1.0 / ((-score).exp() + 1.0),
        reached=young.year_amount.cast("float64") > limit,
    )  # fmt: skip
    number = len(told)
    for batch in read(new.order_by("customer_id")):  # one order on every engine
        known = {
            **{name: batch.column(name) for name in batch.schema.names},
            "number": pa.array(np.arange(number, number + batch.num_rows)),
            "kind": pa.repeat("customer", batch.num_rows),
        }
        number += batch.num_rows
        columns = [
            known[field.name].cast(field.type)
            if field.name in known
            else pa.nulls(batch.num_rows, field.type)
            for field in _SCHEMA
        ]
        yield pa.RecordBatch.from_arrays(columns, schema=_SCHEMA)


def _feature(t: ir.Table, name: str) -> ir.FloatingValue:
    """One feature as `FirstWeeks.features` has it, in the engine."""
    from valence.value.star_model import SHARES  # noqa: PLC0415 - scipy is heavy

    if name.startswith(_CHANNEL):
        same = ibis.coalesce(t.first_channel, "") == name.removeprefix(_CHANNEL)
        return same.ifelse(1.0, 0.0)
    known = ibis.coalesce(t[name].cast("float64"), 0.0)
    return known.clip(0.0, 1.0) if name in SHARES else (known.clip(0.0) + 1.0).ln()


def _table(read: Read, table: ir.Table) -> pa.Table:
    """Read all rows, in one order on every engine: sums of floats and the test's halves need it.

    By what customers did, not by their ids: those are drawn anew where data are imported anew.
    """
    by = ("first_order_on", "first_amount", "weeks_amount", "weeks_days", "year_amount")
    batches = list(read(table.order_by(*by, "customer_id")))
    return pa.Table.from_batches(batches, None if batches else table.schema().to_pyarrow())


def _weeks(table: pa.Table) -> FirstWeeks:
    from valence.value.star_model import FirstWeeks  # noqa: PLC0415 - scipy is heavy

    return FirstWeeks(
        _floats(table, "first_amount"),
        _floats(table, "weeks_days"),
        _floats(table, "weeks_amount"),
        _floats(table, "weeks_returned_share"),
        _floats(table, "weeks_discount_share"),
        _floats(table, "weeks_channels"),
        table.column("first_channel").fill_null("").to_pylist(),
    )


def _floats(table: pa.Table, name: str) -> Floats:
    column: Floats = np.asarray(table.column(name).cast(pa.float64()).to_numpy(), dtype=float)
    return np.nan_to_num(column)


STAR_MARTS = (
    Mart(
        name="first_weeks",
        owner="value",
        title=message("First weeks of each customer"),
        grain=("customer_id",),
        rebuild="customer",
        inputs=("order_facts", "customer_facts"),
        columns=FIRST_WEEKS,
        compute=_first_weeks,
        order_by=("customer_id",),
        version=2,
    ),
    Mart(
        name="early_stars",
        owner="value",
        title=message("Early stars"),
        grain=("number",),
        rebuild="whole",
        inputs=("first_weeks",),
        columns=STARS,
        score=_stars,
        served=True,
        version=4,
    ),
)
