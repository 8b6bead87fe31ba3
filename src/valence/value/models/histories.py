"""Purchase histories as models take them: checked, distinct, with what to say of them."""

from __future__ import annotations

import numpy as np

from valence.core.errors import BadInputError
from valence.core.messages import Message, message
from valence.value.models.model import Floats, Histories

_FEW = 100  # repeat buyers: below, a shape parameter is known to a fifth at best


def distinct(
    frequency: Floats,
    recency: Floats,
    age: Floats,
    *,
    covariates: Floats | None = None,
    names: tuple[str, ...] = (),
    unit_days: float = 7.0,
) -> Histories:
    """Return the distinct histories of customers, each with how many have it.

    Parameters
    ----------
    frequency, recency, age
        (n,) one row a customer, as in `Histories`.
    covariates
        (n, k) or None.
    names
        Of the k covariates.
    unit_days
        Days in a unit of time.

    Returns
    -------
    Histories
        In order of frequency, age and recency.
    """
    columns = [np.asarray(column, dtype=float) for column in (frequency, age, recency)]
    if covariates is not None:
        columns += list(np.asarray(covariates, dtype=float).T)
    some, which = grouped(*columns)
    count = np.bincount(which, minlength=len(some)).astype(float)
    x, age, recency, *z = (column[some] for column in columns)
    return Histories(x, recency, age, count, np.stack(z, 1) if z else None, names, unit_days)


def grouped(*columns: Floats) -> tuple[np.ndarray, np.ndarray]:
    """Return where each distinct row stands, in order, and which of them each row is."""
    key = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        values, code = np.unique(column, return_inverse=True)
        if len(values) > 1:
            key = key * len(values) + code
        if key.max(initial=0) > 2**40:  # leave room for the next column
            key = np.unique(key, return_inverse=True)[1]
    # Not np.unique: it sorts stably to find the first of equals, six times slower, where any does.
    order = np.argsort(key)
    key = key[order]
    starts = np.append(True, key[1:] != key[:-1])[: len(key)]
    which = np.empty(len(key), dtype=np.int64)
    which[order] = np.cumsum(starts) - 1
    return order[starts], which


def covariate_groups(h: Histories) -> tuple[Floats, Floats, tuple[float, ...]]:
    """Return the distinct covariates (G, k), which of them each row has, and their sizes."""
    if h.covariates is None:
        return np.zeros((1, 0)), np.zeros(len(h.count)), ()
    groups, which = np.unique(h.covariates, axis=0, return_inverse=True)
    sizes = np.abs(groups).max(axis=0, initial=0)
    return groups, which.astype(float), tuple(np.where(sizes > 0, sizes, 1.0))


def checked(histories: Histories) -> Histories:
    """Return the histories, or raise BadInputError with the first that cannot be."""
    h = histories
    x, t_x, age = h.frequency, h.recency, h.age
    good = np.isfinite(x) & np.isfinite(age) & (h.count >= 0)
    good &= (x >= 0) & (t_x >= 0) & (t_x <= age) & ((x > 0) | (t_x == 0))
    if h.covariates is not None:
        good &= np.isfinite(h.covariates).all(axis=1)
    if not good.all():
        row = int(np.argmin(good))
        raise BadInputError(
            message(
                "A purchase history has a frequency of 0 or more and a recency from 0 to its age, "
                "0 where nobody bought again. In {rows} rows that is not so, the first is row "
                "{row}: frequency {frequency}, recency {recency}, age {age}.",
                rows=int((~good).sum()),
                row=row,
                frequency=float(x[row]),
                recency=float(t_x[row]),
                age=float(age[row]),
            )
        )
    return h


def misgivings(histories: Histories) -> tuple[Message, ...]:
    """Return what makes any model of these histories doubtful."""
    again = float(histories.count[histories.frequency > 0].sum())
    if again == 0:
        return (
            message(
                "None of {customers} customers bought again: how often customers come back cannot "
                "be learned from them.",
                customers=int(histories.customers),
            ),
        )
    if again < _FEW:
        return (
            message(
                "Only {repeat} of {customers} customers bought again; below {few} a model of "
                "buying is a rough guess.",
                repeat=int(again),
                customers=int(histories.customers),
                few=_FEW,
            ),
        )
    return ()


def purchase_rate(histories: Histories) -> float:
    """Return repeat purchases per unit of time: where a search for parameters starts."""
    purchases = float((histories.count * histories.frequency).sum())
    time = float((histories.count * histories.age).sum())
    return max(purchases, 1.0) / time if time > 0 else 1.0
