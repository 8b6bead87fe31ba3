"""The API of the journey: what the pages show, as data."""

from valence.journey.api import atlas, funnel, paths, retention
from valence.journey.api.router import api
from valence.journey.stake import api as stake

__all__ = ["api", "atlas", "funnel", "paths", "retention", "stake"]
