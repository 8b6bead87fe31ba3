"""Operational table of trust: what was done with people's data, kept for good."""

from __future__ import annotations

import sqlalchemy as sa

from valence.store.columns import Document, Id, Instant, Words
from valence.store.metadata import metadata

audit_entries = sa.Table(
    "audit_entries",
    metadata,
    sa.Column("entry_id", Id, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("actor", Words, nullable=False, comment="Who did it."),
    sa.Column("action", Words, nullable=False, comment="What was done, as capability:verb."),
    sa.Column("subject", Words, nullable=False, comment="Whose data it was: a customer's id."),
    sa.Column("detail", Document, comment="What of it, never a value."),
)
sa.Index("ix_audit_entries_subject", audit_entries.c.subject)
