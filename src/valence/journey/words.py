"""Names of stages, touchpoints and measures in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from valence.core.messages import Message, message
from valence.kit.format import Formats

METRICS: Mapping[str, Message] = {
    "nps": message("NPS"),
    "csat": message("CSAT"),
    "ces": message("CES"),
}
KINDS: Mapping[str, Message] = {
    "low_score": message("low score"),
    "negative_text": message("negative words"),
    "standard_broken": message("standard not kept"),
    "repeat_contact": message("came again about the same"),
}
# What the usual touchpoints ask for; what a brand calls its own stays as it is.
ASKED_FOR: Mapping[str, Message] = {
    "delivery details": message("delivery details"),
    "payment details": message("payment details"),
}


def points(value: float, fmt: Formats) -> str:
    """Return a score as it is written: whole points, with a true minus."""
    return fmt.integer(round(value)).replace("-", "−")
