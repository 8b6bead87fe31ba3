"""Pages of the journey: where customers go, and where they get stuck."""

from valence.journey.pages import atlas, touchpoint
from valence.journey.pages.router import pages

__all__ = ["atlas", "pages", "touchpoint"]
