"""What published codes are called on any page: segments, lengths of time.

The same English sentences as where they are published, so that one translation serves both.
"""

from __future__ import annotations

from collections.abc import Mapping

from valence.core.messages import Message, message
from valence.kit.format import Formats

SEGMENTS: Mapping[str, Message] = {
    "champions": message("Champions"),
    "loyal": message("Loyal"),
    "potential_loyalist": message("Potential loyalist"),
    "new": message("New"),
    "promising": message("Promising"),
    "need_attention": message("Need attention"),
    "about_to_sleep": message("About to sleep"),
    "at_risk": message("At risk"),
    "cannot_lose": message("Cannot lose them"),
    "hibernating": message("Hibernating"),
    "lost": message("Lost"),
}
_UNITS = (
    (86_400.0, message("{n} days")),
    (3_600.0, message("{n} h")),
    (60.0, message("{n} min")),
    (1.0, message("{n} s")),
)


def lasting(seconds: float | None, fmt: Formats) -> str:
    """Return a length of time in its own unit: 3.2 days, 5 h, 12 min."""
    if seconds is None:
        return "–"
    size, said = next((unit for unit in _UNITS if seconds >= unit[0] * 1.5), _UNITS[-1])
    n = seconds / size
    return fmt.language.worded(said.text, n=fmt.number(n, 1 if n < 10 else 0))
