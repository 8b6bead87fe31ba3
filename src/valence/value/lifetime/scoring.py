"""Score customers: what each is foretold over the horizon, by the models of the card."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from valence.core.days import months_before
from valence.lake.columns import ARROW
from valence.value.lifetime.candidates import MODELS
from valence.value.lifetime.covariates import NONE, Encoding, bases_of, plain
from valence.value.lifetime.definition import DEFAULT, LifetimeDefinition
from valence.value.lifetime.evaluate import UNIT_DAYS
from valence.value.lifetime.fitting import Facts, monthly_histories
from valence.value.lifetime.foretold import WORTH
from valence.value.lifetime.histories import of_customers
from valence.value.lifetime.holdout import without_infinite
from valence.value.models.bg_bb import BgBb
from valence.value.models.forecast import Customers, forecast
from valence.value.models.gamma_gamma import ConstantSpend, GammaGamma
from valence.value.models.model import Fit, Floats, PurchaseModel

AT_ONCE = 1_000_000  # customers: the more together, the more share a history
_MONTH = 365.25 / 12  # days
_HISTORY = ("frequency", "recency", "age", "age_days", "purchases", "value_amount")
WORTH_SCHEMA = pa.schema([(column.name, ARROW[column.kind]) for column in WORTH])


@dataclass(frozen=True, slots=True)
class Fitted:
    """The models of a card, ready to score; `model` is None where none is usable.

    Where the card knows of no spend, purchases are foretold without a value.
    """

    model: PurchaseModel | None
    spend: GammaGamma | ConstantSpend
    lifespan_years: float | None
    encoding: Encoding = NONE
    name: str = ""  # of the model as the card has it

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> Fitted:
        """Return them from the rows of a card."""
        rows = sorted(rows, key=lambda row: row["number"])
        parameters = [row for row in rows if row["kind"] == "parameter"]
        chosen = [row for row in parameters if row["chosen"]]
        model = None
        if chosen:
            model = MODELS[plain(chosen[0]["model"])].of(*(row["value"] for row in chosen))
        years = [row["value"] for row in rows if row["name"] == "lifespan_years"]
        encoding = Encoding.of((row["name"] for row in chosen), bases_of(rows))
        name = chosen[0]["model"] if chosen else ""
        return cls(model, _spend_of(parameters), years[0] if years else None, encoding, name)


def _spend_of(parameters: Sequence[Mapping[str, Any]]) -> GammaGamma | ConstantSpend:
    """Return the model of spend; where nobody has spent, one of an unknown amount."""
    known = {r["name"]: r["value"] for r in parameters if r["model"] == "gamma-gamma"}
    if known:
        return GammaGamma.of(*(known[name] for name in GammaGamma.parameters))
    amounts = (row["value"] for row in parameters if row["model"] == "constant-spend")
    amount = next(amounts, None)
    unknown = Fit((), np.nan, 0.0, converged=True)
    return ConstantSpend(np.nan if amount is None else amount, unknown)


def horizon_days(as_of: date, months: int) -> int:
    """Return how many days the horizon has."""
    ahead = as_of
    # The day whose `months_before` is this one; the calendar's short months make it a search.
    ahead += timedelta(days=round(months * _MONTH))
    while months_before(ahead, months) < as_of:
        ahead += timedelta(days=1)
    while months_before(ahead, months) > as_of:
        ahead -= timedelta(days=1)
    return (ahead - as_of).days


def scored(
    facts: Facts, fitted: Fitted, *, definition: LifetimeDefinition = DEFAULT
) -> Iterator[pa.RecordBatch]:
    """Yield what each customer with a purchase is foretold; see `WORTH`.

    Parameters
    ----------
    facts
        Customers up to the day, and their orders; see `with_first` where covariates are of lines.
    fitted
        Models fitted before.
    definition
        Horizon, discount and interval.
    """
    keys = fitted.encoding.keys
    monthly = isinstance(fitted.model, BgBb)
    unit = _MONTH if monthly else UNIT_DAYS
    horizon = horizon_days(facts.as_of, definition.horizon_months)
    for table in _together(facts.read(_histories(facts, fitted))):
        x, recency, age, days, purchases, value, *z = (
            np.asarray(table.column(name).to_numpy(), dtype=float) for name in (*_HISTORY, *keys)
        )
        years = np.maximum(days / 365.25, 1.0)
        course = value / years * fitted.lifespan_years if fitted.lifespan_years else None
        # Here rather than in the engine: to Spark 7.0 is a decimal, and so would be the quotient.
        scale = 1.0 if monthly else UNIT_DAYS
        known = Customers(
            x,
            recency / scale,
            age / scale,
            purchases,
            value / purchases,
            np.stack(z, axis=1) if z else None,
        )
        told = _told(fitted, known, horizon, unit, definition)
        columns = [table.column("customer_id").combine_chunks(), *told, _money(course, len(x))]
        yield pa.RecordBatch.from_arrays(
            [column.cast(kind) for column, kind in zip(columns, WORTH_SCHEMA.types, strict=True)],
            schema=WORTH_SCHEMA,
        )


def _histories(facts: Facts, fitted: Fitted) -> ir.Table:
    """Return what the model reads of each customer: times in days, or for BG/BB in months."""
    t = of_customers(facts.customers, as_of=facts.as_of, encoding=fitted.encoding)
    t = t.mutate(value_amount=t.value_amount.cast("float64"))
    if isinstance(fitted.model, BgBb):
        # All months count for what one is worth, also the one that still runs.
        bought = facts.customers.select("customer_id", purchases="active_months")
        t = t.select("customer_id", "age_days", "value_amount").join(bought, "customer_id")
        t = t.join(monthly_histories(facts), "customer_id")
    else:
        t = t.mutate(recency=t.recency_days, age=t.age_days, purchases=t.frequency + 1)
    return t.select("customer_id", *_HISTORY, *fitted.encoding.keys)


def _told(
    fitted: Fitted, known: Customers, days: int, unit: float, definition: LifetimeDefinition
) -> Sequence[pa.Array]:
    n = len(known.frequency)
    if fitted.model is None:
        return [pa.nulls(n)] * 6
    told = forecast(
        fitted.model,
        fitted.spend,
        known,
        t=days / unit,
        interval=definition.interval,
        discount=float(definition.discount_rate),
        unit_days=unit,
    )
    told = without_infinite(told)
    spend = np.where(np.isfinite(told.spend), told.spend, np.nan)
    return [
        pa.array(told.alive),
        pa.array(told.purchases),
        *(_money(each, n) for each in (spend, told.value, told.low, told.high)),
    ]


def _money(amounts: Floats | None, n: int) -> pa.Array:
    """Return money as the lake has it, null where there is none."""
    kind = ARROW["amount"]
    if amounts is None:
        return pa.nulls(n, kind)
    limit = float(Decimal(10) ** (kind.precision - kind.scale - 1))
    good = np.isfinite(amounts) & (np.abs(amounts) < limit)
    return pa.array(np.round(amounts, kind.scale), mask=~good).cast(kind)


def _together(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Give batches as tables of many rows."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(map(len, held)) >= AT_ONCE:
            yield pa.Table.from_batches(held)
            held = []
    if held:
        yield pa.Table.from_batches(held)
