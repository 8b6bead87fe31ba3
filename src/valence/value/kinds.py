"""The kinds of definitions of value: how RFM scores, tiers and cohorts are made."""

from __future__ import annotations

from typing import Any

from valence.core.messages import message
from valence.definitions import DefinitionKind
from valence.value.acquisition_definition import ACQUISITION_KIND, AcquisitionDefinition
from valence.value.bond_definition import BOND_KIND, BondDefinition
from valence.value.definitions import (
    COHORTS_KIND,
    ENTRY_KIND,
    PRODUCTS_KIND,
    RFM_KIND,
    TIERS_KIND,
    CohortsDefinition,
    EntryDefinition,
    MatrixDefinition,
    RfmDefinition,
    TiersDefinition,
)
from valence.value.ladder_definition import LADDER_KIND, LadderDefinition
from valence.value.lifetime.definition import LIFETIME_KIND, LifetimeDefinition

_DEFINE = "value:define"
KINDS: tuple[DefinitionKind[Any], ...] = (
    DefinitionKind(RFM_KIND, message("RFM scores"), RfmDefinition, _DEFINE, singleton=True),
    DefinitionKind(TIERS_KIND, message("Value tiers"), TiersDefinition, _DEFINE, singleton=True),
    DefinitionKind(COHORTS_KIND, message("Cohorts"), CohortsDefinition, _DEFINE, singleton=True),
    DefinitionKind(
        LIFETIME_KIND, message("Lifetime value"), LifetimeDefinition, _DEFINE, singleton=True
    ),
    DefinitionKind(
        LADDER_KIND, message("Ladder of loyalty"), LadderDefinition, _DEFINE, singleton=True
    ),
    DefinitionKind(BOND_KIND, message("Bond"), BondDefinition, _DEFINE, singleton=True),
    DefinitionKind(
        ACQUISITION_KIND, message("Acquisition"), AcquisitionDefinition, _DEFINE, singleton=True
    ),
    DefinitionKind(
        PRODUCTS_KIND, message("Product matrix"), MatrixDefinition, _DEFINE, singleton=True
    ),
    DefinitionKind(ENTRY_KIND, message("Entry products"), EntryDefinition, _DEFINE, singleton=True),
)
