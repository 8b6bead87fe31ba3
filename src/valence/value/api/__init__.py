"""The API of value: what the pages show, as data."""

from valence.value.api import bridge, measures
from valence.value.api.router import api

__all__ = ["api", "bridge", "measures"]
