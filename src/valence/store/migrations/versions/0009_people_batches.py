"""The batch at work: what it changed in the map of who is who, as it was before."""

import sqlalchemy as sa
from alembic import op

from valence.store.columns import Id, Instant, Words

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "people_batches",
        sa.Column("batch_id", Words(), nullable=False, comment="The import at work."),
        sa.Column("revision", sa.BigInteger(), nullable=False, comment="The last one before it."),
        sa.Column("entry_id", sa.BigInteger(), nullable=False, comment="The last one before it."),
        sa.Column("begun_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("batch_id", name=op.f("pk_people_batches")),
    )
    op.create_table(
        "identifiers_before",
        sa.Column(
            "id_key", sa.String(length=22), nullable=False, comment="Changed by the batch at work."
        ),
        sa.Column("customer_id", Id(), nullable=True),
        sa.Column("user_ids", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id_key", name=op.f("pk_identifiers_before")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "customers_before",
        sa.Column("customer_id", Id(), nullable=False, comment="Redirected by the batch at work."),
        sa.Column("redirect_to", Id(), nullable=True),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customers_before")),
    )
