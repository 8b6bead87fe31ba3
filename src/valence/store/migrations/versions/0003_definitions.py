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
        "definition_versions",
        sa.Column("kind", Words, nullable=False),
        sa.Column(
            "name", Words, nullable=False, comment="The kind again, where there is only one."
        ),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False, comment="draft or published"),
        sa.Column("document", Document, nullable=False),
        sa.Column(
            "content_hash",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256 of canonical JSON.",
        ),
        sa.Column("revision", sa.Integer(), nullable=False, comment="Counts the edits of a draft."),
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
