"""Follow-ups: the closed loop, with every change of it; marks of what was read."""

import sqlalchemy as sa
from alembic import op

from valence.store.columns import Counter, Id, Instant, Words

revision = "0020"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "experience_marks",
        sa.Column(
            "name", sa.String(length=64), nullable=False, comment="What read what was published."
        ),
        sa.Column("mark", Words(), nullable=False, comment="The last that it read."),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_experience_marks")),
    )
    op.create_table(
        "follow_ups",
        sa.Column("follow_up_id", Id(), nullable=False),
        sa.Column(
            "origin", sa.String(length=16), nullable=False, comment="answer, case or contact."
        ),
        sa.Column("source", Words(), nullable=False, comment="System that the row came from."),
        sa.Column("row_id", Words(), nullable=False, comment="Its identifier there: one each."),
        sa.Column(
            "reason", sa.String(length=16), nullable=False, comment="score, complaint or theme."
        ),
        sa.Column(
            "matter", Words(), nullable=False, comment="Metric, category or name of the theme."
        ),
        sa.Column(
            "customer_id", Id(), comment="As known when it was opened; empty where nobody is."
        ),
        sa.Column("happened_at", Instant(), nullable=False),
        sa.Column("touchpoint", Words()),
        sa.Column("channel", Words()),
        sa.Column("store", Words()),
        sa.Column("score", sa.Float()),
        sa.Column("share", sa.Float(), comment="The score as a share of its scale."),
        sa.Column(
            "definition_version", sa.Integer(), comment="By which it was opened; empty: none."
        ),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("owner", Words(), nullable=False),
        sa.Column(
            "sort_due_at", Instant(), nullable=False, comment="First clock: answered and sorted."
        ),
        sa.Column("solve_due_at", Instant(), nullable=False, comment="Second clock: solved."),
        sa.Column("answered_at", Instant()),
        sa.Column("sorted_at", Instant()),
        sa.Column("solved_at", Instant()),
        sa.Column("closed_at", Instant()),
        sa.Column("told_at", Instant(), comment="When the customer was told."),
        sa.Column("sort_late", sa.Boolean(), nullable=False, comment="In any round."),
        sa.Column("solve_late", sa.Boolean(), nullable=False, comment="In any round."),
        sa.Column("reopened", sa.Integer(), nullable=False, comment="How often."),
        sa.PrimaryKeyConstraint("follow_up_id", name=op.f("pk_follow_ups")),
        sa.UniqueConstraint(
            "origin", "source", "row_id", name=op.f("uq_follow_ups_origin_source_row_id")
        ),
    )
    op.create_index("ix_follow_ups_customer_id", "follow_ups", ["customer_id"], unique=False)
    op.create_index(
        "ix_follow_ups_state_solve_due_at", "follow_ups", ["state", "solve_due_at"], unique=False
    )
    op.create_table(
        "follow_up_changes",
        sa.Column("change_id", Counter, autoincrement=True, nullable=False),
        sa.Column("follow_up_id", Id(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("actor", Words(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False, comment="After the change."),
        sa.Column("owner", Words(), nullable=False, comment="After the change."),
        sa.Column("done", Words(), nullable=False, comment="What was done."),
        sa.Column("reason", Words(), nullable=False, comment="Why it came to it."),
        sa.Column("told", sa.Boolean(), nullable=False, comment="The customer was told."),
        sa.ForeignKeyConstraint(
            ["follow_up_id"],
            ["follow_ups.follow_up_id"],
            name=op.f("fk_follow_up_changes_follow_up_id_follow_ups"),
        ),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_follow_up_changes")),
    )
    op.create_index(
        op.f("ix_follow_up_changes_follow_up_id"),
        "follow_up_changes",
        ["follow_up_id"],
        unique=False,
    )
