"""What the value gap and drivers tell: plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import ibis
import ibis.expr.types as ir
import numpy as np
from numpy.typing import NDArray

from valence.core.errors import BadInputError, did_you_mean
from valence.core.intervals import MINIMUM
from valence.core.messages import Message, message
from valence.experience.drivers import FEWEST, Drivers, Method, drivers
from valence.experience.gap import Gap, gaps, placed
from valence.experience.panel import Measured, interval, latest, means, recent
from valence.experience.surveys.pairs import gap_pairs
from valence.lake.portable import in_panel
from valence.lake.reading import Tables

OUTCOMES = ("nps", "csat", "ces")
# What overall satisfaction is told by, the first that there is: asked as such, else these.
OVERALL = ("overall", "csat", "nps")
_RATED = ("csat", "rating", "review", "perception")
Importance = Literal["stated", "derived"]
_SURE = 0.10  # a fit that chance makes as good more often tells nothing of importance


@dataclass(frozen=True, slots=True)
class GapsFound:
    """The gaps, the first to mend first, and where their importance comes from."""

    gaps: Sequence[Gap]
    importance: Importance | None  # None: neither stated nor to be derived
    why: Message | None = None  # not as was asked
    derived: Drivers | None = None  # what importance is derived from
    outcome: str = ""  # what it moves

    def interval(self, item: str) -> tuple[float, float] | None:
        """Return the interval of a derived importance, 0 to 1."""
        if self.derived is None or not self.derived.r_squared:
            return None
        for one in self.derived.drivers:
            if one.name == item:
                r_squared = self.derived.r_squared
                return one.low / r_squared, min(one.high / r_squared, 1.0)
        return None

    def told(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "importance": self.importance,
            "why": None if self.why is None else str(self.why),
            "outcome": self.outcome or None,
            "r_squared": None if self.derived is None else self.derived.r_squared,
            "answered_both": None if self.derived is None else self.derived.n,
            "gaps": [self._row(gap) for gap in self.gaps],
        }

    def _row(self, gap: Gap) -> dict[str, Any]:
        low, high = gap.interval() or (None, None)
        least, most = self.interval(gap.item) or (None, None)
        told = {
            "expectation": gap.expectation, "perception": gap.perception, "gap": gap.gap,
            "low": low, "high": high, "importance": gap.importance, "importance_low": least,
            "importance_high": most, "quadrant": gap.quadrant, "at_stake": gap.at_stake,
        }  # fmt: skip
        said = gap.n >= MINIMUM
        return {"item": gap.item, "n": gap.n, **(told if said else dict.fromkeys(told))}


def gaps_found(tables: Tables, as_of: date, *, importance: Importance = "stated") -> GapsFound:
    """Return the value gap of each dimension of service, the first to mend first.

    A dimension that is called as a touchpoint is has the money that is at stake there.

    Parameters
    ----------
    tables
        The published tables.
    as_of
        Answers of the twelve months before this day count.
    importance
        `stated`: as people said; `derived`: each dimension's part (Johnson's relative weights) in
        what perceptions explain of overall satisfaction. Where the one that is asked for cannot be
        had, the other takes its place, and `why` says so.
    """
    pairs = gap_pairs(recent(tables, as_of))
    pairs = pairs.filter(
        pairs.subject == "own", pairs.expectation.notnull(), pairs.perception.notnull()
    )
    rows = tables.rows(gaps(latest(pairs, "item")))
    rows.sort(key=lambda row: str(row["item"]))  # or the last digits are others each time
    if not rows:
        return GapsFound((), None)
    stakes = {name: one.value for name, one in stakes_of(tables).items()}
    stated = any(row["importance"] is not None for row in rows)
    if importance == "stated" and stated:
        return GapsFound(_placed(rows, at_stake=stakes), "stated")
    found = _derived(tables, as_of, [row["item"] for row in rows])
    if isinstance(found, Message):
        why = (
            message("Importance cannot be derived, so it is what people said. {why}", why=found)
            if stated
            else message("Nobody was asked how much each matters. {why}", why=found)
        )
        return GapsFound(_placed(rows, at_stake=stakes), "stated" if stated else None, why)
    outcome, told = found
    shares = {one.name: one.share / told.r_squared for one in told.drivers}
    weights = {**dict.fromkeys(told.left_out, 0.0), **shares}
    made = _placed(rows, importance=weights, at_stake=stakes)
    unasked = message("Nobody was asked how much each matters: it is derived.")
    return GapsFound(made, "derived", None if importance == "derived" else unasked, told, outcome)


def _placed(rows: Sequence[Mapping[str, Any]], **how: Any) -> list[Gap]:
    """Those that people enough told, in their quadrants and order; then the others, in none."""
    sure = [row for row in rows if row["n"] >= MINIMUM]
    few = [{**row, "importance": None} for row in rows if row["n"] < MINIMUM]
    return [*placed(sure, **how), *placed(few)]


def _derived(tables: Tables, as_of: date, items: Sequence[str]) -> tuple[str, Drivers] | Message:
    """What perceptions explain of overall satisfaction, and by what it is told; or why not."""
    for outcome in OVERALL:
        try:
            found = _moved(
                tables, as_of, outcome, among=items, rated=("perception",), method="johnson",
                fewest=0,
            )  # fmt: skip
        except BadInputError:
            continue
        if found.by_chance < _SURE:
            return outcome, found
        return message(
            "What was felt explains {r} % of {outcome} ({n} people), which may be chance.",
            r=round(100 * found.r_squared), outcome=OUTCOME_NAMES[outcome], n=found.n,
        )  # fmt: skip
    return message(
        "Too few people said both how satisfied they are and how each dimension feels: it takes "
        "{least}, ten for each.",
        least=FEWEST * len(items),
    )


OUTCOME_NAMES: Mapping[str, Message] = {
    "overall": message("overall satisfaction"),
    "csat": message("satisfaction"),
    "nps": message("the net promoter score"),
}


def stakes_of(tables: Tables) -> dict[str, Measured]:
    """Return the largest stake of each touchpoint: those of one place are not added up."""
    if not tables.has("touchpoint_stake"):
        return {}
    t = tables.table("touchpoint_stake")
    t = t.filter(t.verdict == "costs").select(
        "stake_amount", "stake_low_amount", "stake_high_amount", name=t.touchpoint.lower()
    )
    found: dict[str, Measured] = {}
    for row in tables.rows(t.order_by("stake_amount")):
        ends = (row["stake_low_amount"], row["stake_high_amount"])
        found[row["name"]] = Measured(
            float(row["stake_amount"]), *(None if end is None else float(end) for end in ends)
        )
    return found


def rivals_found(tables: Tables, as_of: date) -> list[dict[str, Any]]:
    """Return how each dimension is felt at the own brand and at competitors, with n."""
    t = recent(tables, as_of)
    t = t.filter(t.metric == "perception", t.score.notnull(), t.touchpoint.notnull())
    told = means(latest(t, "touchpoint", "subject").group_by("touchpoint", "subject"))
    return [
        {"item": row["touchpoint"], **_part(row)}
        for row in sorted(tables.rows(told), key=lambda row: (row["touchpoint"], row["subject"]))
    ]


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

    Returns
    -------
    Drivers
        Of more than 10,000 customers who tell both, a fixed sample of about as many.

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
    return _moved(tables, as_of, outcome, names, rated=_RATED)


_PEOPLE = 10_000  # whose answers are taken out of the engine: more hardly narrow an interval
_NAMES = 40  # that are looked at, those that most rated


def _moved(  # noqa: PLR0913 - what can be asked, each by its name
    tables: Tables,
    as_of: date,
    outcome: str,
    names: Sequence[str] = (),
    *,
    rated: Sequence[str],
    among: Sequence[str] = (),
    method: Method | None = None,
    fewest: int = FEWEST,
) -> Drivers:
    """What moves an outcome: `names`, else what enough rated (`among` these, `fewest` for each)."""
    t = recent(tables, as_of)
    t = t.filter(t.customer_id.notnull(), t.subject == "own", t.score.notnull())
    scores = t.filter(t.metric == outcome)
    scores = scores.group_by("customer_id").agg(outcome=scores.score.mean())
    t = t.mutate(touchpoint=t.touchpoint.strip().nullif(""))  # a blank one is none
    ratings = t.filter(t.metric.isin(list(rated)), t.metric != outcome, t.touchpoint.notnull())
    if wanted := [*names, *among]:
        ratings = ratings.filter(ratings.touchpoint.isin(wanted))
    ratings = ratings.group_by("customer_id", "touchpoint").agg(rating=ratings.score.mean())
    both = ratings.join(scores, "customer_id")
    counts = both.group_by("touchpoint").agg(n=both.count()).order_by(ibis.desc("n"), "touchpoint")
    held = list(names) or [row["touchpoint"] for row in tables.rows(counts.limit(_NAMES))]
    wide = _side_by_side(tables, both, held)
    if not len(wide):
        raise BadInputError(
            "No customer gave {outcome} and rated a touchpoint or a dimension of service as well "
            "within twelve months. Ask both in one survey, or bring such answers in.",
            outcome=outcome.upper(),
        )
    columns = dict(zip(held, wide[:, 1:].T, strict=True))
    # No touchpoint is called "": the outcome stands under it.
    data = {"": wide[:, 0], **columns}
    return drivers(data, "", list(names) or _asked_enough(columns, fewest), method=method)


def _side_by_side(tables: Tables, both: ir.Table, names: Sequence[str]) -> NDArray[np.float64]:
    """One row per customer: the outcome, and what they rated each name; NaN where they did not."""
    found = tables.one(both.agg(people=both.customer_id.nunique()))
    people = 0 if found is None else found["people"]
    if people > _PEOPLE:
        both = both.filter(in_panel(both.customer_id, _PEOPLE / people))
    wide = both.group_by("customer_id").agg(
        outcome=both.outcome.max(),
        **{f"rated_{at}": both.rating.max(where=both.touchpoint == name)
           for at, name in enumerate(names)},
    )  # fmt: skip
    # In one order, or the samples of the bootstrap are others each time.
    rows = tables.rows(wide.order_by("customer_id").drop("customer_id"))
    made = np.array([[*row.values()] for row in rows], dtype=np.float64)
    return made.reshape(len(rows), len(names) + 1)


def _asked_enough(columns: Mapping[str, NDArray[np.float64]], fewest: int) -> list[str]:
    """The names that are rated together by most: each costs those who did not rate it."""
    rated = {name: np.isfinite(column) for name, column in columns.items()}
    counts = {name: int(each.sum()) for name, each in rated.items()}
    ordered = sorted(counts, key=lambda name: (-counts[name], name))
    chosen: list[str] = []
    together = np.ones_like(rated[ordered[0]])
    for name in ordered:
        wider = together & rated[name]
        whole = int(wider.sum())
        if whole >= fewest * (len(chosen) + 1) and whole >= counts[ordered[0]] / 4:
            chosen, together = [*chosen, name], wider
    if not chosen:
        raise BadInputError(
            "Too few customers rated the same touchpoints to tell what moves the score."
        )
    return chosen


def _part(row: Mapping[str, Any]) -> dict[str, Any]:
    low, high = interval(row)
    told = {"mean": row["mean"], "low": low, "high": high}
    said = row["n"] >= MINIMUM
    return {"subject": row["subject"], "n": row["n"], **(told if said else dict.fromkeys(told))}
