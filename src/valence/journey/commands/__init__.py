"""Commands of the journey."""

from valence.journey.commands import designed, funnel, journey_map, paths, retention
from valence.journey.commands.group import journey
from valence.journey.stake import commands as stake

__all__ = ["designed", "funnel", "journey", "journey_map", "paths", "retention", "stake"]
