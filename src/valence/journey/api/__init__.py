"""The API of the journey: what the pages show, as data."""

from valence.journey.api import designed, funnel, journey_map, paths, retention, touchpoint
from valence.journey.api.router import api
from valence.journey.stake import api as stake

__all__ = ["api", "designed", "funnel", "journey_map", "paths", "retention", "stake", "touchpoint"]
