"""The API of experience: what the pages show, as data."""

from valence.experience.api import research, scores, voice
from valence.experience.api.router import api

__all__ = ["api", "research", "scores", "voice"]
