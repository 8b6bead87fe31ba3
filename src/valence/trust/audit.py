"""The audit trail: who did what with whose data, and when; entries are added, never changed.

An entry says what was done, never a value that was seen: the trail must not become a second place
where personal data lie.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from valence.core.clock import now
from valence.core.ids import new_id
from valence.store import Unit, View
from valence.trust.actor import Actor, checked_permission
from valence.trust.tables import audit_entries


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry of the trail."""

    entry_id: UUID
    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any] | None


def record(
    unit: Unit,
    actor: Actor,
    action: str,
    subject: str,
    *,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add an entry, in the unit of work of what it tells or before that is shown.

    Parameters
    ----------
    unit
        The open unit of work.
    actor
        Who does it.
    action
        What is done, as `capability:verb`.
    subject
        Whose data it is about, such as the id of a customer.
    detail
        What of it, never a value.
    """
    unit.execute(
        sa.insert(audit_entries),
        {
            "entry_id": new_id(),
            "at": now(),
            "actor": actor.id,
            "action": checked_permission(action),
            "subject": subject,
            "detail": detail,
        },
    )


def entries(
    view: View, *, subject: str = "", before: UUID | None = None, limit: int = 50
) -> list[AuditEntry]:
    """Return entries, the newest first: of one subject or of all, those before an entry."""
    wanted = sa.select(audit_entries).order_by(audit_entries.c.entry_id.desc()).limit(limit)
    if subject:
        wanted = wanted.where(audit_entries.c.subject == subject)
    if before is not None:
        wanted = wanted.where(audit_entries.c.entry_id < before)
    return [AuditEntry(**row) for row in view.rows(wanted)]
