"""What customers are worth: RFM, value tiers, cohorts, customer facts.

A measure is loaded when it is first used: the house asks this package what it declares on every
start, and the measures load the engines. To add a name, say it in both lists below.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # what `__getattr__` returns
    from valence.value.accounts import accounts as accounts
    from valence.value.accounts import customer_accounts as customer_accounts
    from valence.value.acquisition import channel_cohorts as channel_cohorts
    from valence.value.acquisition import payback as payback
    from valence.value.bond import with_bond as with_bond
    from valence.value.bridge import bridge as bridge
    from valence.value.bridge import customer_moves as customer_moves
    from valence.value.cohorts import cohorts as cohorts
    from valence.value.cohorts import staying as staying
    from valence.value.concentration import concentration as concentration
    from valence.value.concentration import gini as gini
    from valence.value.concentration import lorenz as lorenz
    from valence.value.corrected import corrected_score as corrected_score
    from valence.value.customers import customers as customers
    from valence.value.definitions import CohortsDefinition as CohortsDefinition
    from valence.value.definitions import EntryDefinition as EntryDefinition
    from valence.value.definitions import MatrixDefinition as MatrixDefinition
    from valence.value.definitions import RfmDefinition as RfmDefinition
    from valence.value.definitions import ScoreWeights as ScoreWeights
    from valence.value.definitions import TiersDefinition as TiersDefinition
    from valence.value.definitions import TierShare as TierShare
    from valence.value.facts import customer_facts as customer_facts
    from valence.value.facts import customer_months as customer_months
    from valence.value.groups import value_groups as value_groups
    from valence.value.ladder import with_ladder as with_ladder
    from valence.value.lifetime.clv import clv as clv
    from valence.value.lifetime.clv import clv_model as clv_model
    from valence.value.models.bg_bb import BgBb as BgBb
    from valence.value.models.bg_nbd import BgNbd as BgNbd
    from valence.value.models.forecast import forecast as forecast
    from valence.value.models.gamma_gamma import GammaGamma as GammaGamma
    from valence.value.models.gamma_gamma import fit_spend as fit_spend
    from valence.value.models.mbg_nbd import MbgNbd as MbgNbd
    from valence.value.models.model import Histories as Histories
    from valence.value.models.pareto_nbd import ParetoNbd as ParetoNbd
    from valence.value.models.shifted_beta_geometric import (
        ShiftedBetaGeometric as ShiftedBetaGeometric,
    )
    from valence.value.orders import order_facts as order_facts
    from valence.value.products.comparison import entry_products as entry_products
    from valence.value.products.entry import entries as entries
    from valence.value.products.lines import line_facts as line_facts
    from valence.value.products.matrix import product_matrix as product_matrix
    from valence.value.products.matrix import product_sales as product_sales
    from valence.value.retention_worth import retention_worth as retention_worth
    from valence.value.rfm import rfm as rfm
    from valence.value.segments import GRID as GRID
    from valence.value.segments import SEGMENTS as SEGMENTS
    from valence.value.segments import Segment as Segment
    from valence.value.segments import segment_summary as segment_summary
    from valence.value.summary import summary as summary
    from valence.value.tiers import tier_summary as tier_summary
    from valence.value.tiers import value_tiers as value_tiers
    from valence.value.voice import customer_voice as customer_voice

_MODULES = {
    "accounts": ("accounts", "customer_accounts"),
    "acquisition": ("channel_cohorts", "payback"),
    "bond": ("with_bond",),
    "bridge": ("bridge", "customer_moves"),
    "cohorts": ("cohorts", "staying"),
    "concentration": ("concentration", "gini", "lorenz"),
    "corrected": ("corrected_score",),
    "customers": ("customers",),
    "definitions": (
        "CohortsDefinition", "EntryDefinition", "MatrixDefinition", "RfmDefinition",
        "ScoreWeights", "TiersDefinition", "TierShare",
    ),
    "facts": ("customer_facts", "customer_months"),
    "groups": ("value_groups",),
    "ladder": ("with_ladder",),
    "lifetime.clv": ("clv", "clv_model"),
    "models.bg_bb": ("BgBb",),
    "models.bg_nbd": ("BgNbd",),
    "models.forecast": ("forecast",),
    "models.gamma_gamma": ("GammaGamma", "fit_spend"),
    "models.mbg_nbd": ("MbgNbd",),
    "models.model": ("Histories",),
    "models.pareto_nbd": ("ParetoNbd",),
    "models.shifted_beta_geometric": ("ShiftedBetaGeometric",),
    "orders": ("order_facts",),
    "products.comparison": ("entry_products",),
    "products.entry": ("entries",),
    "products.lines": ("line_facts",),
    "products.matrix": ("product_matrix", "product_sales"),
    "retention_worth": ("retention_worth",),
    "rfm": ("rfm",),
    "segments": ("GRID", "SEGMENTS", "Segment", "segment_summary"),
    "summary": ("summary",),
    "tiers": ("tier_summary", "value_tiers"),
    "voice": ("customer_voice",),
}  # fmt: skip
_HOMES = {name: module for module, names in _MODULES.items() for name in names}
__all__ = tuple(_HOMES)


class _Package(ModuleType):
    """A package in which a measure is not hidden by the module of its own name."""

    def __setattr__(self, name: str, value: Any) -> None:
        # Importing `valence.value.rfm` would put that module where its function `rfm` stands.
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:
    """Load a measure when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'valence.value' has no attribute {name!r}")
    found = getattr(import_module(f"valence.value.{_HOMES[name]}"), name)
    setattr(sys.modules[__name__], name, found)
    return found


def __dir__() -> list[str]:
    return [*globals(), *_HOMES]
