"""What Kano tells: each feature now, by segment, and how it moved between two waves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir

from valence.core.days import months_before
from valence.core.errors import BadInputError, did_you_mean
from valence.experience.apart import checked, with_trait
from valence.experience.kano import CATEGORIES, Drift, Kano, drift, kano_counts, kano_of
from valence.experience.panel import MONTHS, latest, recent
from valence.experience.surveys.pairs import kano_pairs, response_of
from valence.experience.traits import OF_CUSTOMER
from valence.lake.reading import Tables


@dataclass(frozen=True, slots=True)
class Wave:
    """When Kano's questions were answered, and by how many."""

    first: date
    last: date
    people: int


@dataclass(frozen=True, slots=True)
class KanoFound:
    """Each feature's category now, and how it moved since the wave before."""

    features: Mapping[str, Kano]
    moved: Mapping[str, Drift]
    waves: Sequence[Wave] = ()  # the one before, and this one; those that nobody answered are not
    segment: str = ""

    def told(self) -> list[dict[str, Any]]:
        """Return each feature as one row, must-be first; without a category below 30 people."""
        return [self._row(name, kano) for name, kano in _by_category(self.features)]

    def _row(self, name: str, kano: Kano) -> dict[str, Any]:
        better, worse = kano.better(), kano.worse()
        lead, needed = kano.fong
        drifted = self.moved.get(name)
        moved = drifted if drifted is not None and drifted.enough else None
        said = kano.enough
        return {
            "item": name,
            "n": kano.n,
            **{category: kano.counts.get(category, 0) for category in CATEGORIES},
            "category": kano.category if said else None,
            "total_strength": kano.total_strength if said else None,
            "category_strength": kano.category_strength if said else None,
            "lead": lead if said else None,
            "lead_needed": needed if said else None,
            "clear": kano.clear if said else None,
            **_three("better", better if said else None),
            **_three("worse", worse if said else None),
            "before": None if moved is None else moved.before.category,
            "n_before": None if drifted is None else drifted.before.n,
            "better_change": None if moved is None else moved.better,
            "better_probability": None if moved is None else moved.better_probability,
            "worse_change": None if moved is None else moved.worse,
            "worse_probability": None if moved is None else moved.worse_probability,
            "became_basic": None if moved is None else moved.became_basic,
        }


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

    Raises
    ------
    BadInputError
        If customers have no such trait, or none of them is in that segment.
    """
    pairs = with_segment(tables, _pairs(tables, as_of), by)
    if by:
        pairs = pairs.filter(pairs.segment == _known(tables, by, segment))
    late = pairs.late
    now = kano_of(tables.rows(kano_counts(pairs.filter(late))))
    before = kano_of(tables.rows(kano_counts(pairs.filter(~late))))
    moved = {
        name: found
        for name, kano in now.items()
        if name in before and (found := drift(before[name], kano)) is not None
    }
    waves = pairs.group_by(late=late).agg(
        first=pairs.said_on.min(), last=pairs.said_on.max(), people=pairs.person.nunique()
    )
    held = [Wave(w["first"], w["last"], w["people"]) for w in tables.rows(waves.order_by("late"))]
    return KanoFound(now, moved, held, segment)


def kano_segments(tables: Tables, as_of: date, by: str) -> dict[str, dict[str, Kano]]:
    """Return the features as each segment of customers sees them in the last twelve months.

    Parameters
    ----------
    tables
        The published tables.
    as_of
        The last day.
    by
        What is known of the customer: `tier`, `segment`, `main_channel`, `rung` or `bond`.

    Raises
    ------
    BadInputError
        If customers have no such trait.
    """
    pairs = with_segment(tables, _pairs(tables, as_of), by)
    pairs = pairs.filter(pairs.late, pairs.segment.notnull())
    rows = tables.rows(kano_counts(pairs, by=("segment", "item")))
    names = sorted({row["segment"] for row in rows})
    return {name: kano_of([row for row in rows if row["segment"] == name]) for name in names}


def segments_told(segments: Mapping[str, Mapping[str, Kano]]) -> list[dict[str, Any]]:
    """Return each feature of each segment as one row; without a category below 30 people."""
    return [
        {
            "segment": segment,
            "item": item,
            "n": kano.n,
            "category": kano.category if kano.enough else None,
            "clear": kano.clear if kano.enough else None,
            **_three("better", kano.better() if kano.enough else None),
            **_three("worse", kano.worse() if kano.enough else None),
        }
        for segment, features in segments.items()
        for item, kano in features.items()
    ]


def differing(segments: Mapping[str, Mapping[str, Kano]]) -> dict[str, dict[str, str]]:
    """Return the features whose category is clear in two segments or more, and not the same."""
    found: dict[str, dict[str, str]] = {}
    for segment, features in segments.items():
        for item, kano in features.items():
            if kano.enough and kano.clear and kano.category:
                found.setdefault(item, {})[segment] = kano.category
    return {item: of for item, of in found.items() if len({*of.values()}) > 1}


def with_segment(tables: Tables, t: ir.Table, by: str) -> ir.Table:
    """Return rows of customers with `segment`, what is known of each; empty without a trait."""
    if not by:
        return t.mutate(segment=ibis.literal(""))
    return with_trait(tables, t, checked(by, OF_CUSTOMER), "segment")


def _pairs(tables: Tables, as_of: date) -> ir.Table:
    """The pairs about the own brand, each person's last of each feature in each wave."""
    pairs = kano_pairs(recent(tables, as_of, 2 * MONTHS))
    pairs = pairs.filter(
        pairs.subject == "own", pairs.functional.notnull(), pairs.dysfunctional.notnull()
    )
    pairs = pairs.join(_moments(tables, as_of), ["source", "response"])
    pairs = pairs.mutate(late=pairs.said_on > months_before(as_of, MONTHS))
    return latest(pairs, "item", "late")


def _known(tables: Tables, by: str, segment: str) -> str:
    """The segment, if customers are in it."""
    names: set[str] = set()
    if tables.has("customers") and by in tables.table("customers").columns:
        customers = tables.table("customers")
        rows = tables.rows(customers.select(name=customers[by].nullif("")).distinct())
        names = {row["name"] for row in rows if row["name"]}
    if segment not in names:
        raise BadInputError(
            "No customer is in {by}={segment}. {near}",
            by=by,
            segment=segment,
            near=did_you_mean(segment, names),
        )
    return segment


def _moments(tables: Tables, as_of: date) -> ir.Table:
    """The day of each response to Kano's questions."""
    t = recent(tables, as_of, 2 * MONTHS)
    t = t.filter(t.metric.startswith("kano_"))
    t = t.mutate(response=response_of(t))
    return t.group_by("source", "response").agg(said_on=t.on.max())


def _three(name: str, found: tuple[float, float, float] | None) -> dict[str, float | None]:
    value, low, high = found or (None, None, None)
    return {name: value, f"{name}_low": low, f"{name}_high": high}


def _by_category(features: Mapping[str, Kano]) -> list[tuple[str, Kano]]:
    def place(pair: tuple[str, Kano]) -> tuple[int, float]:
        _name, kano = pair
        worse = kano.worse()
        category = kano.category
        at = CATEGORIES.index(category) if category and kano.enough else len(CATEGORIES)
        return at, 0.0 if worse is None else worse[0]

    return sorted(features.items(), key=place)
