"""Pages of experience: what customers feel, and why."""

from valence.experience.pages import answering, scores
from valence.experience.pages.router import pages

__all__ = ["answering", "pages", "scores"]
