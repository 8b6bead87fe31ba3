"""Pages of experience: what customers feel, and why."""

from valence.experience.pages import answering, research, scores, voice
from valence.experience.pages.router import pages

__all__ = ["answering", "pages", "research", "scores", "voice"]
