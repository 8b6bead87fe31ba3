"""Commands of the journey."""

from valence.journey.commands import atlas, funnel, paths, retention
from valence.journey.commands.group import journey
from valence.journey.stake import commands as stake

__all__ = ["atlas", "funnel", "journey", "paths", "retention", "stake"]
