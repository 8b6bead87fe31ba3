"""Intake: rows in quarantine, and the mappings they were read with."""

import sqlalchemy as sa
from alembic import op

from valence.store.columns import Counter, Instant, Words

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "quarantine_mappings",
        sa.Column("mapping_hash", sa.String(length=16), nullable=False),
        sa.Column("document", Words, nullable=False, comment="The mapping as YAML."),
        sa.PrimaryKeyConstraint("mapping_hash", name=op.f("pk_quarantine_mappings")),
    )
    op.create_table(
        "quarantined_rows",
        sa.Column("row_id", Counter, autoincrement=True, nullable=False),
        sa.Column(
            "import_id", sa.String(length=36), nullable=False, comment="The import that met it."
        ),
        sa.Column(
            "landed", sa.Boolean(), nullable=False, comment="Whether that import was published."
        ),
        sa.Column("file", Words, nullable=False),
        sa.Column(
            "line", sa.BigInteger(), nullable=False, comment="Where the row begins in the file."
        ),
        sa.Column("source_column", Words, nullable=False, comment="First column at fault."),
        sa.Column("reason", Words, nullable=False),
        sa.Column("kind", Words, nullable=False, comment="Kind of file: orders, customers…"),
        sa.Column("namespace", Words, nullable=False),
        sa.Column("order_id", Words, comment="Order that it is a line of, where it could be read."),
        sa.Column("mapping_hash", sa.String(length=16), nullable=False),
        sa.Column(
            "content_hash", sa.String(length=32), nullable=False, comment="Keyed hash of the row."
        ),
        sa.Column("generation", sa.Integer(), nullable=False, comment="Secret that seals the row."),
        sa.Column("sealed", sa.LargeBinary(), nullable=False, comment="The row as it stood."),
        sa.Column("held_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_quarantined_rows")),
    )
    op.create_index("ix_quarantined_rows_import_id", "quarantined_rows", ["import_id"])
    op.create_index("ix_quarantined_rows_order_id", "quarantined_rows", ["namespace", "order_id"])
    op.create_index("ix_quarantined_rows_content_hash", "quarantined_rows", ["content_hash"])
