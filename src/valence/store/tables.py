"""Tables of the outbox, and of what was answered under an idempotency key."""

from __future__ import annotations

import sqlalchemy as sa

from valence.store.columns import Counter, Document, Id, Instant, Words
from valence.store.metadata import metadata

outbox_events = sa.Table(
    "outbox_events",
    metadata,
    sa.Column("written", Counter, primary_key=True, autoincrement=True, comment="As written."),
    # Numbered after commit by the worker: transactions commit in another order than they write,
    # so an offset over `written` could step over an event that becomes visible later.
    sa.Column("position", sa.BigInteger, comment="Order of delivery; empty at first."),
    sa.Column("id", Id, nullable=False),
    sa.Column("name", Words, nullable=False),
    sa.Column("subject", Words, nullable=False),
    sa.Column("occurred_at", Instant, nullable=False),
    sa.Column("payload", Document, nullable=False),
    sa.UniqueConstraint("id"),
    sa.UniqueConstraint("position"),
    sqlite_autoincrement=True,  # a number is never used again, even after old events were removed
)
sa.Index(
    "ix_outbox_events_unnumbered",
    outbox_events.c.written,
    sqlite_where=outbox_events.c.position.is_(None),
    postgresql_where=outbox_events.c.position.is_(None),
)

outbox_subscribers = sa.Table(
    "outbox_subscribers",
    metadata,
    sa.Column("name", Words, primary_key=True),
    sa.Column("position", sa.BigInteger, nullable=False, comment="Last position dealt with."),
    sa.Column("leased_by", Id, comment="The worker that delivers now."),
    sa.Column("leased_until", Instant),
)

outbox_held = sa.Table(
    "outbox_held",
    metadata,
    sa.Column("subscriber", Words, sa.ForeignKey("outbox_subscribers.name"), primary_key=True),
    sa.Column("position", sa.BigInteger, sa.ForeignKey("outbox_events.position"), primary_key=True),
    sa.Column("subject", Words, nullable=False),
    sa.Column("state", sa.String(8), nullable=False, comment="waiting or dead"),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_at", Instant, nullable=False, comment="Not tried before."),
    sa.Column("error", Words, nullable=False),
    sa.CheckConstraint("state IN ('waiting', 'dead')", name="state"),
    sa.Index("ix_outbox_held_subject", "subscriber", "subject", "position"),
)

idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    sa.Column("scope", Words, primary_key=True, comment="Who asks for what: actor and route."),
    sa.Column("key", Words, primary_key=True),
    sa.Column("request_hash", Words, nullable=False),
    sa.Column("answer", Document, nullable=False),
    sa.Column("kept_at", Instant, nullable=False),
)
