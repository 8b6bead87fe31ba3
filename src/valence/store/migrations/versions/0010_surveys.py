"""Surveys: who was asked, what they began, and each answer."""

import sqlalchemy as sa
from alembic import op

from valence.store.columns import Document, Id, Instant, Words

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _invitations()
    _responses()
    op.create_table(
        "survey_answers",
        sa.Column("response_id", Id(), nullable=False),
        sa.Column("question", Words(), nullable=False),
        sa.Column("answer", Document, nullable=True, comment="By part; empty: passed over."),
        sa.Column("answered_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["response_id"],
            ["survey_responses.response_id"],
            name=op.f("fk_survey_answers_response_id_survey_responses"),
        ),
        sa.PrimaryKeyConstraint("response_id", "question", name=op.f("pk_survey_answers")),
    )


def _invitations() -> None:
    op.create_table(
        "survey_invitations",
        sa.Column("invitation_id", Id(), nullable=False, comment="What a link names."),
        sa.Column("survey", Words(), nullable=False),
        sa.Column(
            "version", sa.Integer(), nullable=False, comment="In force when the link was made."
        ),
        sa.Column("kind", sa.String(length=8), nullable=False, comment="customer, place or visit"),
        sa.Column("run_id", Id(), nullable=False, comment="Links that were made together."),
        sa.Column("parent_id", Id(), comment="Of a visit: the place whose code was scanned."),
        sa.Column("customer_id", Id(), comment="Who is asked; empty: nobody is named."),
        sa.Column("id_type", Words(), comment="Identifier by which the lake knows the customer."),
        sa.Column("id_key", sa.String(length=22)),
        sa.Column("place", Words(), nullable=False, comment="Store or spot where a code hangs."),
        sa.Column("touchpoint", Words(), nullable=False, comment="What it is about; may be empty."),
        sa.Column("channel", Words(), nullable=False, comment="How the link was sent."),
        sa.Column("order_id", Words(), comment="Order it is about, where known."),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("opened_at", Instant(), comment="When it was first opened."),
        sa.CheckConstraint(
            "kind IN ('customer', 'place', 'visit')", name=op.f("ck_survey_invitations_kind")
        ),
        sa.PrimaryKeyConstraint("invitation_id", name=op.f("pk_survey_invitations")),
    )
    op.create_index(
        "ix_survey_invitations_customer", "survey_invitations", ["customer_id", "made_at"]
    )
    op.create_index("ix_survey_invitations_survey", "survey_invitations", ["survey", "made_at"])


def _responses() -> None:
    op.create_table(
        "survey_responses",
        sa.Column("response_id", Id(), nullable=False),
        sa.Column("invitation_id", Id(), nullable=False),
        sa.Column("survey", Words(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="Whose questions were seen."),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column(
            "device",
            sa.String(length=22),
            comment="Random name of the browser, where it keeps one.",
        ),
        sa.Column(
            "trapped", sa.Boolean(), nullable=False, comment="A field no person sees was filled."
        ),
        sa.Column("begun_at", Instant(), nullable=False, comment="When the first answer came."),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column(
            "state", sa.String(length=8), nullable=False, comment="partial, complete, held, dropped"
        ),
        sa.Column("completed_at", Instant()),
        sa.Column(
            "words_hash",
            sa.String(length=64),
            comment="Of its open words, to find the same again.",
        ),
        sa.Column("held_reason", sa.String(length=16), comment="quick, device, trap or words"),
        sa.Column("reviewed_by", Words()),
        sa.Column("reviewed_at", Instant()),
        sa.Column("landed_at", Instant(), comment="When its answers came into the lake."),
        sa.CheckConstraint(
            "state IN ('partial', 'complete', 'held', 'dropped')",
            name=op.f("ck_survey_responses_state"),
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"],
            ["survey_invitations.invitation_id"],
            name=op.f("fk_survey_responses_invitation_id_survey_invitations"),
        ),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_survey_responses")),
        sa.UniqueConstraint("invitation_id", name=op.f("uq_survey_responses_invitation_id")),
    )
    unlanded = sa.text("state = 'complete' AND landed_at IS NULL")
    op.create_index(
        "ix_survey_responses_landing",
        "survey_responses",
        ["response_id"],
        sqlite_where=unlanded,
        postgresql_where=unlanded,
    )
    op.create_index("ix_survey_responses_survey", "survey_responses", ["survey", "completed_at"])
