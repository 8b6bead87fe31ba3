"""How paths are said: durations, ways, ends of a way."""

from __future__ import annotations

from collections.abc import Sequence

from valence.core.messages import message
from valence.kit.codes import TOUCHPOINTS, named
from valence.kit.format import Formats

BEGINS, ENDS = message("begins"), message("ends")
_ARROW = " → "


def touchpoint(name: str, fmt: Formats) -> str:
    """Return a touchpoint in the reader's language; a brand's own name as it is."""
    return named(TOUCHPOINTS, name, fmt)


def way(path: Sequence[str], fmt: Formats, *, cut: bool = False, most: int = 12) -> str:
    """Return a way in a line; a long one with its beginning only."""
    shown = [touchpoint(name, fmt) for name in path[:most]]
    return _ARROW.join(shown) + (f"{_ARROW}…" if cut or len(path) > most else "")


def pair(start: str | None, end: str | None, fmt: Formats) -> str:
    """Return two touchpoints that follow each other; None: where journeys begin, or end."""
    first = fmt.language.worded(BEGINS) if start is None else touchpoint(start, fmt)
    last = fmt.language.worded(ENDS) if end is None else touchpoint(end, fmt)
    return f"{first}{_ARROW}{last}"
