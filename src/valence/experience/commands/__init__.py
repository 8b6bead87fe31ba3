"""Commands of experience."""

from valence.experience.commands import scores
from valence.experience.commands.group import experience

__all__ = ["experience", "scores"]
