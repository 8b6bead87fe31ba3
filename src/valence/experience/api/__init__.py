"""The API of experience: what the pages show, as data."""

from valence.experience.api import (
    alerts,
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
from valence.experience.api.router import api

__all__ = [
    "alerts",
    "api",
    "brand",
    "followups",
    "interviews",
    "mystery",
    "research",
    "scores",
    "silent",
    "surveys",
    "voice",
]
