"""The API of experience: what the pages show, as data."""

from valence.experience.api import scores
from valence.experience.api.router import api

__all__ = ["api", "scores"]
