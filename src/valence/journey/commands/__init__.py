"""Commands of the journey."""

from valence.journey.commands import atlas
from valence.journey.commands.group import journey

__all__ = ["atlas", "journey"]
