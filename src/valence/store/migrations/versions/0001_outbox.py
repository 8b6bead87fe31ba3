"""Outbox: events, subscribers, and what was held back."""

import sqlalchemy as sa
from alembic import op

from valence.store.columns import Counter, Document, Id, Instant, Words

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "outbox_events",
        sa.Column("written", Counter, autoincrement=True, nullable=False, comment="As written."),
        sa.Column("position", sa.BigInteger(), comment="Order of delivery; empty at first."),
        sa.Column("id", Id, nullable=False),
        sa.Column("name", Words, nullable=False),
        sa.Column("subject", Words, nullable=False),
        sa.Column("occurred_at", Instant, nullable=False),
        sa.Column("payload", Document, nullable=False),
        sa.PrimaryKeyConstraint("written", name=op.f("pk_outbox_events")),
        sa.UniqueConstraint("id", name=op.f("uq_outbox_events_id")),
        sa.UniqueConstraint("position", name=op.f("uq_outbox_events_position")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_outbox_events_unnumbered",
        "outbox_events",
        ["written"],
        unique=False,
        sqlite_where=sa.text("position IS NULL"),
        postgresql_where=sa.text("position IS NULL"),
    )
    op.create_table(
        "outbox_subscribers",
        sa.Column("name", Words, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False, comment="Last position dealt with."),
        sa.Column("leased_by", Id, comment="The worker that delivers now."),
        sa.Column("leased_until", Instant),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_outbox_subscribers")),
    )
    op.create_table(
        "outbox_held",
        sa.Column("subscriber", Words, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("subject", Words, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False, comment="waiting or dead"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", Instant, nullable=False, comment="Not tried before."),
        sa.Column("error", Words, nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'dead')", name=op.f("ck_outbox_held_state")),
        sa.ForeignKeyConstraint(
            ["position"],
            ["outbox_events.position"],
            name=op.f("fk_outbox_held_position_outbox_events"),
        ),
        sa.ForeignKeyConstraint(
            ["subscriber"],
            ["outbox_subscribers.name"],
            name=op.f("fk_outbox_held_subscriber_outbox_subscribers"),
        ),
        sa.PrimaryKeyConstraint("subscriber", "position", name=op.f("pk_outbox_held")),
    )
    op.create_index(
        "ix_outbox_held_subject", "outbox_held", ["subscriber", "subject", "position"], unique=False
    )
