"""Alerts on scores, and how far each chart has been judged."""

import sqlalchemy as sa
from alembic import op

from valence.store.columns import Id, Instant, Words

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "experience_alerts",
        sa.Column("alert_id", Id(), nullable=False),
        sa.Column("rule", Words(), nullable=False),
        sa.Column("entity", Words(), nullable=False, comment="Empty: all together."),
        sa.Column("metric", sa.String(length=16), nullable=False),
        sa.Column("by_column", sa.String(length=32), nullable=False),
        sa.Column("period", sa.String(length=8), nullable=False, comment="day or week."),
        sa.Column(
            "began_on", sa.Date(), nullable=False, comment="Start of the period that called."
        ),
        sa.Column("why", sa.String(length=8), nullable=False, comment="limit, floor or both."),
        sa.Column("score", sa.Float(), nullable=False, comment="Of that period, as it was then."),
        sa.Column("smoothed", sa.Float(), nullable=False),
        sa.Column("low", sa.Float(), nullable=False, comment="The limit."),
        sa.Column("centre", sa.Float(), nullable=False, comment="What was usual."),
        sa.Column("n", sa.Integer(), nullable=False, comment="Answers of that period."),
        sa.Column("fired_at", Instant(), nullable=False),
        sa.Column("acknowledged_at", Instant()),
        sa.Column("acknowledged_by", Words()),
        sa.Column("closed_at", Instant()),
        sa.Column("closed_by", Words(), comment="Who; worker where it cleared by itself."),
        sa.Column("closed_why", sa.String(length=8), comment="calm, hand, rule or gone."),
        sa.Column("note", Words(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id", name=op.f("pk_experience_alerts")),
    )
    op.create_index(
        "ix_experience_alerts_fired_at", "experience_alerts", ["fired_at"], unique=False
    )
    op.create_index(
        "uq_experience_alerts_open",
        "experience_alerts",
        ["rule", "entity"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "experience_alert_judged",
        sa.Column("rule", Words(), nullable=False),
        sa.Column("entity", Words(), nullable=False),
        sa.Column(
            "rule_hash", sa.String(length=64), nullable=False, comment="Of the rule as it was."
        ),
        sa.Column(
            "judged_on", sa.Date(), nullable=False, comment="Start of the last judged period."
        ),
        sa.Column("is_out", sa.Boolean(), nullable=False, comment="Outside, and not yet back."),
        sa.Column(
            "calm", sa.Integer(), nullable=False, comment="Periods back within tighter limits."
        ),
        sa.Column("began_on", sa.Date(), comment="Start of the period in which it went out."),
        sa.PrimaryKeyConstraint("rule", "entity", name=op.f("pk_experience_alert_judged")),
    )
