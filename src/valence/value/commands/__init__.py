"""Commands of value."""

from valence.value.commands import measures
from valence.value.commands.group import value

__all__ = ["measures", "value"]
