"""Pages of the journey: where customers go, and where they get stuck."""

from valence.journey.pages import atlas, exports, funnel, paths, retention, touchpoint
from valence.journey.pages.router import pages
from valence.journey.stake import pages as stake

__all__ = ["atlas", "exports", "funnel", "pages", "paths", "retention", "stake", "touchpoint"]
