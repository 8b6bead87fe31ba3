"""The API of value: what the pages show, as data."""

from valence.value.api import measures
from valence.value.api.router import api

__all__ = ["api", "measures"]
