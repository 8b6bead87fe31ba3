"""The API of the journey: what the pages show, as data."""

from valence.journey.api import atlas
from valence.journey.api.router import api

__all__ = ["api", "atlas"]
