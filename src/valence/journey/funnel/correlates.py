"""Correlates: what those who convert met before, or came with, more often than those who do not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import exp, log, sqrt
from typing import Any

import ibis
import ibis.expr.types as ir

from valence.core.intervals import MINIMUM, corrected, normal_quantile, two_sided
from valence.journey.funnel.definition import FunnelDefinition
from valence.journey.funnel.property import with_property
from valence.journey.funnel.rates import CONFIDENCE
from valence.lake.moments import micros_of
from valence.lake.portable import count_if

MET = "touchpoint"


@dataclass(frozen=True, slots=True)
class Correlate:
    """One thing, and how conversion differs with it: an association, no effect."""

    kind: str  # `touchpoint`: met before the first step; else the column of its row
    value: str
    customers: int  # with it
    converted: int
    others: int  # without it
    others_converted: int
    odds_ratio: float
    low: float
    high: float
    p: float  # that odds differ as much by chance
    q: float  # the same, corrected for how many things were looked at

    @property
    def telling(self) -> bool:
        """Whether at most one in twenty such is expected to be chance."""
        return self.q <= 0.05


def exposures(
    found: ir.Table,
    steps: ir.Table,
    *,
    definition: FunnelDefinition,
    as_of: date,
    since: date | None = None,
    properties: Sequence[str] = ("channel",),
) -> ir.Table:
    """Return how many customers had each thing, and how many of them converted.

    All is looked at before, and when, a customer first came to the first step, and as long before
    for each. Nothing later is: who converts soon has less time to meet anything than who does not,
    so that everything met on the way would seem to keep customers from converting.

    Parameters
    ----------
    found
        What `chains` gave for the same steps, definition and days.
    steps
        Rows of `journey_steps`.
    definition, as_of, since
        As of `chains`.
    properties
        Columns of the row by which a customer first came to the first step.

    Returns
    -------
    Table
        `kind`, `value` (text), `customers`, `converted` (int): for each touchpoint that was met
        within the window before, and each value of each property. The row of the kind `all` has
        everybody.
    """
    last = len(definition.steps)
    found = found.mutate(_through=found[f"at_{last}"].notnull())
    whole = found.aggregate(**_through(found))
    told = [whole.select(kind=ibis.literal("all"), value=ibis.literal(""), **_counts(whole))]
    told.append(_met(found, steps, definition, as_of))
    for name in properties:
        t = with_property(
            found, steps, definition=definition, as_of=as_of, since=since, by=name, attribution=1
        )
        t = t.group_by("part").agg(**_through(t))
        told.append(t.select(kind=ibis.literal(name), value=t.part, **_counts(t)))
    return ibis.union(*told)


def _through(t: ir.Table) -> dict[str, ir.Value]:
    return {"customers": t.count().cast("int64"), "converted": count_if(t._through)}


def _counts(t: ir.Table) -> dict[str, ir.Value]:
    return {name: t[name] for name in ("customers", "converted")}


def _met(found: ir.Table, steps: ir.Table, definition: FunnelDefinition, as_of: date) -> ir.Table:
    """Of each touchpoint: who met it before they first came to the first step, and converted."""
    window = round(definition.window_hours * 3_600_000_000)
    ways = found.select(
        _who=found.customer_id, _through=found._through, _until=micros_of(found.at_1)
    )
    rows = steps.filter(steps["on"] <= as_of, steps.customer_id.notnull())
    rows = rows.select("customer_id", "touchpoint", _at=micros_of(rows["at"]))
    t = rows.inner_join(ways, [rows.customer_id == ways._who])
    t = t.filter(t._at < t._until, t._until - t._at <= window)
    t = t.group_by("touchpoint").agg(
        customers=t.customer_id.nunique().cast("int64"),
        converted=t.customer_id.nunique(where=t._through).cast("int64"),
    )
    return t.select(kind=ibis.literal(MET), value=t.touchpoint, **_counts(t))


def correlates(
    rows: Iterable[Mapping[str, Any]], *, confidence: float = CONFIDENCE, least: int = MINIMUM
) -> list[Correlate]:
    """Return what goes with converting, the surest first.

    The odds ratio has Woolf's (1955) interval with Haldane and Anscombe's half in each cell, so
    that a cell of nobody is no infinity; q is after Benjamini & Hochberg (1995) over all that is
    returned.

    Parameters
    ----------
    rows
        Rows of `exposures`.
    confidence
        How sure the intervals are.
    least
        Customers that must have it, and not have it.
    """
    every = list(rows)
    whole = next((row for row in every if row["kind"] == "all"), None)
    if whole is None:
        return []
    n, through = whole["customers"], whole["converted"]
    compared = [
        row for row in every if row["kind"] != "all" and least <= row["customers"] <= n - least
    ]
    made = [_odds(row, n, through, confidence) for row in compared]
    made.sort(key=lambda each: (each["p"], each["kind"], each["value"]))
    adjusted = corrected([each["p"] for each in made])
    return [Correlate(**each, q=q) for each, q in zip(made, adjusted, strict=True)]


def _odds(row: Mapping[str, Any], n: int, through: int, confidence: float) -> dict[str, Any]:
    with_it, converted = row["customers"], row["converted"]
    others, others_converted = n - with_it, through - converted
    cells = [converted, with_it - converted, others_converted, others - others_converted]
    a, b, c, d = (cell + 0.5 for cell in cells)
    ratio, error = log(a * d / (b * c)), sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    reach = normal_quantile(confidence) * error
    return {
        "kind": row["kind"],
        "value": row["value"],
        "customers": with_it,
        "converted": converted,
        "others": others,
        "others_converted": others_converted,
        "odds_ratio": exp(ratio),
        "low": exp(ratio - reach),
        "high": exp(ratio + reach),
        "p": two_sided(ratio, error) or 0.0,
    }
