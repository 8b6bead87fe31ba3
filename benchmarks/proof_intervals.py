"""Intervals of value: customers drawn from the models, fitted, and held against what came.

Per seed 50,000 customers buy as a model says and spend as Gamma-Gamma says. Models are
fitted to their histories, and what they foretell for the year after is held against what came,
and against what the true parameters foretell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from tests.value.models.buying import Bought, beta_geometric, pareto_nbd

from benchmarks.report import Row
from valence.value.models.bg_nbd import BgNbd
from valence.value.models.forecast import Customers, forecast, probability_transform
from valence.value.models.gamma_gamma import GammaGamma, fit_spend
from valence.value.models.histories import distinct
from valence.value.models.mbg_nbd import MbgNbd
from valence.value.models.model import PurchaseModel
from valence.value.models.pareto_nbd import ParetoNbd

CUSTOMERS, SEEDS, YEAR = 50_000, 20, 52.0
SPEND = (4.0, 3.5, 20.0)

Draw = Callable[..., Bought]
BUYING: dict[type[PurchaseModel], tuple[tuple[float, ...], Draw]] = {
    BgNbd: ((0.7, 5.0, 0.6, 1.8), partial(beta_geometric, first_coin=0)),
    MbgNbd: ((0.7, 5.0, 0.6, 1.8), partial(beta_geometric, first_coin=1)),
    ParetoNbd: ((0.6, 8.0, 0.7, 14.0), pareto_nbd),
}


def check() -> Sequence[Row]:
    """Coverage over all seeds, the worst decile, and widths against the oracle."""
    rows = []
    for model in BUYING:
        seen = [_seed(model, seed) for seed in range(SEEDS)]
        coverage, deciles, width = (np.array(column) for column in zip(*seen, strict=True))
        what = f"{model.name}, {CUSTOMERS:,} customers, {SEEDS} seeds"
        rows += [
            Row(f"{what}: coverage of the 90 % interval, each seed", "88 to 92 %",
                f"{coverage.min():.2%} to {coverage.max():.2%}",
                bool(coverage.min() >= 0.88 and coverage.max() <= 0.92)),
            Row(f"{what}: the same by decile of value, the least", "at least 85 %",
                f"{deciles.min():.2%}", bool(deciles.min() >= 0.85)),
            Row(f"{what}: mean width / that of the true parameters, the most", "at most 1.15 ×",
                f"{width.max():.3f} ×", bool(width.max() <= 1.15)),
        ]  # fmt: skip
    return rows


def _seed(kind: type[PurchaseModel], seed: int) -> tuple[float, float, float]:
    """The share inside the interval, the least of a decile, and the width against the oracle's."""
    rng = np.random.default_rng(1_000 + seed)
    age = np.ceil(rng.uniform(1, 104, CUSTOMERS))
    truth, draw = BUYING[kind]
    drawn = draw(truth, age, horizon=YEAR, seed=seed)
    p, q, gamma = SPEND
    rate = rng.gamma(q, 1 / gamma, CUSTOMERS)
    x, later = drawn.x, drawn.later
    mean_spend = np.where(x > 0, rng.gamma(p * np.maximum(x, 1)) / rate / np.maximum(x, 1), 0)
    came = np.where(later > 0, rng.gamma(p * np.maximum(later, 1)) / rate, 0)

    who = Customers(x, drawn.t_x, age, x, mean_spend)
    buying = kind.fit(distinct(x, drawn.t_x, age))
    spend = fit_spend(x, mean_spend, np.ones(CUSTOMERS))
    got = forecast(buying, spend, who, t=YEAR)
    oracle = forecast(kind.of(*truth), GammaGamma.of(*SPEND), who, t=YEAR)
    u = probability_transform(buying, spend, who, came, t=YEAR, uniform=rng.random(CUSTOMERS))
    inside = (u >= 0.05) & (u <= 0.95)
    decile = np.argsort(np.argsort(got.value)) * 10 // CUSTOMERS
    least = (np.bincount(decile, inside) / np.bincount(decile)).min()
    width = (got.high - got.low).mean() / (oracle.high - oracle.low).mean()
    return float(inside.mean()), float(least), float(width)
