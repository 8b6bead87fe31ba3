"""The kinds of definitions of value: how RFM scores, tiers and cohorts are made."""

from __future__ import annotations

from typing import Any

from valence.core.messages import message
from valence.definitions import DefinitionKind
from valence.value.definitions import (
    COHORTS_KIND,
    RFM_KIND,
    TIERS_KIND,
    CohortsDefinition,
    RfmDefinition,
    TiersDefinition,
)

KINDS: tuple[DefinitionKind[Any], ...] = (
    DefinitionKind(RFM_KIND, message("RFM scores"), RfmDefinition, "value:define", singleton=True),
    DefinitionKind(
        TIERS_KIND, message("Value tiers"), TiersDefinition, "value:define", singleton=True
    ),
    DefinitionKind(
        COHORTS_KIND, message("Cohorts"), CohortsDefinition, "value:define", singleton=True
    ),
)
