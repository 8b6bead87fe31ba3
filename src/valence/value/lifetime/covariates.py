"""Covariates: what of the first purchase shapes how customers buy, as columns of 0 and 1.

Each covariate is told by its commonest levels. The commonest of all is what the others are
compared with; the rare ones and the unknown are one more, where they are enough to learn from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from valence.lake.marts import Read
from valence.lake.portable import count_if

WITH = "+covariates"  # ends the name of a model that has them
_MOST = 6  # levels of a covariate
_FEWEST = 50  # customers of a level who bought again: below, its effects are a rough guess
_EFFECT = re.compile(r"gamma_(?P<number>\d)\[(?P<covariate>\w+?)(?:=(?P<level>.*))?\]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Level:
    """Customers who began alike; `level` is None for all who are in no level of their own."""

    covariate: str
    level: str | None

    @property
    def name(self) -> str:
        """As it stands in the names of parameters."""
        return self.covariate if self.level is None else f"{self.covariate}={self.level}"


@dataclass(frozen=True, slots=True)
class Encoding:
    """Which level each column of the covariates stands for, and what they are compared with."""

    bases: tuple[Level, ...]
    columns: tuple[Level, ...]

    @classmethod
    def of(cls, names: Iterable[str], bases: Iterable[Level]) -> Encoding:
        """Return it from the names of fitted parameters, such as `gamma_1[first_channel=web]`."""
        found = map(effect_of, names)
        columns = dict.fromkeys(effect[1] for effect in found if effect is not None)
        return cls(tuple(bases), tuple(columns))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(level.name for level in self.columns)

    @property
    def keys(self) -> tuple[str, ...]:
        """Names of the columns in tables."""
        return tuple(f"z{number}" for number in range(len(self.columns)))

    def values(self, customers: ir.Table) -> dict[str, ir.IntegerValue]:
        """Return the columns of a table of customers, by `keys`."""
        return {
            key: self._is(customers, level).cast("int64")
            for key, level in zip(self.keys, self.columns, strict=True)
        }

    def _is(self, customers: ir.Table, level: Level) -> ir.BooleanValue:
        own, no = customers[level.covariate], ibis.literal(value=False)
        if level.level is not None:
            return ibis.coalesce(own == level.level, no)
        same = [
            one.level for one in (*self.bases, *self.columns) if one.covariate == level.covariate
        ]
        told = [text for text in same if text is not None]
        return ~ibis.coalesce(own.isin(told), no)


NONE = Encoding((), ())


def encoding_of(customers: ir.Table, names: Sequence[str], read: Read) -> Encoding:
    """Return the levels that customers are told apart by.

    Parameters
    ----------
    customers
        A row a customer with a purchase: `frequency` and a column for each name.
    names
        The covariates.
    read
        Reads in batches.

    Returns
    -------
    Encoding
        Without columns of a covariate that is the same for all who can be told apart.
    """
    bases, columns = [], []
    for name in names:
        t = customers.group_by(level=customers[name]).agg(
            customers=customers.count(), again=count_if(customers.frequency > 0)
        )
        rows = [row for batch in read(t) for row in batch.to_pylist()]
        rows.sort(key=lambda row: (-row["customers"], row["level"] or ""))
        known = [row for row in rows if row["level"] is not None and row["again"] >= _FEWEST]
        told = [row["level"] for row in known[:_MOST]]
        if not told:
            continue
        bases.append(Level(name, told[0]))
        columns += [Level(name, level) for level in told[1:]]
        rest = sum(row["again"] for row in rows if row["level"] not in told)
        if rest >= _FEWEST:
            columns.append(Level(name, None))
    return Encoding(tuple(bases), tuple(columns))


def with_first(customers: ir.Table, first: ir.Table | None) -> ir.Table:
    """Return customers with what their first purchases were of, where that is known.

    Parameters
    ----------
    customers
        Customer facts.
    first
        `first_purchases`; None leaves it unknown.
    """
    if first is None:
        unknown = ibis.null("string")
        return customers.mutate(first_product=unknown, first_category=unknown)
    known = first.select("customer_id", "first_product", "first_category")
    return customers.left_join(known, "customer_id").drop("customer_id_right")


def effect_of(parameter: str) -> tuple[int, Level] | None:
    """Return which coefficient of which level a parameter is; None if it is of no covariate."""
    found = _EFFECT.fullmatch(parameter)
    return found and (int(found["number"]), Level(found["covariate"], found["level"]))


def plain(model: str) -> str:
    """Return the name of a model without what says that it has covariates."""
    return model.removesuffix(WITH)


def has_covariates(model: str) -> bool:
    """Return whether a model has covariates, by its name."""
    return model.endswith(WITH)


def bases_of(rows: Iterable[Mapping[str, Any]]) -> list[Level]:
    """Return what levels are compared with, from the rows of a card."""
    bases = [row["name"].split("=", 1) for row in rows if row["kind"] == "covariate"]
    return [Level(covariate, level) for covariate, level in bases]
