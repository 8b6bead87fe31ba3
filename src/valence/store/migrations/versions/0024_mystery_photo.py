"""Mystery visits: a photo beside the note."""

import sqlalchemy as sa
from alembic import op

from valence.store.columns import Words

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column(
        "mystery_visits",
        sa.Column("photo", Words(), comment="Its name in data/mystery; empty: none."),
    )
