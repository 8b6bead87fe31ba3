"""What customers are worth: RFM, value tiers, cohorts, customer facts."""

from valence.value.cohorts import cohorts, staying
from valence.value.concentration import concentration, gini, lorenz
from valence.value.corrected import corrected_score
from valence.value.customers import customers
from valence.value.definitions import (
    CohortsDefinition,
    RfmDefinition,
    ScoreWeights,
    TiersDefinition,
    TierShare,
)
from valence.value.facts import customer_facts, customer_months
from valence.value.orders import order_facts
from valence.value.rfm import rfm
from valence.value.segments import GRID, SEGMENTS, Segment, segment_summary
from valence.value.summary import summary
from valence.value.tiers import tier_summary, value_tiers

__all__ = [
    "GRID",
    "SEGMENTS",
    "CohortsDefinition",
    "RfmDefinition",
    "ScoreWeights",
    "Segment",
    "TierShare",
    "TiersDefinition",
    "cohorts",
    "concentration",
    "corrected_score",
    "customer_facts",
    "customer_months",
    "customers",
    "gini",
    "lorenz",
    "order_facts",
    "rfm",
    "segment_summary",
    "staying",
    "summary",
    "tier_summary",
    "value_tiers",
]
