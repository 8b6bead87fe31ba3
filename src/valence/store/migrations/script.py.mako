"""${message}."""

import sqlalchemy as sa
from alembic import op

from valence.store.columns import Counter, Document, Id, Instant, Words

revision = "${up_revision}"
down_revision = ${f'"{down_revision}"' if down_revision else None}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this version."""
    ${upgrades if upgrades else "pass"}
