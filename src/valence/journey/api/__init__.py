"""The API of the journey: what the pages show, as data."""

from valence.journey.api import funnel, journey_map, paths, retention
from valence.journey.api.router import api
from valence.journey.stake import api as stake

__all__ = ["api", "funnel", "journey_map", "paths", "retention", "stake"]
