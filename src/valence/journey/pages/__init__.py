"""Pages of the journey: where customers go, and where they get stuck."""

from valence.journey.pages import (
    designed,
    exports,
    funnel,
    journey_map,
    paths,
    retention,
    touchpoint,
)
from valence.journey.pages.router import pages
from valence.journey.stake import pages as stake

__all__ = [
    "designed",
    "exports",
    "funnel",
    "journey_map",
    "pages",
    "paths",
    "retention",
    "stake",
    "touchpoint",
]
