"""A job as it stands, read from its row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from valence.core.messages import Message
from valence.core.progress import Step
from valence.store.sentences import restored


@dataclass(frozen=True, slots=True)
class Job:
    """One job as it stands: queued, running, done, failed or cancelled."""

    id: UUID
    kind: str
    state: str
    params: dict[str, Any]
    actor: str
    idempotency_key: str | None
    concurrency_key: str | None
    created_at: datetime
    scheduled_for: datetime
    started_at: datetime | None
    ended_at: datetime | None
    attempts: int
    max_attempts: int
    leased_until: datetime | None
    cancel_asked_by: str | None
    step: Step | None
    checkpoint: Any
    result: Any
    error: Message | None  # of the last attempt that failed

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it by itself."""
        return self.state in {"done", "failed", "cancelled"}


def as_job(row: sa.RowMapping) -> Job:
    """Return a row of the table as a job."""
    names = Job.__dataclass_fields__.keys() - {"step", "error"}
    label = restored(row["step"])
    step = None if label is None else Step(label, row["step_done"], row["step_total"])
    return Job(**{name: row[name] for name in names}, step=step, error=restored(row["error"]))
