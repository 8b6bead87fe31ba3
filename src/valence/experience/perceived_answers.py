"""What perceived value tells: by part, by brand, by segment, and beside lifetime value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir

from valence.core.intervals import MINIMUM, normal_quantile
from valence.experience.kano_answers import with_segment
from valence.experience.panel import interval, latest, means, recent
from valence.experience.perceived import METRIC, PARTS, nets
from valence.lake.reading import Tables


@dataclass(frozen=True, slots=True)
class ValuePart:
    """What customers get or give, as they perceive it, of one brand in one segment."""

    subject: str
    name: str
    n: int
    mean: float
    low: float
    high: float

    def told(self) -> dict[str, Any]:
        """Return it as one row; without figures below the minimum of answers."""
        said = {
            name: getattr(self, name) if self.n >= MINIMUM else None
            for name in ("mean", "low", "high")
        }
        return {"subject": self.subject, "name": self.name, "n": self.n, **said}


@dataclass(frozen=True, slots=True)
class Net:
    """What a group of people gets and gives, of one brand, and what its customers are worth."""

    name: str | None  # the brand, or the segment; None: not known
    n: int
    gets: float
    gives: float
    net: float
    low: float
    high: float
    worth: float | None = None  # mean lifetime value of the customers who answered
    worth_low: float | None = None
    worth_high: float | None = None

    @property
    def enough(self) -> bool:
        """Whether there are answers enough to say anything."""
        return self.n >= MINIMUM

    def told(self) -> dict[str, Any]:
        """Return it as one row; without figures below the minimum of answers."""
        said = {
            name: getattr(self, name) if self.enough else None
            for name in ("gets", "gives", "net", "low", "high", "worth", "worth_low", "worth_high")
        }
        return {"name": self.name, "n": self.n, **said}


@dataclass(frozen=True, slots=True)
class Perceived:
    """Perceived value: its parts, brand by brand, by segment, and beside lifetime value."""

    by: str
    parts: Sequence[ValuePart]
    brands: Sequence[Net]  # the own one first
    segments: Sequence[Net]  # of the own brand, the lowest first
    thirds: Sequence[Net]  # who perceives least, middling, most; empty without worth

    def told(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "by": self.by,
            "parts": [part.told() for part in self.parts],
            "net": {str(one.name): one.told()["net"] for one in self.brands},
            "brands": [one.told() for one in self.brands],
            "segments": [one.told() for one in self.segments],
            "thirds": [one.told() for one in self.thirds],
        }


THIRDS = ("least", "middling", "most")


def perceived(tables: Tables, as_of: date, *, by: str = "tier") -> Perceived:
    """Return perceived value of the twelve months up to a day.

    Parameters
    ----------
    tables
        The published tables; with `worth`, people are told beside their lifetime value.
    as_of
        The last day.
    by
        What is known of the customer, by which the own brand is told apart.

    Raises
    ------
    BadInputError
        If customers have no such trait.
    """
    answered = recent(tables, as_of)
    people = latest(nets(answered), "subject")
    worth = tables.has("worth")
    if worth:
        known = tables.table("worth")
        known = known.select("customer_id", worth=known.worth_amount.cast("float64"))
        people = people.left_join(known, "customer_id").drop("customer_id_right")
    else:
        people = people.mutate(worth=ibis.null("float64"))
    own = with_segment(tables, people.filter(people.subject == "own"), by)
    brands = _nets(tables, people.mutate(name=people.subject))
    segments = _nets(tables, own.mutate(name=own.segment))
    return Perceived(
        by,
        _parts(tables, answered),
        sorted(brands, key=lambda one: (one.name != "own", -one.net)),
        sorted(segments, key=lambda one: (not one.enough, one.net)),
        _thirds(tables, own) if worth else (),
    )


def _parts(tables: Tables, t: ir.Table) -> list[ValuePart]:
    """Each part of perceived value, of the own brand and of competitors."""
    t = t.filter(t.metric == METRIC, t.score.notnull(), t.touchpoint.lower().isin(list(PARTS)))
    t = latest(t.mutate(part=t.touchpoint.lower()), "part", "subject")
    rows = tables.rows(means(t.group_by("part", "subject")))
    rows.sort(key=lambda row: (row["subject"] != "own", row["subject"], PARTS.index(row["part"])))
    return [
        ValuePart(row["subject"], row["part"], row["n"], row["mean"], *interval(row))
        for row in rows
    ]


def _thirds(tables: Tables, own: ir.Table) -> list[Net]:
    """Those whose worth is known in three parts of the same size, by what they perceive."""
    own = own.filter(own.worth.notnull())
    third = ibis.ntile(3).over(ibis.window(order_by=[own.net, own.customer_id]))
    found = _nets(tables, own.mutate(name=third.cast("string")))
    named = {str(at): name for at, name in enumerate(THIRDS)}
    return [_called(one, named[str(one.name)]) for one in sorted(found, key=lambda n: str(n.name))]


def _called(one: Net, name: str) -> Net:
    return Net(name, one.n, one.gets, one.gives, one.net, one.low, one.high, one.worth,
               one.worth_low, one.worth_high)  # fmt: skip


def _nets(tables: Tables, t: ir.Table) -> list[Net]:
    rows = tables.rows(
        t.group_by("name").aggregate(
            n=ibis._.count().cast("int64"),
            gets=ibis._.gets.mean(),
            gives=ibis._.gives.mean(),
            mean=ibis._.net.mean(),
            spread=ibis._.net.var(how="sample"),
            known=ibis._.worth.count().cast("int64"),
            worth=ibis._.worth.mean(),
            worth_spread=ibis._.worth.var(how="sample"),
        )
    )
    return [
        Net(row["name"], row["n"], row["gets"], row["gives"], row["mean"], *interval(row),
            *_worth(row))
        for row in rows
    ]  # fmt: skip


def _worth(row: Mapping[str, Any]) -> tuple[float | None, float | None, float | None]:
    """Mean worth of those of whom it is known, with its interval; none below the minimum."""
    if row["known"] < MINIMUM:
        return None, None, None
    reach = normal_quantile(0.90) * (max(row["worth_spread"] or 0.0, 0.0) / row["known"]) ** 0.5
    return row["worth"], row["worth"] - reach, row["worth"] + reach
