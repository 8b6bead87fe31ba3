"""The kinds of definitions of the journey: its stages and touchpoints."""

from __future__ import annotations

from typing import Any

from valence.core.messages import message
from valence.definitions import DefinitionKind
from valence.journey.definition import JOURNEY_KIND, JourneyDefinition
from valence.journey.funnel.definition import FUNNELS_KIND, FunnelsDefinition
from valence.journey.stake.definition import STAKE_KIND, StakeDefinition

_DEFINE = "journey:define"
KINDS: tuple[DefinitionKind[Any], ...] = (
    DefinitionKind(
        JOURNEY_KIND, message("Customer journey"), JourneyDefinition, _DEFINE, singleton=True
    ),
    DefinitionKind(STAKE_KIND, message("Value at stake"), StakeDefinition, _DEFINE, singleton=True),
    DefinitionKind(FUNNELS_KIND, message("Funnels"), FunnelsDefinition, _DEFINE, singleton=True),
)
