"""Pareto/NBD by slow, obvious integrals of 20 digits, and draws of what may be asked of it."""

from dataclasses import dataclass

import mpmath as mp
import numpy as np

_DIGITS = 20


@dataclass(frozen=True)
class Extreme:
    """Parameters and histories, drawn over all magnitudes."""

    parameters: tuple[float, float, float, float]  # r, alpha, s, beta
    x: np.ndarray
    t_x: np.ndarray
    age: np.ndarray
    t: float  # a horizon

    @classmethod
    def drawn(cls, seed, *, histories):
        """Parameters from 1e-4 to 1e4, up to 10,000 purchases, ages of 0 and from 1e-4 to 1e6."""
        rng = np.random.default_rng(seed)
        r, alpha, s, beta = (float(v) for v in 10 ** rng.uniform(-4, 4, 4))
        x = np.floor(10 ** rng.uniform(0, 4, histories)) - (rng.random(histories) < 0.3)
        x *= rng.random(histories) < 0.8
        age = 10 ** rng.uniform(-4, 6, histories) * (rng.random(histories) < 0.95)
        share = rng.choice([0.0, 1.0, np.nan, np.nan, np.nan, np.nan], histories)
        share = np.where(np.isnan(share), rng.random(histories), share)
        near = rng.random(histories) < 0.2  # silent for a moment only
        share = np.where(near, 1 - 10 ** rng.uniform(-12, -1, histories), share)
        t_x = np.where(x > 0, share * age, 0)
        return cls((r, alpha, s, beta), x, t_x, age, float(10 ** rng.uniform(-3, 5)))


def history(parameters, x, t_x, age):
    """The log-likelihood and the probability to be alive, as the model is defined.

    Who lives at T, or died at some y since t_x: both over the rates, which solves to powers.
    """
    with mp.workdps(_DIGITS):
        r, alpha, s, beta, x, t_x, age = map(mp.mpf, (*parameters, x, t_x, age))
        k = r + x

        def died(y):  # over who lives at T
            return (
                ((alpha + age) / (alpha + y)) ** k
                * ((beta + age) / (beta + y)) ** s
                * s
                / (beta + y)
            )

        gone = _integral(
            lambda v: died(t_x + v),
            age - t_x,
            scale=1 / (k / (alpha + t_x) + (s + 1) / (beta + t_x)),
        )
        lives = mp.loggamma(k) - mp.loggamma(r) + r * mp.log(alpha) + s * mp.log(beta)
        lives -= k * mp.log(alpha + age) + s * mp.log(beta + age)
        return lives + mp.log1p(gone), 1 / (1 + gone)


def chances(k, s, rho):
    """The probability to die before the next purchase, and that to buy before."""
    with mp.workdps(_DIGITS):
        k, s, rho = map(mp.mpf, (k, s, rho))
        bends = {"scale": 1 / (k * rho + s + 1 + rho), "straight": 1 + 1 / rho}
        died = _integral(lambda v: s * (1 + rho * v) ** -k * (1 + v) ** (-s - 1), None, **bends)
        bought = _integral(
            lambda v: k * rho * (1 + rho * v) ** (-k - 1) * (1 + v) ** -s, None, **bends
        )
        return died, bought


def discounted_life(s, z):
    """Tricomi's U(1, 2 − s, z)."""
    with mp.workdps(_DIGITS):
        s, z = mp.mpf(s), mp.mpf(z)
        bends = {"scale": 1 / (1 + s + z), "straight": 1 + 100 / z}
        return _integral(lambda v: mp.exp(-z * v) * (1 + v) ** -s, None, **bends)


def count(n, t, k, a, s, b):
    """The probability of n purchases within t, of who is alive."""
    with mp.workdps(_DIGITS):
        t, k, a, s, b = map(mp.mpf, (t, k, a, s, b))
        ways = mp.loggamma(k + n) - mp.loggamma(k) - mp.loggamma(n + 1)

        def bought(tau):
            return mp.exp(ways - k * mp.log1p(tau / a)) * (tau / (a + tau)) ** n

        died = _integral(
            lambda v: s / b * (1 + v / b) ** (-s - 1) * bought(v),
            t,
            scale=1 / ((s + 1) / b + (k + 1) / a),
            peak=(a * max(n, 0.3) / k, mp.sqrt(1 / k + 1 / mp.mpf(max(n, 1)))),
        )
        return died + (1 + t / b) ** -s * bought(t)


def _integral(f, end, *, scale, straight=None, peak=None):
    """∫ f from 0 to `end` (None: without end), in pieces of log v; nothing bends below `scale`.

    From `straight` on f is a power of v, and pieces grow. With a `peak`, (where, how wide in
    log v), pieces are finer around it.
    """
    last = mp.inf if end is None else mp.log(end) if end > 0 else -mp.inf
    left, step = min(mp.log(scale), last) - 50, mp.mpf(2)
    if left == -mp.inf:
        return mp.mpf(0)
    cuts = sorted(mp.log(peak[0]) + j * peak[1] for j in range(-9, 10)) if peak else []

    def over_log(w):
        return f(mp.exp(w)) * mp.exp(w)

    total = over_log(left)
    while left < last:
        right = min([left + step, last, *(cut for cut in cuts if cut > left)])
        more = mp.quad(over_log, [left, right], method="gauss-legendre", maxdegree=5)
        total, left = total + more, right
        past = left > mp.log(scale) + 5 and not any(cut > left for cut in cuts)
        if past and more < total * mp.mpf(10) ** (-_DIGITS + 3):
            break
        if straight is not None and left > mp.log(straight) + 3:
            step *= 2
    return total
