"""Pareto/NBD: numbers at all extremes, fits of all kinds of data, and honest standard errors.

Numbers are held against integrals of 20 digits. Parameters reach from 1e-4 to 1e4, purchases to
10,000, ages from 0 to a million, silences from 1e-12 of an age to all of it.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence

import numpy as np
from tests.value.models import pareto_reference
from tests.value.models.buying import pareto_nbd
from tests.value.models.pareto_reference import Extreme

from benchmarks.peers import answer
from benchmarks.report import WORK, Row
from valence.value.models.histories import distinct
from valence.value.models.model import Floats, Histories
from valence.value.models.pareto_nbd import ParetoNbd

SETS, HISTORIES, TRIED = 1_000, 3, 40
SEEDS, CUSTOMERS, TRUTH = 200, 20_000, (0.6, 8.0, 0.7, 14.0)
SAME = 1e-9

LIFETIMES = """
import json, sys
import numpy as np
from lifetimes import ParetoNBDFitter
found = []
with np.errstate(all="ignore"):
    for parameters, x, t_x, age in json.load(open(sys.argv[1])):
        try:
            log = ParetoNBDFitter._conditional_log_likelihood(
                parameters, np.array(x), np.array(t_x), np.array(age))
            found.append([float(v) for v in log])
        except Exception:
            found.append([float("nan")] * len(x))
print(json.dumps(found))
"""


def numbers() -> Sequence[Row]:
    """Likelihood, P(alive), counts and residual purchases of random data sets."""
    sets = [Extreme.drawn(seed, histories=HISTORIES) for seed in range(SETS)]
    exact = [[pareto_reference.history(s.parameters, *one) for one in _rows(s)] for s in sets]
    log = np.array([[float(log) for log, _ in each] for each in exact])
    alive = np.array([[float(alive) for _, alive in each] for each in exact])
    with warnings.catch_warnings(action="error"):
        got_log = np.array([_model(s).log_likelihoods(s.x, s.t_x, s.age) for s in sets])
        got_alive = np.array([_model(s).alive(s.x, s.t_x, s.age) for s in sets])
    what = f"{SETS:,} random data sets of {HISTORIES} histories"
    off = np.array([_later(s, seed) for seed, s in enumerate(sets)])
    return [
        _worst(f"{what}: likelihood, largest relative error", np.abs(np.expm1(got_log - log))),
        _worst(f"{what}: P(alive)", _relative(got_alive, alive)),
        _worst(f"{what}: probability of n purchases, largest error", off[:, 0]),
        _worst(f"{what}: discounted residual purchases, largest relative error", off[:, 1]),
        _of_lifetimes(sets, log),
    ]  # fmt: skip


def fits() -> Sequence[Row]:
    """Fits of random data sets from all magnitudes, few and many customers."""
    worse, silent, broken = [], [], []
    for seed in range(SETS):
        truth, histories = _random_data(seed)
        try:
            with warnings.catch_warnings(action="error"):
                fitted = ParetoNbd.fit(histories)
                sound = _is_sound(fitted, histories)
        except Exception as error:  # noqa: BLE001 — what is counted here
            broken.append(f"{seed} {error!r}")
            continue
        if not sound:
            broken.append(str(seed))
        if fitted.fitted.converged and _better(fitted, histories, truth, seed):
            worse.append(str(seed))
        if not fitted.fitted.converged and not fitted.fitted.notes:
            silent.append(str(seed))
    what = f"fits of {SETS:,} random data sets"
    return [
        _none(f"{what}: failed, or gave no sound number", broken),
        _none(f"{what}: less likely than the truth or one of {TRIED} tries", worse),
        _none(f"{what}: not converged without a word", silent),
    ]


def standard_errors() -> Sequence[Row]:
    """How often the truth is within 1.96 standard errors."""
    z = []
    for seed in range(SEEDS):
        age = np.ceil(np.random.default_rng(10_000 + seed).uniform(20, 80, CUSTOMERS))
        drawn = pareto_nbd(TRUTH, age, horizon=0, seed=seed)
        fitted = ParetoNbd.fit(distinct(drawn.x, drawn.t_x, drawn.age))
        z.append(
            [
                (found.value - truth) / found.standard_error
                for found, truth in zip(fitted.fitted.parameters, TRUTH, strict=True)
            ]
        )
    inside = (np.abs(z) < 1.96).mean(axis=0)
    measured = ", ".join(
        f"{name} {share:.1%}" for name, share in zip(ParetoNbd.parameters, inside, strict=True)
    )
    return [
        Row(f"{SEEDS} seeds of {CUSTOMERS:,} customers: truth within 1.96 standard errors",
            "91 to 99 % of seeds", measured, bool(inside.min() > 0.91 and inside.max() < 0.99)),
    ]  # fmt: skip


def _model(drawn: Extreme) -> ParetoNbd:
    return ParetoNbd.of(*drawn.parameters)


def _rows(drawn: Extreme) -> Sequence[tuple[float, float, float]]:
    return list(zip(drawn.x.tolist(), drawn.t_x.tolist(), drawn.age.tolist(), strict=True))


def _relative(got: Floats, exact: Floats) -> Floats:
    """The relative error, of what is too small for a number the absolute one."""
    return np.abs(got - exact) / np.where(exact > 1e-300, exact, 1.0)


def _later(drawn: Extreme, seed: int) -> tuple[float, float]:
    """How far off the probability of some n and the residual purchases of the first history are."""
    rng = np.random.default_rng(seed)
    x, age = drawn.x[:1], drawn.age[:1]
    r, alpha, s, beta = drawn.parameters
    n, rate = int(10 ** rng.uniform(0, 3)) - 1, float(10 ** rng.uniform(-6, 1))
    count = _model(drawn).counts_if_alive(drawn.t, x, age, most=n + 1)[0, n]
    k, a, b = r + x[0], alpha + age[0], beta + age[0]
    exact = float(pareto_reference.count(n, drawn.t, k, a, s, b))
    left = _model(drawn).residual_if_alive(rate, x, age)[0]
    exact_left = float(k / a * b * pareto_reference.discounted_life(s, rate * b))
    return abs(count - exact), abs(left / exact_left - 1)


def _worst(what: str, off: Floats) -> Row:
    unreached = int((~np.isfinite(off)).sum())
    worst = float(np.nanmax(off))
    measured = f"{worst:.0e}, without an answer {unreached}"
    return Row(what, f"at most {SAME:.0e}, none", measured, worst <= SAME and not unreached)


def _of_lifetimes(sets: Sequence[Extreme], log: Floats) -> Row:
    """How many of the same likelihoods lifetimes does not get right."""
    path = WORK / "proof_pareto.json"
    WORK.mkdir(exist_ok=True)
    asked = [(s.parameters, s.x.tolist(), s.t_x.tolist(), s.age.tolist()) for s in sets]
    path.write_text(json.dumps(asked))
    off = np.abs(np.array(answer("lifetimes", LIFETIMES, path), dtype=float) - log)
    none, wrong = int((~np.isfinite(off)).sum()), int((off > 1e-6).sum())
    return Row(
        f"the same likelihoods by lifetimes, of {off.size:,}",
        "–",
        f"without an answer {none}, off by more than 1e-6 {wrong}",
    )


def _random_data(seed: int) -> tuple[Floats, Histories]:
    """A data set of some customers; of some sets all bought once, just now, or long ago."""
    rng = np.random.default_rng(seed)
    truth = 10 ** rng.uniform([-2, -2, -2, -2], [1.5, 3, 1.5, 3])
    n = int(10 ** rng.uniform(0.31, 3.3))
    age = np.ceil(10 ** rng.uniform(0, rng.uniform(0.5, 4), n))
    least = truth[0] * age.mean() / 3_000  # purchases in the thousands, no more
    truth[1] = max(truth[1], least)
    drawn = pareto_nbd(truth, age, horizon=0, seed=seed)
    x, t_x = drawn.x, np.minimum(np.ceil(drawn.t_x), age)
    match seed % 40:
        case 0:
            x, t_x = np.zeros(n), np.zeros(n)
        case 10:
            x, t_x, age = np.zeros(n), np.zeros(n), np.zeros(n)
        case 20:
            age = age * 1e4
        case 30:
            t_x = np.where(x > 0, age, 0)
    return truth, distinct(x, t_x, age)


def _is_sound(model: ParetoNbd, h: Histories) -> bool:
    alive = model.alive(h.frequency, h.recency, h.age)
    expected = model.expected(52, h.frequency, h.recency, h.age)
    total = h.count @ model.log_likelihoods(h.frequency, h.recency, h.age)
    same = abs(total - model.fitted.log_likelihood) <= 1e-7 * (1 + abs(total))
    return bool(
        same
        and ((alive >= 0) & (alive <= 1)).all()
        and (np.isfinite(expected) & (expected >= 0)).all()
        and np.isfinite(model.fitted.values).all()
    )


def _better(model: ParetoNbd, h: Histories, truth: Floats, seed: int) -> bool:
    """Whether the truth or parameters tried at random are more likely."""
    tried = 10 ** np.random.default_rng(seed).uniform([-2, -2, -3, -2], [2, 4, 2, 4], (TRIED, 4))
    most = max(
        float(h.count @ ParetoNbd.of(*each).log_likelihoods(h.frequency, h.recency, h.age))
        for each in [truth, *tried]
    )
    return most > model.fitted.log_likelihood + 1e-4


def _none(what: str, seeds: Sequence[str]) -> Row:
    shown = "; ".join(seeds[:5])
    return Row(what, "none", f"{len(seeds)}" + (f" (seeds {shown})" if seeds else ""), not seeds)
