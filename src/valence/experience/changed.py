"""A change against the twelve months before, as a figure tells it."""

from __future__ import annotations

from valence.core.messages import message
from valence.kit.page import Change


def changed(said: str, difference: float, *, sure: bool, more_is_good: bool = True) -> Change:
    """Return a change with its sign; with an arrow, and as good or bad, where it is no chance."""
    if not sure:
        against = message("against the twelve months before: may be chance")
        return Change(said, None, None, against)
    rose = difference > 0
    return Change(said, rose, rose == more_is_good, message("against the twelve months before"))


def signed(figure: str, difference: float) -> str:
    """Return a figure with a plus where it rose; what fell has its minus."""
    return f"+{figure}" if difference > 0 else figure
