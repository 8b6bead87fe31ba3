"""Pages of value: who carries it, and which cohort stays."""

from valence.value.pages import bridge, cohorts, worth
from valence.value.pages.router import pages

__all__ = ["bridge", "cohorts", "pages", "worth"]
