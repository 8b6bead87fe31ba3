"""Pages of intake: the log of imports, uploads and their mapping, the quarantine."""

from valence.intake.pages import imports, mapping, quarantine, running
from valence.intake.pages.router import pages

__all__ = ["imports", "mapping", "pages", "quarantine", "running"]
