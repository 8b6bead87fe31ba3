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
from valence.kit.outgoing import filled
from valence.kit.paging import Cursor, encode, id_of, shape_of
from valence.trust.audit import entries


class AuditOut(BaseModel):
    """One entry of the audit trail."""

    id: UUID
    at: datetime
    actor: str = Field(description="Who did it.")
    action: str = Field(description="What was done, as `capability:verb`.")
    subject: str = Field(description="Whose data it was: a customer's id, or rows in quarantine.")
    detail: dict[str, Any] | None = Field(description="What of it, never a value.")


class AuditPage(BaseModel):
    """One page of the audit trail, newest first."""

    items: list[AuditOut]
    next: str | None = Field(description="Cursor of the next page; null at the end.")


@api.get("/audit", permission="house:audit")
def audit(
    ask: Ask,
    subject: Annotated[str, Query(description="Only what concerns this customer id.")] = "",
    limit: Annotated[int, Query(ge=1, le=200, description="Entries on a page.")] = 50,
    cursor: Annotated[str, Query(description="Cursor of the page, from `next`.")] = "",
) -> AuditPage:
    """Return who saw or did what with people's data, newest first."""
    shape = shape_of("audit", subject)
    before = id_of(cursor, shape)
    with ask.service(WholeHouse).store.reading() as view:
        found = entries(view, subject=subject, before=before, limit=limit + 1)
    items = [filled(AuditOut, one, id=one.entry_id) for one in found[:limit]]
    more = encode(Cursor((str(items[-1].id),)), shape) if len(found) > limit else None
    return AuditPage(items=items, next=more)
