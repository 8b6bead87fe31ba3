"""Table of the definitions: every version of every document that users define."""

from __future__ import annotations

import sqlalchemy as sa

from valence.store.columns import Document, Instant, Words
from valence.store.metadata import metadata

definition_versions = sa.Table(
    "definition_versions",
    metadata,
    sa.Column("kind", Words, primary_key=True),
    sa.Column("name", Words, primary_key=True, comment="The kind again, where there is only one."),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("state", sa.String(9), nullable=False, comment="draft or published"),
    sa.Column("document", Document, nullable=False),
    sa.Column("content_hash", sa.String(64), nullable=False, comment="SHA-256 of canonical JSON."),
    sa.Column("revision", sa.Integer, nullable=False, comment="Counts the edits of a draft."),
    sa.Column("note", Words, nullable=False),
    sa.Column("effective_from", Instant, comment="In effect from here…"),
    sa.Column("effective_until", Instant, comment="…to before here; empty: until further notice."),
    sa.Column("created_by", Words, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("changed_by", Words, nullable=False),
    sa.Column("changed_at", Instant, nullable=False),
    sa.Column("published_by", Words),
    sa.Column("published_at", Instant),
    sa.CheckConstraint("state IN ('draft', 'published')", name="state"),
    sa.CheckConstraint(
        "(state = 'draft') = (effective_from IS NULL)", name="published_has_effective_from"
    ),
)
# One draft at a time: two editors work on the same one, and the second to save is told.
sa.Index(
    "uq_definition_versions_draft",
    definition_versions.c.kind,
    definition_versions.c.name,
    unique=True,
    sqlite_where=definition_versions.c.state == "draft",
    postgresql_where=definition_versions.c.state == "draft",
)
