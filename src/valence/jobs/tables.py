"""Table of the jobs: what is to be done, who does it now, how far it is, and how it ended."""

from __future__ import annotations

import sqlalchemy as sa

from valence.store.columns import Document, Id, Instant, Words
from valence.store.metadata import metadata

STATES = ("queued", "running", "done", "failed", "cancelled")

jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("kind", Words, nullable=False),
    sa.Column("state", sa.String(9), nullable=False),
    sa.Column("params", Document, nullable=False),
    sa.Column("actor", Words, nullable=False, comment="Who asked for it."),
    sa.Column("idempotency_key", Words),
    sa.Column("concurrency_key", Words, comment="Jobs of one key run one at a time."),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("scheduled_for", Instant, nullable=False, comment="Not begun before."),
    sa.Column("started_at", Instant, comment="Start of the first attempt."),
    sa.Column("ended_at", Instant),
    sa.Column("attempts", sa.Integer, nullable=False, comment="Attempts begun."),
    sa.Column("max_attempts", sa.Integer, nullable=False),
    sa.Column("leased_by", Id, comment="The attempt that may write; a new one for each claim."),
    sa.Column("leased_until", Instant),
    sa.Column("cancel_asked_by", Words),
    sa.Column("step", Document, comment="The last progress sentence: text and values."),
    sa.Column("step_done", sa.BigInteger, nullable=False),
    sa.Column("step_total", sa.BigInteger),
    sa.Column("checkpoint", Document, comment="Where the next attempt goes on."),
    sa.Column("result", Document),
    sa.Column("error", Document, comment="The sentence of the last failure: text and values."),
    sa.CheckConstraint(
        "state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="state"
    ),
    sa.UniqueConstraint("kind", "idempotency_key"),
    sa.Index("ix_jobs_waiting", "state", "scheduled_for", "id"),
)
# What makes "one at a time" certain: two workers that looked at the same moment cannot both start.
sa.Index(
    "uq_jobs_running_concurrency_key",
    jobs.c.concurrency_key,
    unique=True,
    sqlite_where=jobs.c.state == "running",
    postgresql_where=jobs.c.state == "running",
)
