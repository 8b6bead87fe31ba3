"""Definitions, version by version."""

import sqlalchemy as sa
from alembic import op

from valence.store.columns import Document, Instant, Words

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "definition_contents",
        sa.Column(
            "content_hash",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256, canonical JSON.",
        ),
        sa.Column("document", Document, nullable=False),
        sa.PrimaryKeyConstraint("content_hash", name=op.f("pk_definition_contents")),
    )
    op.create_table(
        "definition_versions",
        sa.Column("kind", Words, nullable=False),
        sa.Column(
            "name", Words, nullable=False, comment="The kind again, where there is only one."
        ),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False, comment="draft or published"),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("note", Words, nullable=False),
        sa.Column("effective_from", Instant, comment="In effect from here…"),
        sa.Column(
            "effective_until", Instant, comment="…to before here; empty: until further notice."
        ),
        sa.Column("created_by", Words, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("changed_by", Words, nullable=False),
        sa.Column("changed_at", Instant, nullable=False),
        sa.Column("published_by", Words),
        sa.Column("published_at", Instant),
        sa.CheckConstraint(
            "(state = 'draft') = (effective_from IS NULL)",
            name=op.f("ck_definition_versions_published_has_effective_from"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'published')", name=op.f("ck_definition_versions_state")
        ),
        sa.ForeignKeyConstraint(
            ["content_hash"],
            ["definition_contents.content_hash"],
            name=op.f("fk_definition_versions_content_hash_definition_contents"),
        ),
        sa.PrimaryKeyConstraint("kind", "name", "version", name=op.f("pk_definition_versions")),
    )
    op.create_index(
        "uq_definition_versions_draft",
        "definition_versions",
        ["kind", "name"],
        unique=True,
        sqlite_where=sa.text("state = 'draft'"),
        postgresql_where=sa.text("state = 'draft'"),
    )
