"""Commands of value."""

from valence.value.commands import (
    bridge,
    groups,
    lifetime,
    measures,
    products,
    standing,
    stars,
)
from valence.value.commands.group import value

__all__ = ["bridge", "groups", "lifetime", "measures", "products", "standing", "stars", "value"]
