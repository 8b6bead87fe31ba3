"""Funnels: how many customers come from one step to the next, how fast, and who is lost where."""

from valence.journey.funnel.definition import (
    FUNNELS_KIND,
    Exclusion,
    FunnelDefinition,
    FunnelsDefinition,
    FunnelStep,
)

__all__ = [
    "FUNNELS_KIND",
    "Exclusion",
    "FunnelDefinition",
    "FunnelStep",
    "FunnelsDefinition",
]
