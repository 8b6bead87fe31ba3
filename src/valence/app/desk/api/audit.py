"""The audit trail under the API: who saw or did what with whose data."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from valence.app.desk.api.router import api
from valence.app.house import WholeHouse
from valence.kit.ask import Ask
from valence.trust.audit import entries


class AuditOut(BaseModel):
    """One entry of the audit trail."""

    id: UUID
    at: datetime
    actor: str = Field(description="Who did it.")
    action: str = Field(description="What was done, as `capability:verb`.")
    subject: str = Field(description="Whose data it was: a customer's id.")
    detail: dict[str, Any] | None = Field(description="What of it, never a value.")


class AuditPage(BaseModel):
    """One page of the audit trail, newest first."""

    items: list[AuditOut]
    next: UUID | None = Field(description="`before` of the next page; null at the end.")


@api.get("/audit", permission="house:audit")
def audit(
    ask: Ask,
    subject: Annotated[str, Query(description="Only what concerns this customer id.")] = "",
    before: Annotated[UUID | None, Query(description="Only entries before this one.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Entries on a page.")] = 50,
) -> AuditPage:
    """Return who saw or did what with people's data, newest first."""
    with ask.service(WholeHouse).store.reading() as view:
        found = entries(view, subject=subject, before=before, limit=limit + 1)
    items = [
        AuditOut(
            id=one.entry_id,
            at=one.at,
            actor=one.actor,
            action=one.action,
            subject=one.subject,
            detail=dict(one.detail) if one.detail else None,
        )
        for one in found[:limit]
    ]
    return AuditPage(items=items, next=items[-1].id if len(found) > limit else None)
