"""What the strengths of a bond are called."""

from __future__ import annotations

from collections.abc import Mapping

from valence.core.messages import Message, message

BONDS: Mapping[str, Message] = {
    "none": message("No bond"),
    "weak": message("Weak bond"),
    "strong": message("Strong bond"),
}
