"""One customer's worth: in a sentence, in its parts, and how alive they looked over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np

from valence.value.lifetime.answers import ModelCard, model_card_of
from valence.value.lifetime.evaluate import UNIT_DAYS
from valence.value.lifetime.scoring import Fitted
from valence.value.models.bg_bb import BgBb
from valence.value.orders import SALE
from valence.value.reading import Tables

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
    return CustomerWorth(row, card, days, alive_over_time(card, days, as_of))


def alive_over_time(card: ModelCard, days: Sequence[date], as_of: date) -> list[tuple[date, float]]:
    """Return the probability that a customer would buy again, as it stood on days since the first.

    By the parameters fitted last: what was known of the customer changes, the model does not.
    """
    fitted = Fitted.of(card.rows)
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
    alive = fitted.model.alive(x, bought[seen - 1] / UNIT_DAYS, moments / UNIT_DAYS)
    return [(first + timedelta(days=int(day)), float(p)) for day, p in zip(at, alive, strict=True)]
