"""Mystery visits: what was seen, point by point."""

import sqlalchemy as sa
from alembic import op

from valence.store.columns import Document, Id, Instant, Words

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "mystery_visits",
        sa.Column("visit_id", Id(), nullable=False),
        sa.Column("checklist", Words(), nullable=False),
        sa.Column(
            "checklist_hash",
            sa.String(length=64),
            nullable=False,
            comment="As it was at the visit.",
        ),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("place", Words(), nullable=False, comment="Store or channel."),
        sa.Column("subject", Words(), nullable=False, comment="own, or a competitor."),
        sa.Column("visitor", Words(), nullable=False, comment="Who went; compared with others."),
        sa.Column(
            "marks", Document, nullable=False, comment="Met or not, by point; empty: not seen."
        ),
        sa.Column("score", sa.Float(), comment="Weighted share of points met, 0 to 100."),
        sa.Column("note", Words(), nullable=False),
        sa.Column("entered_at", Instant(), nullable=False),
        sa.Column("entered_by", Words(), nullable=False),
        sa.PrimaryKeyConstraint("visit_id", name=op.f("pk_mystery_visits")),
        sa.UniqueConstraint(
            "checklist",
            "visited_on",
            "place",
            "subject",
            "visitor",
            name=op.f("uq_mystery_visits_checklist_visited_on_place_subject_visitor"),
        ),
    )
    op.create_index("ix_mystery_visits_place", "mystery_visits", ["place"], unique=False)
