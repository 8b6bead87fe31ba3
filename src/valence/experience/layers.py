"""Layers of value and the pyramid of service: what each service of an offer is to customers.

The pyramid says what kind of service it is: basic (its lack costs), enhanced (more is better), or a
surprise (its presence delights): must-be, performance, attractive by Kano. The layers say what it
does for the offer: basic value that everybody must give, added value, and what sets it apart, since
competitors who were rated beside it are felt to do it worse.

What people say is held against what is measured. A service that most call indifferent, but whose
bad experience costs money, is basic; one that moves satisfaction more than its equal part is
enhanced. What moves it less than that sets nothing apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any, Literal

from valence.core.intervals import MINIMUM, two_sided
from valence.experience.kano import Kano
from valence.experience.panel import Measured

Level = Literal["basic", "enhanced", "surprise"]
Layer = Literal["basic", "added", "differentiating"]
LEVELS: tuple[Level, ...] = ("surprise", "enhanced", "basic")  # as a pyramid is drawn, from its top
LAYERS: tuple[Layer, ...] = ("differentiating", "added", "basic")
_SURE = 0.10


@dataclass(frozen=True, slots=True)
class Rated:
    """How something is felt at one brand: the mean of those who rated it."""

    n: int
    mean: float
    spread: float  # the variance of one answer


@dataclass(frozen=True, slots=True)
class Placed:
    """One service of an offer, where it belongs, and what it is measured to do."""

    name: str
    kano: Kano | None  # None: nobody was asked
    ahead: bool | None = None  # felt better than at every competitor; None: not asked enough
    explains: Measured | None = None  # its share of what moves satisfaction, 0 to 1
    at_stake: Measured | None = None  # money, where bad experience at its touchpoint costs
    equal: float | None = None  # what each dimension would explain, were all alike

    @property
    def enough(self) -> bool:
        """Whether people enough were asked to say what it is."""
        return self.kano is not None and self.kano.enough

    @property
    def level(self) -> Level | None:
        """Its place in the pyramid; None where it matters in no way, or is unwelcome."""
        if self.kano is None or not self.enough:
            return None
        return level_of(self.kano) or self._measured

    @property
    def by_effect(self) -> bool:
        """Whether what it is measured to do puts it there, though most say they do not care."""
        return self.level is not None and self.kano is not None and self.kano.category == "I"

    @property
    def _measured(self) -> Level | None:
        if self.kano is None or self.kano.category != "I":
            return None
        if self.at_stake is not None:
            return "basic"
        return "enhanced" if self.moves == "more" else None

    @property
    def moves(self) -> Literal["more", "less"] | None:
        """Whether it moves satisfaction more or less than its equal part, beyond chance (90 %)."""
        part, equal = self.explains, self.equal
        if part is None or equal is None or part.low is None or part.high is None:
            return None
        return "more" if part.low > equal else "less" if part.high < equal else None

    @property
    def layer(self) -> Layer | None:
        """Its layer of value; None as above."""
        layer = layer_of(self.level, self.ahead)
        # Nobody chooses an offer for what most do not care about, or what moves them little.
        weak = self.by_effect or self.moves == "less"
        return "added" if layer == "differentiating" and weak else layer

    def told(self) -> dict[str, Any]:
        """Return it as one row."""
        kano = self.kano
        return {
            "service": self.name,
            "n": 0 if kano is None else kano.n,
            "category": kano.category if kano is not None and self.enough else None,
            "clear": kano.clear if kano is not None and self.enough else None,
            "level": self.level,
            "layer": self.layer,
            "by_effect": self.by_effect,
            "moves_satisfaction": self.moves,
            "ahead_of_competitors": self.ahead,
            **_three("explains", self.explains),
            **_three("at_stake", self.at_stake),
        }


def level_of(kano: Kano) -> Level | None:
    """Return where a feature stands in the pyramid of service, by its category."""
    levels: dict[str, Level] = {"M": "basic", "O": "enhanced", "A": "surprise"}
    return levels.get(kano.category or "")


def layer_of(level: Level | None, ahead: bool | None) -> Layer | None:  # noqa: FBT001 - unknown too
    """Return the layer of value of a service.

    What must be there is basic, however well it is done: nobody buys for it. What delights sets an
    offer apart unless a competitor is felt to give it as well; performance does where it is felt
    better than at every competitor. All else adds value.

    Parameters
    ----------
    level
        Its place in the pyramid.
    ahead
        Whether it is felt better than at every competitor, by more than chance; None where that
        was not asked of people enough.
    """
    if level is None or level == "basic":
        return level
    apart = ahead is True or (level == "surprise" and ahead is None)
    return "differentiating" if apart else "added"


def ahead_of(own: Rated | None, rivals: list[Rated]) -> bool | None:
    """Return whether something is felt better here than at each competitor, beyond chance (90 %).

    Competitors with fewer than 30 ratings are not held against; None where there is no other.
    """
    rivals = [rival for rival in rivals if rival.n >= MINIMUM]
    if own is None or own.n < MINIMUM or not rivals:
        return None
    return all(_better(own, rival) for rival in rivals)


def _better(own: Rated, rival: Rated) -> bool:
    difference = own.mean - rival.mean
    error = sqrt(own.spread / own.n + rival.spread / rival.n)
    chance = two_sided(difference, error)
    return difference > 0 and (chance is None or chance < _SURE)


def _three(name: str, found: Measured | None) -> dict[str, float | None]:
    value, low, high = (None,) * 3 if found is None else (found.value, found.low, found.high)
    return {name: value, f"{name}_low": low, f"{name}_high": high}
