"""Operational tables of alerts: each that fired, and how far each chart has been judged."""

from __future__ import annotations

import sqlalchemy as sa

from valence.store.columns import Id, Instant, Words
from valence.store.metadata import metadata

alerts = sa.Table(
    "experience_alerts",
    metadata,
    sa.Column("alert_id", Id, primary_key=True),
    sa.Column("rule", Words, nullable=False),
    sa.Column("entity", Words, nullable=False, comment="Empty: all together."),
    sa.Column("metric", sa.String(16), nullable=False),
    sa.Column("by_column", sa.String(32), nullable=False),
    sa.Column("period", sa.String(8), nullable=False, comment="day or week."),
    sa.Column("began_on", sa.Date, nullable=False, comment="Start of the period that called."),
    sa.Column("why", sa.String(8), nullable=False, comment="limit, floor or both."),
    sa.Column("score", sa.Float, nullable=False, comment="Of that period, as it was then."),
    sa.Column("smoothed", sa.Float, nullable=False),
    sa.Column("low", sa.Float, nullable=False, comment="The limit."),
    sa.Column("centre", sa.Float, nullable=False, comment="What was usual."),
    sa.Column("n", sa.Integer, nullable=False, comment="Answers of that period."),
    sa.Column("fired_at", Instant, nullable=False),
    sa.Column("acknowledged_at", Instant),
    sa.Column("acknowledged_by", Words),
    sa.Column("closed_at", Instant),
    sa.Column("closed_by", Words, comment="Who; worker where it cleared by itself."),
    sa.Column("closed_why", sa.String(8), comment="calm, hand, rule or gone."),
    sa.Column("note", Words, nullable=False),
    sa.Index("ix_experience_alerts_fired_at", "fired_at"),
)
# One open alert per rule and entity: the database holds it, whoever judges at once.
sa.Index(
    "uq_experience_alerts_open",
    alerts.c.rule,
    alerts.c.entity,
    unique=True,
    sqlite_where=alerts.c.closed_at.is_(None),
    postgresql_where=alerts.c.closed_at.is_(None),
)
alert_judged = sa.Table(
    "experience_alert_judged",
    metadata,
    sa.Column("rule", Words, primary_key=True),
    sa.Column("entity", Words, primary_key=True),
    sa.Column("rule_hash", sa.String(64), nullable=False, comment="Of the rule as it was."),
    sa.Column("judged_on", sa.Date, nullable=False, comment="Start of the last judged period."),
    sa.Column("is_out", sa.Boolean, nullable=False, comment="Outside, and not yet back."),
    sa.Column("calm", sa.Integer, nullable=False, comment="Periods back within tighter limits."),
    sa.Column("began_on", sa.Date, comment="Start of the period in which it went out."),
)
