"""What Kano, the value gap, drivers and perceived value tell: plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir

from valence.core.days import months_before
from valence.core.errors import BadInputError, did_you_mean
from valence.core.intervals import normal_quantile
from valence.experience.apart import OF_CUSTOMER, checked
from valence.experience.drivers import Drivers, drivers
from valence.experience.gap import Gap, gaps, placed
from valence.experience.kano import CATEGORIES, Drift, Kano, drift, kano_counts, kano_of
from valence.experience.surveys.pairs import gap_pairs, kano_pairs, response_of
from valence.lake.reading import Tables

MONTHS = 12
OUTCOMES = ("nps", "csat", "ces")
# Perceived value: what customers get less what they give (Zeithaml 1988; Sheth et al. 1991).
GETS = ("functional", "emotional", "social")
GIVES = ("time cost", "money cost")
_RATED = ("csat", "rating", "review", "perception")


@dataclass(frozen=True, slots=True)
class KanoFound:
    """Each feature's category now, and how it moved since the wave before."""

    features: Mapping[str, Kano]
    moved: Mapping[str, Drift]
    segment: str = ""

    def told(self) -> list[dict[str, Any]]:
        """Return each feature as one row, must-be first."""
        return [self._row(name, kano) for name, kano in _by_category(self.features)]

    def _row(self, name: str, kano: Kano) -> dict[str, Any]:
        better, worse = kano.better(), kano.worse()
        lead, needed = kano.fong
        moved = self.moved.get(name)
        return {
            "item": name,
            "n": kano.n,
            **{category: kano.counts.get(category, 0) for category in CATEGORIES},
            "category": kano.category,
            "total_strength": kano.total_strength,
            "category_strength": kano.category_strength,
            "lead": lead,
            "lead_needed": needed,
            "clear": kano.clear,
            **_three("better", better),
            **_three("worse", worse),
            "before": None if moved is None else moved.before.category,
            "better_change": None if moved is None else moved.better,
            "worse_change": None if moved is None else moved.worse,
            "became_basic": None if moved is None else moved.became_basic,
        }


@dataclass(frozen=True, slots=True)
class ValuePart:
    """What customers get or give, as they perceive it, of one brand in one segment."""

    subject: str
    name: str
    n: int
    mean: float
    low: float
    high: float


def kano_found(tables: Tables, as_of: date, *, by: str = "", segment: str = "") -> KanoFound:
    """Return the features of Kano's questions, of all who answered or of one segment.

    Parameters
    ----------
    tables
        The published tables.
    as_of
        The waves are the twelve months before this day and the twelve before these.
    by, segment
        What is known of the customer (`tier`, …), and which of it.
    """
    pairs = _segment(tables, kano_pairs(_answers(tables, as_of, 2 * MONTHS)), by, segment)
    pairs = pairs.filter(pairs.subject == "own")
    middle = months_before(as_of, MONTHS)
    when = _moments(tables, as_of)
    pairs = pairs.join(when, ["source", "response"])
    now = kano_of(tables.rows(kano_counts(pairs.filter(pairs.said_on > middle))))
    before = kano_of(tables.rows(kano_counts(pairs.filter(pairs.said_on <= middle))))
    moved = {
        name: found
        for name, kano in now.items()
        if name in before and (found := drift(before[name], kano)) is not None
    }
    return KanoFound(now, moved, segment)


def gaps_found(tables: Tables, as_of: date) -> list[Gap]:
    """Return the value gap of each dimension of service, the first to mend first.

    A dimension that is called as a touchpoint is has the money that is at stake there.
    """
    pairs = gap_pairs(_answers(tables, as_of, MONTHS))
    own = pairs.filter(pairs.subject == "own")
    return placed(tables.rows(gaps(own)), at_stake=_at_stake(tables))


def _at_stake(tables: Tables) -> dict[str, float]:
    """The largest stake of each touchpoint: those of one place are not added up."""
    if not tables.has("touchpoint_stake"):
        return {}
    t = tables.table("touchpoint_stake")
    t = t.filter(t.verdict == "costs")
    largest = t.group_by(name=t.touchpoint.lower()).agg(amount=t.stake_amount.max())
    return {row["name"]: float(row["amount"]) for row in tables.rows(largest)}


def rivals_found(tables: Tables, as_of: date) -> list[dict[str, Any]]:
    """Return how each dimension is felt at the own brand and at competitors, with n."""
    t = _answers(tables, as_of, MONTHS)
    t = t.filter(t.metric == "perception", t.score.notnull(), t.touchpoint.notnull())
    told = _means(t.group_by("touchpoint", "subject"))
    return [
        {"item": row["touchpoint"], **_part(row)}
        for row in sorted(tables.rows(told), key=lambda row: (row["touchpoint"], row["subject"]))
    ]


def perceived(tables: Tables, as_of: date) -> list[ValuePart]:
    """Return each part of perceived value, of the own brand and of competitors."""
    t = _answers(tables, as_of, MONTHS)
    t = t.filter(
        t.metric == "perceived_value",
        t.score.notnull(),
        t.touchpoint.lower().isin([*GETS, *GIVES]),
    )
    t = t.mutate(part=t.touchpoint.lower())
    rows = tables.rows(_means(t.group_by("part", "subject")))
    order = [*GETS, *GIVES]
    rows.sort(key=lambda row: (row["subject"] != "own", row["subject"], order.index(row["part"])))
    return [
        ValuePart(row["subject"], row["part"], row["n"], row["mean"], *_interval(row))
        for row in rows
    ]


def net_value(parts: Sequence[ValuePart]) -> dict[str, float]:
    """Return what customers get less what they give, of each brand that was asked about."""
    out: dict[str, float] = {}
    for subject in {part.subject for part in parts}:
        own = {part.name: part.mean for part in parts if part.subject == subject}
        if {*GETS, *GIVES} <= own.keys():
            out[subject] = sum(own[name] for name in GETS) - sum(own[name] for name in GIVES)
    return out


def drivers_found(
    tables: Tables, as_of: date, *, outcome: str = "nps", names: Sequence[str] = ()
) -> Drivers:
    """Return what moves a score: the touchpoints rated by those who also gave it.

    Parameters
    ----------
    tables
        The published tables.
    as_of
        Answers of the twelve months before this day count; of several, a customer's mean.
    outcome
        nps, csat or ces of the brand as a whole.
    names
        Touchpoints or dimensions that may drive it; by default all that enough customers rated.

    Raises
    ------
    BadInputError
        If nobody gave that score, or too few rated anything beside it.
    """
    if outcome not in OUTCOMES:
        raise BadInputError(
            "{name!r} is no score of experience. {fix}",
            name=outcome,
            fix=did_you_mean(outcome, OUTCOMES),
        )
    t = _answers(tables, as_of, MONTHS)
    t = t.filter(t.customer_id.notnull(), t.subject == "own", t.score.notnull())
    scores = t.filter(t.metric == outcome)
    scores = scores.group_by("customer_id").agg(outcome=scores.score.mean())
    rated = t.filter(t.metric.isin(_RATED), t.metric != outcome, t.touchpoint.notnull())
    rated = rated.group_by("customer_id", "touchpoint").agg(rating=rated.score.mean())
    rows = tables.rows(rated.join(scores, "customer_id"))
    if not rows:
        raise BadInputError(
            "No customer gave {outcome} and rated a touchpoint or a dimension of service as well "
            "within twelve months. Ask both in one survey, or bring such answers in.",
            outcome=outcome.upper(),
        )
    wide: dict[str, dict[str, float]] = {}
    for row in rows:
        held = wide.setdefault(row["customer_id"], {"": row["outcome"]})
        held[row["touchpoint"]] = row["rating"]
    asked = list(names) or _asked_enough(wide)
    columns = {name: [held.get(name) for held in wide.values()] for name in ["", *asked]}
    return drivers({k: [_nan(v) for v in column] for k, column in columns.items()}, "", asked)


def _asked_enough(wide: Mapping[str, Mapping[str, float]]) -> list[str]:
    """The names that are rated together by most: each costs those who did not rate it."""
    counts: dict[str, int] = {}
    for held in wide.values():
        for name in held:
            if name:
                counts[name] = counts.get(name, 0) + 1
    ordered = sorted(counts, key=lambda name: (-counts[name], name))
    chosen: list[str] = []
    for name in ordered:
        wider = [*chosen, name]
        whole = sum(all(each in held for each in wider) for held in wide.values())
        if whole >= 10 * len(wider) and whole >= counts[ordered[0]] / 4:
            chosen = wider
    if not chosen:
        raise BadInputError(
            "Too few customers rated the same touchpoints to tell what moves the score."
        )
    return chosen


def _nan(value: float | None) -> float:
    return float("nan") if value is None else value


def _answers(tables: Tables, as_of: date, months: int) -> ir.Table:
    t = tables.table("answers")
    return t.filter(t.on > months_before(as_of, months), t.on <= as_of)


def _moments(tables: Tables, as_of: date) -> ir.Table:
    """The day of each response to Kano's questions."""
    t = _answers(tables, as_of, 2 * MONTHS)
    t = t.filter(t.metric.startswith("kano_"))
    t = t.mutate(response=response_of(t))
    return t.group_by("source", "response").agg(said_on=t.on.max())


def _segment(tables: Tables, pairs: ir.Table, by: str, segment: str) -> ir.Table:
    if not by:
        return pairs
    checked(by, OF_CUSTOMER)
    customers = tables.table("customers")
    if by not in customers.columns:
        return pairs.filter(ibis.literal(value=False))
    known = customers.filter(customers[by] == segment).select("customer_id")
    return pairs.semi_join(known, "customer_id")


def _means(grouped: Any) -> ir.Table:
    t = grouped.aggregate(
        n=ibis._.count().cast("int64"), mean=ibis._.score.mean(),
        spread=ibis._.score.var(how="sample"),
    )  # fmt: skip
    return t.filter(t.n > 0)


def _part(row: Mapping[str, Any]) -> dict[str, Any]:
    low, high = _interval(row)
    return {
        "subject": row["subject"], "n": row["n"], "mean": row["mean"], "low": low, "high": high
    }  # fmt: skip


def _interval(row: Mapping[str, Any]) -> tuple[float, float]:
    spread = row["spread"] or 0.0
    reach = normal_quantile(0.90) * (max(spread, 0.0) / row["n"]) ** 0.5
    return row["mean"] - reach, row["mean"] + reach


def _three(name: str, found: tuple[float, float, float] | None) -> dict[str, float | None]:
    value, low, high = found or (None, None, None)
    return {name: value, f"{name}_low": low, f"{name}_high": high}


def _by_category(features: Mapping[str, Kano]) -> list[tuple[str, Kano]]:
    def place(pair: tuple[str, Kano]) -> tuple[int, float]:
        _name, kano = pair
        worse = kano.worse()
        category = kano.category
        at = CATEGORIES.index(category) if category else len(CATEGORIES)
        return at, 0.0 if worse is None else worse[0]

    return sorted(features.items(), key=place)
