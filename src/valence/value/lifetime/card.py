"""The model card: what was fitted, how it did on what it had not seen, and what it rests on.

One long table holds all of it, so that pages, commands and scores read what one fit has said.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from math import isfinite
from typing import Any

import pyarrow as pa

from valence.core.messages import Message
from valence.lake.columns import ARROW
from valence.lake.runs import written
from valence.value.lifetime.covariates import Level
from valence.value.lifetime.foretold import CARD
from valence.value.lifetime.holdout import Backtest
from valence.value.models.gamma_gamma import ConstantSpend, GammaGamma
from valence.value.models.model import Floats, PurchaseModel

_SCHEMA = pa.schema([(column.name, ARROW[column.kind]) for column in CARD])


@dataclass(frozen=True, slots=True)
class CardRow:
    """A row of the card; see `CARD`."""

    kind: str
    model: str = ""
    name: str = ""
    position: float | None = None
    value: float | None = None
    other: float | None = None
    customers: int | None = None
    chosen: bool = False
    said: str | None = None


def batch(rows: Iterable[CardRow], *, fitted_on: date, cut_on: date | None) -> pa.RecordBatch:
    """Return the rows of a card as Arrow."""
    listed = [
        {**_known(row), "number": number, "fitted_on": fitted_on, "cut_on": cut_on}
        for number, row in enumerate(rows)
    ]
    return pa.RecordBatch.from_pylist(listed, schema=_SCHEMA)


def _known(row: CardRow) -> dict[str, Any]:
    """A row's fields; what is no number is missing."""
    return {
        name: None if isinstance(value, float) and not isfinite(value) else value
        for name, value in asdict(row).items()
    }


def note(said: Message, model: str = "") -> CardRow:
    """Return what a reader has to know."""
    return CardRow("note", model, said=json.dumps(written(said)))


def of_fit(
    model: PurchaseModel, *, chosen: bool, name: str = "", bases: Iterable[Level] = ()
) -> Iterator[CardRow]:
    """Yield a model's parameters, its likelihood and its notes.

    Parameters
    ----------
    model
        The model.
    chosen
        Whether worth rests on it.
    name
        What the card calls it; its own name where empty.
    bases
        Levels of covariates that the others are compared with.
    """
    fit, name = model.fitted, name or model.name
    n = round(fit.customers)
    yield CardRow("model", name, "log_likelihood", None, fit.log_likelihood, None, n, chosen)
    for parameter in fit.parameters:
        yield CardRow(
            "parameter", name, parameter.name, None, parameter.value,
            parameter.standard_error, n, chosen,
        )  # fmt: skip
    for base in bases:
        yield CardRow("covariate", name, base.name, chosen=chosen)
    yield from (note(said, name) for said in fit.notes)


def of_spend(spend: GammaGamma | ConstantSpend) -> Iterator[CardRow]:
    """Yield the parameters of the model of spend, and its notes."""
    name, fit = "gamma-gamma", spend.fitted
    if isinstance(spend, ConstantSpend):
        name = "constant-spend"
        if isfinite(spend.amount):  # where nobody has spent, the note below says so
            n = round(fit.customers)
            yield CardRow("parameter", name, "amount", None, spend.amount, None, n)
    for parameter in fit.parameters:
        yield CardRow(
            "parameter", name, parameter.name, None, parameter.value, parameter.standard_error,
            round(fit.customers),
        )  # fmt: skip
    yield from (note(said, name) for said in fit.notes)


def of_backtest(test: Backtest, weekly: Floats, *, interval: float) -> Iterator[CardRow]:
    """Yield how every model and naive forecast did, and the two pictures of the best.

    Parameters
    ----------
    test
        The backtest.
    weekly
        (w,) repeat purchases that came in each week.
    interval
        How much the intervals should cover.
    """
    best = test.best
    for name, tried in test.tried.items():
        is_best = name == best
        rows: Mapping[str, float] = {"log_score": tried.log_score, **_fields(tried.errors)}
        for what, figure in rows.items():
            yield CardRow("error", name, what, None, figure, None, test.customers, is_best)
        yield CardRow(
            "coverage", name, "value", None, tried.coverage, interval, test.customers, is_best
        )
        for week, (came, told) in enumerate(zip(weekly, tried.weekly, strict=True)):
            yield CardRow("week", name, "", week, came, told, None, is_best)
        for x, came, told, n in zip(
            test.frequencies, test.came_by_frequency, tried.by_frequency,
            test.customers_by_frequency, strict=True,
        ):  # fmt: skip
            yield CardRow("frequency", name, "", x, came, told, round(n), is_best)
    for name, off in test.naive.items():
        for what, figure in _fields(off).items():
            yield CardRow("error", name, what, None, figure, None, test.customers)


def _fields(of: Any) -> dict[str, float]:
    return {field.name: float(getattr(of, field.name)) for field in fields(of)}
