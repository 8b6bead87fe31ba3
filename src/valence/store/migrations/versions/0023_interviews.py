"""Interviews: which there are, and the codes of their passages."""

import sqlalchemy as sa
from alembic import op

from valence.store.columns import Id, Instant, Words

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "interviews",
        sa.Column("interview_id", Id(), nullable=False),
        sa.Column(
            "kind", sa.String(length=16), nullable=False, comment="interview or focus_group."
        ),
        sa.Column("title", Words(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column(
            "prefix",
            sa.String(length=16),
            nullable=False,
            comment="Of the feedback_id of its passages: a hash of the transcript.",
        ),
        sa.Column("passages", sa.Integer(), nullable=False, comment="Of participants."),
        sa.Column("voices", sa.Integer(), nullable=False, comment="Participants who speak."),
        sa.Column("imported_at", Instant(), nullable=False),
        sa.Column("imported_by", Words(), nullable=False),
        sa.PrimaryKeyConstraint("interview_id", name=op.f("pk_interviews")),
        sa.UniqueConstraint("prefix", name=op.f("uq_interviews_prefix")),
    )
    op.create_table(
        "interview_codes",
        sa.Column("code_id", Id(), nullable=False),
        sa.Column("interview_id", Id(), nullable=False),
        sa.Column("feedback_id", Words(), nullable=False, comment="The passage."),
        sa.Column("theme", Words(), nullable=False, comment="Empty: none."),
        sa.Column("touchpoint", Words(), nullable=False, comment="Empty: none."),
        sa.Column(
            "stage", Words(), nullable=False, comment="Of the touchpoint; empty where not known."
        ),
        sa.Column("mood", sa.String(length=8), nullable=False, comment="good, bad, or empty."),
        sa.Column("coder", Words(), nullable=False),
        sa.Column("coded_at", Instant(), nullable=False),
        sa.Column("removed_at", Instant(), comment="When it was taken back; empty while it holds."),
        sa.PrimaryKeyConstraint("code_id", name=op.f("pk_interview_codes")),
        sa.ForeignKeyConstraint(
            ["interview_id"],
            ["interviews.interview_id"],
            name=op.f("fk_interview_codes_interview_id_interviews"),
        ),
    )
    op.create_index("ix_interview_codes_interview_id", "interview_codes", ["interview_id"])
    op.create_index("ix_interview_codes_theme", "interview_codes", ["theme"])
    op.create_index("ix_interview_codes_touchpoint", "interview_codes", ["touchpoint"])
    op.create_index(
        "uq_interview_codes_holding",
        "interview_codes",
        ["feedback_id", "coder", "theme", "touchpoint"],
        unique=True,
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )
