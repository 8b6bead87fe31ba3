"""One customer's worth: in a sentence, in its parts, and how alive they looked over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from valence.lake.reading import Tables
from valence.value.lifetime.answers import ModelCard, model_card_of
from valence.value.lifetime.covariates import with_first
from valence.value.lifetime.evaluate import UNIT_DAYS
from valence.value.lifetime.histories import of_customers
from valence.value.lifetime.scoring import Fitted
from valence.value.models.bg_bb import BgBb
from valence.value.models.model import Floats
from valence.value.orders import SALE

Row = Mapping[str, Any]
_POINTS = 120  # of the curve of P(alive)


@dataclass(frozen=True, slots=True)
class CustomerWorth:
    """What one customer is foretold, and what it rests on."""

    row: Row  # of `customers`
    card: ModelCard
    days: Sequence[date]  # with a purchase
    alive: Sequence[tuple[date, float]]  # probability to buy again, as it stood on each day

    @property
    def model(self) -> str:
        """The model that it rests on."""
        return self.card.chosen or ""


def worth_of_customer(tables: Tables, customer_id: str) -> CustomerWorth | None:
    """Return what a customer is foretold; None where nothing is, or they never bought."""
    card = model_card_of(tables) if tables.has("customers") else None
    if card is None or card.chosen is None:
        return None
    t = tables.table("customers")
    row = tables.one(t.filter(t.customer_id == customer_id))
    if row is None or row["worth_amount"] is None:
        return None
    orders = tables.table("order_facts")
    bought = orders.filter(orders.customer_id == customer_id, orders.kind == SALE)
    days = [each["ordered_on"] for each in tables.rows(bought.select("ordered_on").distinct())]
    days = sorted(date.fromisoformat(str(day)[:10]) for day in days)
    as_of = card.fitted_on
    if row["days_since_order"] is not None and row["last_order_on"] is not None:
        as_of = date.fromisoformat(str(row["last_order_on"])[:10])
        as_of += timedelta(days=int(row["days_since_order"]))
    fitted = Fitted.of(card.rows)
    z = _covariates(tables, fitted, customer_id)
    return CustomerWorth(row, card, days, alive_over_time(fitted, days, as_of, z))


def _covariates(tables: Tables, fitted: Fitted, customer_id: str) -> Floats | None:
    """Return the covariates of one customer, (1, k); None for a model without any."""
    if not fitted.encoding.columns:
        return None
    facts = tables.table("customer_facts")
    first = tables.table("first_purchases") if tables.has("first_purchases") else None
    facts = with_first(facts.filter(facts.customer_id == customer_id), first)
    t = of_customers(facts, as_of=date.max, encoding=fitted.encoding)
    row = tables.one(t.select(*fitted.encoding.keys)) or {}
    return np.array([[row.get(key, 0) for key in fitted.encoding.keys]], dtype=float)


def alive_over_time(
    fitted: Fitted, days: Sequence[date], as_of: date, z: Floats | None = None
) -> list[tuple[date, float]]:
    """Return the probability that a customer would buy again, as it stood on days since the first.

    By the parameters fitted last: what was known of the customer changes, the model does not.
    """
    if fitted.model is None or isinstance(fitted.model, BgBb) or not days:
        return []
    first = days[0]
    span = (as_of - first).days
    at = list(range(0, span + 1, max(1, -(-span // _POINTS))))
    if at[-1] < span:
        at.append(span)
    bought = np.array([(day - first).days for day in days])
    moments = np.array(at)
    seen = np.searchsorted(bought, moments, side="right")
    x = (seen - 1).astype(float)
    every = None if z is None else np.repeat(z, len(x), axis=0)
    alive = fitted.model.alive(x, bought[seen - 1] / UNIT_DAYS, moments / UNIT_DAYS, every)
    return [(first + timedelta(days=int(day)), float(p)) for day, p in zip(at, alive, strict=True)]
