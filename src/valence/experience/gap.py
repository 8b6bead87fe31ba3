"""The value gap: what was expected less what was felt, by dimension, and which gap weighs most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Literal

import ibis
import ibis.expr.types as ir

from valence.core.intervals import normal_quantile
from valence.lake.portable import given

CONFIDENCE = 0.90
Quadrant = Literal["mend first", "keep it up", "minor", "more than needed"]


def gaps(pairs: ir.Table, *, by: Sequence[str] = ("item",)) -> ir.Table:
    """Return expectation, perception and their gap for each dimension of service.

    Parameters
    ----------
    pairs
        One row per person and dimension: `expectation`, `perception` (numbers on one scale), and
        `importance` where it was asked; rows without both are left out.
    by
        Columns that make the groups: the dimension, and a segment or a competitor if wanted.

    Returns
    -------
    Table
        The columns of `by`, `n` (int), `expectation`, `perception`, `gap` (float, means; above 0
        where less was felt than expected), `error` (float, standard error of the gap, person by
        person), `importance` (float, mean; missing where it was not asked).

    Raises
    ------
    BadInputError
        If a column is missing.

    Notes
    -----
    Parasuraman, Zeithaml & Berry (1988), SERVQUAL, Journal of Retailing 64 (1); their gap has the
    other sign.
    """
    t = given(pairs, "expectation", "perception", *by)
    if "importance" not in t.columns:
        t = t.mutate(importance=ibis.null("float64"))
    t = t.filter(t.expectation.notnull(), t.perception.notnull())
    t = t.mutate(
        **{name: t[name].cast("float64") for name in ("expectation", "perception", "importance")}
    )
    t = t.mutate(less=t.expectation - t.perception)
    grouped = t.group_by(*by) if by else t
    made = grouped.aggregate(
        n=ibis._.count().cast("int64"),
        expectation=ibis._.expectation.mean(),
        perception=ibis._.perception.mean(),
        gap=ibis._.less.mean(),
        spread=ibis._.less.var(how="sample"),
        importance=ibis._.importance.mean(),
    )
    error = (made.spread / made.n.cast("float64").nullif(0.0)).sqrt()
    return made.filter(made.n > 0).mutate(error=error).drop("spread")


@dataclass(frozen=True, slots=True)
class Gap:
    """The gap of one dimension."""

    item: str
    n: int
    expectation: float
    perception: float
    gap: float
    error: float | None  # of one answer nothing is known
    importance: float | None  # stated: on the scale asked; derived: of what is explained, 0 to 1
    quadrant: Quadrant | None = None
    at_stake: float | None = None  # money, where a touchpoint stands behind the dimension

    def interval(self, confidence: float = CONFIDENCE) -> tuple[float, float] | None:
        """Return the interval of the gap."""
        if self.error is None:
            return None
        reach = normal_quantile(confidence) * self.error
        return self.gap - reach, self.gap + reach


def placed(
    rows: Sequence[Mapping[str, object]],
    *,
    importance: Mapping[str, float] | None = None,
    at_stake: Mapping[str, float] | None = None,
    item: str = "item",
) -> list[Gap]:
    """Return the gaps in the order in which to mend them, each in its quadrant.

    The quadrants are those of importance–performance analysis (Martilla & James 1977, Journal of
    Marketing 41 (1)), cut at the means: important and felt below the mean is to be mended first.
    In order of the money at stake where that is known, else of gap × importance.

    Parameters
    ----------
    rows
        What `gaps` found.
    importance
        Derived importance by dimension, such as the shares of `drivers`: instead of what was
        stated.
    at_stake
        Money at stake by dimension, its name in small letters.
    """
    found = []
    for row in rows:
        name = str(row[item])
        stated = row.get("importance") if importance is None else importance.get(name)
        found.append(
            Gap(
                item=name,
                n=int(str(row["n"])),
                expectation=float(str(row["expectation"])),
                perception=float(str(row["perception"])),
                gap=float(str(row["gap"])),
                error=_number(row["error"]),
                importance=_number(stated),
                at_stake=(at_stake or {}).get(name.lower()),
            )
        )
    weighed = [gap for gap in found if gap.importance is not None]
    if weighed:
        middle = _mean([gap.perception for gap in weighed])
        edge = _mean([float(gap.importance or 0) for gap in weighed])
        found = [_in_quadrant(gap, middle, edge) for gap in found]
    return sorted(found, key=_urgency, reverse=True)


def _in_quadrant(gap: Gap, middle: float, edge: float) -> Gap:
    if gap.importance is None:
        return gap
    matters, good = gap.importance >= edge, gap.perception >= middle
    names: dict[tuple[bool, bool], Quadrant] = {
        (True, False): "mend first", (True, True): "keep it up",
        (False, False): "minor", (False, True): "more than needed",
    }  # fmt: skip
    return replace(gap, quadrant=names[matters, good])


def _urgency(gap: Gap) -> tuple[bool, float, float]:
    weight = 1.0 if gap.importance is None else gap.importance
    return gap.at_stake is not None, gap.at_stake or 0.0, gap.gap * weight


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _number(value: object) -> float | None:
    if value is None:
        return None
    number = float(str(value))
    return number if isfinite(number) else None
