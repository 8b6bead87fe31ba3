"""Customers who buy as a model says, drawn one purchase at a time."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Bought:
    """What customers did up to their age (`x`, `t_x`), and what came after."""

    x: np.ndarray
    t_x: np.ndarray
    age: np.ndarray
    alive: np.ndarray
    later: np.ndarray


def beta_geometric(parameters, age, *, horizon, seed, first_coin, effect=0.0):
    """Draw buyers of BG/NBD (`first_coin` 0) or MBG/NBD (1); `effect` is z γ₁ of each."""
    rng = np.random.default_rng(seed)
    r, alpha, a, b = parameters
    n = len(age)
    rate = rng.gamma(r, 1 / alpha, n) * np.exp(effect)
    coins = rng.geometric(np.maximum(rng.beta(a, b, n), 1e-9))  # how many falls end it
    return purchases(rate, age, horizon=horizon, most=coins - first_coin, rng=rng)


def pareto_nbd(parameters, age, *, horizon, seed, effect=0.0, on_life=0.0):
    """Draw buyers of Pareto/NBD; `effect` is z γ₁ and `on_life` z γ₂ of each."""
    rng = np.random.default_rng(seed)
    r, alpha, s, beta = parameters
    n = len(age)
    rate = rng.gamma(r, 1 / alpha, n) * np.exp(effect)
    with np.errstate(divide="ignore", over="ignore"):
        life = rng.exponential(1, n) / (rng.gamma(s, 1 / beta, n) * np.exp(on_life))
    return purchases(rate, age, horizon=horizon, life=life, rng=rng)


def purchases(rate, age, *, horizon, rng, most=np.inf, life=np.inf):
    """Draw purchases at each one's rate, up to the `most`-th one and no later than `life`."""
    n = len(age)
    most, life = np.broadcast_to(most, n), np.broadcast_to(life, n)
    now, last, x, later = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    on = np.flatnonzero(most > 0)
    while len(on):
        with np.errstate(divide="ignore"):
            now[on] += rng.exponential(1, len(on)) / rate[on]
        on = on[now[on] <= np.minimum(age + horizon, life)[on]]
        early = now[on] <= age[on]
        last[on[early]] = now[on[early]]
        x[on] += early
        later[on] += ~early
        on = on[(x + later)[on] < most[on]]
    alive = (x < most) & (life > age)
    return Bought(x, last, np.asarray(age, dtype=float), alive, later)
