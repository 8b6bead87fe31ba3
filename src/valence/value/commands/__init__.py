"""Commands of value."""

from valence.value.commands import bridge, measures
from valence.value.commands.group import value

__all__ = ["bridge", "measures", "value"]
