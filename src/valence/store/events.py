"""Domain events: what happened, told to whoever subscribes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from valence.core.clock import now
from valence.core.ids import new_id


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; a subscriber that sees `id` a second time ignores it.

    Events of one `subject` (`customer:0192…`, `definition:programme`) reach each subscriber in the
    order in which their transactions were committed.
    """

    name: str  # past tense, with its capability: `loyalty.points_earned`
    subject: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    id: UUID = field(default_factory=new_id)
    occurred_at: datetime = field(default_factory=now)
