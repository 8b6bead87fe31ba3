"""The audit trail: what was done with people's data."""

import sqlalchemy as sa
from alembic import op

from valence.store.columns import Document, Id, Instant, Words

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "audit_entries",
        sa.Column("entry_id", Id(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor", Words(), nullable=False, comment="Who did it."),
        sa.Column("action", Words(), nullable=False, comment="What was done, as capability:verb."),
        sa.Column(
            "subject", Words(), nullable=False, comment="Whose data it was: a customer's id."
        ),
        sa.Column("detail", Document, nullable=True, comment="What of it, never a value."),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_audit_entries")),
    )
    op.create_index("ix_audit_entries_subject", "audit_entries", ["subject"])
