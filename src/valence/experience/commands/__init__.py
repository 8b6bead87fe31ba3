"""Commands of experience."""

from valence.experience.commands import (
    alerts,
    brand,
    followups,
    interviews,
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
    "brand",
    "experience",
    "followups",
    "interviews",
    "mystery",
    "research",
    "scores",
    "silent",
    "surveys",
    "texts",
]
