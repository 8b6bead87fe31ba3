"""Commands of value."""

from valence.value.commands import bridge, lifetime, measures
from valence.value.commands.group import value

__all__ = ["bridge", "lifetime", "measures", "value"]
