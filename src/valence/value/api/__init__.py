"""The API of value: what the pages show, as data."""

from valence.value.api import bridge, groups, lifetime, measures, products, standing, stars
from valence.value.api.router import api

__all__ = ["api", "bridge", "groups", "lifetime", "measures", "products", "standing", "stars"]
