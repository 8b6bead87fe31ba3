"""Maximum likelihood: one search for all models of buying, with standard errors and misgivings.

A model hands in what makes an objective of some rows: a function of its parameters (positive ones
as logarithms, covariate effects as they are) that returns the log-likelihood of these rows and
its gradient. The search sees the sum over all rows:

1. BFGS within wide bounds; of large data, first on a sample of customers,
2. Newton steps on all rows, until another step would gain less than 1e-7 of log-likelihood,
3. the observed information there, by central differences of the gradient: standard errors follow
   by the delta method.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from valence.core.messages import Message, message
from valence.value.models.model import Fit, Floats, Parameter
from valence.value.models.threads import workers

Objective = Callable[[Floats], tuple[float, Floats]]
ObjectiveOf = Callable[[tuple[Floats, ...], Floats], Objective]

_REACH = 12.0  # a parameter stays within exp(±12) = 160,000 times its start
_CHUNK = 65_536  # rows at a time: their temporaries stay in the cache, and threads share the rest
_SAMPLE = 20_000  # customers in the sample of the warm start
_WORTH_SAMPLING = 30_000  # rows from which a warm start saves more than it costs
_SEVERAL_HILLS = 5_000  # customers up to which a likelihood may have more than one maximum
_STEP = 1e-4  # of central differences: error about 1e-8 of a smooth gradient
_TURNS = 200  # of BFGS; Newton steps take over in any case
_NEAR = 1e-2  # log-likelihood that another turn may still promise when Newton steps take over
_FAR = 2.0  # the longest step: a factor of 7
_GAIN = 1e-7  # log-likelihood that another Newton step may still promise when the search ends
_CONVERGED = 1e-3  # … and when it counts as ended at a maximum
_OPEN = 1.0  # standard error of a logarithm from which the data do not tell a parameter
_OPEN_EFFECT = 5.0  # the same for the effect of a covariate over its range


@dataclass(frozen=True, slots=True)
class Space:
    """The parameters that a search moves.

    Attributes
    ----------
    names
        Of the positive parameters.
    starts
        One or more points to start from, each with a value per positive parameter. The first one
        sets the scale: no parameter leaves a factor of 160,000 around it.
    effects
        Names of the parameters of any sign; they come after the positive ones and start at 0.
    scales
        Per effect, the largest size of what it multiplies.
    """

    names: tuple[str, ...]
    starts: tuple[tuple[float, ...], ...]
    effects: tuple[str, ...] = ()
    scales: tuple[float, ...] = ()

    @property
    def origin(self) -> Floats:
        """The objective's parameters at the first start."""
        return np.concatenate([np.log(self.starts[0]), np.zeros(len(self.effects))])

    @property
    def step(self) -> Floats:
        """What a unit of the search is in the objective's parameters."""
        return np.concatenate([np.ones(len(self.names)), 1 / np.array(self.scales, dtype=float)])


def maximise(
    objective_of: ObjectiveOf,
    rows: tuple[Floats, ...],
    count: Floats,
    space: Space,
    *,
    notes: Sequence[Message] = (),
) -> Fit:
    """Return the fit of most likelihood.

    Numerics never raise: what went wrong is in `converged` and `notes`.

    Parameters
    ----------
    objective_of
        Makes the objective of some rows and their counts. It is called from several threads.
    rows
        Columns, each with a row per distinct history.
    count
        (n,) customers in each row.
    space
        The parameters and where to start.
    notes
        What the model has to say beforehand; they come first.

    Returns
    -------
    Fit
        Standard errors are nan where a parameter is at its bound or the data do not tell it.
    """
    kept = count > 0
    if not kept.all():
        rows, count = tuple(column[kept] for column in rows), count[kept]
    if not len(count):
        return _nothing(space, notes)
    with np.errstate(all="ignore"), _summed(objective_of, rows, count, space) as whole:
        point, information = _warm(objective_of, rows, count, space, whole)
        point, information = _polished(whole, point, information)
        information = _information(whole, point)
        point, information = _polished(whole, point, information)
        return _fit(whole, space, point, information, tuple(notes))


@dataclass(frozen=True, slots=True)
class _Whole:
    """The objective over all rows, as the search sees it: per customer, in units of the search."""

    parts: tuple[Objective, ...]
    customers: float
    space: Space
    pool: ThreadPoolExecutor | None

    def __call__(self, point: Floats) -> tuple[float, Floats]:
        """Return mean log-likelihood and gradient; where it is not a number, a very low one."""
        at = self.space.origin + self.space.step * point
        run = map if self.pool is None else self.pool.map
        done = list(run(lambda part: part(at), self.parts))
        value = sum(d[0] for d in done) / self.customers
        gradient = np.sum([d[1] for d in done], axis=0) * self.space.step / self.customers
        if not np.isfinite(value) or not np.isfinite(gradient).all():
            return -1e10, np.zeros(len(point))
        return float(value), gradient


@contextmanager
def _summed(
    objective_of: ObjectiveOf, rows: tuple[Floats, ...], count: Floats, space: Space
) -> Iterator[_Whole]:
    """Give the objective over all rows; NumPy and SciPy free the lock, so threads share chunks."""
    chunks = -(-len(count) // _CHUNK)
    bounds = np.linspace(0, len(count), chunks + 1).astype(int)
    slices = [slice(*pair) for pair in pairwise(bounds)]
    threads = workers(len(slices))

    def part(of: slice) -> Objective:
        return objective_of(tuple(column[of] for column in rows), count[of])

    if threads == 1:
        yield _Whole(tuple(map(part, slices)), float(count.sum()), space, None)
        return
    with ThreadPoolExecutor(threads) as pool:
        yield _Whole(tuple(pool.map(part, slices)), float(count.sum()), space, pool)


def _warm(
    objective_of: ObjectiveOf,
    rows: tuple[Floats, ...],
    count: Floats,
    space: Space,
    whole: _Whole,
) -> tuple[Floats, Floats]:
    """Return where the climb ends, and the information there; of large data, those of a sample."""
    if len(count) < _WORTH_SAMPLING:
        point = _searched(whole)
        return point, _information(whole, point)
    # Every so-manieth customer: of rows in order, a sample stratified by history.
    drawn = np.diff(np.floor(np.cumsum(count) * (_SAMPLE / count.sum())), prepend=0.0)
    some = drawn > 0
    with _summed(objective_of, tuple(c[some] for c in rows), drawn[some], space) as sample:
        point = _searched(sample)
        return point, _information(sample, point)


def _searched(objective: _Whole) -> Floats:
    """Return the best end of a climb: from all starts where data are few, else from the best."""
    space = objective.space
    firsts = np.zeros((len(space.starts), len(space.step)))
    firsts[:, : len(space.names)] = np.log(space.starts) - np.log(space.starts[0])
    if objective.customers > _SEVERAL_HILLS:
        return _climbed(objective, max(firsts, key=lambda first: objective(first)[0]))
    # Few data leave ridges to several extremes; which is highest shows at their ends only.
    ends = [_climbed(objective, first) for first in firsts]
    ends = [_polished(objective, end, _information(objective, end))[0] for end in ends]
    return max(ends, key=lambda end: objective(end)[0])


def _climbed(objective: _Whole, point: Floats) -> Floats:
    """Return where BFGS within the bounds comes near a maximum.

    Not SciPy's: its L-BFGS-B calls BLAS for each vector, whose threads wait for each other, ten
    times as long as the search takes where the machine is busy.
    """
    value, gradient = objective(point)
    inverse = np.eye(len(point)) / max(float(np.abs(gradient).max()), 1e-9)
    for turn in range(_TURNS):
        free = _free(point, gradient)
        step = np.zeros(len(point))
        step[free] = inverse[np.ix_(free, free)] @ gradient[free]
        step *= min(1.0, _FAR / max(float(np.abs(step).max()), 1e-9))
        slope = float(gradient @ step)
        if objective.customers * slope < _NEAR:
            break
        for shrink in (1.0, 0.3, 0.1, 0.03, 0.01, 1e-3, 1e-5):
            ahead = np.clip(point + shrink * step, -_REACH, _REACH)
            new_value, new_gradient = objective(ahead)
            if new_value > value + 1e-4 * shrink * slope:
                break
        else:
            break
        moved, bent = ahead - point, gradient - new_gradient
        point, value, gradient = ahead, new_value, new_gradient
        curvature = float(moved @ bent)
        if curvature <= 1e-14:
            continue
        if not turn:
            inverse = np.eye(len(point)) * curvature / float(bent @ bent)
        turned = np.eye(len(point)) - np.outer(moved, bent) / curvature
        inverse = turned @ inverse @ turned.T + np.outer(moved, moved) / curvature
    return point


def _free(point: Floats, gradient: Floats) -> np.ndarray:
    """Return which parameters do not stand at a bound that they would leave."""
    free: np.ndarray = (np.abs(point) < _REACH) | (np.sign(point) != np.sign(gradient))
    return free


def _information(objective: _Whole, point: Floats) -> Floats:
    """Return the observed information per customer: minus the Hessian."""
    lines = []
    for step in np.eye(len(point)) * _STEP:
        ahead, behind = objective(point + step)[1], objective(point - step)[1]
        lines.append((behind - ahead) / (2 * _STEP))
    matrix = np.array(lines)
    return (matrix + matrix.T) / 2


def _polished(objective: _Whole, point: Floats, information: Floats) -> tuple[Floats, Floats]:
    """Return where Newton steps within a trust region end, and the information used last.

    The information is taken anew where it foretold a gain badly: at a bend of a ridge, or where
    that of a sample was not enough.
    """
    value, gradient = objective(point)
    fresh, radius = False, _FAR
    for _ in range(_TURNS):
        step, gain = _newton(point, gradient, information, radius)
        if objective.customers * gain < _GAIN:
            break
        ahead = np.clip(point + step, -_REACH, _REACH)
        new_value, new_gradient = objective(ahead)
        true = (new_value - value) / gain
        if new_value > value:
            point, value, gradient = ahead, new_value, new_gradient
        elif fresh and objective.customers * gain < 100 * _GAIN:
            break  # the gain is below what the sum over all customers can show
        size = float(np.abs(step).max())
        radius = min(2 * radius, _FAR) if true > 0.5 else max(size / 4, 1e-4)
        fresh = (fresh and new_value <= value) or not 0.8 < true < 1.25
        if not 0.8 < true < 1.25:
            information = _information(objective, point)
    return point, information


def _newton(
    point: Floats, gradient: Floats, information: Floats, radius: float
) -> tuple[Floats, float]:
    """Return the step uphill within a radius, and the gain per customer that it promises.

    Where the surface is not concave, the size of its curvature is taken.
    """
    step = np.zeros(len(point))
    free = _free(point, gradient)
    if not free.any():
        return step, 0.0
    curvature, axes = np.linalg.eigh(information[np.ix_(free, free)])
    size, along = np.maximum(np.abs(curvature), 1e-12), axes.T @ gradient[free]
    damping = 0.0
    while np.abs(axes @ (along / (size + damping))).max() > radius:
        damping = max(2 * damping, 1e-10)
    moved = along / (size + damping)
    step[free] = axes @ moved
    return step, float(along @ moved - size @ moved**2 / 2)


def _fit(
    objective: _Whole,
    space: Space,
    point: Floats,
    information: Floats,
    notes: tuple[Message, ...],
) -> Fit:
    """Return the fit at the end of the search, with what has to be said of it."""
    value, gradient = objective(point)
    at_bound = np.abs(point) > _REACH - 1e-6
    errors = _errors(information * objective.customers)
    positive = np.arange(len(point)) < len(space.names)
    is_open = ~at_bound & ~(errors <= np.where(positive, _OPEN, _OPEN_EFFECT))
    _, gain = _newton(point, gradient, information, _FAR)
    converged = value > -1e9 and objective.customers * gain < _CONVERGED

    at = space.origin + space.step * point
    values = np.where(positive, np.exp(np.where(positive, at, 0.0)), at)
    errors = np.where(at_bound | is_open, np.nan, errors * space.step)
    errors = np.where(positive, errors * values, errors)
    names = np.array(space.names + space.effects, dtype=object)
    return Fit(
        tuple(
            Parameter(str(name), float(v), float(e))
            for name, v, e in zip(names, values, errors, strict=True)
        ),
        value * objective.customers,
        objective.customers,
        bool(converged),
        notes + tuple(_misgivings(names[at_bound], names[is_open], converged=bool(converged))),
    )


def _errors(information: Floats) -> Floats:
    """Return standard errors in units of the search; large ones where the surface is flat.

    A parameter at its bound counts as one that may move: what is known of the others only if it
    stays there is not known.
    """
    if not np.isfinite(information).all():
        return np.full(len(information), np.nan)
    curvature, axes = np.linalg.eigh(information)
    variances: Floats = axes**2 @ (1 / np.maximum(curvature, 1e-12))
    return np.sqrt(variances)


def _misgivings(at_bound: np.ndarray, is_open: np.ndarray, *, converged: bool) -> Iterator[Message]:
    if not converged:
        yield message(
            "The search for the best parameters did not end: these are the best it came to, and "
            "what follows from them is not to be relied on."
        )
    if len(at_bound):
        yield message(
            "At the bound of what was searched: {names}. The data fit an extreme case of the model "
            "best.",
            names=", ".join(at_bound),
        )
    if len(is_open):
        yield message(
            "The data do not tell {names}: values far apart fit about as well. Forecasts rest on "
            "what these have in common.",
            names=", ".join(is_open),
        )


def _nothing(space: Space, notes: Sequence[Message]) -> Fit:
    """Return a fit of nobody."""
    said = message("There is no customer to learn from.")
    names = space.names + space.effects
    parameters = tuple(Parameter(name, np.nan, np.nan) for name in names)
    return Fit(parameters, 0.0, 0.0, converged=False, notes=(*notes, said))
