"""Tables of the definitions: every document that was ever saved, and the versions it stands for."""

from __future__ import annotations

import sqlalchemy as sa

from valence.store.columns import Document, Instant, Words
from valence.store.metadata import metadata

# Kept by what is in them and never changed: what an export was based on can always be shown, even
# when the draft of that time has been edited since.
definition_contents = sa.Table(
    "definition_contents",
    metadata,
    sa.Column("content_hash", sa.String(64), primary_key=True, comment="SHA-256, canonical JSON."),
    sa.Column("document", Document, nullable=False),
)

definition_versions = sa.Table(
    "definition_versions",
    metadata,
    sa.Column("kind", Words, primary_key=True),
    sa.Column("name", Words, primary_key=True, comment="The kind again, where there is only one."),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("state", sa.String(9), nullable=False, comment="draft or published"),
    sa.Column(
        "content_hash",
        sa.String(64),
        sa.ForeignKey("definition_contents.content_hash"),
        nullable=False,
    ),
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
