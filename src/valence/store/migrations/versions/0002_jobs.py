"""Jobs."""

import sqlalchemy as sa
from alembic import op

from valence.store.columns import Document, Id, Instant, Words

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "jobs",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", Words, nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("params", Document, nullable=False),
        sa.Column("actor", Words, nullable=False, comment="Who asked for it."),
        sa.Column("idempotency_key", Words),
        sa.Column("concurrency_key", Words, comment="Jobs of one key run one at a time."),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("scheduled_for", Instant, nullable=False, comment="Not begun before."),
        sa.Column("started_at", Instant, comment="Start of the first attempt."),
        sa.Column("ended_at", Instant),
        sa.Column("attempts", sa.Integer(), nullable=False, comment="Attempts begun."),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("leased_by", Id, comment="The attempt that may write; a new one for each claim."),
        sa.Column("leased_until", Instant),
        sa.Column("cancel_asked_by", Words),
        sa.Column("step", Document, comment="The last progress sentence: text and values."),
        sa.Column("step_done", sa.BigInteger(), nullable=False),
        sa.Column("step_total", sa.BigInteger()),
        sa.Column("checkpoint", Document, comment="Where the next attempt goes on."),
        sa.Column("result", Document),
        sa.Column("error", Document, comment="The sentence of the last failure: text and values."),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed', 'cancelled')",
            name=op.f("ck_jobs_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("kind", "idempotency_key", name=op.f("uq_jobs_kind_idempotency_key")),
    )
    op.create_index("ix_jobs_waiting", "jobs", ["state", "scheduled_for", "id"], unique=False)
    op.create_index(
        "uq_jobs_running_concurrency_key",
        "jobs",
        ["concurrency_key"],
        unique=True,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
