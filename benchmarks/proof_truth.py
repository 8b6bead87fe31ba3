"""Worth of the demo brand's customers, held against what the simulation had in store for them.

The demo obeys no model: its calendar has seasons and sales days, first products bend the hazard of
leaving, orders are baskets of lines with discounts, costs and returns. Per seed, worth is foretold
from the orders alone, as in a notebook, and held against the final margin of the year after. Whose
an order is, is taken from the truth: who is who is another proof.

The oracle knows the true constants of the purchase process and each customer's true effect of the
first product. Baskets have no constants of a law of spend, so its Gamma-Gamma is the one of most
likelihood for all that these customers buy before and after, which nobody can know beforehand.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import numpy as np
import pyarrow as pa

import valence as vl
from benchmarks.report import WORK, Row, commit
from valence.core.days import months_before
from valence.demo.purchases import YEAR
from valence.demo.simulate import Simulation, simulate
from valence.demo.world import World
from valence.value.facts import customer_facts
from valence.value.lifetime.evaluate import UNIT_DAYS
from valence.value.lifetime.histories import of_customers
from valence.value.lifetime.scoring import Fitted
from valence.value.models.forecast import Customers, forecast, probability_transform
from valence.value.models.gamma_gamma import fit_spend
from valence.value.models.model import Floats
from valence.value.models.pareto_nbd import ParetoNbd
from valence.value.orders import order_facts

CUSTOMERS, SEEDS, DECILES = 50_000, 20, 10
_KEPT = WORK / "truth.json"


@dataclass(frozen=True, slots=True)
class Seen:
    """What one seed showed; shares from 0 to 1."""

    model: str
    coverage: float
    deciles: list[float]  # coverage by decile of worth, the least worth first
    width: float  # mean width over the oracle's
    oracle: float  # the oracle's own coverage
    bias: float  # worth in sum over what came, less 1


def check() -> Sequence[Row]:
    """Coverage over all seeds, the worst decile, and widths against the oracle."""
    seen = _all_seeds()
    coverage, width, oracle, bias = (
        np.array([getattr(one, name) for one in seen])
        for name in ("coverage", "width", "oracle", "bias")
    )
    each, pooled = (of(one.deciles for one in seen) for of in (_least, _least_of_mean))
    what = f"demo, {CUSTOMERS:,} customers, {SEEDS} seeds"
    models = ", ".join(sorted({one.model for one in seen}))
    return [
        Row(f"{what}: coverage of the 90 % interval of 12-month value, each seed", "88 to 92 %",
            _range(coverage), bool(coverage.min() >= 0.88 and coverage.max() <= 0.92)),
        Row(f"{what}: the same by decile of worth, the least of any seed", "at least 85 %",
            f"{each:.2%}", each >= 0.85),
        Row(f"{what}: the same, the least decile of all seeds together", "at least 85 %",
            f"{pooled:.2%}", pooled >= 0.85),
        Row(f"{what}: mean width / that of the oracle with true parameters, the most",
            "at most 1.15 ×", f"{width.max():.3f} ×", bool(width.max() <= 1.15)),
        Row(f"{what}: coverage of the oracle", "–", _range(oracle)),
        Row(f"{what}: worth in sum against what came", "–", _range(bias)),
        Row(f"{what}: models chosen by holdout", "–", models),
    ]  # fmt: skip


def _all_seeds() -> list[Seen]:
    """What each seed showed; a seed that this commit has done is not done again."""
    at = commit()
    kept: dict[str, Any] = json.loads(_KEPT.read_text()) if _KEPT.exists() else {}
    if kept.get("commit") != at or "+" in at:
        kept = {"commit": at, "seeds": {}}
    for seed in range(1, SEEDS + 1):
        if str(seed) not in kept["seeds"]:
            one = seen_of(seed)
            kept["seeds"][str(seed)] = {name: getattr(one, name) for name in Seen.__slots__}
            _KEPT.write_text(json.dumps(kept))
            print(f"  seed {seed}: {one}", flush=True)
    return [Seen(**kept["seeds"][str(seed)]) for seed in range(1, SEEDS + 1)]


def seen_of(seed: int, customers: int = CUSTOMERS) -> Seen:
    """Simulate, foretell, and hold against what came."""
    world = World()
    simulation = simulate(customers, seed=seed, world=world)
    orders, as_of = observed_orders(simulation), simulation.end
    fitted = Fitted.of(vl.value.clv_model(orders, as_of=as_of).to_pyarrow().to_pylist())
    if fitted.model is None or fitted.spend is None:
        raise RuntimeError(f"seed {seed}: no model could be relied on")
    person, who = _customers(orders, as_of)
    came = simulation.truth["persons"]["realised_margin_12m"].to_numpy()[person]

    t = YEAR / UNIT_DAYS
    told = forecast(fitted.model, fitted.spend, who, t=t)
    inside = _inside(fitted.model, fitted.spend, who, came, t)
    decile = np.argsort(np.argsort(told.value)) * DECILES // len(person)
    # β of the hazard is divided by what multiplies the hazard.
    factor = np.log(simulation.truth["persons"]["hazard_factor"].to_numpy()[person])
    true = ParetoNbd.of(
        world.rate_shape, world.rate_scale_weeks, world.hazard_shape, world.hazard_scale_weeks,
        0.0, 1.0,
    )  # fmt: skip
    knowing = Customers(
        who.frequency, who.recency, who.age, who.purchases, who.mean_spend, factor[:, None]
    )
    spend = _true_spend(simulation, person, who)
    oracle = forecast(true, spend, knowing, t=t)
    return Seen(
        fitted.model.name,
        float(inside.mean()),
        (np.bincount(decile, inside) / np.bincount(decile)).tolist(),
        float((told.high - told.low).mean() / (oracle.high - oracle.low).mean()),
        float(_inside(true, spend, knowing, came, t).mean()),
        float(told.value.sum() / came.sum() - 1),
    )


def observed_orders(simulation: Simulation) -> ibis.Table:
    """The orders that the brand's systems hold, each with the person it is of."""
    seen, money = simulation.observed, ("net_amount", "cost_amount")
    shop = ibis.memtable(seen["shop_orders"])
    till = ibis.memtable(seen["store_orders"])
    lines = shop.select(
        "order_id", at="order_time", channel="channel", refund=shop.status == "refunded",
        net_amount=shop.quantity * shop.unit_price - shop.discount, cost_amount="cost",
    ).union(till.select(
        order_id="Receipt No", at="Date", channel=ibis.literal("store"),
        refund=till.Type == "REFUND",
        net_amount=till.Qty * till["Unit Price"] - till.Markdown, cost_amount="Cost",
    ))  # fmt: skip
    whole = lines.group_by("order_id", "channel", "refund").agg(
        ordered_on=lines["at"].min().date(), **{name: lines[name].sum() for name in money}
    )
    whose = ibis.memtable(simulation.truth["orders"]).select("order_id", "person")
    t = whole.join(whose, "order_id")
    return t.select(
        "order_id", "ordered_on", "channel", customer_id=t.person.cast("string"),
        kind=t.refund.ifelse("return", "sale"),
        **{name: t[name].cast("decimal(18, 4)") for name in money},
    ).cache()  # fmt: skip


def _customers(orders: ibis.Table, as_of: date) -> tuple[Any, Customers]:
    """Whoever has bought: the persons' numbers, and what models know of each."""
    facts = customer_facts(order_facts(orders, as_of=as_of), before=months_before(as_of, 12))
    t: pa.Table = of_customers(facts, as_of=as_of).order_by("customer_id").to_pyarrow()
    x, recency, age, value = (
        t[name].cast(pa.float64()).to_numpy()
        for name in ("frequency", "recency_days", "age_days", "value_amount")
    )
    purchases = x + 1
    who = Customers(x, recency / UNIT_DAYS, age / UNIT_DAYS, purchases, value / purchases)
    return t["customer_id"].cast(pa.int64()).to_numpy(), who


def _true_spend(simulation: Simulation, person: Any, who: Customers) -> Any:
    """Gamma-Gamma of all purchase days of two years and of the year after."""
    later = ibis.memtable(simulation.truth["future_orders"])
    later = later.group_by("person").agg(
        days=later.ordered_at.date().nunique(), value=later.final_margin.sum().cast("float64")
    )
    t = later.to_pyarrow()
    days, value = np.zeros((2, len(simulation.truth["persons"])))
    days[t["person"].to_numpy()] = t["days"].to_numpy()
    value[t["person"].to_numpy()] = t["value"].to_numpy()
    purchases = who.purchases + days[person]
    mean = (who.purchases * who.mean_spend + value[person]) / purchases
    return fit_spend(purchases, mean, np.ones(len(person)))


def _inside(model: Any, spend: Any, who: Customers, came: Floats, t: float) -> Any:
    uniform = np.random.default_rng(1).random(len(came))
    at = probability_transform(model, spend, who, np.maximum(came, 0), t=t, uniform=uniform)
    return (at >= 0.05) & (at <= 0.95)


def _least(deciles: Any) -> float:
    return float(np.min(list(deciles)))


def _least_of_mean(deciles: Any) -> float:
    return float(np.mean(list(deciles), axis=0).min())


def _range(of: Floats) -> str:
    return f"{of.min():.2%} to {of.max():.2%}"
