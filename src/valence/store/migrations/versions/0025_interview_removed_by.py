"""Codes of interviews: who took one back."""

import sqlalchemy as sa
from alembic import op

from valence.store.columns import Words

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column(
        "interview_codes",
        sa.Column("removed_by", Words(), comment="Who took it back; the coder may be another."),
    )
