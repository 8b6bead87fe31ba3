"""Commands of experience."""

from valence.experience.commands import (
    alerts,
    followups,
    mystery,
    research,
    scores,
    silent,
    surveys,
    texts,
)
from valence.experience.commands.group import experience

__all__ = [
    "alerts",
    "experience",
    "followups",
    "mystery",
    "research",
    "scores",
    "silent",
    "surveys",
    "texts",
]
