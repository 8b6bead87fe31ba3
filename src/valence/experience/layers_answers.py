"""What layers of value and the pyramid of service tell, offer by offer: plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from valence.core.clock import now
from valence.definitions.reading import in_force
from valence.experience.kano import Kano
from valence.experience.kano_answers import kano_found
from valence.experience.layers import Placed, Rated, ahead_of
from valence.experience.offers import OFFERS_KIND, Offer, OffersDefinition, Service
from valence.experience.panel import Measured, latest, means, recent
from valence.experience.research_answers import GapsFound, gaps_found, stakes_of
from valence.lake.reading import Tables
from valence.store import View


@dataclass(frozen=True, slots=True)
class OfferFound:
    """One offer with its services, each in its place."""

    name: str  # empty: all features that were asked about
    services: Sequence[Placed]

    def at(self, level: str | None) -> list[Placed]:
        """Return the services of one level of the pyramid."""
        return [one for one in self.services if one.level == level]

    def told(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {"name": self.name or None, "services": [one.told() for one in self.services]}


def offers_in_force(view: View) -> OffersDefinition:
    """Return the offers that hold now; none where nothing is set."""
    return in_force(view, OFFERS_KIND, OffersDefinition, now())[0]


def layers_found(tables: Tables, as_of: date, definition: OffersDefinition) -> list[OfferFound]:
    """Return each offer with its services, placed by Kano and by what is measured of them.

    Parameters
    ----------
    tables
        The published tables.
    as_of
        Answers of the twelve months before this day count.
    definition
        The offers.
    """
    features = {name.lower(): (name, kano) for name, kano in _asked(tables, as_of).items()}
    rated = _rated(tables, as_of)
    derived = gaps_found(tables, as_of, importance="derived")
    stakes = stakes_of(tables)
    return [
        OfferFound(
            offer.name,
            sorted(
                (_placed(one, features, rated, derived, stakes) for one in offer.services),
                key=_place,
            ),
        )
        for offer in definition.offers or _all_of(features)
    ]


def _asked(tables: Tables, as_of: date) -> Mapping[str, Kano]:
    return kano_found(tables, as_of).features


def _all_of(features: Mapping[str, tuple[str, Kano]]) -> tuple[Offer, ...]:
    """One offer of all that was asked about; none where nothing was."""
    services = tuple(Service(name=name) for name, _ in features.values() if 0 < len(name) <= 60)
    return (Offer.model_construct(name="", services=services),) if services else ()


def _placed(
    service: Service,
    features: Mapping[str, tuple[str, Kano]],
    rated: Mapping[str, Mapping[str, Rated]],
    derived: GapsFound,
    stakes: Mapping[str, Measured],
) -> Placed:
    of = rated.get(service.dimension.lower(), {})
    rivals = [one for subject, one in of.items() if subject != "own"]
    return Placed(
        service.name,
        features.get((service.feature or service.name).lower(), ("", None))[1],
        ahead_of(of.get("own"), rivals),
        _explained(derived, service.dimension),
        stakes.get(service.touchpoint.lower()),
        _equal(derived),
    )


def _explained(derived: GapsFound, dimension: str) -> Measured | None:
    """The dimension's share of what moves satisfaction; none where that cannot be derived."""
    if derived.derived is None:
        return None
    for gap in derived.gaps:
        if gap.item.lower() == dimension.lower() and gap.importance is not None:
            low, high = derived.interval(gap.item) or (None, None)
            return Measured(gap.importance, low, high)
    return None


def _equal(derived: GapsFound) -> float | None:
    """What each dimension would explain, were all alike; none of one alone."""
    told = sum(gap.importance is not None for gap in derived.gaps)
    return 1 / told if derived.derived is not None and told > 1 else None


def _rated(tables: Tables, as_of: date) -> dict[str, dict[str, Rated]]:
    """How each dimension is felt, by brand."""
    t = recent(tables, as_of)
    t = t.filter(t.metric == "perception", t.score.notnull(), t.touchpoint.notnull())
    t = latest(t.mutate(item=t.touchpoint.strip().lower()), "item", "subject")
    found: dict[str, dict[str, Rated]] = {}
    for row in tables.rows(means(t.group_by("item", "subject"))):
        of = found.setdefault(row["item"], {})
        of[row["subject"]] = Rated(row["n"], row["mean"], row["spread"] or 0.0)
    return found


def _place(one: Placed) -> tuple[int, float]:
    """The top of the pyramid first, then what is nowhere; within, what more people are sure of."""
    order = {"surprise": 0, "enhanced": 1, "basic": 2, None: 3}
    strength = one.kano.category_strength if one.kano is not None and one.kano.n else 0.0
    return order[one.level], -strength
