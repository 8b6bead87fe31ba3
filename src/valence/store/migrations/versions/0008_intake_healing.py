"""Intake: what an import is to announce, and which rows of the quarantine it lands."""

import sqlalchemy as sa
from alembic import op

from valence.store.columns import Document, Instant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and the column."""
    op.create_table(
        "unannounced_imports",
        sa.Column("import_id", sa.String(length=36), nullable=False),
        sa.Column("payload", Document, nullable=False, comment="What the house is to be told."),
        sa.Column("noted_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("import_id", name=op.f("pk_unannounced_imports")),
    )
    op.add_column(
        "quarantined_rows",
        sa.Column(
            "leaves_by",
            sa.String(length=36),
            comment="The import that lands it, until published.",
        ),
    )
