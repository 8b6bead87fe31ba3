"""Pages of value: who carries it, and which cohort stays."""

from valence.value.pages import cohorts, worth
from valence.value.pages.router import pages

__all__ = ["cohorts", "pages", "worth"]
