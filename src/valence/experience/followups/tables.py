"""Operational tables of the closed loop: follow-ups, and every change of them."""

from __future__ import annotations

import sqlalchemy as sa

from valence.store.columns import Counter, Id, Instant, Words
from valence.store.metadata import metadata

follow_ups = sa.Table(
    "follow_ups",
    metadata,
    sa.Column("follow_up_id", Id, primary_key=True),
    sa.Column("origin", sa.String(16), nullable=False, comment="answer, case or contact."),
    sa.Column("source", Words, nullable=False, comment="System that the row came from."),
    sa.Column("row_id", Words, nullable=False, comment="Its identifier there: one each."),
    sa.Column("reason", sa.String(16), nullable=False, comment="score, complaint or theme."),
    sa.Column("matter", Words, nullable=False, comment="Metric, category or name of the theme."),
    sa.Column("customer_id", Id, comment="As known when it was opened; empty where nobody is."),
    sa.Column("happened_at", Instant, nullable=False),
    sa.Column("touchpoint", Words),
    sa.Column("channel", Words),
    sa.Column("store", Words),
    sa.Column("score", sa.Float),
    sa.Column("share", sa.Float, comment="The score as a share of its scale."),
    sa.Column("definition_version", sa.Integer, comment="By which it was opened; empty: none."),
    sa.Column("opened_at", Instant, nullable=False),
    # What follows is where the changes have led to; each is made with its change.
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("owner", Words, nullable=False),
    sa.Column("sort_due_at", Instant, nullable=False, comment="First clock: answered and sorted."),
    sa.Column("solve_due_at", Instant, nullable=False, comment="Second clock: solved."),
    sa.Column("answered_at", Instant),
    sa.Column("sorted_at", Instant),
    sa.Column("solved_at", Instant),
    sa.Column("closed_at", Instant),
    sa.Column("told_at", Instant, comment="When the customer was told."),
    sa.Column("sort_late", sa.Boolean, nullable=False, comment="In any round."),
    sa.Column("solve_late", sa.Boolean, nullable=False, comment="In any round."),
    sa.Column("reopened", sa.Integer, nullable=False, comment="How often."),
    sa.UniqueConstraint("origin", "source", "row_id"),
    sa.Index("ix_follow_ups_state_solve_due_at", "state", "solve_due_at"),
    sa.Index("ix_follow_ups_customer_id", "customer_id"),
)
follow_up_changes = sa.Table(
    "follow_up_changes",
    metadata,
    sa.Column("change_id", Counter, primary_key=True, autoincrement=True),
    sa.Column(
        "follow_up_id", Id, sa.ForeignKey("follow_ups.follow_up_id"), nullable=False, index=True
    ),
    sa.Column("changed_at", Instant, nullable=False),
    sa.Column("actor", Words, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, comment="After the change."),
    sa.Column("owner", Words, nullable=False, comment="After the change."),
    sa.Column("done", Words, nullable=False, comment="What was done."),
    sa.Column("reason", Words, nullable=False, comment="Why it came to it."),
    sa.Column("told", sa.Boolean, nullable=False, comment="The customer was told."),
)
marks = sa.Table(
    "experience_marks",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True, comment="What read what was published."),
    sa.Column("mark", Words, nullable=False, comment="The last that it read."),
)
