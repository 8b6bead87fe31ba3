"""May we? One question before anything reaches a customer: purpose, channel, moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from valence.core.messages import Message, message


@dataclass(frozen=True, slots=True)
class Decision:
    """Yes or no, and the reason in a sentence."""

    allowed: bool
    reason: Message


def may(customer: UUID, purpose: str, channel: str, at: datetime) -> Decision:  # noqa: ARG001
    """Say whether `customer` may be reached for `purpose` through `channel` at that moment.

    Consent is not recorded yet, and silence is not consent: the answer is no, for all.
    """
    return Decision(allowed=False, reason=message("no: no consent recorded"))
