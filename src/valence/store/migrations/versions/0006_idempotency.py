"""Idempotency keys: what was answered under each."""

import sqlalchemy as sa
from alembic import op

from valence.store.columns import Document, Instant, Words

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "idempotency_keys",
        sa.Column("scope", Words, nullable=False, comment="Who asks for what: actor and route."),
        sa.Column("key", Words, nullable=False),
        sa.Column("request_hash", Words, nullable=False),
        sa.Column("answer", Document, nullable=False),
        sa.Column("kept_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_idempotency_keys")),
    )
