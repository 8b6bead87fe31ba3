"""BG/NBD: the drop-out coin falls after each repeat purchase (Fader, Hardie & Lee 2005)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from valence.value.models.beta_geometric import BetaGeometric


@dataclass(frozen=True, slots=True)
class BgNbd(BetaGeometric):
    """BG/NBD (Fader, Hardie & Lee 2005, "Counting your customers" the easy way).

    Who never bought again still buys, with certainty.
    """

    name: ClassVar[str] = "bg-nbd"
    first_coin: ClassVar[int] = 0
