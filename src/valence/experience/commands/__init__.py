"""Commands of experience."""

from valence.experience.commands import research, scores, texts
from valence.experience.commands.group import experience

__all__ = ["experience", "research", "scores", "texts"]
