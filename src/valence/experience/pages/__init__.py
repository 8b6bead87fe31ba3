"""Pages of experience: what customers feel, and why."""

from valence.experience.pages import (
    alerts,
    answering,
    brand,
    followups,
    interviews,
    mystery,
    research,
    scores,
    silent,
    surveys,
    voice,
)
from valence.experience.pages.router import pages

__all__ = [
    "alerts",
    "answering",
    "brand",
    "followups",
    "interviews",
    "mystery",
    "pages",
    "research",
    "scores",
    "silent",
    "surveys",
    "voice",
]
