"""Operational table of mystery visits: what was seen, point by point of the checklist."""

from __future__ import annotations

import sqlalchemy as sa

from valence.store.columns import Document, Id, Instant, Words
from valence.store.metadata import metadata

mystery_visits = sa.Table(
    "mystery_visits",
    metadata,
    sa.Column("visit_id", Id, primary_key=True),
    sa.Column("checklist", Words, nullable=False),
    sa.Column("checklist_hash", sa.String(64), nullable=False, comment="As it was at the visit."),
    sa.Column("visited_on", sa.Date, nullable=False),
    sa.Column("place", Words, nullable=False, comment="Store or channel."),
    sa.Column("subject", Words, nullable=False, comment="own, or a competitor."),
    sa.Column("visitor", Words, nullable=False, comment="Who went; compared with others."),
    sa.Column("marks", Document, nullable=False, comment="Met or not, by point; empty: not seen."),
    sa.Column("score", sa.Float, comment="Weighted share of points met, 0 to 100."),
    sa.Column("note", Words, nullable=False),
    sa.Column("photo", Words, comment="Its name in data/mystery; empty: none."),
    sa.Column("entered_at", Instant, nullable=False),
    sa.Column("entered_by", Words, nullable=False),
    sa.UniqueConstraint("checklist", "visited_on", "place", "subject", "visitor"),
    sa.Index("ix_mystery_visits_place", "place"),
)
