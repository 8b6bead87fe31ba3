"""Models of buying on the summary of 1 M customers: ours, lifetimes, PyMC-Marketing, same run.

Customers buy as BG/NBD says with the parameters of CDNOW, on whole days, over 78 weeks; each peer
gets the same arrays in weeks, one row a customer. Ours reduces them to distinct histories, which
counts. Likelihoods are those of one function at each one's parameters.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Sequence

import numpy as np
from tests.value.models.buying import Bought, beta_geometric

from benchmarks.peers import answer
from benchmarks.report import WORK, Row
from valence.value.models.bg_nbd import BgNbd
from valence.value.models.forecast import Customers, forecast
from valence.value.models.gamma_gamma import GammaGamma, fit_spend
from valence.value.models.histories import distinct
from valence.value.models.model import PurchaseModel
from valence.value.models.pareto_nbd import ParetoNbd

CUSTOMERS, FEWER, ROUNDS, SEED = 1_000_000, 100_000, 5, 7
CDNOW, CDNOW_PARETO = (0.243, 4.414, 0.793, 2.426), (0.553, 10.578, 0.606, 11.669)
SPEND = (6.25, 3.74, 15.44)
SAME = 1e-3  # log-likelihoods that differ by less are equal

LIFETIMES = """
import json, sys, time
import numpy as np
from lifetimes import {fitter}
x, t, age = np.load(sys.argv[1])[:, : int(sys.argv[2])]
best, at = 1e9, None
for _ in range(int(sys.argv[3])):
    started = time.perf_counter()
    fitter = {fitter}().fit(x, t, age)
    best = min(best, time.perf_counter() - started)
print(json.dumps([best, [float(fitter.params_[n]) for n in {names}]]))
"""
PYMC_MARKETING = """
import json, sys, time
import numpy as np, pandas as pd
from pymc_marketing.clv import BetaGeoModel
x, t, age = np.load(sys.argv[1])[:, : int(sys.argv[2])]
data = pd.DataFrame(dict(customer_id=range(len(x)), frequency=x, recency=t, T=age))
took = []
for _ in range(3):
    started = time.perf_counter()
    model = BetaGeoModel(data=data)
    model.fit(method="map", progressbar=False)
    took.append(time.perf_counter() - started)
found = model.fit_summary()
print(json.dumps([took, [float(found[n]) for n in ("r", "alpha", "a", "b")]]))
"""


def summary() -> Bought:
    """The histories of 1 M customers in weeks; also kept as a file for the peers."""
    rng = np.random.default_rng(SEED)
    age = rng.integers(1, 7 * 78 + 1, CUSTOMERS) / 7
    drawn = beta_geometric(CDNOW, age, horizon=0, seed=SEED, first_coin=0)
    t_x = np.minimum(np.ceil(drawn.t_x * 7) / 7, age)
    WORK.mkdir(exist_ok=True)
    np.save(path(), np.stack([drawn.x, t_x, age]))
    return Bought(drawn.x, t_x, age, drawn.alive, drawn.later)


def path() -> str:
    """Where the histories are kept."""
    return str(WORK / "value_fit.npy")


def check() -> Sequence[Row]:
    """Fits against each peer, and forecasts of all customers."""
    bought = summary()
    return [*_against_lifetimes(bought), *_against_pymc(bought), *_forecasts(bought)]


def fit_rows(
    model: type[PurchaseModel],
    bought: Bought,
    fitter: str,
    names: Sequence[str],
    *,
    at_least: float,
    rounds: int,
) -> list[Row]:
    """Our fit of a model against that of lifetimes: time and likelihood."""
    own, took = _best(lambda: _fitted(model, bought, CUSTOMERS))
    script = LIFETIMES.format(fitter=fitter, names=tuple(names))
    theirs, parameters = answer("lifetimes", script, path(), CUSTOMERS, rounds)
    other = model.of(*parameters)
    what = f"{model.name} on {CUSTOMERS / 1e6:.0f} M customers"
    return [
        _ratio(f"{what}: lifetimes {fitter} / ours", theirs, took, at_least),
        _likelihood(f"{what}: log-likelihood above that of lifetimes",
                    own, other, bought, CUSTOMERS),
    ]  # fmt: skip


def _against_lifetimes(bought: Bought) -> list[Row]:
    bg, pareto = BgNbd.parameters, ParetoNbd.parameters
    return [
        *fit_rows(BgNbd, bought, "BetaGeoFitter", bg, at_least=12, rounds=3),
        *fit_rows(ParetoNbd, bought, "ParetoNBDFitter", pareto, at_least=20, rounds=1),
    ]


def _against_pymc(bought: Bought) -> list[Row]:
    own, took = _best(lambda: _fitted(BgNbd, bought, FEWER))
    (first, *later), parameters = answer("pymc-marketing", PYMC_MARKETING, path(), FEWER)
    what = f"bg-nbd on {FEWER:,} customers"
    return [
        _ratio(f"{what}: PyMC-Marketing MAP, compiled before / ours", min(later), took, 35),
        Row(f"{what}: PyMC-Marketing MAP, the first one", "–", f"{first:.1f} s"),
        _likelihood(f"{what}: log-likelihood above that of the MAP",
                    own, BgNbd.of(*parameters), bought, FEWER),
    ]  # fmt: skip


def _fitted(model: type[PurchaseModel], bought: Bought, customers: int) -> PurchaseModel:
    some = slice(customers)
    return model.fit(distinct(bought.x[some], bought.t_x[some], bought.age[some]))


def _best(work: Callable[[], PurchaseModel]) -> tuple[PurchaseModel, float]:
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        made = work()
        best = min(best, time.perf_counter() - started)
    return made, best


def _ratio(what: str, theirs: float, ours: float, at_least: float) -> Row:
    ratio = theirs / ours
    measured = f"{theirs:.2f} s / {ours:.3f} s = {ratio:.0f} ×"
    return Row(what, f"at least {at_least} ×", measured, ratio >= at_least)


def _likelihood(
    what: str, own: PurchaseModel, other: PurchaseModel, bought: Bought, customers: int
) -> Row:
    histories = tuple(v[:customers] for v in (bought.x, bought.t_x, bought.age))
    above = float((own.log_likelihoods(*histories) - other.log_likelihoods(*histories)).sum())
    return Row(what, "equal or better", f"{round(above, 4) + 0.0:+.4f}", above > -SAME)


def _forecasts(bought: Bought) -> list[Row]:
    """P(alive), purchases, value and interval of all customers, spend fitted to them as well."""
    rng = np.random.default_rng(SEED)
    p, q, gamma = SPEND
    x = np.maximum(bought.x, 1)
    spend = rng.gamma(p * x) / rng.gamma(q, 1 / gamma, CUSTOMERS) / x
    spend = np.where(bought.x > 0, spend, 0.0)
    started = time.perf_counter()
    each = fit_spend(bought.x, spend, np.ones(CUSTOMERS))
    took = time.perf_counter() - started
    assert isinstance(each, GammaGamma)
    who = Customers(bought.x, bought.t_x, bought.age, bought.x, spend)
    what = f"{CUSTOMERS / 1e6:.0f} M customers"
    rows = [Row(f"Gamma-Gamma fitted to the mean spend of {what}", "–", f"{took:.2f} s")]
    for model in (BgNbd.of(*CDNOW), ParetoNbd.of(*CDNOW_PARETO)):
        rows += _forecast(model, each, who, f"{model.name}, {what}")
    return rows


def _forecast(model: PurchaseModel, spend: GammaGamma, who: Customers, what: str) -> list[Row]:
    started = time.perf_counter()
    forecast(model, spend, who, t=52, discount=0.1)
    took = time.perf_counter() - started
    tracemalloc.start()
    forecast(model, spend, who, t=52, discount=0.1)
    more = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    return [
        Row(f"{what}: P(alive), purchases, value and interval", "within 10 s",
            f"{took:.1f} s", took <= 10),
        Row(f"{what}: memory of this at its peak, results counted", "at most 500 MB",
            f"{more:.0f} MB", more <= 500),
    ]  # fmt: skip
