"""MBG/NBD: the drop-out coin falls after the first purchase too (Batislam et al. 2007)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from valence.value.models.beta_geometric import BetaGeometric


@dataclass(frozen=True, slots=True)
class MbgNbd(BetaGeometric):
    """MBG/NBD (Batislam, Denizel & Filiztekin 2007; as CBG/NBD Hoppe & Wagner 2007).

    Who never bought again may be gone since the first purchase.
    """

    name: ClassVar[str] = "mbg-nbd"
    first_coin: ClassVar[int] = 1
